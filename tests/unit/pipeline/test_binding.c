/* SPDX-License-Identifier: Apache-2.0 */

/* Links that an account permits are shared by all workers. */

#include "pipeline_rig.h"

#include <criterion/criterion.h>
#include <string.h>

#define PLAYER (&rig.players[0])

Test(binding, no_link_before_it_is_told)
{
	PLAYER->permitted = 99;
	rig_set_up(&(struct rig_setup){ .is_short = true, .binds = 4 });
	cr_expect_eq(PLAYER->permitted, 0, "none at first");
	rig_turn();
	cr_expect_str_eq(rig.bind_ask.account, "down");
	cr_expect_eq(rig.bind_ask.permitted, 4);
	cr_expect_eq(rig.bind_ask.likes, 4);
	rig_bind(3);
	cr_expect_eq(PLAYER->permitted, 3);
	rig_pass(999 * US_PER_MS);
	cr_expect_eq(rig.binding, 0);
	rig_pass(2 * US_PER_MS);
	cr_expect_eq(rig.binding, 1, "it would like to have more: asked soon");
	rig_bind(4);
	rig_pass(1900 * US_PER_MS);
	cr_expect_eq(rig.binding, 0);
	rig_pass(200 * US_PER_MS);
	cr_expect_eq(rig.binding, 1, "it goes on");
	PLAYER->held = 4;
	rig_bind(4);
	rig_pass(2100 * US_PER_MS);
	cr_expect_eq(rig.bind_ask.has, 4);
	rig_tear_down();
}

/* A worker leaves the others of its process their part from the first, and takes what they do not want afterwards. */
Test(binding, the_first_question_is_for_its_share)
{
	static const struct {
		unsigned share, want;
	} rows[] = { { 0, 4 }, { 1, 1 }, { 2, 2 }, { 4, 4 }, { 9, 4 } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&(struct rig_setup){ .is_short = true, .binds = 4, .bind_share = rows[i].share });
		rig_turn();
		cr_expect_eq(rig.bind_ask.likes, rows[i].want, "%u: %u", rows[i].share, rig.bind_ask.likes);
		rig_bind(rows[i].want);
		rig_pass(2100 * US_PER_MS);
		cr_expect_eq(rig.bind_ask.likes, 4, "%u: %u", rows[i].share, rig.bind_ask.likes);
		rig_tear_down();
	}
}

/* Redis is away from the start. */
Test(binding, who_waits_for_the_store_says_so)
{
	for (unsigned is_there = 0; is_there < 2; is_there++) {
		rig_set_up(&(struct rig_setup){ .is_short = true, .binds = 2 });
		rig.log[0] = '\0';
		if (is_there) {
			rig_turn();
			rig_bind(2);
		} else {
			rig.store_events->on_state(rig.store_ctx, false, "away");
		}
		rig_pass(4900 * US_PER_MS);
		cr_expect_null(strstr(rig.log, "binds_wait"), "a start takes a moment");
		rig_pass(200 * US_PER_MS);
		cr_expect_eq(strstr(rig.log, "binds_wait") == NULL, is_there, "%s", rig.log);
		rig_tear_down();
	}
}

/* Before others would take its links, they end. */
Test(binding, links_lapse_without_the_store)
{
	rig_set_up(&(struct rig_setup){ .is_short = true, .binds = 2 });
	rig_turn();
	mono_us asked = rig.now.mono;
	rig_bind(2);
	rig.store_events->on_state(rig.store_ctx, false, "gone");
	rig_pass(asked + STORE_BIND_US - 5 * US_PER_S - 1 - rig.now.mono);
	cr_expect_eq(PLAYER->permitted, 2);
	rig_pass(2);
	cr_expect_eq(PLAYER->permitted, 0);
	rig.store_events->on_state(rig.store_ctx, true, "back");
	rig_turn();
	rig_bind(1);
	cr_expect_eq(PLAYER->permitted, 1);
	rig_tear_down();
}

Test(binding, a_lost_answer_is_asked_for_again)
{
	rig_set_up(&(struct rig_setup){ .is_short = true, .binds = 2 });
	rig_turn();
	rig.binding = 0;
	rig.store_events->on_bound(rig.store_ctx, NULL, 1);
	rig_pass(1100 * US_PER_MS);
	cr_expect_eq(rig.binding, 1);
	rig_tear_down();
}

/* Whoever was taken for dead has none: others may have them. */
Test(binding, a_fence_ends_them)
{
	rig_set_up(&(struct rig_setup){ .is_short = true, .binds = 2 });
	rig_turn();
	rig_bind(2);
	rig.store_events->on_fenced(rig.store_ctx);
	cr_expect_eq(PLAYER->permitted, 0);
	rig_turn();
	cr_assert_eq(rig.binding, 1, "it asks at once");
	rig_bind(1);
	cr_expect_eq(PLAYER->permitted, 1);
	rig_tear_down();
}

/* What rests or leaves likes none. */
Test(binding, who_rests_gives_them_back)
{
	struct pipeline_wish drained = { .is_paused = true, .rests = true };
	rig_set_up(&(struct rig_setup){ .is_short = true, .binds = 2 });
	rig_turn();
	rig_bind(2);
	PLAYER->held = 2;
	pipeline_account_wish(rig.pipeline, 0, &drained);
	rig_pass(2100 * US_PER_MS);
	cr_expect_eq(rig.bind_ask.likes, 0);
	cr_expect_eq(rig.bind_ask.has, 2, "its links end when all is answered");
	rig_tear_down();
}

/* What it has in hand is for those that have links now, even if no account of its own takes anything. */
Test(binding, whose_links_are_others_parks)
{
	static const struct row {
		const char *name;
		unsigned told; /* links */
		bool parks;
	} rows[] = {
		{ "others have all of them", 0, true },
		{ "it may have one, which is down", 1, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&(struct rig_setup){ .is_short = true, .binds = 2 });
		rig_turn();
		rig_bind(2);
		rig_tell(0, CARRIER_DOWN);
		rig_tell(1, CARRIER_DOWN);
		rig_bring(LANE_NORMAL, "", NULL);
		for (unsigned second = 0; second < 8; second++) {
			rig_pass(US_PER_S + 1);
			if (rig.binding > 0)
				rig_bind(rows[i].told);
		}
		rig_turn();
		cr_assert_eq(rig.settled_count, rows[i].parks, "%s", rows[i].name);
		if (rows[i].parks)
			cr_assert_str_eq(rig.parked_on, "down", "%s: %s", rows[i].name, rig.parked_on);
		rig_tear_down();
	}
}

/* Entries that are its own come to nobody else. */
Test(binding, whose_links_are_others_takes_what_is_its_own)
{
	for (unsigned links = 0; links < 2; links++) {
		rig_set_up(&(struct rig_setup){ .is_short = true, .binds = 2 });
		rig_turn();
		rig_bind(links);
		rig_tell(0, CARRIER_DOWN);
		rig_tell(1, CARRIER_DOWN);
		rig_turn();
		cr_assert_eq(rig.adopts, 0, "%u: there are none", links);
		rig.store_events->on_orphans(rig.store_ctx);
		rig_turn();
		cr_assert_eq(rig.adopts, links == 0, "%u", links);
		rig_tear_down();
	}
}

/* Links that it may make at any moment are taken, whether they are there yet or not. */
Test(binding, what_it_may_make_counts_as_there)
{
	rig_set_up(&(struct rig_setup){ .is_short = true, .binds = 3 });
	rig_turn();
	cr_expect_eq(rig.bind_ask.has, 0);
	rig_bind(2);
	PLAYER->held = 0;
	rig_pass(1100 * US_PER_MS);
	cr_expect_eq(rig.bind_ask.has, 2, "they come back while the store answers");
	rig_bind(1);
	PLAYER->held = 2;
	rig_pass(1100 * US_PER_MS);
	cr_expect_eq(rig.bind_ask.has, 2, "one is ending");
	PLAYER->held = 1;
	rig_bind(1);
	rig_pass(1100 * US_PER_MS);
	cr_expect_eq(rig.bind_ask.has, 1);
	rig_tear_down();
}

/* Redis is away, and so is the carrier, which answers nothing: others may have the links soon. */
Test(binding, links_that_do_not_end_are_cut)
{
	rig_set_up(&(struct rig_setup){ .is_short = true, .binds = 2 });
	rig_turn();
	rig_bind(2);
	PLAYER->held = 2;
	rig.store_events->on_state(rig.store_ctx, false, "so the test says");
	rig_pass(STORE_BIND_US - 5 * US_PER_S);
	cr_expect_eq(PLAYER->permitted, 0, "they end in good order");
	cr_expect_eq(PLAYER->cuts, 0);
	rig_pass(4 * US_PER_S + US_PER_MS);
	cr_expect_eq(PLAYER->cuts, 1);
	rig_pass(60 * US_PER_S);
	cr_expect_eq(PLAYER->cuts, 1, "there is nothing more to cut");
	rig_tear_down();
}
