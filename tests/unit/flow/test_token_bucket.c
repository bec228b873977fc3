/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/token_bucket.h"

#include "base/rng.h"

#include <criterion/criterion.h>

#define START (7 * (mono_us)US_PER_S)

Test(token_bucket, admits)
{
	static const struct row {
		const char *name;
		uint32_t rate;
		uint32_t took; /* at the start */
		mono_us later;
		uint32_t count;
		bool want;
	} rows[] = {
		{ "unlimited", 0, 0, 0, 1000000, true },
		{ "unlimited, after much", 0, 4000000, 0, 16, true },
		{ "starts with one", 100, 0, 0, 1, true },
		{ "and no more", 100, 0, 0, 2, false },
		{ "one takes a hundredth", 100, 1, 9999, 1, false },
		{ "of a second", 100, 1, 10000, 1, true },
		{ "a tenth of a second is kept", 100, 1, 100000, 10, true },
		{ "not more, however long", 100, 1, 3600 * (mono_us)US_PER_S, 10, true },
		{ "what is larger than the bucket waits until it is full", 100, 0, 89999, 16, false },
		{ "and then goes", 100, 0, 90000, 16, true },
		{ "it is paid back before the next", 100, 16, 159999, 1, false },
		{ "paid back", 100, 16, 160000, 1, true },
		{ "one a second: one token fits", 1, 1, 999999, 1, false },
		{ "one a second", 1, 1, 1000000, 1, true },
		{ "one a second, two segments", 1, 1, 1000000, 2, true },
		{ "the largest rate", 1000000, 0, 100000, 100000, true },
		{ "the clock stands still", 100, 1, 0, 1, false },
		{ "the clock went back", 100, 1, -5, 1, false },
		{ "a year without a look", 1000000, 0, 365 * 86400 * (mono_us)US_PER_S, 100000, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct token_bucket bucket;
		token_bucket_init(&bucket, rows[i].rate, START);
		token_bucket_take(&bucket, rows[i].took);
		cr_assert_eq(token_bucket_admits(&bucket, rows[i].count, START + rows[i].later), rows[i].want, "%s",
			     rows[i].name);
	}
}

Test(token_bucket, level)
{
	static const struct row {
		const char *name;
		uint32_t rate;
		uint32_t took;
		mono_us later;
		uint32_t want;
	} rows[] = {
		{ "unlimited", 0, 5, 0, UINT32_MAX },
		{ "at the start", 50, 0, 0, 1 },
		{ "whole ones only", 50, 1, 39999, 1 },
		{ "two", 50, 1, 40000, 2 },
		{ "full", 50, 1, US_PER_S, 5 },
		{ "below zero is none", 50, 16, 10, 0 },
		{ "a slow one holds one", 3, 0, US_PER_S, 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct token_bucket bucket;
		token_bucket_init(&bucket, rows[i].rate, START);
		token_bucket_take(&bucket, rows[i].took);
		cr_assert_eq(token_bucket_level(&bucket, START + rows[i].later), rows[i].want, "%s", rows[i].name);
	}
}

/* When it says that it will be ready, it is, and a microsecond earlier it is not. */
Test(token_bucket, ready_at_is_exact)
{
	static const uint32_t rates[] = { 1, 3, 7, 100, 999, 30000, 1000000 };
	static const uint32_t counts[] = { 1, 2, 10, 16 };
	for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
		for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
			struct token_bucket bucket;
			token_bucket_init(&bucket, rates[i], START);
			token_bucket_take(&bucket, 3);
			mono_us at = token_bucket_ready_at(&bucket, counts[k]);
			struct token_bucket early = bucket;
			cr_assert_gt(at, START, "rate %u, %u tokens", rates[i], counts[k]);
			cr_assert_not(token_bucket_admits(&early, counts[k], at - 1), "rate %u, %u tokens", rates[i],
				      counts[k]);
			cr_assert(token_bucket_admits(&bucket, counts[k], at), "rate %u, %u tokens", rates[i],
				  counts[k]);
			cr_assert_eq(token_bucket_ready_at(&bucket, counts[k]), INT64_MIN);
		}
	}
	struct token_bucket unlimited;
	token_bucket_init(&unlimited, 0, START);
	cr_assert_eq(token_bucket_ready_at(&unlimited, 1000), INT64_MIN);
}

/* However it is asked: in no stretch of time more than the rate, what the bucket holds and one sms. */
Test(token_bucket, never_faster_than_allowed)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct rng rng;
		rng_seed(&rng, seed);
		uint32_t rate = 1 + (uint32_t)rng_below(&rng, 2000);
		uint32_t held = rate / 10 > 1 ? rate / 10 : 1;
		struct token_bucket bucket;
		mono_us now = START;
		uint64_t taken = 0;
		token_bucket_init(&bucket, rate, now);
		while (now < START + 20 * (mono_us)US_PER_S) {
			uint32_t count = 1 + (uint32_t)rng_below(&rng, 16);
			if (token_bucket_admits(&bucket, count, now)) {
				token_bucket_take(&bucket, count);
				taken += count;
			}
			uint64_t most = (uint64_t)(now - START) * rate / US_PER_S + held + 16;
			cr_assert_leq(taken, most, "seed %lu, rate %u: %lu after %ld µs", (unsigned long)seed, rate,
				      (unsigned long)taken, (long)(now - START));
			now += (mono_us)rng_below(&rng, 3 * US_PER_S / rate + 1);
		}
		/* And not slower either: who always asks gets nearly all. */
		cr_assert_geq(taken + held + 32, (uint64_t)rate * 20 * 9 / 10 > 40 ? (uint64_t)rate * 20 / 3 : 0,
			      "seed %lu, rate %u: only %lu", (unsigned long)seed, rate, (unsigned long)taken);
	}
}
