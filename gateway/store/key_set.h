/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "model/entry.h"

/* A set of entry keys, for the intents of consumers that died: filled at once, asked and emptied one by one. */
struct key_set {
	struct entry_key *slots; /* a slot that is free has ms 0 and seq 0: Redis never gives the id 0-0 */
	size_t slot_count;       /* a power of two, or 0 */
	size_t count;
};

/* Adds a key; adding it twice is harmless. ERR_MEMORY leaves the set as it was. */
MUST_CHECK enum err key_set_add(struct key_set *set, const struct entry_key *key);

bool key_set_has(const struct key_set *set, const struct entry_key *key);

/* Removes a key; harmless where it is not there. */
void key_set_remove(struct key_set *set, const struct entry_key *key);

/* Calls visit for each key. */
void key_set_each(const struct key_set *set, void (*visit)(void *ctx, const struct entry_key *key), void *ctx);

/* Frees the memory and leaves an empty set. */
void key_set_fini(struct key_set *set);
