/* SPDX-License-Identifier: Apache-2.0 */

/* When a READ goes: 256 parcels, and an account without a place, so that they stay where they are. */

#include "pipeline_rig.h"

#include <criterion/criterion.h>

Test(intake, a_read_is_worth_it_or_due)
{
	static const struct row {
		const char *name;
		unsigned used;       /* parcels */
		unsigned want_early; /* READs within 20 ms of the last one */
		unsigned want;       /* … and within a second */
	} rows[] = {
		{ "half of them are free", 128, 1, 1 },
		{ "fewer", 129, 0, 1 },
		{ "a handful", 252, 0, 1 },
		{ "one", 255, 0, 1 },
		{ "none", 256, 0, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&(struct rig_setup){ .is_short = true });
		rig.is_reading = false;
		rig_turn();
		cr_assert_eq(rig.read_count, 1, "%s: all are free", rows[i].name);
		rig.players[0].room = rig.players[1].room = 0;
		for (unsigned k = 0; k < rows[i].used; k++)
			rig_bring(LANE_NORMAL, "", NULL);
		rig.is_reading = false;
		rig_pass(19 * US_PER_MS);
		cr_assert_eq(rig.read_count, 1 + rows[i].want_early, "%s: %u READs early", rows[i].name,
			     rig.read_count - 1);
		rig_pass(US_PER_S);
		cr_assert_eq(rig.read_count, 1 + rows[i].want, "%s: %u READs", rows[i].name, rig.read_count - 1);
		rig_tear_down();
	}
}

/* What a READ asks for, where one lane has filled memory. Eight places are kept for each lane. */
Test(intake, no_lane_fills_what_is_kept_for_the_others)
{
	static const struct row {
		const char *name;
		enum lane lane;
		unsigned used;
		unsigned want[LANE_COUNT]; /* urgent, normal, bulk, ready */
		bool may_wait;             /* … where the READ before brought nothing */
	} rows[] = {
		{ "bulk has nearly all", LANE_BULK, 227, { 8, 8, 5, 8 }, true },
		{ "bulk has all but what is kept", LANE_BULK, 232, { 8, 8, 0, 8 }, false },
		{ "urgent has all but what is kept", LANE_URGENT, 232, { 0, 8, 8, 8 }, false },
		{ "what comes back has all but that", LANE_READY, 232, { 8, 8, 8, 0 }, false },
		{ "a dead worker's entries had no place", LANE_BULK, 246, { 8, 2, 0, 0 }, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		rig_set_up(&(struct rig_setup){ .is_short = true });
		rig.players[0].room = rig.players[1].room = 0;
		for (unsigned k = 0; k < row->used; k++)
			rig_bring(row->lane, row->lane == LANE_READY ? "1 1 0 0 0 0 down -" : "", NULL);
		rig.is_reading = false;
		rig_pass(21 * US_PER_MS);
		for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
			cr_assert_eq(rig.quota.count[lane], row->want[lane], "%s: %u of lane %u", row->name,
				     rig.quota.count[lane], lane);
		}
		rig_tear_down();
		rig_set_up(&(struct rig_setup){ .is_short = true });
		rig.players[0].room = rig.players[1].room = 0;
		for (unsigned k = 0; k < row->used; k++)
			rig_bring(row->lane, row->lane == LANE_READY ? "1 1 0 0 0 0 down -" : "", NULL);
		for (unsigned k = 0; k < 2; k++) { /* the second one knows that the first brought nothing */
			rig.is_reading = false;
			rig_pass(21 * US_PER_MS);
			rig.store_events->on_read(rig.store_ctx, NULL, 0, true);
		}
		rig.is_reading = false;
		rig_pass(21 * US_PER_MS);
		cr_assert_eq(rig.may_wait, row->may_wait, "%s", row->name);
		rig_tear_down();
	}
}
