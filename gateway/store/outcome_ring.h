/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/slice.h"

/* What was told to Redis lately and answered: kept to be told again, should it come back with an earlier state. So many octets of memory;
 * the oldest records go first. */

enum outcome_kind {
	OUTCOME_SETTLED,  /* one settlement: the words of settle_each.lua */
	OUTCOME_RECEIPTS, /* receipt keys: the fields and values of an HSET */
};

struct outcome_ring {
	char *octets;
	size_t cap;
	size_t first; /* the oldest record */
	size_t end;   /* behind the newest one */
	size_t turn;  /* where records end before they go on at 0; meaningful where end <= first and it is not empty */
	unsigned count;
};

/* Arguments of a command, as command.h has them. */
struct outcome {
	mono_us at; /* when it was answered */
	enum outcome_kind kind;
	unsigned argument_count;
	struct slice arguments;
};

/* Takes cap octets; 0 = it keeps nothing. ERR_MEMORY. */
MUST_CHECK enum err outcome_ring_init(struct outcome_ring *ring, size_t cap);
void outcome_ring_fini(struct outcome_ring *ring);

/* Copies one. What is larger than the whole ring is not kept. */
void outcome_ring_put(struct outcome_ring *ring, const struct outcome *outcome);

/* Calls each for what is not older than since, oldest first. It must not put. */
void outcome_ring_each(const struct outcome_ring *ring, mono_us since,
		       void (*each)(void *ctx, const struct outcome *outcome), void *ctx);
