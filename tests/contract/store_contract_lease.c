/* SPDX-License-Identifier: Apache-2.0 */

/* Tokens of an account's rate: one line for all stores of a queue. */

#include "contract/store_rig.h"

#include <criterion/criterion.h>

#define RIG  (&store_rig_shared)
#define EACH (US_PER_S / 100)

static bool has_leased(struct rig_slot *slot, unsigned count)
{
	return slot->leased_count == count;
}

static const struct store_grant *lend(unsigned slot, const char *account, uint32_t rate, uint32_t count)
{
	struct rig_slot *of = &RIG->slots[slot];
	store_rig_lease(RIG, slot, &(struct store_lease){ account, rate, count }, 1);
	store_rig_until(RIG, slot, has_leased, of->leased_count + 1, "the lease is answered");
	return &of->grants[0];
}

static void start(const struct store_kit *kit)
{
	store_rig_start(RIG, kit);
	store_rig_open(RIG, 0, &(struct store_setup){ .nonce = 1 });
	store_rig_open(RIG, 1, &(struct store_setup){ .nonce = 2, .worker = 1 });
}

Test(store_contract, tokens_are_lent_one_after_the_other)
{
	for (unsigned i = 0; i < store_kit_count; i++) {
		start(store_kits[i]);
		const struct store_grant *first = lend(0, "a", 100, 5);
		cr_expect_eq(first->count, 5, "%s: %u", RIG->row, first->count);
		cr_expect_leq(first->delay_us, 0, "%s: a rested account has some at once", RIG->row);
		cr_expect_geq(first->delay_us, -100 * US_PER_MS, "%s: but few: %lld", RIG->row,
			      (long long)first->delay_us);
		mono_us before = first->delay_us;
		mono_us from = RIG->kit->now(RIG);
		const struct store_grant *next = lend(1, "a", 100, 1);
		mono_us passed = RIG->kit->now(RIG) - from;
		cr_expect_eq(next->count, 1, "%s", RIG->row);
		/* The next instant of the same line, but for the time between both. */
		cr_expect_leq(next->delay_us, before + 5 * EACH + 2 * US_PER_MS, "%s: %lld", RIG->row,
			      (long long)next->delay_us);
		cr_expect_geq(next->delay_us, before + 5 * EACH - passed - 200 * US_PER_MS, "%s: %lld", RIG->row,
			      (long long)next->delay_us);
		cr_expect_leq(lend(0, "b", 100, 1)->delay_us, 0, "%s: another account has its own", RIG->row);
		store_rig_finish(RIG);
	}
}

Test(store_contract, nobody_is_lent_what_begins_too_late)
{
	for (unsigned i = 0; i < store_kit_count; i++) {
		start(store_kits[i]);
		const struct store_grant *grant = lend(0, "a", 1, 1);
		unsigned lent = 0;
		while (grant->count > 0 && lent++ < 5)
			grant = lend(lent % 2, "a", 1, 1);
		cr_expect_leq(lent, 3, "%s: %u of a token a second", RIG->row, lent);
		cr_expect_gt(grant->wait_us, 0, "%s: told when to ask again", RIG->row);
		cr_expect_leq(grant->wait_us, 3 * US_PER_S, "%s: %lld", RIG->row, (long long)grant->wait_us);
		store_rig_finish(RIG);
	}
}

Test(store_contract, several_accounts_at_once)
{
	for (unsigned i = 0; i < store_kit_count; i++) {
		start(store_kits[i]);
		struct store_lease asks[] = { { "a", 100, 1 }, { "b", 1000, 12 }, { "c", 1000000, 12000 } };
		store_rig_lease(RIG, 0, asks, 3);
		store_rig_until(RIG, 0, has_leased, 1, "the lease is answered");
		for (unsigned k = 0; k < 3; k++)
			cr_expect_eq(RIG->slots[0].grants[k].count, asks[k].count, "%s: %u", RIG->row, k);
		store_rig_finish(RIG);
	}
}

static void ask(void *ctx)
{
	store_rig_lease(ctx, 0, &(struct store_lease){ "a", 100, 1 }, 1);
}

/* Lost with its connection: told, and nothing was lent. */
Test(store_contract, a_lost_lease_is_told)
{
	for (unsigned i = 0; i < 2 * store_kit_count; i++) {
		start(store_kits[i / 2]);
		RIG->kit->lose(RIG, i % 2 == 0, ask, RIG);
		store_rig_until(RIG, 0, has_leased, 1, "it is told");
		cr_expect(RIG->slots[0].lease_was_lost, "%s", RIG->row);
		store_rig_until(RIG, 0, rig_is_up, 0, "the store is up again");
		cr_expect_eq(lend(0, "a", 100, 1)->count, 1, "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

/* Somebody wrote into the key. What is no number counts as nothing; where nothing can be lent the log says why. */
Test(store_contract, what_is_refused_is_told)
{
	start(&store_kit_redis);
	RIG->kit->meddle(RIG, "HSET {hongyan}:pace a soon");
	cr_expect_eq(lend(0, "a", 100, 1)->count, 1, "a field that is no number");
	cr_expect_eq(RIG->kit->said(RIG, "question_refused"), 0);
	RIG->kit->meddle(RIG, "SET {hongyan}:pace mine");
	for (unsigned i = 0; i < 3; i++) {
		const struct store_grant *grant = lend(0, "a", 100, 1);
		cr_expect_eq(grant->count, 0, "nothing is lent");
		cr_expect_gt(grant->wait_us, 0, "asked again later");
	}
	cr_expect_eq(RIG->kit->said(RIG, "\"key\":\"{hongyan}:pace\""), 1, "once a minute");
	cr_expect_eq(RIG->kit->said(RIG, "WRONGTYPE"), 1);
	RIG->kit->meddle(RIG, "DEL {hongyan}:pace");
	cr_expect_eq(lend(0, "a", 100, 1)->count, 1, "all is well again");
	store_rig_finish(RIG);
}
