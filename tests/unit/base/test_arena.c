/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

static alignas(max_align_t) char block[256];

static bool is_in_block(const void *at)
{
	return (uintptr_t)at >= (uintptr_t)block && (uintptr_t)at < (uintptr_t)block + sizeof block;
}

Test(arena, pieces_do_not_overlap_and_are_aligned)
{
	struct arena arena;
	arena_init(&arena, block, sizeof block, 100000);
	unsigned char *pieces[200];
	for (unsigned i = 0; i < 200; i++) {
		pieces[i] = arena_alloc(&arena, i);
		cr_assert_not_null(pieces[i], "piece %u", i);
		cr_assert_eq((uintptr_t)pieces[i] % alignof(max_align_t), 0, "piece %u", i);
		memset(pieces[i], (int)i, i);
	}
	for (unsigned i = 0; i < 200; i++) {
		for (unsigned j = 0; j < i; j++)
			cr_assert_eq(pieces[i][j], i, "piece %u, octet %u", i, j);
	}
	cr_assert(is_in_block(pieces[0]));
	cr_assert(!is_in_block(pieces[199]));
	arena_reset(&arena);
	cr_assert_eq(arena_alloc(&arena, 8), block, "the first block serves again");
	cr_assert_eq(arena.overflow_octets, 0);
	arena_fini(&arena);
}

Test(arena, limits)
{
	static const struct {
		const char *name;
		size_t size;
		size_t overflow_max;
		bool want;
	} rows[] = {
		{ "the whole first block", 256, 0, true },
		{ "one octet more, no overflow", 257, 0, false },
		{ "overflow allows it", 257, 272, true },
		{ "overflow is too small", 300, 299, false },
		{ "a large one", 1000000, 1000000, true },
		{ "SIZE_MAX", SIZE_MAX, SIZE_MAX, false },
		{ "half of SIZE_MAX", SIZE_MAX / 2, 100000, false },
		{ "0 octets", 0, 0, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena arena;
		arena_init(&arena, block, sizeof block, rows[i].overflow_max);
		void *at = arena_alloc(&arena, rows[i].size);
		cr_assert_eq(at != NULL, rows[i].want, "%s", rows[i].name);
		arena_fini(&arena);
	}
}

Test(arena, the_overflow_limit_counts_all_blocks)
{
	struct arena arena;
	arena_init(&arena, block, sizeof block, 40000);
	size_t total = 0;
	while (arena_alloc(&arena, 1000) != NULL)
		total += 1000;
	cr_assert_leq(arena.overflow_octets, 40000);
	cr_assert_geq(total, 37000);
	arena_fini(&arena);
	cr_assert_null(arena.overflow);
}

Test(arena, copy)
{
	struct arena arena;
	arena_init(&arena, block, sizeof block, 0);
	char text[] = "due";
	struct slice copy = arena_copy(&arena, slice_of(text));
	text[0] = 'x';
	cr_assert(slice_is(copy, "due"));
	cr_assert_null(arena_copy(&arena, (struct slice){ 0 }).at, "absent stays absent");
	struct slice empty = arena_copy(&arena, SLICE(""));
	cr_assert(empty.at != NULL && empty.len == 0, "empty stays empty");
	static char large[300];
	cr_assert_null(arena_copy(&arena, (struct slice){ large, sizeof large }).at);
	arena_fini(&arena);
}

Test(arena, trim_gives_back_only_the_newest)
{
	struct arena arena;
	arena_init(&arena, block, sizeof block, 100000);
	char *first = arena_alloc(&arena, 100);
	arena_trim(&arena, first, 100, 10);
	char *second = arena_alloc(&arena, 32);
	cr_assert_eq(second, first + 16);
	arena_trim(&arena, first, 16, 0);
	cr_assert_eq(arena_alloc(&arena, 16), second + 32, "an older one stays");
	/* The same in an overflow block. */
	char *large = arena_alloc(&arena, 1000);
	cr_assert(!is_in_block(large));
	arena_trim(&arena, large, 1000, 100);
	cr_assert_eq(arena_alloc(&arena, 16), large + 112);
	arena_fini(&arena);
}

Test(arena, goes_back_to_a_mark)
{
	static const struct {
		const char *name;
		size_t before; /* octets given before the mark */
		size_t after;
	} rows[] = {
		{ "within the first block", 32, 64 },
		{ "from an overflow block to the first", 32, 1000 },
		{ "within an overflow block", 1000, 64 },
		{ "from one overflow block to another", 1000, 40000 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena arena;
		arena_init(&arena, block, sizeof block, 100000);
		char *kept = arena_alloc(&arena, rows[i].before);
		cr_assert_not_null(kept);
		memset(kept, 'k', rows[i].before);
		struct arena_mark mark = arena_mark(&arena);
		size_t octets = arena.overflow_octets;
		char *first = arena_alloc(&arena, rows[i].after);
		for (unsigned k = 0; k < 100; k++) {
			arena_rewind(&arena, &mark);
			cr_assert_eq(arena.overflow_octets, octets, "%s", rows[i].name);
			char *again = arena_alloc(&arena, rows[i].after);
			cr_assert_not_null(again, "%s", rows[i].name);
			cr_assert(k > 0 || is_in_block(first) == is_in_block(again), "%s", rows[i].name);
			memset(again, 'a', rows[i].after);
		}
		cr_expect_eq(kept[0], 'k', "%s", rows[i].name);
		cr_expect_eq(kept[rows[i].before - 1], 'k', "%s", rows[i].name);
		arena_fini(&arena);
	}
}
