/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* Time enters a worker once per loop turn and is handed down by value; nothing below reads a clock. */
typedef int64_t mono_us; /* monotonic, microseconds since an arbitrary start; survives clock jumps */
typedef int64_t wall_ms; /* Unix time in milliseconds, UTC; 0 = absent where a field is optional */

struct now {
	mono_us mono; /* for deadlines, rates, latencies */
	wall_ms wall; /* for expiry, events, anything that people or other machines read */
};

#define US_PER_MS 1000
#define US_PER_S  1000000
#define MS_PER_S  1000
