/* SPDX-License-Identifier: Apache-2.0 */
#include "model/submit.h"

#include <criterion/criterion.h>
#include <stdbool.h>

/* They lie in Redis and at carriers across restarts: the same key must have the same number in every release. */
Test(submit, user_reference)
{
	static const struct {
		struct submit_key key;
		uint16_t want;
	} rows[] = {
		{ { { 0, 0, LANE_URGENT }, 0, 0 }, 40252 },
		{ { { 1770944400000, 5, LANE_BULK }, 0, 1 }, 28205 },
		{ { { 1770944400000, 5, LANE_BULK }, 77, 1 }, 28205 }, /* the text's own reference is no part of it */
		{ { { 1770944400000, 5, LANE_BULK }, 0, 2 }, 64507 },
		{ { { 1770944400000, 6, LANE_BULK }, 0, 1 }, 14947 },
		{ { { 1770944400000, 5, LANE_NORMAL }, 0, 1 }, 60812 },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(submit_user_reference(&rows[i].key), rows[i].want, "row %u: %u", i,
			     submit_user_reference(&rows[i].key));
}

Test(submit, user_references_are_spread)
{
	static bool seen[UINT16_MAX + 1];
	unsigned again = 0;
	for (uint64_t seq = 0; seq < 1000; seq++) {
		const struct submit_key key = { { 1770944400000, seq, LANE_NORMAL }, 0, 1 };
		uint16_t reference = submit_user_reference(&key);
		cr_assert_neq(reference, 0);
		again += seen[reference];
		seen[reference] = true;
	}
	cr_expect_lt(again, 20, "%u of 1000 meet another", again); /* 7.6 are to be expected */
}
