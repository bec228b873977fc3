/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "staff/session.h"

/* Signing in, and changing one's password. Both take some 30 ms and 19 MiB for a hash. The caller forgets (password_forget) passwords
 * that it was given. */

struct sign_in {
	struct slice name;
	struct slice password; /* or the one-time code */
	struct slice code;     /* of the user's second factor; absent = none was asked for yet */
	struct slice address;  /* of the browser; at most 64 octets, else it is cut */
	struct slice agent;    /* what the browser says that it is; absent = nothing */
};

struct sign_in_answer {
	char session_id[SESSION_ID_OCTETS]; /* for the cookie */
	json_t *user;                       /* owned; as session_find has it */
	unsigned retry_after_s;             /* with STAFF_TOO_SOON */
};

/* Signs somebody in: a new session. answer: set as said. STAFF_FORBIDDEN: the name or the password is wrong, or the user is disabled; it
 * takes the same time and says the same for names that do not exist. With field
 * “code” the password is right, and the code of the second factor is not. STAFF_NEEDS_CODE: the password is right, and the user has a
 * second factor; it stays a try like any other until a code comes. STAFF_TOO_SOON: after several tries the next one has to wait, right
 * or wrong. A one-time code is good once, and for a day; then the user must change the password. Audited as session.open, and
 * session.refused where there is such a user. */
MUST_CHECK enum staff_outcome sign_in(struct staff_db *db, const struct sign_in *request, wall_ms now,
				      struct sign_in_answer *answer, struct err_at *at);

/* A new password for whoever is signed in as request->name. request->password: the old one, or the one-time code with which this
 * session was opened. All sessions of the user end, and answer has a new one. STAFF_FORBIDDEN: the old one is wrong; STAFF_INVALID: what
 * password_judge says of the new one (err_at.field has the fault's name), or it is the old one (“same”); STAFF_TOO_SOON. Audited as
 * user.password. */
MUST_CHECK enum staff_outcome sign_in_change(struct staff_db *db, const struct sign_in *request, struct slice password,
					     wall_ms now, struct sign_in_answer *answer, struct err_at *at);
