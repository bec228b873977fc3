/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/receipt_slots.h"

#include <stdlib.h>

struct place {
	struct receipt_slot slot;
	uint32_t generation; /* of its use: grows when it is freed */
	uint32_t next_free;  /* count = none */
	bool in_use;
};

struct receipt_slots {
	uint32_t count;
	uint32_t first_free;
	struct place places[];
};

struct receipt_slots *receipt_slots_create(unsigned count)
{
	struct receipt_slots *slots = calloc(1, sizeof *slots + count * sizeof slots->places[0]);
	if (slots == NULL)
		return NULL;
	slots->count = count;
	for (uint32_t i = 0; i < count; i++)
		slots->places[i].next_free = i + 1;
	return slots;
}

void receipt_slots_destroy(struct receipt_slots *slots)
{
	free(slots);
}

/* generation (32 bits) | place (32) */
bool receipt_slots_keep(struct receipt_slots *slots, const struct receipt_slot *slot, uint64_t *token)
{
	if (slots->first_free == slots->count)
		return false;
	struct place *place = &slots->places[slots->first_free];
	*token = (uint64_t)place->generation << 32 | slots->first_free;
	slots->first_free = place->next_free;
	place->slot = *slot;
	place->in_use = true;
	return true;
}

bool receipt_slots_take(struct receipt_slots *slots, uint64_t token, struct receipt_slot *out)
{
	uint32_t index = (uint32_t)token;
	if (index >= slots->count)
		return false;
	struct place *place = &slots->places[index];
	if (!place->in_use || place->generation != (uint32_t)(token >> 32))
		return false;
	*out = place->slot;
	place->in_use = false;
	place->generation++;
	place->next_free = slots->first_free;
	slots->first_free = index;
	return true;
}
