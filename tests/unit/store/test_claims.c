/* SPDX-License-Identifier: Apache-2.0 */
#include "store/claims.h"

#include "base/rng.h"

#include <criterion/criterion.h>

static struct entry_key at(uint64_t ms, uint64_t seq, enum lane lane)
{
	return (struct entry_key){ ms, seq, lane };
}

static void add(struct claims *claims, struct entry_key from, struct entry_key to, uint32_t outstanding)
{
	cr_assert_eq(claims_add(claims, &from, &to, outstanding), ERR_OK);
}

Test(claims, finds)
{
	struct claims claims = { .count = { 0 } };
	add(&claims, at(10, 5, LANE_NORMAL), at(20, 0, LANE_NORMAL), 2);
	add(&claims, at(0, 0, LANE_NORMAL), at(10, 5, LANE_NORMAL), 3); /* older, told later */
	add(&claims, at(30, 0, LANE_NORMAL), at(40, 9, LANE_NORMAL), 1);
	add(&claims, at(0, 0, LANE_BULK), at(100, 0, LANE_BULK), 7);
	const struct row {
		const char *name;
		struct entry_key key;
		uint64_t want_ms; /* of the range's end; 0 = none */
	} rows[] = {
		{ "first of all", { 0, 1, LANE_NORMAL }, 10 },
		{ "an end belongs to its range", { 10, 5, LANE_NORMAL }, 10 },
		{ "just behind", { 10, 6, LANE_NORMAL }, 20 },
		{ "the last of the second", { 20, 0, LANE_NORMAL }, 20 },
		{ "between ranges", { 25, 0, LANE_NORMAL }, 0 },
		{ "a beginning does not", { 30, 0, LANE_NORMAL }, 0 },
		{ "inside the third", { 40, 9, LANE_NORMAL }, 40 },
		{ "behind all", { 40, 10, LANE_NORMAL }, 0 },
		{ "another lane", { 25, 0, LANE_BULK }, 100 },
		{ "a lane with nothing", { 25, 0, LANE_READY }, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct claim *claim = claims_find(&claims, &rows[i].key);
		cr_assert_eq(claim ? claim->to.ms : 0, rows[i].want_ms, "%s", rows[i].name);
		const struct claim *ending = claims_ending(&claims, &rows[i].key);
		bool is_end = claim != NULL && entry_key_equal(&claim->to, &rows[i].key);
		cr_assert_eq(ending, is_end ? claim : NULL, "%s", rows[i].name);
	}
	struct entry_key known = at(20, 0, LANE_NORMAL);
	add(&claims, at(1, 1, LANE_NORMAL), known, 9);
	cr_assert_eq(claims_ending(&claims, &known)->outstanding, 2, "one that is known stays as it is");
	claims_clear(&claims);
	cr_assert_null(claims_ending(&claims, &known));
	claims_fini(&claims);
}

/* As somebody may have left it in Redis. */
Test(claims, a_range_without_room_is_none)
{
	struct claims claims = { .count = { 0 } };
	struct entry_key to = at(20, 0, LANE_NORMAL);
	add(&claims, at(30, 0, LANE_NORMAL), to, 1);
	add(&claims, to, to, 1);
	cr_assert_null(claims_ending(&claims, &to));
	cr_assert_eq(claims.count[LANE_NORMAL], 0);
	claims_settled(&claims, &to);
	claims_remove(&claims, &to);
	claims_fini(&claims);
}

Test(claims, settles)
{
	struct claims claims = { .count = { 0 } };
	struct entry_key idle[4];
	struct entry_key first = at(10, 0, LANE_URGENT);
	struct entry_key second = at(20, 0, LANE_URGENT);
	struct entry_key inside = at(15, 3, LANE_URGENT);
	add(&claims, at(0, 0, LANE_URGENT), first, 0);
	add(&claims, first, second, 2);
	cr_assert_eq(claims_idle(&claims, idle, 4), 1);
	cr_assert(entry_key_equal(&idle[0], &first));
	claims_settled(&claims, &inside);
	cr_assert_eq(claims_idle(&claims, idle, 4), 1, "one is still out");
	claims_settled(&claims, &second);
	cr_assert_eq(claims_idle(&claims, idle, 4), 2);
	cr_assert(entry_key_equal(&idle[0], &first) && entry_key_equal(&idle[1], &second), "oldest first");
	cr_assert_eq(claims_idle(&claims, idle, 1), 1, "as many as are asked for");
	claims_settled(&claims, &inside);
	cr_assert_eq(claims_ending(&claims, &second)->outstanding, 0, "never below nothing");
	struct entry_key unknown = at(99, 0, LANE_URGENT);
	claims_settled(&claims, &unknown);
	claims_remove(&claims, &unknown);
	claims_remove(&claims, &inside); /* it ends no range */
	cr_assert_eq(claims.count[LANE_URGENT], 2);
	claims_remove(&claims, &first);
	cr_assert_null(claims_ending(&claims, &first));
	cr_assert_not_null(claims_ending(&claims, &second));
	claims_fini(&claims);
	claims_fini(&claims);
}

/* Many ranges, told in any order: each entry is found in its own. */
Test(claims, many)
{
	enum { RANGES = 500 };
	unsigned order[RANGES];
	struct claims claims = { .count = { 0 } };
	struct rng rng;
	rng_seed(&rng, 42);
	for (unsigned i = 0; i < RANGES; i++)
		order[i] = i;
	for (unsigned i = RANGES - 1; i > 0; i--) {
		unsigned k = (unsigned)rng_below(&rng, i + 1);
		unsigned swap = order[i];
		order[i] = order[k];
		order[k] = swap;
	}
	for (unsigned i = 0; i < RANGES; i++)
		add(&claims, at(order[i] * 10, 0, LANE_READY), at(order[i] * 10 + 10, 0, LANE_READY), 5);
	for (unsigned i = 0; i < 5 * RANGES; i++) {
		struct entry_key key = at(i * 2 + 1, i, LANE_READY);
		cr_assert_eq(claims_find(&claims, &key)->to.ms, i / 5 * 10 + 10, "entry %u", i);
		claims_settled(&claims, &key);
	}
	struct entry_key idle[RANGES];
	cr_assert_eq(claims_idle(&claims, idle, RANGES), RANGES);
	for (unsigned i = 0; i < RANGES; i++) {
		cr_assert_eq(idle[i].ms, i * 10 + 10);
		claims_remove(&claims, &idle[i]);
	}
	cr_assert_eq(claims.count[LANE_READY], 0);
	claims_fini(&claims);
}
