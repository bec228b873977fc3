/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/staff/staff_rig.h"

#include "staff/audit_log.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct staff_rig rig;

static void setup(void)
{
	staff_rig_open(&rig);
}

static void teardown(void)
{
	staff_rig_close(&rig);
}

TestSuite(staff_change, .init = setup, .fini = teardown);

struct work {
	unsigned attempts;
	unsigned disturb; /* so many attempts are overtaken */
	enum staff_outcome outcome;
};

static const struct redis_key keys[] = { { .name = STAFF_KEY_USERS }, { .name = STAFF_KEY_AUDIT } };

/* Counts a number in a document on by one. */
static enum staff_outcome count_on(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct work *work = ctx;
	struct staff_actor li = staff_rig_actor("li", 0);
	json_t *document;
	enum staff_outcome outcome =
		staff_db_read(staff_change_db(change), staff_key(STAFF_KEY_USERS), SLICE("li"), &document, at);
	if (outcome != STAFF_OK)
		return outcome;
	json_int_t count = json_integer_value(json_object_get(document, "count"));
	json_decref(document);
	document = json_pack("{s:I}", "count", count + 1);
	staff_change_put(change, staff_key(STAFF_KEY_USERS), SLICE("li"), document);
	json_decref(document);
	outcome = audit_log_add(change, &li, rig.now, "test.count", SLICE("li"), NULL, at);
	if (work->attempts++ < work->disturb)
		staff_rig_meddle(&rig, "HSET :staff:users zhao {}");
	if (work->outcome != STAFF_OK)
		err_at_set(at, ERR_RANGE, 0, NULL, "as the test wants it");
	return outcome == STAFF_OK ? work->outcome : outcome;
}

static json_int_t counted(void)
{
	json_t *document;
	WANT(&rig, staff_db_read(rig.db, staff_key(STAFF_KEY_USERS), SLICE("li"), &document, &rig.at), STAFF_OK);
	json_int_t count = json_integer_value(json_object_get(document, "count"));
	json_decref(document);
	return count;
}

Test(staff_change, is_made_once_though_others_were_quicker)
{
	struct work work = { .disturb = STAFF_CHANGE_TRIES - 1 };
	WANT(&rig, staff_change_run(rig.db, keys, 2, count_on, &work, &rig.at), STAFF_OK);
	cr_assert_eq(work.attempts, STAFF_CHANGE_TRIES);
	cr_assert_eq(counted(), 1);
	cr_assert_eq(staff_rig_count(&rig, "XLEN :staff:audit"), 1, "the entry comes with the change, and once");
}

Test(staff_change, is_given_up_in_the_end)
{
	struct work work = { .disturb = 1000 };
	WANT(&rig, staff_change_run(rig.db, keys, 2, count_on, &work, &rig.at), STAFF_BUSY);
	cr_assert_eq(work.attempts, STAFF_CHANGE_TRIES);
	cr_assert_eq(counted(), 0);
	cr_assert_eq(staff_rig_count(&rig, "EXISTS :staff:audit"), 0);
}

Test(staff_change, writes_nothing_where_the_attempt_says_no)
{
	struct work work = { .outcome = STAFF_WRONG_STATE };
	WANT(&rig, staff_change_run(rig.db, keys, 2, count_on, &work, &rig.at), STAFF_WRONG_STATE);
	cr_assert_eq(counted(), 0);
	cr_assert_eq(staff_rig_count(&rig, "EXISTS :staff:audit"), 0);
}

/* It may have seen the one half as it was before and the other as it is now. */
Test(staff_change, a_no_to_what_was_changed_meanwhile_is_said_anew)
{
	struct work work = { .outcome = STAFF_WRONG_STATE, .disturb = 2 };
	WANT(&rig, staff_change_run(rig.db, keys, 2, count_on, &work, &rig.at), STAFF_WRONG_STATE);
	cr_assert_eq(work.attempts, 3);
	cr_assert_eq(counted(), 0);
}

Test(staff_change, many_processes_lose_nothing)
{
	enum { PROCESSES = 3, ROUNDS = 40 };
	pid_t children[PROCESSES];
	for (unsigned i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			struct staff_db *db = staff_rig_db(&rig);
			for (unsigned done = 0; done < ROUNDS;) {
				struct work work = { .attempts = 0 };
				done += staff_change_run(db, keys, 2, count_on, &work, NULL) == STAFF_OK;
			}
			_exit(0);
		}
	}
	for (unsigned i = 0; i < PROCESSES; i++) {
		int status;
		cr_assert_eq(waitpid(children[i], &status, 0), children[i]);
		cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	struct audit_verdict verdict;
	cr_assert_eq(counted(), PROCESSES * ROUNDS);
	WANT(&rig, audit_log_check(rig.db, NULL, &verdict, &rig.at), STAFF_OK);
	cr_assert(verdict.is_whole, "%s", verdict.why);
	cr_assert_eq(verdict.count, PROCESSES * ROUNDS);
}

Test(staff_change, a_lost_connection_comes_back_and_a_full_redis_is_told)
{
	struct work work = { .attempts = 0 };
	wall_ms now;
	staff_rig_meddle(&rig, "CLIENT KILL TYPE normal SKIPME yes");
	WANT(&rig, staff_db_now(rig.db, &now, &rig.at), STAFF_OK);
	WANT(&rig, staff_change_run(rig.db, keys, 2, count_on, &work, &rig.at), STAFF_OK);
	staff_rig_meddle(&rig, "CONFIG SET maxmemory 1");
	WANT(&rig, staff_change_run(rig.db, keys, 2, count_on, &work, &rig.at), STAFF_UNREACHABLE);
	staff_rig_meddle(&rig, "CONFIG SET maxmemory 0");
	WANT(&rig, staff_change_run(rig.db, keys, 2, count_on, &work, &rig.at), STAFF_OK);
	cr_assert_eq(counted(), 2);
	staff_rig_meddle(&rig, "HSET :staff:users li rubbish");
	WANT(&rig, staff_change_run(rig.db, keys, 2, count_on, &work, &rig.at), STAFF_BROKEN);
	staff_rig_meddle(&rig, "DEL :staff:users");
	staff_rig_meddle(&rig, "SET :staff:users text");
	WANT(&rig, staff_change_run(rig.db, keys, 2, count_on, &work, &rig.at), STAFF_UNREACHABLE);
}
