/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Which states a simulation has visited, as a set of hashes: a bitmap of fixed size, so that two states that fall on one
 * bit count as one and the count errs downwards. */
struct sim_states {
	uint64_t *bits;
	uint64_t count;
};

#define SIM_STATES_BITS (UINT64_C(1) << 26)

void sim_states_init(struct sim_states *states);
void sim_states_fini(struct sim_states *states);

/* Notes a state. state: any number that stands for it. */
void sim_states_note(struct sim_states *states, uint64_t state);

/* Reads what a former run has saved under path (a file that is not there is an empty one), or saves. False where it can't. */
bool sim_states_load(struct sim_states *states, const char *path);
bool sim_states_save(const struct sim_states *states, const char *path);

/* Mixes a part into a number that stands for a state. */
static inline uint64_t sim_states_mix(uint64_t state, uint64_t part)
{
	uint64_t hash = (state ^ part) * UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 29;
}
