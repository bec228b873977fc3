/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_states.h"

#include "base/check.h"
#include "fakes/fake_memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define WORDS (SIM_STATES_BITS / 64)

void sim_states_init(struct sim_states *states)
{
	*states = (struct sim_states){ .bits = fake_memory_take(WORDS, sizeof *states->bits) };
}

void sim_states_fini(struct sim_states *states)
{
	free(states->bits);
}

void sim_states_note(struct sim_states *states, uint64_t state)
{
	uint64_t place = sim_states_mix(state, UINT64_C(0xD1B54A32D192ED03)) % SIM_STATES_BITS;
	uint64_t bit = UINT64_C(1) << place % 64;
	states->count += (states->bits[place / 64] & bit) == 0;
	states->bits[place / 64] |= bit;
}

bool sim_states_load(struct sim_states *states, const char *path)
{
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return errno == ENOENT;
	bool is_read = fread(states->bits, sizeof *states->bits, WORDS, file) == WORDS;
	fclose(file);
	states->count = 0;
	for (unsigned i = 0; i < WORDS; i++)
		states->count += (unsigned)__builtin_popcountll(states->bits[i]);
	return is_read;
}

bool sim_states_save(const struct sim_states *states, const char *path)
{
	FILE *file = fopen(path, "wb");
	if (file == NULL)
		return false;
	bool is_written = fwrite(states->bits, sizeof *states->bits, WORDS, file) == WORDS;
	return fclose(file) == 0 && is_written;
}
