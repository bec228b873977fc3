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
		{ "too few for each lane to get one", 253, 0, 0 },
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
