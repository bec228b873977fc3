/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/unmatched.h"

#include "base/hash.h"

#define WAYS 8 /* places that one receipt may lie in */

/* A hash, then the finaliser of splitmix64: the lowest bits choose the place. Never 0. */
static uint64_t key_of(const char *account, struct slice carrier_ref, enum message_state state)
{
	uint64_t hash = hash64(HASH64_START, slice_of(account));
	hash = hash64_octet(hash, (uint8_t)state); /* parts name from reference: no name has such an octet */
	hash = hash64(hash, carrier_ref);
	hash = (hash ^ hash >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	hash = (hash ^ hash >> 27) * UINT64_C(0x94D049BB133111EB);
	hash ^= hash >> 31;
	return hash != 0 ? hash : 1;
}

static size_t first_of(uint64_t key)
{
	return (size_t)(key % (UNMATCHED_PLACES / WAYS)) * WAYS;
}

void unmatched_note(struct unmatched *unmatched, const char *account, struct slice carrier_ref,
		    enum message_state state, mono_us now)
{
	uint64_t key = key_of(account, carrier_ref, state);
	struct unmatched_place *set = &unmatched->places[first_of(key)];
	struct unmatched_place *place = &set[0];
	for (unsigned i = 0; i < WAYS && place->key != key; i++) {
		bool is_better = set[i].key == 0 ? place->key != 0 : place->key != 0 && set[i].at < place->at;
		if (is_better || set[i].key == key)
			place = &set[i];
	}
	*place = (struct unmatched_place){ .key = key, .at = now };
}

bool unmatched_knows(const struct unmatched *unmatched, const char *account, struct slice carrier_ref,
		     enum message_state state, mono_us now)
{
	uint64_t key = key_of(account, carrier_ref, state);
	const struct unmatched_place *set = &unmatched->places[first_of(key)];
	for (unsigned i = 0; i < WAYS; i++)
		if (set[i].key == key)
			return now - set[i].at < UNMATCHED_SPAN_US;
	return false;
}
