/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/parcel.h"

#include "base/check.h"

#include <stdlib.h>

#define BLOCK_OCTETS    2048 /* holds all that a usual alert needs: body, text, segment, events */
#define OVERFLOW_OCTETS (128 * 1024)

enum err parcel_pool_init(struct parcel_pool *pool, unsigned count)
{
	*pool = (struct parcel_pool){ .count = count };
	pool->parcels = calloc(count, sizeof *pool->parcels);
	pool->blocks = malloc((size_t)count * BLOCK_OCTETS);
	list_init(&pool->free);
	if (pool->parcels == NULL || pool->blocks == NULL) {
		parcel_pool_fini(pool);
		return ERR_MEMORY;
	}
	for (unsigned i = count; i-- > 0;) {
		struct parcel *parcel = &pool->parcels[i];
		parcel->index = i;
		list_init(&parcel->link);
		list_init(&parcel->turn);
		arena_init(&parcel->arena, pool->blocks + (size_t)i * BLOCK_OCTETS, BLOCK_OCTETS, OVERFLOW_OCTETS);
		list_push_front(&pool->free, &parcel->link);
	}
	pool->free_count = count;
	return ERR_OK;
}

void parcel_pool_fini(struct parcel_pool *pool)
{
	for (unsigned i = 0; pool->parcels != NULL && i < pool->count; i++)
		arena_fini(&pool->parcels[i].arena);
	free(pool->parcels);
	free(pool->blocks);
	*pool = (struct parcel_pool){ .parcels = NULL };
}

struct parcel *parcel_take(struct parcel_pool *pool)
{
	if (list_empty(&pool->free))
		return NULL;
	struct parcel *parcel = LIST_ITEM(pool->free.next, struct parcel, link);
	CHECK(parcel->state == PARCEL_FREE);
	list_remove(&parcel->link);
	pool->free_count--;
	parcel->state = PARCEL_READY;
	parcel->begun_index = PARCEL_NOT_BEGUN;
	return parcel;
}

void parcel_move(struct parcel *parcel, enum parcel_state state, struct list *list)
{
	static const unsigned allowed[PARCEL_STATE_COUNT] = {
		[PARCEL_READY] = 1u << PARCEL_READY | 1u << PARCEL_BEGINNING | 1u << PARCEL_SETTLING,
		[PARCEL_BEGINNING] = 1u << PARCEL_READY | 1u << PARCEL_BEGUN | 1u << PARCEL_SETTLING,
		[PARCEL_BEGUN] =
			1u << PARCEL_READY | 1u << PARCEL_BEGUN | 1u << PARCEL_IN_FLIGHT | 1u << PARCEL_SETTLING,
		[PARCEL_IN_FLIGHT] = 1u << PARCEL_READY | 1u << PARCEL_SETTLING,
	};
	CHECK(allowed[parcel->state] & 1u << state);
	list_remove(&parcel->link);
	parcel->state = state;
	if (list != NULL)
		list_push(list, &parcel->link);
}

void parcel_free(struct parcel_pool *pool, struct parcel *parcel)
{
	CHECK(parcel->state != PARCEL_FREE);
	list_remove(&parcel->link);
	arena_reset(&parcel->arena);
	struct parcel clean = { .index = parcel->index, .generation = parcel->generation + 1, .arena = parcel->arena };
	*parcel = clean;
	list_init(&parcel->link);
	list_init(&parcel->turn);
	list_push_front(&pool->free, &parcel->link);
	pool->free_count++;
}

unsigned parcel_ref_count(const struct parcel *parcel)
{
	return parcel->encoded.segment_count + parcel->more_count;
}

struct slice parcel_ref(const struct parcel *parcel, unsigned index)
{
	unsigned count = parcel->encoded.segment_count;
	return index < count ? parcel->refs[index] : parcel->more_refs[index - count];
}

/* generation (32 bits) | index (24) | segment (8) */
uint64_t parcel_token(const struct parcel *parcel, uint8_t segment)
{
	return (uint64_t)parcel->generation << 32 | (uint64_t)parcel->index << 8 | segment;
}

struct parcel *parcel_of_token(struct parcel_pool *pool, uint64_t token, uint8_t *segment)
{
	uint32_t index = (uint32_t)(token >> 8 & 0xFFFFFF);
	CHECK(index < pool->count);
	struct parcel *parcel = &pool->parcels[index];
	if (parcel->generation != (uint32_t)(token >> 32) || parcel->state == PARCEL_FREE)
		return NULL;
	*segment = (uint8_t)token;
	return parcel;
}
