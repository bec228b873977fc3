/* SPDX-License-Identifier: Apache-2.0 */
#include "store/key_set.h"

#include "base/rng.h"

#include <criterion/criterion.h>

Test(key_set, adds_and_removes)
{
	struct key_set set = { .slots = NULL };
	const struct entry_key a = { 1, 2, LANE_URGENT };
	const struct entry_key b = { 1, 2, LANE_BULK }; /* the lane belongs to it */
	const struct entry_key none = { 0, 0, LANE_BULK };
	cr_assert_not(key_set_has(&set, &a), "empty, without memory");
	key_set_remove(&set, &a);
	cr_assert_eq(key_set_add(&set, &a), ERR_OK);
	cr_assert_eq(key_set_add(&set, &a), ERR_OK);
	cr_assert_eq(set.count, 1, "twice is once");
	cr_assert(key_set_has(&set, &a));
	cr_assert_not(key_set_has(&set, &b));
	cr_assert_eq(key_set_add(&set, &none), ERR_OK, "Redis gives no such id");
	cr_assert_eq(set.count, 1);
	cr_assert_not(key_set_has(&set, &none));
	key_set_remove(&set, &none);
	key_set_remove(&set, &b);
	cr_assert_eq(set.count, 1);
	key_set_remove(&set, &a);
	cr_assert_eq(set.count, 0);
	cr_assert_not(key_set_has(&set, &a));
	key_set_fini(&set);
	cr_assert_null(set.slots);
	key_set_fini(&set);
}

struct seen {
	bool is_in[2048];
	unsigned count;
};

static void see(void *ctx, const struct entry_key *key)
{
	struct seen *seen = ctx;
	cr_assert(key->seq < 2048 && !seen->is_in[key->seq], "key %lu twice", (unsigned long)key->seq);
	seen->is_in[key->seq] = true;
	seen->count++;
}

/* Against a table of booleans: neighbouring ids fill long runs, which removal must close up. */
Test(key_set, is_a_set)
{
	static bool is_in[2048];
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct key_set set = { .slots = NULL };
		struct rng rng;
		size_t count = 0;
		rng_seed(&rng, seed);
		memset(is_in, 0, sizeof is_in);
		for (unsigned step = 0; step < 30000; step++) {
			uint64_t seq = rng_below(&rng, 2048);
			const struct entry_key key = { 1739404800000, seq, LANE_NORMAL };
			bool grows = rng_below(&rng, 20000) > step / 2;
			cr_assert_eq(key_set_has(&set, &key), is_in[seq], "seed %lu, step %u", (unsigned long)seed,
				     step);
			if (grows && rng_below(&rng, 2)) {
				cr_assert_eq(key_set_add(&set, &key), ERR_OK);
				count += !is_in[seq];
				is_in[seq] = true;
			} else {
				key_set_remove(&set, &key);
				count -= is_in[seq];
				is_in[seq] = false;
			}
			cr_assert_eq(set.count, count, "seed %lu, step %u", (unsigned long)seed, step);
		}
		struct seen seen = { .count = 0 };
		key_set_each(&set, see, &seen);
		cr_assert_eq(seen.count, count);
		cr_assert_eq(memcmp(seen.is_in, is_in, sizeof is_in), 0, "seed %lu", (unsigned long)seed);
		key_set_fini(&set);
	}
}
