/* SPDX-License-Identifier: Apache-2.0 */

/* The submit API: what it answers, and what reaches the carrier of it. */

#include "books.h"
#include "command_process.h"
#include "gateway_process.h"
#include "http_caller.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"
#include "world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct smsc smsc;
static struct gateway_process gateway;
static uint16_t port;
static char token[64];

/* A token as people make one; its line goes to the file. */
static void add_token(const char *name, const char *options, char out[static 64])
{
	char command[512], line[512], all[4096], path[WORLD_PATH_OCTETS];
	snprintf(command, sizeof command, "%s token %s %s --json", HONGYAN_PROGRAM, name, options);
	FILE *pipe = popen(command, "r");
	EXPECT(pipe != NULL);
	json_t *made = json_loadf(pipe, 0, NULL);
	EXPECT(pclose(pipe) == 0 && made != NULL);
	snprintf(out, 64, "%s", json_string_value(json_object_get(made, "token")));
	snprintf(line, sizeof line, "%s", json_string_value(json_object_get(made, "line")));
	json_decref(made);
	world_path(path, "tokens");
	char *before = world_read(path);
	snprintf(all, sizeof all, "%s%s\n", before != NULL ? before : "", line);
	world_write("tokens", all);
	free(before);
}

static void open_world(const char *more)
{
	char root[512];
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, NULL);
	port = world_free_port();
	add_token("billing", "", token);
	snprintf(root, sizeof root,
		 "retry: { base: 100ms, max: 1s }\napi: { listen: \"127.0.0.1:%u\", tokens_file: tokens%s }", port,
		 more);
	gateway_process_start(&gateway, "gateway", &(struct gateway_options){ .smsc = &smsc, .root_more = root }, true);
	command_use(gateway.config);
}

static void close_world(unsigned accepted)
{
	books_await_settled(20);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	EXPECT_COUNT(smsc_total(&smsc, "messages"), accepted);
	EXPECT_COUNT(smsc_total(&smsc, "duplicates"), 0);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

/* Owned: the answer's body. */
static char *ask(const char *line, const char *who, const char *headers, const char *body, int *status)
{
	size_t cap = strlen(body) + 1024;
	char *request = malloc(cap), *answer;
	EXPECT(request != NULL);
	snprintf(request, cap, "%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n%s%s%s%sContent-Length: %zu\r\n\r\n%s",
		 line, who ? "Authorization: Bearer " : "", who ? who : "", who ? "\r\n" : "", headers, strlen(body),
		 body);
	*status = http_caller_hear_all(http_caller_say(port, request), &answer);
	free(request);
	return answer;
}

static void call_as(const char *who, const char *line, const char *headers, const char *body, int want_status,
		    const char *want)
{
	int status;
	char *answer = ask(line, who, headers, body, &status);
	if (status != want_status || strstr(answer, want) == NULL)
		FAIL("%s %s: %d, not %d with “%s”: %s", line, body, status, want_status, want, answer);
	free(answer);
}

static void call(const char *body, int want_status, const char *want)
{
	call_as(token, "POST /v1/alerts", "", body, want_status, want);
}

#define ALERT(id, number, code)                                                                       \
	"{\"id\":\"" id "\",\"to\":\"" number "\",\"template\":\"note\",\"params\":{\"code\":\"" code \
	"\",\"amount\":\"1.00\"}}"
#define BATCH "Content-Type: application/x-ndjson; charset=utf-8\r\n"

static void one(void)
{
	open_world("");
	call(ALERT("a", "13900000001", "1"), 202, "\"known\":false");
	call(ALERT("a", "13900000001", "1"), 202, "@normal\",\"known\":true");
	call(ALERT("a", "13900000001", "2"), 409, "another alert has this id already");
	call("{\"id\":\"b\",\"to\":\"13900000001\",\"template\":\"note\",\"params\":{\"code\":\"1\"}}", 422,
	     "\"field\":\"amount\"");
	call("{\"id\":\"b\",\"to\":\"139\",\"template\":\"note\"}", 422, "\"field\":\"to\"");
	call("{\"id\":\"b\",\"to\":\"13900000001\",\"template\":\"nota\"}", 422, "did you mean “note”?");
	call("{\"id\":", 422, "malformed JSON");
	call("", 422, "malformed JSON");
	call_as(token, "POST /v1/alerts", "Idempotency-Key: \"c\"\r\n", ALERT("c", "13900000002", "1"), 202,
		"\"id\":\"c\"");
	call_as(token, "POST /v1/alerts", "Idempotency-Key: d\r\n", ALERT("e", "13900000002", "1"), 422,
		"Idempotency-Key must be the alert's id");
	EXPECT_COUNT(gateway_process_metric(&gateway, "hongyan_api_added_total"), 2);
	EXPECT_COUNT(gateway_process_metric(&gateway, "hongyan_api_known_total"), 1);
	EXPECT_COUNT(gateway_process_metric(&gateway, "hongyan_api_refused_total"), 6);
	close_world(2);
}

static void many(void)
{
	int status;
	char request[512];
	open_world("");
	char *answer =
		ask("POST /v1/alerts", token, BATCH,
		    ALERT("a", "13900000001", "1") "\r\n\n{\"id\":\"b\"}\n" ALERT("a", "13900000001", "1") "\n" ALERT(
			    "a", "13900000001", "2") "\n" ALERT("c", "13900000003", "1"),
		    &status);
	EXPECT_COUNT(status, 200);
	static const char *const wants[] = {
		"{\"line\":1,\"status\":202,\"id\":\"a\",\"entry\":\"",
		"\n{\"line\":3,\"status\":422,\"field\":\"to\",\"detail\":\"",
		"\n{\"line\":4,\"status\":202,\"id\":\"a\",\"entry\":\"",
		"\n{\"line\":5,\"status\":409,\"id\":\"a\",\"detail\":\"another alert",
		"\n{\"line\":6,\"status\":202,\"id\":\"c\",\"entry\":\"",
	};
	const char *at = answer;
	for (size_t i = 0; i < sizeof wants / sizeof wants[0]; i++) {
		at = strstr(at, wants[i]);
		if (at == NULL)
			FAIL("no “%s” in its place in:\n%s", wants[i], answer);
	}
	free(answer);
	call_as(token, "POST /v1/alerts", BATCH, "\n \n", 422, "a batch has 1 to 1000 alerts, not 0");
	char *lines = malloc(1001 * 4 + 1);
	EXPECT(lines != NULL);
	lines[0] = '\0';
	for (unsigned i = 0; i < 1001; i++)
		memcpy(lines + 3 * i, "{}\n", 4);
	call_as(token, "POST /v1/alerts", BATCH, lines, 413, "not 1001");
	free(lines);
	/* A body that is too long is not waited for. */
	snprintf(request, sizeof request,
		 "POST /v1/alerts HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer %s\r\n"
		 "Content-Length: %d\r\n\r\n",
		 token, 4 * 1024 * 1024 + 1);
	EXPECT_COUNT(http_caller_hear(http_caller_say(port, request)), 413);
	close_world(2);
}

/* Nothing of it goes out while the account is paused. */
static void withdrawn(void)
{
	open_world("");
	command_expect(0, "is paused", COMMAND("accounts", "pause", "fake"));
	AWAIT(10, gateway_process_status_has(&gateway, "\"operator\":{\"state\":\"paused\""));
	call(ALERT("a b", "13900000001", "1"), 202, "\"known\":false");
	call(ALERT("c", "13900000002", "1"), 202, "\"known\":false");
	call_as(token, "DELETE /v1/alerts/a%20b", "", "", 202, "@urgent");
	call("{\"cancel\":\"d\"}", 202, "@urgent");
	call_as(token, "DELETE /v1/alerts/", "", "", 404, "the id of an alert");
	command_expect(0, "runs", COMMAND("accounts", "resume", "fake"));
	close_world(1);
}

static void who_may(void)
{
	char north[64], writer[64], old[64];
	open_world("");
	add_token("north", "--tenant north", north);
	add_token("writer", "--scopes submit", writer);
	add_token("old", "--expires 2020-01-01", old);
	process_signal(&gateway.process, SIGHUP);
	AWAIT(10, gateway_process_said(&gateway, "\"event\":\"reloaded\""));
	call_as(NULL, "POST /v1/alerts", "", ALERT("a", "13900000001", "1"), 401, "hongyan token");
	call_as("hy_x", "POST /v1/alerts", "", ALERT("a", "13900000001", "1"), 401, "hongyan token");
	call_as(old, "POST /v1/alerts", "", ALERT("a", "13900000001", "1"), 401, "time of this token is over");
	call_as(writer, "POST /v1/alerts", "", ALERT("a", "13900000007", "1"), 202, "\"known\":false");
	call_as(writer, "POST /v1/alerts", "", "{\"cancel\":\"a\"}", 422, "may not cancel");
	call_as(writer, "DELETE /v1/alerts/a", "", "", 403, "its scopes");
	call_as(north, "POST /v1/alerts", "", ALERT("b", "13900000001", "1"), 422, "its own tenant only");
	call_as(north, "POST /v1/alerts", "",
		"{\"id\":\"b\",\"to\":\"13900000001\",\"template\":\"note\",\"params\":{\"code\":\"1\",\"amount\":\"1."
		"00\"},\"tenant\":\"north\"}",
		202, "\"known\":false");
	/* Whose an alert is, nobody knows who withdraws it: so only those may who may for all tenants. */
	call_as(north, "POST /v1/alerts", "", "{\"cancel\":\"b\"}", 422, "its own tenant only");
	call_as(north, "DELETE /v1/alerts/b", "", "", 422, "its own tenant only");
	/* A line that is gone is a token that is none; a file with a mistake changes nothing. */
	world_write("tokens", "a line that is none\n");
	process_signal(&gateway.process, SIGHUP);
	AWAIT(10, gateway_process_said(&gateway, "64 hexadecimal digits"));
	call_as(writer, "POST /v1/alerts", "", ALERT("c", "13900000003", "1"), 202, "\"known\":false");
	unsigned before = gateway_process_count_said(&gateway, "reloaded");
	world_write("tokens", "");
	process_signal(&gateway.process, SIGHUP);
	AWAIT(10, gateway_process_count_said(&gateway, "reloaded") > before);
	call_as(writer, "POST /v1/alerts", "", ALERT("d", "13900000001", "1"), 401, "hongyan token");
	EXPECT(!gateway_process_said(&gateway, writer));
	close_world(3);
}

/* What is not durable is not taken. */
static void redis_is_away(void)
{
	open_world(", replicas: 1, replica_wait: 20ms");
	call(ALERT("a", "13900000001", "1"), 503, "not on as many replicas");
	/* Said again it is the same alert. */
	call(ALERT("a", "13900000001", "1"), 503, "not on as many replicas");
	redis_server_kill();
	AWAIT(10, gateway_process_status_has(&gateway, "\"redis\":{\"up\":false"));
	call(ALERT("b", "13900000002", "1"), 503, "come again");
	redis_server_start();
	close_world(1);
}

static void too_many_wait(void)
{
	open_world(", queue_max: 3");
	command_expect(0, "is paused", COMMAND("pause", "--all"));
	AWAIT(10, gateway_process_status_has(&gateway, "\"field\":\"all\""));
	call_as(token, "POST /v1/alerts", BATCH,
		ALERT("a", "13900000001", "1") "\n" ALERT("b", "13900000002", "1") "\n" ALERT("c", "13900000003", "1"),
		200, "\"line\":3,\"status\":202");
	AWAIT(10, gateway_process_metric(&gateway, "hongyan_queue_entries{lane=\"normal\"}") == 3);
	call(ALERT("d", "13900000004", "1"), 429, "3 alerts wait on the queue");
	command_expect(0, "", COMMAND("resume", "--all"));
	close_world(3);
}

/* It says of itself what it is. */
static void description(void)
{
	int status;
	open_world("");
	char *answer = ask("GET /openapi.json", NULL, "", "", &status);
	EXPECT_COUNT(status, 200);
	json_t *document = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
	EXPECT(document != NULL);
	EXPECT(strcmp(json_string_value(json_object_get(document, "openapi")), "3.1.0") == 0);
	json_decref(document);
	free(answer);
	close_world(0);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "one", one, 60, false },
		{ "many", many, 60, false },
		{ "withdrawn", withdrawn, 60, false },
		{ "who_may", who_may, 60, false },
		{ "redis_is_away", redis_is_away, 60, false },
		{ "too_many_wait", too_many_wait, 60, false },
		{ "description", description, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
