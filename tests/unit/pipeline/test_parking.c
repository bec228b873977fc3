/* SPDX-License-Identifier: Apache-2.0 */

/* What waits for an account that is away, or takes little, is parked, and comes back when there is a use for it. */

#include "pipeline_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* Under which names, how urgent, and for how long at most. */
Test(parking, what_waits_for_an_account_that_stays_away)
{
	static const struct row {
		const char *name;
		struct rig_setup setup;
		bool is_other_down; /* just now: it may come back any moment */
		enum lane lane;
		const char *want_on;
		wall_ms want_most;
	} rows[] = {
		{ "its only account", { .is_short = true }, false, LANE_NORMAL, "down", 1200000 },
		{ "more urgent", { .is_short = true }, false, LANE_URGENT, "down", 1200000 },
		{ "it expires before", { .is_short = true, .life_ms = 60000 }, false, LANE_NORMAL, "down", 60000 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&rows[i].setup);
		rig_tell(0, CARRIER_DOWN);
		rig_pass(DOWN_PATIENCE_US - 1);
		rig_bring(rows[i].lane, "", NULL);
		rig_turn();
		cr_assert_eq(rig.settled_count, 0, "%s: it may come back soon", rows[i].name);
		rig_pass(1100 * US_PER_MS);
		cr_assert_eq(rig.settled_count, 1, "%s", rows[i].name);
		cr_assert_eq(rig.settled.kind, SETTLE_LATER, "%s", rows[i].name);
		cr_assert_str_eq(rig.parked_on, rows[i].want_on, "%s: %s", rows[i].name, rig.parked_on);
		cr_assert_eq(rig.park_rank >> 44, rows[i].lane, "%s", rows[i].name);
		cr_assert_leq(rig.settled.due_at - rig.now.wall, rows[i].want_most, "%s", rows[i].name);
		/* What is read from now on is parked at once. */
		rig_bring(rows[i].lane, "", NULL);
		rig_turn();
		cr_assert_eq(rig.settled_count, 2, "%s", rows[i].name);
		rig_assert_nothing_is_held(rows[i].name);
		rig_tear_down();
	}
}

/* Whichever of the route is back first takes it. */
Test(parking, under_all_accounts_of_its_route)
{
	rig_set_up(&(struct rig_setup){ .is_short = true, .has_way = true });
	struct pipeline_account third = rig.accounts[1];
	static struct player player;
	player = (struct player){ .base = { .ops = rig.players[1].base.ops, .name = "third" }, .room = 10 };
	third.name = "third";
	third.carrier = &player.base;
	pipeline_account_open(rig.pipeline, 2, &third);
	player.events->on_state(player.ctx, CARRIER_UP, "so the test says");
	rig_tell(0, CARRIER_DOWN);
	rig_tell(1, CARRIER_DOWN);
	rig_pass(DOWN_PATIENCE_US);
	rig_bring(LANE_NORMAL, "", NULL);
	rig_turn();
	cr_assert_eq(rig.settled_count, 1);
	cr_assert_str_eq(rig.parked_on, "down,other", "%s", rig.parked_on);
	rig_tear_down();
}

/* It is asked for when the account has room, and few at hand; more often where there is something. */
Test(parking, it_comes_back_when_there_is_a_use)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	rig_turn();
	cr_assert_eq(rig.unparking, RIG_ACCOUNTS, "all accounts are asked about");
	cr_assert_eq(rig.unparks[0].count, 0);
	rig_unpark(0, 500);
	rig_pass(19 * US_PER_MS);
	cr_assert_eq(rig.unparking, 0);
	rig_pass(2 * US_PER_MS);
	cr_assert_eq(rig.unparking, RIG_ACCOUNTS);
	cr_assert_gt(rig.unparks[0].count, 0);
	rig_unpark(10, 490);
	rig_tell(0, CARRIER_DOWN);
	rig_pass(100 * US_PER_MS);
	cr_assert_eq(rig.unparking, 1, "the other one is asked about, which lives");
	cr_assert_str_eq(rig.unparks[0].name, "other");
	rig_unpark(0, 0);
	for (unsigned i = 0; i < 60 && (rig.unparking == 0 || strcmp(rig.unparks[0].name, "down") != 0); i++) {
		if (rig.unparking > 0)
			rig_unpark(0, 0);
		rig_pass(5 * US_PER_MS);
	}
	cr_assert_str_eq(rig.unparks[0].name, "down", "now and then it is asked about what is away, too");
	cr_assert_eq(rig.unparks[0].count, 0, "but for none");
	cr_assert_str_eq(rig.unparks[1].name, "down?", "and for what others may take of it");
	rig_unpark(0, 490);
	rig_pass(21 * US_PER_MS);
	cr_assert_str_eq(rig.unparks[1].name, "down?");
	cr_assert_gt(rig.unparks[1].count, 0, "which the other one does");
	unsigned lost = rig.unparking;
	rig.unparking = 0;
	rig.store_events->on_unparked(rig.store_ctx, NULL, lost, (struct slice){ NULL, 0 });
	rig_pass(300 * US_PER_MS);
	cr_assert_gt(rig.unparking, 0, "a lost answer is asked for again");
	rig_tear_down();
}

/* What was answered for good is told once. */
Test(parking, it_is_told_what_left)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	rig_turn();
	rig_unpark(0, 0);
	for (unsigned i = 0; i < 3; i++) {
		rig_bring(LANE_NORMAL, "", NULL);
		rig_answer_begin();
		rig_accept(0, i, "m");
	}
	rig_pass(300 * US_PER_MS);
	cr_assert_str_eq(rig.unparks[0].name, "down");
	cr_expect_eq(rig.unparks[0].sent, 3, "%u", rig.unparks[0].sent);
	cr_expect_eq(rig.unparks[1].sent, 0);
	rig_unpark(0, 0);
	rig_pass(300 * US_PER_MS);
	cr_expect_eq(rig.unparks[0].sent, 0, "it is told already");
	rig_tear_down();
}

/* Of an account that is in the configuration no more everybody takes what waits for it. */
Test(parking, strangers)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	rig.parked_names = "down,old,other?,older?";
	rig_turn();
	rig_unpark(0, 0);
	rig_pass(21 * US_PER_MS);
	cr_assert_eq(rig.unparking, 2, "%u", rig.unparking);
	cr_assert_str_eq(rig.unparks[0].name, "old");
	cr_assert_gt(rig.unparks[0].count, 0);
	cr_assert_str_eq(rig.unparks[1].name, "older?");
	rig_tell(0, CARRIER_DOWN);
	rig_tell(1, CARRIER_DOWN);
	rig_unpark(0, 0);
	rig_pass(100 * US_PER_MS);
	cr_assert_eq(rig.unparking, 0, "it is no use while nobody takes anything");
	rig_tell(1, CARRIER_UP);
	rig_turn();
	cr_assert_gt(rig.unparking, 0, "now it is");
	rig.parked_names = "";
	rig_unpark(1, 0);
	rig_pass(100 * US_PER_MS);
	cr_assert_eq(rig.unparking, 0, "nothing is left of them");
	rig_tear_down();
}

/* An account that takes little fills all memory, and another one has nothing to do: it keeps its share. */
Test(parking, a_narrow_account_makes_room)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	rig.players[0].room = 0;
	for (unsigned i = 0; i < 250; i++)
		rig_bring(i < 50 ? LANE_URGENT : i < 150 ? LANE_NORMAL : LANE_BULK, "", NULL);
	rig_pass(100 * US_PER_MS);
	const struct account *account = &rig.pipeline->accounts[0];
	unsigned waiting =
		account->lane_counts[LANE_URGENT] + account->lane_counts[LANE_NORMAL] + account->lane_counts[LANE_BULK];
	/* What came behind the last relief is not scarce yet. */
	cr_expect_leq(waiting, 256 / 4 + 32, "%u", waiting);
	cr_expect_eq(account->lane_counts[LANE_URGENT] + account->reserved_urgent, 50, "the most urgent stay");
	cr_expect_leq(account->lane_counts[LANE_BULK], 256 / 4 + 32 - 50);
	rig_tear_down();
}

/* Nothing comes for an account that no route names, however idle it is: nobody makes room for it. */
Test(parking, no_room_for_an_account_that_no_route_names)
{
	rig_set_up(&(struct rig_setup){ .is_short = true, .is_lone = true });
	rig.players[0].room = 0;
	for (unsigned i = 0; i < 250; i++)
		rig_bring(i < 100 ? LANE_READY : LANE_NORMAL, "", NULL);
	rig_pass(US_PER_S);
	cr_expect_eq(rig.pipeline->accounts[0].lane_counts[LANE_NORMAL], 250);
	rig_tear_down();
}

/* Of an account that has had nothing for long nobody knows whether it will: its first alert may stand behind all that is new, but
 * what was put back before is put back again only slowly. */
Test(parking, little_room_for_an_account_that_had_nothing_for_long)
{
	static const struct {
		const char *name;
		enum lane lane;
		mono_us ago;
		uint64_t parked; /* on it */
		unsigned least, most;
	} rows[] = {
		{ "new", LANE_NORMAL, 600 * US_PER_S, 0, 60, 96 },
		{ "back", LANE_READY, 600 * US_PER_S, 0, 200, 242 },
		{ "back, and it had some lately", LANE_READY, 599 * US_PER_S, 0, 60, 96 },
		{ "back, and some wait for it", LANE_READY, 600 * US_PER_S, 1, 60, 96 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&(struct rig_setup){ .is_short = true });
		rig.players[0].room = 0;
		rig.pipeline->accounts[1].queued_at = rig.now.mono - rows[i].ago;
		rig.pipeline->accounts[1].parked = rows[i].parked;
		for (unsigned k = 0; k < 250; k++)
			rig_bring(rows[i].lane, "", NULL);
		rig_pass(100 * US_PER_MS);
		unsigned waiting = rig.pipeline->accounts[0].lane_counts[LANE_NORMAL];
		cr_expect(waiting >= rows[i].least && waiting <= rows[i].most, "%s: %u", rows[i].name, waiting);
		rig_tear_down();
	}
}

/* How many of a long backlog of the narrow account are read within a span, while another one has had nothing for long. */
static unsigned read_within(enum lane lane, unsigned backlog, mono_us span)
{
	unsigned read = 0;
	rig_set_up(&(struct rig_setup){ .is_short = true });
	rig.players[0].room = 0;
	rig.pipeline->accounts[1].queued_at = rig.now.mono - 600 * US_PER_S;
	for (mono_us end = rig.now.mono + span; read < backlog && rig.now.mono < end; rig_pass(20 * US_PER_MS)) {
		for (; rig.pipeline->pool.free_count > 0 && read < backlog; read++)
			rig_bring(lane, "", NULL);
	}
	rig_tear_down();
	return read;
}

/* Its first alert stands behind them, and is read; what comes back again and again does not keep the store busy meanwhile. */
Test(parking, the_first_alert_stands_behind_a_long_backlog)
{
	unsigned read = read_within(LANE_NORMAL, 100000, 15 * US_PER_S);
	cr_expect_eq(read, 100000, "%u", read);
	read = read_within(LANE_READY, 100000, 15 * US_PER_S);
	cr_expect(read > 15 * 300 && read <= 15 * 400 + 256, "%u", read);
}

/* Where nobody else is in need, memory is for who has something. */
Test(parking, nobody_in_need)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	rig.players[0].room = rig.players[1].room = 0;
	for (unsigned i = 0; i < 250; i++)
		rig_bring(LANE_NORMAL, "", NULL);
	rig_pass(US_PER_S);
	cr_expect_eq(rig.pipeline->accounts[0].lane_counts[LANE_NORMAL], 250);
	rig_tear_down();
}

/* Memory is full of what a brisk account sends: what is parked on one that has nothing comes back all the same, a little at a
 * time, since there are parcels that are kept for it. */
Test(parking, it_comes_back_beside_a_brisk_account)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	rig.players[0].room = 0;
	rig_turn();
	rig_unpark(0, 500);
	rig.pipeline->accounts[0].pace = 4000;
	for (unsigned i = 0; i < 250; i++)
		rig_bring(LANE_NORMAL, "", NULL);
	rig_pass(30 * US_PER_MS);
	cr_assert_eq(rig.pipeline->accounts[0].lane_counts[LANE_NORMAL], 250, "what is full stays full");
	cr_assert_eq(rig.unparking, 1, "the brisk one has enough at hand");
	cr_assert_str_eq(rig.unparks[0].name, "other");
	cr_assert(rig.unparks[0].count > 0 && rig.unparks[0].count <= 64, "%u", rig.unparks[0].count);
	rig_tear_down();
}

static bool is_asked(const char *name)
{
	for (unsigned i = 0; i < rig.unparking; i++) {
		if (strcmp(rig.unparks[i].name, name) == 0)
			return true;
	}
	return false;
}

/* Of those that are away two names each are asked about, more than one question holds, and it is answered later than they are due
 * again: each has its turn, strangers too. */
Test(parking, more_accounts_than_a_question_holds)
{
	enum { MORE = ROUTE_ACCOUNTS_MAX - RIG_ACCOUNTS };
	static struct player players[MORE];
	static char names[MORE][16];
	rig_set_up(&(struct rig_setup){ .is_short = true });
	rig_tell(0, CARRIER_DOWN);
	for (unsigned i = 0; i < MORE; i++) {
		struct pipeline_account account = rig.accounts[1];
		snprintf(names[i], sizeof names[i], "more%u", i);
		players[i] = (struct player){ .base = { .ops = rig.players[1].base.ops, .name = names[i] } };
		account.name = names[i];
		account.carrier = &players[i].base;
		pipeline_account_open(rig.pipeline, RIG_ACCOUNTS + i, &account);
	}
	rig.parked_names = "stranger";
	bool is_last_asked = false, is_first_asked = false, is_stranger_asked = false;
	rig_turn();
	for (unsigned i = 0; i < 20; i++) {
		rig_pass(25 * US_PER_MS);
		cr_assert_gt(rig.unparking, 0);
		is_first_asked = is_first_asked || is_asked("down?");
		is_last_asked = is_last_asked || is_asked("more61?");
		is_stranger_asked = is_stranger_asked || is_asked("stranger");
		rig_unpark(0, 5);
	}
	cr_expect(is_first_asked && is_last_asked, "each account has its turn");
	cr_expect(is_stranger_asked);
	rig_tear_down();
}

/* How much an account sends in a second is known beyond an order of an operator, with which all that waits is looked at. */
Test(parking, an_early_sweep_is_no_second)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	struct account *account = &rig.pipeline->accounts[0];
	rig_turn();
	account->left = 300;
	rig_pass(US_PER_S);
	cr_assert_eq(account->pace, 300);
	account->left = 3;
	pipeline_account_wish(rig.pipeline, 1, &(struct pipeline_wish){ .is_paused = true });
	rig_pass(10 * US_PER_MS);
	cr_expect_eq(account->pace, 300);
	rig_tear_down();
}

/* Nothing is live here; another worker may have links all the same. */
Test(parking, what_others_may_send_is_theirs)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	rig_tell(0, CARRIER_DOWN);
	rig_tell(1, CARRIER_DOWN);
	rig_bring(LANE_NORMAL, "", NULL);
	rig_pass(29 * US_PER_S);
	cr_assert_eq(rig.settled_count, 0, "it may be back any moment, and for all of them at once");
	rig_pass(2 * US_PER_S);
	cr_assert_eq(rig.settled_count, 1);
	cr_assert_str_eq(rig.parked_on, "down");
	cr_assert_eq(rig.adopts, 0);
	rig.store_events->on_orphans(rig.store_ctx);
	rig_turn();
	cr_assert_eq(rig.adopts, 1, "what a dead one had goes the same way");
	rig_tear_down();
}
