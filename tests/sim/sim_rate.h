/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

/* Watches that segments never go faster than a rate: in any second at most rate + a tenth of it, plus slack. */

#define SIM_RATE_MAX 8192 /* segments remembered */

struct sim_rate {
	mono_us times[SIM_RATE_MAX];
	uint64_t count;
	unsigned most; /* segments in any second so far */
};

/* One segment went at now. Returns how many went in the second that ends with it. */
unsigned sim_rate_note(struct sim_rate *rate, mono_us now);
