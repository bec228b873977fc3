/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit_rows.h"

/* Finds rows by a hash: open addressing, one slot a row. The slot keeps the hash, so that a wrong row is rarely looked at
 * and growing looks at none.
 *
 *   uint32_t probe = audit_index_start(&index, hash);
 *   while ((row = audit_index_next(&index, hash, &probe)) != AUDIT_NONE)
 *           if (it is the one) … */

struct audit_slot {
	uint32_t hash;
	uint32_t row; /* AUDIT_NONE = the slot is free */
};

struct audit_index {
	struct audit_slot *slots;
	uint32_t mask; /* slots - 1 */
	uint32_t count;
};

/* An empty index. Memory comes with the first row. */
void audit_index_init(struct audit_index *index);
void audit_index_fini(struct audit_index *index);

/* Adds a row; that none like it is there is the caller's to see. False where there is no memory. */
bool audit_index_add(struct audit_index *index, uint32_t hash, uint32_t row);

static inline uint32_t audit_index_start(const struct audit_index *index, uint32_t hash)
{
	return hash & index->mask;
}

/* The next row with that hash, or AUDIT_NONE. */
uint32_t audit_index_next(const struct audit_index *index, uint32_t hash, uint32_t *probe);
