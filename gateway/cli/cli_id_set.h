/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* Which ids a file has, and where: 16 octets each, by a hash of 64 bits. That two ids of a hundred million have the same is a chance of
 * one to four thousand. Zero-initialise it. */
struct cli_id_set {
	struct cli_id_slot {
		uint64_t hash;
		uint64_t line; /* 0 = free */
	} * slots;
	uint64_t slot_count; /* a power of two */
	uint64_t count;
};

/* Adds one that stands on a line (from 1 on). before: the line that it stood on already; 0 = it is new. False where there was no memory
 * for it. */
bool cli_id_set_add(struct cli_id_set *set, struct slice id, uint64_t line, uint64_t *before);

void cli_id_set_fini(struct cli_id_set *set);
