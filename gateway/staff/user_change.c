/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/user_inner.h"

#include "base/utf8.h"
#include "staff/audit_log.h"
#include "staff/own_factor_inner.h"
#include "staff/password.h"

/* What an admin does with users. A one-time code is hashed before the change begins, since an attempt may be made again. */

static const struct redis_key user_keys[] = { { .name = STAFF_KEY_USERS }, { .name = STAFF_KEY_AUDIT } };
#define USER_KEYS user_keys, 2

struct user_work {
	const struct staff_actor *actor;
	wall_ms now;
	struct slice name;
	struct slice display;
	staff_roles roles;
	const struct user_wish *wish;
	char hash[PASSWORD_HASH_OCTETS]; /* of the code */
	struct slice tongue;
};

static enum staff_outcome no_memory(struct err_at *at)
{
	err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	return STAFF_MEMORY;
}

static enum staff_outcome invalid(const char *field, const char *text, struct err_at *at)
{
	err_at_set(at, ERR_FORMAT, 0, field, "%s", text);
	return STAFF_INVALID;
}

static bool is_display(struct slice text)
{
	if (text.len == 0 || text.len > USER_DISPLAY_OCTETS_MAX || utf8_valid(text.at, text.len) != text.len)
		return false;
	for (size_t at = 0; at < text.len;) {
		uint32_t code = 0;
		at += utf8_decode(text.at + at, text.len - at, &code);
		if (code < ' ' || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) ||
		    (code >= 0x2066 && code <= 0x2069))
			return false;
	}
	return true;
}

/* Makes a code and its hash. */
static enum staff_outcome make_code(char code[static ONE_TIME_CODE_OCTETS], struct user_work *work, struct err_at *at)
{
	one_time_code_make(code);
	return password_hash(slice_of(code), work->hash) == ERR_OK ? STAFF_OK : no_memory(at);
}

/* Notes the user and the entry. detail: taken. */
static enum staff_outcome keep(struct staff_change *change, const struct user_work *work, const json_t *user,
			       const char *action, json_t *detail, struct err_at *at)
{
	if (detail == NULL)
		return no_memory(at);
	user_keep(change, user);
	enum staff_outcome outcome = audit_log_add(change, work->actor, work->now, action, work->name, detail, at);
	json_decref(detail);
	return outcome;
}

/* --- add --- */

static enum staff_outcome try_add(struct staff_change *change, void *ctx, struct err_at *at)
{
	const struct user_work *work = ctx;
	json_t *user = NULL;
	enum staff_outcome outcome =
		staff_db_read(staff_change_db(change), staff_key(STAFF_KEY_USERS), work->name, &user, at);
	if (outcome != STAFF_OK)
		return outcome;
	if (user != NULL) {
		json_decref(user);
		err_at_set(at, ERR_DUPLICATE, 0, "name", "there is a user “%.*s” already", SLICE_ARG(work->name));
		return STAFF_EXISTS;
	}
	user = json_pack("{s:s%, s:s%, s:o, s:s, s:s, s:I, s:i, s:I, s:s%, s:b, s:s, s:i, s:i, s:s, s:b, s:s, s:i}",
			 "name", work->name.at, work->name.len, "display", work->display.at, work->display.len, "roles",
			 staff_roles_json(work->roles), "password", "", "code", work->hash, "code_until",
			 (json_int_t)(work->now + ONE_TIME_CODE_LIFE_MS), "code_used_at", 0, "created",
			 (json_int_t)work->now, "created_by", work->actor->name.at, work->actor->name.len, "disabled",
			 0, "number", "", "number_verified_at", 0, "signed_in_at", 0, "signed_in_from", "",
			 "must_change", 1, "tongue", "zh", "epoch", 1);
	if (user == NULL)
		return no_memory(at);
	json_t *detail = json_pack("{s:s%, s:o}", "display", work->display.at, work->display.len, "roles",
				   staff_roles_json(work->roles));
	outcome = keep(change, work, user, "user.add", detail, at);
	json_decref(user);
	return outcome;
}

enum staff_outcome user_add(struct staff_db *db, const struct staff_actor *actor, wall_ms now, struct slice name,
			    struct slice display, staff_roles roles, char code[static ONE_TIME_CODE_OCTETS],
			    struct err_at *at)
{
	char made[ONE_TIME_CODE_OCTETS];
	struct user_work work = { .actor = actor, .now = now, .name = name, .roles = roles };
	work.display = display.len > 0 ? display : name;
	if (!user_name_is_valid(name))
		return invalid("name",
			       "a user's name is 1 to 32 of a–z, 0–9, “_”, “-” and “.”, a letter or digit first", at);
	if (!is_display(work.display))
		return invalid("display", "a displayed name is a text of at most 96 octets without control characters",
			       at);
	enum staff_outcome outcome = make_code(made, &work, at);
	if (outcome == STAFF_OK)
		outcome = staff_change_run(db, USER_KEYS, try_add, &work, at);
	if (outcome == STAFF_OK)
		memcpy(code, made, sizeof made);
	password_forget(made, sizeof made);
	return outcome;
}

/* --- change --- */

static bool is_active_admin(const json_t *user)
{
	return !user_is_disabled(user) && staff_roles_may(user_roles(user), STAFF_USERS_MANAGE);
}

/* Somebody who can manage users must be left. user: as it will be. */
static enum staff_outcome check_admins(struct staff_change *change, const struct user_work *work, const json_t *user,
				       bool was_admin, struct err_at *at)
{
	json_t *users;
	const char *name;
	json_t *other;
	bool is_left = false;
	if (work->actor->is_at_command_line || !was_admin || is_active_admin(user))
		return STAFF_OK;
	enum staff_outcome outcome = staff_db_read_all(staff_change_db(change), staff_key(STAFF_KEY_USERS), &users, at);
	if (outcome != STAFF_OK)
		return outcome;
	json_object_foreach(users, name, other) is_left =
		is_left || (!slice_is(work->name, name) && is_active_admin(other));
	json_decref(users);
	if (is_left)
		return STAFF_OK;
	err_at_set(at, ERR_RANGE, 0, "last_admin", "nobody would be left who can manage users");
	return STAFF_WRONG_STATE;
}

/* What the log and a comparison have of a user. New. */
static json_t *outline(const json_t *user)
{
	return json_pack("{s:s, s:o, s:b}", "display", user_text(user, "display"), "roles",
			 staff_roles_json(user_roles(user)), "disabled", user_is_disabled(user));
}

static enum staff_outcome apply(json_t *user, const struct user_wish *wish, struct err_at *at)
{
	enum staff_outcome outcome = STAFF_OK;
	if (wish->display.at != NULL)
		outcome = user_set(user, "display", json_stringn(wish->display.at, wish->display.len), at);
	if (outcome == STAFF_OK && wish->has_roles)
		outcome = user_set(user, "roles", staff_roles_json(wish->roles), at);
	if (outcome == STAFF_OK && wish->has_disabled && wish->is_disabled != user_is_disabled(user)) {
		outcome = user_set(user, "disabled", json_boolean(wish->is_disabled), at);
		if (outcome == STAFF_OK)
			outcome = user_next_epoch(user, at);
	}
	return outcome;
}

static enum staff_outcome note_difference(struct staff_change *change, const struct user_work *work, const json_t *user,
					  json_t *before, struct err_at *at)
{
	json_t *now = outline(user);
	if (now == NULL || before == NULL) {
		json_decref(now);
		return no_memory(at);
	}
	const json_t *disabled = json_object_get(now, "disabled");
	const char *action = json_equal(disabled, json_object_get(before, "disabled")) ? "user.change"
			     : json_is_true(disabled)                                  ? "user.disable"
										       : "user.enable";
	if (json_equal(before, now)) {
		json_decref(now);
		return STAFF_OK;
	}
	return keep(change, work, user, action, json_pack("{s:O, s:o}", "before", before, "now", now), at);
}

static enum staff_outcome try_change(struct staff_change *change, void *ctx, struct err_at *at)
{
	const struct user_work *work = ctx;
	json_t *user;
	enum staff_outcome outcome = user_read(change, work->name, &user, at);
	if (outcome != STAFF_OK)
		return outcome;
	json_t *before = outline(user);
	bool was_admin = is_active_admin(user);
	outcome = apply(user, work->wish, at);
	if (outcome == STAFF_OK)
		outcome = check_admins(change, work, user, was_admin, at);
	if (outcome == STAFF_OK)
		outcome = note_difference(change, work, user, before, at);
	json_decref(before);
	json_decref(user);
	return outcome;
}

enum staff_outcome user_change(struct staff_db *db, const struct staff_actor *actor, wall_ms now, struct slice name,
			       const struct user_wish *wish, struct err_at *at)
{
	struct user_work work = { .actor = actor, .now = now, .name = name, .wish = wish };
	if (wish->display.at != NULL && !is_display(wish->display))
		return invalid("display", "a displayed name is a text of at most 96 octets without control characters",
			       at);
	return staff_change_run(db, USER_KEYS, try_change, &work, at);
}

/* --- reset, end of sessions, tongue --- */

static enum staff_outcome try_reset(struct staff_change *change, void *ctx, struct err_at *at)
{
	const struct user_work *work = ctx;
	json_t *user;
	enum staff_outcome outcome = user_read(change, work->name, &user, at);
	if (outcome != STAFF_OK)
		return outcome;
	bool had_factor = own_factor_is_set(user);
	outcome = user_set(user, "password", json_string(""), at);
	if (outcome == STAFF_OK)
		outcome = user_set(user, "code", json_string(work->hash), at);
	if (outcome == STAFF_OK)
		outcome = user_set(user, "code_until", json_integer(work->now + ONE_TIME_CODE_LIFE_MS), at);
	if (outcome == STAFF_OK)
		outcome = user_set(user, "code_used_at", json_integer(0), at);
	if (outcome == STAFF_OK)
		outcome = user_set(user, "must_change", json_true(), at);
	if (outcome == STAFF_OK)
		outcome = own_factor_drop(user, at);
	if (outcome == STAFF_OK)
		outcome = user_next_epoch(user, at);
	if (outcome == STAFF_OK)
		outcome = keep(change, work, user, "user.reset", json_pack("{s:b}", "had_factor", had_factor), at);
	json_decref(user);
	return outcome;
}

enum staff_outcome user_reset(struct staff_db *db, const struct staff_actor *actor, wall_ms now, struct slice name,
			      char code[static ONE_TIME_CODE_OCTETS], struct err_at *at)
{
	char made[ONE_TIME_CODE_OCTETS];
	struct user_work work = { .actor = actor, .now = now, .name = name };
	enum staff_outcome outcome = make_code(made, &work, at);
	if (outcome == STAFF_OK)
		outcome = staff_change_run(db, USER_KEYS, try_reset, &work, at);
	if (outcome == STAFF_OK)
		memcpy(code, made, sizeof made);
	password_forget(made, sizeof made);
	return outcome;
}

static enum staff_outcome try_end(struct staff_change *change, void *ctx, struct err_at *at)
{
	const struct user_work *work = ctx;
	json_t *user;
	enum staff_outcome outcome = user_read(change, work->name, &user, at);
	if (outcome != STAFF_OK)
		return outcome;
	outcome = user_next_epoch(user, at);
	if (outcome == STAFF_OK)
		outcome = keep(change, work, user, "user.end_sessions", json_object(), at);
	json_decref(user);
	return outcome;
}

enum staff_outcome user_end_sessions(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
				     struct slice name, struct err_at *at)
{
	struct user_work work = { .actor = actor, .now = now, .name = name };
	return staff_change_run(db, USER_KEYS, try_end, &work, at);
}

static enum staff_outcome try_tongue(struct staff_change *change, void *ctx, struct err_at *at)
{
	const struct user_work *work = ctx;
	json_t *user;
	enum staff_outcome outcome = user_read(change, work->name, &user, at);
	if (outcome != STAFF_OK)
		return outcome;
	outcome = user_set(user, "tongue", json_stringn(work->tongue.at, work->tongue.len), at);
	if (outcome == STAFF_OK)
		user_keep(change, user);
	json_decref(user);
	return outcome;
}

enum staff_outcome user_set_tongue(struct staff_db *db, struct slice name, struct slice tongue, struct err_at *at)
{
	struct user_work work = { .name = name, .tongue = tongue };
	if (!slice_is(tongue, "zh") && !slice_is(tongue, "en"))
		return invalid("tongue", "a tongue is zh or en", at);
	return staff_change_run(db, user_keys, 1, try_tongue, &work, at);
}
