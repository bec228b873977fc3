/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sim/sim_world.h"

/* What many worlds together went through. */
struct sim_sums {
	uint64_t runs;
	uint64_t failed;
	uint64_t alerts;
	unsigned alerts_least; /* of one run, as are the next ones */
	unsigned workers_least;
	unsigned faults_least; /* drains are none */
	uint64_t heal_steps_most;
	uint64_t steps;
	uint64_t closings[CLOSING_COUNT];
	uint64_t accepted; /* segments */
	uint64_t duplicates;
	uint64_t elsewhere; /* times that one went over another account */
	uint64_t held;      /* times that one was held */
	uint64_t put_off;   /* to another day */
	uint64_t skips;     /* of time, when all that was left waited for one */
	uint64_t faults[SIM_FAULT_COUNT];
	uint64_t fences;
	uint64_t refused;
	uint64_t pauses;
	uint64_t simulated_us;
	uint64_t calm_turns;
};

/* Adds what a world went through. */
void sim_sums_add(struct sim_sums *sums, const struct sim_world *world, uint64_t heal_steps);

/* Prints them on stdout. states: what was visited. */
void sim_sums_print(const struct sim_sums *sums, const struct sim_states *worlds, const struct sim_states *workers);
