/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "model/country.h"
#include "staff/actor.h"
#include "staff/one_time_code.h"
#include "staff/staff_db.h"

/* Users of the staff's desk. A user is a JSON object as it is kept; only user_shown gives one that may leave the process. Nobody is ever
 * deleted: who left is disabled, since the audit log names them. */

#define USER_NAME_OCTETS_MAX    32
#define USER_DISPLAY_OCTETS_MAX 96

/* Whether a text can be a user's name: 1…32 of a–z, 0–9, “_”, “-”, “.”, a letter or digit first. */
bool user_name_is_valid(struct slice name);

/* The user. out: owned (json_decref), set with STAFF_OK only. STAFF_NOT_FOUND. */
MUST_CHECK enum staff_outcome user_find(struct staff_db *db, struct slice name, json_t **out, struct err_at *at);

/* All of them: an array of users as user_shown gives them, by name. out: owned, set with STAFF_OK only. */
MUST_CHECK enum staff_outcome user_list(struct staff_db *db, const struct country *country, json_t **out,
					struct err_at *at);

/* What pages and commands may have of a user: {"name","display","roles","permissions","disabled","created","created_by","signed_in_at",
 * "must_change","number" (masked, "" = none),"number_verified","tongue","has_code" (a one-time code waits to be used),
 * "has_factor" (a second one: staff/own_factor.h)}. New; NULL where
 * there is no memory. */
json_t *user_shown(const json_t *user, const struct country *country);

staff_roles user_roles(const json_t *user);
bool user_is_disabled(const json_t *user);

/* The actor that a user is. address: from where. Borrowed from user. */
struct staff_actor user_actor(const json_t *user, struct slice address);

/* A new user, who signs in with the code. display: absent = the name. code: set with STAFF_OK only; told once, then password_forget.
 * STAFF_EXISTS; STAFF_INVALID (err_at.field says of what). Audited as user.add. */
MUST_CHECK enum staff_outcome user_add(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
				       struct slice name, struct slice display, staff_roles roles,
				       char code[static ONE_TIME_CODE_OCTETS], struct err_at *at);

/* What of a user is to be another one. */
struct user_wish {
	struct slice display; /* absent = as it is */
	bool has_roles;
	staff_roles roles;
	bool has_disabled;
	bool is_disabled; /* ends all sessions */
};

/* Changes a user. STAFF_NOT_FOUND; STAFF_INVALID; STAFF_WRONG_STATE with field “last_admin”: nobody would be left who can manage users
 * (the command line may). Audited as user.change, user.disable or user.enable with what was before and is now. Nothing to be changed is
 * STAFF_OK, and not audited. */
MUST_CHECK enum staff_outcome user_change(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
					  struct slice name, const struct user_wish *wish, struct err_at *at);

/* The password is no more, nor is the second factor; the user signs in with the code, and all sessions end. code: as user_add has it.
 * STAFF_NOT_FOUND. Audited as user.reset. */
MUST_CHECK enum staff_outcome user_reset(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
					 struct slice name, char code[static ONE_TIME_CODE_OCTETS], struct err_at *at);

/* Ends all sessions of a user. STAFF_NOT_FOUND. Audited as user.end_sessions. */
MUST_CHECK enum staff_outcome user_end_sessions(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
						struct slice name, struct err_at *at);

/* The language that a user's pages have: “zh” or “en”. STAFF_NOT_FOUND, STAFF_INVALID. Not audited. */
MUST_CHECK enum staff_outcome user_set_tongue(struct staff_db *db, struct slice name, struct slice tongue,
					      struct err_at *at);
