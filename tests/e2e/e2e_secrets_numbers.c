/* SPDX-License-Identifier: Apache-2.0 */

/* Alerts go wrong in all ways, each with the number of one customer in it, and once in places where none belongs; events are posted to an
 * endpoint that refuses and repeats them. What was said for people to read shows that number nowhere, nor the token and the secret
 * that were used. Redis itself has numbers: it is the customers' file. */

#include "e2e_secrets.h"

#include "books.h"
#include "command_process.h"
#include "gateway_process.h"
#include "http_caller.h"
#include "redis_server.h"
#include "scenario.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER "13987654321"
#define SECRET "whsec_d2ViaG9vay1wbGFudGVkLTE5LTAxMjM0NTY3"
#define NOTE   "\"template\":\"note\",\"params\":{\"code\":\"1\",\"amount\":\"1.00\"}"

static struct smsc picky;
static struct gateway_process gateway;
static struct process webhook;
static uint16_t api_port;
static char token[64];

static const char *const alerts[] = {
	"{\"id\":\"rejected\",\"to\":\"" NUMBER "\"," NOTE "}",
	"{\"id\":\"written\",\"to\":\"+86 139-8765 4321\"," NOTE "}",
	"{\"id\":\"web\",\"tenant\":\"web\",\"to\":\"" NUMBER "\"," NOTE "}",
	"{\"id\":\"number\",\"to\":" NUMBER "," NOTE "}",
	"{\"id\":\"cut\",\"to\":\"" NUMBER "\"",
	"{\"id\":\"long\",\"to\":\"" NUMBER "99\"," NOTE "}",
	"{\"id\":\"letters\",\"to\":\"" NUMBER "x\"," NOTE "}",
	"{\"id\":\"list\",\"to\":[\"" NUMBER "\"]," NOTE "}",
	"{\"id\":\"twice\",\"to\":\"" NUMBER "\",\"to\":\"" NUMBER "\"," NOTE "}",
	"{\"id\":\"template\",\"to\":\"" NUMBER "\",\"template\":\"nota\"}",
	"{\"id\":\"missing\",\"to\":\"" NUMBER "\",\"template\":\"note\",\"params\":{\"code\":\"1\"}}",
	"{\"id\":\"value\",\"to\":\"" NUMBER "\",\"template\":\"note\",\"params\":{\"code\":\"1\",\"amount\":\"" NUMBER
	"x\"}}",
	"{\"id\":\"overlong\",\"to\":\"" NUMBER "\",\"template\":\"note\",\"params\":{\"code\":\"" NUMBER NUMBER
	"\",\"amount\":\"1.00\"}}",
	"{\"id\":\"time\",\"to\":\"" NUMBER "\",\"as_of\":\"" NUMBER "\"," NOTE "}",
	"{\"id\":\"late\",\"to\":\"" NUMBER "\",\"expires_at\":\"2020-01-01T00:00:00Z\"," NOTE "}",
};
#define ALERT_COUNT (sizeof alerts / sizeof alerts[0])

static void make_token(void)
{
	FILE *pipe = popen(HONGYAN_PROGRAM " token numbers --json", "r");
	char line[256];
	EXPECT(pipe != NULL);
	json_t *made = json_loadf(pipe, 0, NULL);
	EXPECT(pclose(pipe) == 0 && made != NULL);
	snprintf(token, sizeof token, "%s", json_string_value(json_object_get(made, "token")));
	snprintf(line, sizeof line, "%s\n", json_string_value(json_object_get(made, "line")));
	world_write("tokens", line);
	json_decref(made);
}

static void open_world(void)
{
	char accounts[1024], root[1024];
	world_open();
	redis_server_start();
	parrot_start();
	make_token();
	smsc_start(&picky, "picky", 0, COMMAND("--fail", "0x0B@1"));
	api_port = world_free_port();
	snprintf(
		accounts, sizeof accounts,
		"  - { name: picky, address: \"127.0.0.1:%u\", system_id: e, source: \"1\" }\n"
		"  - { name: web, protocol: http, allow: [127.0.0.1], url: \"http://127.0.0.1:%u/?to={to}\", json: "
		"'{\"to\":{to},\"all\":[{to}]}', success: /ok, message_id: /id, error_code: /code, error_text: /said }",
		picky.port, parrot_port());
	snprintf(root, sizeof root,
		 "retry: { base: 100ms, max: 1s }\nlog: { level: debug }\n"
		 "api: { listen: \"127.0.0.1:%u\", tokens_file: tokens }\n"
		 "webhooks: [{ name: parrot, url: \"http://127.0.0.1:%u/\", plain_http: true, allow: [127.0.0.1], "
		 "numbers: true, retry_base: 20ms, retry_max: 20ms, secret: " SECRET " }]",
		 api_port, parrot_port());
	gateway_process_start(
		&gateway, "gateway",
		&(struct gateway_options){ .accounts = accounts,
					   .routes = "  - { tenant: web, accounts: [web] }\n  - { accounts: [picky] }",
					   .root_more = root },
		true);
	command_use(gateway.config);
	process_start(&webhook, "webhook", COMMAND(HONGYAN_PROGRAM, "webhook", "--config", gateway.config), false);
}

static void post(const char *who, const char *alert)
{
	char request[1024];
	char *answer;
	snprintf(request, sizeof request,
		 "POST /v1/alerts HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer %s\r\n"
		 "Content-Length: %zu\r\n\r\n%s",
		 who, strlen(alert), alert);
	(void)http_caller_hear_all(http_caller_say(api_port, request), &answer);
	secrets_keep("answer", answer);
	free(answer);
}

static bool log_has(const char *path, const char *text)
{
	char *log = world_read(path);
	bool has = log != NULL && strstr(log, text) != NULL;
	free(log);
	return has;
}

static void go_wrong(void)
{
	char wrong[80];
	for (size_t i = 0; i < ALERT_COUNT; i++)
		books_add("normal", alerts[i]);
	for (size_t i = 3; i < ALERT_COUNT; i++)
		post(token, alerts[i]);
	snprintf(wrong, sizeof wrong, "%sx", token);
	post(wrong, alerts[0]);
	/* All but the provider's, which is tried again and again, and the late one, which the API takes too. */
	AWAIT(20, books_total("dead") == ALERT_COUNT - 2 && books_total("expired") == 2);
	AWAIT(20, gateway_process_said(&gateway, "\"account\":\"web\",\"status\":401"));
	AWAIT(20, log_has(webhook.log, "\"webhook_refused\""));
}

static void ask_all(void)
{
	static const char *const pages[] = { "/readyz", "/v1/status", "/v1/accounts", "/metrics" };
	for (unsigned i = 0; i < sizeof pages / sizeof pages[0]; i++)
		secrets_keep_page(&gateway, pages[i]);
	secrets_keep_command(COMMAND("status"));
	secrets_keep_command(COMMAND("status", "--json"));
	secrets_keep_command(COMMAND("config", "show"));
	secrets_keep_command(COMMAND("check"));
	secrets_keep_command(COMMAND("held", "list"));
	secrets_keep_command(COMMAND("dead", "list"));
	secrets_keep_command(COMMAND("dead", "list", "--json"));
	secrets_keep_command(COMMAND("trace", "rejected"));
	secrets_keep_command(COMMAND("trace", "web"));
}

void secrets_numbers(void)
{
	char folder[WORLD_PATH_OCTETS];
	open_world();
	const char *const numbers[] = { NUMBER, "139-8765", "139 8765", NULL };
	const char *const secrets[] = { token, "d2ViaG9vay1wbGFud", "webhook-planted", NULL };
	go_wrong();
	ask_all();
	process_signal(&webhook, SIGTERM);
	EXPECT_COUNT(process_wait(&webhook, 20), 0);
	gateway_process_stop(&gateway);
	parrot_stop();
	smsc_finish(&picky);
	smsc_fini(&picky);
	redis_server_stop();
	unsigned files = secrets_look_through(world_path(folder, ""), numbers, true);
	if (files < 20)
		FAIL("only %u files were looked through", files);
	(void)secrets_look_through(folder, secrets, false);
	world_close();
}
