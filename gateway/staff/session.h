/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "staff/actor.h"
#include "staff/staff_db.h"

/* Sessions of signed-in users. The browser has an id of 256 random bits; kept is its SHA-256 only. A session ends when nobody used it for
 * 15 minutes, after 12 hours, when it is ended, and with all others of its user where the password changes, an admin ends them, resets or
 * disables the user. */

#define SESSION_ID_OCTETS 65 /* hexadecimal, with its NUL */
#define SESSION_IDLE_MS   (INT64_C(15) * 60 * MS_PER_S)
#define SESSION_LIFE_MS   (INT64_C(12) * 3600 * MS_PER_S)

struct staff_session {
	json_t *user; /* owned (session_fini): as kept; only user_shown of it may leave the process */
	staff_roles roles;
	wall_ms created;
	bool must_change; /* nothing but a new password is allowed, nor signing out */
};

/* The session of an id that a browser sent, and that it is used now. out: set with STAFF_OK only. STAFF_FORBIDDEN: there is none, or it
 * has ended. */
MUST_CHECK enum staff_outcome session_find(struct staff_db *db, struct slice id, wall_ms now, struct staff_session *out,
					   struct err_at *at);

/* The same without using it: what goes on by itself in the background must not keep a session alive. */
MUST_CHECK enum staff_outcome session_look(struct staff_db *db, struct slice id, wall_ms now, struct staff_session *out,
					   struct err_at *at);

/* Frees what a session owns. */
void session_fini(struct staff_session *session);

/* Ends one. One that is not there is STAFF_OK. Audited as session.end. */
MUST_CHECK enum staff_outcome session_end(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
					  struct slice id, struct err_at *at);
