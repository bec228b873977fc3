/* SPDX-License-Identifier: Apache-2.0 */
#include "store/key_set.h"

#include <stdlib.h>

#define FIRST_SLOTS 256

static bool is_free(const struct entry_key *slot)
{
	return slot->ms == 0 && slot->seq == 0;
}

static size_t place_of(const struct key_set *set, const struct entry_key *key)
{
	size_t at = (size_t)entry_key_hash(key) & (set->slot_count - 1);
	while (!is_free(&set->slots[at]) && !entry_key_equal(&set->slots[at], key))
		at = (at + 1) & (set->slot_count - 1);
	return at;
}

static enum err grow(struct key_set *set)
{
	struct key_set bigger = { .slot_count = set->slot_count ? set->slot_count * 2 : FIRST_SLOTS };
	bigger.slots = calloc(bigger.slot_count, sizeof *bigger.slots);
	if (bigger.slots == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < set->slot_count; i++) {
		if (!is_free(&set->slots[i])) {
			bigger.slots[place_of(&bigger, &set->slots[i])] = set->slots[i];
			bigger.count++;
		}
	}
	free(set->slots);
	*set = bigger;
	return ERR_OK;
}

enum err key_set_add(struct key_set *set, const struct entry_key *key)
{
	if (is_free(key) || key_set_has(set, key))
		return ERR_OK;
	if ((set->count + 1) * 2 > set->slot_count) {
		enum err err = grow(set);
		if (err != ERR_OK)
			return err;
	}
	set->slots[place_of(set, key)] = *key;
	set->count++;
	return ERR_OK;
}

bool key_set_has(const struct key_set *set, const struct entry_key *key)
{
	return set->count > 0 && !is_free(&set->slots[place_of(set, key)]);
}

void key_set_remove(struct key_set *set, const struct entry_key *key)
{
	if (!key_set_has(set, key))
		return;
	size_t hole = place_of(set, key);
	set->slots[hole] = (struct entry_key){ .ms = 0 };
	set->count--;
	/* What follows in the same run was put there because the hole was taken: put it again. */
	for (size_t at = (hole + 1) & (set->slot_count - 1); !is_free(&set->slots[at]);
	     at = (at + 1) & (set->slot_count - 1)) {
		struct entry_key moved = set->slots[at];
		set->slots[at] = (struct entry_key){ .ms = 0 };
		set->slots[place_of(set, &moved)] = moved;
	}
}

void key_set_each(const struct key_set *set, void (*visit)(void *ctx, const struct entry_key *key), void *ctx)
{
	for (size_t i = 0; i < set->slot_count; i++) {
		if (!is_free(&set->slots[i]))
			visit(ctx, &set->slots[i]);
	}
}

void key_set_fini(struct key_set *set)
{
	free(set->slots);
	*set = (struct key_set){ .slots = NULL };
}
