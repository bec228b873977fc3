/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_id_set.h"

#include "base/hash.h"

#include <stdlib.h>

#define FIRST_SLOTS 1024

/* Stirred, since its low bits are weak. */
static uint64_t hash_of(struct slice id)
{
	uint64_t hash = hash64(HASH64_START, id);
	return hash ^ hash >> 32;
}

static struct cli_id_slot *place_of(const struct cli_id_set *set, uint64_t hash)
{
	uint64_t at = hash & (set->slot_count - 1);
	while (set->slots[at].line != 0 && set->slots[at].hash != hash)
		at = (at + 1) & (set->slot_count - 1);
	return &set->slots[at];
}

static bool grow(struct cli_id_set *set)
{
	struct cli_id_set bigger = { .slot_count = set->slot_count ? set->slot_count * 2 : FIRST_SLOTS,
				     .count = set->count };
	bigger.slots = calloc(bigger.slot_count, sizeof *bigger.slots);
	if (bigger.slots == NULL)
		return false;
	for (uint64_t i = 0; i < set->slot_count; i++) {
		if (set->slots[i].line != 0)
			*place_of(&bigger, set->slots[i].hash) = set->slots[i];
	}
	free(set->slots);
	*set = bigger;
	return true;
}

bool cli_id_set_add(struct cli_id_set *set, struct slice id, uint64_t line, uint64_t *before)
{
	*before = 0;
	if ((set->count + 1) * 4 > set->slot_count * 3 && !grow(set))
		return false;
	uint64_t hash = hash_of(id);
	struct cli_id_slot *slot = place_of(set, hash);
	*before = slot->line;
	if (slot->line != 0)
		return true;
	*slot = (struct cli_id_slot){ hash, line };
	set->count++;
	return true;
}

void cli_id_set_fini(struct cli_id_set *set)
{
	free(set->slots);
	*set = (struct cli_id_set){ .slots = NULL };
}
