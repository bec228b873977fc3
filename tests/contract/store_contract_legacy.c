/* SPDX-License-Identifier: Apache-2.0 */

/* What is pushed on a list comes to the queue: each once, in the order of pushing. */

#include "contract/store_rig.h"
#include "store/redis_store.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define RIG (&store_rig_shared)

static void push(const char *body)
{
	RIG->kit->meddle(RIG, "LPUSH {hongyan}:alerts:list %s", body);
	RIG->added++;
}

static void push_many(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char body[64];
		snprintf(body, sizeof body, "{\"id\":\"%u\",\"template\":\"t\"}", i);
		push(body);
	}
}

static uint64_t moved(void)
{
	return redis_store_gauges(RIG->slots[0].store)->legacy_moved;
}

static bool has_moved(struct rig_slot *slot, unsigned count)
{
	return redis_store_gauges(slot->store)->legacy_moved >= count;
}

static bool has_said_wrong(struct rig_slot *slot, unsigned ignored)
{
	(void)ignored;
	return slot->rig->kit->said(slot->rig, "\"legacy_error\"") > 0;
}

static void start(void)
{
	store_rig_start(RIG, &store_kit_redis);
	store_rig_open(RIG, 0, &(struct store_setup){ .nonce = 1 });
}

/* More than one move brings, pushed while it goes on. */
Test(store_contract, a_list_is_moved_in_its_order)
{
	start();
	push_many(700);
	store_rig_read_all(RIG, 0, 700);
	for (unsigned i = 0; i < 700; i++) {
		char want[16];
		snprintf(want, sizeof want, "\"id\":\"%u\"", i);
		cr_assert_not_null(strstr(RIG->slots[0].entries[i].body, want), "entry %u is %s", i,
				   RIG->slots[0].entries[i].body);
		cr_assert_eq(RIG->slots[0].entries[i].key.lane, LANE_NORMAL);
	}
	cr_expect_eq(moved(), 700);
	RIG->kit->meddle(RIG, "XLEN {hongyan}:alerts:list"); /* it is gone, or this is of a wrong type */
	store_rig_expect_balance(RIG);
	store_rig_finish(RIG);
}

Test(store_contract, a_list_is_sorted_into_lanes)
{
	static const struct {
		const char *body;
		enum lane want;
	} rows[] = {
		{ "{\"cancel\":\"1\"}", LANE_URGENT },
		{ " { \"cancel_batch\" : \"b\" }", LANE_URGENT },
		{ "{\"cancel_subject\":\"s\",\"template\":\"t\"}", LANE_URGENT },
		{ "{\"id\":\"cancel\"}", LANE_NORMAL },
		{ "{\"id\":\"1\",\"cancel\":\"1\"}",
		  LANE_NORMAL }, /* malformed: it becomes a dead letter wherever it is */
		{ "{\"id\":\"1\",\"priority\":\"urgent\"}", LANE_NORMAL },
		{ "no JSON", LANE_NORMAL },
		{ "", LANE_NORMAL },
	};
	const unsigned count = sizeof rows / sizeof rows[0];
	start();
	for (unsigned i = 0; i < count; i++)
		push(rows[i].body);
	store_rig_read_all(RIG, 0, count);
	for (unsigned i = 0; i < count; i++) {
		unsigned found = 0;
		for (unsigned k = 0; k < count; k++) {
			const struct rig_entry *entry = &RIG->slots[0].entries[k];
			if (strcmp(entry->body, rows[i].body) != 0)
				continue;
			found++;
			cr_expect_eq(entry->key.lane, rows[i].want, "“%s” is on lane %d", rows[i].body,
				     entry->key.lane);
		}
		cr_expect_eq(found, 1, "“%s” came %u times", rows[i].body, found);
	}
	store_rig_expect_balance(RIG);
	store_rig_finish(RIG);
}

/* A full Redis takes nothing new; then it comes by itself. */
Test(store_contract, a_list_waits_while_redis_is_full)
{
	start();
	push_many(3);
	store_rig_read_all(RIG, 0, 3);
	push_many(2);
	RIG->kit->refuse(RIG, "OOM", true);
	store_rig_pass(RIG, 500 * US_PER_MS);
	unsigned before = (unsigned)moved();
	cr_expect_leq(before, 5);
	cr_expect_eq(RIG->kit->said(RIG, "\"legacy_error\""), 0);
	RIG->kit->refuse(RIG, "OOM", false);
	store_rig_until(RIG, 0, has_moved, 5, "the rest is moved");
	store_rig_read_all(RIG, 0, 5);
	store_rig_expect_balance(RIG);
	store_rig_finish(RIG);
}

/* One line in the log, nothing lost, and it goes on when the key is right. */
Test(store_contract, a_wrong_key_of_the_list_is_told_once)
{
	static const struct {
		const char *name, *spoil, *heal;
	} rows[] = {
		{ "the list", "SET {hongyan}:alerts:list x", "DEL {hongyan}:alerts:list" },
		{ "the stream of cancels", NULL, NULL },
	};
	for (unsigned i = 0; i < 2; i++) {
		start();
		RIG->row = rows[i].name;
		if (rows[i].spoil != NULL) {
			RIG->kit->meddle(RIG, rows[i].spoil);
		} else {
			RIG->kit->meddle(RIG, "RENAME {hongyan}:alerts:urgent {hongyan}:aside");
			RIG->kit->meddle(RIG, "SET {hongyan}:alerts:urgent x");
			push("{\"cancel\":\"1\"}");
		}
		store_rig_until(RIG, 0, has_said_wrong, 0, "it is told");
		store_rig_pass(RIG, 500 * US_PER_MS);
		cr_expect_eq(RIG->kit->said(RIG, "\"legacy_error\""), 1, "%s", RIG->row);
		if (rows[i].heal != NULL) {
			RIG->kit->meddle(RIG, rows[i].heal);
			push("{\"cancel\":\"1\"}");
		} else {
			RIG->kit->meddle(RIG, "RENAME {hongyan}:aside {hongyan}:alerts:urgent");
		}
		store_rig_until(RIG, 0, has_moved, 1, "it goes on");
		cr_expect_eq(moved(), 1, "%s", RIG->row);
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}
