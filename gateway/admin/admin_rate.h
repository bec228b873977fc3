/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"

#include <stdint.h>

/* How fast a counter grew within the last minute. */

#define ADMIN_RATE_SAMPLES 61 /* one a second, and the one from which the first second counts */

struct admin_rate {
	struct admin_rate_sample {
		mono_us at;
		uint64_t total;
	} samples[ADMIN_RATE_SAMPLES];
	unsigned count; /* taken so far, at most all */
	unsigned next;
};

/* Takes a sample; call it once a second. rate: zeroed before the first. total: what was counted since the start. */
void admin_rate_note(struct admin_rate *rate, mono_us now, uint64_t total);

/* Mean growth a second over the samples kept; 0 where there are not yet two. */
double admin_rate_per_s(const struct admin_rate *rate);
