/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/staff/staff_rig.h"

#include "staff/audit_log.h"
#include "staff/password.h"
#include "staff/sign_in.h"
#include "staff/tries.h"
#include "staff/user.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define GOOD   "four words without rules"
#define OTHER  "and five words more of them"
#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

static struct staff_rig rig;
static struct staff_actor boss;
static char code[ONE_TIME_CODE_OCTETS];

/* Users li and wang; li has a password. */
static void setup(void)
{
	staff_rig_open(&rig);
	boss = staff_rig_actor("boss", STAFF_ROLE(STAFF_ADMIN));
	WANT(&rig,
	     user_add(rig.db, &boss, rig.now, SLICE("wang"), SLICE("王五"), STAFF_ROLE(STAFF_ADMIN), code, &rig.at),
	     STAFF_OK);
	WANT(&rig,
	     user_add(rig.db, &boss, rig.now, SLICE("li"), SLICE("李四"), STAFF_ROLE(STAFF_EDITOR), code, &rig.at),
	     STAFF_OK);
}

static void teardown(void)
{
	staff_rig_close(&rig);
}

TestSuite(sign_in, .init = setup, .fini = teardown);

static enum staff_outcome try_from(const char *name, const char *password, const char *address, wall_ms now,
				   struct sign_in_answer *answer)
{
	struct sign_in request = { .name = slice_of(name),
				   .password = slice_of(password),
				   .address = slice_of(address),
				   .agent = SLICE("Firefox") };
	*answer = (struct sign_in_answer){ .user = NULL };
	return sign_in(rig.db, &request, now, answer, &rig.at);
}

static enum staff_outcome try(const char *name, const char *password, wall_ms now)
{
	struct sign_in_answer answer;
	enum staff_outcome outcome = try_from(name, password, "10.0.0.7", now, &answer);
	json_decref(answer.user);
	return outcome;
}

static enum staff_outcome change(const char *old, const char *password, struct sign_in_answer *answer)
{
	struct sign_in request = {
		.name = SLICE("li"), .password = slice_of(old), .address = SLICE("10.0.0.7"), .agent = SLICE("Firefox")
	};
	*answer = (struct sign_in_answer){ .user = NULL };
	return sign_in_change(rig.db, &request, slice_of(password), rig.now, answer, &rig.at);
}

/* Signs li in with the code, and sets GOOD. */
static void set_password(char session[static SESSION_ID_OCTETS])
{
	struct sign_in_answer answer;
	WANT(&rig, try("li", code, rig.now), STAFF_OK);
	WANT(&rig, change(code, GOOD, &answer), STAFF_OK);
	memcpy(session, answer.session_id, SESSION_ID_OCTETS);
	json_decref(answer.user);
}

static enum staff_outcome find(const char *id, wall_ms now)
{
	struct staff_session session = { .user = NULL };
	enum staff_outcome outcome = session_find(rig.db, slice_of(id), now, &session, &rig.at);
	session_fini(&session);
	return outcome;
}

Test(sign_in, the_code_is_good_once_and_wants_a_password)
{
	struct sign_in_answer answer;
	struct staff_session session;
	WANT(&rig, try_from("li", code, "10.0.0.7", rig.now, &answer), STAFF_OK);
	WANT(&rig, session_find(rig.db, slice_of(answer.session_id), rig.now, &session, &rig.at), STAFF_OK);
	cr_assert(session.must_change);
	cr_assert_eq(session.roles, STAFF_ROLE(STAFF_EDITOR));
	session_fini(&session);
	json_decref(answer.user);
	WANT(&rig, try("li", code, rig.now), STAFF_FORBIDDEN);
	WANT(&rig, change("not the code", GOOD, &answer), STAFF_FORBIDDEN);
	WANT(&rig, change(code, "password1", &answer), STAFF_INVALID);
	WANT(&rig, change(code, GOOD, &answer), STAFF_OK);
	WANT(&rig, session_find(rig.db, slice_of(answer.session_id), rig.now, &session, &rig.at), STAFF_OK);
	cr_assert_not(session.must_change);
	session_fini(&session);
	json_decref(answer.user);
	WANT(&rig, change(code, OTHER, &answer), STAFF_FORBIDDEN);
	WANT(&rig, try("li", GOOD, rig.now), STAFF_OK);
}

Test(sign_in, the_code_ends_after_a_day)
{
	WANT(&rig, try("li", code, rig.now + 24 * HOUR), STAFF_FORBIDDEN);
	WANT(&rig, user_reset(rig.db, &boss, rig.now, SLICE("wang"), code, &rig.at), STAFF_OK);
	WANT(&rig, try("wang", code, rig.now + 24 * HOUR - 1), STAFF_OK);
}

struct opener {
	struct staff_db *db;
	pthread_barrier_t *start;
	enum staff_outcome outcome;
};

static void *open_with_code(void *ctx)
{
	struct opener *opener = ctx;
	struct sign_in request = {
		.name = SLICE("li"), .password = slice_of(code), .address = SLICE("10.0.0.7"), .agent = SLICE("")
	};
	struct sign_in_answer answer = { .user = NULL };
	pthread_barrier_wait(opener->start);
	opener->outcome = sign_in(opener->db, &request, rig.now, &answer, NULL);
	json_decref(answer.user);
	return NULL;
}

/* Both have found the code right before either has used it: the second one must see that. */
Test(sign_in, two_at_once_with_one_code_get_one_session)
{
	struct opener openers[2];
	pthread_t threads[2];
	pthread_barrier_t start;
	pthread_barrier_init(&start, NULL, 2);
	for (unsigned i = 0; i < 2; i++) {
		openers[i] = (struct opener){ .db = staff_rig_db(&rig), .start = &start };
		cr_assert_eq(pthread_create(&threads[i], NULL, open_with_code, &openers[i]), 0);
	}
	for (unsigned i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		staff_db_close(openers[i].db);
	}
	pthread_barrier_destroy(&start);
	cr_assert_eq((openers[0].outcome == STAFF_OK) + (openers[1].outcome == STAFF_OK), 1);
	cr_assert_eq((openers[0].outcome == STAFF_FORBIDDEN) + (openers[1].outcome == STAFF_FORBIDDEN), 1);
	cr_assert_eq(staff_rig_count(&rig, "HLEN :staff:sessions"), 1);
}

Test(sign_in, unknown_names_are_told_the_same_after_the_same_work)
{
	char session[SESSION_ID_OCTETS];
	char first[256] = "";
	set_password(session);
	boss.is_at_command_line = true; /* wang is the last admin */
	struct user_wish wish = { .has_disabled = true, .is_disabled = true };
	WANT(&rig, user_change(rig.db, &boss, rig.now, SLICE("wang"), &wish, &rig.at), STAFF_OK);
	static const struct {
		const char *name;
		const char *password;
	} rows[] = {
		{ "li", "wrong" }, { "nobody", "wrong" }, { "wang", "wrong" }, { "No Name!", "wrong" },
		{ "", "wrong" },   { "li", "" },          { "nobody", GOOD },  { "li", "22222-33333-44444-55555" }
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sign_in_answer answer;
		char address[32];
		snprintf(address, sizeof address, "10.1.0.%zu", i);
		unsigned long before = password_work_count();
		cr_assert_eq(try_from(rows[i].name, rows[i].password, address, rig.now + (wall_ms)i * HOUR, &answer),
			     STAFF_FORBIDDEN, "%s", rows[i].name);
		cr_assert_eq(password_work_count(), before + 1, "%s: a hash each time, and one only", rows[i].name);
		if (i == 0)
			snprintf(first, sizeof first, "%s", rig.at.text);
		cr_assert_str_eq(rig.at.text, first);
		rig.at = (struct err_at){ .err = ERR_OK };
	}
}

Test(sign_in, disabled_users_stay_out)
{
	char session[SESSION_ID_OCTETS];
	set_password(session);
	struct user_wish wish = { .has_disabled = true, .is_disabled = true };
	WANT(&rig, find(session, rig.now), STAFF_OK);
	WANT(&rig, user_change(rig.db, &boss, rig.now, SLICE("li"), &wish, &rig.at), STAFF_OK);
	WANT(&rig, find(session, rig.now), STAFF_FORBIDDEN);
	WANT(&rig, try("li", GOOD, rig.now), STAFF_FORBIDDEN);
	wish.is_disabled = false;
	WANT(&rig, user_change(rig.db, &boss, rig.now, SLICE("li"), &wish, &rig.at), STAFF_OK);
	WANT(&rig, find(session, rig.now), STAFF_FORBIDDEN);
	WANT(&rig, try("li", GOOD, rig.now), STAFF_OK);
}

Test(sign_in, waits_grow_to_a_minute)
{
	static const unsigned want[] = { 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60 };
	for (unsigned i = 0; i < sizeof want / sizeof want[0]; i++)
		cr_assert_eq(tries_wait_s(i, false), want[i], "%u", i);
	cr_assert_eq(tries_wait_s(20, true), 0);
	cr_assert_eq(tries_wait_s(21, true), 1);
	cr_assert_eq(tries_wait_s(INT64_MAX, true), TRIES_WAIT_MAX_S);
}

Test(sign_in, after_some_tries_each_waits_right_or_wrong_but_nobody_is_locked_out)
{
	struct sign_in_answer answer;
	char session[SESSION_ID_OCTETS];
	wall_ms now = rig.now;
	set_password(session);
	for (unsigned i = 0; i < 4; i++)
		WANT(&rig, try("li", "wrong", now), STAFF_FORBIDDEN);
	unsigned long before = password_work_count();
	WANT(&rig, try_from("li", GOOD, "10.0.0.7", now, &answer), STAFF_TOO_SOON);
	cr_assert_eq(answer.retry_after_s, 1);
	WANT(&rig, try("li", GOOD, now + 999), STAFF_TOO_SOON);
	cr_assert_eq(password_work_count(), before, "who has to wait costs nothing");
	WANT(&rig, try("li", "wrong", now + SECOND), STAFF_FORBIDDEN);
	WANT(&rig, try_from("li", GOOD, "10.0.0.7", now + SECOND, &answer), STAFF_TOO_SOON);
	cr_assert_eq(answer.retry_after_s, 2);
	for (unsigned i = 0; i < 8; i++)
		WANT(&rig, try("li", "wrong", now += MINUTE), STAFF_FORBIDDEN);
	WANT(&rig, try("li", GOOD, now + 59 * SECOND), STAFF_TOO_SOON);
	WANT(&rig, try("li", GOOD, now + MINUTE), STAFF_OK);
	WANT(&rig, try("li", "wrong", now + MINUTE), STAFF_FORBIDDEN);
	WANT(&rig, try("li", GOOD, now + MINUTE), STAFF_OK);
}

Test(sign_in, choosing_a_password_is_no_guess)
{
	struct sign_in_answer answer;
	char session[SESSION_ID_OCTETS];
	set_password(session);
	for (unsigned i = 0; i < 8; i++)
		WANT(&rig, change(GOOD, "short", &answer), STAFF_INVALID);
	for (unsigned i = 0; i < 4; i++)
		WANT(&rig, change("wrong", "short", &answer), STAFF_FORBIDDEN);
	WANT(&rig, change(GOOD, OTHER, &answer), STAFF_TOO_SOON);
}

Test(sign_in, somebody_elsewhere_makes_nobody_wait)
{
	struct sign_in_answer answer;
	char session[SESSION_ID_OCTETS];
	set_password(session); /* at 10.0.0.7 */
	for (unsigned i = 0; i < 4; i++)
		WANT(&rig, try_from("li", "wrong", "192.0.2.66", rig.now, &answer), STAFF_FORBIDDEN);
	WANT(&rig, try_from("li", GOOD, "192.0.2.66", rig.now, &answer), STAFF_TOO_SOON);
	WANT(&rig, try_from("li", GOOD, "192.0.2.67", rig.now, &answer), STAFF_TOO_SOON);
	WANT(&rig, try("li", GOOD, rig.now), STAFF_OK);
}

Test(sign_in, an_address_that_tries_many_names_waits)
{
	struct sign_in_answer answer;
	char name[16];
	for (unsigned i = 0; i < 21; i++) {
		snprintf(name, sizeof name, "user%u", i);
		WANT(&rig, try_from(name, "wrong", "192.0.2.66", rig.now, &answer), STAFF_FORBIDDEN);
	}
	WANT(&rig, try_from("user99", "wrong", "192.0.2.66", rig.now, &answer), STAFF_TOO_SOON);
	WANT(&rig, try_from("user99", "wrong", "192.0.2.67", rig.now, &answer), STAFF_FORBIDDEN);
}

/* An office behind one address, and somebody in it who never stops. */
Test(sign_in, who_signs_in_from_an_address_every_day_does_not_wait_for_others_there)
{
	char session[SESSION_ID_OCTETS], name[16];
	set_password(session); /* li, at 10.0.0.7 */
	for (unsigned i = 0; i < 21; i++) {
		snprintf(name, sizeof name, "user%u", i);
		WANT(&rig, try(name, "wrong", rig.now), STAFF_FORBIDDEN);
	}
	WANT(&rig, try("user99", "wrong", rig.now), STAFF_TOO_SOON);
	WANT(&rig, try("li", GOOD, rig.now), STAFF_OK);
	WANT(&rig, try("user99", "wrong", rig.now), STAFF_TOO_SOON);
}

Test(sign_in, what_was_mistyped_long_ago_is_forgotten)
{
	struct sign_in_answer answer;
	wall_ms now = rig.now;
	char name[16];
	for (unsigned i = 0; i < 60; i++) {
		snprintf(name, sizeof name, "user%u", i);
		WANT(&rig, try_from(name, "wrong", "192.0.2.66", now += 5 * MINUTE, &answer), STAFF_FORBIDDEN);
	}
	for (unsigned i = 0; i < 21; i++) {
		snprintf(name, sizeof name, "other%u", i);
		enum staff_outcome outcome = try_from(name, "wrong", "192.0.2.66", now, &answer);
		cr_assert_eq(outcome, i < 20 ? STAFF_FORBIDDEN : STAFF_TOO_SOON, "%u: %s", i, rig.at.text);
	}
}

Test(sign_in, a_name_that_nobody_has_is_refused_in_the_log_without_being_named)
{
	json_t *entries;
	int64_t next;
	struct audit_filter filter = { .count = 1 };
	WANT(&rig, try("my secret phrase", "wrong", rig.now), STAFF_FORBIDDEN);
	WANT(&rig, audit_log_page(rig.db, &filter, &entries, &next, &rig.at), STAFF_OK);
	const json_t *entry = json_array_get(entries, 0);
	cr_assert_str_eq(json_string_value(json_object_get(entry, "action")), "session.refused");
	cr_assert_str_eq(json_string_value(json_object_get(entry, "actor")), "(unknown)");
	cr_assert_str_eq(json_string_value(json_object_get(entry, "object")), "");
	json_decref(entries);
}

struct guesser {
	struct staff_db *db;
	unsigned tried;
};

static void *guess(void *ctx)
{
	struct guesser *guesser = ctx;
	struct sign_in request = {
		.name = SLICE("li"), .password = SLICE("wrong"), .address = SLICE("192.0.2.66"), .agent = SLICE("")
	};
	struct sign_in_answer answer = { .user = NULL };
	for (unsigned i = 0; i < 4; i++)
		guesser->tried += sign_in(guesser->db, &request, rig.now, &answer, NULL) == STAFF_FORBIDDEN;
	return NULL;
}

Test(sign_in, many_at_once_are_no_way_round_the_wait)
{
	enum { THREADS = 4 };
	struct guesser guessers[THREADS];
	pthread_t threads[THREADS];
	unsigned tried = 0;
	for (unsigned i = 0; i < THREADS; i++) {
		guessers[i] = (struct guesser){ .db = staff_rig_db(&rig) };
		cr_assert_eq(pthread_create(&threads[i], NULL, guess, &guessers[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		tried += guessers[i].tried;
		staff_db_close(guessers[i].db);
	}
	cr_assert_eq(tried, 4, "16 guesses at the same instant: %u were looked at", tried);
}

Test(sign_in, sessions_are_new_and_kept_as_hashes)
{
	struct sign_in_answer first;
	struct sign_in_answer second;
	char session[SESSION_ID_OCTETS];
	char words[128];
	set_password(session);
	WANT(&rig, try_from("li", GOOD, "10.0.0.7", rig.now, &first), STAFF_OK);
	WANT(&rig, try_from("li", GOOD, "10.0.0.7", rig.now, &second), STAFF_OK);
	cr_assert_str_neq(first.session_id, second.session_id);
	cr_assert_eq(strlen(first.session_id), 64);
	snprintf(words, sizeof words, "HEXISTS :staff:sessions %s", first.session_id);
	cr_assert_eq(staff_rig_count(&rig, words), 0, "the id itself lies nowhere");
	json_decref(first.user);
	json_decref(second.user);
	WANT(&rig, find("", rig.now), STAFF_FORBIDDEN);
	WANT(&rig, find("0000000000000000000000000000000000000000000000000000000000000000", rig.now), STAFF_FORBIDDEN);
}

Test(sign_in, sessions_end_unused_and_after_twelve_hours)
{
	char session[SESSION_ID_OCTETS];
	set_password(session);
	wall_ms now = rig.now;
	WANT(&rig, find(session, now + 15 * MINUTE), STAFF_FORBIDDEN);
	while (now + 10 * MINUTE < rig.now + 12 * HOUR)
		WANT(&rig, find(session, now += 10 * MINUTE), STAFF_OK);
	WANT(&rig, find(session, rig.now + 12 * HOUR - 1), STAFF_OK);
	WANT(&rig, find(session, rig.now + 12 * HOUR), STAFF_FORBIDDEN);
	WANT(&rig, try("li", GOOD, rig.now + 13 * HOUR), STAFF_OK);
	cr_assert_eq(staff_rig_count(&rig, "HLEN :staff:sessions"), 1, "those that are over go");
}

Test(sign_in, use_is_written_now_and_then_only)
{
	char session[SESSION_ID_OCTETS];
	set_password(session);
	staff_rig_meddle(&rig, "CONFIG RESETSTAT");
	staff_rig_meddle(&rig, "CONFIG SET maxmemory 1"); /* nothing can be written */
	WANT(&rig, find(session, rig.now + 29 * SECOND), STAFF_OK);
	WANT(&rig, find(session, rig.now + 30 * SECOND), STAFF_UNREACHABLE);
}

Test(sign_in, sessions_end_with_password_reset_and_by_an_admin)
{
	struct sign_in_answer answer;
	char session[SESSION_ID_OCTETS];
	char next[ONE_TIME_CODE_OCTETS];
	set_password(session);
	WANT(&rig, change(GOOD, GOOD, &answer), STAFF_INVALID);
	WANT(&rig, change(GOOD, OTHER, &answer), STAFF_OK);
	WANT(&rig, find(session, rig.now), STAFF_FORBIDDEN);
	WANT(&rig, find(answer.session_id, rig.now), STAFF_OK);
	json_decref(answer.user);
	WANT(&rig, user_end_sessions(rig.db, &boss, rig.now, SLICE("li"), &rig.at), STAFF_OK);
	WANT(&rig, find(answer.session_id, rig.now), STAFF_FORBIDDEN);
	WANT(&rig, try_from("li", OTHER, "10.0.0.7", rig.now, &answer), STAFF_OK);
	WANT(&rig, user_reset(rig.db, &boss, rig.now, SLICE("li"), next, &rig.at), STAFF_OK);
	WANT(&rig, find(answer.session_id, rig.now), STAFF_FORBIDDEN);
	json_decref(answer.user);
	WANT(&rig, try("li", OTHER, rig.now), STAFF_FORBIDDEN);
	WANT(&rig, try("li", next, rig.now), STAFF_OK);
}

Test(sign_in, one_session_ends_by_itself)
{
	struct sign_in_answer answer;
	char session[SESSION_ID_OCTETS];
	struct staff_actor li = staff_rig_actor("li", STAFF_ROLE(STAFF_EDITOR));
	set_password(session);
	WANT(&rig, try_from("li", GOOD, "10.0.0.7", rig.now, &answer), STAFF_OK);
	json_decref(answer.user);
	WANT(&rig, session_end(rig.db, &li, rig.now, slice_of(session), &rig.at), STAFF_OK);
	WANT(&rig, session_end(rig.db, &li, rig.now, slice_of(session), &rig.at), STAFF_OK);
	WANT(&rig, find(session, rig.now), STAFF_FORBIDDEN);
	WANT(&rig, find(answer.session_id, rig.now), STAFF_OK);
}

Test(sign_in, all_is_in_the_audit_log_without_secrets)
{
	char session[SESSION_ID_OCTETS];
	json_t *entries;
	int64_t next;
	struct audit_verdict verdict;
	struct audit_filter filter = { .count = 50 };
	set_password(session);
	WANT(&rig, try("li", "wrong password here", rig.now), STAFF_FORBIDDEN);
	WANT(&rig, audit_log_page(rig.db, &filter, &entries, &next, &rig.at), STAFF_OK);
	static const char *const want[] = { "session.refused", "user.password", "session.open", "user.add",
					    "user.add" };
	cr_assert_eq(json_array_size(entries), 5);
	for (size_t i = 0; i < 5; i++)
		cr_assert_str_eq(json_string_value(json_object_get(json_array_get(entries, i), "action")), want[i]);
	char *text = json_dumps(entries, 0);
	cr_assert_null(strstr(text, "argon2"));
	cr_assert_null(strstr(text, "wrong password"));
	cr_assert_null(strstr(text, code));
	cr_assert_null(strstr(text, session));
	free(text);
	json_decref(entries);
	WANT(&rig, audit_log_check(rig.db, NULL, &verdict, &rig.at), STAFF_OK);
	cr_assert(verdict.is_whole);
}
