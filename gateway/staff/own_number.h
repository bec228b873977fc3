/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/msisdn.h"
#include "staff/actor.h"
#include "staff/staff_db.h"

/* The number that a user gets tests of texts at. It is the user's as soon as a code that was sent there comes back. */

#define OWN_NUMBER_CODE_OCTETS 7 /* six digits and a NUL */
#define OWN_NUMBER_CODE_MS     (INT64_C(10) * 60 * MS_PER_S)
#define OWN_NUMBER_TRIES       5
#define OWN_NUMBER_PAUSE_MS    (INT64_C(60) * MS_PER_S) /* between two codes */
#define OWN_NUMBER_ASKS        5                        /* codes in 24 h, so that nobody's phone is flooded */

/* Makes a code for a number. The caller sends it there, and forgets it (password_forget). actor: the user. code: set with STAFF_OK only.
 * STAFF_TOO_SOON: one was sent a moment ago, or too many today. Audited as number.ask, masked. */
MUST_CHECK enum staff_outcome own_number_ask(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
					     const struct msisdn *number, char code[static OWN_NUMBER_CODE_OCTETS],
					     struct err_at *at);

/* The code that the user has got; blanks in it do no harm. Then the number is the user's. STAFF_INVALID: it is another one;
 * STAFF_WRONG_STATE: there is none to be proven, it is too old, or was tried too often. Audited as number.prove. */
MUST_CHECK enum staff_outcome own_number_prove(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
					       struct slice code, struct err_at *at);

/* The number of a user as kept; "" = none that is proven. Borrowed from user. */
const char *own_number_of(const json_t *user);
