/* SPDX-License-Identifier: Apache-2.0 */

/* The commands that act on the queue in Redis: dead, held, pause, resume. What they find was planted. */

#include "e2e_desk.h"

#include "books.h"
#include "command_process.h"
#include "redis_server.h"
#include "scenario.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void desk_open(void)
{
	world_open();
	redis_server_start();
	command_open(NULL);
}

void desk_close(void)
{
	redis_server_stop();
	world_close();
}

char *desk_snapshot(void)
{
	redisReply *reply = redis_server_call(
		"EVAL %s 0",
		"local seen = {}\n"
		"for _, key in ipairs(redis.call('KEYS', '*')) do seen[#seen + 1] = key end\n"
		"table.sort(seen)\n"
		"local out = {}\n"
		"for _, key in ipairs(seen) do out[#out + 1] = key .. redis.sha1hex(redis.call('DUMP', key)) end\n"
		"return table.concat(out, '\\n')");
	char *text = strdup(reply->str);
	freeReplyObject(reply);
	return text;
}

void desk_expect_same(char *snapshot)
{
	char *now = desk_snapshot();
	if (strcmp(snapshot, now) != 0)
		FAIL("the queue has changed:\n%s\n— is now —\n%s", snapshot, now);
	free(snapshot);
	free(now);
}

bool desk_has_asked(const char *command)
{
	redisReply *reply = redis_server_call("CLIENT LIST");
	bool has = strstr(reply->str, command) != NULL;
	freeReplyObject(reply);
	return has;
}

void desk_expect_number(const struct json_t *object, const char *name, long long want)
{
	const json_t *value = json_object_get(object, name);
	if (!json_is_integer(value) || json_integer_value(value) != want)
		FAIL("“%s” is %lld, wants %lld", name, (long long)json_integer_value(value), want);
}

/* Redis says no: a wrong password, a key of another type. */
void desk_refused(void)
{
	static const char *const refused[][5] = { { "dead", "list" },
						  { "dead", "show", "1-1" },
						  { "dead", "requeue", "1-1" },
						  { "dead", "requeue", "--all" },
						  { "dead", "drop", "--all", "--dry-run" } };
	char url[WORLD_PATH_OCTETS + 64];
	desk_open();
	redis_server_do("SET {hongyan}:dead x");
	command_expect(1, "WRONGTYPE", COMMAND("dead", "list"));
	/* What is begun as JSON ends as such. */
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		json_t *answer = command_json(1, refused[i]);
		EXPECT(json_is_true(json_object_get(answer, "interrupted")));
		json_decref(answer);
	}
	redis_server_do("DEL {hongyan}:dead");
	redis_server_do("CONFIG SET requirepass right");
	command_expect(69, "NOAUTH", COMMAND("dead", "list"));
	snprintf(url, sizeof url, "unix://:wrong@%s", redis_server_url() + strlen("unix://"));
	command_open(url);
	command_expect(69, "WRONGPASS", COMMAND("pause", "--all"));
	snprintf(url, sizeof url, "unix://:right@%s?db=3", redis_server_url() + strlen("unix://"));
	command_open(url);
	command_expect(0, "everything is paused", COMMAND("pause", "--all"));
	redis_server_do("CONFIG SET requirepass %s", "");
	EXPECT_COUNT(redis_server_int("EXISTS {hongyan}:paused"), 0);
	redis_server_do("SELECT 3");
	EXPECT_COUNT(redis_server_int("HEXISTS {hongyan}:paused all"), 1);
	desk_close();
}

/* A script of the gateway with the keys and arguments given (NULL-terminated). Returns what it does: a count. */
static long long run_script(const char *name, const char *key_count, const char *const words[])
{
	char path[256];
	const char *argv[24] = { "EVAL" };
	size_t lens[24] = { 4 };
	int count = 1;
	snprintf(path, sizeof path, SOURCE_DIR "/gateway/store/lua/%s.lua", name);
	char *text = world_read(path);
	EXPECT(text != NULL);
	argv[count] = text;
	lens[count++] = strlen(text);
	argv[count] = key_count;
	lens[count++] = strlen(key_count);
	for (unsigned i = 0; words[i] != NULL; i++) {
		argv[count] = words[i];
		lens[count++] = strlen(words[i]);
	}
	redisReply *reply = redis_server_call_argv(count, argv, lens);
	long long done = reply->integer;
	freeReplyObject(reply);
	free(text);
	return done;
}

/* Two people do the same at once: what the first one did, the second one finds gone. */
void desk_steps_twice(void)
{
	static const struct {
		const char *script;
		const char *key_count;
		const char *words[16];
	} rows[] = {
		{ "requeue",
		  "4",
		  { "{hongyan}:dead", "{hongyan}:ready", "{hongyan}:totals", "{hongyan}:events", "5-1", "{\"e\":1}",
		    "5-2", "{\"e\":2}" } },
		{ "resend",
		  "3",
		  { "{hongyan}:held", "{hongyan}:held:bodies", "{hongyan}:ready", "1-1@bulk", "1-2@bulk" } },
		{ "drop_held",
		  "5",
		  { "{hongyan}:held", "{hongyan}:held:bodies", "{hongyan}:dead", "{hongyan}:totals", "{hongyan}:events",
		    "held_dropped: x", "1-3@bulk", "{\"e\":3}", "1-4@bulk", "{\"e\":4}" } },
	};
	desk_open();
	for (unsigned i = 1; i <= 4; i++) {
		redis_server_do("XADD {hongyan}:dead 5-%d alert {} origin 2-%d@bulk reason x", i, i);
		redis_server_do("ZADD {hongyan}:held 1770940800000 1-%d@bulk", i);
		redis_server_do("HSET {hongyan}:held:bodies 1-%d@bulk %s", i, "0\n1\n\n{}");
	}
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		EXPECT_COUNT(run_script(rows[i].script, rows[i].key_count, rows[i].words), 2);
		char *before = desk_snapshot();
		if (run_script(rows[i].script, rows[i].key_count, rows[i].words) != 0)
			FAIL("%s does it twice", rows[i].script);
		desk_expect_same(before);
	}
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:ready"), 4);
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:dead"), 4);
	EXPECT_COUNT(books_total("requeued"), 2);
	EXPECT_COUNT(books_total("dead"), 2);
	desk_close();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "dead_filters", desk_dead_filters, 60, false },
		{ "dead_pages", desk_dead_pages, 60, false },
		{ "dead_shows", desk_dead_shows, 30, false },
		{ "dead_requeues", desk_dead_requeues, 30, false },
		{ "dead_names", desk_dead_names, 30, false },
		{ "dead_drops", desk_dead_drops, 30, false },
		{ "dead_interrupted", desk_dead_interrupted, 60, false },
		{ "dead_cut", desk_dead_cut, 120, false },
		{ "dead_list_cut", desk_dead_list_cut, 60, false },
		{ "dead_full", desk_dead_full, 30, false },
		{ "dead_on_the_road", desk_dead_on_the_road, 60, false },
		{ "held_filters", desk_held_filters, 60, false },
		{ "held_resends", desk_held_resends, 30, false },
		{ "held_drops", desk_held_drops, 30, false },
		{ "held_at_once", desk_held_at_once, 60, false },
		{ "pauses", desk_pauses, 30, false },
		{ "resumes", desk_resumes, 60, false },
		{ "resume_interrupted", desk_resume_interrupted, 60, false },
		{ "resume_waits", desk_resume_waits, 60, false },
		{ "resume_paused_again", desk_resume_paused_again, 60, false },
		{ "steps_twice", desk_steps_twice, 30, false },
		{ "refused", desk_refused, 30, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
