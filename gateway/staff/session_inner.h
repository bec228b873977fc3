/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "staff/session.h"
#include "staff/staff_change.h"

/* Where a new session comes from. Borrowed. */
struct session_place {
	struct slice address;
	struct slice agent; /* what the browser says that it is; cut */
};

/* Makes an id from the system's randomness. */
void session_id_make(char id[static SESSION_ID_OCTETS]);

#define SESSION_HASH_OCTETS 65 /* hexadecimal SHA-256, with its NUL */

/* What is kept of an id. */
void session_hash(struct slice id, char out[static SESSION_HASH_OCTETS]);

/* Notes a new session in a change that keeps its user too; some that have ended go with it. The change must watch
 * STAFF_KEY_SESSIONS. */
MUST_CHECK enum staff_outcome session_note(struct staff_change *change, const char id[static SESSION_ID_OCTETS],
					   const json_t *user, const struct session_place *place, wall_ms now,
					   struct err_at *at);
