/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/trend.h"

#include <criterion/criterion.h>
#include <math.h>

#define START (1000 * US_PER_S)

/* Looks once a second from the second `from` on, up to but without `to`. */
static void look(struct trend *trend, int from, int to, uint64_t added_per_s, uint64_t left_per_s)
{
	for (int s = from; s < to; s++)
		trend_note(trend, START + s * US_PER_S, (uint64_t)s * added_per_s, (uint64_t)s * left_per_s);
}

static struct trend_rates at(const struct trend *trend, int s)
{
	return trend_rates(trend, START + s * US_PER_S);
}

Test(trend, says_nothing_at_the_start)
{
	struct trend trend = { .count = 0 };
	cr_expect(!at(&trend, 0).is_known);
	for (int s = 0; s < 5; s++) {
		look(&trend, s, s + 1, 10, 20);
		struct trend_rates rates = at(&trend, s);
		cr_expect(!rates.is_known, "after %d s", s);
		cr_expect_eq(rates.added_per_s, 0);
		cr_expect_eq(rates.left_per_s, 0);
	}
	look(&trend, 5, 6, 10, 20);
	cr_expect(at(&trend, 5).is_known);
}

Test(trend, rates_are_those_of_the_last_half_minute)
{
	struct trend trend = { .count = 0 };
	look(&trend, 0, 300, 10, 20);
	cr_expect_float_eq(at(&trend, 299).added_per_s, 10, 0.001);
	cr_expect_float_eq(at(&trend, 299).left_per_s, 20, 0.001);
	/* From here on nothing comes and nothing goes: after half the span half the rate, after all of it none. */
	for (int s = 300; s < 315; s++)
		trend_note(&trend, START + s * US_PER_S, 2990, 5980);
	cr_expect_float_eq(at(&trend, 314).left_per_s, 10, 0.001);
	for (int s = 315; s < 330; s++)
		trend_note(&trend, START + s * US_PER_S, 2990, 5980);
	cr_expect(at(&trend, 329).is_known);
	cr_expect_eq(at(&trend, 329).left_per_s, 0);
}

Test(trend, many_looks_a_second_change_nothing)
{
	struct trend trend = { .count = 0 };
	for (int ms = 0; ms < 60000; ms += 10)
		trend_note(&trend, START + ms * US_PER_MS, 0, (uint64_t)ms);
	struct trend_rates rates = trend_rates(&trend, START + 60 * US_PER_S);
	cr_expect_float_eq(rates.left_per_s, 1000, 1);
}

Test(trend, starts_afresh)
{
	static const struct {
		const char *name;
		mono_us at; /* of the look that makes it do so, after START */
		uint64_t added, left;
	} rows[] = {
		{ "the clock goes back", 10 * US_PER_S, 500, 500 },
		{ "the clock jumps ahead", 4000 * (mono_us)US_PER_S, 500, 500 },
		{ "the clock jumps to the end of all times", INT64_MAX - START, 500, 500 },
		{ "nothing was heard for long", 39 * US_PER_S, 500, 500 },
		{ "fewer were added", 30 * US_PER_S, 0, 500 },
		{ "fewer have left", 30 * US_PER_S, 500, 0 },
		{ "nothing was ever there", 30 * US_PER_S, 0, 0 },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct trend trend = { .count = 0 };
		look(&trend, 0, 30, 10, 10);
		cr_assert(at(&trend, 29).is_known);
		trend_note(&trend, START + rows[i].at, rows[i].added, rows[i].left);
		struct trend_rates rates = trend_rates(&trend, START + rows[i].at);
		cr_expect(!rates.is_known, "%s", rows[i].name);
		cr_expect_eq(trend.count, 1, "%s", rows[i].name);
	}
}

Test(trend, goes_on_from_where_it_started_afresh)
{
	struct trend trend = { .count = 0 };
	look(&trend, 0, 30, 1000, 1000);
	for (int s = 0; s <= 5; s++)
		trend_note(&trend, START + s * US_PER_S, 7, (uint64_t)s);
	struct trend_rates rates = at(&trend, 5);
	cr_expect(rates.is_known);
	cr_expect_float_eq(rates.left_per_s, 1, 0.001);
	cr_expect_eq(rates.added_per_s, 0);
}

Test(trend, is_not_believed_when_nobody_looks)
{
	struct trend trend = { .count = 0 };
	look(&trend, 0, 30, 10, 10);
	cr_expect(at(&trend, 38).is_known);
	cr_expect(!at(&trend, 39).is_known);
	cr_expect(!at(&trend, 28).is_known, "asked for the past");
}

Test(trend, is_never_negative_nor_infinite)
{
	struct trend trend = { .count = 0 };
	uint64_t seed = 1;
	mono_us now = 0;
	for (unsigned i = 0; i < 100000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		now += (mono_us)((seed >> 33) % 4000000) - 200000;
		trend_note(&trend, now, seed >> 7, (seed >> 20) % 3 ? UINT64_MAX - i : seed);
		struct trend_rates rates = trend_rates(&trend, now);
		cr_assert(isfinite(rates.added_per_s) && rates.added_per_s >= 0);
		cr_assert(isfinite(rates.left_per_s) && rates.left_per_s >= 0);
	}
}

Test(trend, knows_when_nothing_was_there)
{
	struct trend trend = { .count = 0 };
	cr_expect(!trend_was_empty(&trend));
	trend_note(&trend, START, 5, 5);
	cr_expect(trend_was_empty(&trend));
	for (int s = 1; s <= 5; s++) {
		trend_note(&trend, START + s * US_PER_S, 6, 5);
		cr_expect(trend_was_empty(&trend), "%d s ago", s);
	}
	trend_note(&trend, START + 6 * US_PER_S, 6, 5);
	cr_expect(!trend_was_empty(&trend));
}
