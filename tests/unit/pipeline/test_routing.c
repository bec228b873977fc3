/* SPDX-License-Identifier: Apache-2.0 */

/* Which account a parcel goes to, by what is known of accounts and numbers. */

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
static const struct outcome accepted = { .outcome_class = OUTCOME_ACCEPTED };

static const struct rig_setup two_ways = { .is_short = true, .has_way = true };
static const uint8_t both[] = { 0, 1 };

static int pick(uint64_t open)
{
	struct parcel parcel = { .alert = { .to = { .digits = "8613800000001", .len = 13 } } };
	return routing_pick(rig.pipeline, &parcel, routing_find(rig.pipeline, &parcel), open);
}

static void note(unsigned account, const struct outcome *outcome, unsigned count)
{
	const struct parcel parcel = { .alert = { .to = { .digits = "8613800000001", .len = 13 } } };
	for (unsigned i = 0; i < count; i++) {
		routing_note(rig.pipeline, &rig.pipeline->accounts[account], &parcel, outcome, rig.now.wall);
		breaking_note(&rig.pipeline->accounts[account], outcome, rig.now.mono, rig.now.mono);
	}
}

static void expect_closed_by(const char *account, const char *name)
{
	char want[64];
	snprintf(want, sizeof want, "\"account\":\"%s\"", account);
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.settled.kind, SETTLE_CLOSE, "%s", name);
	cr_assert_not_null(strstr(rig.event, want), "%s: %s", name, rig.event);
	rig_assert_nothing_is_held(name);
}

Test(routing, who_comes_behind)
{
	static const struct {
		const char *name;
		uint64_t live;
		enum outcome_class outcome_class;
		unsigned count;  /* of these outcomes of the first account */
		mono_us rest_us; /* of the first account */
		mono_us later;
		int want;
	} rows[] = {
		{ "as written", 3, OUTCOME_ACCEPTED, 100, 0, 0, 0 },
		{ "fails", 3, OUTCOME_TEMPORARY, HEALTH_LEAST, 0, 0, 1 },
		{ "does not answer", 3, OUTCOME_UNKNOWN, HEALTH_LEAST, 0, 0, 1 },
		{ "lets nothing in", 3, OUTCOME_LINK_REFUSED, HEALTH_LEAST, 0, 0, 1 },
		{ "refuses what is wrong", 3, OUTCOME_REJECTED, 100, 0, 0, 0 },
		{ "is asked too fast", 3, OUTCOME_THROTTLED, 100, 0, 0, 0 },
		{ "failed a few times", 3, OUTCOME_TEMPORARY, HEALTH_LEAST - 1, 0, 0, 0 },
		{ "fails, and is the only one", 1, OUTCOME_TEMPORARY, HEALTH_LEAST, 0, 0, 0 },
		{ "failed a while ago", 3, OUTCOME_TEMPORARY, HEALTH_LEAST, 0, 2 * HEALTH_SPAN_US, 0 },
		{ "rests for long", 3, OUTCOME_ACCEPTED, 1, 60 * US_PER_S, 0, 1 },
		{ "rests for long, and is the only one", 1, OUTCOME_ACCEPTED, 1, 60 * US_PER_S, 0, 0 },
		{ "rests a moment", 3, OUTCOME_ACCEPTED, 1, US_PER_S, 0, 0 },
		{ "has rested", 3, OUTCOME_ACCEPTED, 1, 60 * US_PER_S, 60 * US_PER_S, 0 },
		{ "none is open", 0, OUTCOME_ACCEPTED, 1, 0, 0, ROUTE_WAIT },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&two_ways);
		note(0, &(struct outcome){ .outcome_class = rows[i].outcome_class }, rows[i].count);
		if (rows[i].rest_us)
			rig.pipeline->accounts[0].congestion.paused_until = rig.now.mono + rows[i].rest_us;
		rig.now.mono += rows[i].later;
		rig_turn();
		cr_expect_eq(pick(rows[i].live), rows[i].want, "%s: %d", rows[i].name, pick(rows[i].live));
		rig_tear_down();
	}
}

/* At once, and at the next alert without asking it first; until it is forgotten, or takes the number after all. */
Test(routing, not_my_subscriber)
{
	rig_set_up(&two_ways);
	rig_bring(LANE_NORMAL, "", NULL);
	rig_answer_begin();
	rig_answer(0, 0, &not_mine);
	cr_assert_eq(rig.settled_count, 0, "it does not wait");
	rig_turn();
	rig_answer_begin();
	cr_assert_eq(rig.players[1].submit_count, 1);
	rig_accept(1, 0, "m1");
	expect_closed_by("other", "elsewhere");
	rig_bring(LANE_NORMAL, "", NULL);
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 1, "it is asked again for that number");
	rig_accept(1, 1, "m2");
	expect_closed_by("other", "remembered");
	cr_expect_eq(pick(1), 0, "where only it is open it is asked all the same");
	rig.now.wall += ROUTE_MEMORY_MS;
	cr_expect_eq(pick(3), 0, "forgotten");
	rig_tear_down();
}

Test(routing, what_is_remembered)
{
	static const struct {
		const char *name;
		const struct outcome *of_first[2];
		const struct outcome *of_other;
		int want;
	} rows[] = {
		{ "not mine", { &not_mine, NULL }, NULL, 1 },
		{ "neither one's", { &not_mine, NULL }, &not_mine, 0 },
		{ "taken after all", { &not_mine, &accepted }, NULL, 0 },
		{ "another refusal says nothing of the number", { &refused, NULL }, NULL, 0 },
		{ "that the other takes it changes nothing", { &not_mine, NULL }, &accepted, 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&two_ways);
		for (unsigned k = 0; k < 2 && rows[i].of_first[k]; k++)
			note(0, rows[i].of_first[k], 1);
		if (rows[i].of_other)
			note(1, rows[i].of_other, 1);
		cr_expect_eq(pick(3), rows[i].want, "%s: %d", rows[i].name, pick(3));
		rig_tear_down();
	}
}

/* No route at any hour: at once, and not at the hour at which none opens. */
Test(routing, no_route)
{
	static const struct slice elsewhere[] = { { "1", 1 } };
	const struct route_rule rule = {
		.prefixes = elsewhere, .prefix_count = 1, .accounts = both, .account_count = 2
	};
	struct route_table *routes = NULL;
	rig_set_up(&two_ways);
	cr_assert_eq(route_create(&rule, 1, NULL, 0, &routes, NULL), ERR_OK);
	struct pipeline_options options = rig.options;
	options.routes = routes;
	pipeline_configure(rig.pipeline, &options);
	const struct alert alert = { .to = { .digits = "8613800000001", .len = 13 } };
	const struct alert abroad = { .to = { .digits = "12125550100", .len = 11 } };
	cr_expect(!routing_covers(rig.pipeline, &alert, SMS_CLASS_NOTICE));
	cr_expect(routing_covers(rig.pipeline, &abroad, SMS_CLASS_NOTICE));
	cr_expect_eq(pick(3), ROUTE_NONE);
	rig_bring(LANE_NORMAL, "", NULL);
	rig_pass(10 * US_PER_MS);
	cr_expect_eq(rig.settled.kind, SETTLE_DEAD);
	cr_expect(slice_starts(rig.settled.reason, SLICE("no_route")), "%.*s", SLICE_ARG(rig.settled.reason));
	route_destroy(routes);
	rig_tear_down();
}
