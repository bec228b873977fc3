/* SPDX-License-Identifier: Apache-2.0 */

/* Accounts that operators pause and drain, and such as come and go. */

#include "pipeline_rig.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct pipeline_wish runs;
static const struct pipeline_wish paused = { .is_paused = true };
static const struct pipeline_wish drained = { .is_paused = true, .rests = true };

static void accept_all(unsigned account)
{
	static char ref[] = "m0";
	for (unsigned k = 0; k < rig.players[account].submit_count; k++) {
		ref[1] = (char)('0' + k);
		rig_accept(account, k, ref);
	}
}

static void close_now(unsigned account)
{
	cr_assert(rig.players[account].is_closing, "it was not closed");
	rig.players[account].events->on_closed(rig.players[account].ctx);
}

/* Wherever the alert is when its account is paused: with another account on its route it goes there, else it waits, and
 * comes back when the account does. */
Test(accounts, an_alert_whose_account_is_paused)
{
	enum place { ON_LANE, BEGINNING, BEGUN };
	static const struct row {
		const char *name;
		enum place place;
		bool has_way;
		const struct pipeline_wish *wish;
	} rows[] = {
		{ "waits, no way", ON_LANE, false, &paused },
		{ "waits, another way", ON_LANE, true, &paused },
		{ "is beginning, no way", BEGINNING, false, &paused },
		{ "is beginning, another way", BEGINNING, true, &drained },
		{ "is begun, no way", BEGUN, false, &drained },
		{ "is begun, another way", BEGUN, true, &paused },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		rig_set_up(&(struct rig_setup){ .has_way = row->has_way });
		rig.players[0].room = row->place == BEGINNING ? 10 : 0;
		if (row->place == BEGUN)
			rig.players[0].room = 10;
		rig_bring(LANE_NORMAL, "", NULL);
		if (row->place == BEGUN) {
			rig.players[0].room = 0;
			rig_answer_begin();
		}
		pipeline_account_wish(rig.pipeline, 0, row->wish);
		rig.players[0].room = 10;
		cr_assert_eq(rig.players[0].rests, row->wish->rests, "%s", row->name);
		if (row->place == BEGINNING)
			rig_answer_begin();
		rig_pass(2 * US_PER_S);
		if (row->has_way && rig.beginning)
			rig_answer_begin();
		cr_assert_eq(rig.players[0].submit_count, 0, "%s: it went to the paused one", row->name);
		cr_assert_eq(rig.players[1].submit_count, row->has_way ? 3 : 0, "%s", row->name);
		if (row->has_way) {
			accept_all(1);
		} else {
			rig_pass(5 * US_PER_S);
			cr_assert_eq(rig.settled.kind, SETTLE_LATER, "%s", row->name);
			cr_assert_not(rig.settled.ambiguous, "%s", row->name);
			pipeline_account_wish(rig.pipeline, 0, &runs);
			cr_assert_not(rig.players[0].rests, "%s", row->name);
			rig_bring(LANE_READY, rig.state, NULL);
			rig_answer_begin();
			accept_all(0);
		}
		rig_pass(US_PER_S);
		cr_assert_eq(rig.settled.closing, CLOSING_ACCEPTED, "%s", row->name);
		rig_assert_nothing_is_held(row->name);
		rig_tear_down();
	}
}

Test(accounts, what_is_out_when_its_account_is_paused_gets_its_answer)
{
	rig_set_up(&(struct rig_setup){ .has_way = true });
	rig_bring(LANE_NORMAL, "", NULL);
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 3);
	pipeline_account_wish(rig.pipeline, 0, &drained);
	rig_pass(10 * US_PER_S);
	cr_assert_eq(rig.settled_count, 0);
	accept_all(0);
	rig_pass(US_PER_S);
	cr_assert_eq(rig.settled.closing, CLOSING_ACCEPTED);
	rig_assert_nothing_is_held("answered");
	rig_tear_down();
}

/* Since when it is in its state, and until when it waits: for links, or, being up, because the carrier asked for it. */
Test(accounts, tells_how_long)
{
	rig_set_up(&(struct rig_setup){ 0 });
	mono_us up_at = rig.now.mono;
	const struct pipeline_gauges *gauges = pipeline_look(rig.pipeline, rig.now.mono);
	cr_expect_eq(gauges->account_since[0], up_at);
	cr_expect_eq(gauges->account_again_at[0], 0);
	rig_pass(3 * US_PER_S);
	rig_tell(0, CARRIER_DOWN);
	rig.players[0].again_at = rig.now.mono + 5;
	gauges = pipeline_look(rig.pipeline, rig.now.mono);
	cr_expect_eq(gauges->account_since[0], up_at + 3 * US_PER_S);
	cr_expect_eq(gauges->account_again_at[0], rig.now.mono + 5);
	cr_expect_eq(pipeline_look(rig.pipeline, rig.now.mono + 5)->account_again_at[0], 0, "it is over");
	rig_tell(0, CARRIER_REFUSED);
	rig.players[0].again_at = INT64_MAX;
	cr_expect_eq(pipeline_look(rig.pipeline, rig.now.mono)->account_again_at[0], INT64_MAX);
	pipeline_account_wish(rig.pipeline, 0, &drained);
	cr_expect_eq(pipeline_look(rig.pipeline, rig.now.mono)->account_again_at[0], 0, "an operator wants it so");
	pipeline_account_wish(rig.pipeline, 0, &runs);
	rig_tell(0, CARRIER_UP);
	rig.pipeline->accounts[0].congestion.paused_until = rig.now.mono + 7;
	cr_expect_eq(pipeline_look(rig.pipeline, rig.now.mono)->account_again_at[0], rig.now.mono + 7);
	rig_tear_down();
}

/* Also one that is up: one of its links may be refused. */
Test(accounts, is_tried_again_unless_it_shall_rest)
{
	static const struct {
		const char *name;
		enum carrier_state state;
		const struct pipeline_wish *wish;
		bool want;
	} rows[] = {
		{ "up", CARRIER_UP, &runs, true },
		{ "down", CARRIER_DOWN, &runs, true },
		{ "refused", CARRIER_REFUSED, &runs, true },
		{ "refused and paused", CARRIER_REFUSED, &paused, true },
		{ "refused and drained", CARRIER_REFUSED, &drained, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&(struct rig_setup){ 0 });
		pipeline_account_wish(rig.pipeline, 0, rows[i].wish);
		rig_tell(0, rows[i].state);
		cr_expect_eq(pipeline_account_retry(rig.pipeline, 0), rows[i].want, "%s", rows[i].name);
		cr_expect_eq(rig.players[0].retries, rows[i].want, "%s", rows[i].name);
		rig_tear_down();
	}
}

/* Of the account's own state nothing is forgotten meanwhile. */
Test(accounts, a_paused_account_that_goes_down_is_down_when_it_is_resumed)
{
	rig_set_up(&(struct rig_setup){ 0 });
	pipeline_account_wish(rig.pipeline, 0, &paused);
	cr_assert_eq(rig.pipeline->live, 2);
	rig_tell(0, CARRIER_DOWN);
	pipeline_account_wish(rig.pipeline, 0, &runs);
	cr_assert_eq(rig.pipeline->live, 2);
	rig_tell(0, CARRIER_UP);
	cr_assert_eq(rig.pipeline->live, 3);
	rig_tear_down();
}

Test(accounts, a_rate_that_an_operator_sets_holds_at_once_and_until_taken_back)
{
	static const struct row {
		const char *name;
		struct pipeline_wish wish;
		uint32_t want;
	} rows[] = {
		{ "the contract's", { .has_tps = false }, 50 },
		{ "set", { .has_tps = true, .tps = 7 }, 7 },
		{ "unlimited", { .has_tps = true, .tps = 0 }, 0 },
		{ "the contract's again", { .has_tps = false }, 50 },
	};
	rig_set_up(&(struct rig_setup){ 0 });
	struct pipeline_account other = rig.accounts[0];
	other.tps = 50;
	pipeline_account_change(rig.pipeline, 0, &other);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		pipeline_account_wish(rig.pipeline, 0, &rows[i].wish);
		cr_assert_eq(rig.pipeline->accounts[0].lease.rate_per_s, rows[i].want, "%s", rows[i].name);
		pipeline_account_change(rig.pipeline, 0, &other);
		cr_assert_eq(rig.pipeline->accounts[0].lease.rate_per_s, rows[i].want, "%s, changed", rows[i].name);
	}
	rig_tear_down();
}

/* Its alerts take another way or go back; what is out is answered before it is closed. */
Test(accounts, an_account_goes)
{
	static const struct row {
		const char *name;
		bool has_way;
		bool comes_back;
		bool is_out;
		bool is_late; /* no answer within the grace */
	} rows[] = {
		{ "nothing out, another way", true, false, false, false },
		{ "nothing out, no way", false, false, false, false },
		{ "nothing out, comes back", false, true, false, false },
		{ "out, answered", false, false, true, false },
		{ "out, not answered", false, true, true, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		rig_set_up(&(struct rig_setup){ .has_way = row->has_way });
		unsigned window = rig.pipeline->window_total;
		rig.players[0].room = row->is_out ? 10 : 0;
		rig_bring(LANE_NORMAL, "", NULL);
		if (row->is_out)
			rig_answer_begin();
		pipeline_account_remove(rig.pipeline, 0, 3 * US_PER_S, row->comes_back);
		rig_turn();
		cr_assert_eq(rig.pipeline->live, 2, "%s", row->name);
		cr_assert_eq(rig.pipeline->window_total, window - 10, "%s", row->name);
		cr_assert_eq(rig.players[0].is_closing, !row->is_out, "%s", row->name);
		rig_pass((row->is_late ? 3 : 1) * US_PER_S);
		if (row->is_out)
			accept_all(0);
		rig_turn();
		close_now(0);
		cr_assert(pipeline_account_is_absent(rig.pipeline, 0), "%s", row->name);
		if (row->has_way) {
			rig_answer_begin();
			accept_all(1);
		}
		rig_pass(US_PER_S);
		bool waits = !row->is_out && row->comes_back;
		bool is_back = !row->is_out && !row->has_way && !row->comes_back;
		cr_assert_eq(rig.settled_count, !waits, "%s", row->name);
		if (!waits)
			cr_assert_eq(rig.settled.kind, is_back ? SETTLE_LATER : SETTLE_CLOSE, "%s", row->name);
		if (is_back)
			cr_assert_leq(rig.settled.due_at, rig.now.wall, "%s: it goes on at once", row->name);
		/* And comes again, with another carrier. */
		rig.players[0].is_closing = false;
		rig.players[0].room = 10;
		pipeline_account_open(rig.pipeline, 0, &rig.accounts[0]);
		rig_tell(0, CARRIER_UP);
		cr_assert_eq(rig.pipeline->window_total, window, "%s", row->name);
		rig_turn();
		if (waits) {
			rig_answer_begin();
			accept_all(0);
			rig_pass(US_PER_S);
		}
		rig_assert_nothing_is_held(row->name);
		rig_tear_down();
	}
}

/* Its state names an account that is no more: as after a start without it. */
Test(accounts, the_rest_of_a_long_sms_whose_account_has_gone_goes_whole_by_another)
{
	rig_set_up(&(struct rig_setup){ .has_way = true });
	rig.players[0].room = 1;
	rig_bring(LANE_NORMAL, "", NULL);
	rig_answer_begin();
	rig_accept(0, 0, "m0");
	pipeline_account_remove(rig.pipeline, 0, US_PER_S, false);
	rig_turn();
	rig_turn();
	close_now(0);
	rig_pass(US_PER_S);
	cr_assert_eq(rig.settled.kind, SETTLE_LATER);
	cr_assert_leq(rig.settled.due_at, rig.now.wall);
	cr_assert_not_null(strstr(rig.state, " 3 1 0 0 "), "%s", rig.state);
	rig_bring(LANE_READY, rig.state, NULL);
	rig_answer_begin();
	cr_assert_eq(rig.players[1].submit_count, 3);
	accept_all(1);
	rig_pass(US_PER_S);
	cr_assert_eq(rig.settled.closing, CLOSING_ACCEPTED);
	cr_assert_not_null(strstr(rig.event, "\"ambiguous\":true"), "%s", rig.event);
	rig_assert_nothing_is_held("whole");
	rig_tear_down();
}

Test(accounts, an_account_comes)
{
	rig_set_up(&(struct rig_setup){ 0 });
	static const uint8_t accounts[] = { 2 };
	const struct route_rule rule = { .accounts = accounts, .account_count = 1 };
	struct route_table *routes = NULL;
	struct player third = { .base = { .ops = rig.players[0].base.ops, .name = "third" }, .room = 10 };
	struct pipeline_account account = rig.accounts[0];
	account.name = "third";
	account.carrier = &third.base;
	pipeline_account_open(rig.pipeline, 2, &account);
	third.events->on_state(third.ctx, CARRIER_UP, "bound");
	cr_assert_eq(rig.pipeline->live, 7);
	cr_assert_eq(route_create(&rule, 1, NULL, 0, &routes, NULL), ERR_OK);
	struct pipeline_options options = rig.options;
	options.routes = routes;
	pipeline_configure(rig.pipeline, &options);
	rig_bring(LANE_NORMAL, "", NULL);
	rig_answer_begin();
	cr_assert_eq(third.submit_count, 3);
	for (unsigned k = 0; k < 3; k++)
		third.events->on_outcome(third.ctx, third.tokens[k],
					 &(struct outcome){ .outcome_class = OUTCOME_ACCEPTED });
	rig_pass(US_PER_S);
	cr_assert_eq(rig.settled.closing, CLOSING_ACCEPTED);
	cr_assert_not_null(strstr(rig.event, "\"account\":\"third\""), "%s", rig.event);
	route_destroy(routes);
	rig_assert_nothing_is_held("third");
	rig_tear_down();
}

/* The reload that brought it could not make its carrier: what goes to no other account waits, with what is known of it. */
Test(accounts, an_account_that_cannot_be_made)
{
	static const struct row {
		const char *name;
		const char *state;
		uint8_t account; /* that the route gives to */
	} rows[] = {
		{ "fresh", "", 2 },
		{ "tried", "77 3 2 0 0 0 - - - -", 2 },
		{ "tried, and beyond all that are there", "77 3 2 0 0 0 - - - -", 5 },
		{ "a state without a name", "77 3 2 0 0 99 ,0 - - -", 2 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&(struct rig_setup){ 0 });
		const struct route_rule rule = { .accounts = &rows[i].account, .account_count = 1 };
		struct route_table *routes = NULL;
		struct player fourth = { .base = { .ops = rig.players[0].base.ops, .name = "fourth" }, .room = 10 };
		struct pipeline_account account = rig.accounts[0];
		account.name = "fourth";
		account.carrier = &fourth.base;
		pipeline_account_open(rig.pipeline, 3, &account); /* between them is one that is not there */
		cr_assert_eq(route_create(&rule, 1, NULL, 0, &routes, NULL), ERR_OK);
		struct pipeline_options options = rig.options;
		options.routes = routes;
		pipeline_configure(rig.pipeline, &options);
		rig_bring(rows[i].state[0] ? LANE_READY : LANE_NORMAL, rows[i].state, NULL);
		rig_pass(US_PER_S);
		cr_assert_eq(rig.settled_count, 1, "%s", rows[i].name);
		cr_assert_eq(rig.settled.kind, SETTLE_LATER, "%s", rows[i].name);
		wall_ms wait = rig.settled.due_at - rig.now.wall;
		cr_assert(wait >= 29 * MS_PER_S && wait < 60 * MS_PER_S, "%s: %lld", rows[i].name, (long long)wait);
		rig_assert_nothing_is_held(rows[i].name);
		route_destroy(routes);
		rig_tear_down();
	}
}

/* What its carrier sends again by itself counts as a segment, and waits for what the account waits for. */
Test(accounts, what_goes_again_is_counted)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	const struct carrier_events *events = rig.players[0].events;
	void *ctx = rig.players[0].ctx;
	struct pipeline_wish two_a_second = { .has_tps = true, .tps = 2 };
	cr_expect_eq(events->on_again(ctx), 0, "no limit");
	pipeline_account_wish(rig.pipeline, 0, &two_a_second);
	cr_expect_geq(events->on_again(ctx), rig.now.mono + 5 * US_PER_MS,
		      "a token is asked for; the answer makes a turn");
	rig_turn();
	cr_expect_eq(rig.lease_ask.rate_per_s, 2);
	cr_expect_eq(rig.lease_ask.count, 1);
	rig_lend(1, 0, 0);
	cr_expect_eq(events->on_again(ctx), 0, "it is there");
	cr_expect_gt(events->on_again(ctx), rig.now.mono, "it was one");
	rig_bring(LANE_NORMAL, "", NULL);
	rig_turn();
	rig_lend(1, US_PER_S / 2, 0);
	cr_expect_eq(rig.beginning, 0, "no token, no begin");
	rig_pass(US_PER_S / 2);
	rig_answer_begin();
	cr_expect_eq(rig.players[0].submit_count, 1);
	cr_expect_gt(events->on_again(ctx), rig.now.mono, "that took the token");
	rig_tear_down();
}

Test(accounts, what_goes_again_waits_while_its_account_rests)
{
	static const struct {
		const char *name;
		int64_t retry_after_ms;
		mono_us want; /* from then; INT64_MAX = it comes back */
	} rows[] = {
		{ "a short rest", 3000, 3 * US_PER_S },
		{ "a long one", 60000, INT64_MAX },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&(struct rig_setup){ .is_short = true });
		rig.players[0].room = 10;
		rig_bring(LANE_NORMAL, "", NULL);
		rig_answer_begin();
		struct outcome outcome = { .outcome_class = OUTCOME_THROTTLED,
					   .retry_after_ms = rows[i].retry_after_ms };
		const struct carrier_events *events = rig.players[0].events;
		void *ctx = rig.players[0].ctx;
		events->on_outcome(ctx, rig.players[0].tokens[0], &outcome);
		mono_us at = events->on_again(ctx);
		cr_expect_eq(at == INT64_MAX ? at : at - rig.now.mono, rows[i].want, "%s: %lld", rows[i].name,
			     (long long)at);
		pipeline_account_wish(rig.pipeline, 0, &paused);
		cr_expect_eq(events->on_again(ctx), INT64_MAX, "%s: an operator paused it", rows[i].name);
		rig_pass(US_PER_S);
		rig_tear_down();
	}
}

/* What waits for an account is alerts on its lanes, and the segments of these and of what is begun and has not left. */
Test(accounts, tells_what_waits)
{
	enum { ALERTS = 50 };
	rig_set_up(&(struct rig_setup){ 0 });
	const struct pipeline_gauges *gauges = pipeline_look(rig.pipeline, rig.now.mono);
	cr_expect_eq(gauges->account_waiting[0], 0);
	cr_expect_eq(gauges->account_segments[0], 0);
	rig_tell(0, CARRIER_DOWN);
	for (unsigned i = 0; i < ALERTS; i++)
		rig_bring(i % 2 ? LANE_NORMAL : LANE_BULK, "", NULL);
	gauges = pipeline_look(rig.pipeline, rig.now.mono);
	unsigned each = gauges->account_segments[0] / ALERTS;
	cr_expect_eq(gauges->account_waiting[0], ALERTS);
	cr_expect(each >= 1, "%u", gauges->account_segments[0]);
	cr_expect_eq(gauges->account_segments[0], each * ALERTS);
	cr_expect_eq(gauges->account_waiting[1], 0);
	/* What begins is not on a lane any more, but has not left. */
	rig.players[0].room = each;
	rig_tell(0, CARRIER_UP);
	rig_turn();
	gauges = pipeline_look(rig.pipeline, rig.now.mono);
	cr_expect_eq(gauges->account_waiting[0], ALERTS - 1);
	cr_expect_eq(gauges->account_segments[0], each * ALERTS);
	rig_answer_begin();
	gauges = pipeline_look(rig.pipeline, rig.now.mono);
	cr_expect_eq(gauges->account_segments[0], each * (ALERTS - 1));
	rig_tear_down();
}
