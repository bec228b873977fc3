/* SPDX-License-Identifier: Apache-2.0 */

/* What became of alerts, whole numbers, and dead letters. */

#include "e2e_console.h"

#include "books.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct smsc smsc;
static struct gateway_process gateway;
static struct process history;

static bool history_runs(void)
{
	char *log = world_read(history.log);
	bool has = log != NULL && strstr(log, "\"history_started\"") != NULL;
	free(log);
	return has;
}

static size_t found(const char *cookie, const char *question)
{
	json_t *messages = console_json(200, "POST", "/api/messages", cookie, question);
	size_t count = json_array_size(json_object_get(messages, "alerts"));
	json_decref(messages);
	return count;
}

static void open_all(void)
{
	char root[512], path[WORLD_PATH_OCTETS];
	console_prepare();
	world_path(path, "history");
	snprintf(root, sizeof root,
		 "history: { dir: \"%s\", key: 0123456789abcdef0123456789abcdef, listen: \"127.0.0.1:%u\" }", path,
		 world_free_port());
	console_open("", root);
	smsc_start(&smsc, "smsc", 0, NULL);
	gateway_process_start(&gateway, "gateway", &(struct gateway_options){ .smsc = &smsc }, true);
	world_path(path, "console.yaml");
	const char *const argv[] = { HONGYAN_PROGRAM, "history", "--config", path, NULL };
	process_start(&history, "history", argv, false);
	AWAIT(20, history_runs());
}

static void close_all(void)
{
	process_signal(&history, SIGTERM);
	EXPECT_COUNT(process_wait(&history, 20), 0);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	smsc_fini(&smsc);
	console_close();
}

void console_numbers(void)
{
	char viewer[COOKIE_OCTETS], auditor[COOKIE_OCTETS], operator_[COOKIE_OCTETS], body[256];
	open_all();
	console_user("wen", "viewer", viewer);
	console_user("shen", "auditor", auditor);
	console_user("cao", "operator", operator_);
	books_add("normal", "{\"id\":\"one\",\"to\":\"13900000001\",\"template\":\"note\",\"params\":{\"code\":\"1\","
			    "\"amount\":\"2.00\"}}");
	books_add("normal", "{\"id\":\"bad\",\"to\":\"13900000002\",\"template\":\"nothing\"}");
	AWAIT(20, found(viewer, "{\"id\":\"one\"}") == 1);
	/* Masked for everybody. */
	struct reply reply = console_ask("POST", "/api/messages", viewer, "{\"number\":\"13900000001\"}", NULL);
	EXPECT_COUNT(reply.status, 200);
	EXPECT(strstr(reply.body, "139****0001") != NULL && strstr(reply.body, "13900000001") == NULL);
	const json_t *alert = json_array_get(json_object_get(reply.json, "alerts"), 0);
	EXPECT(strcmp(json_text_of(alert, "template"), "note") == 0);
	snprintf(body, sizeof body, "{\"entry\":\"%s\",\"why\":\"客户来电\"}", json_text_of(alert, "entry"));
	reply_free(&reply);
	EXPECT_COUNT(found(viewer, "{\"number\":\"13912345678\"}"), 0);
	EXPECT_COUNT(console_status("POST", "/api/messages", viewer, "{\"number\":\"12\"}"), 422);
	EXPECT_COUNT(console_status("POST", "/api/messages", viewer, "{}"), 422);
	/* The whole one: for who may, with a reason, and the log says so. */
	EXPECT_COUNT(console_status("POST", "/api/messages/number", viewer, body), 403);
	EXPECT(!console_audited(auditor, "messages.unmask"));
	json_t *number = console_json(200, "POST", "/api/messages/number", auditor, body);
	EXPECT(strcmp(json_text_of(number, "number"), "8613900000001") == 0);
	json_decref(number);
	EXPECT(console_audited(auditor, "messages.unmask"));
	EXPECT_COUNT(console_status("POST", "/api/messages/number", auditor, "{\"entry\":\"1-1@normal\"}"), 422);
	/* Dead letters: listed with masked numbers, brought back by operators only. */
	AWAIT(20, redis_server_int("XLEN {hongyan}:dead") == 1);
	reply = console_ask("GET", "/api/dead", auditor, NULL, NULL);
	EXPECT_COUNT(reply.status, 200);
	EXPECT(strstr(reply.body, "139****0002") != NULL && strstr(reply.body, "13900000002") == NULL);
	const json_t *letter = json_array_get(json_object_get(reply.json, "letters"), 0);
	snprintf(body, sizeof body, "{\"entries\":[\"%s\"]}", json_text_of(letter, "entry"));
	EXPECT(json_is_true(json_object_get(letter, "usable")));
	EXPECT(strcmp(json_text_of(letter, "field"), "template") == 0);
	reply_free(&reply);
	EXPECT_COUNT(console_status("POST", "/api/dead/requeue", auditor, body), 403);
	EXPECT_COUNT(console_status("POST", "/api/dead/requeue", operator_, "{\"entries\":[\"x\"]}"), 422);
	json_t *requeued = console_json(200, "POST", "/api/dead/requeue", operator_, body);
	EXPECT_COUNT(json_integer_value(json_object_get(requeued, "requeued")), 1);
	json_decref(requeued);
	EXPECT(console_audited(auditor, "dead.requeue"));
	AWAIT(20, redis_server_int("XLEN {hongyan}:dead") == 1); /* it dies again */
	/* All of a reason: what died by now, and what is not of it stays. */
	requeued = console_json(200, "POST", "/api/dead/requeue", operator_, "{\"reason\":\"rejected\"}");
	EXPECT_COUNT(json_integer_value(json_object_get(requeued, "requeued")), 0);
	json_decref(requeued);
	requeued = console_json(200, "POST", "/api/dead/requeue", operator_, "{\"reason\":\"no_template\"}");
	EXPECT_COUNT(json_integer_value(json_object_get(requeued, "requeued")), 1);
	EXPECT(json_is_null(json_object_get(requeued, "next")));
	json_decref(requeued);
	EXPECT_COUNT(
		console_status("POST", "/api/dead/requeue", operator_, "{\"reason\":\"no_template\",\"after\":\"x\"}"),
		422);
	AWAIT(20, redis_server_int("XLEN {hongyan}:dead") == 1);
	/* What templates were used for within the last days. */
	json_t *note = console_json(200, "GET", "/api/templates/note", viewer, NULL);
	EXPECT(json_is_object(json_object_get(note, "used")));
	json_decref(note);
	/* Without the history the rest works. */
	process_signal(&history, SIGSTOP);
	EXPECT_COUNT(console_status("POST", "/api/messages", viewer, "{\"id\":\"one\"}"), 503);
	process_signal(&history, SIGCONT);
	close_all();
}
