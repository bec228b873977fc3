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

static const struct store_grant *lend_from(unsigned slot, const char *account, uint32_t rate, uint32_t count,
					   mono_us earliest)
{
	struct rig_slot *of = &RIG->slots[slot];
	store_rig_lease(RIG, slot, &(struct store_lease){ account, rate, count, earliest }, 1);
	store_rig_until(RIG, slot, has_leased, of->leased_count + 1, "the lease is answered");
	return &of->grants[0];
}

static const struct store_grant *lend(unsigned slot, const char *account, uint32_t rate, uint32_t count)
{
	return lend_from(slot, account, rate, count, -US_PER_S);
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
		struct store_lease asks[] = { { "a", 100, 1, 0 }, { "b", 1000, 12, 0 }, { "c", 1000000, 12000, 0 } };
		store_rig_lease(RIG, 0, asks, 3);
		store_rig_until(RIG, 0, has_leased, 1, "the lease is answered");
		for (unsigned k = 0; k < 3; k++)
			cr_expect_eq(RIG->slots[0].grants[k].count, asks[k].count, "%s: %u", RIG->row, k);
		store_rig_finish(RIG);
	}
}

/* Of one account too: one block after the other. */
Test(store_contract, several_blocks_at_once)
{
	for (unsigned i = 0; i < store_kit_count; i++) {
		start(store_kits[i]);
		struct store_lease asks[] = { { "a", 100, 5, 0 }, { "a", 100, 5, 0 } };
		store_rig_lease(RIG, 0, asks, 2);
		store_rig_until(RIG, 0, has_leased, 1, "the lease is answered");
		const struct store_grant *grants = RIG->slots[0].grants;
		cr_expect_eq(grants[0].count + grants[1].count, 10, "%s", RIG->row);
		cr_expect_eq(grants[1].delay_us - grants[0].delay_us, 5 * EACH, "%s: %lld", RIG->row,
			     (long long)(grants[1].delay_us - grants[0].delay_us));
		cr_expect_eq(grants[0].at_us, grants[1].at_us, "%s", RIG->row);
		cr_expect_gt(grants[0].at_us, 0, "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

/* Who is far away has no use for what is past when the answer comes. */
Test(store_contract, no_tokens_that_come_too_late)
{
	static const mono_us rows[] = { -10 * US_PER_MS, 0, 50 * US_PER_MS };
	for (unsigned i = 0; i < store_kit_count; i++) {
		for (unsigned k = 0; k < sizeof rows / sizeof rows[0]; k++) {
			start(store_kits[i]);
			const struct store_grant *grant = lend_from(0, "a", 100, 5, rows[k]);
			cr_expect_eq(grant->count, 5, "%s", RIG->row);
			cr_expect_eq(grant->delay_us, rows[k], "%s: %lld", RIG->row, (long long)grant->delay_us);
			store_rig_finish(RIG);
		}
	}
}

/* While a change of the configuration goes round, the lowest rate is in force for all. */
Test(store_contract, the_lowest_rate_counts)
{
	for (unsigned i = 0; i < store_kit_count; i++) {
		start(store_kits[i]);
		cr_expect_eq(lend(0, "a", 1000, 40)->rate_per_s, 1000, "%s", RIG->row);
		cr_expect_eq(lend(1, "a", 500, 1)->rate_per_s, 500, "%s: a lower one at once", RIG->row);
		const struct store_grant *grant = lend(0, "a", 1000, 40);
		cr_expect_eq(grant->rate_per_s, 500, "%s: for the others as well", RIG->row);
		cr_expect_eq(grant->count, 20, "%s: the tokens of the same time: %u", RIG->row, grant->count);
		cr_expect_eq(lend(0, "b", 1000, 1)->rate_per_s, 1000, "%s: of this account", RIG->row);
		mono_us until = RIG->kit->now(RIG) + 10 * US_PER_S;
		while (lend(0, "a", 1000, 1)->rate_per_s < 1000 && RIG->kit->now(RIG) < until)
			store_rig_pass(RIG, 200 * US_PER_MS);
		cr_expect_eq(lend(0, "a", 1000, 1)->rate_per_s, 1000, "%s: nobody asks with it any more", RIG->row);
		store_rig_finish(RIG);
	}
}

static void ask(void *ctx)
{
	store_rig_lease(ctx, 0, &(struct store_lease){ "a", 100, 1, 0 }, 1);
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
	RIG->kit->meddle(RIG, "HSET {hongyan}:pace \"a rate\" \"no 5\"");
	cr_expect_eq(lend(0, "a", 100, 1)->rate_per_s, 100, "nor a rate");
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
