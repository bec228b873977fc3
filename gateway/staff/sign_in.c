/* SPDX-License-Identifier: Apache-2.0 */

/* The way: count the try → look the user up → hold the password against one hash, whichever → one change with the session, the user and
 * the audit entry, if the user is still as the password was right for, and the code of the second factor is right and was not taken
 * before. Whether there is such a user, and whether it is disabled, must show neither in the answer nor in its time: so there is always
 * exactly one hash. */

#include "staff/sign_in.h"

#include "base/check.h"
#include "staff/audit_log.h"
#include "staff/own_factor_inner.h"
#include "staff/password.h"
#include "staff/session_inner.h"
#include "staff/tries.h"
#include "staff/user_inner.h"

#include <stdio.h>

#define ADDRESS_OCTETS_MAX 64

struct signing {
	const struct sign_in *request;
	struct session_place place;
	struct tries_place tries;
	wall_ms now;
	bool is_code;                     /* a one-time code */
	bool is_wrong_code;               /* of the second factor */
	char known[PASSWORD_HASH_OCTETS]; /* the hash that the password was right for */
	char next[PASSWORD_HASH_OCTETS];  /* of the new password */
	bool is_change;
	char session_id[SESSION_ID_OCTETS];
	json_t *user; /* owned: as it was kept */
};

static enum staff_outcome refuse(struct err_at *at)
{
	err_at_set(at, ERR_NOT_FOUND, 0, NULL, "the name or the password is wrong");
	return STAFF_FORBIDDEN;
}

/* The hash that a password has to have been made into; "" = none. A code that was used is still good for the change that it demands. */
static const char *wanted_hash(const struct signing *signing, const json_t *user)
{
	if (user == NULL || user_is_disabled(user))
		return "";
	if (!signing->is_code)
		return user_text(user, "password");
	bool is_used = user_integer(user, "code_used_at") != 0;
	return is_used == signing->is_change && signing->now < user_integer(user, "code_until")
		       ? user_text(user, "code")
		       : "";
}

/* --- what is right is kept --- */

static enum staff_outcome put_sign_in(const struct signing *signing, json_t *user, struct err_at *at)
{
	struct slice address = signing->place.address;
	enum staff_outcome outcome = user_set(user, "signed_in_at", json_integer(signing->now), at);
	if (outcome == STAFF_OK)
		outcome =
			user_set(user, "signed_in_from", json_stringn(address.len ? address.at : "", address.len), at);
	if (outcome == STAFF_OK && signing->is_code && !signing->is_change)
		outcome = user_set(user, "code_used_at", json_integer(signing->now), at);
	return outcome;
}

static enum staff_outcome put_password(const struct signing *signing, json_t *user, struct err_at *at)
{
	enum staff_outcome outcome = user_set(user, "password", json_string(signing->next), at);
	if (outcome == STAFF_OK)
		outcome = user_set(user, "code", json_string(""), at);
	if (outcome == STAFF_OK)
		outcome = user_set(user, "must_change", json_false(), at);
	if (outcome == STAFF_OK)
		outcome = user_next_epoch(user, at);
	return outcome;
}

static enum staff_outcome try_keep(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct signing *signing = ctx;
	json_t *user = NULL;
	json_decref(signing->user);
	signing->user = NULL;
	enum staff_outcome outcome = user_read(change, signing->request->name, &user, at);
	if (outcome != STAFF_OK)
		return outcome == STAFF_NOT_FOUND ? STAFF_FORBIDDEN : outcome;
	signing->user = user;
	signing->is_wrong_code = false;
	/* Meanwhile it may have been reset or disabled, or another has used the code. */
	if (strcmp(wanted_hash(signing, user), signing->known) != 0)
		return refuse(at);
	if (!signing->is_change && own_factor_is_set(user))
		outcome = own_factor_take(user, signing->request->code, signing->now, at);
	signing->is_wrong_code = outcome == STAFF_INVALID;
	if (signing->is_wrong_code)
		return STAFF_FORBIDDEN;
	if (outcome == STAFF_OK && signing->is_change)
		outcome = put_password(signing, user, at);
	if (outcome == STAFF_OK)
		outcome = put_sign_in(signing, user, at);
	if (outcome == STAFF_OK)
		outcome = tries_forgive(change, &signing->tries, signing->now, at);
	if (outcome == STAFF_OK)
		outcome = session_note(change, signing->session_id, user, &signing->place, signing->now, at);
	if (outcome != STAFF_OK)
		return outcome;
	struct staff_actor actor = user_actor(user, signing->place.address);
	user_keep(change, user);
	return audit_log_add(change, &actor, signing->now, signing->is_change ? "user.password" : "session.open",
			     signing->request->name, NULL, at);
}

static enum staff_outcome keep(struct staff_db *db, struct signing *signing, struct sign_in_answer *answer,
			       struct err_at *at)
{
	char text[TRIES_TEXT_OCTETS];
	struct redis_key keys[3 + TRIES_KEYS_MAX] = { { .name = STAFF_KEY_USERS },
						      { .name = STAFF_KEY_AUDIT },
						      { .name = STAFF_KEY_SESSIONS } };
	unsigned count = 3 + tries_keys(&signing->tries, text, keys + 3);
	session_id_make(signing->session_id);
	enum staff_outcome outcome = staff_change_run(db, keys, count, try_keep, signing, at);
	if (outcome == STAFF_OK) {
		memcpy(answer->session_id, signing->session_id, sizeof answer->session_id);
		answer->user = json_incref(signing->user);
	}
	return outcome;
}

/* --- the password --- */

/* Holds it against what is known of the user. user: NULL = there is none. */
static bool is_right(struct signing *signing, const json_t *user)
{
	char code[ONE_TIME_CODE_OCTETS];
	struct slice password = signing->request->password;
	snprintf(signing->known, sizeof signing->known, "%s", wanted_hash(signing, user));
	if (signing->is_code) {
		one_time_code_read(password, code);
		password = slice_of(code);
	}
	bool is_same = password_is(password, signing->known);
	password_forget(code, sizeof code);
	return is_same;
}

/* In the log either way, which takes its time. What was given for a name that nobody has may be a password, in the wrong field. */
static enum staff_outcome note_refusal(struct staff_db *db, const struct signing *signing, const json_t *user,
				       struct err_at *at)
{
	struct staff_actor actor = { .name = SLICE("(unknown)"), .address = signing->place.address };
	struct slice name = SLICE("");
	if (user != NULL) {
		actor = user_actor(user, signing->place.address);
		name = signing->request->name;
	}
	json_t *detail = signing->is_wrong_code ? json_pack("{s:s}", "wrong", "code") : NULL;
	enum staff_outcome outcome = audit_log_write(db, &actor, signing->now, "session.refused", name, detail, at);
	json_decref(detail);
	return outcome == STAFF_OK || outcome == STAFF_BUSY ? refuse(at) : outcome;
}

/* Finds the user, counts the try, judges the password. user: owned, NULL = there is none; set whatever comes out. */
static enum staff_outcome judge(struct staff_db *db, struct signing *signing, json_t **user, unsigned *wait_s,
				struct err_at *at)
{
	const struct sign_in *request = signing->request;
	*user = NULL;
	enum staff_outcome outcome = user_find(db, request->name, user, NULL);
	if (outcome != STAFF_OK && outcome != STAFF_NOT_FOUND) {
		err_at_set(at, ERR_IO, 0, NULL, "Redis does not answer");
		return outcome;
	}
	if (user_name_is_valid(request->name))
		signing->tries.user = request->name;
	signing->tries.address = signing->place.address;
	signing->tries.is_usual_address = *user != NULL && user_is_usual_address(*user, signing->place.address);
	outcome = tries_count(db, &signing->tries, signing->now, wait_s, at);
	if (outcome != STAFF_OK)
		return outcome;
	signing->is_code = one_time_code_has_form(request->password);
	return is_right(signing, *user) ? STAFF_OK : note_refusal(db, signing, *user, at);
}

static void begin(struct signing *signing, const struct sign_in *request, wall_ms now)
{
	*signing = (struct signing){ .request = request, .now = now };
	signing->place = (struct session_place){ .address = request->address, .agent = request->agent };
	if (signing->place.address.len > ADDRESS_OCTETS_MAX)
		signing->place.address.len = ADDRESS_OCTETS_MAX;
}

static void end(struct signing *signing, json_t *user)
{
	json_decref(signing->user);
	json_decref(user);
	password_forget(signing, sizeof *signing);
}

/* For the address the try counts no more, as where one signs in with a password alone: an office must not wait since all in it have a second
 * factor. For the user it does, or codes could be guessed without a wait. */
static enum staff_outcome try_want_code(struct staff_change *change, void *ctx, struct err_at *at)
{
	const struct signing *signing = ctx;
	const struct tries_place office = { .address = signing->tries.address, .is_usual_address = true };
	enum staff_outcome outcome = tries_forgive(change, &office, signing->now, at);
	if (outcome != STAFF_OK || signing->tries.is_usual_address)
		return outcome;
	/* Somebody elsewhere knows the password. */
	const struct staff_actor actor = { .name = signing->request->name, .address = signing->place.address };
	return audit_log_add(change, &actor, signing->now, "session.code_asked", signing->request->name, NULL, at);
}

static enum staff_outcome want_code(struct staff_db *db, struct signing *signing, struct err_at *at)
{
	char text[TRIES_TEXT_OCTETS];
	struct redis_key keys[1 + TRIES_KEYS_MAX] = { { .name = STAFF_KEY_AUDIT } };
	unsigned count = 1 + tries_keys(&signing->tries, text, keys + 1);
	enum staff_outcome outcome = staff_change_run(db, keys, count, try_want_code, signing, at);
	if (outcome != STAFF_OK && outcome != STAFF_BUSY)
		return outcome;
	err_at_set(at, ERR_NOT_FOUND, 0, NULL, "a code of the second factor is asked for");
	return STAFF_NEEDS_CODE;
}

enum staff_outcome sign_in(struct staff_db *db, const struct sign_in *request, wall_ms now,
			   struct sign_in_answer *answer, struct err_at *at)
{
	struct signing signing;
	json_t *user;
	begin(&signing, request, now);
	enum staff_outcome outcome = judge(db, &signing, &user, &answer->retry_after_s, at);
	if (outcome == STAFF_OK && own_factor_is_set(user) && request->code.len == 0)
		outcome = want_code(db, &signing, at);
	if (outcome == STAFF_OK)
		outcome = keep(db, &signing, answer, at);
	if (signing.is_wrong_code)
		outcome = note_refusal(db, &signing, user, at);
	end(&signing, user);
	return outcome;
}

static enum staff_outcome try_forgive(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct signing *signing = ctx;
	return tries_forgive(change, &signing->tries, signing->now, at);
}

/* The old password was right: the try does not count. STAFF_INVALID unless Redis fails. */
static enum staff_outcome forgive(struct staff_db *db, struct signing *signing, struct err_at *at)
{
	char text[TRIES_TEXT_OCTETS];
	struct redis_key keys[TRIES_KEYS_MAX];
	unsigned count = tries_keys(&signing->tries, text, keys);
	enum staff_outcome outcome = staff_change_run(db, keys, count, try_forgive, signing, at);
	return outcome == STAFF_OK || outcome == STAFF_BUSY ? STAFF_INVALID : outcome;
}

/* What is wrong with the new password, in the user's language. */
static enum staff_outcome judge_new(const struct sign_in *request, struct slice password, const json_t *user,
				    struct err_at *at)
{
	bool is_chinese = strcmp(user_text(user, "tongue"), "en") != 0;
	enum password_fault fault = password_judge(password, request->name, slice_of(user_text(user, "display")));
	if (fault != PASSWORD_FINE) {
		err_at_set(at, ERR_RANGE, 0, password_fault_name(fault), "%s", password_fault_text(fault, is_chinese));
		return STAFF_INVALID;
	}
	if (slice_equal(password, request->password)) {
		err_at_set(at, ERR_DUPLICATE, 0, "same", "%s",
			   is_chinese ? "新密码与原密码相同" : "The new password is the old one");
		return STAFF_INVALID;
	}
	return STAFF_OK;
}

enum staff_outcome sign_in_change(struct staff_db *db, const struct sign_in *request, struct slice password,
				  wall_ms now, struct sign_in_answer *answer, struct err_at *at)
{
	struct signing signing;
	json_t *user;
	begin(&signing, request, now);
	signing.is_change = true;
	enum staff_outcome outcome = judge(db, &signing, &user, &answer->retry_after_s, at);
	if (outcome == STAFF_OK) {
		outcome = judge_new(request, password, user, at);
		if (outcome == STAFF_INVALID) /* choosing one is no guess at the old one */
			outcome = forgive(db, &signing, at);
	}
	if (outcome == STAFF_OK && password_hash(password, signing.next) != ERR_OK) {
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
		outcome = STAFF_MEMORY;
	}
	if (outcome == STAFF_OK)
		outcome = keep(db, &signing, answer, at);
	end(&signing, user);
	return outcome;
}
