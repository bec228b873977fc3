/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/check.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

struct arena_block {
	struct arena_block *next;
	size_t cap;
	size_t used;
	alignas(max_align_t) char octets[];
};

#define ALIGNMENT             alignof(max_align_t)
#define OVERFLOW_BLOCK_OCTETS 16384u

static size_t aligned(size_t size)
{
	return (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

void arena_init(struct arena *arena, void *block, size_t cap, size_t overflow_max)
{
	CHECK((uintptr_t)block % ALIGNMENT == 0);
	*arena = (struct arena){ .first = block, .first_cap = cap, .overflow_max = overflow_max };
}

/* Frees what came behind a block; NULL = all. */
static void free_overflow(struct arena *arena, const struct arena_block *until)
{
	while (arena->overflow != until) {
		struct arena_block *block = arena->overflow;
		arena->overflow = block->next;
		arena->overflow_octets -= block->cap;
		free(block);
	}
}

void arena_reset(struct arena *arena)
{
	free_overflow(arena, NULL);
	arena->first_used = 0;
}

struct arena_mark arena_mark(const struct arena *arena)
{
	return (struct arena_mark){
		.first_used = arena->first_used,
		.overflow = arena->overflow,
		.overflow_used = arena->overflow != NULL ? arena->overflow->used : 0,
	};
}

void arena_rewind(struct arena *arena, const struct arena_mark *mark)
{
	free_overflow(arena, mark->overflow);
	if (arena->overflow != NULL)
		arena->overflow->used = mark->overflow_used;
	arena->first_used = mark->first_used;
}

void arena_fini(struct arena *arena)
{
	arena_reset(arena);
}

static void *overflow_alloc(struct arena *arena, size_t need)
{
	struct arena_block *block = arena->overflow;
	if (block == NULL || block->cap - block->used < need) {
		size_t cap = need > OVERFLOW_BLOCK_OCTETS ? need : OVERFLOW_BLOCK_OCTETS;
		if (cap > arena->overflow_max - arena->overflow_octets)
			cap = need;
		if (cap > arena->overflow_max - arena->overflow_octets)
			return NULL;
		block = malloc(sizeof *block + cap);
		if (block == NULL)
			return NULL;
		*block = (struct arena_block){ .next = arena->overflow, .cap = cap };
		arena->overflow = block;
		arena->overflow_octets += cap;
	}
	void *at = block->octets + block->used;
	block->used += need;
	return at;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	if (size > SIZE_MAX / 2)
		return NULL;
	size_t need = aligned(size ? size : 1);
	if (arena->overflow == NULL && arena->first_cap - arena->first_used >= need) {
		void *at = arena->first + arena->first_used;
		arena->first_used += need;
		return at;
	}
	return overflow_alloc(arena, need);
}

struct slice arena_copy(struct arena *arena, struct slice text)
{
	if (text.at == NULL)
		return text;
	char *copy = arena_alloc(arena, text.len);
	if (copy == NULL)
		return (struct slice){ NULL, 0 };
	if (text.len)
		memcpy(copy, text.at, text.len);
	return (struct slice){ copy, text.len };
}

void arena_trim(struct arena *arena, void *at, size_t size, size_t keep)
{
	CHECK(keep <= size);
	size_t had = aligned(size ? size : 1);
	size_t stays = aligned(keep ? keep : 1);
	if (arena->overflow != NULL) {
		struct arena_block *block = arena->overflow;
		if ((char *)at + had == block->octets + block->used)
			block->used -= had - stays;
	} else if ((char *)at + had == arena->first + arena->first_used) {
		arena->first_used -= had - stays;
	}
}
