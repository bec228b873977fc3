/* SPDX-License-Identifier: Apache-2.0 */

/* Published templates: a first start fills the catalogue, every gateway follows what is published within a second, and each sms has the
 * text of exactly one version, which its event names, however fast they follow each other. */

#include "books.h"
#include "command_process.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define GATEWAYS 2
#ifdef E2E_SLOW
#define LOAD 6000
#else
#define LOAD 60000
#endif
#define PUBLICATIONS 1000

static struct smsc smsc;
static struct gateway_process gateways[GATEWAYS];

static void open_world(const char *latency)
{
	static const char *const names[GATEWAYS] = { "one", "two" };
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, (const char *const[]){ "--latency", latency, NULL });
	for (unsigned i = 0; i < GATEWAYS; i++)
		gateway_process_start(&gateways[i], names[i],
				      &(struct gateway_options){ .smsc = &smsc, .binds = GATEWAYS }, true);
}

static void close_world(void)
{
	for (unsigned i = 0; i < GATEWAYS; i++)
		gateway_process_stop(&gateways[i]);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

/* As staff's tools do it, in one transaction. source: of the file, header and text. Returns the turn. */
static long long publish(const char *name, long long version, const char *source)
{
	json_t *document = json_pack("{s:I, s:{s:s}}", "version", version, "variants", "zh-CN", source);
	char *text = json_dumps(document, JSON_COMPACT);
	redis_server_do("MULTI");
	redis_server_do("HSET {hongyan}:templates:live %s %s", name, text);
	redis_server_do("INCR {hongyan}:templates:turn");
	redis_server_do("EXEC");
	free(text);
	json_decref(document);
	return redis_server_int("INCRBY {hongyan}:templates:turn 0");
}

static bool all_have(long long turn)
{
	char text[64];
	snprintf(text, sizeof text, "\"templates\":{\"known\":true,\"turn\":%lld,", turn);
	bool have = true;
	for (unsigned i = 0; i < GATEWAYS; i++)
		have = have && gateway_process_status_has(&gateways[i], text);
	return have;
}

static double seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

#define NOTE_HEAD "类别: 通知\n参数 code 文字 编号 示例=1000 最长=16\n参数 amount 金额 金额 示例=19.53\n---\n"

static void follows_within_a_second(void)
{
	open_world("fixed:1");
	EXPECT(redis_server_int("HLEN {hongyan}:templates:live") >= 5);
	EXPECT_COUNT(redis_server_int("INCRBY {hongyan}:templates:turn 0"), 1);
	EXPECT(all_have(1));
	books_add_load(0, 10);
	books_await_settled(20);
	double began = seconds_now();
	long long turn = publish("note", 2, NOTE_HEAD "新文：编号{{code}}，金额{{amount}}元。");
	AWAIT(10, all_have(turn));
	double took = seconds_now() - began;
	if (took > 1)
		FAIL("it took %.2f s until both gateways had what was published", took);
	for (unsigned i = 10; i < 60; i++) {
		char alert[BOOKS_ALERT_OCTETS];
		books_add("normal", books_alert(alert, i));
	}
	books_await_settled(20);
	json_t *events = books_events();
	for (unsigned i = 0; i < 60; i++) {
		char id[32];
		snprintf(id, sizeof id, "load-%u", i);
		json_int_t version = json_integer_value(json_object_get(books_closing(events, id), "template_version"));
		EXPECT_COUNT(version, i < 10 ? 1 : 2);
	}
	json_decref(events);
	smsc_finish(&smsc);
	for (unsigned i = 0; i < 60; i++) {
		char number[32];
		snprintf(number, sizeof number, "86138%08u", i);
		const char *text = json_string_value(json_object_get(smsc_message(&smsc, number), "text"));
		EXPECT((strstr(text, "新文") != NULL) == (i >= 10));
	}
	close_world();
}

/* The text says its version at its beginning and at its end, and the event must say the same. */
static void check_version(const json_t *events_by_id, unsigned i)
{
	char id[32];
	char number[32];
	char want[BOOKS_ALERT_OCTETS];
	snprintf(id, sizeof id, "load-%u", i);
	snprintf(number, sizeof number, "86138%08u", i);
	const json_t *event = json_object_get(events_by_id, id);
	long long version = json_integer_value(json_object_get(event, "template_version"));
	const char *text = json_string_value(json_object_get(smsc_message(&smsc, number), "text"));
	EXPECT(books_is(event, "event", "accepted"));
	EXPECT_COUNT(smsc_copies(&smsc, number), 1);
	if (version == 1) {
		EXPECT(strcmp(text, books_text(want, i)) == 0);
		return;
	}
	snprintf(want, sizeof want, "版%lld：编号%u，", version, i);
	char end[64];
	snprintf(end, sizeof end, "（%lld）", version);
	if (strstr(text, want) == NULL || strlen(text) < strlen(end) ||
	    strcmp(text + strlen(text) - strlen(end), end) != 0)
		FAIL("alert %u is of version %lld by its event, and its text is “%s”", i, version, text);
}

static json_t *accepted_by_id(const json_t *events)
{
	json_t *by_id = json_object();
	size_t i;
	json_t *event;
	json_array_foreach(events, i, event)
	{
		const char *id = json_string_value(json_object_get(event, "id"));
		if (id != NULL && books_is(event, "event", "accepted"))
			json_object_set(by_id, id, event);
	}
	return by_id;
}

static void a_thousand_times_at_full_speed(void)
{
	open_world("fixed:5");
	books_add_load(0, LOAD / 2);
	long long turn = 0;
	for (long long version = 2; version <= PUBLICATIONS + 1; version++) {
		char source[512];
		snprintf(source, sizeof source, NOTE_HEAD "版%lld：编号{{code}}，金额{{amount}}元。（%lld）", version,
			 version);
		turn = publish("note", version, source);
		if (version % 100 == 0)
			books_add_load(LOAD / 2 + (unsigned)(version / 100 - 1) * (LOAD / 20), LOAD / 20);
	}
	AWAIT(20, all_have(turn));
	books_await_settled(120);
	json_t *events = books_events();
	struct books_tally tally = books_tally(events);
	EXPECT_COUNT(tally.accepted, LOAD);
	EXPECT_COUNT(tally.ambiguous, 0);
	smsc_finish(&smsc);
	EXPECT_COUNT(smsc_total(&smsc, "messages"), LOAD);
	json_t *by_id = accepted_by_id(events);
	for (unsigned i = 0; i < LOAD; i++)
		check_version(by_id, i);
	json_decref(by_id);
	json_decref(events);
	close_world();
}

static void what_cannot_be_used_leaves_the_former_one(void)
{
	open_world("fixed:1");
	long long turn = publish("note", 2, NOTE_HEAD "编号{{cod}}。");
	AWAIT(10, all_have(turn));
	EXPECT(gateway_process_status_has(&gateways[0], "\"broken\":1"));
	EXPECT(gateway_process_said(&gateways[0],
				    "template “note”, version 2: zh-CN, line :5: unknown parameter “cod”") ||
	       gateway_process_said(&gateways[0], "unknown parameter “cod”"));
	books_add_load(0, 10);
	books_await_settled(20);
	/* Nor is one of another form. */
	redis_server_do("HSET {hongyan}:templates:live note %s", "{\"version\":0}");
	redis_server_do("HSET {hongyan}:templates:live careful %s", "no JSON");
	turn = redis_server_int("INCR {hongyan}:templates:turn");
	AWAIT(10, all_have(turn));
	EXPECT(gateway_process_status_has(&gateways[0], "\"broken\":2"));
	books_add_load(10, 1);
	books_await_settled(20);
	redis_server_do("HDEL {hongyan}:templates:live note");
	turn = publish("other", 1, NOTE_HEAD "编号{{code}}{{amount}}。");
	AWAIT(10, all_have(turn));
	char alert[BOOKS_ALERT_OCTETS];
	books_add("normal", books_alert(alert, 11));
	books_await_settled(20);
	json_t *events = books_events();
	EXPECT_COUNT(books_tally(events).accepted, 11);
	EXPECT_COUNT(books_tally(events).dead, 1);
	EXPECT_COUNT(json_integer_value(json_object_get(books_closing(events, "load-3"), "template_version")), 1);
	json_decref(events);
	smsc_finish(&smsc);
	close_world();
}

/* A Redis that was emptied takes no published text out of use. */
static void what_redis_has_lost_goes_on(void)
{
	open_world("fixed:1");
	long long turn = publish("note", 2, NOTE_HEAD "新文：编号{{code}}，金额{{amount}}元。");
	AWAIT(10, all_have(turn));
	redis_server_do("DEL {hongyan}:templates:turn {hongyan}:templates:live");
	AWAIT(10, gateway_process_said(&gateways[0], "are gone from Redis") &&
			  gateway_process_said(&gateways[1], "are gone from Redis"));
	books_add_load(0, 5);
	books_await_settled(20);
	json_t *events = books_events();
	EXPECT_COUNT(json_integer_value(json_object_get(books_closing(events, "load-3"), "template_version")), 2);
	json_decref(events);
	EXPECT_COUNT(redis_server_int("EXISTS {hongyan}:templates:live"), 0);
	smsc_finish(&smsc);
	close_world();
}

/* What the console would refuse is refused at the command line too. */
static void forbidden_words_go_no_way(void)
{
	char folder[WORLD_PATH_OCTETS];
	char words[WORLD_PATH_OCTETS];
	char more[WORLD_PATH_OCTETS + 64];
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, NULL);
	world_path(folder, "files");
	EXPECT(mkdir(folder, 0700) == 0);
	world_write("files/note.tmpl", NOTE_HEAD "编号{{code}}，金额{{amount}}元，可办理贷 款。\n");
	world_write("words.txt", "金融: 贷款\n");
	snprintf(more, sizeof more, "console: { forbidden_words: %s }", world_path(words, "words.txt"));
	gateway_process_start(&gateways[0], "one", &(struct gateway_options){ .smsc = &smsc, .root_more = more }, true);
	command_use(gateways[0].config);
	command_expect(64, "贷款",
		       COMMAND("templates", "push", "--dir", folder, "--why", "x", "--approved-by", "wang"));
	EXPECT(remove(words) == 0);
	command_expect(64, "console.forbidden_words",
		       COMMAND("templates", "push", "--dir", folder, "--why", "x", "--approved-by", "wang"));
	EXPECT_COUNT(redis_server_int("INCRBY {hongyan}:templates:turn 0"), 1);
	gateway_process_stop(&gateways[0]);
	smsc_finish(&smsc);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

/* What is published is the truth, whatever the folder says by now. */
static void a_restart_keeps_what_was_published(void)
{
	open_world("fixed:1");
	long long turn = publish("note", 2, NOTE_HEAD "新文：编号{{code}}，金额{{amount}}元。");
	AWAIT(10, all_have(turn));
	gateway_process_stop(&gateways[0]);
	gateway_process_start(&gateways[0], "one", NULL, true);
	AWAIT(10, all_have(turn));
	gateway_process_stop(&gateways[1]);
	books_add_load(0, 10);
	books_await_settled(20);
	json_t *events = books_events();
	EXPECT_COUNT(json_integer_value(json_object_get(books_closing(events, "load-3"), "template_version")), 2);
	json_decref(events);
	gateway_process_start(&gateways[1], "two", NULL, true);
	smsc_finish(&smsc);
	close_world();
}

/* Each gateway says what it does, and is gone when it has ended. */
static void each_gateway_is_on_the_board(void)
{
	open_world("fixed:1");
	AWAIT(10, redis_server_int("HLEN {hongyan}:gateways") == GATEWAYS);
	redisReply *line = redis_server_call("HGET {hongyan}:gateways one");
	json_t *seen = json_loadb(line->str, line->len, 0, NULL);
	EXPECT(seen != NULL);
	EXPECT(json_integer_value(json_object_get(seen, "templates_turn")) == 1);
	EXPECT(books_is(json_object_get(seen, "status"), "instance", "one"));
	json_decref(seen);
	freeReplyObject(line);
	gateway_process_stop(&gateways[0]);
	EXPECT_COUNT(redis_server_int("HLEN {hongyan}:gateways"), GATEWAYS - 1);
	gateway_process_start(&gateways[0], "one", NULL, true);
	smsc_finish(&smsc);
	close_world();
}

/* Files against what is in force, and the ways between both. */
static void files_go_there_and_back(void)
{
	char folder[WORLD_PATH_OCTETS];
	char path[WORLD_PATH_OCTETS];
	open_world("fixed:1");
	command_use(gateways[0].config);
	world_path(folder, "files");
	EXPECT(mkdir(folder, 0700) == 0);
	command_expect(0, "files in", COMMAND("templates", "pull", "--dir", folder));
	command_expect(0, "holds what is in force", COMMAND("templates", "diff", "--dir", folder));
	command_expect(0, "nothing is sent", COMMAND("templates", "push", "--dir", folder, "--why", "x"));
	world_write("files/note.tmpl", NOTE_HEAD "新文：编号{{code}}，金额{{amount}}元。\n");
	command_expect(1, "+ 新文：编号{{code}}", COMMAND("templates", "diff", "--dir", folder));
	command_expect(1, "somebody else must have approved it",
		       COMMAND("templates", "push", "--dir", folder, "--why", "tariff", "--approved-by", ""));
	command_expect(0, "note: version 2 is in force",
		       COMMAND("templates", "push", "--dir", folder, "--why", "tariff", "--approved-by", "wang"));
	AWAIT(10, all_have(2));
	command_expect(0, "approved by wang  tariff", COMMAND("templates", "history", "note"));
	command_expect(0, "note: version 3 is in force",
		       COMMAND("templates", "rollback", "note", "1", "--why", "a wrong word"));
	command_expect(0, "the words of version 1  a wrong word", COMMAND("templates", "history", "note"));
	command_expect(0, "note", COMMAND("templates", "list"));
	AWAIT(10, all_have(3));
	books_add_load(0, 5);
	books_await_settled(20);
	/* The file is of the version that was taken back: it does not come into force again by a file that nobody looked at. */
	command_expect(1, "version 3 was published since",
		       COMMAND("templates", "push", "--dir", folder, "--why", "nightly", "--approved-by", "wang"));
	command_expect(1, "version 3 was published since",
		       COMMAND("templates", "push", "--dir", folder, "--why", "nightly"));
	command_expect(0, "files in", COMMAND("templates", "pull", "note", "--dir", folder));
	world_write("files/note.tmpl", NOTE_HEAD "新文：编号{{code}}，金额{{amount}}元。\n");
	/* A draft waits for somebody else; at the command line nobody approves. */
	command_expect(0, "note: a draft waits for review",
		       COMMAND("templates", "push", "--dir", folder, "--why", "again"));
	command_expect(1, "not in state “approved”", COMMAND("templates", "publish", "note"));
	command_expect(1, "has a draft already", COMMAND("templates", "push", "--dir", folder, "--why", "x"));
	world_write("files/note.tmpl", NOTE_HEAD "编号{{cod}}。\n");
	command_expect(64, "unknown parameter “cod”",
		       COMMAND("templates", "push", "note", "--dir", folder, "--why", "x", "--approved-by", "wang"));
	command_expect(64, "there is no template “not”", COMMAND("templates", "diff", "not", "--dir", folder));
	command_expect(64, "is no version", COMMAND("templates", "rollback", "note", "x", "--why", "x"));
	command_expect(1, "has no version 77", COMMAND("templates", "rollback", "note", "77", "--why", "x"));
	command_expect(64, "wants to know why", COMMAND("templates", "rollback", "note", "1"));
	command_expect(1, "was never published", COMMAND("templates", "history", "nothing"));
	world_path(path, "files/note.tmpl");
	command_expect(0, "files in", COMMAND("templates", "pull", "note", "--dir", folder));
	command_expect(0, "holds what is in force", COMMAND("templates", "diff", "--dir", folder));
	/* What is sent by hand is held against what is published, whatever files lie where the gateway began. */
	world_write("files/fresh.tmpl", NOTE_HEAD "新：编号{{code}}，金额{{amount}}元。\n");
	command_expect(0, "fresh: version 1 is in force",
		       COMMAND("templates", "push", "fresh", "--dir", folder, "--why", "new", "--approved-by", "wang"));
	AWAIT(10, all_have(4));
	command_expect(0, "accepted by fake",
		       COMMAND("send", "13900000001", "fresh", "code=A1", "amount=1.00", "--wait", "20"));
	smsc_finish(&smsc);
	close_world();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "follows_within_a_second", follows_within_a_second, 60, false },
		{ "a_thousand_times_at_full_speed", a_thousand_times_at_full_speed, 200, false },
		{ "what_cannot_be_used_leaves_the_former_one", what_cannot_be_used_leaves_the_former_one, 60, false },
		{ "a_restart_keeps_what_was_published", a_restart_keeps_what_was_published, 60, false },
		{ "files_go_there_and_back", files_go_there_and_back, 60, false },
		{ "what_redis_has_lost_goes_on", what_redis_has_lost_goes_on, 60, false },
		{ "forbidden_words_go_no_way", forbidden_words_go_no_way, 60, false },
		{ "each_gateway_is_on_the_board", each_gateway_is_on_the_board, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
