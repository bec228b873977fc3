/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"

/* How what somebody wanted has ended. All but STAFF_OK come with a sentence in err_at; where one outcome has several causes that a
 * page tells apart, err_at.field has a word for the cause. Nothing was changed unless it is STAFF_OK; with STAFF_UNREACHABLE it may have
 * been. */
enum staff_outcome {
	STAFF_OK,
	STAFF_NOT_FOUND,   /* there is no such user, draft, version, … */
	STAFF_EXISTS,      /* there is one already */
	STAFF_CONFLICT,    /* it is not what the caller has seen any more */
	STAFF_OUTDATED,    /* it was made from a version that is not the newest any more */
	STAFF_LOCKED,      /* somebody else edits it */
	STAFF_WRONG_STATE, /* not now: a draft that is not approved can't be published */
	STAFF_OWN_TEXT,    /* nobody approves what they have written themselves */
	STAFF_FORBIDDEN,   /* not with these roles, or not this password */
	STAFF_NEEDS_CODE,  /* the password is right; a code of the second factor is asked for */
	STAFF_INVALID,     /* what was given is wrong */
	STAFF_TOO_SOON,    /* later */
	STAFF_BUSY,        /* others changed it again and again; say it once more */
	STAFF_BROKEN,      /* what lies in Redis is not what this program wrote */
	STAFF_UNREACHABLE, /* Redis does not answer, or refuses */
	STAFF_MEMORY,
	STAFF_OUTCOME_COUNT
};

/* A word for machines (“not_found”). Static storage. */
const char *staff_outcome_name(enum staff_outcome outcome);

/* What an error of the connection to Redis is here. */
enum staff_outcome staff_outcome_of(enum err err);
