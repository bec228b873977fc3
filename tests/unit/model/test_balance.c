/* SPDX-License-Identifier: Apache-2.0 */
#include "model/balance.h"

#include "model/closing.h"

#include <criterion/criterion.h>
#include <string.h>

/* These names are those of counters in the store and of members of the status: they must not change by accident. */
Test(balance, names)
{
	static const char *const places[BALANCE_PLACE_COUNT] = { "urgent", "normal", "bulk", "ready", "later", "held" };
	static const char *const ends[BALANCE_END_COUNT] = { "accepted",   "expired",    "cancelled",
							     "superseded", "suppressed", "duplicate",
							     "dead",       "control",    "written_off" };
	for (unsigned i = 0; i < BALANCE_PLACE_COUNT; i++)
		cr_assert_str_eq(balance_place_name((enum balance_place)i), places[i]);
	for (unsigned i = 0; i < BALANCE_END_COUNT; i++)
		cr_assert_str_eq(balance_end_name((enum balance_end)i), ends[i]);
}

/* A way to end that the account does not know would look like a loss. */
Test(balance, knows_every_closing_once)
{
	for (unsigned closing = 0; closing < CLOSING_COUNT; closing++) {
		unsigned found = 0;
		for (unsigned i = 0; i < BALANCE_END_COUNT; i++)
			found +=
				strcmp(balance_end_name((enum balance_end)i), closing_name((enum closing)closing)) == 0;
		cr_expect_eq(found, 1, "%s: %u", closing_name((enum closing)closing), found);
	}
}

static const struct balance before = {
	.is_known = true,
	.added = { 10, 20, 30 },
	.waiting = { 1, 2, 3, 4, 5, 6 },
	.ended = { 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	.requeued = 16,
};

Test(balance, sums)
{
	cr_expect_eq(balance_added(&before), 60);
	cr_expect_eq(balance_waiting(&before), 21);
	cr_expect_eq(balance_ended(&before), 99);
}

Test(balance, goes_back)
{
	struct balance rows[9];
	static const struct {
		const char *name;
		bool want;
	} wants[] = {
		{ "the same", false },          { "more added", false },
		{ "fewer wait", false },        { "more ended", false },
		{ "less written off", false },  { "fewer added to bulk, more to urgent", true },
		{ "fewer accepted", true },     { "fewer control", true },
		{ "fewer brought back", true },
	};
	for (unsigned i = 0; i < 9; i++)
		rows[i] = before;
	rows[1].added[LANE_BULK]++;
	rows[2].waiting[BALANCE_HELD]--;
	rows[3].ended[BALANCE_DEAD]++;
	rows[4].ended[BALANCE_WRITTEN_OFF]--;
	rows[5].added[LANE_BULK]--;
	rows[5].added[LANE_URGENT] += 5;
	rows[6].ended[BALANCE_ACCEPTED]--;
	rows[7].ended[BALANCE_CONTROL]--;
	rows[8].requeued--;
	for (unsigned i = 0; i < 9; i++)
		cr_expect_eq(balance_has_gone_back(&before, &rows[i]), wants[i].want, "%s", wants[i].name);
}
