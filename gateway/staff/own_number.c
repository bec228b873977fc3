/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/own_number.h"

#include "base/check.h"
#include "base/secret.h"
#include "staff/audit_log.h"
#include "staff/password.h"
#include "staff/user_inner.h"

#include <sodium.h>
#include <stdio.h>

#define DAY_MS      (INT64_C(24) * 3600 * MS_PER_S)
#define CODES       1000000
#define SALT_OCTETS 16
#define HASH_OCTETS (2 * crypto_hash_sha256_BYTES + 1)

static const struct redis_key keys[] = { { .name = STAFF_KEY_CODES },
					 { .name = STAFF_KEY_AUDIT },
					 { .name = STAFF_KEY_USERS } };

struct number_work {
	const struct staff_actor *actor;
	wall_ms now;
	const struct msisdn *number;
	char code[OWN_NUMBER_CODE_OCTETS];
	char salt[2 * SALT_OCTETS + 1];
	bool is_wrong;
};

/* Six digits are soon found by whoever has the hash, salt or not; that it is one keeps them out of what is looked at by chance. They are
 * good for ten minutes, and for one number of one user. */
static void hash_code(const char *salt, const char *code, char out[static HASH_OCTETS])
{
	char text[2 * SALT_OCTETS + OWN_NUMBER_CODE_OCTETS + 1];
	unsigned char hash[crypto_hash_sha256_BYTES];
	snprintf(text, sizeof text, "%s %s", salt, code);
	crypto_hash_sha256(hash, (const unsigned char *)text, strlen(text));
	sodium_bin2hex(out, HASH_OCTETS, hash, sizeof hash);
	password_forget(text, sizeof text);
}

static enum staff_outcome no_memory(struct err_at *at)
{
	err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	return STAFF_MEMORY;
}

static enum staff_outcome audit(struct staff_change *change, const struct number_work *work, const char *action,
				const char *digits, struct err_at *at)
{
	char masked[MSISDN_MASK_OCTETS];
	struct msisdn number = { .len = 0 };
	snprintf(number.digits, sizeof number.digits, "%s", digits);
	number.len = (uint8_t)strlen(number.digits);
	msisdn_mask(&number, NULL, masked);
	json_t *detail = json_pack("{s:s}", "number", masked);
	if (detail == NULL)
		return no_memory(at);
	enum staff_outcome outcome =
		audit_log_add(change, work->actor, work->now, action, work->actor->name, detail, at);
	json_decref(detail);
	return outcome;
}

/* Says when it is too soon for another code. */
static enum staff_outcome check_pace(const struct number_work *work, const json_t *asked, int64_t *asks, wall_ms *since,
				     struct err_at *at)
{
	*asks = user_integer(asked, "asks");
	*since = user_integer(asked, "asks_since");
	if (work->now - *since >= DAY_MS) {
		*asks = 0;
		*since = work->now;
	}
	if (asked != NULL && work->now - user_integer(asked, "asked_at") < OWN_NUMBER_PAUSE_MS) {
		err_at_set(at, ERR_TIMEOUT, 0, "pause", "a code was sent less than a minute ago");
		return STAFF_TOO_SOON;
	}
	if (*asks >= OWN_NUMBER_ASKS) {
		err_at_set(at, ERR_TIMEOUT, 0, "day", "that was the last code for today");
		return STAFF_TOO_SOON;
	}
	return STAFF_OK;
}

static enum staff_outcome try_ask(struct staff_change *change, void *ctx, struct err_at *at)
{
	const struct number_work *work = ctx;
	json_t *asked = NULL;
	int64_t asks;
	wall_ms since;
	char hash[HASH_OCTETS];
	enum staff_outcome outcome =
		staff_db_read(staff_change_db(change), staff_key(STAFF_KEY_CODES), work->actor->name, &asked, at);
	if (outcome == STAFF_OK)
		outcome = check_pace(work, asked, &asks, &since, at);
	json_decref(asked);
	if (outcome != STAFF_OK)
		return outcome;
	hash_code(work->salt, work->code, hash);
	asked = json_pack("{s:s, s:s, s:s, s:I, s:i, s:I, s:I, s:I}", "number", work->number->digits, "salt",
			  work->salt, "hash", hash, "until", (json_int_t)(work->now + OWN_NUMBER_CODE_MS), "tries", 0,
			  "asked_at", (json_int_t)work->now, "asks", (json_int_t)(asks + 1), "asks_since",
			  (json_int_t)since);
	if (asked == NULL)
		return no_memory(at);
	staff_change_put(change, staff_key(STAFF_KEY_CODES), work->actor->name, asked);
	json_decref(asked);
	return audit(change, work, "number.ask", work->number->digits, at);
}

enum staff_outcome own_number_ask(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
				  const struct msisdn *number, char code[static OWN_NUMBER_CODE_OCTETS],
				  struct err_at *at)
{
	unsigned char salt[SALT_OCTETS];
	struct number_work work = { .actor = actor, .now = now, .number = number };
	CHECK(sodium_init() >= 0);
	randombytes_buf(salt, sizeof salt);
	sodium_bin2hex(work.salt, sizeof work.salt, salt, sizeof salt);
	snprintf(work.code, sizeof work.code, "%06u", (unsigned)randombytes_uniform(CODES));
	enum staff_outcome outcome = staff_change_run(db, keys, 2, try_ask, &work, at);
	if (outcome == STAFF_OK)
		memcpy(code, work.code, sizeof work.code);
	password_forget(&work, sizeof work);
	return outcome;
}

/* --- the proof --- */

static enum staff_outcome take_number(struct staff_change *change, const struct number_work *work, const json_t *asked,
				      struct err_at *at)
{
	json_t *user;
	const char *number = user_text(asked, "number");
	enum staff_outcome outcome = user_read(change, work->actor->name, &user, at);
	if (outcome != STAFF_OK)
		return outcome;
	outcome = user_set(user, "number", json_string(number), at);
	if (outcome == STAFF_OK)
		outcome = user_set(user, "number_verified_at", json_integer(work->now), at);
	if (outcome == STAFF_OK)
		outcome = audit(change, work, "number.prove", number, at);
	if (outcome == STAFF_OK) {
		user_keep(change, user);
		staff_change_remove(change, staff_key(STAFF_KEY_CODES), work->actor->name);
	}
	json_decref(user);
	return outcome;
}

static enum staff_outcome judge_code(struct staff_change *change, struct number_work *work, json_t *asked,
				     struct err_at *at)
{
	char hash[HASH_OCTETS];
	if (asked == NULL || work->now >= user_integer(asked, "until") ||
	    user_integer(asked, "tries") >= OWN_NUMBER_TRIES) {
		err_at_set(at, ERR_NOT_FOUND, 0, NULL, "no code is waited for any more; have another one sent");
		return STAFF_WRONG_STATE;
	}
	hash_code(user_text(asked, "salt"), work->code, hash);
	work->is_wrong = !secret_equal(slice_of(hash), slice_of(user_text(asked, "hash")));
	if (!work->is_wrong)
		return take_number(change, work, asked, at);
	enum staff_outcome outcome = user_set(asked, "tries", json_integer(user_integer(asked, "tries") + 1), at);
	if (outcome == STAFF_OK)
		staff_change_put(change, staff_key(STAFF_KEY_CODES), work->actor->name, asked);
	return outcome;
}

static enum staff_outcome try_prove(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct number_work *work = ctx;
	json_t *asked = NULL;
	enum staff_outcome outcome =
		staff_db_read(staff_change_db(change), staff_key(STAFF_KEY_CODES), work->actor->name, &asked, at);
	if (outcome == STAFF_OK)
		outcome = judge_code(change, work, asked, at);
	json_decref(asked);
	return outcome;
}

/* Without blanks. What is longer than a code stays wrong. */
static void read_code(struct slice text, char out[static OWN_NUMBER_CODE_OCTETS])
{
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == ' ')
			continue;
		if (len == OWN_NUMBER_CODE_OCTETS - 1) {
			len = 0;
			break;
		}
		out[len++] = text.at[i];
	}
	out[len] = '\0';
}

enum staff_outcome own_number_prove(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
				    struct slice code, struct err_at *at)
{
	struct number_work work = { .actor = actor, .now = now };
	CHECK(sodium_init() >= 0);
	read_code(code, work.code);
	enum staff_outcome outcome = staff_change_run(db, keys, 3, try_prove, &work, at);
	if (outcome == STAFF_OK && work.is_wrong) {
		err_at_set(at, ERR_FORMAT, 0, NULL, "that is not the code");
		outcome = STAFF_INVALID;
	}
	password_forget(&work, sizeof work);
	return outcome;
}

const char *own_number_of(const json_t *user)
{
	return user_text(user, "number");
}
