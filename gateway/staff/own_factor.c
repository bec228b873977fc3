/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/own_factor.h"

#include "staff/audit_log.h"
#include "staff/own_factor_inner.h"
#include "staff/password.h"
#include "staff/tries.h"

struct factor_work {
	const struct staff_actor *actor;
	wall_ms now;
	struct slice code;
	char secret[TOTP_SECRET_OCTETS];
	struct tries_place tries;
};

static enum staff_outcome wrong(struct err_at *at)
{
	err_at_set(at, ERR_FORMAT, 0, "code", "that is no code of the app, or it was used before");
	return STAFF_INVALID;
}

static int64_t step_of(const json_t *user)
{
	return json_integer_value(json_object_get(user, "factor_step"));
}

bool own_factor_is_set(const json_t *user)
{
	return *user_text(user, "factor") != '\0';
}

enum staff_outcome own_factor_take(json_t *user, struct slice code, wall_ms now, struct err_at *at)
{
	int64_t step;
	if (!totp_is(user_text(user, "factor"), code, now, step_of(user), &step))
		return wrong(at);
	return user_set(user, "factor_step", json_integer(step), at);
}

enum staff_outcome own_factor_drop(json_t *user, struct err_at *at)
{
	enum staff_outcome outcome = user_set(user, "factor", json_string(""), at);
	return outcome == STAFF_OK ? user_set(user, "factor_asked", json_string(""), at) : outcome;
}

/* Keeps the user, and says in the log what was done. */
static enum staff_outcome keep(struct staff_change *change, const struct factor_work *work, const json_t *user,
			       const char *action, struct err_at *at)
{
	user_keep(change, user);
	return audit_log_add(change, work->actor, work->now, action, work->actor->name, NULL, at);
}

/* --- asking --- */

static enum staff_outcome try_ask(struct staff_change *change, void *ctx, struct err_at *at)
{
	const struct factor_work *work = ctx;
	json_t *user;
	enum staff_outcome outcome = user_read(change, work->actor->name, &user, at);
	if (outcome != STAFF_OK)
		return outcome;
	if (own_factor_is_set(user))
		outcome = own_factor_take(user, work->code, work->now, at);
	if (outcome == STAFF_OK)
		outcome = tries_forgive(change, &work->tries, work->now, at);
	if (outcome == STAFF_OK)
		outcome = user_set(user, "factor_asked", json_string(work->secret), at);
	if (outcome == STAFF_OK)
		outcome = keep(change, work, user, "factor.ask", at);
	json_decref(user);
	return outcome;
}

/* Somebody sits in the user's session, and may not be the user. */
static enum staff_outcome note_refusal(struct staff_db *db, const struct factor_work *work, struct err_at *at)
{
	enum staff_outcome outcome =
		audit_log_write(db, work->actor, work->now, "factor.refused", work->actor->name, NULL, at);
	return outcome == STAFF_OK || outcome == STAFF_BUSY ? STAFF_INVALID : outcome;
}

/* A session is no proof of who sits there: codes are guessed as slowly here as where one signs in. */
enum staff_outcome own_factor_ask(struct staff_db *db, const struct staff_actor *actor, wall_ms now, struct slice code,
				  char secret[static TOTP_SECRET_OCTETS], unsigned *wait_s, struct err_at *at)
{
	char text[TRIES_TEXT_OCTETS];
	struct redis_key keys[2 + TRIES_KEYS_MAX] = { { .name = STAFF_KEY_USERS }, { .name = STAFF_KEY_AUDIT } };
	struct factor_work work = { .actor = actor, .now = now, .code = code };
	work.tries = (struct tries_place){ .user = actor->name, .address = actor->address };
	enum staff_outcome outcome = tries_count(db, &work.tries, now, wait_s, at);
	if (outcome == STAFF_OK && *wait_s > 0) {
		err_at_set(at, ERR_TIMEOUT, 0, NULL, "after so many tries the next one has to wait %u s", *wait_s);
		return STAFF_TOO_SOON;
	}
	if (outcome != STAFF_OK)
		return outcome;
	totp_secret_make(work.secret);
	outcome = staff_change_run(db, keys, 2 + tries_keys(&work.tries, text, keys + 2), try_ask, &work, at);
	if (outcome == STAFF_OK)
		memcpy(secret, work.secret, sizeof work.secret);
	else if (outcome == STAFF_INVALID)
		outcome = note_refusal(db, &work, at);
	password_forget(&work, sizeof work);
	return outcome;
}

/* --- proving --- */

static enum staff_outcome try_prove(struct staff_change *change, void *ctx, struct err_at *at)
{
	const struct factor_work *work = ctx;
	json_t *user;
	int64_t step = 0;
	enum staff_outcome outcome = user_read(change, work->actor->name, &user, at);
	if (outcome != STAFF_OK)
		return outcome;
	const char *asked = user_text(user, "factor_asked");
	if (*asked == '\0') {
		err_at_set(at, ERR_NOT_FOUND, 0, NULL, "no code is waited for; begin anew");
		outcome = STAFF_WRONG_STATE;
	} else if (!totp_is(asked, work->code, work->now, 0, &step)) {
		outcome = wrong(at);
	}
	if (outcome == STAFF_OK)
		outcome = user_set(user, "factor", json_string(asked), at);
	if (outcome == STAFF_OK)
		outcome = user_set(user, "factor_asked", json_string(""), at);
	if (outcome == STAFF_OK)
		outcome = user_set(user, "factor_step", json_integer(step), at);
	if (outcome == STAFF_OK)
		outcome = keep(change, work, user, "factor.prove", at);
	json_decref(user);
	return outcome;
}

enum staff_outcome own_factor_prove(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
				    struct slice code, struct err_at *at)
{
	static const struct redis_key keys[] = { { .name = STAFF_KEY_USERS }, { .name = STAFF_KEY_AUDIT } };
	struct factor_work work = { .actor = actor, .now = now, .code = code };
	return staff_change_run(db, keys, 2, try_prove, &work, at);
}
