/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "console/console_inner.h"
#include "staff/session.h"

/* Who asks. All in the call's thread. */

/* Whose session the cookie is of, and whether its user may what the route does. False where not: then the answer says why. Fills user and
 * actor. */
bool console_who_admits(struct console_call *call);

/* Takes over name and actor from the call's user. */
void console_who_is(struct console_call *call);

/* Whether the session is over, or its user may not do that any more; without prolonging it. False where Redis does not say. */
bool console_who_has_gone(const struct console *console, struct staff_db *db, const char *cookie, wall_ms now,
			  enum staff_permission permission);

/* The user's own number, digits; false where there is none that he has proven. */
bool console_who_number(const struct console_call *call, char out[static 32]);

/* Writes into the audit log that the user does it. detail: an object, taken. False: it is not there, and the call is refused. */
bool console_who_note(struct console_call *call, const char *action, const char *object, json_t *detail);

/* Whether his roles demand a second factor, and he has none: then he may do nothing but set it up. */
bool console_who_must_enrol(const struct console_call *call);

/* What the pages are told about him. */
json_t *console_who_session(const struct console_call *call);

/* He goes on in a new session: the answer's cookie is another one than the browser had, whatever that was. session_id: forgotten. user:
 * taken. */
void console_who_enters(struct console_call *call, char session_id[static SESSION_ID_OCTETS], json_t *user);

/* Reads the user anew after a change of him, and answers with that. */
void console_who_answer(struct console_call *call);
