/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/entry.h"

#include <stddef.h>

/* Names the entry that a worker has in hand, in memory that outlives the process: where it dies, whoever starts next knows
 * which one was on the table. One writer; plain stores, since only the end of the process lies between them and the
 * reader. */
struct crumb {
	uint64_t ms;
	uint64_t seq;
	uint64_t lane; /* of the origin, from 1; 0 = nothing is in hand. Written last, cleared first. */
};

/* crumb: may be NULL. origin: of the entry that is taken in hand. */
static inline void crumb_set(volatile struct crumb *crumb, const struct entry_key *origin)
{
	if (crumb == NULL)
		return;
	crumb->ms = origin->ms;
	crumb->seq = origin->seq;
	crumb->lane = (uint64_t)origin->lane + 1;
}

/* It is out of hand, whole. */
static inline void crumb_clear(volatile struct crumb *crumb)
{
	if (crumb != NULL)
		crumb->lane = 0;
}
