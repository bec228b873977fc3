/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

/* Whether an account that is up does its work: by the share of its answers in the last moments that were failures. A
 * failing one is put behind others, so that its answers become few, are forgotten, and it is tried again.
 *
 *      │◄── HEALTH_SPAN ──►│◄── so far ──►│
 *      ├─── span before ───┼── this span ─┤ now
 */

#define HEALTH_SPAN_US    (10 * US_PER_S)
#define HEALTH_LEAST      20 /* answers, before their share says anything */
#define HEALTH_BAD_SHARE  2  /* failing: one of so many answers, or more, is a failure */
#define HEALTH_GOOD_SHARE 10 /* broken: at most one of so many is none */

/* An account that is to be left alone for so long comes behind others too; a shorter rest is a matter of pace, for which nobody
 * else gets more than its share. */
#define HEALTH_LONG_REST_US (3 * US_PER_S)

struct health {
	mono_us since; /* begin of this span */
	struct health_count {
		uint64_t all;
		uint64_t bad;
	} current, before;
};

/* Counts an answer. is_bad: nothing came of it, and not by the sms' own fault. now never goes back. */
void health_note(struct health *health, bool is_bad, mono_us now);

/* True where too many of the answers of this span and the one before it are bad. */
bool health_is_failing(struct health *health, mono_us now);

/* True where nearly all of them are. */
bool health_is_broken(struct health *health, mono_us now);
