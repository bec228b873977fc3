/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/pause.h"
#include "store/redis_ask.h"

/* What is paused, for people. A field names it, as model/pause.h writes a pause. */

#define PAUSES_STEP 500 /* alerts brought forward at once */

struct paused {
	struct slice field; /* borrowed until the next run of the connection */
	struct pause_note note;
};

/* Pauses field. was_paused: set where it was already; then it keeps its time and name. out: as it is now. who: at most
 * PAUSE_WHO_MAX octets. ERR_FULL: as much is paused as can be; the other errors, here and below, as redis_ask_run has
 * them. */
MUST_CHECK enum err pauses_add(struct redis_ask *ask, struct slice field, struct slice who, bool *was_paused,
			       struct paused *out, struct err_at *at);

/* Ends the pause of field: alerts that come from now on go. was_paused: whether there was one. */
MUST_CHECK enum err pauses_remove(struct redis_ask *ask, struct slice field, bool *was_paused, struct err_at *at);

/* How many alerts wait because of field; some may be settled by now. */
MUST_CHECK enum err pauses_waiting(struct redis_ask *ask, struct slice field, uint64_t *out, struct err_at *at);

/* How many alerts are on the queue: on its streams, those in work included, and in “later”. */
MUST_CHECK enum err pauses_queued(struct redis_ask *ask, uint64_t *out, struct err_at *at);

/* Everything that is paused, each told to visit. */
MUST_CHECK enum err pauses_each(struct redis_ask *ask, void (*visit)(void *ctx, const struct paused *pause), void *ctx,
				struct err_at *at);

/* A walk through the alerts that a pause which is over made wait, step by step. Zero-initialise it. */
struct pauses_walk {
	char cursor[24];
	uint64_t released;    /* they go on at once */
	uint64_t absent;      /* they do not wait any more, or not yet */
	bool is_over;         /* all were looked at; begin a new walk to look again */
	bool is_paused_again; /* somebody paused it meanwhile: nothing more is brought forward */
	bool forgets;         /* set by the caller: those that do not wait are forgotten */
};

/* The next step of the walk: about PAUSES_STEP alerts. Safe to interrupt and to begin anew. */
MUST_CHECK enum err pauses_release(struct redis_ask *ask, struct slice field, struct pauses_walk *walk,
				   struct err_at *at);
