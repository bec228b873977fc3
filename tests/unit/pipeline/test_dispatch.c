/* SPDX-License-Identifier: Apache-2.0 */

/* How much is begun, and what of it when its account goes away: “down”, whose turn it is to go, and “other”, which no route of these alerts
 * names. */

#include "pipeline_rig.h"

#include <criterion/criterion.h>
#include <string.h>

Test(dispatch, begun_on_an_account_that_stays_away)
{
	static const struct row {
		const char *name;
		enum carrier_state state;
		unsigned out; /* segments that the carrier takes before it goes away */
		bool is_alone;
		const char *want_accepted; /* in the state: segments, bits, throttles, doubts */
		const char *want_refs;
		wall_ms want_least; /* until it comes back */
		wall_ms want_most;
	} rows[] = {
		{ "down, nothing out", CARRIER_DOWN, 0, false, " 3 0 0 0 ", " down - - -", 600000, 1200000 },
		{ "refused, nothing out", CARRIER_REFUSED, 0, false, " 3 0 0 0 ", " down - - -", 600000, 1200000 },
		{ "down, partly out", CARRIER_DOWN, 1, false, " 3 1 0 0 ", " down 6d30 - -", 600000, 1200000 },
		{ "refused, partly out", CARRIER_REFUSED, 2, false, " 3 3 0 0 ", " down 6d30 6d31 -", 600000, 1200000 },
		{ "no account is live", CARRIER_DOWN, 0, true, " 3 0 0 0 ", " down - - -", 0, 0 },
		{ "no account is live, partly out", CARRIER_DOWN, 1, true, " 3 1 0 0 ", " down 6d30 - -", 0, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		rig_set_up(&(struct rig_setup){ 0 });
		rig_bring(LANE_NORMAL, "", NULL);
		rig.players[0].room = row->out;
		if (row->out == 0)
			rig_tell(0, row->state);
		rig_answer_begin();
		cr_assert_eq(rig.players[0].submit_count, row->out, "%s", row->name);
		for (unsigned k = 0; k < row->out; k++)
			rig_accept(0, k, (char[]){ 'm', (char)('0' + k), 0 });
		if (row->out > 0)
			rig_tell(0, row->state);
		if (row->is_alone)
			rig_tell(1, CARRIER_DOWN);
		rig_pass(4900 * US_PER_MS);
		cr_assert_eq(rig.settled_count, 0, "%s: it goes too early", row->name);
		rig_pass(1200 * US_PER_MS);
		cr_assert_eq(rig.settled_count, 1, "%s: it stays", row->name);
		cr_assert_eq(rig.settled.kind, SETTLE_LATER, "%s", row->name);
		cr_assert(!rig.settled.ambiguous && rig.settled.attempt == 0, "%s", row->name);
		cr_assert_not_null(strstr(rig.state, row->want_accepted), "%s: %s", row->name, rig.state);
		cr_assert_not_null(strstr(rig.state, row->want_refs), "%s: %s", row->name, rig.state);
		cr_assert_str_eq(rig.parked_on, row->is_alone ? "" : "down", "%s: parked on %s", row->name,
				 rig.parked_on);
		wall_ms wait = rig.settled.due_at - rig.now.wall;
		cr_assert(wait >= row->want_least - 1200 && wait <= row->want_most, "%s: %lld ms", row->name,
			  (long long)wait);
		rig_assert_nothing_is_held(row->name);
		rig_tear_down();
	}
}

/* Of a long sms each segment has its own time: the last one is no late answer because the first left long ago. */
Test(dispatch, a_segment_that_left_late_is_answered_soon)
{
	rig_set_up(&(struct rig_setup){ 0 });
	rig_bring(LANE_NORMAL, "", NULL);
	rig.players[0].room = 1;
	rig_answer_begin();
	rig_pass(CONGESTION_SLOW_US);
	rig.players[0].room = 1;
	rig_turn();
	cr_assert_eq(rig.players[0].submit_count, 2);
	rig_accept(0, 1, "m1");
	cr_expect_geq(rig.pipeline->accounts[0].congestion.window, CONGESTION_FIRST);
	rig_accept(0, 0, "m0");
	cr_expect_lt(rig.pipeline->accounts[0].congestion.window, CONGESTION_FIRST, "the first one is late");
	rig_tear_down();
}

/* The answer of a segment decides; until it comes its alert stays. */
Test(dispatch, what_is_out_without_an_answer_stays)
{
	rig_set_up(&(struct rig_setup){ 0 });
	rig_bring(LANE_NORMAL, "", NULL);
	rig.players[0].room = 1;
	rig_answer_begin();
	rig_tell(0, CARRIER_DOWN);
	rig_pass(20 * US_PER_S);
	cr_assert_eq(rig.settled_count, 0);
	rig_accept(0, 0, "m0");
	rig_pass(2 * US_PER_S);
	cr_assert_eq(rig.settled_count, 1);
	cr_assert_not_null(strstr(rig.state, " 3 1 0 0 "), "%s", rig.state);
	rig_assert_nothing_is_held("answered");
	rig_tear_down();
}

/* What it was told may not be true any more: it may have been cancelled while its account was away. */
Test(dispatch, a_go_that_lay_is_asked_for_again)
{
	static const struct row {
		const char *name;
		mono_us away;
		bool want_again;
	} rows[] = {
		{ "at once", 0, false },
		{ "soon", 500 * US_PER_MS, false },
		{ "after a while", 1500 * US_PER_MS, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&(struct rig_setup){ 0 });
		rig_bring(LANE_NORMAL, "", NULL);
		rig_tell(0, CARRIER_DOWN);
		rig_answer_begin();
		rig_pass(rows[i].away);
		rig_tell(0, CARRIER_UP);
		rig_pass(100 * US_PER_MS);
		cr_assert_eq(rig.beginning, rows[i].want_again, "%s", rows[i].name);
		cr_assert_eq(rig.players[0].submit_count, rows[i].want_again ? 0 : 3, "%s", rows[i].name);
		if (rows[i].want_again)
			rig_answer_begin();
		cr_assert_eq(rig.players[0].submit_count, 3, "%s", rows[i].name);
		for (unsigned k = 0; k < 3; k++)
			rig_accept(0, k, (char[]){ 'm', (char)('0' + k), 0 });
		rig_pass(US_PER_S);
		rig_assert_nothing_is_held(rows[i].name);
		rig_tear_down();
	}
}

/* It was begun and surely has not left: a drain says so, lest whoever comes next takes it for doubtful. */
Test(dispatch, a_drain_gives_back_a_go_that_lay)
{
	rig_set_up(&(struct rig_setup){ 0 });
	rig_bring(LANE_NORMAL, "", NULL);
	rig_tell(0, CARRIER_DOWN);
	rig_answer_begin();
	rig_pass(1500 * US_PER_MS);
	rig.players[0].room = 0;
	rig_tell(0, CARRIER_UP);
	rig_pass(100 * US_PER_MS);
	cr_assert_eq(rig.beginning, 0, "there is no place for it");
	cr_assert_eq(rig.pipeline->begun_count, 1);
	pipeline_drain(rig.pipeline, US_PER_S);
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.settled_count, 1);
	cr_assert_eq(rig.settled.kind, SETTLE_LATER);
	cr_assert_not(rig.settled.ambiguous);
	rig_assert_nothing_is_held("drained");
	rig_tear_down();
}

/* It comes back to the same account, with the same reference, and only its missing segments go. */
Test(dispatch, the_rest_follows)
{
	rig_set_up(&(struct rig_setup){ 0 });
	rig_bring(LANE_NORMAL, "", NULL);
	rig.players[0].room = 1;
	rig_answer_begin();
	rig_accept(0, 0, "m0");
	rig_tell(0, CARRIER_DOWN);
	rig_pass(7 * US_PER_S);
	cr_assert_eq(rig.settled_count, 1);
	rig_tell(0, CARRIER_UP);
	rig.players[0].room = 10;
	rig_bring(LANE_READY, rig.state, NULL);
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 3);
	cr_assert_eq(rig.players[1].submit_count, 0);
	for (unsigned i = 0; i < 3; i++) {
		cr_assert_eq(rig.players[0].numbers[i], i + 1);
		cr_assert_eq(rig.players[0].references[i], rig.players[0].references[0], "part %u", i + 1);
	}
	rig_accept(0, 1, "m1");
	rig_accept(0, 2, "m2");
	rig_pass(US_PER_S);
	cr_assert_eq(rig.settled_count, 2);
	cr_assert_eq(rig.settled.closing, CLOSING_ACCEPTED);
	rig_assert_nothing_is_held("accepted");
	rig_tear_down();
}

/* The window is full: what will find a place soon begins all the same. */
Test(dispatch, a_brisk_account_begins_ahead)
{
	static const struct row {
		const char *name;
		unsigned left; /* segments, a moment before */
		mono_us ago;
		bool want_begun;
	} rows[] = {
		{ "many have just left", 8, 8 * US_PER_MS, true },
		{ "few have", 7, 8 * US_PER_MS, false },
		{ "many, but the carrier has stopped since", 8, 16 * US_PER_MS, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&(struct rig_setup){ .is_short = true });
		for (unsigned k = 0; k < rows[i].left; k++) {
			rig_bring(LANE_NORMAL, "", NULL);
			rig_answer_begin();
		}
		rig.players[0].room = 0;
		rig_pass(rows[i].ago);
		rig_bring(LANE_NORMAL, "", NULL);
		cr_assert_eq(rig.beginning, rows[i].want_begun, "%s: begins %u", rows[i].name, rig.beginning);
		if (rows[i].want_begun)
			rig_answer_begin();
		cr_assert_eq(rig.players[0].submit_count, rows[i].left, "%s: it has no place", rows[i].name);
		rig_tear_down();
	}
}

/* What left before a rest is no measure behind it, nor while it lasts: tokens are asked for, and others looked after, by it. */
Test(dispatch, nothing_is_ahead_of_an_account_that_rests)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	struct account *account = &rig.pipeline->accounts[0];
	rig.players[0].room = 3;
	account->ahead = 200;
	account->stride_at = rig.now.mono;
	mono_us now = rig.now.mono;
	cr_expect_eq(dispatch_room(account, now), 203);
	cr_expect_eq(dispatch_room(account, now + 16 * US_PER_MS - 1), 203);
	cr_expect_eq(dispatch_room(account, now + 16 * US_PER_MS), 3, "nothing has left since");
	congestion_rest(&account->congestion, 5 * US_PER_MS, now);
	cr_expect_eq(dispatch_room(account, now + US_PER_MS), 0, "it wants nothing now");
	rig_tear_down();
}

/* Half of what may be ahead is there: the next BEGIN waits until it is worth it. */
Test(dispatch, what_is_ahead_is_not_topped_up_by_the_piece)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	for (unsigned i = 0; i < 8; i++) {
		rig_bring(LANE_NORMAL, "", NULL);
		rig_answer_begin();
	}
	rig.players[0].room = 0;
	rig_pass(8 * US_PER_MS);
	for (unsigned i = 0; i < 5; i++) {
		rig_bring(LANE_NORMAL, "", NULL);
		rig_answer_begin();
	}
	rig_bring(LANE_NORMAL, "", NULL);
	cr_assert_eq(rig.beginning, 0, "five of eight are ahead");
	rig.players[0].room = 1;
	rig_turn(); /* one leaves */
	cr_assert_eq(rig.players[0].submit_count, 9);
	cr_assert_eq(rig.beginning, 1, "four are");
	rig_answer_begin();
	rig_tear_down();
}

/* Where nothing else waits, so much that is urgent begins without a place. */
Test(dispatch, urgent_goes_beyond_to_a_limit)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	rig.players[0].room = 0;
	for (unsigned i = 0; i < 8; i++) {
		rig_bring(LANE_URGENT, "", NULL);
		cr_assert_eq(rig.beginning, 1, "urgent %u waits for a place", i);
		rig_answer_begin();
	}
	rig_bring(LANE_URGENT, "", NULL);
	cr_assert_eq(rig.beginning, 0);
	rig.players[0].room = 1;
	rig_turn();
	cr_assert_eq(rig.players[0].submit_count, 1);
	cr_assert_eq(rig.beginning, 1);
	rig_answer_begin();
	rig_tear_down();
}

/* What is urgent begins though the window is full, and leaves before what was begun ahead of it. */
Test(dispatch, urgent_goes_first)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	for (unsigned i = 0; i < 8; i++) {
		rig_bring(LANE_NORMAL, "", NULL);
		rig_answer_begin();
	}
	rig.players[0].room = 0;
	rig_pass(8 * US_PER_MS);
	for (unsigned i = 0; i < 5; i++) { /* ahead: half of what may be is enough */
		rig_bring(LANE_NORMAL, "", NULL);
		rig_answer_begin();
	}
	rig_bring(LANE_NORMAL, "", NULL);
	cr_assert_eq(rig.beginning, 0, "no more than five are begun ahead");
	for (unsigned i = 0; i < 8; i++) {
		rig_bring(LANE_URGENT, "", NULL);
		cr_assert_eq(rig.beginning, 1, "urgent %u waits for a place", i);
		rig_answer_begin();
	}
	rig_bring(LANE_URGENT, "", NULL);
	cr_assert_eq(rig.beginning, 0, "eight in a row, then it is the other lane's turn");
	for (unsigned left = 8; left-- > 6;) {
		rig.players[0].room = 1;
		rig_turn();
		unsigned count = 0;
		const struct list *begun = &rig.pipeline->accounts[0].begun;
		for (struct list *link = begun->next; link != begun; link = link->next)
			count += LIST_ITEM(link, struct parcel, link)->lane == LANE_URGENT;
		cr_assert_eq(count, left, "%u urgent ones are left", count);
	}
	rig_tear_down();
}

/* “Too fast” is heeded by what was begun ahead, too; meanwhile it may be cancelled. */
Test(dispatch, what_is_ahead_waits_while_its_account_pauses)
{
	const struct outcome throttled = { .outcome_class = OUTCOME_THROTTLED };
	rig_set_up(&(struct rig_setup){ .is_short = true });
	for (unsigned i = 0; i < 8; i++) {
		rig_bring(LANE_NORMAL, "", NULL);
		rig_answer_begin();
	}
	rig.players[0].room = 0;
	rig_pass(8 * US_PER_MS);
	rig_bring(LANE_NORMAL, "", NULL);
	rig_answer_begin();
	rig_answer(0, 0, &throttled);
	rig.players[0].room = 1;
	rig_pass(99 * US_PER_MS);
	cr_assert_eq(rig.players[0].submit_count, 8, "it leaves while the account pauses");
	rig_pass(US_PER_MS);
	rig_answer_begin(); /* asked for again */
	cr_assert_eq(rig.players[0].submit_count, 9, "the pause is over");
	rig_tear_down();
}

static void limit(uint32_t tps)
{
	struct pipeline_wish wish = { .has_tps = true, .tps = tps };
	pipeline_account_wish(rig.pipeline, 0, &wish);
}

/* An sms of three segments begins with the first token, and goes as tokens come. */
Test(dispatch, a_long_sms_leaves_as_tokens_come)
{
	rig_set_up(&(struct rig_setup){ 0 });
	limit(100);
	rig_bring(LANE_NORMAL, "", NULL);
	rig_turn();
	cr_assert_eq(rig.lease_ask.count, 1, "what waits counts as one");
	cr_assert_eq(rig.lease_ask.rate_per_s, 100);
	rig_lend(1, 0, 0);
	rig_turn();
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 1);
	rig_turn();
	cr_assert_eq(rig.lease_ask.count, 1, "a block of that rate");
	rig_lend(1, 10 * US_PER_MS, 0);
	rig_turn();
	cr_assert_eq(rig.players[0].submit_count, 1, "its instant has not come");
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.players[0].submit_count, 2);
	rig_lend(0, 150 * US_PER_MS, 30 * US_PER_MS);
	rig_pass(19 * US_PER_MS);
	cr_assert_eq(rig.leasing, 0, "not before they said, less the 10 ms that an answer takes");
	rig_pass(2 * US_PER_MS);
	rig_lend(1, 0, 0);
	rig_turn();
	cr_assert_eq(rig.players[0].submit_count, 3);
	cr_assert_eq(rig.pipeline->accounts[0].reserved, 0);
	unsigned asks = rig.lease_asks;
	for (unsigned k = 0; k < 3; k++)
		rig_accept(0, k, (char[]){ 'm', (char)('0' + k), 0 });
	rig_pass(US_PER_S);
	cr_assert_eq(rig.lease_asks, asks, "nothing to send, nothing asked");
	cr_assert_eq(rig.settled_count, 1);
	rig_assert_nothing_is_held("all left");
	rig_tear_down();
}

/* Tokens that came too late are none: what is begun waits for others. */
Test(dispatch, a_late_token_is_none)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	limit(100);
	rig_bring(LANE_NORMAL, "", NULL);
	rig_turn();
	rig_lend(1, 0, 0);
	rig_turn();
	cr_assert_eq(rig.beginning, 1);
	rig.now.mono += 2 * LEASE_LIFE_MOST_US;
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 0);
	rig_turn();
	rig_lend(1, 0, 0);
	rig_turn();
	cr_assert_eq(rig.players[0].submit_count, 1);
	rig_tear_down();
}

/* Nothing is asked for an account that takes nothing, and a lost question is asked again after a while. */
Test(dispatch, tokens_are_asked_for_where_they_serve)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	limit(100);
	rig.players[0].room = 0;
	rig_bring(LANE_NORMAL, "", NULL);
	rig_pass(US_PER_S);
	cr_assert_eq(rig.lease_asks, 0, "its window is full");
	rig.players[0].room = 1;
	rig_tell(0, CARRIER_DOWN);
	rig_pass(US_PER_S);
	cr_assert_eq(rig.lease_asks, 0, "it is away");
	rig_tell(0, CARRIER_UP);
	rig_turn();
	cr_assert_eq(rig.lease_asks, 1);
	rig.leasing = 0;
	rig.store_events->on_leased(rig.store_ctx, NULL, 1);
	rig_turn();
	cr_assert_eq(rig.lease_asks, 1);
	rig_pass(100 * US_PER_MS);
	cr_assert_eq(rig.lease_asks, 2);
	rig_lend(1, 0, 0);
	rig_turn();
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 1);
	rig_tear_down();
}

/* However long a turn takes, a token is used neither before its instant nor after its life. */
Test(dispatch, a_long_turn_shifts_no_token)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	limit(100);
	rig_bring(LANE_NORMAL, "", NULL);
	rig_turn();
	rig.took = 20 * US_PER_MS; /* the answer comes at the end of such a turn */
	rig_lend(1, 0, 0);
	rig.took = 0;
	rig_turn();
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 0, "it may have been made at the end");
	rig.now.mono += 20 * US_PER_MS;
	rig.took = LEASE_LIFE_MOST_US - 20 * US_PER_MS; /* the next one is long too */
	rig_turn();
	cr_assert_eq(rig.players[0].submit_count, 0, "it is too old by then");
	rig_tear_down();
}

/* Where all tokens come too late nothing can be sent, and somebody should know why. */
Test(dispatch, tokens_that_are_always_late_are_told)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	limit(100);
	rig_bring(LANE_NORMAL, "", NULL);
	rig_turn();
	rig_lend(1, -US_PER_S, 0);
	cr_assert_null(strstr(rig.log, "tokens_late"), "it may have been once");
	rig_turn();
	cr_assert_eq(rig.leasing, 0, "others may be nearer to the store");
	for (unsigned i = 0; i < 10; i++) {
		rig_pass(300 * US_PER_MS);
		rig_lend(1, -US_PER_S, 0);
	}
	cr_assert_not_null(strstr(rig.log, "tokens_late"), "%s", rig.log);
	cr_assert_eq(rig.players[0].submit_count, 0);
	rig.log[0] = '\0';
	rig_pass(300 * US_PER_MS);
	rig_lend(1, -US_PER_S, 0);
	cr_assert_null(strstr(rig.log, "tokens_late"), "once a minute");
	rig_pass(300 * US_PER_MS);
	rig_lend(1, 0, 0);
	rig_turn();
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 1, "it is near again");
	rig_tear_down();
}

/* A gateway whose rate is higher than another's says so, when it lasts longer than a change takes. */
Test(dispatch, rates_that_differ_are_told)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	limit(100);
	for (unsigned i = 0; i < 13; i++) {
		cr_assert_eq(strstr(rig.log, "rates_differ") != NULL, i > 10, "%u: %s", i, rig.log);
		rig_bring(LANE_NORMAL, "", NULL);
		rig_pass(US_PER_S);
		if (rig.leasing == 0)
			continue;
		struct store_grant grant = { .count = 1, .rate_per_s = 50, .at_us = rig.now.mono };
		rig.leasing = 0;
		rig.store_events->on_leased(rig.store_ctx, &grant, 1);
	}
	rig_tear_down();
}
