/* SPDX-License-Identifier: Apache-2.0 */
#include "model/submit.h"

#include "base/hash.h"

/* A hash, folded to 16 bits: neighbouring entries get numbers far apart. */
uint16_t submit_user_reference(const struct submit_key *key)
{
	const uint64_t parts[] = { key->origin.ms, key->origin.seq, (uint64_t)key->origin.lane << 8 | key->segment };
	uint64_t hash = HASH64_START;
	for (unsigned i = 0; i < 8 * sizeof parts / sizeof parts[0]; i++)
		hash = hash64_octet(hash, (uint8_t)(parts[i / 8] >> 8 * (i % 8)));
	uint16_t folded = (uint16_t)(hash ^ hash >> 16 ^ hash >> 32 ^ hash >> 48);
	return folded != 0 ? folded : 1;
}
