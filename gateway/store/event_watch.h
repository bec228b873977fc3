/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/entry.h"
#include "store/redis_ask.h"

/* A look at the stream of events, for people: from where it began, step by step. Nothing is acknowledged and nobody is a reader. Errors as
 * redis_ask_run has them. */
struct event_watch {
	char after[ENTRY_ID_OCTETS]; /* the last entry that was looked at */
};

/* What comes from now on is looked at. */
MUST_CHECK enum err event_watch_begin(struct redis_ask *ask, struct event_watch *watch, struct err_at *at);

/* What came since an instant (of Redis' clock) is looked at; 0 = all that is kept. */
void event_watch_from(struct event_watch *watch, wall_ms since);

/* Gets one event, a JSON object, borrowed for the call. */
typedef void event_watch_visit(void *ctx, struct slice event);

/* Visits the next events, those of some hundred entries at most. more: there are probably more behind them. */
MUST_CHECK enum err event_watch_step(struct redis_ask *ask, struct event_watch *watch, event_watch_visit *visit,
				     void *ctx, bool *more, struct err_at *at);
