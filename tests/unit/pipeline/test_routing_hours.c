/* SPDX-License-Identifier: Apache-2.0 */

/* A parcel waits for its route, which opens at an hour. */

#include "pipeline_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const struct outcome not_mine = {
	.outcome_class = OUTCOME_REJECTED, .native_code = 11, .is_about_account = true, .is_not_mine = true
};
static const struct outcome refused = { .outcome_class = OUTCOME_REJECTED,
					.native_code = 10,
					.is_about_account = true };

static const struct rig_setup two_ways = { .is_short = true, .has_way = true };
static const uint8_t both[] = { 0, 1 };

static void expect_closed_by(const char *account, const char *name)
{
	char want[64];
	snprintf(want, sizeof want, "\"account\":\"%s\"", account);
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.settled.kind, SETTLE_CLOSE, "%s", name);
	cr_assert_not_null(strstr(rig.event, want), "%s: %s", name, rig.event);
	rig_assert_nothing_is_held(name);
}

#define HOUR_MS INT64_C(3600000)

static struct route_table *routes_of(const struct route_rule *rules, unsigned count)
{
	struct route_table *routes = NULL;
	cr_assert_eq(route_create(rules, count, NULL, 0, &routes, NULL), ERR_OK);
	struct pipeline_options options = rig.options;
	options.routes = routes;
	pipeline_configure(rig.pipeline, &options);
	return routes;
}

/* The route opens an hour after the test begins: 01:00 UTC, at 02:00. */
static struct route_table *routes_by_day(void)
{
	const struct route_rule rule = { .accounts = both, .account_count = 2, .hours = { 0x7F, 2 * 60, 20 * 60 } };
	return routes_of(&rule, 1);
}

Test(routing_hours, waits_until_its_route_opens)
{
	static const struct {
		const char *name;
		unsigned life_ms;
		wall_ms want_due;
	} rows[] = {
		{ "as long as it takes", 0, RIG_START + HOUR_MS },
		{ "no longer than it is of use", 1800000, RIG_START + 1800000 },
		{ "its use outlasts it", 7200000, RIG_START + HOUR_MS },
	};
	cr_assert_eq(RIG_START % (24 * HOUR_MS), HOUR_MS, "the test begins at 01:00");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&(struct rig_setup){ .is_short = true, .life_ms = rows[i].life_ms });
		struct route_table *routes = routes_by_day();
		rig_bring(LANE_NORMAL, "", NULL);
		rig_pass(10 * US_PER_MS);
		cr_assert_eq(rig.settled_count, 1, "%s", rows[i].name);
		cr_assert_eq(rig.settled.kind, SETTLE_LATER, "%s", rows[i].name);
		cr_expect_eq(rig.settled.due_at, rows[i].want_due, "%s: %lld", rows[i].name,
			     (long long)rig.settled.due_at);
		cr_expect_eq(rig.settled.attempt, 0, "%s: it used up an attempt", rows[i].name);
		rig_assert_nothing_is_held(rows[i].name);
		rig.now.wall = RIG_START + HOUR_MS;
		rig_bring(LANE_READY, rig.state, NULL);
		if (rows[i].life_ms > 0 && rows[i].life_ms < HOUR_MS) {
			rig_pass(10 * US_PER_MS);
			cr_expect_eq(rig.settled.closing, CLOSING_EXPIRED, "%s", rows[i].name);
		} else {
			rig_answer_begin();
			rig_accept(0, 0, "m1");
			expect_closed_by("down", rows[i].name);
		}
		route_destroy(routes);
		rig_tear_down();
	}
}

/* What is known of it from attempts before waits with it: else a late answer or a receipt would not find it, and the phone
 * would get the text twice. */
Test(routing_hours, what_was_tried_keeps_its_state)
{
	static const struct {
		const char *name;
		struct outcome outcome;
		bool other_is_away;
		unsigned want_keys;
	} rows[] = {
		{ "unanswered", { .outcome_class = OUTCOME_UNKNOWN }, false, 1 },
		{ "failed", { .outcome_class = OUTCOME_TEMPORARY }, false, 0 },
		{ "too fast", { .outcome_class = OUTCOME_THROTTLED }, false, 0 },
		{ "refused by one", { .outcome_class = OUTCOME_REJECTED, .is_about_account = true }, true, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *name = rows[i].name;
		char state[sizeof rig.state];
		rig_set_up(&two_ways);
		rig.pipeline->account_options[0].sends_reference = true;
		rig_bring(LANE_NORMAL, "", NULL);
		rig_answer_begin();
		if (rows[i].other_is_away)
			rig_tell(1, CARRIER_DOWN);
		rig_answer(0, 0, &rows[i].outcome);
		rig_pass(10 * US_PER_MS);
		cr_assert_eq(rig.settled.kind, SETTLE_LATER, "%s", name);
		memcpy(state, rig.state, sizeof state);
		struct store_entry like = { .attempt = rig.settled.attempt, .ambiguous = rig.settled.ambiguous };
		struct route_table *routes = routes_by_day();
		rig_bring(LANE_READY, state, &like);
		rig_pass(10 * US_PER_MS);
		cr_assert_eq(rig.settled_count, 2, "%s", name);
		cr_expect_eq(rig.settled.kind, SETTLE_LATER, "%s", name);
		cr_expect_eq(rig.settled.due_at, RIG_START + HOUR_MS, "%s", name);
		cr_expect_eq(rig.settled.attempt, like.attempt, "%s", name);
		cr_expect_eq(rig.settled.ambiguous, like.ambiguous, "%s", name);
		cr_expect_str_eq(rig.state, state, "%s", name);
		cr_expect_eq(rig.settled.receipt_key_count, rows[i].want_keys, "%s", name);
		rig_assert_nothing_is_held(name);
		route_destroy(routes);
		rig_tear_down();
	}
}

/* What may have been sent, and somebody has decided that it goes once more: out of the held ones, or of the dead letters,
 * which have no state. */
Test(routing_hours, who_decided_is_not_asked_again)
{
	static const struct {
		const char *name;
		bool was_dead;
	} rows[] = { { "held", false }, { "dead", true } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *name = rows[i].name;
		struct rig_setup setup = two_ways;
		setup.header = "class: marketing\n";
		rig_set_up(&setup);
		rig_bring(LANE_NORMAL, "", NULL);
		rig_answer_begin();
		rig_answer(0, 0, &(struct outcome){ .outcome_class = OUTCOME_UNKNOWN });
		rig_pass(10 * US_PER_MS);
		cr_assert_eq(rig.settled.kind, SETTLE_HOLD, "%s", name);
		struct route_table *routes = routes_by_day();
		rig_bring(LANE_READY, rows[i].was_dead ? "" : rig.state,
			  &(struct store_entry){ .ambiguous = true, .resend = true });
		rig_pass(10 * US_PER_MS);
		cr_assert_eq(rig.settled.kind, SETTLE_LATER, "%s", name);
		cr_expect_eq(rig.settled.due_at, RIG_START + HOUR_MS, "%s", name);
		cr_expect(rig.settled.ambiguous, "%s", name);
		rig.now.wall = RIG_START + HOUR_MS;
		rig_bring(LANE_READY, rig.state, &(struct store_entry){ .ambiguous = true });
		rig_answer_begin();
		cr_assert_eq(rig.players[0].submit_count, 2, "%s", name);
		rig_accept(0, 1, "m2");
		expect_closed_by("down", name);
		cr_expect_not_null(strstr(rig.event, "\"ambiguous\":true"), "%s: %s", name, rig.event);
		route_destroy(routes);
		rig_tear_down();
	}
}

/* Redis' clock goes ahead of ours: what it brings back too early is not given back to it at once, again and again. */
Test(routing_hours, came_back_before_its_route_opens)
{
	static const struct {
		const char *name;
		enum lane lane;
		unsigned life_ms;
		wall_ms before_ms; /* the opening */
		wall_ms want_due;
	} rows[] = {
		{ "a moment before", LANE_READY, 0, 1, RIG_START + HOUR_MS - 1 + 2000 },
		{ "long before", LANE_READY, 0, 5000, RIG_START + HOUR_MS },
		{ "with its time over first", LANE_READY, 3590000, 10001, RIG_START + 3589999 + 2000 },
		{ "for the first time", LANE_NORMAL, 0, 1, RIG_START + HOUR_MS },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&(struct rig_setup){ .is_short = true, .life_ms = rows[i].life_ms });
		struct route_table *routes = routes_by_day();
		rig.now.wall = RIG_START + HOUR_MS - rows[i].before_ms;
		rig_bring(rows[i].lane, "", NULL);
		rig_pass(10 * US_PER_MS);
		cr_assert_eq(rig.settled_count, 1, "%s", rows[i].name);
		cr_assert_eq(rig.settled.kind, SETTLE_LATER, "%s", rows[i].name);
		cr_expect_eq(rig.settled.due_at, rows[i].want_due, "%s: %lld", rows[i].name,
			     (long long)(rig.settled.due_at - rows[i].want_due));
		route_destroy(routes);
		rig_tear_down();
	}
}

/* Its account refuses it when all routes have just closed: it is none of a dead letter while the route that opens next has
 * another account. */
Test(routing_hours, refused_when_its_route_has_closed)
{
	enum { CLOSES = 61, OPENS = 120 }; /* minutes of the day */
	static const uint8_t other[] = { 1 };
	static const uint8_t first[] = { 0 };
	static const struct slice mobile[] = { { "86138", 5 } };
	static const struct route_rule both_by_day[] = {
		{ .accounts = both, .account_count = 2, .hours = { 0x7F, OPENS, CLOSES } },
	};
	static const struct route_rule first_by_day[] = {
		{ .accounts = first, .account_count = 1, .hours = { 0x7F, OPENS, CLOSES } },
	};
	static const struct route_rule other_opens_first[] = {
		{ .prefixes = mobile,
		  .prefix_count = 1,
		  .accounts = first,
		  .account_count = 1,
		  .hours = { 0x7F, OPENS + 60, CLOSES } },
		{ .accounts = other, .account_count = 1, .hours = { 0x7F, OPENS, OPENS + 60 } },
	};
	static const struct {
		const char *name;
		const struct route_rule *rules;
		unsigned count;
		const struct outcome *outcome;
		enum settle_kind want;
	} rows[] = {
		{ "not its own", both_by_day, 1, &not_mine, SETTLE_LATER },
		{ "refused", both_by_day, 1, &refused, SETTLE_LATER },
		{ "no other", first_by_day, 1, &refused, SETTLE_DEAD },
		{ "the other's route opens next", other_opens_first, 2, &refused, SETTLE_LATER },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *name = rows[i].name;
		rig_set_up(&two_ways);
		struct route_table *routes = routes_of(rows[i].rules, rows[i].count);
		rig_bring(LANE_NORMAL, "", NULL);
		rig_answer_begin();
		rig.now.wall = RIG_START + 60000;
		rig_answer(0, 0, rows[i].outcome);
		rig_pass(10 * US_PER_MS);
		cr_assert_eq(rig.settled_count, 1, "%s", name);
		cr_assert_eq(rig.settled.kind, rows[i].want, "%s: %s", name, rig.event);
		if (rows[i].want == SETTLE_LATER) {
			rig_bring(LANE_READY, rig.state, &(struct store_entry){ .attempt = rig.settled.attempt });
			rig_pass(10 * US_PER_MS);
			cr_assert_eq(rig.settled.kind, SETTLE_LATER, "%s", name);
			cr_expect_eq(rig.settled.due_at, RIG_START + HOUR_MS, "%s", name);
			rig.now.wall = RIG_START + HOUR_MS;
			rig_bring(LANE_READY, rig.state, &(struct store_entry){ .attempt = rig.settled.attempt });
			rig_answer_begin();
			rig_accept(1, 0, "m1");
			expect_closed_by("other", name);
		}
		route_destroy(routes);
		rig_tear_down();
	}
}

/* Two of three parts are with the carrier: the third follows, whatever the hour. */
Test(routing_hours, what_has_begun_to_arrive_goes_on)
{
	rig_set_up(&(struct rig_setup){ 0 });
	rig_bring(LANE_NORMAL, "", NULL);
	rig_answer_begin();
	rig_accept(0, 0, "m1");
	rig_accept(0, 1, "m2");
	rig_answer(0, 2, &(struct outcome){ .outcome_class = OUTCOME_TEMPORARY });
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.settled.kind, SETTLE_LATER);
	struct route_table *routes = routes_by_day();
	rig_bring(LANE_READY, rig.state, NULL);
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 4);
	rig_accept(0, 3, "m3");
	expect_closed_by("down", "the rest of it");
	route_destroy(routes);
	rig_tear_down();
}
