/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdint.h>

/* Where an alert lies in the queue. Lanes are the streams that workers read. */
enum lane {
	LANE_URGENT,
	LANE_NORMAL,
	LANE_BULK,
	LANE_READY, /* internal: alerts that come back from waiting; producers never write here */
	LANE_COUNT
};

/* Name of a lane (“urgent”). */
const char *lane_name(enum lane lane);

/* The lane of a name. False where there is none. */
bool lane_parse(struct slice name, enum lane *out);

/* One entry of one stream. Ids are unique within a stream only, so the lane belongs to the identity. */
struct entry_key {
	uint64_t ms;
	uint64_t seq;
	enum lane lane;
};

/* True where both name the same entry. */
static inline bool entry_key_equal(const struct entry_key *a, const struct entry_key *b)
{
	return a->ms == b->ms && a->seq == b->seq && a->lane == b->lane;
}

/* The order of ids within one stream: negative where a came before b, 0 where they are the same, else positive. */
static inline int entry_id_compare(const struct entry_key *a, const struct entry_key *b)
{
	if (a->ms != b->ms)
		return a->ms < b->ms ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* A hash of the key, well spread in all bits. */
static inline uint64_t entry_key_hash(const struct entry_key *key)
{
	uint64_t h = key->ms * 0x9E3779B97F4A7C15u ^ (key->seq + (uint64_t)key->lane) * 0xC2B2AE3D27D4EB4Fu;
	return (h ^ h >> 32) * 0x9E3779B97F4A7C15u;
}

#define ENTRY_ID_OCTETS  44 /* “18446744073709551615-18446744073709551615” and a NUL */
#define ENTRY_KEY_OCTETS 56 /* the id, “@” and a lane's name, and a NUL */

/* Writes the id as the queue has it (“1739404800000-7”), NUL-terminated. out: ENTRY_ID_OCTETS. Returns the length. */
size_t entry_id_format(const struct entry_key *key, char *out);

/* Writes id and lane (“1739404800000-7@normal”), NUL-terminated. out: ENTRY_KEY_OCTETS. Returns the length. */
size_t entry_key_format(const struct entry_key *key, char *out);

#define ENTRY_SHORT_OCTETS 32

/* Writes the key as short as text can be (“m73v4x0o.7n”: base 36, the lane's first letter), NUL-terminated; for values of
 * which there are millions. out: ENTRY_SHORT_OCTETS. Returns the length. */
size_t entry_key_format_short(const struct entry_key *key, char *out);

/* Parses “ms-seq”; lane is taken as given. False where it is malformed. */
bool entry_id_parse(struct slice text, enum lane lane, struct entry_key *out);

/* Parses “ms-seq@lane”. False where it is malformed. */
bool entry_key_parse(struct slice text, struct entry_key *out);
