/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

/* How fast things came and went within about the last half minute, from two counters that only ever grow and are looked at about
 * once a second.
 *
 *      │◄──────────── TREND_SPAN ────────────►│
 *   ·  ●  ●  ●  ●  ●  ●  ●  ●  ●  ●  ●  ●  ●  ● newest      · too old
 *
 * The rates are those between the two ends. Where a counter goes back (the store has lost data, a process was started anew), where the
 * clock does, and where nothing was heard for TREND_GAP, what was before says nothing about now: it starts afresh. */

#define TREND_SPAN_US  (30 * US_PER_S)
#define TREND_LEAST_US (5 * US_PER_S)  /* looked at for less than this, nothing is said */
#define TREND_GAP_US   (10 * US_PER_S) /* between two looks, at most */
#define TREND_STEP_US  (US_PER_S / 2)  /* a look that comes earlier after the last one is passed over */
#define TREND_SAMPLES  61

struct trend {
	struct trend_sample {
		mono_us at;
		uint64_t added;
		uint64_t left;
	} samples[TREND_SAMPLES];
	unsigned count; /* of those in use */
	unsigned next;
};

struct trend_rates {
	bool is_known;      /* else both are 0 */
	double added_per_s; /* never negative, always finite */
	double left_per_s;  /* likewise */
};

/* Forgets everything. A zeroed trend is one that knows nothing. */
void trend_forget(struct trend *trend);

/* Takes a look. now: of a clock that should never go back. added, left: counted since ever, of any unit. */
void trend_note(struct trend *trend, mono_us now, uint64_t added, uint64_t left);

/* The rates; not known where the looks span less than TREND_LEAST, or where the last one is TREND_GAP ago or more. */
struct trend_rates trend_rates(const struct trend *trend, mono_us now);

/* True where, at some look of the last TREND_LEAST, as much had left as was added: nothing was there. */
bool trend_was_empty(const struct trend *trend);
