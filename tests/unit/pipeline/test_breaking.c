/* SPDX-License-Identifier: Apache-2.0 */

/* An account of which nearly nothing comes back well gets nothing for a while, then one alert at a time. */

#include "pipeline_rig.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct outcome failure = { .outcome_class = OUTCOME_TEMPORARY };
static const struct rig_setup one_way = { .is_short = true };
static const struct rig_setup two_ways = { .is_short = true, .has_way = true };

static void break_first(void)
{
	for (unsigned i = 0; i < HEALTH_LEAST; i++)
		breaking_note(&rig.pipeline->accounts[0], &failure, rig.now.mono, rig.now.mono);
	cr_assert_eq(rig.pipeline->accounts[0].breaker.state, BREAKER_OPEN);
}

static void bring(void)
{
	rig_bring(LANE_NORMAL, "", NULL);
	rig_turn();
	if (rig.beginning > 0)
		rig_answer_begin();
}

Test(breaking, its_alerts_go_another_way)
{
	rig_set_up(&two_ways);
	rig_bring(LANE_NORMAL, "", NULL);
	rig_answer_begin_with(BEGIN_GO, NULL);
	cr_assert_eq(rig.players[0].submit_count, 1);
	break_first();
	cr_expect_not_null(strstr(rig.log, "account_broken"), "%s", rig.log);
	cr_expect_not_null(strstr(rig.log, "2000"), "for how long: %s", rig.log);
	bring();
	cr_expect_eq(rig.players[0].submit_count, 1);
	cr_expect_eq(rig.players[1].submit_count, 1);
	rig_accept(0, 0, "m1");
	rig_accept(1, 0, "m2");
	rig_turn();
	rig_pass(10 * US_PER_MS);
	rig_assert_nothing_is_held("another way");
	rig_tear_down();
}

/* One is enough to see whether it works again; the rest need not wait for that. */
Test(breaking, it_is_tried_with_one)
{
	rig_set_up(&two_ways);
	break_first();
	rig_pass(BREAKER_REST_LEAST_US);
	for (unsigned good = 0; good < BREAKER_GOOD; good++) {
		bring();
		cr_assert_eq(rig.players[0].submit_count, good + 1, "%u: the first goes to it", good);
		bring();
		cr_assert_eq(rig.players[1].submit_count, good + 1, "%u: the next one does not", good);
		rig_accept(0, good, "m1");
		rig_accept(1, good, "m2");
		rig_pass(10 * US_PER_MS);
	}
	cr_assert_eq(rig.pipeline->accounts[0].breaker.state, BREAKER_CLOSED);
	bring();
	bring();
	cr_expect_eq(rig.players[0].submit_count, BREAKER_GOOD + 2, "all is as before");
	rig_accept(0, BREAKER_GOOD, "m3");
	rig_accept(0, BREAKER_GOOD + 1, "m4");
	rig_pass(10 * US_PER_MS);
	rig_assert_nothing_is_held("as before");
	rig_tear_down();
}

/* Where there is no other, alerts wait and do not use up their attempts. */
Test(breaking, nothing_goes_where_it_is_the_only_one)
{
	rig_set_up(&one_way);
	rig_tell(1, CARRIER_DOWN);
	break_first();
	bring();
	rig_pass(BREAKER_REST_LEAST_US - 1);
	cr_assert_eq(rig.players[0].submit_count, 0);
	cr_assert_eq(rig.settled_count, 0, "it waits");
	rig_pass(US_PER_MS);
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 1, "it is tried");
	rig_answer(0, 0, &failure);
	cr_assert_eq(rig.pipeline->accounts[0].breaker.state, BREAKER_OPEN, "in vain");
	bring();
	rig_pass(2 * BREAKER_REST_LEAST_US - 2 * US_PER_MS);
	cr_assert_eq(rig.players[0].submit_count, 1, "it rests twice as long");
	cr_expect_gt(pipeline_look(rig.pipeline, rig.now.mono)->account_again_at[0], rig.now.mono, "as status tells");
	rig_tear_down();
}

Test(breaking, an_operator_says_that_it_works)
{
	rig_set_up(&one_way);
	break_first();
	bring();
	cr_assert_eq(rig.players[0].submit_count, 0);
	pipeline_account_retry(rig.pipeline, 0);
	rig_turn();
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 1);
	rig_accept(0, 0, "m1");
	rig_pass(10 * US_PER_MS);
	rig_assert_nothing_is_held("tried");
	rig_tear_down();
}
