/* SPDX-License-Identifier: Apache-2.0 */
#include "e2e_console.h"

#include "command_process.h"
#include "redis_server.h"
#include "scenario.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

uint16_t console_port;
struct process console_process;

static bool answers(void)
{
	if (!process_lives(&console_process))
		FAIL("the console has ended by itself");
	char *log = world_read(console_process.log);
	bool has = log != NULL && strstr(log, "\"console_started\"") != NULL;
	free(log);
	return has && console_status("GET", "/readyz", "", NULL) == 200;
}

static bool has_world;

void console_prepare(void)
{
	world_open();
	redis_server_start();
	has_world = true;
}

void console_open(const char *more, const char *root)
{
	char config[4096], path[WORLD_PATH_OCTETS];
	if (!has_world)
		console_prepare();
	console_port = world_free_port();
	snprintf(config, sizeof config,
		 "redis: { url: \"%s\" }\nconsole: { listen: \"127.0.0.1:%u\"%s%s }\n%s"
		 "\naccounts: [{ name: fake, address: \"127.0.0.1:1\", system_id: x }]\n",
		 redis_server_url(), console_port, *more ? ", " : "", more, root);
	world_write("console.yaml", config);
	world_path(path, "console.yaml");
	setenv("HONGYAN_ADMIN_TOKEN", "the-token-of-the-admins", 1);
	command_use(path);
	const char *const argv[] = { HONGYAN_PROGRAM, "console", "--config", path, NULL };
	process_start(&console_process, "console", argv, false);
	AWAIT(20, answers());
}

void console_close(void)
{
	process_signal(&console_process, SIGTERM);
	EXPECT_COUNT(process_wait(&console_process, 20), 0);
	redis_server_stop();
	world_close();
}

static int connect_there(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(console_port),
	};
	struct timeval wait = { .tv_sec = 20 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	EXPECT(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	EXPECT(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
	return fd;
}

struct reply console_raw(const char *request, size_t request_len)
{
	struct reply reply = { .status = 0 };
	size_t len = 0, cap = 65536;
	int fd = connect_there();
	/* What is refused early may not be taken whole. */
	(void)send(fd, request, request_len, MSG_NOSIGNAL);
	char *octets = malloc(cap + 1);
	EXPECT(octets != NULL);
	for (;;) {
		if (len == cap) {
			cap *= 2;
			octets = realloc(octets, cap + 1);
			EXPECT(octets != NULL);
		}
		ssize_t got = read(fd, octets + len, cap - len);
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	close(fd);
	octets[len] = '\0';
	reply.octets = octets;
	reply.head = reply.body = octets;
	if (strncmp(octets, "HTTP/1.1 ", 9) != 0)
		return reply;
	reply.status = (int)strtol(octets + 9, NULL, 10);
	char *end = strstr(octets, "\r\n\r\n");
	if (end != NULL) {
		reply.body = end + 4;
		end[2] = '\0';
	}
	reply.json = json_loads(reply.body, 0, NULL);
	return reply;
}

struct reply console_ask(const char *method, const char *path, const char *cookie, const char *body,
			 const char *headers)
{
	size_t cap = 2048 + (body != NULL ? strlen(body) : 0) + (headers != NULL ? strlen(headers) : 0);
	char *request = malloc(cap);
	EXPECT(request != NULL);
	int len = snprintf(request, cap,
			   "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n%s%s%s%s%sContent-Length: "
			   "%zu\r\n\r\n%s",
			   method, path, console_port, headers != NULL ? headers : "Sec-Fetch-Site: same-origin\r\n",
			   *cookie ? "Cookie: __Host-hongyan=" : "", cookie, *cookie ? "\r\n" : "",
			   body != NULL && headers == NULL ? "Content-Type: application/json\r\n" : "",
			   body != NULL ? strlen(body) : 0, body != NULL ? body : "");
	struct reply reply = console_raw(request, (size_t)len);
	free(request);
	return reply;
}

void reply_free(struct reply *reply)
{
	json_decref(reply->json);
	free(reply->octets);
}

int console_status(const char *method, const char *path, const char *cookie, const char *body)
{
	struct reply reply = console_ask(method, path, cookie, body, NULL);
	reply_free(&reply);
	return reply.status;
}

json_t *console_json(int want, const char *method, const char *path, const char *cookie, const char *body)
{
	struct reply reply = console_ask(method, path, cookie, body, NULL);
	if (reply.status != want || reply.json == NULL)
		FAIL("%s %s: %d instead of %d: %.600s", method, path, reply.status, want, reply.body);
	json_t *json = json_incref(reply.json);
	reply_free(&reply);
	return json;
}

const char *reply_header(const struct reply *reply, const char *name, char *out, size_t cap)
{
	size_t name_len = strlen(name);
	out[0] = '\0';
	for (const char *line = strstr(reply->head, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n")) {
		const char *at = line + 2;
		if (strncasecmp(at, name, name_len) != 0 || at[name_len] != ':')
			continue;
		at += name_len + 1 + strspn(at + name_len + 1, " ");
		snprintf(out, cap, "%.*s", (int)strcspn(at, "\r"), at);
		break;
	}
	return out;
}

const char *json_text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL ? text : "";
}

/* -- people -- */

int console_sign_in(const char *name, const char *password, const char *before, char cookie[static COOKIE_OCTETS])
{
	char body[512], header[512];
	snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"%s\"}", name, password);
	struct reply reply = console_ask("POST", "/api/session", before, body, NULL);
	reply_header(&reply, "Set-Cookie", header, sizeof header);
	if (reply.status == 200) {
		EXPECT(strncmp(header, "__Host-hongyan=", 15) == 0);
		snprintf(cookie, COOKIE_OCTETS, "%.*s", (int)strcspn(header + 15, ";"), header + 15);
	}
	reply_free(&reply);
	return reply.status;
}

void console_user(const char *name, const char *roles, char cookie[static COOKIE_OCTETS])
{
	char body[512];
	json_t *made = command_json(0, COMMAND("user", "add", name, "--roles", roles));
	EXPECT_COUNT(console_sign_in(name, json_text_of(made, "code"), "", cookie), 200);
	snprintf(body, sizeof body, "{\"old\":\"%s\",\"new\":\"" PASSWORD "\"}", json_text_of(made, "code"));
	struct reply reply = console_ask("PUT", "/api/session/password", cookie, body, NULL);
	if (reply.status != 200)
		FAIL("%s", reply.body);
	reply_free(&reply);
	json_decref(made);
	EXPECT_COUNT(console_sign_in(name, PASSWORD, "", cookie), 200);
}

bool console_audited(const char *cookie, const char *action)
{
	char path[128];
	snprintf(path, sizeof path, "/api/audit?action=%s", action);
	json_t *page = console_json(200, "GET", path, cookie, NULL);
	bool has = json_array_size(json_object_get(page, "entries")) > 0;
	json_decref(page);
	return has;
}
