/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* A small seeded generator (xoshiro256**) for jitter and simulations: one seed, one sequence. Not for secrets. */
struct rng {
	uint64_t state[4];
};

/* Seeds the generator; any seed is fine. */
void rng_seed(struct rng *rng, uint64_t seed);

/* The next 64 bits. */
uint64_t rng_next(struct rng *rng);

/* A number in [0, bound), without bias worth speaking of. bound >= 1. */
uint64_t rng_below(struct rng *rng, uint64_t bound);
