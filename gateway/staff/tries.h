/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "staff/staff_change.h"

/* Passwords that were tried: after some each has to wait for the next, longer and longer up to a minute, right or wrong. Nobody is locked
 * out for good: a user has an own count for where they signed in the last time, which nobody elsewhere adds to, and does not wait for
 * others there. A try is counted before its password is looked at, so that many at a time are no way round; every five minutes one is
 * forgotten. */

#define TRIES_WAIT_MAX_S 60

/* Whom a try is counted for. */
struct tries_place {
	struct slice user;    /* of a valid name; absent = only the address counts */
	struct slice address; /* at most 64 octets */
	bool is_usual_address; /* where the user signed in the last time: counted for itself, so that others can't make the user wait */
};

/* Counts a try. STAFF_TOO_SOON: it was not counted, and the next one is allowed in *wait_s seconds, which is 0 with STAFF_OK and not set
 * with any other outcome. */
MUST_CHECK enum staff_outcome tries_count(struct staff_db *db, const struct tries_place *place, wall_ms now,
					  unsigned *wait_s, struct err_at *at);

/* The try was right: the user begins anew, and for the address it counts no more. Notes so in a change, which watches the keys of
 * tries_keys. */
MUST_CHECK enum staff_outcome tries_forgive(struct staff_change *change, const struct tries_place *place, wall_ms now,
					    struct err_at *at);

#define TRIES_KEYS_MAX    2
#define TRIES_TEXT_OCTETS 128

/* The keys of a place. text: room for one of them. Returns their number. */
unsigned tries_keys(const struct tries_place *place, char text[static TRIES_TEXT_OCTETS],
		    struct redis_key keys[static TRIES_KEYS_MAX]);

/* How long the next try waits after so many. A user has 3 for nothing; an address, which an office may share, 20. */
unsigned tries_wait_s(int64_t count, bool is_address);
