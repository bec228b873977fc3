/* SPDX-License-Identifier: Apache-2.0 */

/* A queue that comes back with an earlier state, where what is told again meets what is newer, or what others have. */

#include "contract/store_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <time.h>

#define RIG   (&store_rig_shared)
#define NEVER INT64_C(4000000000000)
#define COUNT 4

static const unsigned first[] = { 0, 1, 2, 3 };
static const unsigned second[] = { 4, 5, 6, 7 };

static const struct settlement accepted = { .kind = SETTLE_CLOSE, .closing = CLOSING_ACCEPTED, .id = SLICE("it") };

static struct rig_slot *slot(unsigned number)
{
	return &RIG->slots[number];
}

static bool is_restored(struct rig_slot *at, unsigned ignored)
{
	(void)ignored;
	return at->restored_count == 1 && at->is_up;
}

static void comes_back(unsigned number)
{
	store_rig_until(RIG, number, is_restored, 0, "it is there again");
}

static void open_one(void)
{
	store_rig_start(RIG, &store_kit_redis);
	store_rig_open(RIG, 0, &(struct store_setup){ .instance = "one", .nonce = 1 });
}

static void open_two(bool is_quick)
{
	open_one();
	store_rig_open(RIG, 1, &(struct store_setup){ .instance = "two", .nonce = 2, .is_quick = is_quick });
}

static void add_four(void)
{
	for (unsigned i = 0; i < COUNT; i++) {
		char id[8];
		snprintf(id, sizeof id, "a%u", i);
		store_rig_add(RIG, LANE_NORMAL, id);
	}
}

static void begin(unsigned number, const unsigned *places)
{
	unsigned begun = slot(number)->begun_count;
	cr_assert(store_rig_begin(RIG, number, places, COUNT));
	store_rig_until(RIG, number, rig_has_begun, begun + 1, "BEGIN is answered");
}

static void settle(unsigned number, const unsigned *places, const struct settlement *like)
{
	unsigned settled = slot(number)->settled_count;
	store_rig_settle(RIG, number, places, COUNT, like);
	store_rig_until(RIG, number, rig_has_settled, settled + COUNT, "all are settled");
}

static void are_in_flight(unsigned number, const unsigned *places)
{
	slot(number)->in_flight_due = NEVER;
	memcpy(slot(number)->in_flight, places, COUNT * sizeof *places);
	slot(number)->in_flight_count = COUNT;
}

static void read_first(void)
{
	add_four();
	store_rig_read_all(RIG, 0, COUNT);
}

static wall_ms in_a_second(void)
{
	struct timespec at;
	clock_gettime(CLOCK_REALTIME, &at);
	return (wall_ms)at.tv_sec * 1000 + at.tv_nsec / 1000000 + 1000;
}

static void expect_nothing_new(unsigned number)
{
	unsigned known = slot(number)->entry_count;
	store_rig_pass(RIG, 300 * US_PER_MS);
	for (unsigned i = 0; i < 2; i++) {
		unsigned reads = slot(number)->read_count;
		store_rig_read(RIG, number, 100, false);
		store_rig_until(RIG, number, rig_has_reads, reads + 1, "the READ is over");
		store_rig_pass(RIG, 150 * US_PER_MS);
	}
	cr_assert_eq(slot(number)->entry_count, known, "%u are told again", slot(number)->entry_count - known);
}

static void expect_accepted_once(void)
{
	cr_assert_eq(RIG->kit->total(RIG, CLOSING_ACCEPTED), COUNT, "%u accepted",
		     (unsigned)RIG->kit->total(RIG, CLOSING_ACCEPTED));
	cr_assert_eq(RIG->kit->depth(RIG), 0, "%u are left", RIG->kit->depth(RIG));
	cr_assert_eq(RIG->kit->drift(RIG), 0);
}

/* Sentinels wait for half a minute by default before they call a master dead; nothing is settled in that time. */
Test(store_contract, what_was_settled_before_a_long_outage_is_told_again)
{
	open_one();
	read_first();
	begin(0, first);
	RIG->kit->remember(RIG);
	settle(0, first, &accepted);
	RIG->kit->go_down(RIG);
	store_rig_pass(RIG, 3 * US_PER_S);
	RIG->kit->go_back(RIG);
	comes_back(0);
	expect_accepted_once();
	store_rig_finish(RIG);
}

/* Unanswered once, sent again, in flight: that it waited is older. */
Test(store_contract, what_is_told_again_takes_nothing_that_is_in_flight)
{
	static const struct settlement later = {
		.kind = SETTLE_LATER, .due_at = 1, .ambiguous = true, .attempt = 1, .id = SLICE("it")
	};
	struct settlement like = accepted;
	open_one();
	read_first();
	begin(0, first);
	settle(0, first, &later);
	store_rig_read_all(RIG, 0, 2 * COUNT);
	begin(0, second);
	RIG->kit->remember(RIG);
	are_in_flight(0, second);
	RIG->kit->go_back(RIG);
	comes_back(0);
	slot(0)->in_flight_count = 0;
	expect_nothing_new(0);
	like.is_restored = true;
	settle(0, second, &like);
	expect_accepted_once();
	store_rig_finish(RIG);
}

/* It waited without having been begun, came back, was begun and throttled. */
Test(store_contract, what_waits_as_it_was_before_is_brought_up_to_date)
{
	struct settlement waits = { .kind = SETTLE_LATER };
	static const struct settlement throttled = {
		.kind = SETTLE_LATER, .due_at = NEVER, .state = SLICE("7 1 0 1 0 99 acc -"), .id = SLICE("it")
	};
	open_one();
	read_first();
	waits.due_at = in_a_second();
	settle(0, first, &waits);
	RIG->kit->remember(RIG);
	store_rig_read_all(RIG, 0, 2 * COUNT);
	begin(0, second);
	settle(0, second, &throttled);
	RIG->kit->go_back(RIG);
	comes_back(0);
	cr_assert_eq(RIG->kit->waiting(RIG), COUNT);
	cr_assert_eq(RIG->kit->drift(RIG), 0);
	expect_nothing_new(0);
	store_rig_finish(RIG);
}

/* The state holds which parts were accepted. */
Test(store_contract, the_latest_state_is_kept)
{
	struct settlement older = { .kind = SETTLE_LATER, .state = SLICE("old"), .attempt = 1, .id = SLICE("it") };
	static const struct settlement newer = {
		.kind = SETTLE_LATER, .due_at = 1, .state = SLICE("new"), .attempt = 2, .id = SLICE("it")
	};
	open_one();
	read_first();
	begin(0, first);
	older.due_at = in_a_second();
	settle(0, first, &older);
	RIG->kit->remember(RIG);
	store_rig_read_all(RIG, 0, 2 * COUNT);
	begin(0, second);
	settle(0, second, &newer);
	RIG->kit->go_back(RIG);
	comes_back(0);
	store_rig_read_all(RIG, 0, 3 * COUNT);
	for (unsigned i = 2 * COUNT; i < 3 * COUNT; i++)
		cr_assert_str_eq(slot(0)->entries[i].state, "new");
	store_rig_finish(RIG);
}

/* -- receipts -- */

static const struct store_receipt_key keys[1] = { { SLICE("ref1"), 1 } };

static struct settlement with_a_receipt_key(void)
{
	struct settlement like = accepted;
	like.account = "acc";
	like.receipt_keys = keys;
	like.receipt_key_count = 1;
	like.receipt_value = SLICE("\"id\":\"x\"");
	return like;
}

/* They alone can't be written. */
Test(store_contract, a_full_queue_comes_back_without_receipt_keys)
{
	struct settlement like = with_a_receipt_key();
	open_one();
	read_first();
	begin(0, first);
	RIG->kit->remember(RIG);
	settle(0, first, &like);
	RIG->kit->go_down(RIG);
	RIG->kit->go_back(RIG);
	RIG->kit->refuse(RIG, "OOM", true);
	comes_back(0);
	RIG->kit->refuse(RIG, "OOM", false);
	expect_accepted_once();
	store_rig_finish(RIG);
}

static const char *record_delivered(void)
{
	static const struct store_receipt_event event = {
		.account = "acc",
		.carrier_ref = SLICE("ref1"),
		.state = MESSAGE_STATE_DELIVERED,
		.head = SLICE(",\"event\":\"delivered\",\"segments\":["),
		.tail = SLICE("]"),
		.more = SLICE(",\"at\":1"),
		.ref = SLICE("\"ref1\""),
	};
	unsigned recorded = slot(0)->recorded_count;
	slot(0)->in_downcall = true;
	cr_assert(slot(0)->store->ops->record(slot(0)->store, &event, 1, 7));
	slot(0)->store->ops->flush(slot(0)->store);
	slot(0)->in_downcall = false;
	store_rig_until(RIG, 0, rig_has_recorded, recorded + 1, "it is recorded");
	return slot(0)->answers;
}

Test(store_contract, a_receipt_that_was_told_is_not_told_again_to_a_queue_that_lost_nothing)
{
	struct settlement like = with_a_receipt_key();
	open_one();
	store_rig_add(RIG, LANE_NORMAL, "a0");
	store_rig_read_all(RIG, 0, 1);
	cr_assert(store_rig_begin(RIG, 0, first, 1));
	store_rig_until(RIG, 0, rig_has_begun, 1, "BEGIN is answered");
	store_rig_settle(RIG, 0, first, 1, &like);
	store_rig_until(RIG, 0, rig_has_settled, 1, "it is settled");
	cr_assert_str_eq(record_delivered(), "f");
	RIG->kit->remember(RIG);
	RIG->kit->go_back(RIG);
	comes_back(0);
	cr_assert_str_eq(record_delivered(), "r");
	store_rig_expect_events(RIG, "delivered", 1);
	store_rig_finish(RIG);
}

/* The key is there again where it was lost. */
Test(store_contract, a_receipt_finds_its_alert_in_a_queue_that_forgot_it)
{
	struct settlement like = with_a_receipt_key();
	open_one();
	store_rig_add(RIG, LANE_NORMAL, "a0");
	store_rig_read_all(RIG, 0, 1);
	RIG->kit->remember(RIG);
	cr_assert(store_rig_begin(RIG, 0, first, 1));
	store_rig_until(RIG, 0, rig_has_begun, 1, "BEGIN is answered");
	store_rig_settle(RIG, 0, first, 1, &like);
	store_rig_until(RIG, 0, rig_has_settled, 1, "it is settled");
	RIG->kit->go_back(RIG);
	comes_back(0);
	cr_assert_str_eq(record_delivered(), "f");
	store_rig_finish(RIG);
}

/* -- messages from phones -- */

static void record_optout(const char *want)
{
	static const struct mo mo = {
		SLICE("8613900000001"), SLICE("10690001"), SLICE("TD"), true, 1, 1, 0, false, { NULL, 0 }
	};
	static const struct store_mo item = {
		.account = "acc",
		.mo = &mo,
		.at = SLICE("2026-02-13T01:00:00Z"),
		.number = SLICE("8613900000001"),
		.keyword = SLICE("TD"),
	};
	unsigned recorded = slot(0)->mo_recorded_count;
	slot(0)->in_downcall = true;
	cr_assert(slot(0)->store->ops->record_mo(slot(0)->store, &item, 1));
	slot(0)->store->ops->flush(slot(0)->store);
	slot(0)->in_downcall = false;
	store_rig_until(RIG, 0, rig_has_recorded_mo, recorded + 1, "it is kept");
	cr_assert_str_eq(slot(0)->answers, want);
}

/* The carrier was answered, and will not say it again. */
Test(store_contract, who_opted_out_stays_so_in_a_queue_that_forgot_it)
{
	for (unsigned forgets = 0; forgets < 2; forgets++) {
		open_one();
		if (forgets)
			RIG->kit->remember(RIG);
		record_optout("a");
		if (!forgets)
			RIG->kit->remember(RIG);
		RIG->kit->go_back(RIG);
		comes_back(0);
		cr_assert(RIG->kit->is_opted_out(RIG, "8613900000001"));
		cr_assert_eq(RIG->kit->mos(RIG), 1, "%u are kept", RIG->kit->mos(RIG));
		record_optout("r");
		store_rig_finish(RIG);
	}
}

/* -- others -- */

/* A heartbeat is far off: nobody waits for it. */
Test(store_contract, it_comes_back_at_once)
{
	store_rig_start(RIG, &store_kit_redis);
	store_rig_open(RIG, 0, &(struct store_setup){ .instance = "one", .nonce = 1, .heartbeat_us = 60 * US_PER_S });
	read_first();
	begin(0, first);
	RIG->kit->remember(RIG);
	settle(0, first, &accepted);
	RIG->kit->go_back(RIG);
	comes_back(0);
	expect_accepted_once();
	store_rig_finish(RIG);
}

/* It was away for so long that the others took it for dead where it has not come. */
Test(store_contract, who_was_taken_for_dead_in_a_failover_is_told)
{
	open_two(true);
	read_first();
	begin(0, first);
	RIG->kit->remember(RIG);
	are_in_flight(0, first);
	slot(0)->is_frozen = true;
	RIG->kit->go_back(RIG);
	comes_back(1);
	store_rig_until(RIG, 1, rig_has_orphans, 1, "the other one takes it for dead");
	store_rig_adopt_all(RIG, 1);
	cr_assert_eq(slot(1)->entry_count, COUNT);
	slot(0)->is_frozen = false;
	comes_back(0);
	cr_assert_eq(slot(0)->fenced_count, 1);
	store_rig_finish(RIG);
}

/* Stopped between signing on at the new Redis and telling it. */
Test(store_contract, who_is_taken_for_dead_while_it_tells_goes_on)
{
	open_two(true);
	read_first();
	begin(0, first);
	RIG->kit->remember(RIG);
	settle(0, first, &accepted);
	RIG->kit->go_back(RIG);
	slot(1)->is_frozen = true;
	while (slot(0)->restored_count == 0)
		RIG->kit->turn(RIG);
	slot(0)->is_frozen = true;
	slot(1)->is_frozen = false;
	comes_back(1);
	store_rig_pass(RIG, US_PER_S);
	slot(0)->is_frozen = false;
	comes_back(0);
	cr_assert_leq(slot(0)->fenced_count, 1, "%u times", slot(0)->fenced_count);
	store_rig_finish(RIG);
}

/* The dead one's process starts anew, and finds its claims as they were before they were taken over. */
Test(store_contract, a_forgotten_adoption_gives_nothing_back)
{
	open_two(true);
	read_first();
	RIG->kit->remember(RIG);
	RIG->kit->crash(RIG, 0);
	store_rig_until(RIG, 1, rig_has_orphans, 1, "the other one takes it for dead");
	store_rig_adopt_all(RIG, 1);
	cr_assert_eq(slot(1)->entry_count, COUNT);
	begin(1, first);
	are_in_flight(1, first);
	RIG->kit->go_back(RIG);
	while (slot(1)->restored_count == 0)
		RIG->kit->turn(RIG);
	store_rig_open(RIG, 2, &(struct store_setup){ .instance = "one", .nonce = 3, .adopts_instance = true });
	store_rig_pass(RIG, US_PER_S);
	if (slot(2)->orphan_count > 0)
		store_rig_adopt_all(RIG, 2);
	cr_assert_eq(slot(2)->entry_count, 0, "%u", slot(2)->entry_count);
	store_rig_finish(RIG);
}

/* The other one has read what is in flight as new: it goes twice, but nothing is closed twice. */
Test(store_contract, who_comes_too_late_closes_nothing_twice)
{
	struct settlement like = accepted;
	open_two(true);
	RIG->kit->remember(RIG);
	add_four();
	RIG->kit->remember(RIG);
	store_rig_read_all(RIG, 0, COUNT);
	begin(0, first);
	are_in_flight(0, first);
	slot(0)->is_frozen = true;
	RIG->kit->go_back(RIG);
	comes_back(1);
	store_rig_read_all(RIG, 1, COUNT);
	begin(1, first);
	slot(0)->is_frozen = false;
	comes_back(0);
	like.is_restored = true;
	settle(0, first, &like);
	like.is_restored = false;
	like.is_shared = slot(1)->entries[0].reclaimed; /* as the pipeline does */
	cr_assert(like.is_shared);
	settle(1, first, &like);
	expect_accepted_once();
	store_rig_finish(RIG);
}

/* All works but this, and people are told. */
Test(store_contract, who_may_not_know_which_redis_it_is_says_so)
{
	store_rig_start(RIG, &store_kit_redis);
	RIG->kit->meddle(RIG, "ACL SETUSER default -info");
	store_rig_open(RIG, 0, &(struct store_setup){ .instance = "one", .nonce = 1 });
	read_first();
	begin(0, first);
	settle(0, first, &accepted);
	expect_accepted_once();
	cr_assert_eq(RIG->kit->said(RIG, "redis_is_unknown"), 1);
	store_rig_finish(RIG);
}
