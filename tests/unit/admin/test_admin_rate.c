/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/admin_rate.h"

#include <criterion/criterion.h>
#include <math.h>

Test(admin_rate, is_the_mean_of_a_minute)
{
	static const struct {
		const char *name;
		unsigned samples;
		mono_us step_us;
		uint64_t first, growth;
		double want;
	} rows[] = {
		{ "no sample", 0, US_PER_S, 0, 0, 0 },
		{ "one sample", 1, US_PER_S, 1000, 0, 0 },
		{ "two samples", 2, US_PER_S, 1000, 50, 50 },
		{ "a minute", 61, US_PER_S, 0, 50, 50 },
		{ "an hour", 3600, US_PER_S, 7, 12, 12 },
		{ "slow turns", 100, 2 * US_PER_S, 0, 100, 50 },
		{ "no time passed", 10, 0, 0, 5, 0 },
		{ "large totals", 100, US_PER_S, UINT64_MAX - 1000000, 3, 3 },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct admin_rate rate = { 0 };
		for (unsigned sample = 0; sample < rows[i].samples; sample++)
			admin_rate_note(&rate, 77 + (mono_us)sample * rows[i].step_us,
					rows[i].first + sample * rows[i].growth);
		double got = admin_rate_per_s(&rate);
		cr_expect(fabs(got - rows[i].want) < 0.001, "%s: %f", rows[i].name, got);
	}
}

Test(admin_rate, forgets_what_is_older_than_a_minute)
{
	struct admin_rate rate = { 0 };
	for (unsigned sample = 0; sample < 200; sample++)
		admin_rate_note(&rate, (mono_us)sample * US_PER_S, sample < 100 ? 0 : 6000);
	cr_expect(fabs(admin_rate_per_s(&rate)) < 0.001);
	for (unsigned sample = 200; sample < 230; sample++)
		admin_rate_note(&rate, (mono_us)sample * US_PER_S, 6000 + (sample - 199) * 10);
	cr_expect(fabs(admin_rate_per_s(&rate) - 5) < 0.001, "%f", admin_rate_per_s(&rate));
	/* A total that shrank is no rate. */
	admin_rate_note(&rate, 231 * (mono_us)US_PER_S, 0);
	cr_expect(fabs(admin_rate_per_s(&rate)) < 0.001);
}
