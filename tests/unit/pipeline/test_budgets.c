/* SPDX-License-Identifier: Apache-2.0 */

/* A tenant with ten segments a day, and what becomes of its alerts when they are used. */

#include "pipeline_rig.h"

#include <criterion/criterion.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

/* One alert is sent. */
static void send(enum lane lane)
{
	unsigned before = rig.settled_count;
	rig_bring(lane, "", NULL);
	rig_pass(10 * US_PER_MS);
	rig_answer_begin();
	rig_accept(0, rig.players[0].submit_count - 1, "6d");
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.settled_count, before + 1);
	cr_assert_eq(rig.settled.kind, SETTLE_CLOSE);
}

static const struct rig_setup north = { .is_short = true, .has_budget = true };

Test(budgets, what_is_accepted_is_counted)
{
	rig_set_up(&north);
	send(LANE_NORMAL);
	cr_assert_eq(rig.settled.budget_segments, 1);
	cr_assert_eq(rig.settled.budget_day, 20260213, "%d", rig.settled.budget_day);
	cr_assert(slice_is(rig.settled.budget_tenant, "north") || rig.settled.budget_tenant.len == 5);
	rig_tear_down();
	rig_set_up(&(struct rig_setup){ .is_short = true });
	send(LANE_NORMAL);
	cr_assert_eq(rig.settled.budget_segments, 0, "nothing is counted where nobody has a budget");
	rig_tear_down();
}

Test(budgets, bulk_waits_when_it_is_used_up)
{
	static const struct row {
		const char *name;
		enum lane lane;
		uint64_t used; /* before one more is sent */
		unsigned life_ms;
		bool waits;
		wall_ms least; /* when it comes back, from the begin of the next day */
		wall_ms most;
	} rows[] = {
		{ "bulk, one is left", LANE_BULK, 8, 0, false, 0, 0 },
		{ "bulk, none is left", LANE_BULK, 9, 0, true, 0, 600000 },
		{ "bulk, far above", LANE_BULK, 99, 0, true, 0, 600000 },
		{ "it would have expired by then", LANE_BULK, 9, 3600000, true, -DAY_MS, -1 },
		{ "normal goes on", LANE_NORMAL, 99, 0, false, 0, 0 },
		{ "urgent goes on", LANE_URGENT, 99, 0, false, 0, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct rig_setup setup = north;
		setup.life_ms = row->life_ms;
		rig_set_up(&setup);
		rig.budget_used = row->used;
		send(LANE_NORMAL);
		rig_bring(row->lane, "", NULL);
		rig_pass(10 * US_PER_MS);
		cr_assert_eq(rig.beginning, !row->waits, "%s", row->name);
		if (row->waits) {
			wall_ms next_day = (rig.now.wall / DAY_MS + 1) * DAY_MS;
			cr_assert_eq(rig.settled.kind, SETTLE_LATER, "%s", row->name);
			cr_assert(rig.settled.due_at >= next_day + row->least &&
					  rig.settled.due_at <= next_day + row->most,
				  "%s: %lld", row->name, (long long)(rig.settled.due_at - next_day));
			rig_assert_nothing_is_held(row->name);
		}
		rig_tear_down();
	}
}

Test(budgets, a_new_day_is_a_new_budget)
{
	rig_set_up(&north);
	rig.budget_used = 50;
	send(LANE_NORMAL);
	rig.now.wall += DAY_MS;
	rig_bring(LANE_BULK, "", NULL);
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.beginning, 1, "it is another day");
	rig_answer_begin();
	rig.budget_used = 0;
	rig_accept(0, 1, "6d");
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.settled.budget_day, 20260214);
	rig_bring(LANE_BULK, "", NULL);
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.beginning, 1);
	rig_answer_begin();
	rig_tear_down();
}

Test(budgets, a_clock_that_is_set_back_over_midnight)
{
	rig_set_up(&north);
	rig.now.wall += DAY_MS;
	send(LANE_NORMAL);
	cr_assert_eq(rig.settled.budget_day, 20260214);
	rig.now.wall -= DAY_MS;
	rig.budget_used = 50;
	send(LANE_NORMAL);
	cr_assert_eq(rig.settled.budget_day, 20260213);
	rig_bring(LANE_BULK, "", NULL);
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.beginning, 0, "today's budget is used up, whatever is known of tomorrow's");
	rig_tear_down();
}

/* One line at four fifths and one when it is all used, from whoever crosses the mark. */
Test(budgets, is_told_once)
{
	static const struct {
		uint64_t used;
		const char *want;
	} rows[] = {
		{ 6, "" }, { 7, "four fifths" }, { 8, "" }, { 9, "used up" }, { 10, "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&north);
		rig.budget_used = rows[i].used;
		rig.log[0] = '\0';
		send(LANE_NORMAL);
		const char *line = strstr(rig.log, "tenant_budget");
		cr_assert_eq(line != NULL, rows[i].want[0] != '\0', "%u: %s", (unsigned)rows[i].used, rig.log);
		if (line != NULL)
			cr_assert_not_null(strstr(line, rows[i].want), "%s", rig.log);
		rig_tear_down();
	}
}
