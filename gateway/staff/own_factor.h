/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "staff/actor.h"
#include "staff/staff_db.h"
#include "staff/totp.h"

/* The second factor of a user: an app on the phone that makes codes (staff/totp.h). It is the user's as soon as a code of it comes back;
 * from then on nobody signs in as that user without one. Who has lost the phone has the user reset (user_reset). */

/* Makes a secret for the user's app, in place of one that was asked for and not proven; a proven one stays until the new one is. code: one of
 * the app that the user has now; absent where there is none. actor: the user. secret: set with STAFF_OK only; told once, then
 * password_forget. wait_s: set with STAFF_TOO_SOON, which tries have as in sign_in. STAFF_INVALID: the code is wrong or not given. Audited
 * as factor.ask, or factor.refused. */
MUST_CHECK enum staff_outcome own_factor_ask(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
					     struct slice code, char secret[static TOTP_SECRET_OCTETS],
					     unsigned *wait_s, struct err_at *at);

/* A code that the new app has made: then the factor is the user's. STAFF_INVALID: it is not of that secret; STAFF_WRONG_STATE: none was
 * asked for. Audited as factor.prove. */
MUST_CHECK enum staff_outcome own_factor_prove(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
					       struct slice code, struct err_at *at);

/* Whether a user, as kept, has one. */
bool own_factor_is_set(const json_t *user);
