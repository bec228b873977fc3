/* SPDX-License-Identifier: Apache-2.0 */

/* The commands that act on the queue in Redis: dead, held, pause, resume. What they find was planted. */

#include "e2e_desk.h"

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

void desk_expect_number(const struct json_t *object, const char *name, long long want)
{
	const json_t *value = json_object_get(object, name);
	if (!json_is_integer(value) || json_integer_value(value) != want)
		FAIL("“%s” is %lld, wants %lld", name, (long long)json_integer_value(value), want);
}

/* Redis says no: a wrong password, a key of another type. */
void desk_refused(void)
{
	char url[WORLD_PATH_OCTETS + 64];
	desk_open();
	redis_server_do("SET {hongyan}:dead x");
	command_expect(1, "WRONGTYPE", COMMAND("dead", "list"));
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
		{ "refused", desk_refused, 30, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
