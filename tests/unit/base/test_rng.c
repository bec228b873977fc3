/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"

#include <criterion/criterion.h>

Test(rng, published_sequence)
{
	/* The reference implementation of xoshiro256** from the state 1, 2, 3, 4. */
	static const uint64_t want[] = { 11520, 0, 1509978240, 1215971899390074240u };
	struct rng rng = { { 1, 2, 3, 4 } };
	for (unsigned i = 0; i < 4; i++)
		cr_assert_eq(rng_next(&rng), want[i], "number %u", i);
	/* Its seeds come from splitmix64; these are that generator's first numbers from 0. */
	static const uint64_t want_state[] = { 0xE220A8397B1DCDAFu, 0x6E789E6AA1B965F4u, 0x06C45D188009454Fu,
					       0xF88BB8A8724C81ECu };
	rng_seed(&rng, 0);
	for (unsigned i = 0; i < 4; i++)
		cr_assert_eq(rng.state[i], want_state[i], "state %u", i);
}

Test(rng, one_seed_one_sequence)
{
	struct rng a;
	struct rng b;
	struct rng other;
	rng_seed(&a, 42);
	rng_seed(&b, 42);
	rng_seed(&other, 43);
	unsigned same = 0;
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t next = rng_next(&a);
		cr_assert_eq(next, rng_next(&b));
		same += next == rng_next(&other);
	}
	cr_assert_eq(same, 0);
}

Test(rng, below_is_even)
{
	static const uint64_t bounds[] = { 1, 2, 3, 7, 10, 100 };
	for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
		unsigned counts[100] = { 0 };
		struct rng rng;
		rng_seed(&rng, i);
		for (unsigned j = 0; j < 100000; j++) {
			uint64_t value = rng_below(&rng, bounds[i]);
			cr_assert_lt(value, bounds[i]);
			counts[value]++;
		}
		unsigned fair = (unsigned)(100000 / bounds[i]);
		for (uint64_t j = 0; j < bounds[i]; j++)
			cr_assert(counts[j] > fair * 8 / 10 && counts[j] < fair * 12 / 10 + 2, "%u of %u", counts[j],
				  fair);
	}
	struct rng rng;
	rng_seed(&rng, 1);
	uint64_t largest = 0;
	for (unsigned j = 0; j < 100; j++) {
		uint64_t value = rng_below(&rng, UINT64_MAX);
		largest = value > largest ? value : largest;
	}
	cr_assert_gt(largest, UINT64_MAX / 2);
}
