/* SPDX-License-Identifier: Apache-2.0 */

/* The rules of port/store.h that are about a queue which comes back with an earlier state. */

#include "contract/store_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>

static const unsigned places[] = { 0, 1, 2, 3 };
#define COUNT 4

#define RIG (&store_rig_shared)

static struct rig_slot *slot(unsigned number)
{
	return &RIG->slots[number];
}

static bool is_restored(struct rig_slot *at, unsigned ignored)
{
	(void)ignored;
	return at->restored_count == 1 && at->is_up;
}

static void start(void)
{
	store_rig_start(RIG, &store_kit_redis);
	store_rig_open(RIG, 0, &(struct store_setup){ .instance = "one", .nonce = 1 });
}

enum moment { BEFORE_ADDED, BEFORE_READ, BEFORE_BEGUN, BEFORE_SETTLED, MOMENT_COUNT };

static const char *const moments[MOMENT_COUNT] = { "before they were added", "before they were read",
						   "before they were begun", "before they were settled" };

/* Four alerts are begun and sent; the queue remembers what it held at that moment. */
static void send_four(enum moment moment)
{
	RIG->row = moments[moment];
	for (unsigned at = 0; at <= (unsigned)BEFORE_SETTLED; at++) {
		if (at == (unsigned)moment)
			RIG->kit->remember(RIG);
		for (unsigned i = 0; at == BEFORE_ADDED && i < COUNT; i++) {
			char id[8];
			snprintf(id, sizeof id, "a%u", i);
			store_rig_add(RIG, LANE_NORMAL, id);
		}
		if (at == BEFORE_READ)
			store_rig_read_all(RIG, 0, COUNT);
		if (at == BEFORE_BEGUN) {
			cr_assert(store_rig_begin(RIG, 0, places, COUNT));
			store_rig_until(RIG, 0, rig_has_begun, 1, "BEGIN is answered");
		}
	}
}

#define NEVER INT64_C(4000000000000)

static void are_in_flight(unsigned number, wall_ms due)
{
	slot(number)->in_flight_due = due;
	for (unsigned i = 0; i < COUNT; i++)
		slot(number)->in_flight[i] = i;
	slot(number)->in_flight_count = COUNT;
}

/* Nobody is told anything that is not new. */
static void expect_nothing_to_read(unsigned number, unsigned known)
{
	store_rig_pass(RIG, 120 * US_PER_MS); /* what is due has been moved */
	unsigned reads = slot(number)->read_count;
	store_rig_read(RIG, number, 100, false);
	store_rig_until(RIG, number, rig_has_reads, reads + 1, "the READ is over");
	cr_assert_eq(slot(number)->entry_count, known, "%s: %u entries are told again", RIG->row,
		     slot(number)->entry_count - known);
}

static const struct {
	const char *name;
	struct settlement like;
	enum closing closing;
	unsigned held;
	unsigned waiting;
	unsigned dead;
	const char *event; /* NULL = none */
} outcomes[] = {
	{ "accepted",
	  { .kind = SETTLE_CLOSE, .closing = CLOSING_ACCEPTED, .id = SLICE("it") },
	  CLOSING_ACCEPTED,
	  0,
	  0,
	  0,
	  "\"accepted\"" },
	{ "dead",
	  { .kind = SETTLE_DEAD, .closing = CLOSING_DEAD, .reason = SLICE("refused"), .id = SLICE("it") },
	  CLOSING_DEAD,
	  0,
	  0,
	  COUNT,
	  "\"dead\"" },
	{ "held",
	  { .kind = SETTLE_HOLD, .ambiguous = true, .id = SLICE("it") },
	  CLOSING_COUNT,
	  COUNT,
	  0,
	  0,
	  "\"held\"" },
	{ "later",
	  { .kind = SETTLE_LATER, .due_at = NEVER, .ambiguous = true, .id = SLICE("it") },
	  CLOSING_COUNT,
	  0,
	  COUNT,
	  0,
	  NULL },
};
#define OUTCOMES (sizeof outcomes / sizeof outcomes[0])

static void expect_outcome(unsigned outcome)
{
	const char *name = outcomes[outcome].name;
	unsigned open = outcomes[outcome].held + outcomes[outcome].waiting;
	if (outcomes[outcome].closing != CLOSING_COUNT)
		cr_assert_eq(RIG->kit->total(RIG, outcomes[outcome].closing), COUNT, "%s, %s", name, RIG->row);
	cr_assert_eq(RIG->kit->held(RIG), outcomes[outcome].held, "%s, %s", name, RIG->row);
	cr_assert_eq(RIG->kit->waiting(RIG), outcomes[outcome].waiting, "%s, %s: %u wait", name, RIG->row,
		     RIG->kit->waiting(RIG));
	cr_assert_eq(RIG->kit->dead(RIG), outcomes[outcome].dead, "%s, %s", name, RIG->row);
	cr_assert_eq(RIG->kit->depth(RIG), open, "%s, %s: %u are left", name, RIG->row, RIG->kit->depth(RIG));
	cr_assert_eq(RIG->kit->drift(RIG), 0, "%s, %s", name, RIG->row);
	if (outcomes[outcome].event != NULL)
		store_rig_expect_events(RIG, outcomes[outcome].event, COUNT);
}

static void settle(unsigned outcome)
{
	store_rig_settle(RIG, 0, places, COUNT, &outcomes[outcome].like);
	store_rig_until(RIG, 0, rig_has_settled, COUNT, "all are settled");
}

Test(store_contract, what_was_settled_is_told_again_to_a_queue_that_forgot_it)
{
	for (unsigned outcome = 0; outcome < OUTCOMES; outcome++) {
		for (unsigned moment = 0; moment < MOMENT_COUNT; moment++) {
			start();
			send_four((enum moment)moment);
			settle(outcome);
			RIG->kit->go_back(RIG);
			store_rig_until(RIG, 0, is_restored, 0, "it is there again");
			expect_outcome(outcome);
			expect_nothing_to_read(0, COUNT);
			store_rig_finish(RIG);
		}
	}
}

/* The answer to SETTLE is lost with the Redis that gave it. */
Test(store_contract, what_is_being_settled_is_settled_where_the_queue_forgot_it)
{
	for (unsigned outcome = 0; outcome < OUTCOMES; outcome++) {
		for (unsigned moment = 0; moment < MOMENT_COUNT; moment++) {
			start();
			send_four((enum moment)moment);
			store_rig_settle(RIG, 0, places, COUNT, &outcomes[outcome].like);
			RIG->kit->go_back(RIG);
			store_rig_until(RIG, 0, rig_has_settled, COUNT, "all are settled");
			store_rig_until(RIG, 0, is_restored, 0, "it is there again");
			expect_outcome(outcome);
			expect_nothing_to_read(0, COUNT);
			store_rig_finish(RIG);
		}
	}
}

Test(store_contract, what_is_in_flight_stays_so_where_the_queue_forgot_it)
{
	for (unsigned outcome = 0; outcome < OUTCOMES; outcome++) {
		for (unsigned moment = 0; moment < MOMENT_COUNT; moment++) {
			struct settlement like = outcomes[outcome].like;
			start();
			store_rig_open(RIG, 1, &(struct store_setup){ .instance = "two", .nonce = 2 });
			send_four((enum moment)moment);
			are_in_flight(0, NEVER);
			RIG->kit->go_back(RIG);
			store_rig_until(RIG, 0, is_restored, 0, "it is there again");
			store_rig_until(RIG, 1, is_restored, 0, "it is there again");
			expect_nothing_to_read(1, 0);
			slot(0)->in_flight_count = 0;
			like.is_restored = true;
			store_rig_settle(RIG, 0, places, COUNT, &like);
			store_rig_until(RIG, 0, rig_has_settled, COUNT, "all are settled");
			expect_outcome(outcome);
			expect_nothing_to_read(1, 0);
			store_rig_finish(RIG);
		}
	}
}

/* Nobody settles it any more: it comes back, and may have been sent. */
Test(store_contract, what_was_in_flight_comes_back_in_doubt_where_its_worker_ends)
{
	for (unsigned moment = 0; moment < MOMENT_COUNT; moment++) {
		start();
		send_four((enum moment)moment);
		are_in_flight(0, 0);
		RIG->kit->go_back(RIG);
		store_rig_until(RIG, 0, is_restored, 0, "it is there again");
		RIG->kit->crash(RIG, 0);
		store_rig_open(RIG, 1, &(struct store_setup){ .instance = "one", .nonce = 2, .adopts_instance = true });
		store_rig_read_all(RIG, 1, COUNT);
		for (unsigned i = 0; i < COUNT; i++)
			cr_assert(slot(1)->entries[i].ambiguous, "%s", RIG->row);
		cr_assert_eq(RIG->kit->drift(RIG), 0, "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

/* It could hand out what the others have in flight. */
Test(store_contract, nothing_is_read_before_all_have_told_what_they_have)
{
	start();
	store_rig_open(RIG, 1, &(struct store_setup){ .instance = "two", .nonce = 2 });
	send_four(BEFORE_READ);
	are_in_flight(0, NEVER);
	slot(0)->is_frozen = true;
	RIG->kit->go_back(RIG);
	store_rig_pass(RIG, 2 * US_PER_S);
	cr_assert_eq(slot(1)->restored_count, 1);
	cr_assert_not(slot(1)->is_up, "it goes on without the other one");
	slot(0)->is_frozen = false;
	store_rig_until(RIG, 0, is_restored, 0, "both are there");
	store_rig_until(RIG, 1, is_restored, 0, "both are there");
	expect_nothing_to_read(1, 0);
	store_rig_finish(RIG);
}

/* A begun alert that did not leave is told as new, once. */
Test(store_contract, what_was_begun_and_did_not_leave_is_told_again)
{
	for (unsigned moment = BEFORE_READ; moment < MOMENT_COUNT; moment++) {
		start();
		send_four((enum moment)moment);
		RIG->kit->go_back(RIG);
		store_rig_until(RIG, 0, is_restored, 0, "it is there again");
		if (moment == BEFORE_READ) {
			store_rig_read_all(RIG, 0, 2 * COUNT);
		} else {
			store_rig_until(RIG, 0, rig_has_orphans, 1, "what is its own is found");
			store_rig_adopt_all(RIG, 0);
		}
		cr_assert_eq(slot(0)->entry_count, 2 * COUNT, "%s: %u", RIG->row, slot(0)->entry_count);
		for (unsigned i = COUNT; i < 2 * COUNT; i++)
			cr_assert_not(slot(0)->entries[i].ambiguous, "%s", RIG->row);
		static const unsigned again[] = { 4, 5, 6, 7 };
		cr_assert(store_rig_begin(RIG, 0, again, COUNT));
		store_rig_until(RIG, 0, rig_has_begun, 2, "BEGIN is answered");
		for (unsigned i = COUNT; i < 2 * COUNT; i++)
			cr_assert_eq(slot(0)->verdicts[i], BEGIN_GO, "%s", RIG->row);
		store_rig_finish(RIG);
	}
}
