/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sim/sim_sums.h"

struct sim_run_options {
	struct sim_scale scale;
	uint64_t steps; /* of trouble; a small world has its own measure */
	bool is_loud;
	bool is_quiet;
};

/* Worlds one after the other. */
struct sim_run {
	struct sim_run_options options;
	struct sim_sums sums;
	struct sim_states worlds;
	struct sim_states workers;
	char failure[400]; /* of the last world that failed */
};

void sim_run_init(struct sim_run *run, const struct sim_run_options *options);
void sim_run_fini(struct sim_run *run);

/* Runs the world of a seed: trouble, healing, the checks, the end of all workers. False where a promise broke. */
bool sim_run_seed(struct sim_run *run, uint64_t seed);

/* States visited by former runs are taken in, or those of all so far are kept, in path.world and path.worker. */
bool sim_run_load(struct sim_run *run, const char *path);
bool sim_run_save(const struct sim_run *run, const char *path);
