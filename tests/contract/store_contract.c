/* SPDX-License-Identifier: Apache-2.0 */

/* The rules of port/store.h, each against every store: the plain way of entries, and calls whose answers are lost. */

#include "contract/store_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const unsigned places[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
static const struct settlement accepted = { .kind = SETTLE_CLOSE, .closing = CLOSING_ACCEPTED };
static const struct settlement buried = { .kind = SETTLE_DEAD,
					  .closing = CLOSING_DEAD,
					  .reason = SLICE("why: because") };

#define RIG (&store_rig_shared)

static void start(unsigned kit)
{
	store_rig_start(RIG, store_kits[kit]);
	store_rig_open(RIG, 0, &(struct store_setup){ .nonce = 1 });
}

static struct rig_slot *slot(unsigned number)
{
	return &RIG->slots[number];
}

static void add_some(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char id[32];
		snprintf(id, sizeof id, "a%u", i);
		store_rig_add(RIG, i % 2 ? LANE_NORMAL : LANE_URGENT, id);
	}
}

static void begin_all(unsigned number, unsigned count)
{
	unsigned before = slot(number)->begun_count;
	cr_assert(store_rig_begin(RIG, number, places, count), "%s", RIG->row);
	store_rig_until(RIG, number, rig_has_begun, before + 1, "BEGIN is answered");
}

Test(store_contract, read_brings_each_entry_once_and_no_more_than_asked_for)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		struct entry_key keys[10];
		for (unsigned i = 0; i < 10; i++)
			keys[i] = store_rig_add(RIG, i < 6 ? LANE_BULK : LANE_URGENT, "x");
		store_rig_read(RIG, 0, 3, false);
		store_rig_until(RIG, 0, rig_has_reads, 1, "the READ is over");
		cr_assert_eq(slot(0)->entry_count, 6, "%s: %u", RIG->row, slot(0)->entry_count);
		store_rig_read(RIG, 0, 3, false);
		store_rig_until(RIG, 0, rig_has_reads, 2, "the READ is over");
		store_rig_read(RIG, 0, 3, false);
		store_rig_until(RIG, 0, rig_has_reads, 3, "an empty READ ends too");
		cr_assert_eq(slot(0)->entry_count, 10, "%s", RIG->row);
		for (unsigned i = 0; i < 10; i++) {
			const struct rig_entry *entry = store_rig_entry(RIG, 0, &keys[i]);
			cr_assert(entry_key_equal(&entry->origin, &entry->key), "%s", RIG->row);
			cr_assert_str_eq(entry->body, "{\"id\":\"x\",\"template\":\"t\"}", "%s", RIG->row);
			cr_assert(!entry->reclaimed && !entry->ambiguous && entry->attempt == 0, "%s", RIG->row);
		}
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}

Test(store_contract, a_read_that_may_wait_ends_with_the_first_entry)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		store_rig_read(RIG, 0, 8, true);
		store_rig_pass(RIG, 50 * US_PER_MS);
		cr_assert_eq(slot(0)->read_count, 0, "%s: it did not wait", RIG->row);
		struct entry_key key = store_rig_add(RIG, LANE_NORMAL, "x");
		mono_us asked = RIG->kit->now(RIG);
		store_rig_until(RIG, 0, rig_has_reads, 1, "the READ is over");
		cr_assert_lt(RIG->kit->now(RIG) - asked, US_PER_S, "%s", RIG->row);
		store_rig_entry(RIG, 0, &key);
		store_rig_finish(RIG);
	}
}

Test(store_contract, a_malformed_entry_is_told_with_what_it_holds)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		RIG->added++;
		struct entry_key key = RIG->kit->add(RIG, LANE_NORMAL, "hello", true);
		store_rig_read_all(RIG, 0, 1);
		const struct rig_entry *entry = store_rig_entry(RIG, 0, &key);
		cr_assert(entry->is_malformed, "%s", RIG->row);
		cr_assert_not_null(strstr(entry->body, "hello"), "%s: %s", RIG->row, entry->body);
		store_rig_settle(RIG, 0, places, 1, &buried);
		store_rig_until(RIG, 0, rig_has_settled, 1, "it is settled");
		cr_assert_eq(RIG->kit->dead(RIG), 1, "%s", RIG->row);
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}

Test(store_contract, the_first_entry_of_an_id_goes_and_others_are_duplicates)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		store_rig_add(RIG, LANE_URGENT, "one");
		store_rig_add(RIG, LANE_URGENT, "two");
		store_rig_add(RIG, LANE_URGENT, "one");
		store_rig_add(RIG, LANE_URGENT, "two");
		store_rig_add(RIG, LANE_URGENT, "one");
		store_rig_read_all(RIG, 0, 5);
		cr_assert(store_rig_begin(RIG, 0, places, 3), "%s", RIG->row); /* one, two, one */
		store_rig_until(RIG, 0, rig_has_begun, 1, "BEGIN is answered");
		cr_assert(store_rig_begin(RIG, 0, places + 3, 2), "%s", RIG->row); /* two, one */
		store_rig_until(RIG, 0, rig_has_begun, 2, "BEGIN is answered");
		static const enum begin_verdict want[] = { BEGIN_GO, BEGIN_GO, BEGIN_DUPLICATE, BEGIN_DUPLICATE,
							   BEGIN_DUPLICATE };
		for (unsigned i = 0; i < 5; i++)
			cr_assert_eq(slot(0)->verdicts[i], want[i], "%s: verdict %u is %d", RIG->row, i,
				     (int)slot(0)->verdicts[i]);
		store_rig_finish(RIG);
	}
}

Test(store_contract, two_begins_may_be_under_way_and_are_answered_in_order)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		add_some(10);
		store_rig_read_all(RIG, 0, 10);
		cr_assert(store_rig_begin(RIG, 0, places, 2), "%s", RIG->row);
		cr_assert(store_rig_begin(RIG, 0, places + 2, 5), "%s", RIG->row);
		cr_assert_not(store_rig_begin(RIG, 0, places + 7, 3), "%s: a third one was taken", RIG->row);
		store_rig_until(RIG, 0, rig_has_begun, 2, "both are answered");
		cr_assert_eq(slot(0)->begun_sizes[0], 2, "%s", RIG->row);
		cr_assert_eq(slot(0)->begun_sizes[1], 5, "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

Test(store_contract, settle_takes_entries_off_with_what_became_of_them)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		add_some(6);
		store_rig_read_all(RIG, 0, 6);
		begin_all(0, 6);
		struct settlement expired = { .kind = SETTLE_CLOSE, .closing = CLOSING_EXPIRED };
		store_rig_settle(RIG, 0, places, 2, &accepted);
		store_rig_settle(RIG, 0, places + 2, 1, &expired);
		store_rig_settle(RIG, 0, places + 3, 2, &buried);
		store_rig_until(RIG, 0, rig_has_settled, 5, "all are settled");
		cr_assert_eq(RIG->kit->total(RIG, CLOSING_ACCEPTED), 2, "%s", RIG->row);
		cr_assert_eq(RIG->kit->total(RIG, CLOSING_EXPIRED), 1, "%s", RIG->row);
		cr_assert_eq(RIG->kit->total(RIG, CLOSING_DEAD), 2, "%s", RIG->row);
		cr_assert_eq(RIG->kit->dead(RIG), 2, "%s", RIG->row);
		cr_assert_eq(RIG->kit->depth(RIG), 1, "%s", RIG->row);
		store_rig_expect_events(RIG, "\"accepted\"", 2);
		store_rig_expect_events(RIG, "\"expired\"", 1);
		store_rig_expect_events(RIG, "\"dead\"", 2);
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}

Test(store_contract, what_tenants_use_is_counted_by_day)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		add_some(6);
		store_rig_read_all(RIG, 0, 6);
		begin_all(0, 6);
		struct settlement north = accepted, south = accepted, tomorrow;
		north.budget_tenant = SLICE("north");
		north.budget_segments = 3;
		north.budget_day = 20260213;
		south = tomorrow = north;
		south.budget_tenant = SLICE("a=b c");
		tomorrow.budget_day = 20260214;
		store_rig_settle(RIG, 0, places, 2, &north);
		store_rig_settle(RIG, 0, places + 2, 1, &south);
		store_rig_settle(RIG, 0, places + 3, 1, &tomorrow);
		store_rig_settle(RIG, 0, places + 4, 1, &north);
		store_rig_settle(RIG, 0, places + 5, 1, &accepted);
		store_rig_until(RIG, 0, rig_has_settled, 6, "all are settled");
		static const uint64_t want[] = { 6, 6, 3, 3, 9, 0 };
		for (unsigned i = 0; i < 6; i++)
			cr_assert_eq(slot(0)->settlements[i].settlement.budget_used, want[i], "%s: %u: %llu", RIG->row,
				     i, (unsigned long long)slot(0)->settlements[i].settlement.budget_used);
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}

Test(store_contract, what_waits_comes_back_when_it_is_due_and_is_no_duplicate)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		struct entry_key key = store_rig_add(RIG, LANE_NORMAL, "x");
		store_rig_read_all(RIG, 0, 1);
		begin_all(0, 1);
		struct settlement later = {
			.kind = SETTLE_LATER,
			.state = SLICE("7 1 0 2 cmcc -"),
			.attempt = 3,
			.ambiguous = true,
			.due_at = (wall_ms)key.ms + 400,
		};
		store_rig_settle(RIG, 0, places, 1, &later);
		store_rig_until(RIG, 0, rig_has_settled, 1, "it is settled");
		cr_assert_eq(RIG->kit->waiting(RIG), 1, "%s", RIG->row);
		store_rig_expect_balance(RIG);
		store_rig_read_all(RIG, 0, 2);
		const struct rig_entry *entry = &slot(0)->entries[1];
		cr_assert_eq(entry->key.lane, LANE_READY, "%s", RIG->row);
		cr_assert_geq((int64_t)entry->key.ms, later.due_at, "%s: it came back too early", RIG->row);
		cr_assert(entry_key_equal(&entry->origin, &key), "%s", RIG->row);
		cr_assert_eq(entry->attempt, 3, "%s", RIG->row);
		cr_assert(entry->ambiguous, "%s", RIG->row);
		cr_assert_str_eq(entry->state, "7 1 0 2 cmcc -", "%s", RIG->row);
		cr_assert_str_eq(entry->body, "{\"id\":\"x\",\"template\":\"t\"}", "%s", RIG->row);
		cr_assert(store_rig_begin(RIG, 0, places + 1, 1), "%s", RIG->row);
		store_rig_until(RIG, 0, rig_has_begun, 2, "BEGIN is answered");
		cr_assert_eq(slot(0)->verdicts[1], BEGIN_GO, "%s: its own id stopped it", RIG->row);
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}

/* A human sends it on: it comes back as what it is, and is held again. */
Test(store_contract, what_is_held_stays_until_somebody_sends_it_on)
{
	static const struct settlement hold = {
		.kind = SETTLE_HOLD,
		.state = SLICE("7 1 0 2 1 99 cmcc -"),
		.attempt = 3,
		.ambiguous = true,
	};
	for (unsigned row = 0; row < 2 * store_kit_count; row++) {
		start(row / 2);
		struct settlement like = hold;
		like.is_shared = row % 2; /* by itself, or with its batch */
		struct entry_key key = store_rig_add(RIG, LANE_NORMAL, "x");
		store_rig_add(RIG, LANE_NORMAL, "y");
		store_rig_read_all(RIG, 0, 2);
		begin_all(0, 2);
		store_rig_settle(RIG, 0, places, 2, &like);
		store_rig_until(RIG, 0, rig_has_settled, 2, "both are settled");
		store_rig_pass(RIG, 300 * US_PER_MS);
		cr_assert_eq(RIG->kit->held(RIG), 2, "%s", RIG->row);
		cr_assert_eq(RIG->kit->dead(RIG) + RIG->kit->waiting(RIG), 0, "%s", RIG->row);
		cr_assert_eq(slot(0)->entry_count, 2, "%s: it came back by itself", RIG->row);
		store_rig_expect_events(RIG, "\"held\"", 2);
		store_rig_expect_balance(RIG);
		RIG->kit->resend(RIG, &key);
		store_rig_read_all(RIG, 0, 3);
		const struct rig_entry *entry = &slot(0)->entries[2];
		cr_assert(entry_key_equal(&entry->origin, &key), "%s", RIG->row);
		cr_assert(entry->resend && entry->ambiguous && !entry->in_doubt, "%s", RIG->row);
		cr_assert_eq(entry->attempt, 3, "%s", RIG->row);
		cr_assert_str_eq(entry->state, "7 1 0 2 1 99 cmcc -", "%s", RIG->row);
		cr_assert_str_eq(entry->body, "{\"id\":\"x\",\"template\":\"t\"}", "%s", RIG->row);
		cr_assert(store_rig_begin(RIG, 0, places + 2, 1), "%s", RIG->row);
		store_rig_until(RIG, 0, rig_has_begun, 2, "BEGIN is answered");
		cr_assert_eq(slot(0)->verdicts[2], BEGIN_GO, "%s: its own id stopped it", RIG->row);
		store_rig_settle(RIG, 0, places + 2, 1, &like);
		store_rig_until(RIG, 0, rig_has_settled, 3, "it is settled");
		cr_assert_eq(RIG->kit->held(RIG), 2, "%s", RIG->row);
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}

/* -- lost answers -- */

static void call_begin(void *ctx)
{
	(void)ctx;
	cr_assert(store_rig_begin(RIG, 0, places, 4), "%s", RIG->row);
}

static void call_settle(void *ctx)
{
	(void)ctx;
	static const struct settlement later = { .kind = SETTLE_LATER, .due_at = INT64_C(4000000000000) };
	static const struct settlement hold = { .kind = SETTLE_HOLD, .ambiguous = true };
	store_rig_settle(RIG, 0, places, 5, &accepted);
	store_rig_settle(RIG, 0, places + 5, 3, &buried);
	store_rig_settle(RIG, 0, places + 8, 4, &later);
	store_rig_settle(RIG, 0, places + 12, 2, &hold);
}

static void call_read(void *ctx)
{
	(void)ctx;
	store_rig_read(RIG, 0, 5, false);
}

Test(store_contract, a_begin_whose_answer_is_lost_is_answered_once)
{
	for (unsigned row = 0; row < 2 * store_kit_count; row++) {
		start(row / 2);
		add_some(4);
		store_rig_read_all(RIG, 0, 4);
		RIG->kit->lose(RIG, row % 2, call_begin, NULL);
		store_rig_until(RIG, 0, rig_has_begun, 1, "BEGIN is answered");
		cr_assert_geq(slot(0)->up_count, 2, "%s: the connection did not break", RIG->row);
		for (unsigned i = 0; i < 4; i++)
			cr_assert_eq(slot(0)->verdicts[i], BEGIN_GO, "%s, effect %u", RIG->row, row % 2);
		store_rig_pass(RIG, 100 * US_PER_MS);
		cr_assert_eq(slot(0)->begun_count, 1, "%s, effect %u", RIG->row, row % 2);
		store_rig_finish(RIG);
	}
}

Test(store_contract, a_settle_whose_answer_is_lost_counts_once)
{
	for (unsigned row = 0; row < 2 * store_kit_count; row++) {
		start(row / 2);
		add_some(14);
		store_rig_read_all(RIG, 0, 14);
		begin_all(0, 14);
		RIG->kit->lose(RIG, row % 2, call_settle, NULL);
		store_rig_until(RIG, 0, rig_has_settled, 14, "all are settled");
		cr_assert_geq(slot(0)->up_count, 2, "%s: the connection did not break", RIG->row);
		cr_assert_eq(RIG->kit->total(RIG, CLOSING_ACCEPTED), 5, "%s, effect %u: %u", RIG->row, row % 2,
			     (unsigned)RIG->kit->total(RIG, CLOSING_ACCEPTED));
		cr_assert_eq(RIG->kit->total(RIG, CLOSING_DEAD), 3, "%s, effect %u", RIG->row, row % 2);
		cr_assert_eq(RIG->kit->dead(RIG), 3, "%s, effect %u", RIG->row, row % 2);
		cr_assert_eq(RIG->kit->waiting(RIG), 4, "%s, effect %u", RIG->row, row % 2);
		cr_assert_eq(RIG->kit->held(RIG), 2, "%s, effect %u", RIG->row, row % 2);
		store_rig_expect_events(RIG, "\"held\"", 2);
		store_rig_expect_events(RIG, "\"accepted\"", 5);
		store_rig_expect_events(RIG, "\"dead\"", 3);
		for (unsigned i = 0; i < 8; i++) {
			char origin[ENTRY_KEY_OCTETS];
			entry_key_format(&slot(0)->entries[i].origin, origin);
			store_rig_expect_events(RIG, origin, 1);
		}
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}

/* All entries came once, be it by READ or by adoption. */
static void expect_all_once(const struct entry_key *keys, unsigned count)
{
	mono_us give_up = RIG->kit->now(RIG) + 20 * US_PER_S;
	unsigned adopted_orphans = 0;
	while (slot(0)->entry_count < count) {
		cr_assert_lt(RIG->kit->now(RIG), give_up, "%s: %u of %u entries", RIG->row, slot(0)->entry_count,
			     count);
		RIG->kit->turn(RIG);
		if (!slot(0)->is_up)
			continue;
		if (slot(0)->orphan_count > adopted_orphans) {
			adopted_orphans = slot(0)->orphan_count;
			store_rig_adopt_all(RIG, 0);
		} else if (!slot(0)->store->ops->is_reading(slot(0)->store)) {
			store_rig_read(RIG, 0, 5, false);
		}
	}
	store_rig_pass(RIG, 100 * US_PER_MS);
	for (unsigned i = 0; i < count; i++)
		cr_assert_not(store_rig_entry(RIG, 0, &keys[i])->ambiguous, "%s: never begun", RIG->row);
}

Test(store_contract, a_read_whose_answer_is_lost_loses_nothing)
{
	for (unsigned row = 0; row < 2 * store_kit_count; row++) {
		start(row / 2);
		struct entry_key keys[12];
		for (unsigned i = 0; i < 12; i++)
			keys[i] = store_rig_add(RIG, i % 2 ? LANE_BULK : LANE_URGENT, "x");
		RIG->kit->lose(RIG, row % 2, call_read, NULL);
		store_rig_until(RIG, 0, rig_has_reads, 1, "the lost READ is over");
		expect_all_once(keys, 12);
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}

Test(store_contract, a_reader_that_breaks_loses_nothing)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		store_rig_read(RIG, 0, 5, true);
		RIG->kit->break_reader(RIG, 0);
		struct entry_key keys[6];
		for (unsigned i = 0; i < 6; i++)
			keys[i] = store_rig_add(RIG, LANE_NORMAL, "x");
		store_rig_until(RIG, 0, rig_has_reads, 1, "the broken READ is over");
		expect_all_once(keys, 6);
		store_rig_finish(RIG);
	}
}

Test(store_contract, forgotten_scripts_are_loaded_again)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		add_some(6);
		store_rig_read_all(RIG, 0, 6);
		RIG->kit->forget_scripts(RIG);
		begin_all(0, 6);
		cr_assert_eq(slot(0)->verdicts[5], BEGIN_GO, "%s", RIG->row);
		RIG->kit->forget_scripts(RIG);
		store_rig_settle(RIG, 0, places, 6, &accepted);
		store_rig_until(RIG, 0, rig_has_settled, 6, "all are settled");
		cr_assert_eq(RIG->kit->total(RIG, CLOSING_ACCEPTED), 6, "%s", RIG->row);
		store_rig_until(RIG, 0, rig_is_up, 0, "it is up");
		RIG->kit->forget_scripts(RIG);
		struct entry_key key = store_rig_add(RIG, LANE_BULK, "y");
		slot(0)->entry_count = 0;
		expect_all_once(&key, 1);
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}
