/* SPDX-License-Identifier: Apache-2.0 */

/* A carrier under everything at once, on a seeded die: what holds however it falls is that each submit that was taken
 * has exactly one outcome, and a late answer only what was unknown. */

#include "base/rng.h"
#include "contract/carrier_rig.h"

#include <criterion/criterion.h>

#define STEPS      1500
#define TOKENS_MAX RIG_TOLD_MAX

static struct carrier_rig rig;
static struct rng rng;
static uint64_t next_token;

static void submit_some(void)
{
	unsigned count = 1 + (unsigned)rng_below(&rng, 6);
	while (count-- > 0 && next_token < TOKENS_MAX) {
		unsigned credit = carrier_rig_credit(&rig);
		enum submit_answer answer = carrier_rig_submit(&rig, next_token);
		if (credit == 0)
			cr_assert_neq(answer, SUBMIT_TAKEN, "%s: taken without credit", rig.row);
		if (answer != SUBMIT_TAKEN)
			break;
		cr_assert_eq(carrier_rig_credit(&rig), credit - 1, "%s", rig.row);
		next_token++;
	}
}

/* An upcall may submit. */
static void on_outcome(struct carrier_rig *from, const struct rig_outcome *outcome)
{
	(void)from;
	(void)outcome;
	if (rng_below(&rng, 4) == 0)
		submit_some();
}

static void check_all(void)
{
	static uint8_t told[TOKENS_MAX];
	static uint8_t late[TOKENS_MAX];
	static enum outcome_class classes[TOKENS_MAX];
	memset(told, 0, sizeof told);
	memset(late, 0, sizeof late);
	for (unsigned i = 0; i < rig.outcome_count; i++) {
		uint64_t token = rig.outcomes[i].token;
		cr_assert_lt(token, next_token, "%s: outcome of a token that nobody gave", rig.row);
		cr_assert_eq(told[token]++, 0, "%s: token %u has two outcomes", rig.row, (unsigned)token);
		classes[token] = rig.outcomes[i].outcome_class;
	}
	cr_assert_eq(rig.outcome_count, next_token, "%s: %u of %u have an outcome", rig.row, rig.outcome_count,
		     (unsigned)next_token);
	for (unsigned i = 0; i < rig.late_count; i++) {
		uint64_t token = rig.lates[i].token;
		cr_assert_lt(token, next_token, "%s", rig.row);
		cr_assert_eq(late[token]++, 0, "%s: token %u is late twice", rig.row, (unsigned)token);
		cr_assert_eq(classes[token], OUTCOME_UNKNOWN, "%s: late answer to what was known", rig.row);
	}
}

static void storm(const struct carrier_kit *kit, uint64_t seed)
{
	rng_seed(&rng, seed);
	next_token = 0;
	carrier_rig_start(&rig, kit, &(struct carrier_setup){ .window = 12, .wants_receipts = true });
	rig.on_outcome = on_outcome;
	carrier_rig_open(&rig);
	for (unsigned step = 0; step < STEPS; step++) {
		if (rng_below(&rng, 3) > 0)
			submit_some();
		if (rng_below(&rng, 5) > 0)
			carrier_rig_flush(&rig);
		if (rng_below(&rng, 60) == 0)
			rig.kit->tell(&rig, (enum peer_act)rng_below(&rng, PEER_ACT_COUNT));
		if (rng_below(&rng, 100) == 0)
			rig.kit->tell(&rig, PEER_ACCEPT);
		rig.kit->turn(&rig);
	}
	carrier_rig_finish(&rig, (mono_us)rng_below(&rng, 2) * US_PER_S);
	cr_assert_gt(next_token, 100, "%s: hardly anything was taken", rig.row);
	check_all();
}

Test(carrier_contract, storm_on_the_fake)
{
	for (uint64_t seed = 1; seed <= 40; seed++)
		storm(&carrier_kit_fake, seed);
}

Test(carrier_contract, storm_on_tcp)
{
	for (uint64_t seed = 1; seed <= 3; seed++)
		storm(&carrier_kit_tcp, seed);
}
