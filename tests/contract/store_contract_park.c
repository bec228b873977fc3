/* SPDX-License-Identifier: Apache-2.0 */

/* Alerts that are parked on accounts come back when they are asked for: the most urgent and oldest first, and each once. */

#include "contract/store_rig.h"

#include <criterion/criterion.h>

#define RIG (&store_rig_shared)
#define FAR INT64_C(9000000000000)

static bool has_unparked(struct rig_slot *slot, unsigned count)
{
	return slot->unparked_count == count;
}

static struct store_unparked unpark(const char *account, unsigned count)
{
	struct rig_slot *slot = &RIG->slots[0];
	store_rig_unpark(RIG, 0, &(struct store_unpark){ .account = account, .count = count }, 1);
	store_rig_until(RIG, 0, has_unparked, slot->unparked_count + 1, "the unpark is answered");
	return slot->unparked[0];
}

/* Four alerts: of rank 30 on a, 10 on a and b, 20 on b, and one that waits for nobody. is_careful: entry by entry. */
static void start(const struct store_kit *kit, bool is_careful)
{
	static const struct {
		const char *on;
		uint64_t rank;
	} rows[] = { { "a", 30 }, { "a,b", 10 }, { "b", 20 }, { "", 0 } };
	store_rig_start(RIG, kit);
	store_rig_open(RIG, 0, &(struct store_setup){ .nonce = 1 });
	for (unsigned i = 0; i < 4; i++)
		store_rig_add(RIG, LANE_NORMAL, (char[]){ (char)('0' + i), '\0' });
	store_rig_read_all(RIG, 0, 4);
	for (unsigned i = 0; i < 4; i++) {
		struct settlement settlement = { .kind = SETTLE_LATER,
						 .due_at = FAR,
						 .parked_on = slice_of(rows[i].on),
						 .park_rank = rows[i].rank,
						 .is_shared = is_careful };
		store_rig_settle(RIG, 0, &i, 1, &settlement);
	}
	store_rig_until(RIG, 0, rig_has_settled, 4, "all are parked");
	cr_assert_eq(RIG->kit->waiting(RIG), 4, "%s", RIG->row);
}

static void expect_next(unsigned number, const char *name)
{
	struct rig_slot *slot = &RIG->slots[0];
	unsigned before = slot->entry_count;
	store_rig_read_all(RIG, 0, before + 1);
	const struct rig_entry *entry = &slot->entries[before];
	cr_expect_eq(entry->key.lane, LANE_READY, "%s", RIG->row);
	cr_expect(entry_key_equal(&entry->origin, &slot->entries[number].key), "%s: %s", RIG->row, name);
}

Test(store_contract, what_is_parked_comes_back_in_order)
{
	for (unsigned i = 0; i < 2 * store_kit_count; i++) {
		start(store_kits[i / 2], i % 2);
		struct store_unparked told = unpark("a", 0);
		cr_expect_eq(told.released, 0, "%s", RIG->row);
		const char *names = RIG->slots[0].parked_names;
		cr_expect(strcmp(names, "a,b") == 0 || strcmp(names, "b,a") == 0, "%s: %s", RIG->row, names);
		cr_expect_eq(told.left, 2, "%s: %llu", RIG->row, (unsigned long long)told.left);
		cr_expect_eq(unpark("c", 5).left, 0, "%s: nobody waits for it", RIG->row);
		cr_expect_eq(unpark("a", 1).released, 1, "%s", RIG->row);
		expect_next(1, "that of lowest rank");
		/* The one that waited for both has gone already. */
		struct store_unparked rest = unpark("b", 5);
		cr_expect_eq(rest.released, 1, "%s: %u", RIG->row, rest.released);
		cr_expect_eq(rest.left, 0, "%s", RIG->row);
		expect_next(2, "the one left on b");
		cr_expect_eq(unpark("a", 5).released, 1, "%s", RIG->row);
		expect_next(0, "the one left on a");
		unpark("a", 0);
		cr_expect_str_empty(RIG->slots[0].parked_names, "%s: %s", RIG->row, RIG->slots[0].parked_names);
		cr_expect_eq(RIG->kit->waiting(RIG), 1, "%s: the one that waits for nobody", RIG->row);
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}

/* It was parked on a and b, came back for a, and waits now because its submit was not answered: b has no claim on it. */
Test(store_contract, what_waits_for_something_else_is_not_brought_forward)
{
	for (unsigned i = 0; i < 2 * store_kit_count; i++) {
		start(store_kits[i / 2], i % 2);
		struct rig_slot *slot = &RIG->slots[0];
		unsigned place = slot->entry_count;
		cr_expect_eq(unpark("a", 1).released, 1, "%s", RIG->row);
		expect_next(1, "that of lowest rank");
		struct settlement settlement = { .kind = SETTLE_LATER, .due_at = FAR, .is_shared = i % 2 };
		store_rig_settle(RIG, 0, &place, 1, &settlement);
		store_rig_until(RIG, 0, rig_has_settled, 5, "it waits again");
		cr_expect_eq(unpark("b", 0).left, 1, "%s: it is forgotten there", RIG->row);
		cr_expect_eq(unpark("b", 5).released, 1, "%s", RIG->row);
		expect_next(2, "the one left on b");
		cr_expect_eq(RIG->kit->waiting(RIG), 3, "%s", RIG->row);
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}

/* What workers have sent is told to each, so that each knows how fast what is parked goes. */
Test(store_contract, what_all_have_sent_is_told)
{
	static const struct {
		unsigned slot;
		struct store_unpark asks[2];
		uint64_t want[2];
	} rows[] = {
		{ 0, { { .account = "a" }, { .account = "b" } }, { 0, 0 } },
		{ 0, { { .account = "a", .sent = 5 }, { .account = "b" } }, { 5, 0 } },
		{ 1, { { .account = "a", .sent = 2 }, { .account = "b", .sent = UINT32_MAX } }, { 7, UINT32_MAX } },
		{ 1, { { .account = "b", .sent = 1 }, { .account = "a" } }, { (uint64_t)UINT32_MAX + 1, 7 } },
	};
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		store_rig_start(RIG, store_kits[kit]);
		for (unsigned i = 0; i < 2; i++) {
			store_rig_open(RIG, i, &(struct store_setup){ .nonce = i + 1, .worker = i });
			store_rig_until(RIG, i, rig_is_up, 0, "it is up");
		}
		for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
			struct rig_slot *slot = &RIG->slots[rows[i].slot];
			store_rig_unpark(RIG, rows[i].slot, rows[i].asks, 2);
			store_rig_until(RIG, rows[i].slot, has_unparked, slot->unparked_count + 1, "it is answered");
			for (unsigned k = 0; k < 2; k++)
				cr_expect_eq(slot->unparked[k].sent, rows[i].want[k], "%s, %u: %llu", RIG->row, i,
					     (unsigned long long)slot->unparked[k].sent);
		}
		store_rig_finish(RIG);
	}
}

static void ask(void *ctx)
{
	store_rig_unpark(ctx, 0, &(struct store_unpark){ .account = "a", .count = 1 }, 1);
}

/* With its connection. Whether it had its effect is known to nobody but the queue: where it did the alert comes all the same. */
Test(store_contract, a_lost_unpark_is_told)
{
	for (unsigned i = 0; i < 2 * store_kit_count; i++) {
		start(store_kits[i / 2], false);
		RIG->kit->lose(RIG, i % 2, ask, RIG);
		store_rig_until(RIG, 0, has_unparked, 1, "it is told");
		cr_expect(RIG->slots[0].unpark_was_lost, "%s", RIG->row);
		store_rig_until(RIG, 0, rig_is_up, 0, "the store is up again");
		if (unpark("a", 0).left == 2)
			cr_expect_eq(unpark("a", 1).released, 1, "%s", RIG->row);
		expect_next(1, "lost or not");
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}
