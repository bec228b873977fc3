/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/entry.h"
#include "store/redis_ask.h"

/* Alerts that people add, for the command line. Errors as redis_ask_run has them; after ERR_IO they may be on the queue or not, and
 * adding them once more with the same ids is safe. */

#define ADDITIONS_BATCH 500

/* Adds count 1…ADDITIONS_BATCH alerts (JSON, checked) to a producers' lane, all of them or none. last: the last one's entry. */
MUST_CHECK enum err additions_put(struct redis_ask *ask, enum lane lane, const struct slice *alerts, unsigned count,
				  char last[static ENTRY_ID_OCTETS], struct err_at *at);

/* A look at the events, from where it began. */
struct additions_watch {
	char after[ENTRY_ID_OCTETS]; /* the last one that was looked at; "0-0" = none */
};

/* What comes from now on is looked at. */
MUST_CHECK enum err additions_watch_begin(struct redis_ask *ask, struct additions_watch *watch, struct err_at *at);

/* Visits each event that came since, one JSON object, borrowed for the call. */
MUST_CHECK enum err additions_watch_step(struct redis_ask *ask, struct additions_watch *watch,
					 void (*visit)(void *ctx, struct slice event), void *ctx, struct err_at *at);
