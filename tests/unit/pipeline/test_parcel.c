/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/parcel.h"

#include "base/rng.h"

#include <criterion/criterion.h>
#include <signal.h>

static struct parcel_pool pool;

static bool is_in_pool(const void *at, size_t len)
{
	const char *first = at;
	const char *block = pool.blocks;
	return first >= block && first + len <= block + (size_t)pool.count * 4096;
}

Test(parcel, takes_and_frees)
{
	cr_assert_eq(parcel_pool_init(&pool, 3), ERR_OK);
	struct parcel *all[3];
	for (unsigned i = 0; i < 3; i++) {
		all[i] = parcel_take(&pool);
		cr_assert_not_null(all[i]);
		cr_assert_eq(all[i]->state, PARCEL_READY);
		cr_assert_eq(all[i]->begun_index, PARCEL_NOT_BEGUN);
		cr_assert(list_empty(&all[i]->link));
		cr_assert_eq(pool.free_count, 2 - i);
		/* The first octets come from a block of its own, without malloc. */
		char *octets = arena_alloc(&all[i]->arena, 1000);
		cr_assert(is_in_pool(octets, 1000));
		memset(octets, (int)i, 1000);
		all[i]->attempts = 7;
		all[i]->is_ambiguous = true;
	}
	cr_assert_null(parcel_take(&pool), "all are in use");
	cr_assert_eq(*(char *)arena_alloc(&all[0]->arena, 1), *(char *)arena_alloc(&all[0]->arena, 1));
	uint32_t generation = all[1]->generation;
	parcel_free(&pool, all[2]);
	parcel_free(&pool, all[1]);
	struct parcel *again = parcel_take(&pool);
	cr_assert_eq(again, all[1], "the last one freed is the first one used");
	cr_assert_eq(again->generation, generation + 1);
	cr_assert_eq(again->attempts, 0, "nothing is left of its earlier use");
	cr_assert_not(again->is_ambiguous);
	parcel_free(&pool, again);
	parcel_free(&pool, all[0]);
	cr_assert_eq(pool.free_count, 3);
	parcel_pool_fini(&pool);
	parcel_pool_fini(&pool);
}

Test(parcel, tokens)
{
	cr_assert_eq(parcel_pool_init(&pool, 300), ERR_OK);
	struct parcel *parcels[300];
	uint8_t segment = 0;
	for (unsigned i = 0; i < 300; i++)
		parcels[i] = parcel_take(&pool);
	for (unsigned i = 0; i < 300; i++) {
		for (unsigned number = 1; number <= 16; number += 5) {
			uint64_t token = parcel_token(parcels[i], (uint8_t)number);
			cr_assert_eq(parcel_of_token(&pool, token, &segment), parcels[i], "parcel %u", i);
			cr_assert_eq(segment, number);
		}
	}
	uint64_t old = parcel_token(parcels[299], 1);
	parcel_free(&pool, parcels[299]);
	cr_assert_null(parcel_of_token(&pool, old, &segment), "that use is over");
	struct parcel *again = parcel_take(&pool);
	cr_assert_eq(again, parcels[299]);
	cr_assert_null(parcel_of_token(&pool, old, &segment), "a token of an earlier use names nothing");
	cr_assert_eq(parcel_of_token(&pool, parcel_token(again, 2), &segment), again);
	for (unsigned i = 0; i < 300; i++)
		parcel_free(&pool, parcels[i]);
	parcel_pool_fini(&pool);
}

/* Every way that the drawing has, and the list that a parcel is on afterwards. */
Test(parcel, moves)
{
	static const enum parcel_state ways[][6] = {
		{ PARCEL_SETTLING },
		{ PARCEL_READY, PARCEL_SETTLING },
		{ PARCEL_BEGINNING, PARCEL_SETTLING },
		{ PARCEL_BEGINNING, PARCEL_READY, PARCEL_BEGINNING, PARCEL_BEGUN, PARCEL_SETTLING },
		{ PARCEL_BEGINNING, PARCEL_BEGUN, PARCEL_BEGUN, PARCEL_IN_FLIGHT, PARCEL_SETTLING },
		{ PARCEL_BEGINNING, PARCEL_BEGUN, PARCEL_IN_FLIGHT, PARCEL_READY, PARCEL_BEGINNING, PARCEL_BEGUN },
		{ PARCEL_BEGINNING, PARCEL_BEGUN, PARCEL_READY, PARCEL_SETTLING },
	};
	cr_assert_eq(parcel_pool_init(&pool, 1), ERR_OK);
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		struct parcel *parcel = parcel_take(&pool);
		for (unsigned k = 0; k < 6 && ways[i][k] != PARCEL_FREE; k++) {
			struct list list;
			list_init(&list);
			bool is_listed = ways[i][k] != PARCEL_IN_FLIGHT;
			parcel_move(parcel, ways[i][k], is_listed ? &list : NULL);
			cr_assert_eq(parcel->state, ways[i][k], "way %zu, step %u", i, k);
			cr_assert_eq(!list_empty(&list), is_listed, "way %zu, step %u", i, k);
			list_remove(&parcel->link);
		}
		parcel_free(&pool, parcel);
	}
	parcel_pool_fini(&pool);
}

static void must_not_move(enum parcel_state from, enum parcel_state to)
{
	static const enum parcel_state ways[PARCEL_STATE_COUNT][4] = {
		[PARCEL_READY] = { PARCEL_FREE },
		[PARCEL_BEGINNING] = { PARCEL_BEGINNING },
		[PARCEL_BEGUN] = { PARCEL_BEGINNING, PARCEL_BEGUN },
		[PARCEL_IN_FLIGHT] = { PARCEL_BEGINNING, PARCEL_BEGUN, PARCEL_IN_FLIGHT },
		[PARCEL_SETTLING] = { PARCEL_SETTLING },
	};
	if (parcel_pool_init(&pool, 1) != ERR_OK)
		return;
	struct parcel *parcel = parcel_take(&pool);
	for (unsigned k = 0; k < 4 && ways[from][k] != PARCEL_FREE; k++)
		parcel_move(parcel, ways[from][k], NULL);
	parcel_move(parcel, to, NULL);
}

/* A way that the drawing does not have is a bug, and stops the program. */
Test(parcel, in_flight_is_not_sent_again_without_its_begin, .signal = SIGABRT)
{
	must_not_move(PARCEL_IN_FLIGHT, PARCEL_BEGUN);
}

Test(parcel, settling_is_not_begun_again, .signal = SIGABRT)
{
	must_not_move(PARCEL_SETTLING, PARCEL_BEGINNING);
}

Test(parcel, nothing_is_sent_without_its_begin, .signal = SIGABRT)
{
	must_not_move(PARCEL_READY, PARCEL_IN_FLIGHT);
}

Test(parcel, nothing_is_freed_twice, .signal = SIGABRT)
{
	if (parcel_pool_init(&pool, 2) != ERR_OK)
		return;
	struct parcel *parcel = parcel_take(&pool);
	parcel_free(&pool, parcel);
	parcel_free(&pool, parcel);
}

/* Taken and freed in any order for long: none is given twice. */
Test(parcel, pool_in_any_order)
{
	enum { COUNT = 64 };
	struct parcel *held[COUNT];
	unsigned count = 0;
	struct rng rng;
	rng_seed(&rng, 9);
	cr_assert_eq(parcel_pool_init(&pool, COUNT), ERR_OK);
	for (unsigned step = 0; step < 20000; step++) {
		if (rng_below(&rng, 2)) {
			struct parcel *parcel = parcel_take(&pool);
			cr_assert_eq(parcel == NULL, count == COUNT, "step %u", step);
			if (parcel == NULL)
				continue;
			for (unsigned i = 0; i < count; i++)
				cr_assert_neq(held[i], parcel, "step %u: given twice", step);
			/* Some need more than their block. */
			cr_assert_not_null(arena_alloc(&parcel->arena, 1 + rng_below(&rng, 20000)));
			held[count++] = parcel;
		} else if (count > 0) {
			unsigned place = (unsigned)rng_below(&rng, count);
			parcel_free(&pool, held[place]);
			held[place] = held[--count];
		}
		cr_assert_eq(pool.free_count, COUNT - count);
	}
	parcel_pool_fini(&pool);
}
