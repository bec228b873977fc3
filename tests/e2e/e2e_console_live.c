/* SPDX-License-Identifier: Apache-2.0 */

/* Live answers. */

#include "e2e_console.h"

#include "gateway_process.h"
#include "promtool.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OCTETS 262144

static int live;
static char heard[OCTETS];
static size_t heard_len;

static void follow(const char *path, const char *cookie)
{
	char request[512];
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(console_port),
	};
	heard_len = 0;
	heard[0] = '\0';
	live = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	EXPECT(live >= 0 && connect(live, (struct sockaddr *)&address, sizeof address) == 0);
	int len = snprintf(
		request, sizeof request,
		"GET %s HTTP/1.1\r\nHost: h\r\nSec-Fetch-Site: same-origin\r\nCookie: __Host-hongyan=%s\r\n\r\n", path,
		cookie);
	EXPECT(write(live, request, (size_t)len) == len);
}

/* False once it has ended. */
static bool hear(void)
{
	for (;;) {
		ssize_t got = recv(live, heard + heard_len, OCTETS - 1 - heard_len, MSG_DONTWAIT);
		if (got < 0)
			return errno == EAGAIN;
		if (got == 0)
			return false;
		heard_len += (size_t)got;
		heard[heard_len] = '\0';
		if (strstr(heard, "\r\n0\r\n\r\n") != NULL)
			return false;
	}
}

static unsigned count(const char *text)
{
	unsigned found = 0;
	for (const char *at = heard; (at = strstr(at, text)) != NULL; at += strlen(text))
		found++;
	return found;
}

/* One user's pages do not take all the streams that there are. */
static void one_user_has_some(const char *cookie)
{
	enum { OF_USER = 16 };
	int open[OF_USER + 1];
	for (unsigned i = 0; i <= OF_USER; i++) {
		follow("/api/stream", cookie);
		AWAIT(10, !hear() || strstr(heard, "\r\n\r\n") != NULL);
		EXPECT(strstr(heard, i < OF_USER ? "HTTP/1.1 200" : "HTTP/1.1 429") != NULL);
		open[i] = live;
	}
	for (unsigned i = 0; i <= OF_USER; i++)
		close(open[i]);
}

void console_streams(void)
{
	char boss[COOKIE_OCTETS], li[COOKIE_OCTETS];
	console_open("second_factor: [approver]", "");
	console_user("boss", "admin", boss);
	console_user("li", "viewer", li);
	follow("/api/stream", li);
	AWAIT(10, hear() && count("event: overview\ndata: {") >= 2);
	EXPECT(strstr(heard, "text/event-stream") && strstr(heard, "X-Accel-Buffering: no"));
	EXPECT(count("no_gateway") >= 1);
	/* What changes about templates is told within a second or so. */
	unsigned before = count("event: templates");
	redis_server_do("INCR {hongyan}:templates:turn");
	AWAIT(5, hear() && count("event: templates\ndata: {\"turn\":1,") > before);
	/* What somebody writes on the board of the gateways, or anywhere else, begins no event of its own. */
	redisReply *clock = redis_server_call("TIME");
	redis_server_do("HSET {hongyan}:gateways %s {\"at\":%s000,\"status\":{\"instance\":\"evil\"}}",
			"x\n\nevent: evil\ndata: {}", clock->element[0]->str);
	freeReplyObject(clock);
	AWAIT(5, hear() && strstr(heard, "event: evil") != NULL);
	EXPECT(strstr(heard, "\nevent: evil") == NULL);
	/* It ends where its user must set up a second factor first, and with the session. */
	EXPECT_COUNT(console_status("PUT", "/api/users/li", boss, "{\"roles\":[\"viewer\",\"approver\"]}"), 200);
	AWAIT(15, !hear());
	close(live);
	EXPECT_COUNT(console_status("PUT", "/api/users/li", boss, "{\"roles\":[\"viewer\"]}"), 200);
	follow("/api/stream", li);
	AWAIT(10, hear() && count("event: overview") >= 1);
	EXPECT_COUNT(console_status("DELETE", "/api/users/li/sessions", boss, NULL), 200);
	AWAIT(15, !hear());
	close(live);
	one_user_has_some(boss);
	/* And with the process, which does not wait for it. */
	console_user("zhao", "viewer", li);
	follow("/api/stream", li);
	AWAIT(10, hear() && count("event: overview") >= 1);
	console_close();
	AWAIT(10, !hear());
	close(live);
}

static struct smsc smsc;
static struct gateway_process gateway;

#define NUMBER "13900000001"

static void send_as_test(const char *cookie, const char *source, int want, char id[static 192])
{
	json_t *body = json_pack("{s:s,s:s,s:{s:s}}", "locale", "zh-CN", "source", source, "params", "name", "李");
	char *text = json_dumps(body, JSON_COMPACT);
	json_t *answer = console_json(want, "POST", "/api/templates/anything/test", cookie, text);
	snprintf(id, 192, "%s", json_text_of(answer, "id"));
	json_decref(answer);
	json_decref(body);
	free(text);
}

#define SOURCE(text) "title: 试发\nclass: notice\nparam name text \"姓名\" sample=李\n---\n" text

/* The code that proves a number, and a text that nobody has published, over a real gateway. */
void console_tests(void)
{
	char li[COOKIE_OCTETS], zhao[COOKIE_OCTETS], id[192], path[256], code[64] = "";
	console_open("", "");
	console_user("li", "editor", li);
	console_user("zhao", "editor", zhao);
	/* Without a gateway nothing is promised. */
	EXPECT_COUNT(console_status("PUT", "/api/session/number", li, "{\"number\":\"" NUMBER "\"}"), 409);
	smsc_start(&smsc, "smsc", 0, NULL);
	uint16_t port = smsc.port;
	gateway_process_start(&gateway, "gateway", &(struct gateway_options){ .smsc = &smsc }, true);
	send_as_test(li, SOURCE("您好，{{name}}。"), 409, id); /* there is no number yet */
	EXPECT_COUNT(console_status("PUT", "/api/session/number", li, "{\"number\":\"123\"}"), 422);
	AWAIT(20, console_status("PUT", "/api/session/number", li, "{\"number\":\"" NUMBER "\"}") == 200);
	AWAIT(20, smsc_count(&smsc, "accepted") >= 1);
	smsc_finish(&smsc);
	const char *text = json_text_of(smsc_message(&smsc, "86" NUMBER), "text");
	const char *digits = text + strcspn(text, "0123456789");
	snprintf(code, sizeof code, "{\"code\":\"%.6s\"}", digits);
	EXPECT_COUNT(console_status("POST", "/api/session/number", li, "{\"code\":\"x\"}"), 422);
	json_t *session = console_json(200, "POST", "/api/session/number", li, code);
	const json_t *user = json_object_get(session, "user");
	EXPECT(json_is_true(json_object_get(user, "number_verified")));
	EXPECT(strcmp(json_text_of(user, "number"), "139****0001") == 0);
	json_decref(session);
	smsc_fini(&smsc);
	smsc_start(&smsc, "again", port, (const char *const[]){ "--receipts", "on", NULL });
	AWAIT(20, gateway_process_status_has(&gateway, "\"state\":\"up\""));
	send_as_test(li, SOURCE("您好，{{nobody}}。"), 422, id);
	send_as_test(li, SOURCE("您好，{{name}}。"), 200, id);
	snprintf(path, sizeof path, "/api/tests/%s", id);
	EXPECT_COUNT(console_status("GET", path, zhao, NULL), 404); /* it is not his */
	EXPECT_COUNT(console_status("GET", "/api/tests/test.4102444800000.0badcafe.li", li, NULL), 404); /* made up */
	EXPECT_COUNT(console_status("GET", "/api/tests/test.1700000000000.0badcafe.li", li, NULL), 404);
	follow(path, li);
	AWAIT(30, !hear());
	EXPECT(count("event: step") >= 2 && strstr(heard, "\"event\":\"accepted\"") != NULL);
	EXPECT(count("event: end\n") == 1);
	EXPECT(strstr(heard, "\"event\":\"delivered\"") != NULL && strstr(heard, NUMBER) == NULL);
	close(live);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	EXPECT(strstr(json_text_of(smsc_message(&smsc, "86" NUMBER), "text"), "您好，李。") != NULL);
	smsc_fini(&smsc);
	console_close();
}

/* Redis goes and comes back: the pages say so meanwhile, and nobody has to sign in again. */
void console_redis(void)
{
	char boss[COOKIE_OCTETS];
	console_open("", "");
	console_user("boss", "admin", boss);
	EXPECT_COUNT(console_status("GET", "/readyz", "", NULL), 200);
	redis_server_kill();
	struct reply reply = console_ask("GET", "/api/users", boss, NULL, NULL);
	EXPECT_COUNT(reply.status, 503);
	EXPECT(strcmp(json_text_of(reply.json, "code"), "unreachable") == 0);
	reply_free(&reply);
	AWAIT(10, console_status("GET", "/readyz", "", NULL) == 503);
	EXPECT_COUNT(console_status("GET", "/livez", "", NULL), 200);
	redis_server_start();
	AWAIT(10, console_status("GET", "/readyz", "", NULL) == 200);
	EXPECT_COUNT(console_status("GET", "/api/users", boss, NULL), 200);
	reply = console_ask("GET", "/metrics", "", NULL, NULL);
	EXPECT(strstr(reply.body, "\nhongyan_console_up 1\n") != NULL);
	promtool_check(reply.body);
	reply_free(&reply);
	console_close();
}
