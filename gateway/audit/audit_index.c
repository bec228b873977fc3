/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_index.h"

#include <stdlib.h>

#define SLOTS_MIN 1024u

void audit_index_init(struct audit_index *index)
{
	*index = (struct audit_index){ 0 };
}

void audit_index_fini(struct audit_index *index)
{
	free(index->slots);
	audit_index_init(index);
}

static void put(struct audit_slot *slots, uint32_t mask, struct audit_slot slot)
{
	uint32_t at = slot.hash & mask;
	while (slots[at].row != AUDIT_NONE)
		at = (at + 1) & mask;
	slots[at] = slot;
}

static bool grow(struct audit_index *index)
{
	size_t size = index->slots ? 2 * ((size_t)index->mask + 1) : SLOTS_MIN;
	if (size > UINT32_MAX)
		return false;
	struct audit_slot *slots = malloc(size * sizeof *slots);
	if (slots == NULL)
		return false;
	for (size_t i = 0; i < size; i++)
		slots[i].row = AUDIT_NONE;
	uint32_t mask = (uint32_t)(size - 1);
	for (size_t i = 0; index->slots && i <= index->mask; i++) {
		if (index->slots[i].row != AUDIT_NONE)
			put(slots, mask, index->slots[i]);
	}
	free(index->slots);
	index->slots = slots;
	index->mask = mask;
	return true;
}

bool audit_index_add(struct audit_index *index, uint32_t hash, uint32_t row)
{
	/* At most seven of ten slots are taken. */
	if ((index->slots == NULL || (uint64_t)index->count * 10 >= ((uint64_t)index->mask + 1) * 7) && !grow(index))
		return false;
	put(index->slots, index->mask, (struct audit_slot){ hash, row });
	index->count++;
	return true;
}

uint32_t audit_index_next(const struct audit_index *index, uint32_t hash, uint32_t *probe)
{
	while (index->slots && index->slots[*probe].row != AUDIT_NONE) {
		struct audit_slot slot = index->slots[*probe];
		*probe = (*probe + 1) & index->mask;
		if (slot.hash == hash)
			return slot.row;
	}
	return AUDIT_NONE;
}
