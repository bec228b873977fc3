/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "flow/health.h"

#include <stdbool.h>

/* Whether an account gets any sms. Where nearly all of its answers are failures it gets none for a while, so that these
 * neither use up attempts nor fall in doubt; then a few, until some in a row went well:
 *
 *            nearly all are failures             rest is over
 *   CLOSED ──────────────────────────► OPEN ─────────────────────► HALF_OPEN
 *     ▲                                 ▲                             │  │
 *     │                                 └─ a failure: twice the rest ─┘  │
 *     └──────────────────── BREAKER_GOOD good ones in a row ─────────────┘
 *
 * Answers to what was submitted before the last change of state say nothing. */

#define BREAKER_REST_LEAST_US (2 * US_PER_S)
#define BREAKER_REST_MOST_US  (30 * US_PER_S)
#define BREAKER_WELL_US       (60 * US_PER_S) /* closed for so long: the next rest is the shortest again */
#define BREAKER_GOOD          3

enum breaker_state { BREAKER_CLOSED, BREAKER_HALF_OPEN, BREAKER_OPEN };

/* “closed”, “half_open”, “open”. */
const char *breaker_state_name(enum breaker_state state);

struct breaker {
	enum breaker_state state; /* zero = closed */
	mono_us since;
	mono_us rest;  /* the last one; 0 = none yet */
	unsigned good; /* in a row, while half open */
};

/* Counts an answer to what was submitted at sent_at, in health too. is_bad: nothing came of it, and not by the sms' own
 * fault. now never goes back. True where the state is another one. */
bool breaker_note(struct breaker *breaker, struct health *health, bool is_bad, mono_us sent_at, mono_us now);

/* Ends a rest whose time is over. True where it did. */
bool breaker_turn(struct breaker *breaker, mono_us now);

/* Ends a rest now: somebody says that the account works. True where there was one. */
bool breaker_retry(struct breaker *breaker, mono_us now);

/* When a rest is over; INT64_MAX where there is none. */
mono_us breaker_due(const struct breaker *breaker);
