/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/own_factor.h"

#include "staff/audit_log.h"
#include "staff/own_factor_inner.h"
#include "staff/password.h"
#include "staff/session_inner.h"
#include "staff/tries.h"

struct factor_work {
	const struct own_factor_request *request;
	wall_ms now;
	char asked_in[SESSION_HASH_OCTETS];
	char secret[TOTP_SECRET_OCTETS]; /* that is told */
	struct tries_place tries;
	bool is_counted; /* a try was */
	char session_id[SESSION_ID_OCTETS];
	json_t *user; /* owned: as it was kept */
};

static enum staff_outcome wrong(struct err_at *at)
{
	err_at_set(at, ERR_FORMAT, 0, "code", "that is no code of the app, or it was used before");
	return STAFF_INVALID;
}

bool own_factor_is_set(const json_t *user)
{
	return *user_text(user, "factor") != '\0';
}

enum staff_outcome own_factor_take(json_t *user, struct slice code, wall_ms now, struct err_at *at)
{
	int64_t step;
	if (!totp_is(user_text(user, "factor"), code, now, user_integer(user, "factor_step"), &step))
		return wrong(at);
	return user_set(user, "factor_step", json_integer(step), at);
}

enum staff_outcome own_factor_drop(json_t *user, struct err_at *at)
{
	enum staff_outcome outcome = user_set(user, "factor", json_string(""), at);
	return outcome == STAFF_OK ? user_set(user, "factor_asked", json_string(""), at) : outcome;
}

static void begin(struct factor_work *work, const struct own_factor_request *request, wall_ms now)
{
	*work = (struct factor_work){ .request = request, .now = now };
	session_hash(request->session, work->asked_in);
}

static bool is_asked_here(const struct factor_work *work, const json_t *user)
{
	return *user_text(user, "factor_asked") != '\0' &&
	       strcmp(user_text(user, "factor_asked_in"), work->asked_in) == 0;
}

/* Keeps the user, and says in the log what was done. */
static enum staff_outcome keep(struct staff_change *change, const struct factor_work *work, const json_t *user,
			       const char *action, struct err_at *at)
{
	const struct staff_actor *actor = work->request->actor;
	user_keep(change, user);
	return audit_log_add(change, actor, work->now, action, actor->name, NULL, at);
}

/* --- asking --- */

/* A new secret, or the one that this session was told a moment ago: a second window must not make the first one's picture worthless. */
static enum staff_outcome put_asked(struct factor_work *work, json_t *user, bool *is_new, struct err_at *at)
{
	int64_t age = work->now - user_integer(user, "factor_asked_at");
	*is_new = !is_asked_here(work, user) || age < 0 || age >= OWN_FACTOR_ASK_MS;
	if (!*is_new) {
		memcpy(work->secret, user_text(user, "factor_asked"), sizeof work->secret);
		return STAFF_OK;
	}
	enum staff_outcome outcome = user_set(user, "factor_asked", json_string(work->secret), at);
	if (outcome == STAFF_OK)
		outcome = user_set(user, "factor_asked_at", json_integer(work->now), at);
	if (outcome == STAFF_OK)
		outcome = user_set(user, "factor_asked_in", json_string(work->asked_in), at);
	return outcome;
}

static enum staff_outcome try_ask(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct factor_work *work = ctx;
	json_t *user;
	bool is_new;
	enum staff_outcome outcome = user_read(change, work->request->actor->name, &user, at);
	if (outcome != STAFF_OK)
		return outcome;
	bool has_one = own_factor_is_set(user);
	totp_secret_make(work->secret);
	if (has_one)
		outcome = own_factor_take(user, work->request->code, work->now, at);
	if (outcome == STAFF_OK && work->is_counted)
		outcome = tries_forgive(change, &work->tries, work->now, at);
	if (outcome == STAFF_OK)
		outcome = put_asked(work, user, &is_new, at);
	if (outcome == STAFF_OK && (is_new || has_one))
		outcome = keep(change, work, user, "factor.ask", at);
	json_decref(user);
	return outcome;
}

/* Somebody sits in the user's session, and may not be the user. */
static enum staff_outcome note_refusal(struct staff_db *db, const struct factor_work *work, struct err_at *at)
{
	const struct staff_actor *actor = work->request->actor;
	enum staff_outcome outcome = audit_log_write(db, actor, work->now, "factor.refused", actor->name, NULL, at);
	return outcome == STAFF_OK || outcome == STAFF_BUSY ? STAFF_INVALID : outcome;
}

/* A session is no proof of who sits there: codes are guessed as slowly here as where one signs in. Where there is no factor yet, there is
 * nothing to be guessed. */
static enum staff_outcome count(struct staff_db *db, struct factor_work *work, unsigned *wait_s, struct err_at *at)
{
	const struct staff_actor *actor = work->request->actor;
	json_t *user;
	enum staff_outcome outcome = user_find(db, actor->name, &user, at);
	if (outcome != STAFF_OK)
		return outcome;
	work->is_counted = own_factor_is_set(user);
	work->tries = (struct tries_place){ .user = actor->name,
					    .address = actor->address,
					    .is_usual_address = user_is_usual_address(user, actor->address) };
	json_decref(user);
	return work->is_counted ? tries_count(db, &work->tries, work->now, wait_s, at) : STAFF_OK;
}

enum staff_outcome own_factor_ask(struct staff_db *db, const struct own_factor_request *request, wall_ms now,
				  char secret[static TOTP_SECRET_OCTETS], unsigned *wait_s, struct err_at *at)
{
	char text[TRIES_TEXT_OCTETS];
	struct redis_key keys[2 + TRIES_KEYS_MAX] = { { .name = STAFF_KEY_USERS }, { .name = STAFF_KEY_AUDIT } };
	struct factor_work work;
	begin(&work, request, now);
	*wait_s = 0;
	enum staff_outcome outcome = count(db, &work, wait_s, at);
	if (outcome != STAFF_OK)
		return outcome;
	unsigned key_count = 2 + (work.is_counted ? tries_keys(&work.tries, text, keys + 2) : 0);
	outcome = staff_change_run(db, keys, key_count, try_ask, &work, at);
	if (outcome == STAFF_OK)
		memcpy(secret, work.secret, sizeof work.secret);
	else if (outcome == STAFF_INVALID)
		outcome = note_refusal(db, &work, at);
	password_forget(&work, sizeof work);
	return outcome;
}

/* --- proving --- */

/* The factor is the user's: sessions that were opened without it end, this one goes on under another id. */
static enum staff_outcome put_proven(struct staff_change *change, struct factor_work *work, json_t *user, int64_t step,
				     struct err_at *at)
{
	const struct own_factor_request *request = work->request;
	const struct session_place place = { .address = request->actor->address, .agent = request->agent };
	enum staff_outcome outcome = user_set(user, "factor", json_string(user_text(user, "factor_asked")), at);
	if (outcome == STAFF_OK)
		outcome = user_set(user, "factor_asked", json_string(""), at);
	if (outcome == STAFF_OK)
		outcome = user_set(user, "factor_step", json_integer(step), at);
	if (outcome == STAFF_OK)
		outcome = user_next_epoch(user, at);
	if (outcome == STAFF_OK)
		outcome = session_note(change, work->session_id, user, &place, work->now, at);
	return outcome == STAFF_OK ? keep(change, work, user, "factor.prove", at) : outcome;
}

/* Meanwhile somebody may have ended it. */
static enum staff_outcome check_session(struct staff_change *change, const struct factor_work *work, const json_t *user,
					struct err_at *at)
{
	json_t *session = NULL;
	enum staff_outcome outcome = staff_db_read(staff_change_db(change), staff_key(STAFF_KEY_SESSIONS),
						   slice_of(work->asked_in), &session, at);
	bool is_good = session != NULL && json_equal(json_object_get(session, "epoch"), json_object_get(user, "epoch"));
	json_decref(session);
	if (outcome != STAFF_OK || is_good)
		return outcome;
	err_at_set(at, ERR_NOT_FOUND, 0, NULL, "please sign in");
	return STAFF_FORBIDDEN;
}

static enum staff_outcome try_prove(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct factor_work *work = ctx;
	json_t *user = NULL;
	int64_t step = 0;
	json_decref(work->user);
	work->user = NULL;
	enum staff_outcome outcome = user_read(change, work->request->actor->name, &user, at);
	if (outcome != STAFF_OK)
		return outcome;
	work->user = user;
	outcome = check_session(change, work, user, at);
	if (outcome != STAFF_OK)
		return outcome;
	if (!is_asked_here(work, user)) {
		err_at_set(at, ERR_NOT_FOUND, 0, NULL, "no code is waited for; begin anew");
		return STAFF_WRONG_STATE;
	}
	if (!totp_is(user_text(user, "factor_asked"), work->request->code, work->now, 0, &step))
		return wrong(at);
	return put_proven(change, work, user, step, at);
}

enum staff_outcome own_factor_prove(struct staff_db *db, const struct own_factor_request *request, wall_ms now,
				    char session_id[static SESSION_ID_OCTETS], json_t **user, struct err_at *at)
{
	static const struct redis_key keys[] = { { .name = STAFF_KEY_USERS },
						 { .name = STAFF_KEY_AUDIT },
						 { .name = STAFF_KEY_SESSIONS } };
	struct factor_work work;
	begin(&work, request, now);
	session_id_make(work.session_id);
	enum staff_outcome outcome = staff_change_run(db, keys, 3, try_prove, &work, at);
	if (outcome == STAFF_OK) {
		memcpy(session_id, work.session_id, sizeof work.session_id);
		*user = json_incref(work.user);
	}
	json_decref(work.user);
	password_forget(&work, sizeof work);
	return outcome;
}
