/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"

/* How much an account's carrier takes at once, learnt from its answers: a window of segments that may be out, beside what
 * its links admit. It grows while it is used and all goes well, twice as large in a round of answers at first, then by an
 * eighth. An answer “too fast” means a pause, then one segment alone to see whether it is over; the pause doubles as long as
 * it is not, so that a carrier that refuses everything for a while gets a handful of segments, and is back soon:
 *
 *   window
 *      │        ╱│                    ╱───
 *      │     ╱   │               ╱ threshold
 *      │   ╱     │            ╱
 *      │ ╱       │pause ·  pause  · ╱
 *      └─────────┴──────┴─────────┴──────────► time
 *
 * Answers to what was out when it was cut say nothing new. */

#define CONGESTION_FIRST          16 /* segments, before anything is known */
#define CONGESTION_PAUSE_LEAST_US (100 * US_PER_MS)
#define CONGESTION_PAUSE_MOST_US  US_PER_S
#define CONGESTION_SLOW_US        (5 * US_PER_S) /* an answer that takes so long: less is to be out */

struct congestion {
	unsigned window;
	unsigned threshold; /* where it grows fast no more */
	unsigned ceiling;   /* so many out were too many the last time; 0 = never */
	unsigned accepted;  /* above the threshold, since it last grew */
	mono_us paused_until;
	mono_us pause;  /* the last one; 0 = it is over, and all goes well */
	mono_us cut_at; /* what was submitted before does not count … */
	unsigned stale; /* … and has no place: so many of it are out still */
};

void congestion_init(struct congestion *congestion);

/* Segments that may leave now. out: those that are with the carrier. */
unsigned congestion_room(const struct congestion *congestion, unsigned out, mono_us now);

/* A segment was accepted. out: those with the carrier, itself included, so at least 1; sent_at: when it was submitted. */
void congestion_accepted(struct congestion *congestion, unsigned out, mono_us sent_at, mono_us now);

/* The carrier said “too fast”, or that its queue is full. out, sent_at: as above. */
void congestion_throttled(struct congestion *congestion, unsigned out, mono_us sent_at, mono_us now);

/* There was no answer in time. */
void congestion_unanswered(struct congestion *congestion, unsigned out, mono_us sent_at, mono_us now);

/* It was refused for a reason that says nothing of the pace, or never left: it is out no more. */
void congestion_refused(struct congestion *congestion, unsigned out, mono_us sent_at);

/* The carrier says for how long it wants nothing. */
void congestion_rest(struct congestion *congestion, mono_us span_us, mono_us now);

/* Nothing that was learnt counts: it begins with one segment. out: those with the carrier, of which nothing is learnt
 * either. */
void congestion_restart(struct congestion *congestion, unsigned out, mono_us now);
