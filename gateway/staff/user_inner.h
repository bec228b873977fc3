/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "staff/staff_change.h"
#include "staff/user.h"

/* Members of a user that nobody but this room knows: “password” and “code” (argon2id, "" = none), “code_until”, “code_used_at” (0 = not
 * yet; whoever signed in with it may still change the password with it), “epoch” (sessions of another one have ended),
 * “signed_in_from” (the address of the last sign-in), “number”; and of the second factor (staff/own_factor.h) “factor” (its secret; "" or
 * absent = none), “factor_step” (of the last code that was taken), “factor_asked”, “factor_asked_at” and “factor_asked_in” (a secret that is
 * to be proven, since when, and the hash of the session that it was told to). */

/* Reads a user in a change. out: owned, set with STAFF_OK only. STAFF_NOT_FOUND. */
MUST_CHECK enum staff_outcome user_read(struct staff_change *change, struct slice name, json_t **out,
					struct err_at *at);

/* Notes that the user is kept. */
void user_keep(struct staff_change *change, const json_t *user);

/* A text of a user; "" where there is none. Borrowed from user. */
const char *user_text(const json_t *user, const char *member);

/* A number of a user, or of one of its objects; 0 where there is none. */
int64_t user_integer(const json_t *user, const char *member);

/* Whether it is where the user signed in the last time. address: none is nowhere. */
bool user_is_usual_address(const json_t *user, struct slice address);

/* Sets a member; value: taken, NULL = there was no memory. */
MUST_CHECK enum staff_outcome user_set(json_t *user, const char *member, json_t *value, struct err_at *at);

/* Ends all sessions of a user as soon as it is kept. */
MUST_CHECK enum staff_outcome user_next_epoch(json_t *user, struct err_at *at);
