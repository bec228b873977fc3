/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "staff/actor.h"
#include "staff/session.h"
#include "staff/totp.h"

/* The second factor of a user: an app on the phone that makes codes (staff/totp.h). It is the user's as soon as a code of it comes back;
 * from then on nobody signs in as that user without one, and no session goes on that was opened before. Who has lost the phone has the
 * user reset (user_reset). */

#define OWN_FACTOR_ASK_MS (INT64_C(10) * 60 * MS_PER_S) /* for so long a session is told the same secret again */

/* Who asks, or proves. */
struct own_factor_request {
	const struct staff_actor *actor; /* the user */
	struct slice session;            /* its id */
	struct slice agent;              /* what the browser says that it is */
	struct slice code;               /* absent = none was given */
};

/* Makes a secret for the user's app; a proven one stays until the new one is. request->code: one of the app that the user has now, absent
 * where there is none. Only the session that asked can prove it; asked once more (in another window) it is told the same. secret: set
 * with STAFF_OK only; told, then password_forget. wait_s: set with STAFF_TOO_SOON, which tries have as in sign_in. STAFF_INVALID: the
 * code is wrong or not given. Audited as factor.ask, or factor.refused. */
MUST_CHECK enum staff_outcome own_factor_ask(struct staff_db *db, const struct own_factor_request *request, wall_ms now,
					     char secret[static TOTP_SECRET_OCTETS], unsigned *wait_s,
					     struct err_at *at);

/* A code that the new app has made: then the factor is the user's, all sessions end, and there is a new one. session_id: set with STAFF_OK
 * only. user: owned, as session_find has it; likewise. STAFF_INVALID: the code is not of that secret; STAFF_WRONG_STATE: this session has
 * asked for none, or has proven it; STAFF_FORBIDDEN: it has ended. Audited as factor.prove. */
MUST_CHECK enum staff_outcome own_factor_prove(struct staff_db *db, const struct own_factor_request *request,
					       wall_ms now, char session_id[static SESSION_ID_OCTETS], json_t **user,
					       struct err_at *at);

/* Whether a user, as kept, has one. */
bool own_factor_is_set(const json_t *user);
