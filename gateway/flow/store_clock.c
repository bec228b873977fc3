/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/store_clock.h"

#define DRIFT_PARTS 1000      /* two clocks part by less than one part in so many */
#define TICK_US     US_PER_MS /* the store's clock may be behind itself by so much */
#define WAY_FADES   8         /* a slow answer is forgotten by one part of so many with each faster one */

static void note_way(struct store_clock *clock, mono_us way)
{
	clock->way = way > clock->way ? way : clock->way - (clock->way - way) / WAY_FADES;
	if (clock->way > STORE_CLOCK_WAY_MOST_US)
		clock->way = STORE_CLOCK_WAY_MOST_US;
}

void store_clock_note(struct store_clock *clock, mono_us asked_at, mono_us at, mono_us now)
{
	mono_us low = asked_at - at - TICK_US, high = now - at;
	note_way(clock, now - asked_at);
	if (clock->is_known) {
		mono_us drift = (now - clock->noted_at) / DRIFT_PARTS + 1;
		mono_us low_before = clock->low - drift, high_before = clock->high + drift;
		bool agrees = low <= high_before && low_before <= high;
		if (agrees && low_before > low)
			low = low_before;
		if (agrees && high_before < high)
			high = high_before;
	}
	*clock = (struct store_clock){ true, low, high, now, clock->way };
}

void store_clock_forget(struct store_clock *clock)
{
	clock->is_known = false;
}
