/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "model/entry.h"
#include "store/redis_ask.h"

/* Where alerts wait: all places of the queue are looked through, for people who ask for one. */

enum waiting_place {
	WAITING_ON_LANE, /* nobody has read it yet */
	WAITING_IN_WORK, /* a worker has it */
	WAITING_LATER,   /* until its time: a retry, quiet hours, not_before, a pause, its account is away */
	WAITING_HELD,    /* nobody knows whether it was sent */
};

/* One of them; borrowed for the call. */
struct waiting_alert {
	enum waiting_place place;
	struct entry_key origin;
	struct slice alert;   /* as the producer wrote it */
	uint32_t attempt;     /* tries before */
	struct slice account; /* that it went to last; absent = none yet */
	bool may_be_sent;     /* an attempt was never answered: the phone may have it, or a part of it */
	wall_ms due;          /* of WAITING_LATER: when it comes back */
};

/* Gets those that were asked for by their entry, or whose text has one of the needles in it; whether it is one that is meant its caller finds out. */
typedef void waiting_alerts_visit(void *ctx, const struct waiting_alert *alert);

/* Looks through all lanes, what waits and what is held. needles: octets that stand in what is looked for; count may be 0. origin: of an
 * alert that is looked for by its entry, on any lane; NULL = none. What moves from place to place meanwhile may be met twice, or not at all.
 * Errors as redis_ask_run has them, and ERR_MEMORY. */
MUST_CHECK enum err waiting_alerts_search(struct redis_ask *ask, const struct slice *needles, unsigned count,
					  const struct entry_key *origin, waiting_alerts_visit *visit, void *ctx,
					  struct err_at *at);
