/* SPDX-License-Identifier: Apache-2.0 */

/* The account of the queue balances, whatever the stores do; where somebody else has a hand in it, it says so. */

#include "contract/store_rig.h"
#include "store/redis_store.h"

#include <criterion/criterion.h>

#define RIG (&store_rig_shared)

static const unsigned places[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };

static const struct balance *balance(void)
{
	return &redis_store_gauges(RIG->slots[0].store)->balance;
}

static unsigned said(const char *text)
{
	return RIG->kit->said(RIG, text);
}

static bool has_drift(struct rig_slot *slot, unsigned drift)
{
	return redis_store_gauges(slot->store)->balance.is_known &&
	       redis_store_gauges(slot->store)->balance.drift == (int)drift;
}

static bool has_ended(struct rig_slot *slot, unsigned count)
{
	return balance_ended(&redis_store_gauges(slot->store)->balance) == count;
}

static bool has_ready(struct rig_slot *slot, unsigned count)
{
	return redis_store_gauges(slot->store)->balance.waiting[LANE_READY] == count;
}

static bool has_said(struct rig_slot *slot, unsigned which)
{
	static const char *const texts[] = { "\"state_lost\"", "\"balance_error\"", "\"account_balances\"" };
	return slot->rig->kit->said(slot->rig, texts[which]) > 0;
}

enum { STATE_LOST, BALANCE_ERROR, ACCOUNT_BALANCES };

/* Ten entries, each of which ends in another way, or waits. */
static void start(void)
{
	static const struct settlement kinds[] = {
		{ .kind = SETTLE_CLOSE, .closing = CLOSING_ACCEPTED },
		{ .kind = SETTLE_CLOSE, .closing = CLOSING_EXPIRED },
		{ .kind = SETTLE_CLOSE, .closing = CLOSING_CANCELLED },
		{ .kind = SETTLE_CLOSE, .closing = CLOSING_SUPERSEDED },
		{ .kind = SETTLE_CLOSE, .closing = CLOSING_DUPLICATE },
		{ .kind = SETTLE_DEAD, .closing = CLOSING_DEAD, .reason = { "why", 3 } },
		{ .kind = SETTLE_CLOSE, .closing = CLOSING_CONTROL },
		{ .kind = SETTLE_LATER, .due_at = INT64_C(9000000000000) },
		{ .kind = SETTLE_LATER, .due_at = 1 },
	};
	store_rig_start(RIG, &store_kit_redis);
	store_rig_open(RIG, 0, &(struct store_setup){ .nonce = 1 });
	for (unsigned i = 0; i < 10; i++) {
		char id[] = { (char)('a' + i), '\0' };
		store_rig_add(RIG, (enum lane)(i % LANE_READY), id);
	}
	store_rig_read_all(RIG, 0, 10);
	cr_assert(store_rig_begin(RIG, 0, places, 10));
	store_rig_until(RIG, 0, rig_has_begun, 1, "BEGIN is answered");
	for (unsigned i = 0; i < 9; i++) {
		store_rig_settle(RIG, 0, places + i, 1, &kinds[i]);
		store_rig_expect_balance(RIG);
	}
	store_rig_until(RIG, 0, rig_has_settled, 9, "all but one are settled");
	store_rig_until(RIG, 0, has_ended, 7, "the account is known");
	store_rig_until(RIG, 0, has_ready, 1, "what was due has been moved");
}

Test(store_contract, the_account_has_every_term)
{
	start();
	const struct balance *known = balance();
	cr_expect_eq(known->added[LANE_URGENT], 4);
	cr_expect_eq(known->added[LANE_NORMAL], 3);
	cr_expect_eq(known->added[LANE_BULK], 3);
	cr_expect_eq(known->waiting[LANE_READY], 1);
	cr_expect_eq(known->ready_added, 1);
	cr_expect_eq(known->waiting[BALANCE_LATER], 1);
	cr_expect_eq(balance_waiting(known), 3);
	for (unsigned i = 0; i < BALANCE_END_COUNT; i++) {
		unsigned want = i != BALANCE_SUPPRESSED && i != BALANCE_WRITTEN_OFF;
		cr_expect_eq(known->ended[i], want, "%s: %u", balance_end_name((enum balance_end)i),
			     (unsigned)known->ended[i]);
	}
	cr_expect_eq(known->drift, 0);
	RIG->kit->meddle(RIG, "ZADD {hongyan}:held 1 1-1@normal");
	RIG->kit->meddle(RIG, "HINCRBY {hongyan}:totals requeued 2");
	RIG->kit->meddle(RIG, "XADD {hongyan}:ready * a b");
	cr_expect_eq(RIG->kit->drift(RIG), 0);
	store_rig_pass(RIG, 1200 * US_PER_MS);
	cr_expect_eq(balance()->waiting[BALANCE_HELD], 1);
	cr_expect_eq(balance()->requeued, 2);
	cr_expect_eq(said("\"account_drift\""), 0);
	store_rig_finish(RIG);
}

/* Each row is somebody who should not be there. */
Test(store_contract, a_drift_is_told_once)
{
	static const struct {
		const char *name;
		const char *command;
		int64_t want;
		bool is_lost; /* something counts less than before */
		const char *want_text;
	} rows[] = {
		{ "trims a lane", "XTRIM {hongyan}:alerts:bulk MAXLEN 0", 1, false, "gone without an end" },
		{ "deletes what waits", "ZREMRANGEBYRANK {hongyan}:later 0 -1", 1, false, "gone without an end" },
		{ "empties ready", "XTRIM {hongyan}:ready MAXLEN 0", 1, false, "gone without an end" },
		{ "lowers a total", "HDEL {hongyan}:totals accepted", 1, true, "gone without an end" },
		{ "adds what waits", "ZADD {hongyan}:later 9000000000000 1-1@normal", -1, false,
		  "more wait or have ended" },
		{ "raises a total", "HINCRBY {hongyan}:totals dead 5", -5, false, "more wait or have ended" },
		{ "deletes a stream", "DEL {hongyan}:alerts:bulk", -2, true, "more wait or have ended" },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		start();
		RIG->row = rows[i].name;
		cr_assert_eq(said("\"account_drift\""), 0, "%s", RIG->row);
		RIG->kit->meddle(RIG, rows[i].command);
		store_rig_until(RIG, 0, has_drift, (unsigned)(int)rows[i].want, "the drift is seen");
		store_rig_pass(RIG, 500 * US_PER_MS);
		cr_expect_eq(said("\"account_drift\""), 1, "%s: told %u times", RIG->row, said("\"account_drift\""));
		cr_expect_eq(said(rows[i].want_text), 1, "%s", RIG->row);
		cr_expect_eq(said("\"state_lost\""), rows[i].is_lost, "%s", RIG->row);
		/* People have looked at it. */
		RIG->kit->meddle(RIG, "HINCRBY {hongyan}:totals written_off %lld", (long long)rows[i].want);
		store_rig_until(RIG, 0, has_said, ACCOUNT_BALANCES, "it balances again");
		cr_expect_eq(balance()->drift, 0, "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

/* An emptied Redis balances, and yet all is lost. */
Test(store_contract, an_emptied_queue_is_told)
{
	start();
	RIG->kit->meddle(RIG, "FLUSHALL");
	store_rig_until(RIG, 0, has_said, STATE_LOST, "the loss is told");
	store_rig_pass(RIG, 1200 * US_PER_MS);
	cr_expect_eq(said("\"state_lost\""), 1);
	cr_expect_eq(said("\"account_drift\""), 0);
	cr_expect_eq(balance()->drift, 0);
	store_rig_finish(RIG);
}

Test(store_contract, an_account_that_cannot_be_read_is_told_once)
{
	start();
	RIG->kit->meddle(RIG, "SET {hongyan}:held x");
	store_rig_until(RIG, 0, has_said, BALANCE_ERROR, "it is told");
	store_rig_pass(RIG, 1200 * US_PER_MS);
	cr_expect_eq(said("\"balance_error\""), 1);
	store_rig_finish(RIG);
}
