/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"

#include <stdbool.h>

/* What a worker knows of the store's clock. An answer was made after its question left and before it came, so each tells two
 * bounds of how far the own clock is ahead of the store's. The truth lies within all of them: one quick answer makes up for many
 * slow ones.
 *
 *      asked ├──────── answer made, at “at” ────────┤ now        own clock − store's clock: from asked − at to now − at */

struct store_clock {
	bool is_known;
	mono_us low, high; /* bounds of own − store's, as of noted_at */
	mono_us noted_at;
	mono_us way; /* how long an answer takes, nearly at most */
};

#define STORE_CLOCK_WAY_MOST_US (150 * US_PER_MS)

/* An answer made at “at” (store's clock, which may tick in milliseconds) to what was asked at asked_at came at now. Where the
 * bounds contradict those before, one of the clocks was set: they count alone. */
void store_clock_note(struct store_clock *clock, mono_us asked_at, mono_us at, mono_us now);

/* The store is another one, or was away: nothing is known but how long answers took. */
void store_clock_forget(struct store_clock *clock);
