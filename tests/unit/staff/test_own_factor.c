/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/audit_log.h"
#include "staff/own_factor.h"
#include "staff/password.h"
#include "staff/sign_in.h"
#include "staff/user.h"
#include "unit/staff/staff_rig.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define GOOD   "four words without rules"
#define OTHER  "and five words more of them"
#define MINUTE (60 * MS_PER_S)

static struct staff_rig rig;
static struct staff_actor boss, li;
static char secret[TOTP_SECRET_OCTETS];
static char session[SESSION_ID_OCTETS]; /* li's, in which the factor is set up */

/* User li, an approver, has a password and no factor. */
static void setup(void)
{
	char code[ONE_TIME_CODE_OCTETS];
	struct sign_in_answer answer = { .user = NULL };
	staff_rig_open(&rig);
	boss = staff_rig_actor("boss", STAFF_ROLE(STAFF_ADMIN));
	li = staff_rig_actor("li", STAFF_ROLE(STAFF_APPROVER));
	WANT(&rig,
	     user_add(rig.db, &boss, rig.now, SLICE("li"), SLICE("李四"), STAFF_ROLE(STAFF_APPROVER), code, &rig.at),
	     STAFF_OK);
	struct sign_in request = { .name = SLICE("li"), .password = slice_of(code), .address = SLICE("10.0.0.7") };
	WANT(&rig, sign_in(rig.db, &request, rig.now, &answer, &rig.at), STAFF_OK);
	json_decref(answer.user);
	WANT(&rig, sign_in_change(rig.db, &request, SLICE(GOOD), rig.now, &answer, &rig.at), STAFF_OK);
	memcpy(session, answer.session_id, sizeof session);
	json_decref(answer.user);
}

static void teardown(void)
{
	staff_rig_close(&rig);
}

TestSuite(own_factor, .init = setup, .fini = teardown);

static const char *code_at(wall_ms now)
{
	static char code[TOTP_DIGITS + 1];
	cr_assert(totp_code(secret, now / TOTP_STEP_MS, code));
	return code;
}

static enum staff_outcome try_from(const char *address, const char *password, const char *code, wall_ms now)
{
	struct sign_in request = { .name = SLICE("li"),
				   .password = slice_of(password),
				   .code = slice_of(code),
				   .address = slice_of(address) };
	struct sign_in_answer answer = { .user = NULL };
	enum staff_outcome outcome = sign_in(rig.db, &request, now, &answer, &rig.at);
	json_decref(answer.user);
	return outcome;
}

static enum staff_outcome try(const char *password, const char *code, wall_ms now)
{
	return try_from("10.0.0.7", password, code, now);
}

static struct own_factor_request request_of(const char *code)
{
	return (struct own_factor_request){ .actor = &li, .session = slice_of(session), .code = slice_of(code) };
}

static enum staff_outcome ask(const char *code, wall_ms now)
{
	unsigned wait_s = 0;
	struct own_factor_request request = request_of(code);
	return own_factor_ask(rig.db, &request, now, secret, &wait_s, &rig.at);
}

/* The session is another one then. */
static enum staff_outcome prove(const char *code, wall_ms now)
{
	json_t *user = NULL;
	struct own_factor_request request = request_of(code);
	enum staff_outcome outcome = own_factor_prove(rig.db, &request, now, session, &user, &rig.at);
	json_decref(user);
	return outcome;
}

static enum staff_outcome find(const char *id)
{
	struct staff_session found = { .user = NULL };
	enum staff_outcome outcome = session_find(rig.db, slice_of(id), rig.now, &found, &rig.at);
	session_fini(&found);
	return outcome;
}

/* Another session of li's; code: "" = none. */
static void open_another(char id[static SESSION_ID_OCTETS], const char *code, wall_ms now)
{
	struct sign_in request = {
		.name = SLICE("li"), .password = SLICE(GOOD), .code = slice_of(code), .address = SLICE("10.0.0.7")
	};
	struct sign_in_answer answer = { .user = NULL };
	WANT(&rig, sign_in(rig.db, &request, now, &answer, &rig.at), STAFF_OK);
	memcpy(id, answer.session_id, SESSION_ID_OCTETS);
	json_decref(answer.user);
}

/* Enrols at a time; the next code that is taken is of the step behind it. */
static void enrol(wall_ms now)
{
	WANT(&rig, ask("", now), STAFF_OK);
	WANT(&rig, prove(code_at(now), now), STAFF_OK);
}

static bool has_factor(void)
{
	json_t *user;
	WANT(&rig, user_find(rig.db, SLICE("li"), &user, &rig.at), STAFF_OK);
	json_t *shown = user_shown(user, NULL);
	bool is_set = own_factor_is_set(user);
	cr_assert_eq(json_is_true(json_object_get(shown, "has_factor")), is_set);
	char *text = json_dumps(shown, 0);
	cr_assert(secret[0] == '\0' || strstr(text, secret) == NULL, "%s", text);
	free(text);
	json_decref(shown);
	json_decref(user);
	return is_set;
}

Test(own_factor, is_the_users_as_soon_as_a_code_of_it_comes_back)
{
	cr_assert_not(has_factor());
	WANT(&rig, prove("123456", rig.now), STAFF_WRONG_STATE);
	WANT(&rig, ask("", rig.now), STAFF_OK);
	WANT(&rig, prove("12345", rig.now), STAFF_INVALID);
	cr_assert_not(has_factor());
	WANT(&rig, try(GOOD, "", rig.now), STAFF_OK); /* what is not proven locks nobody out */
	WANT(&rig, prove(code_at(rig.now), rig.now), STAFF_OK);
	cr_assert(has_factor());
	WANT(&rig, prove(code_at(rig.now), rig.now), STAFF_WRONG_STATE);
}

/* Whoever has the password and sits in a session must not go on without a code. */
Test(own_factor, ends_sessions_that_were_opened_without_it)
{
	char other[SESSION_ID_OCTETS], before[SESSION_ID_OCTETS];
	open_another(other, "", rig.now);
	memcpy(before, session, sizeof before);
	enrol(rig.now);
	cr_assert_str_neq(session, before);
	WANT(&rig, find(other), STAFF_FORBIDDEN);
	WANT(&rig, find(before), STAFF_FORBIDDEN);
	WANT(&rig, find(session), STAFF_OK);
}

Test(own_factor, one_session_is_told_the_same_secret_for_a_while)
{
	char first[TOTP_SECRET_OCTETS], mine[SESSION_ID_OCTETS], other[SESSION_ID_OCTETS];
	open_another(other, "", rig.now);
	memcpy(mine, session, sizeof mine);
	WANT(&rig, ask("", rig.now), STAFF_OK);
	memcpy(first, secret, sizeof first);
	WANT(&rig, ask("", rig.now + OWN_FACTOR_ASK_MS - 1), STAFF_OK);
	cr_assert_str_eq(secret, first, "another window of the same session");
	/* Somebody else in another session gets to know nothing of it, and cannot prove it. */
	memcpy(session, other, sizeof session);
	WANT(&rig, prove(code_at(rig.now), rig.now), STAFF_WRONG_STATE);
	WANT(&rig, ask("", rig.now), STAFF_OK);
	cr_assert_str_neq(secret, first);
	memcpy(session, mine, sizeof session);
	WANT(&rig, ask("", rig.now), STAFF_OK);
	memcpy(first, secret, sizeof first);
	WANT(&rig, ask("", rig.now + OWN_FACTOR_ASK_MS), STAFF_OK);
	cr_assert_str_neq(secret, first, "a secret is old after a while");
}

Test(own_factor, a_session_that_has_ended_proves_nothing)
{
	WANT(&rig, ask("", rig.now), STAFF_OK);
	WANT(&rig, user_end_sessions(rig.db, &boss, rig.now, SLICE("li"), &rig.at), STAFF_OK);
	WANT(&rig, prove(code_at(rig.now), rig.now), STAFF_FORBIDDEN);
	cr_assert_not(has_factor());
}

Test(own_factor, nobody_signs_in_without_a_code)
{
	wall_ms now = rig.now + 10 * MINUTE;
	enrol(rig.now);
	WANT(&rig, try("wrong", code_at(now), now), STAFF_FORBIDDEN);
	cr_assert_str_neq(rig.at.field, "code");
	WANT(&rig, try(GOOD, "", now), STAFF_NEEDS_CODE);
	rig.at = (struct err_at){ .err = ERR_OK };
	cr_assert_eq(try(GOOD, "00000", now), STAFF_FORBIDDEN);
	cr_assert_str_eq(rig.at.field, "code");
	WANT(&rig, try(GOOD, code_at(now), now + TOTP_STEP_MS), STAFF_OK); /* a code of the step before is one */
}

Test(own_factor, a_code_is_good_once)
{
	wall_ms now = rig.now + 10 * MINUTE;
	enrol(rig.now);
	WANT(&rig, try(GOOD, code_at(now), now), STAFF_OK);
	WANT(&rig, try(GOOD, code_at(now), now), STAFF_FORBIDDEN);
	WANT(&rig, try(GOOD, code_at(now + TOTP_STEP_MS), now), STAFF_OK);
}

Test(own_factor, the_code_that_proved_it_signs_nobody_in)
{
	enrol(rig.now);
	WANT(&rig, try(GOOD, code_at(rig.now), rig.now), STAFF_FORBIDDEN);
}

struct opener {
	struct staff_db *db;
	pthread_barrier_t *start;
	wall_ms now;
	enum staff_outcome outcome;
};

static void *open_with_code(void *ctx)
{
	struct opener *opener = ctx;
	char code[TOTP_DIGITS + 1];
	bool is_code = totp_code(secret, opener->now / TOTP_STEP_MS, code);
	struct sign_in request = {
		.name = SLICE("li"), .password = SLICE(GOOD), .code = slice_of(code), .address = SLICE("10.0.0.7")
	};
	struct sign_in_answer answer = { .user = NULL };
	pthread_barrier_wait(opener->start);
	opener->outcome = is_code ? sign_in(opener->db, &request, opener->now, &answer, NULL) : STAFF_BROKEN;
	json_decref(answer.user);
	return NULL;
}

Test(own_factor, two_at_once_with_one_code_get_one_session)
{
	struct opener openers[2];
	pthread_t threads[2];
	pthread_barrier_t start;
	enrol(rig.now);
	pthread_barrier_init(&start, NULL, 2);
	for (unsigned i = 0; i < 2; i++) {
		openers[i] = (struct opener){ .db = staff_rig_db(&rig), .start = &start, .now = rig.now + MINUTE };
		cr_assert_eq(pthread_create(&threads[i], NULL, open_with_code, &openers[i]), 0);
	}
	for (unsigned i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		staff_db_close(openers[i].db);
	}
	pthread_barrier_destroy(&start);
	cr_assert_eq((openers[0].outcome == STAFF_OK) + (openers[1].outcome == STAFF_OK), 1);
	cr_assert_eq((openers[0].outcome == STAFF_FORBIDDEN) + (openers[1].outcome == STAFF_FORBIDDEN), 1);
}

/* Who knows the password must not begin anew by asking for nothing in between. */
Test(own_factor, codes_are_guessed_as_slowly_as_passwords)
{
	wall_ms now = rig.now + 10 * MINUTE;
	unsigned looked_at = 0;
	enrol(rig.now);
	for (unsigned i = 0; i < 20; i++) {
		enum staff_outcome outcome = try_from("192.0.2.66", GOOD, i % 2 == 0 ? "00000x" : "", now);
		looked_at += outcome == STAFF_FORBIDDEN || outcome == STAFF_NEEDS_CODE;
	}
	cr_assert_eq(looked_at, 4, "20 tries at one instant: %u were looked at", looked_at);
}

/* Everybody in an office has a second factor: nobody waits for the others' first steps. */
Test(own_factor, two_steps_are_one_try_for_an_address)
{
	wall_ms now = rig.now + 10 * MINUTE;
	enrol(rig.now);
	for (unsigned i = 0; i < 24; i++)
		WANT(&rig, try(GOOD, "", now += MINUTE), STAFF_NEEDS_CODE);
	for (unsigned i = 0; i < 20; i++) {
		char name[16];
		snprintf(name, sizeof name, "user%u", i);
		struct sign_in request = { .name = slice_of(name),
					   .password = SLICE("x"),
					   .address = SLICE("10.0.0.7") };
		struct sign_in_answer answer = { .user = NULL };
		WANT(&rig, sign_in(rig.db, &request, now, &answer, &rig.at), STAFF_FORBIDDEN);
	}
}

/* Strangers who guess the password from elsewhere keep nobody from setting it up, nor from another phone. */
Test(own_factor, somebody_elsewhere_makes_nobody_wait)
{
	wall_ms now = rig.now + 10 * MINUTE;
	for (unsigned i = 0; i < 4; i++)
		WANT(&rig, try_from("192.0.2.66", "wrong", "", rig.now), STAFF_FORBIDDEN);
	enrol(rig.now);
	for (unsigned i = 0; i < 2; i++)
		WANT(&rig, try_from("192.0.2.66", "wrong", "", now), STAFF_FORBIDDEN);
	WANT(&rig, try_from("192.0.2.66", "wrong", "", now), STAFF_TOO_SOON);
	WANT(&rig, ask(code_at(now), now), STAFF_OK);
}

Test(own_factor, another_one_takes_a_code_of_the_present_one)
{
	char first[TOTP_SECRET_OCTETS];
	unsigned looked_at = 0;
	wall_ms now = rig.now + 10 * MINUTE;
	enrol(rig.now);
	memcpy(first, secret, sizeof first);
	WANT(&rig, ask("", now), STAFF_INVALID);
	WANT(&rig, ask("00000x", now), STAFF_INVALID);
	cr_assert_str_eq(secret, first);
	WANT(&rig, ask(code_at(now), now), STAFF_OK);
	cr_assert_str_neq(secret, first);
	cr_assert(has_factor(), "the present one stays until the new one is proven");
	now += MINUTE;
	WANT(&rig, try(GOOD, code_at(now), now), STAFF_FORBIDDEN);
	WANT(&rig, prove(code_at(now), now), STAFF_OK);
	WANT(&rig, try(GOOD, code_at(now + TOTP_STEP_MS), now), STAFF_OK);
	for (unsigned i = 0; i < 20; i++)
		looked_at += ask("00000x", now) == STAFF_INVALID;
	cr_assert_eq(looked_at, 4, "20 guesses at one instant: %u were looked at", looked_at);
}

Test(own_factor, a_new_password_takes_no_code_and_leaves_it)
{
	struct sign_in request = { .name = SLICE("li"), .password = SLICE(GOOD), .address = SLICE("10.0.0.7") };
	struct sign_in_answer answer = { .user = NULL };
	enrol(rig.now);
	WANT(&rig, sign_in_change(rig.db, &request, SLICE(OTHER), rig.now, &answer, &rig.at), STAFF_OK);
	json_decref(answer.user);
	WANT(&rig, try(OTHER, "", rig.now), STAFF_NEEDS_CODE);
}

Test(own_factor, goes_with_a_reset)
{
	char code[ONE_TIME_CODE_OCTETS];
	enrol(rig.now);
	WANT(&rig, user_reset(rig.db, &boss, rig.now, SLICE("li"), code, &rig.at), STAFF_OK);
	cr_assert_not(has_factor());
	WANT(&rig, prove("123456", rig.now), STAFF_FORBIDDEN);
	WANT(&rig, try(code, "", rig.now), STAFF_OK);
}

Test(own_factor, is_in_the_audit_log_without_secrets)
{
	static const char *const want[] = { "factor.refused", "session.code_asked", "session.refused", "factor.prove",
					    "factor.ask" };
	json_t *entries;
	int64_t next;
	struct audit_filter filter = { .count = 5 };
	enrol(rig.now);
	WANT(&rig, try(GOOD, "00000x", rig.now), STAFF_FORBIDDEN);
	WANT(&rig, try(GOOD, "", rig.now), STAFF_NEEDS_CODE); /* from where one always signs in, that is nothing */
	WANT(&rig, try_from("192.0.2.66", GOOD, "", rig.now), STAFF_NEEDS_CODE);
	WANT(&rig, ask("00000x", rig.now), STAFF_INVALID);
	WANT(&rig, audit_log_page(rig.db, &filter, &entries, &next, &rig.at), STAFF_OK);
	for (size_t i = 0; i < 5; i++)
		cr_assert_str_eq(json_string_value(json_object_get(json_array_get(entries, i), "action")), want[i]);
	const json_t *detail = json_object_get(json_array_get(entries, 2), "detail");
	cr_assert_str_eq(json_string_value(json_object_get(detail, "wrong")), "code");
	char *text = json_dumps(entries, 0);
	cr_assert_null(strstr(text, secret));
	cr_assert_null(strstr(text, "00000x"));
	free(text);
	json_decref(entries);
}
