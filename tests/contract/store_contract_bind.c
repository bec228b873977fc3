/* SPDX-License-Identifier: Apache-2.0 */

/* Links of an account are shared among all stores of a queue: never more than it permits, and each has its share. */

#include "contract/store_rig.h"

#include <criterion/criterion.h>

#define RIG (&store_rig_shared)

static bool has_bound(struct rig_slot *slot, unsigned count)
{
	return slot->bound_count == count;
}

static unsigned ask(unsigned slot, unsigned permitted, unsigned likes, unsigned has)
{
	struct rig_slot *of = &RIG->slots[slot];
	store_rig_bind(RIG, slot, &(struct store_bind){ "a", permitted, likes, has }, 1);
	store_rig_until(RIG, slot, has_bound, of->bound_count + 1, "the bind is answered");
	return of->links[0];
}

static void open_store(unsigned slot)
{
	store_rig_open(RIG, slot, &(struct store_setup){ .nonce = slot + 1, .worker = slot });
}

Test(store_contract, links_are_shared)
{
	for (unsigned i = 0; i < store_kit_count; i++) {
		store_rig_start(RIG, store_kits[i]);
		open_store(0);
		cr_expect_eq(ask(0, 4, 4, 0), 4, "%s: alone it has all", RIG->row);
		open_store(1);
		cr_expect_eq(ask(1, 4, 4, 0), 0, "%s: none is left", RIG->row);
		cr_expect_eq(ask(0, 4, 4, 4), 2, "%s: but somebody has less than their share", RIG->row);
		cr_expect_eq(ask(1, 4, 4, 0), 0, "%s: they are there still", RIG->row);
		cr_expect_eq(ask(0, 4, 4, 3), 2, "%s", RIG->row);
		cr_expect_eq(ask(1, 4, 4, 0), 1, "%s: one has ended", RIG->row);
		cr_expect_eq(ask(0, 4, 4, 2), 2, "%s", RIG->row);
		cr_expect_eq(ask(1, 4, 4, 1), 2, "%s: each has its share", RIG->row);
		open_store(2);
		cr_expect_eq(ask(2, 4, 4, 0), 0, "%s", RIG->row);
		/* Four among three: the first by name has two. */
		unsigned first = ask(0, 4, 4, 2), second = ask(1, 4, 4, 2);
		cr_expect_eq(first + second, 3, "%s: %u and %u", RIG->row, first, second);
		first = ask(0, 4, 4, first), second = ask(1, 4, 4, second);
		cr_expect_eq(ask(2, 4, 4, 0), 1, "%s", RIG->row);
		/* What one does not want the others get. */
		cr_expect_eq(ask(1, 4, 0, 0), 0, "%s", RIG->row);
		cr_expect_eq(ask(0, 4, 4, first) + ask(2, 4, 4, 1), 4, "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

/* Who is taken for dead has none. */
Test(store_contract, links_of_the_dead)
{
	for (unsigned i = 0; i < store_kit_count; i++) {
		store_rig_start(RIG, store_kits[i]);
		store_rig_open(RIG, 0, &(struct store_setup){ .nonce = 1 });
		cr_expect_eq(ask(0, 2, 2, 0), 2, "%s", RIG->row);
		RIG->kit->crash(RIG, 0);
		/* The same instance's next start. */
		store_rig_open(RIG, 1, &(struct store_setup){ .nonce = 2, .adopts_instance = true });
		mono_us until = RIG->kit->now(RIG) + 10 * US_PER_S;
		while (ask(1, 2, 2, 0) < 2 && RIG->kit->now(RIG) < until)
			store_rig_pass(RIG, 50 * US_PER_MS);
		cr_expect_eq(ask(1, 2, 2, 2), 2, "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

/* Nor is it given any before it knows. */
Test(store_contract, no_links_for_who_was_taken_for_dead)
{
	for (unsigned i = 0; i < store_kit_count; i++) {
		store_rig_start(RIG, store_kits[i]);
		store_rig_open(RIG, 0, &(struct store_setup){ .instance = "one", .nonce = 1 });
		struct entry_key key = store_rig_add(RIG, LANE_NORMAL, "x");
		store_rig_read_all(RIG, 0, 1);
		store_rig_entry(RIG, 0, &key);
		store_rig_open(RIG, 1, &(struct store_setup){ .instance = "two", .nonce = 2, .is_quick = true });
		RIG->slots[0].is_frozen = true;
		store_rig_until(RIG, 1, rig_has_orphans, 1, "it takes the silent one for dead");
		store_rig_adopt_all(RIG, 1);
		store_rig_bind(RIG, 0, &(struct store_bind){ "a", 2, 2, 0 }, 1);
		RIG->slots[0].is_frozen = false;
		store_rig_until(RIG, 0, has_bound, 1, "the bind is answered");
		cr_expect(RIG->slots[0].bind_was_lost || RIG->slots[0].links[0] == 0, "%s: %u", RIG->row,
			  RIG->slots[0].links[0]);
		cr_expect_eq(ask(1, 2, 2, 0), 2, "%s: all are for who lives", RIG->row);
		store_rig_finish(RIG);
	}
}

static void lose(void *ctx)
{
	store_rig_bind(ctx, 0, &(struct store_bind){ "a", 2, 2, 0 }, 1);
}

Test(store_contract, a_lost_bind_is_told)
{
	for (unsigned i = 0; i < 2 * store_kit_count; i++) {
		store_rig_start(RIG, store_kits[i / 2]);
		open_store(0);
		RIG->kit->lose(RIG, i % 2, lose, RIG);
		store_rig_until(RIG, 0, has_bound, 1, "it is told");
		cr_expect(RIG->slots[0].bind_was_lost, "%s", RIG->row);
		store_rig_until(RIG, 0, rig_is_up, 0, "the store is up again");
		cr_expect_eq(ask(0, 2, 2, 0), 2, "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

/* The key is gone, and with it who has what: nobody gets more than it has before all have spoken. */
Test(store_contract, shares_are_not_guessed)
{
	store_rig_start(RIG, &store_kit_redis);
	open_store(0);
	open_store(1);
	ask(0, 4, 4, 0);
	ask(1, 4, 4, 0);
	cr_expect_eq(ask(0, 4, 4, 0), 2);
	cr_expect_eq(ask(1, 4, 4, 0), 2);
	RIG->kit->meddle(RIG, "DEL {hongyan}:binds");
	cr_expect_eq(ask(1, 4, 4, 2), 2, "the other one may have links, too");
	cr_expect_eq(ask(0, 4, 4, 2), 2, "none of which it must end");
	cr_expect_eq(ask(0, 4, 0, 0), 0);
	cr_expect_eq(ask(1, 4, 4, 2), 4, "all have spoken");
	store_rig_finish(RIG);
}
