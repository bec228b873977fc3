/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stddef.h>

/* Memory that is given away piece by piece and taken back all at once. The first block belongs to the caller and serves
 * the steady path without malloc; larger needs take overflow blocks from the heap, up to a limit, until the reset.
 *
 *   first [used……|free…]  →  overflow block  →  overflow block        one reset: overflow freed, first empty again
 */
struct arena_block;

struct arena {
	char *first;
	size_t first_cap;
	size_t first_used;
	struct arena_block *overflow; /* newest first */
	size_t overflow_octets;       /* sum of the overflow blocks */
	size_t overflow_max;          /* octets; 0 = never more than the first block */
};

/* Starts an arena over the caller's block. block: borrowed until arena_fini; cap in octets, aligned for any type.
 * overflow_max: octets that may come from the heap between two resets. */
void arena_init(struct arena *arena, void *block, size_t cap, size_t overflow_max);

/* Frees the overflow blocks and starts again; what was given before is gone. */
void arena_reset(struct arena *arena);

/* Same as arena_reset; the caller may then free its block. */
void arena_fini(struct arena *arena);

/* size octets aligned for any type, not zeroed, valid until the reset. NULL where the limit or malloc says no. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of text in the arena; {NULL, 0} where there is no room (or text was absent). */
struct slice arena_copy(struct arena *arena, struct slice text);

/* Where the arena stands; and goes back there: what was given since then is gone, what was given before stays. Only to a mark of the
 * same arena, made since its last reset, and not behind one that was gone back from. */
struct arena_mark {
	size_t first_used;
	struct arena_block *overflow;
	size_t overflow_used;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, const struct arena_mark *mark);

/* Gives back the tail of the newest allocation: it keeps keep octets. at: what arena_alloc gave last. */
void arena_trim(struct arena *arena, void *at, size_t size, size_t keep);
