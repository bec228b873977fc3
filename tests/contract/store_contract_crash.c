/* SPDX-License-Identifier: Apache-2.0 */

/* The rules of port/store.h that are about workers that die, or are taken for dead. */

#include "contract/store_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const unsigned places[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
static const struct settlement accepted = { .kind = SETTLE_CLOSE, .closing = CLOSING_ACCEPTED };

#define RIG (&store_rig_shared)

static struct rig_slot *slot(unsigned number)
{
	return &RIG->slots[number];
}

static void start(unsigned kit, const struct store_setup *setup)
{
	store_rig_start(RIG, store_kits[kit]);
	store_rig_open(RIG, 0, setup);
}

/* Slot 0 has ten entries, of which the first four are begun and of these the first settled. */
static void work(struct entry_key *keys)
{
	for (unsigned i = 0; i < 10; i++) {
		char id[8];
		snprintf(id, sizeof id, "a%u", i);
		keys[i] = store_rig_add(RIG, LANE_NORMAL, id);
	}
	store_rig_read_all(RIG, 0, 10);
	cr_assert(store_rig_begin(RIG, 0, places, 2), "%s", RIG->row);
	store_rig_until(RIG, 0, rig_has_begun, 1, "BEGIN is answered");
	cr_assert(store_rig_begin(RIG, 0, places + 2, 2), "%s", RIG->row);
	store_rig_until(RIG, 0, rig_has_begun, 2, "BEGIN is answered");
	store_rig_settle(RIG, 0, places, 1, &accepted);
	store_rig_until(RIG, 0, rig_has_settled, 1, "the first is settled");
}

/* The successor has what was not settled, with the mark on what had been begun. */
static void expect_taken_over(unsigned by, const struct entry_key *keys)
{
	cr_assert_eq(slot(by)->entry_count, 9, "%s: %u entries", RIG->row, slot(by)->entry_count);
	for (unsigned i = 1; i < 10; i++) {
		const struct rig_entry *entry = store_rig_entry(RIG, by, &keys[i]);
		cr_assert(entry->reclaimed, "%s: entry %u", RIG->row, i);
		cr_assert_eq(entry->ambiguous, i < 4, "%s: entry %u %s", RIG->row, i,
			     i < 4 ? "was begun, and its mark is lost" : "was never begun");
		cr_assert_eq(entry->in_doubt, i < 4, "%s: entry %u", RIG->row, i);
	}
}

static void settle_all_of(unsigned by, unsigned count)
{
	struct settlement shared = accepted;
	shared.is_shared = true;
	unsigned before = slot(by)->begun_count;
	unsigned settled = slot(by)->settled_count;
	cr_assert(store_rig_begin(RIG, by, places, count), "%s", RIG->row);
	store_rig_until(RIG, by, rig_has_begun, before + 1, "BEGIN is answered");
	store_rig_settle(RIG, by, places, count, &shared);
	store_rig_until(RIG, by, rig_has_settled, settled + count, "all are settled");
}

Test(store_contract, the_next_start_of_an_instance_takes_over_at_once)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		struct entry_key keys[10];
		start(kit, &(struct store_setup){ .nonce = 1 });
		work(keys);
		RIG->kit->crash(RIG, 0);
		store_rig_open(RIG, 1, &(struct store_setup){ .nonce = 2, .adopts_instance = true });
		store_rig_until(RIG, 1, rig_has_orphans, 1, "it finds what was left");
		store_rig_adopt_all(RIG, 1);
		expect_taken_over(1, keys);
		settle_all_of(1, 9);
		for (unsigned i = 0; i < 9; i++)
			cr_assert_eq(slot(1)->verdicts[i], BEGIN_GO, "%s: its own id stopped it", RIG->row);
		cr_assert_eq(RIG->kit->total(RIG, CLOSING_ACCEPTED), 10, "%s", RIG->row);
		cr_assert_eq(RIG->kit->depth(RIG), 0, "%s", RIG->row);
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}

Test(store_contract, peers_take_over_after_silence)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		struct entry_key keys[10];
		start(kit, &(struct store_setup){ .instance = "one", .nonce = 1 });
		work(keys);
		store_rig_open(RIG, 1, &(struct store_setup){ .instance = "two", .nonce = 2, .is_quick = true });
		store_rig_pass(RIG, 600 * US_PER_MS);
		cr_assert_eq(slot(1)->orphan_count, 0, "%s: a living one was taken for dead", RIG->row);
		RIG->kit->crash(RIG, 0);
		store_rig_until(RIG, 1, rig_has_orphans, 1, "it finds the dead one");
		store_rig_adopt_all(RIG, 1);
		expect_taken_over(1, keys);
		store_rig_finish(RIG);
	}
}

/* It is interrupted half-way by its own death: the third one must still know what the first had begun. */
Test(store_contract, a_second_crash_forgets_no_mark)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		struct entry_key keys[10];
		start(kit, &(struct store_setup){ .nonce = 1 });
		work(keys);
		RIG->kit->crash(RIG, 0);
		store_rig_open(RIG, 1, &(struct store_setup){ .nonce = 2, .adopts_instance = true });
		store_rig_until(RIG, 1, rig_has_orphans, 1, "it finds what was left");
		cr_assert(store_rig_adopt(RIG, 1, 2), "%s", RIG->row);
		store_rig_until(RIG, 1, rig_has_adopted, 1, "a part is taken over");
		cr_assert(slot(1)->adopt_more, "%s", RIG->row);
		RIG->kit->crash(RIG, 1);
		store_rig_open(RIG, 2, &(struct store_setup){ .nonce = 3, .adopts_instance = true });
		mono_us give_up = RIG->kit->now(RIG) + 20 * US_PER_S;
		while (slot(2)->entry_count < 9) {
			cr_assert_lt(RIG->kit->now(RIG), give_up, "%s: %u entries", RIG->row, slot(2)->entry_count);
			unsigned orphans = slot(2)->orphan_count;
			store_rig_adopt_all(RIG, 2);
			while (slot(2)->entry_count < 9 && slot(2)->orphan_count == orphans &&
			       RIG->kit->now(RIG) < give_up)
				RIG->kit->turn(RIG);
		}
		expect_taken_over(2, keys);
		store_rig_finish(RIG);
	}
}

static void call_adopt(void *ctx)
{
	(void)ctx;
	cr_assert(store_rig_adopt(RIG, 1, 100), "%s", RIG->row);
}

Test(store_contract, an_adoption_whose_answer_is_lost_loses_nothing)
{
	for (unsigned row = 0; row < 2 * store_kit_count; row++) {
		struct entry_key keys[10];
		start(row / 2, &(struct store_setup){ .nonce = 1 });
		work(keys);
		RIG->kit->crash(RIG, 0);
		store_rig_open(RIG, 1, &(struct store_setup){ .nonce = 2, .adopts_instance = true });
		store_rig_until(RIG, 1, rig_has_orphans, 1, "it finds what was left");
		RIG->kit->lose(RIG, row % 2, call_adopt, NULL);
		store_rig_until(RIG, 1, rig_has_adopted, 1, "the lost adoption is over");
		store_rig_until(RIG, 1, rig_is_up, 0, "it is up again");
		while (slot(1)->entry_count < 9)
			store_rig_adopt_all(RIG, 1);
		expect_taken_over(1, keys);
		store_rig_finish(RIG);
	}
}

static void call_begin_and_adopt(void *ctx)
{
	(void)ctx;
	cr_assert(store_rig_begin(RIG, 1, places, 1), "%s", RIG->row);
	cr_assert(store_rig_adopt(RIG, 1, 100), "%s", RIG->row);
}

/* Both answers are lost, and BEGIN is asked again. Its intents are older than those of the adoption. */
Test(store_contract, a_begin_that_is_asked_again_forgets_no_adopted_mark)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		struct entry_key keys[10];
		start(kit, &(struct store_setup){ .nonce = 1 });
		work(keys);
		RIG->kit->crash(RIG, 0);
		store_rig_open(RIG, 1, &(struct store_setup){ .nonce = 2, .adopts_instance = true });
		store_rig_until(RIG, 1, rig_has_orphans, 1, "it finds what was left");
		struct entry_key own = store_rig_add(RIG, LANE_URGENT, "own");
		store_rig_read_all(RIG, 1, 1);
		RIG->kit->lose(RIG, true, call_begin_and_adopt, NULL);
		store_rig_until(RIG, 1, rig_has_begun, 1, "BEGIN is answered");
		RIG->kit->crash(RIG, 1);
		store_rig_open(RIG, 2, &(struct store_setup){ .nonce = 3, .adopts_instance = true });
		while (slot(2)->entry_count < 10)
			store_rig_adopt_all(RIG, 2);
		for (unsigned i = 1; i < 10; i++)
			cr_assert_eq(store_rig_entry(RIG, 2, &keys[i])->ambiguous, i < 4, "%s: entry %u", RIG->row, i);
		cr_assert(store_rig_entry(RIG, 2, &own)->ambiguous, "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

static void wake_with_a_lost_read(void *ctx)
{
	(void)ctx;
	slot(1)->is_frozen = false;
	store_rig_pass(RIG, 100 * US_PER_MS); /* its heartbeat is under way */
	store_rig_read(RIG, 1, 10, false);
	RIG->kit->break_reader(RIG, 1);
	store_rig_pass(RIG, 300 * US_PER_MS); /* and behind it the question which entries are its own */
}

/* It fences a dead one while it asks what it may have lost itself: the answer to that ends no adoption. */
Test(store_contract, a_lost_read_beside_an_adoption_confuses_neither)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		struct entry_key keys[10];
		start(kit, &(struct store_setup){ .instance = "one", .nonce = 1 });
		work(keys);
		store_rig_open(RIG, 1, &(struct store_setup){ .instance = "two", .nonce = 2 });
		store_rig_pass(RIG, 20 * US_PER_MS); /* its first heartbeat is answered */
		slot(1)->is_frozen = true;
		store_rig_close(RIG, 0, US_PER_S);
		RIG->kit->hold(RIG, wake_with_a_lost_read, NULL);
		store_rig_until(RIG, 1, rig_has_reads, 1, "the READ is over");
		store_rig_until(RIG, 1, rig_is_up, 0, "it is up again");
		store_rig_until(RIG, 1, rig_has_orphans, 1, "it finds what was left");
		while (slot(1)->entry_count < 9)
			store_rig_adopt_all(RIG, 1);
		expect_taken_over(1, keys);
		store_rig_finish(RIG);
	}
}

Test(store_contract, who_was_taken_for_dead_is_told_and_the_first_truth_wins)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		struct entry_key keys[10];
		start(kit, &(struct store_setup){ .instance = "one", .nonce = 1 });
		work(keys);
		store_rig_open(RIG, 1, &(struct store_setup){ .instance = "two", .nonce = 2, .is_quick = true });
		slot(0)->is_frozen = true;
		store_rig_until(RIG, 1, rig_has_orphans, 1, "it takes the silent one for dead");
		store_rig_adopt_all(RIG, 1);
		expect_taken_over(1, keys);
		/* The sleeper wakes with a BEGIN and a SETTLE of what was in flight. */
		cr_assert(store_rig_begin(RIG, 0, places + 4, 3), "%s", RIG->row);
		store_rig_settle(RIG, 0, places + 1, 2, &accepted);
		slot(0)->is_frozen = false;
		store_rig_until(RIG, 0, rig_has_fences, 1, "it is told that it was taken for dead");
		store_rig_until(RIG, 0, rig_has_begun, 3, "its BEGIN is answered");
		for (unsigned i = 4; i < 7; i++)
			cr_assert_eq(slot(0)->verdicts[i], BEGIN_LOST, "%s: verdict %u is %d", RIG->row, i,
				     (int)slot(0)->verdicts[i]);
		store_rig_until(RIG, 0, rig_has_settled, 3, "its truth about what was in flight counts");
		store_rig_until(RIG, 0, rig_is_up, 0, "it goes on under a new name");
		cr_assert_eq(RIG->kit->total(RIG, CLOSING_ACCEPTED), 3, "%s", RIG->row);
		/* The other one settles all that it has: of two of them it comes too late. */
		settle_all_of(1, 9);
		cr_assert_eq(RIG->kit->total(RIG, CLOSING_ACCEPTED), 10, "%s", RIG->row);
		store_rig_expect_balance(RIG);
		/* And the first works on. */
		struct entry_key key = store_rig_add(RIG, LANE_URGENT, "new");
		slot(0)->entry_count = 0;
		store_rig_read_all(RIG, 0, 1);
		store_rig_entry(RIG, 0, &key);
		cr_assert_eq(slot(0)->fenced_count, 1, "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

/* Settles the entry at a place of slot 0 and waits for it. */
static void settle_as(unsigned place, enum settle_kind kind, enum closing closing, bool is_shared)
{
	struct settlement like = { .kind = kind, .closing = closing, .is_shared = is_shared };
	if (kind == SETTLE_LATER)
		like.due_at = INT64_C(4000000000000);
	if (kind == SETTLE_DEAD)
		like.reason = SLICE("rejected");
	unsigned settled = slot(0)->settled_count;
	store_rig_settle(RIG, 0, places + place, 1, &like);
	slot(0)->is_frozen = false;
	store_rig_until(RIG, 0, rig_has_settled, settled + 1, "it is settled");
	store_rig_until(RIG, 0, rig_is_up, 0, "it is up");
}

/* Of what others took over, and may have in flight, nothing counts but that it was accepted. */
Test(store_contract, who_was_taken_for_dead_takes_nothing_from_the_new_owner)
{
	static const struct {
		const char *name;
		enum settle_kind kind;
		enum closing closing;
		bool is_shared;
		bool counts;
	} rows[] = {
		{ "accepted", SETTLE_CLOSE, CLOSING_ACCEPTED, true, true },
		{ "accepted, before it knows", SETTLE_CLOSE, CLOSING_ACCEPTED, false, true },
		{ "later", SETTLE_LATER, CLOSING_COUNT, true, false },
		{ "later, before it knows", SETTLE_LATER, CLOSING_COUNT, false, false },
		{ "dead", SETTLE_DEAD, CLOSING_DEAD, true, false },
		{ "dead, before it knows", SETTLE_DEAD, CLOSING_DEAD, false, false },
		{ "expired", SETTLE_CLOSE, CLOSING_EXPIRED, true, false },
		{ "duplicate", SETTLE_CLOSE, CLOSING_DUPLICATE, true, false },
	};
	const unsigned row_count = sizeof rows / sizeof rows[0];
	for (unsigned i = 0; i < row_count * store_kit_count; i++) {
		struct entry_key keys[10];
		start(i / row_count, &(struct store_setup){ .instance = "one", .nonce = 1 });
		char row[80];
		snprintf(row, sizeof row, "%s, %s", RIG->kit->name, rows[i % row_count].name);
		RIG->row = row;
		work(keys);
		store_rig_open(RIG, 1, &(struct store_setup){ .instance = "two", .nonce = 2, .is_quick = true });
		slot(0)->is_frozen = true;
		store_rig_until(RIG, 1, rig_has_orphans, 1, "it takes the silent one for dead");
		store_rig_adopt_all(RIG, 1);
		bool counts = rows[i % row_count].counts;
		settle_as(2, rows[i % row_count].kind, rows[i % row_count].closing, rows[i % row_count].is_shared);
		cr_assert_eq(slot(0)->settlements[1].fences, 1, "%s: it was settled before the sleeper was told",
			     RIG->row);
		cr_assert_eq(RIG->kit->waiting(RIG), 0, "%s", RIG->row);
		cr_assert_eq(RIG->kit->dead(RIG), 0, "%s", RIG->row);
		cr_assert_eq(RIG->kit->depth(RIG), counts ? 8 : 9, "%s: %u are left", RIG->row, RIG->kit->depth(RIG));
		cr_assert(store_rig_begin(RIG, 1, places, 9), "%s", RIG->row);
		store_rig_until(RIG, 1, rig_has_begun, 1, "BEGIN is answered");
		for (unsigned k = 0; k < 9; k++) {
			bool is_gone = counts && entry_key_equal(&slot(1)->entries[k].key, &keys[2]);
			cr_assert_eq(slot(1)->verdicts[k], is_gone ? BEGIN_GONE : BEGIN_GO, "%s: verdict %u is %d",
				     RIG->row, k, (int)slot(1)->verdicts[k]);
		}
		store_rig_settle(RIG, 1, places, 9,
				 &(struct settlement){ .closing = CLOSING_ACCEPTED, .is_shared = true });
		store_rig_until(RIG, 1, rig_has_settled, 9, "all are settled");
		cr_assert_eq(RIG->kit->total(RIG, CLOSING_ACCEPTED), 10, "%s", RIG->row);
		store_rig_expect_events(RIG, "\"of\"", 10);
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}

/* Nobody has taken over yet: what it can't settle comes back to it with its mark, and what it has adopted is its own. */
Test(store_contract, who_was_fenced_and_adopts_itself_forgets_no_mark)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		struct entry_key keys[10];
		start(kit, &(struct store_setup){ .instance = "one", .nonce = 1 });
		work(keys);
		store_rig_open(RIG, 1, &(struct store_setup){ .instance = "two", .nonce = 2, .is_quick = true });
		slot(0)->is_frozen = true;
		store_rig_until(RIG, 1, rig_has_orphans, 1, "it takes the silent one for dead");
		RIG->kit->crash(RIG, 1);
		slot(0)->is_frozen = false;
		store_rig_until(RIG, 0, rig_has_fences, 1, "it is told that it was taken for dead");
		store_rig_until(RIG, 0, rig_has_orphans, 1, "it finds what it had itself");
		settle_as(2, SETTLE_LATER, CLOSING_COUNT, true);
		cr_assert_eq(RIG->kit->waiting(RIG), 0, "%s: it was not its own", RIG->row);
		store_rig_adopt_all(RIG, 0);
		cr_assert_eq(slot(0)->entry_count, 11, "%s: %u entries", RIG->row, slot(0)->entry_count);
		cr_assert(entry_key_equal(&slot(0)->entries[10].key, &keys[2]), "%s: another one came back", RIG->row);
		cr_assert(slot(0)->entries[10].ambiguous, "%s: it was begun, and its mark is lost", RIG->row);
		settle_as(10, SETTLE_LATER, CLOSING_COUNT, true);
		cr_assert_eq(RIG->kit->waiting(RIG), 1, "%s: it was its own", RIG->row);
		settle_as(3, SETTLE_DEAD, CLOSING_DEAD, true);
		cr_assert_eq(RIG->kit->dead(RIG), 1, "%s: it was its own", RIG->row);
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}

/* The new owner lets it wait or holds it, and only then the sleeper says that it was accepted: nobody sends it again. */
Test(store_contract, what_the_new_owner_keeps_was_accepted_all_the_same)
{
	static const enum settle_kind kinds[] = { SETTLE_LATER, SETTLE_HOLD };
	for (unsigned row = 0; row < 2 * store_kit_count; row++) {
		struct entry_key keys[10];
		start(row / 2, &(struct store_setup){ .instance = "one", .nonce = 1 });
		work(keys);
		store_rig_open(RIG, 1, &(struct store_setup){ .instance = "two", .nonce = 2, .is_quick = true });
		slot(0)->is_frozen = true;
		store_rig_until(RIG, 1, rig_has_orphans, 1, "it takes the silent one for dead");
		store_rig_adopt_all(RIG, 1);
		struct settlement kept = {
			.kind = kinds[row % 2], .ambiguous = true, .due_at = INT64_C(4000000000000), .is_shared = true
		};
		store_rig_settle(RIG, 1, places, 9, &kept);
		store_rig_until(RIG, 1, rig_has_settled, 9, "all are kept");
		cr_assert_eq(RIG->kit->waiting(RIG) + RIG->kit->held(RIG), 9, "%s", RIG->row);
		struct settlement expired = { .kind = SETTLE_CLOSE, .closing = CLOSING_EXPIRED, .is_shared = true };
		store_rig_settle(RIG, 0, places + 1, 1, &accepted);
		store_rig_settle(RIG, 0, places + 2, 1, &expired);
		slot(0)->is_frozen = false;
		store_rig_until(RIG, 0, rig_has_settled, 3, "it has said what it knows");
		cr_assert_eq(RIG->kit->waiting(RIG) + RIG->kit->held(RIG), 8, "%s: %u", RIG->row,
			     RIG->kit->waiting(RIG) + RIG->kit->held(RIG));
		cr_assert_eq(RIG->kit->total(RIG, CLOSING_ACCEPTED), 2, "%s", RIG->row);
		cr_assert_eq(RIG->kit->total(RIG, CLOSING_EXPIRED), 0, "%s: it was not its own any more", RIG->row);
		store_rig_expect_events(RIG, "\"accepted\"", 2);
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}

static void call_nothing(void *ctx)
{
	(void)ctx;
}

/* Its connection breaks while others take it for dead: the new connection must not make it live on as if nothing was. */
Test(store_contract, who_was_taken_for_dead_while_it_was_away_is_told_too)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		struct entry_key keys[10];
		start(kit, &(struct store_setup){ .instance = "one", .nonce = 1 });
		work(keys);
		store_rig_open(RIG, 1, &(struct store_setup){ .instance = "two", .nonce = 2, .is_quick = true });
		slot(0)->is_frozen = true;
		store_rig_until(RIG, 1, rig_has_orphans, 1, "it takes the silent one for dead");
		store_rig_adopt_all(RIG, 1);
		RIG->kit->lose(RIG, true, call_nothing, NULL);
		slot(0)->is_frozen = false;
		store_rig_until(RIG, 0, rig_has_fences, 1, "it is told that it was taken for dead");
		store_rig_until(RIG, 0, rig_is_up, 0, "it goes on under a new name");
		store_rig_finish(RIG);
	}
}

Test(store_contract, what_a_store_leaves_when_it_closes_may_be_taken_over_at_once)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		struct entry_key keys[10];
		start(kit, &(struct store_setup){ .instance = "one", .nonce = 1 });
		work(keys);
		store_rig_open(RIG, 1, &(struct store_setup){ .instance = "two", .nonce = 2 });
		store_rig_close(RIG, 0, US_PER_S);
		store_rig_until(RIG, 1, rig_has_orphans, 1, "it finds what was left");
		store_rig_adopt_all(RIG, 1);
		expect_taken_over(1, keys);
		settle_all_of(1, 9);
		unsigned orphans = slot(1)->orphan_count;
		/* Who leaves with nothing leaves nothing. */
		store_rig_open(RIG, 2, &(struct store_setup){ .instance = "three", .nonce = 3 });
		store_rig_close(RIG, 2, US_PER_S);
		store_rig_pass(RIG, 300 * US_PER_MS);
		cr_assert_eq(slot(1)->orphan_count, orphans, "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

Test(store_contract, what_others_settled_meanwhile_is_gone)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		struct entry_key keys[10];
		start(kit, &(struct store_setup){ .instance = "one", .nonce = 1 });
		work(keys);
		store_rig_open(RIG, 1, &(struct store_setup){ .instance = "two", .nonce = 2, .is_quick = true });
		slot(0)->is_frozen = true;
		store_rig_until(RIG, 1, rig_has_orphans, 1, "it takes the silent one for dead");
		store_rig_adopt_all(RIG, 1);
		slot(0)->is_frozen = false;
		store_rig_until(RIG, 0, rig_has_fences, 1, "it is told that it was taken for dead");
		struct settlement shared = accepted;
		shared.is_shared = true;
		store_rig_settle(RIG, 0, places + 2, 1, &shared);
		store_rig_until(RIG, 0, rig_has_settled, 2, "it settles one that was in flight");
		cr_assert(store_rig_begin(RIG, 1, places, 9), "%s", RIG->row);
		store_rig_until(RIG, 1, rig_has_begun, 1, "BEGIN is answered");
		for (unsigned i = 0; i < 9; i++) {
			bool is_gone = entry_key_equal(&slot(1)->entries[i].key, &keys[2]);
			cr_assert_eq(slot(1)->verdicts[i], is_gone ? BEGIN_GONE : BEGIN_GO, "%s: verdict %u is %d",
				     RIG->row, i, (int)slot(1)->verdicts[i]);
		}
		store_rig_finish(RIG);
	}
}

/* A BEGIN whose answer came too late is asked again. What was begun after it must not be forgotten by that, and the
 * answers must keep their order. */
static void begin_two(void *ctx)
{
	(void)ctx;
	cr_assert(store_rig_begin(RIG, 0, places, 2), "%s", RIG->row);
	mono_us end = RIG->kit->now(RIG) + 150 * US_PER_MS;
	while (RIG->kit->now(RIG) < end)
		RIG->kit->turn(RIG);
	cr_assert(store_rig_begin(RIG, 0, places + 2, 3), "%s", RIG->row);
}

Test(store_contract, begins_that_are_asked_again_keep_order_and_marks)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		struct entry_key keys[10];
		start(kit, &(struct store_setup){ .nonce = 1, .stale_after_us = 100 * US_PER_MS });
		for (unsigned i = 0; i < 10; i++) {
			char id[8];
			snprintf(id, sizeof id, "a%u", i);
			keys[i] = store_rig_add(RIG, LANE_NORMAL, id);
		}
		store_rig_read_all(RIG, 0, 10);
		RIG->kit->hold(RIG, begin_two, NULL);
		store_rig_until(RIG, 0, rig_has_begun, 2, "both are answered");
		cr_assert_eq(slot(0)->begun_sizes[0], 2, "%s: the second was answered first", RIG->row);
		cr_assert_eq(slot(0)->begun_sizes[1], 3, "%s", RIG->row);
		RIG->kit->crash(RIG, 0);
		store_rig_open(RIG, 1, &(struct store_setup){ .nonce = 2, .adopts_instance = true });
		store_rig_until(RIG, 1, rig_has_orphans, 1, "it finds what was left");
		store_rig_adopt_all(RIG, 1);
		for (unsigned i = 0; i < 10; i++)
			cr_assert_eq(store_rig_entry(RIG, 1, &keys[i])->ambiguous, i < 5, "%s: entry %u", RIG->row, i);
		store_rig_finish(RIG);
	}
}
