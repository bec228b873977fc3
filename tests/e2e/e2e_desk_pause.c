/* SPDX-License-Identifier: Apache-2.0 */

/* Pauses: set, listed, ended; and alerts that wait because of one, planted as the gateway leaves them. */

#include "books.h"
#include "command_process.h"
#include "e2e_desk.h"
#include "redis_server.h"
#include "scenario.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOMORROW    "9999999999999" /* ms */
#define PAUSES_MOST 64              /* docs/operators.md */

/* So many alerts wait because of a pause; their origins are n-1@normal, n-2@normal … */
static void plant_waiting(const char *field, const char *name, unsigned count)
{
	for (unsigned i = 1; i <= count; i++) {
		redis_server_queue("SADD {hongyan}:paused:%s %s-%u@normal", field, name, i);
		redis_server_queue("ZADD {hongyan}:later " TOMORROW " %s-%u@normal", name, i);
	}
	redis_server_drain();
}

static long long due_now(void)
{
	return redis_server_int("ZCOUNT {hongyan}:later -inf (" TOMORROW);
}

static bool is_paused(const char *field)
{
	return redis_server_int("HEXISTS {hongyan}:paused %s", field) == 1;
}

void desk_pauses(void)
{
	static const struct {
		const char *name;
		const char *words[6];
		const char *want;
		const char *want_field;
	} rows[] = {
		{ "a template",
		  { "pause", "--template", "note", "--by", "li" },
		  "template “note” is paused\n",
		  "template:note" },
		{ "a tenant",
		  { "pause", "--tenant", "长春", "--by", "王 芳" },
		  "tenant “长春” is paused\n",
		  "tenant:长春" },
		{ "a batch", { "pause", "--batch", "run: 1" }, "batch “run: 1” is paused\n", "batch:run: 1" },
		{ "all", { "pause", "--all" }, "everything is paused\n", "all" },
		{ "a wrong name",
		  { "pause", "--template", "notte" },
		  "(did you mean “note”?); it is paused all the same\n",
		  "template:notte" },
	};
	desk_open();
	command_expect(0, "nothing is paused; whether accounts are", COMMAND("pause"));
	json_t *list = command_json(0, COMMAND("pause", "list"));
	EXPECT_COUNT(json_array_size(json_object_get(list, "paused")), 0);
	json_decref(list);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		command_expect(0, rows[i].want, rows[i].words);
		if (!is_paused(rows[i].want_field))
			FAIL("%s: “%s” is not paused", rows[i].name, rows[i].want_field);
	}
	/* Who paused it first, and when, stays. */
	char *before = desk_snapshot();
	command_expect(0, "template “note” was paused already, since ",
		       COMMAND("pause", "--template", "note", "--by", "somebody"));
	json_t *again = command_json(0, COMMAND("pause", "--template", "note", "--by", "somebody"));
	EXPECT(json_is_true(json_object_get(again, "was_paused")) && books_is(again, "by", "li"));
	json_decref(again);
	desk_expect_same(before);
	redis_server_do("SADD %s a b c", "{hongyan}:paused:batch:run: 1");
	list = command_json(0, COMMAND("pause", "list"));
	const json_t *all = json_object_get(list, "paused");
	EXPECT_COUNT(json_array_size(all), 5);
	EXPECT(books_is(json_array_get(all, 0), "field", "template:note") &&
	       books_is(json_array_get(all, 0), "by", "li"));
	EXPECT(books_is(json_array_get(all, 1), "by", "王 芳"));
	EXPECT(json_is_null(json_object_get(json_array_get(all, 2), "by")));
	desk_expect_number(json_array_get(all, 2), "waiting", 3);
	EXPECT(json_string_length(json_object_get(json_array_get(all, 3), "since")) >= 20);
	json_decref(list);
	command_expect(0, " by li, 0 wait\n", COMMAND("pause"));
	command_expect(0, ", 3 wait\n", COMMAND("pause"));
	/* Under the pause of everything nothing is parked: what is on the queue waits. */
	redis_server_do("XADD {hongyan}:alerts:urgent * alert {}");
	redis_server_do("XADD {hongyan}:alerts:normal * alert {}");
	redis_server_do("XADD {hongyan}:alerts:bulk * alert {}");
	redis_server_do("XADD {hongyan}:ready * alert {}");
	redis_server_do("ZADD {hongyan}:later " TOMORROW " 1-1@normal " TOMORROW " 1-2@bulk");
	command_expect(0, ", 6 on the queue\n", COMMAND("pause"));
	list = command_json(0, COMMAND("pause", "list"));
	desk_expect_number(json_array_get(json_object_get(list, "paused"), 3), "on_queue", 6);
	json_decref(list);
	/* Workers heed so many: one more is not promised. */
	for (unsigned i = 6; i <= PAUSES_MOST; i++)
		redis_server_do("HSET {hongyan}:paused batch:%u %s", i, "1770940800000 ");
	command_expect(1, "64 things are paused already", COMMAND("pause", "--batch", "one more"));
	EXPECT(!is_paused("batch:one more"));
	command_expect(0, "template “note” was paused already", COMMAND("pause", "--template", "note"));
	desk_close();
}

void desk_resumes(void)
{
	desk_open();
	redis_server_do("HSET {hongyan}:paused template:note %s all %s", "1770940800000 li", "1770940800000 ");
	plant_waiting("template:note", "n", 1200);
	plant_waiting("tenant:t", "t", 10);
	redis_server_do("XADD {hongyan}:alerts:bulk * alert {}");
	/* Settled since; and one that is due anyway. */
	redis_server_do("SADD {hongyan}:paused:template:note gone-1@normal gone-2@bulk due@normal");
	redis_server_do("ZADD {hongyan}:later 5 due@normal");
	json_t *done = command_json(0, COMMAND("resume", "--template", "note"));
	EXPECT(json_is_true(json_object_get(done, "was_paused")));
	desk_expect_number(done, "released", 1201);
	json_decref(done);
	EXPECT_COUNT(due_now(), 1201);
	EXPECT_COUNT(redis_server_int("ZCOUNT {hongyan}:later 5 5"), 1);
	EXPECT_COUNT(redis_server_int("ZCARD {hongyan}:later"), 1211);
	EXPECT_COUNT(redis_server_int("EXISTS {hongyan}:paused:template:note"), 0);
	EXPECT(!is_paused("template:note") && is_paused("all"));
	/* To say it twice does nothing more. */
	char *before = desk_snapshot();
	command_expect(0, "template “note” was not paused; 0 alerts that waited go on\n",
		       COMMAND("resume", "--template", "note"));
	desk_expect_same(before);
	/* Everything goes on where it is, but for what another pause has parked. */
	command_expect(0, "everything goes on; 1212 alerts are on the queue\n", COMMAND("resume", "--all"));
	EXPECT(!is_paused("all"));
	EXPECT_COUNT(due_now(), 1201);
	command_expect(0, "everything was not paused; 1212 alerts are on the queue\n", COMMAND("resume", "--all"));
	done = command_json(0, COMMAND("resume", "--all"));
	EXPECT(json_is_false(json_object_get(done, "was_paused")));
	desk_expect_number(done, "on_queue", 1212);
	json_decref(done);
	redis_server_do("DEL {hongyan}:later");
	command_expect(0, "; 1 alert is on the queue\n", COMMAND("resume", "--all"));
	desk_close();
}

/* Whatever was done before it was interrupted, the next run does the rest. */
void desk_resume_interrupted(void)
{
	desk_open();
	redis_server_do("HSET {hongyan}:paused batch:b %s", "1770940800000 li");
	plant_waiting("batch:b", "n", 1200);
	redis_server_do("CLIENT PAUSE 30000 WRITE");
	command_start(COMMAND("resume", "--batch", "b"));
	AWAIT(20, desk_has_asked("cmd=hdel"));
	command_signal(SIGTERM);
	redis_server_do("CLIENT UNPAUSE");
	struct command_result result = command_finish();
	if (result.code != 1 || strstr(result.err, "run it again to go on") == NULL)
		FAIL("exit %d: %s\n%s", result.code, result.out, result.err);
	command_fini(&result);
	EXPECT(!is_paused("batch:b"));
	EXPECT_COUNT(due_now(), 0);
	/* As after a kill in the middle: some are brought forward and gone from the set. */
	for (unsigned i = 1; i <= 700; i++) {
		redis_server_queue("ZADD {hongyan}:later XX 1000 n-%u@normal", i);
		redis_server_queue("SREM {hongyan}:paused:batch:b n-%u@normal", i);
	}
	redis_server_drain();
	command_expect(0, "batch “b” was not paused; 500 alerts that waited go on\n",
		       COMMAND("resume", "--batch", "b"));
	EXPECT_COUNT(due_now(), 1200);
	EXPECT_COUNT(redis_server_int("EXISTS {hongyan}:paused:batch:b"), 0);
	desk_close();
}

/* An alert that was found paused just before, and is put among those that wait just after. */
void desk_resume_waits(void)
{
	desk_open();
	redis_server_do("HSET {hongyan}:paused tenant:t %s", "1770940800000 li");
	plant_waiting("tenant:t", "n", 5);
	redis_server_do("SADD {hongyan}:paused:tenant:t late@normal");
	command_start(COMMAND("resume", "--tenant", "t"));
	AWAIT(20, due_now() == 5);
	redis_server_do("ZADD {hongyan}:later " TOMORROW " late@normal");
	redis_server_do("ZADD {hongyan}:later " TOMORROW " later@normal");
	redis_server_do("SADD {hongyan}:paused:tenant:t later@normal");
	struct command_result result = command_finish();
	EXPECT_COUNT(result.code, 0);
	if (strstr(result.out, "; 7 alerts that waited go on\n") == NULL)
		FAIL("%s", result.out);
	command_fini(&result);
	EXPECT_COUNT(due_now(), 7);
	desk_close();
}

void desk_resume_paused_again(void)
{
	desk_open();
	redis_server_do("HSET {hongyan}:paused batch:b %s", "1770940800000 li");
	redis_server_do("SADD {hongyan}:paused:batch:b late@normal");
	command_start(COMMAND("resume", "--batch", "b"));
	AWAIT(20, !is_paused("batch:b"));
	redis_server_do("HSET {hongyan}:paused batch:b %s", "1770940800001 wang");
	struct command_result result = command_finish();
	EXPECT_COUNT(result.code, 1);
	if (strstr(result.err, "batch “b” was paused again meanwhile; the rest waits on\n") == NULL)
		FAIL("%s", result.err);
	command_fini(&result);
	/* Those that wait because of it stay known. */
	EXPECT_COUNT(redis_server_int("SISMEMBER {hongyan}:paused:batch:b late@normal"), 1);
	EXPECT(is_paused("batch:b"));
	desk_close();
}
