/* SPDX-License-Identifier: Apache-2.0 */

/* Events are trimmed by age, and never such as a group of readers still needs. The stores here keep them for an hour. */

#include "contract/store_rig.h"
#include "store/redis_store.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define RIG     (&store_rig_shared)
#define HOUR_MS (3600 * INT64_C(1000))

static const struct redis_store_gauges *gauges(void)
{
	return redis_store_gauges(RIG->slots[0].store);
}

static void meddle(const char *command)
{
	RIG->kit->meddle(RIG, command);
}

static int64_t wall(void)
{
	struct timespec at;
	clock_gettime(CLOCK_REALTIME, &at);
	return (int64_t)at.tv_sec * 1000;
}

/* Adds events i = first … first + count − 1, the text “[i]” and padding; i ms after they are age_ms old. */
static void add_events(unsigned first, unsigned count, int64_t age_ms, unsigned octets)
{
	static const char script[] = "for i = ARGV[1], ARGV[1] + ARGV[2] - 1 do redis.call('XADD', KEYS[1], "
				     "string.format('%.0f-0', ARGV[3] + i), 'events', '[' .. i .. ']' .. "
				     "string.rep('x', ARGV[4])) end";
	RIG->kit->meddle(RIG, "EVAL %s 1 {hongyan}:events %u %u %lld %u", script, first, count,
			 (long long)(wall() - age_ms), octets);
}

static bool is_kept(unsigned i)
{
	char text[16];
	snprintf(text, sizeof text, "[%u]", i);
	return strstr(RIG->kit->events(RIG), text) != NULL;
}

static bool has_trimmed(struct rig_slot *slot, unsigned entries)
{
	return redis_store_gauges(slot->store)->events_trimmed >= entries;
}

static bool is_held(struct rig_slot *slot, unsigned wanted)
{
	return (redis_store_gauges(slot->store)->events_held_by[0] != '\0') == wanted;
}

static bool has_looked(struct rig_slot *slot, unsigned entries)
{
	return redis_store_gauges(slot->store)->events_length == entries;
}

static bool is_half_full(struct rig_slot *slot, unsigned wanted)
{
	return redis_store_gauges(slot->store)->is_half_full == wanted;
}

static void open_store(void)
{
	store_rig_open(RIG, 0, &(struct store_setup){ .nonce = 1 });
}

#define GROUP(name)             "XGROUP CREATE {hongyan}:events " name " 0"
#define READ(name, count)       "XREADGROUP GROUP " name " reader COUNT " count " STREAMS {hongyan}:events >"
#define READ_ACKED(name, count) "XREADGROUP GROUP " name " reader COUNT " count " NOACK STREAMS {hongyan}:events >"

/* Events 0 … 9 are two hours old, 10 … 14 half an hour. */
Test(store_contract, events_are_trimmed_behind_all_readers)
{
	static const struct {
		const char *name;
		const char *commands[6];
		unsigned want; /* are trimmed */
		const char *want_holder;
	} rows[] = {
		{ "nobody reads", { NULL }, 10, "" },
		{ "a group has read nothing", { GROUP("a") }, 0, "" },
		{ "a group has read four", { GROUP("a"), READ_ACKED("a", "4") }, 4, "" },
		{ "a group has read, and not acknowledged", { GROUP("a"), READ("a", "4") }, 0, "" },
		{ "a group has read all", { GROUP("a"), READ_ACKED("a", "99") }, 10, "" },
		{ "a group begins at the end",
		  { "XGROUP CREATE {hongyan}:events a $", GROUP("b"), READ_ACKED("b", "99") },
		  10,
		  "" },
		{ "the slowest of three decides",
		  { GROUP("a"), READ_ACKED("a", "99"), GROUP("b"), READ_ACKED("b", "3"), GROUP("c"),
		    READ_ACKED("c", "7") },
		  3,
		  "" },
		{ "one is pending behind acknowledged ones",
		  { GROUP("a"), READ_ACKED("a", "5"), READ("a", "1"), READ_ACKED("a", "99") },
		  5,
		  "" },
		{ "pending with an earlier position",
		  { GROUP("a"), READ_ACKED("a", "5"), READ("a", "1"), "XGROUP SETID {hongyan}:events a 0" },
		  0,
		  "" },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		store_rig_start(RIG, &store_kit_redis);
		RIG->row = rows[i].name;
		add_events(0, 10, 2 * HOUR_MS - 60000, 0);
		add_events(10, 5, HOUR_MS / 2, 0);
		for (unsigned k = 0; k < 6 && rows[i].commands[k] != NULL; k++)
			meddle(rows[i].commands[k]);
		meddle("XADD {hongyan}:dead 1-1 alert old");
		open_store();
		store_rig_until(RIG, 0, has_looked, 15 - rows[i].want, "all is trimmed");
		store_rig_pass(RIG, 100 * US_PER_MS);
		for (unsigned k = 0; k < 15; k++)
			cr_expect_eq(is_kept(k), k >= rows[i].want, "%s: event %u", RIG->row, k);
		cr_expect_eq(gauges()->events_trimmed, rows[i].want, "%s", RIG->row);
		cr_expect_str_eq(gauges()->events_held_by, "", "%s", RIG->row);
		cr_expect_eq(RIG->kit->dead(RIG), 1, "%s: dead letters are never trimmed", RIG->row);
		store_rig_finish(RIG);
	}
}

/* Many small ones, which Redis keeps many to a node, and large ones, which it keeps one to a node. */
Test(store_contract, many_events_are_trimmed_step_by_step)
{
	store_rig_start(RIG, &store_kit_redis);
	add_events(0, 4321, 3 * HOUR_MS, 10);
	add_events(4321, 400, 3 * HOUR_MS, 20000);
	add_events(4721, 1234, 2 * HOUR_MS, 10);
	add_events(5955, 45, HOUR_MS / 2, 10);
	open_store();
	store_rig_until(RIG, 0, has_trimmed, 5955, "all old ones are trimmed");
	store_rig_pass(RIG, 700 * US_PER_MS);
	cr_expect_eq(gauges()->events_trimmed, 5955);
	cr_expect_eq(gauges()->events_length, 45);
	cr_expect(!is_kept(5954) && is_kept(5955) && is_kept(5999));
	cr_expect(gauges()->events_oldest_ms >= HOUR_MS / 2 - 6000 && gauges()->events_oldest_ms < HOUR_MS);
	store_rig_finish(RIG);
}

Test(store_contract, who_keeps_events_from_being_trimmed_is_named_once)
{
	store_rig_start(RIG, &store_kit_redis);
	add_events(0, 10, 3 * HOUR_MS, 0);
	meddle(GROUP("quick"));
	meddle(READ_ACKED("quick", "99"));
	meddle(GROUP("billing"));
	meddle(READ("billing", "4"));
	meddle(READ_ACKED("billing", "99"));
	open_store();
	store_rig_until(RIG, 0, is_held, true, "it is held");
	cr_expect_str_eq(gauges()->events_held_by, "billing");
	store_rig_pass(RIG, 1500 * US_PER_MS);
	cr_expect_eq(RIG->kit->said(RIG, "\"events_held\""), 1);
	cr_expect_eq(RIG->kit->said(RIG, "\"group\":\"billing\""), 1);
	meddle("XGROUP DESTROY {hongyan}:events billing");
	store_rig_until(RIG, 0, is_held, false, "it is free");
	cr_expect_eq(gauges()->events_length, 0);
	cr_expect_eq(RIG->kit->said(RIG, "\"events_free\""), 1);
	store_rig_finish(RIG);
}

/* That nobody has added anything for long is no fault of those who have read it all. */
Test(store_contract, a_quiet_stream_is_held_by_nobody)
{
	store_rig_start(RIG, &store_kit_redis);
	add_events(0, 10, 30 * HOUR_MS, 0);
	meddle(GROUP("a"));
	meddle(READ_ACKED("a", "99"));
	add_events(10, 1, HOUR_MS / 2, 0);
	open_store();
	store_rig_until(RIG, 0, has_trimmed, 10, "the old ones are trimmed");
	store_rig_pass(RIG, 700 * US_PER_MS);
	cr_expect_eq(gauges()->events_length, 1);
	cr_expect_eq(RIG->kit->said(RIG, "\"events_held\""), 0);
	store_rig_finish(RIG);
}

/* That is when room is needed most. */
Test(store_contract, a_full_redis_lets_events_be_trimmed)
{
	store_rig_start(RIG, &store_kit_redis);
	add_events(0, 10, 3 * HOUR_MS, 0);
	RIG->kit->refuse(RIG, "OOM", true);
	open_store();
	store_rig_until(RIG, 0, has_trimmed, 10, "the old ones are trimmed");
	store_rig_finish(RIG);
}

Test(store_contract, half_of_the_memory_is_told_once)
{
	store_rig_start(RIG, &store_kit_redis);
	open_store();
	store_rig_pass(RIG, 300 * US_PER_MS);
	cr_expect_gt(gauges()->memory_used, 100000);
	cr_expect_eq(gauges()->memory_max, 0);
	cr_expect(!gauges()->is_half_full);
	RIG->kit->meddle(RIG, "CONFIG SET maxmemory %llu", (unsigned long long)gauges()->memory_used * 3 / 2);
	store_rig_until(RIG, 0, is_half_full, true, "it is half full");
	store_rig_pass(RIG, 300 * US_PER_MS);
	cr_expect_eq(RIG->kit->said(RIG, "\"redis_half_full\""), 1);
	meddle("CONFIG SET maxmemory 1000000000");
	store_rig_until(RIG, 0, is_half_full, false, "it is no longer");
	cr_expect_eq(gauges()->memory_max, 1000000000);
	cr_expect_eq(RIG->kit->said(RIG, "\"redis_half_empty\""), 1);
	store_rig_finish(RIG);
}

Test(store_contract, a_wrong_key_of_events_is_told_once)
{
	store_rig_start(RIG, &store_kit_redis);
	meddle("SET {hongyan}:events x");
	open_store();
	store_rig_pass(RIG, 1000 * US_PER_MS);
	cr_expect_eq(RIG->kit->said(RIG, "\"trim_error\""), 1);
	meddle("DEL {hongyan}:events");
	store_rig_finish(RIG);
}
