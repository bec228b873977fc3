/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/rng.h"

#include <stdbool.h>
#include <stddef.h>

/* The choices of one run. At each point where a run may go on in several ways it asks here; 0 is the usual way, anything
 * else a deviation. Few deviations explain most faults, so that all paths with so many are walked through, depth first. */

#define EXPLORER_PATH_MAX 1200

enum explorer_path_mode {
	EXPLORER_PATH_ALL,    /* every path with at most `depth` deviations */
	EXPLORER_PATH_SEEDED, /* deviations as a seed has them */
	EXPLORER_PATH_GIVEN,  /* one case again */
};

struct explorer_path {
	enum explorer_path_mode mode;
	unsigned depth;
	struct rng rng;
	unsigned one_in; /* seeded: a deviation at one of so many points, the mean */
	unsigned taken[EXPLORER_PATH_MAX];
	unsigned count[EXPLORER_PATH_MAX];
	unsigned given; /* points whose choice is given: the first ones */
	unsigned at;
};

/* All paths: the first one. */
void explorer_path_first(struct explorer_path *path, unsigned depth);

/* All paths: the next one after a run. False where there is none. */
bool explorer_path_next(struct explorer_path *path);

/* The path of a seed with up to depth deviations. */
void explorer_path_seed(struct explorer_path *path, uint64_t seed, unsigned depth);

/* One case again: “12=3,40=1”, point and choice. False where it is malformed. */
bool explorer_path_parse(struct explorer_path *path, const char *text);

/* Begins a run. */
void explorer_path_start(struct explorer_path *path);

/* One of count ways (at least 1). */
unsigned explorer_path_choose(struct explorer_path *path, unsigned count);

/* The deviations of the run, as explorer_path_parse reads them; “-” where there are none. */
void explorer_path_format(const struct explorer_path *path, char *out, size_t cap);
