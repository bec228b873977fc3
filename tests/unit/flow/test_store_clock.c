/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/store_clock.h"

#include <criterion/criterion.h>

#define MS     US_PER_MS
#define TICK   US_PER_MS /* the store's clock may be behind itself by so much */
#define BEHIND INT64_C(7000000)

/* What is asked at asked_at and made so long after it, by a store whose clock is behind ours. */
static void answer(struct store_clock *clock, mono_us asked_at, mono_us there, mono_us back)
{
	store_clock_note(clock, asked_at, asked_at + there - BEHIND, asked_at + there + back);
}

Test(store_clock, an_answer_bounds_it)
{
	struct store_clock clock = { .is_known = false };
	answer(&clock, US_PER_S, 30 * MS, 20 * MS);
	cr_expect(clock.is_known);
	cr_expect_eq(clock.low, BEHIND - 30 * MS - TICK);
	cr_expect_eq(clock.high, BEHIND + 20 * MS);
	cr_expect_eq(clock.way, 50 * MS);
}

/* A quick answer counts beside slow ones, until the clocks may have parted. */
Test(store_clock, a_quick_answer_makes_up_for_slow_ones)
{
	struct store_clock clock = { .is_known = false };
	answer(&clock, US_PER_S, 2 * MS, MS);
	answer(&clock, 2 * US_PER_S, 60 * MS, 80 * MS);
	cr_expect_geq(clock.low, BEHIND - 6 * MS);
	cr_expect_leq(clock.high, BEHIND + 4 * MS);
	cr_expect_leq(clock.low, BEHIND);
	cr_expect_geq(clock.high, BEHIND);
	answer(&clock, 900 * US_PER_S, 60 * MS, 80 * MS);
	cr_expect_eq(clock.low, BEHIND - 60 * MS - TICK, "too long ago");
	cr_expect_eq(clock.high, BEHIND + 80 * MS);
}

Test(store_clock, one_of_them_was_set)
{
	struct store_clock clock = { .is_known = false };
	answer(&clock, US_PER_S, 2 * MS, MS);
	store_clock_note(&clock, 2 * US_PER_S, 2 * US_PER_S - BEHIND - 500 * MS, 2 * US_PER_S + 10 * MS);
	cr_expect_eq(clock.low, BEHIND + 500 * MS - TICK);
	cr_expect_eq(clock.high, BEHIND + 510 * MS);
	store_clock_forget(&clock);
	answer(&clock, 3 * US_PER_S, 30 * MS, 20 * MS);
	cr_expect_eq(clock.high, BEHIND + 20 * MS, "another store");
}

/* It is nearly the longest lately, up to a bound. */
Test(store_clock, way)
{
	struct store_clock clock = { .is_known = false };
	answer(&clock, US_PER_S, 40 * MS, 40 * MS);
	answer(&clock, 2 * US_PER_S, 0, 0);
	cr_expect_eq(clock.way, 70 * MS);
	answer(&clock, 3 * US_PER_S, 40 * MS, 40 * MS);
	cr_expect_eq(clock.way, 80 * MS);
	answer(&clock, 4 * US_PER_S, US_PER_S, 0);
	cr_expect_eq(clock.way, STORE_CLOCK_WAY_MOST_US);
}
