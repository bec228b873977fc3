/* SPDX-License-Identifier: Apache-2.0 */

/* Events are trimmed by age behind all groups of readers (lua/trim.lua): every minute until nothing old is left, in steps
 * with rests between them, since Redis answers nobody while it frees memory. A group that does not read on keeps them from
 * being trimmed, and is named. */

#include "store/redis_store_inner.h"

#include <stdio.h>

#define HEARTBEATS  12  /* between two looks: a minute */
#define STEP_MAX    100 /* entries; the least that Redis trims in one go, a node of its stream */
#define REST_FACTOR 4   /* a step takes at most a fifth of Redis' time */

bool store_trim_write(struct redis_store *store, struct command *command, enum store_key key, int64_t retention_ms)
{
	if (retention_ms == 0)
		return false;
	store_call_begin_script(store, command, SCRIPT_TRIM, 1);
	store_put_key(store, command, key);
	command_int(command, retention_ms);
	command_int(command, STEP_MAX);
	return true;
}

mono_us store_trim_rest(struct redis_store *store, const struct store_chore *chore, const struct reply *reply)
{
	bool has_more = reply->type == REPLY_ARRAY && reply->count == 5 && reply->elements[1]->integer != 0;
	return has_more ? REST_FACTOR * (loop_now(store->loop).mono - chore->asked_at)
			: HEARTBEATS * store->options->heartbeat_us;
}

bool store_trim_ask(struct redis_store *store, struct command *command)
{
	return store_trim_write(store, command, KEY_EVENTS, store->options->events_retention_ms);
}

static void tell_held(struct redis_store *store)
{
	const struct redis_store_gauges *gauges = &store->gauges;
	struct log_line line;
	if (log_begin(&line, store->options->log, LOG_WARN, "events_held",
		      "a group of readers keeps events from being trimmed: let it read on and acknowledge, or remove "
		      "it with "
		      "XGROUP DESTROY")) {
		log_text(&line, "group", slice_of(gauges->events_held_by));
		log_uint(&line, "oldest_s", gauges->events_oldest_ms / MS_PER_S);
		log_uint(&line, "entries", gauges->events_length);
		log_end(&line);
	}
}

/* reader: the group that needs the oldest one; absent where there is none. */
static void judge(struct redis_store *store, struct slice reader)
{
	struct redis_store_gauges *gauges = &store->gauges;
	char before[sizeof gauges->events_held_by];
	memcpy(before, gauges->events_held_by, sizeof before);
	bool is_held = reader.len > 0 && gauges->events_oldest_ms > 2 * (uint64_t)store->options->events_retention_ms;
	snprintf(gauges->events_held_by, sizeof gauges->events_held_by, "%.*s", is_held ? (int)reader.len : 0,
		 is_held ? reader.at : "");
	if (strcmp(before, gauges->events_held_by) == 0)
		return;
	if (is_held)
		tell_held(store);
	else
		log_write(store->options->log, LOG_INFO, "events_free",
			  "no group of readers keeps events from being trimmed any more");
}

mono_us store_trim_answer(struct redis_store *store, const struct reply *reply)
{
	struct redis_store_gauges *gauges = &store->gauges;
	mono_us rest_us = store_trim_rest(store, &store->chores[CHORE_TRIM], reply);
	if (reply->type != REPLY_ARRAY || reply->count != 5)
		return rest_us;
	gauges->events_trimmed += (uint64_t)reply->elements[0]->integer;
	gauges->events_length = (uint64_t)reply->elements[2]->integer;
	gauges->events_oldest_ms = (uint64_t)reply->elements[3]->integer;
	if (reply->elements[1]->integer == 0)
		judge(store, reply_text_at(reply, 4));
	return rest_us;
}
