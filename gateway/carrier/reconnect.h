/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/rng.h"

#include <stdbool.h>

/* How long a link waits before it connects again: longer each time, until it is bound. A bind that is refused as wrong
 * may yet be a passing trouble of the carrier's, since some statuses stand for anything at all; after five in a row a
 * human is called, and the link goes on trying, ever more rarely, so that it is neither lost nor locked out. */

#define RECONNECT_REJECTED_MAX 5

/* All larger than 0. */
struct reconnect_options {
	mono_us min_us; /* the first wait at most; doubles */
	mono_us max_us;
	mono_us refused_max_us; /* in place of max_us once a human is called; at least max_us */
};

/* Of one link; starts zeroed. */
struct reconnect {
	mono_us span;      /* what the last wait was at most; 0 = it was bound since */
	unsigned rejected; /* binds that were refused as wrong since it was bound */
};

/* The link is bound. */
void reconnect_bound(struct reconnect *reconnect);

/* Its bind was refused as wrong. */
void reconnect_rejected(struct reconnect *reconnect);

/* Whether a human is needed. */
bool reconnect_is_refused(const struct reconnect *reconnect);

/* The next wait, drawn at random above a tenth of its bound, so that a carrier that is down is neither hammered nor met
 * by all links at once. */
mono_us reconnect_wait(struct reconnect *reconnect, const struct reconnect_options *options, struct rng *rng);
