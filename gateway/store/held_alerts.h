/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/redis_ask.h"

/* The alerts that are held because nobody knows whether they were sent, for people: read page by page, sent again, or
 * closed. */

#define HELD_ALERTS_PAGE       256
#define HELD_ALERTS_REASON     "held_dropped: it may have reached the phone; somebody decided not to send it again"
#define HELD_ORIGIN_OCTETS_MAX 96 /* a longer member is none of ours, and is left alone */

/* alert is borrowed until the next run of the connection, origin from the page. */
struct held_alert {
	struct slice origin;
	wall_ms since;
	bool is_usable;   /* its body is there; else it can only be dropped */
	uint32_t attempt; /* before the one in doubt */
	struct slice alert;
};

struct held_alerts_page {
	struct held_alert alerts[HELD_ALERTS_PAGE];
	unsigned count;
	bool is_last; /* there is nothing behind it */
	char origins[HELD_ALERTS_PAGE][HELD_ORIGIN_OCTETS_MAX + 1];
};

/* Where a reading stands: zero-initialise it to begin with the oldest. */
struct held_alerts_place {
	wall_ms since;
	char origin[HELD_ORIGIN_OCTETS_MAX + 1];
};

MUST_CHECK enum err held_alerts_count(struct redis_ask *ask, uint64_t *out, struct err_at *at);

/* Reads the next at most HELD_ALERTS_PAGE alerts behind place, oldest first, and moves it behind them. What is taken out
 * or comes meanwhile does not disturb the reading. Errors as redis_ask_run has them. */
MUST_CHECK enum err held_alerts_read(struct redis_ask *ask, struct held_alerts_place *place,
				     struct held_alerts_page *out, struct err_at *at);

/* A page with the one of that origin, or with none. */
MUST_CHECK enum err held_alerts_find(struct redis_ask *ask, struct slice origin, struct held_alerts_page *out,
				     struct err_at *at);

/* One step: begin, add alerts of the page read last, then redis_ask_count, which tells how many were still there. All of
 * it happens or nothing. Resend takes usable ones; drop makes dead letters, and takes with each the line of the event
 * that tells of it. */
void held_alerts_resend_begin(struct redis_ask *ask);
void held_alerts_resend_add(struct redis_ask *ask, const struct held_alert *alert);
void held_alerts_drop_begin(struct redis_ask *ask);
void held_alerts_drop_add(struct redis_ask *ask, const struct held_alert *alert, struct slice event);
