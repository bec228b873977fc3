/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

/* Bugs that can be planted in the fakes: each misbehaves as a wrong implementation would, so that a simulation can show
 * that it would find it. */
enum fake_plant {
	PLANT_NONE,
	PLANT_SETTLE_BEFORE_OUTCOME, /* a submit counts as accepted as soon as it is written */
	PLANT_DEDUPE_WITHOUT_ORIGIN, /* any id that was seen is a duplicate, also one's own */
	PLANT_RETRY_LOSES_ORIGIN,    /* what comes back from waiting is taken for a new alert */
	PLANT_INTENT_AFTER_OCTETS,   /* BEGIN writes down only what the one before it began */
	PLANT_CANCEL_FORGOTTEN,      /* the look-out goes on behind a broken connection, without what it had found */
	PLANT_MOVER_NOT_ATOMIC,      /* what comes back is taken out of `later` a step later */
	PLANT_ADOPT_WITHOUT_FENCE,   /* who was taken for dead may go on */
	PLANT_CAREFUL_TAKES_ALL,     /* a fenced worker's later and dead take what the new owner has */
	PLANT_LATE_CLOSES_TWICE,     /* a late answer closes an alert that goes on waiting */
	PLANT_EACH_ITS_OWN_RATE,     /* every worker is lent the whole rate */
	PLANT_OPTOUT_FORGOTTEN,      /* BEGIN does not look at the opt-out list */
	PLANT_CAP_FORGOTTEN,         /* nor at what a number has got */
	PLANT_BUDGET_OF_A_BATCH,     /* SETTLE says of a tenant only what this batch used */
	PLANT_BUDGET_COUNTS_AGAIN,   /* what is settled again counts again */
	PLANT_EACH_ITS_OWN_BINDS,    /* every worker may have all links that an account permits */
	PLANT_BIND_TAKEN_TOO_EARLY,  /* a link that is to end counts as ended */
	PLANT_COUNT
};

/* Name of a plant (“cancel-forgotten”); "none" for PLANT_NONE. */
const char *fake_plant_name(enum fake_plant plant);

/* The plant of a name; PLANT_COUNT where there is none. */
enum fake_plant fake_plant_parse(struct slice name);
