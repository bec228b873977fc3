/* SPDX-License-Identifier: Apache-2.0 */

/* A template's way from the first word to the phone, and what nobody may do on it. */

#include "unit/staff/staff_rig.h"

#include "staff/audit_log.h"
#include "staff/password.h"
#include "staff/staff_json.h"
#include "staff/template_life.h"
#include "staff/user.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

#define GOOD "class: notice\nparam n integer n sample=1\n---\n您有{{n}}条通知。"
#define BAD  "class: notice\nparam n integer n sample=1\n---\n您有{{m}}条通知。"

static struct staff_rig rig;
static struct template_rules rules;
static struct staff_actor li, wang;

static void setup(void)
{
	staff_rig_open(&rig);
	staff_rig_meddle(&rig, "INCR :templates:turn"); /* a gateway has filled the catalogue */
	rules = (struct template_rules){ .signature = SLICE("国网"), .country = country_find(SLICE("CN")) };
	li = staff_rig_actor("li", STAFF_ROLE(STAFF_EDITOR));
	wang = staff_rig_actor("wang", STAFF_ROLE(STAFF_APPROVER));
}

static void teardown(void)
{
	staff_rig_close(&rig);
}

TestSuite(template_life, .init = setup, .fini = teardown);

static struct template_life as(const struct staff_actor *actor)
{
	return (struct template_life){ .db = rig.db, .rules = &rules, .actor = actor, .now = rig.now };
}

/* Returns the outcome; the draft's revision in *revision moves with STAFF_OK. */
static enum staff_outcome save(const struct staff_actor *actor, int64_t *revision, const char *source,
			       const json_t *samples)
{
	json_t *variants = json_pack("{s:s}", "zh-CN", source);
	json_t *out = NULL;
	const struct draft_content content = { .variants = variants, .samples = samples, .why = SLICE("why") };
	enum staff_outcome outcome =
		draft_save(rig.db, actor, rig.now, SLICE("note"), *revision, &content, &out, &rig.at);
	if (outcome == STAFF_OK)
		*revision = staff_number(out, "revision");
	json_decref(out);
	json_decref(variants);
	return outcome;
}

static char *live_text(void)
{
	static char text[512];
	json_t *live = NULL;
	WANT(&rig, version_live(rig.db, SLICE("note"), &live, &rig.at), STAFF_OK);
	struct slice source = staff_text(json_object_get(live, "variants"), "zh-CN");
	snprintf(text, sizeof text, "%.*s", SLICE_ARG(source));
	json_decref(live);
	return text;
}

/* From nothing to a version in force. */
static int64_t publish(const char *source)
{
	struct template_life mine = as(&li), theirs = as(&wang);
	int64_t revision = 0, number = 0;
	WANT(&rig, save(&li, &revision, source, NULL), STAFF_OK);
	WANT(&rig, template_submit(&mine, SLICE("note"), revision, SLICE("new"), &rig.at), STAFF_OK);
	WANT(&rig, template_approve(&theirs, SLICE("note"), revision, SLICE("fine"), &rig.at), STAFF_OK);
	WANT(&rig, template_publish(&theirs, SLICE("note"), revision, 0, &number, &rig.at), STAFF_OK);
	return number;
}

/* A draft with that text, which somebody else has approved. Returns its revision. */
static int64_t approve_draft(const char *source)
{
	struct template_life mine = as(&li), theirs = as(&wang);
	int64_t revision = 0;
	WANT(&rig, save(&li, &revision, source, NULL), STAFF_OK);
	WANT(&rig, template_submit(&mine, SLICE("note"), revision, SLICE(""), &rig.at), STAFF_OK);
	WANT(&rig, template_approve(&theirs, SLICE("note"), revision, SLICE(""), &rig.at), STAFF_OK);
	return revision;
}

static void expect_whole_log(void)
{
	struct audit_verdict verdict;
	WANT(&rig, audit_log_check(rig.db, NULL, &verdict, &rig.at), STAFF_OK);
	cr_expect(verdict.is_whole, "%s", verdict.why);
}

Test(template_life, from_the_first_word_to_a_version)
{
	cr_expect_eq(publish(GOOD), 1);
	cr_expect_str_eq(live_text(), GOOD);
	cr_expect_eq(staff_rig_count(&rig, "INCRBY :templates:turn 0"), 2);
	json_t *draft = NULL;
	WANT(&rig, draft_get(rig.db, SLICE("note"), &draft, &rig.at), STAFF_OK);
	cr_expect_null(draft, "the draft is gone");
	json_t *version = NULL;
	WANT(&rig, version_get(rig.db, SLICE("note"), 1, &version, &rig.at), STAFF_OK);
	cr_expect(slice_is(staff_text(version, "by"), "wang"));
	cr_expect(slice_is(staff_text(version, "approved_by"), "wang"));
	cr_expect(slice_is(staff_text(version, "why"), "new"));
	cr_expect(slice_is(staff_text(version, "kind"), "publish"));
	cr_expect(draft_is_by(version, SLICE("li")));
	json_decref(version);
	expect_whole_log();
}

Test(template_life, nobody_approves_what_they_have_written)
{
	struct staff_actor both = staff_rig_actor("li", STAFF_ROLE(STAFF_EDITOR) | STAFF_ROLE(STAFF_APPROVER));
	struct staff_actor second = staff_rig_actor("wang", STAFF_ROLE(STAFF_EDITOR) | STAFF_ROLE(STAFF_APPROVER));
	struct template_life mine = as(&both), theirs = as(&second);
	int64_t revision = 0, number = 0;
	WANT(&rig, save(&both, &revision, GOOD, NULL), STAFF_OK);
	WANT(&rig, save(&second, &revision, GOOD " ", NULL), STAFF_OK);
	WANT(&rig, template_submit(&mine, SLICE("note"), revision, SLICE(""), &rig.at), STAFF_OK);
	WANT(&rig, template_approve(&mine, SLICE("note"), revision, SLICE(""), &rig.at), STAFF_OWN_TEXT);
	struct staff_actor at_terminal = { .name = SLICE("li (command line)"), .is_at_command_line = true };
	struct template_life there = as(&at_terminal);
	WANT(&rig, template_approve(&there, SLICE("note"), revision, SLICE(""), &rig.at), STAFF_OWN_TEXT);
	WANT(&rig, template_approve(&theirs, SLICE("note"), revision, SLICE(""), &rig.at), STAFF_OWN_TEXT);
	WANT(&rig, template_publish(&theirs, SLICE("note"), revision, 0, &number, &rig.at), STAFF_WRONG_STATE);
	struct staff_actor third = staff_rig_actor("zhao", STAFF_ROLE(STAFF_APPROVER));
	struct template_life other = as(&third);
	WANT(&rig, template_approve(&other, SLICE("note"), revision, SLICE(""), &rig.at), STAFF_OK);
}

Test(template_life, an_edit_voids_the_approval_and_the_time)
{
	struct template_life theirs = as(&wang);
	int64_t number = 0;
	int64_t revision = approve_draft(GOOD);
	WANT(&rig, template_publish(&theirs, SLICE("note"), revision, rig.now + 1000, &number, &rig.at), STAFF_OK);
	cr_expect_eq(number, 0, "it is on the schedule");
	int64_t approved = revision;
	WANT(&rig, save(&li, &revision, GOOD "x", NULL), STAFF_OK);
	WANT(&rig, template_publish(&theirs, SLICE("note"), approved, 0, &number, &rig.at), STAFF_CONFLICT);
	WANT(&rig, template_publish(&theirs, SLICE("note"), revision, 0, &number, &rig.at), STAFF_WRONG_STATE);
	unsigned count;
	WANT(&rig, template_publish_due(rig.db, &rules, rig.now + 5000, &count, &rig.at), STAFF_OK);
	cr_expect_eq(count, 0);
	cr_expect_str_eq(live_text(), "");
}

Test(template_life, broken_words_go_nowhere)
{
	struct template_life mine = as(&li);
	int64_t revision = 0;
	WANT(&rig, save(&li, &revision, BAD, NULL), STAFF_OK);
	enum staff_outcome outcome = template_submit(&mine, SLICE("note"), revision, SLICE(""), &rig.at);
	cr_assert_eq(outcome, STAFF_INVALID);
	cr_expect(strstr(rig.at.text, "zh-CN, line 4") != NULL && strstr(rig.at.text, "“m”") != NULL, "%s",
		  rig.at.text);
	rig.at = (struct err_at){ .err = ERR_OK };
	json_t *samples = json_pack("[{s:s, s:s, s:{s:s}, s:s}]", "name", "one", "locale", "zh-CN", "params", "n", "7",
				    "expect", "【国网】您有8条通知。");
	WANT(&rig, save(&li, &revision, GOOD, samples), STAFF_OK);
	WANT(&rig, template_submit(&mine, SLICE("note"), revision, SLICE(""), &rig.at), STAFF_INVALID);
	json_object_set_new(json_array_get(samples, 0), "expect", json_string("【国网】您有7条通知。"));
	WANT(&rig, save(&li, &revision, GOOD, samples), STAFF_OK);
	WANT(&rig, template_submit(&mine, SLICE("note"), revision, SLICE(""), &rig.at), STAFF_OK);
	json_decref(samples);
}

Test(template_life, an_account_that_wants_registrations_gets_them)
{
	static const char *const registered[] = { "aliyun" };
	struct template_life mine = as(&li);
	int64_t revision = 0;
	rules.registered = registered;
	rules.registered_count = 1;
	WANT(&rig, save(&li, &revision, GOOD, NULL), STAFF_OK);
	WANT(&rig, template_submit(&mine, SLICE("note"), revision, SLICE(""), &rig.at), STAFF_INVALID);
	json_t *variants = json_pack("{s:s}", "zh-CN", GOOD);
	json_t *numbers = json_pack("{s:{s:s, s:s}}", "aliyun", "signature", "S1", "template", "SMS_1");
	json_t *out = NULL;
	const struct draft_content content = { .variants = variants, .registrations = numbers };
	WANT(&rig, draft_save(rig.db, &li, rig.now, SLICE("note"), revision, &content, &out, &rig.at), STAFF_OK);
	WANT(&rig, template_submit(&mine, SLICE("note"), revision + 1, SLICE(""), &rig.at), STAFF_OK);
	json_decref(out);
	json_decref(variants);
	json_decref(numbers);
}

Test(template_life, who_is_late_sees_what_is_there)
{
	int64_t mine = 0, theirs = 0;
	struct staff_actor zhao = staff_rig_actor("zhao", STAFF_ROLE(STAFF_EDITOR));
	WANT(&rig, save(&li, &mine, GOOD, NULL), STAFF_OK);
	theirs = mine;
	WANT(&rig, save(&zhao, &theirs, GOOD "1", NULL), STAFF_OK);
	json_t *variants = json_pack("{s:s}", "zh-CN", GOOD "2");
	json_t *there = NULL;
	const struct draft_content content = { .variants = variants };
	WANT(&rig, draft_save(rig.db, &li, rig.now, SLICE("note"), mine, &content, &there, &rig.at), STAFF_CONFLICT);
	cr_expect(slice_is(staff_text(json_object_get(there, "variants"), "zh-CN"), GOOD "1"));
	json_decref(there);
	json_decref(variants);
}

Test(template_life, a_lock_keeps_others_out_until_it_is_taken_over_or_old)
{
	struct staff_actor zhao = staff_rig_actor("zhao", STAFF_ROLE(STAFF_EDITOR));
	json_t *lock = NULL;
	int64_t revision = 0;
	WANT(&rig, draft_lock(rig.db, &li, SLICE("李"), rig.now, SLICE("note"), false, &lock, &rig.at), STAFF_OK);
	json_decref(lock);
	WANT(&rig, save(&zhao, &revision, GOOD, NULL), STAFF_LOCKED);
	WANT(&rig, draft_lock(rig.db, &zhao, SLICE("赵"), rig.now, SLICE("note"), false, &lock, &rig.at), STAFF_LOCKED);
	cr_expect(slice_is(staff_text(lock, "display"), "李"));
	json_decref(lock);
	WANT(&rig, draft_lock(rig.db, &zhao, SLICE("赵"), rig.now, SLICE("note"), true, &lock, &rig.at), STAFF_OK);
	json_decref(lock);
	WANT(&rig, save(&li, &revision, GOOD, NULL), STAFF_LOCKED);
	WANT(&rig, draft_unlock(rig.db, &li, SLICE("note"), &rig.at), STAFF_OK);
	WANT(&rig, save(&li, &revision, GOOD, NULL), STAFF_LOCKED);
	rig.now += DRAFT_LOCK_MS + 1;
	WANT(&rig, save(&li, &revision, GOOD, NULL), STAFF_OK);
	expect_whole_log();
}

Test(template_life, rolls_back_archives_and_restores)
{
	struct template_life theirs = as(&wang);
	int64_t number = 0;
	publish(GOOD);
	cr_expect_eq(publish(GOOD "二"), 2);
	WANT(&rig, template_roll_back(&theirs, SLICE("note"), 1, SLICE("wrong word"), &number, &rig.at), STAFF_OK);
	cr_expect_eq(number, 3);
	cr_expect_str_eq(live_text(), GOOD);
	WANT(&rig, template_roll_back(&theirs, SLICE("note"), 9, SLICE(""), &number, &rig.at), STAFF_NOT_FOUND);
	WANT(&rig, template_archive(&theirs, SLICE("note"), SLICE("unused"), &rig.at), STAFF_OK);
	cr_expect_str_eq(live_text(), "");
	WANT(&rig, template_archive(&theirs, SLICE("note"), SLICE(""), &rig.at), STAFF_NOT_FOUND);
	WANT(&rig, template_restore(&theirs, SLICE("note"), SLICE("needed"), &number, &rig.at), STAFF_OK);
	cr_expect_eq(number, 4);
	cr_expect_str_eq(live_text(), GOOD);
	json_t *versions = NULL;
	WANT(&rig, version_list(rig.db, SLICE("note"), &versions, &rig.at), STAFF_OK);
	static const char *const kinds[] = { "restore", "rollback", "publish", "publish" };
	cr_assert_eq(json_array_size(versions), 4);
	for (unsigned i = 0; i < 4; i++)
		cr_expect(slice_is(staff_text(json_array_get(versions, i), "kind"), kinds[i]), "version %u", 4 - i);
	json_decref(versions);
	expect_whole_log();
}

/* -- at a time, by several gateways -- */

static void *publish_what_is_due(void *ctx)
{
	struct staff_db *db = ctx;
	struct err_at at = { .err = ERR_OK };
	unsigned count = 0;
	cr_assert_eq(template_publish_due(db, &rules, rig.now + 2000, &count, &at), STAFF_OK, "%s", at.text);
	return (void *)(uintptr_t)count;
}

Test(template_life, what_is_due_is_published_once_by_whoever_comes_first)
{
	struct template_life theirs = as(&wang);
	int64_t number = 0;
	unsigned count;
	int64_t revision = approve_draft(GOOD);
	WANT(&rig, template_publish(&theirs, SLICE("note"), revision, rig.now + 1000, &number, &rig.at), STAFF_OK);
	WANT(&rig, template_publish_due(rig.db, &rules, rig.now + 999, &count, &rig.at), STAFF_OK);
	cr_expect_eq(count, 0, "not yet");
	struct staff_db *dbs[4];
	pthread_t threads[4];
	uintptr_t sum = 0;
	for (unsigned i = 0; i < 4; i++) {
		dbs[i] = staff_rig_db(&rig);
		cr_assert_eq(pthread_create(&threads[i], NULL, publish_what_is_due, dbs[i]), 0);
	}
	for (unsigned i = 0; i < 4; i++) {
		void *published;
		pthread_join(threads[i], &published);
		sum += (uintptr_t)published;
		staff_db_close(dbs[i]);
	}
	cr_expect_eq(sum, 1, "%u times", (unsigned)sum);
	cr_expect_eq(staff_rig_count(&rig, "INCRBY :templates:turn 0"), 2);
	cr_expect_str_eq(live_text(), GOOD);
	expect_whole_log();
}

Test(template_life, what_is_archived_does_not_come_back_by_itself)
{
	struct template_life theirs = as(&wang);
	int64_t number = 0;
	unsigned count;
	publish(GOOD);
	int64_t revision = approve_draft(GOOD "二");
	WANT(&rig, template_publish(&theirs, SLICE("note"), revision, rig.now + 1000, &number, &rig.at), STAFF_OK);
	WANT(&rig, template_archive(&theirs, SLICE("note"), SLICE("unused"), &rig.at), STAFF_OK);
	WANT(&rig, template_publish_due(rig.db, &rules, rig.now + 2000, &count, &rig.at), STAFF_OK);
	cr_expect_eq(count, 0);
	cr_expect_str_eq(live_text(), "");
	WANT(&rig, template_publish(&theirs, SLICE("note"), revision, 0, &number, &rig.at), STAFF_OK);
	cr_expect_eq(number, 2, "a person publishes it");
}

Test(template_life, nothing_is_published_before_a_gateway_has_filled_the_catalogue)
{
	struct template_life theirs = as(&wang);
	int64_t number = 0;
	staff_rig_meddle(&rig, "DEL :templates:turn");
	int64_t revision = approve_draft(GOOD);
	WANT(&rig, template_publish(&theirs, SLICE("note"), revision, 0, &number, &rig.at), STAFF_WRONG_STATE);
	cr_expect_str_eq(live_text(), "");
}

Test(template_life, what_is_due_and_wrong_by_now_waits_for_a_person)
{
	static const char *const registered[] = { "aliyun" };
	struct template_life theirs = as(&wang);
	int64_t number = 0;
	unsigned count;
	int64_t revision = approve_draft(GOOD);
	WANT(&rig, template_publish(&theirs, SLICE("note"), revision, rig.now + 1000, &number, &rig.at), STAFF_OK);
	rules.registered = registered;
	rules.registered_count = 1;
	WANT(&rig, template_publish_due(rig.db, &rules, rig.now + 2000, &count, &rig.at), STAFF_OK);
	cr_expect_eq(count, 0);
	cr_expect_str_eq(live_text(), "");
	json_t *draft = NULL;
	WANT(&rig, draft_get(rig.db, SLICE("note"), &draft, &rig.at), STAFF_OK);
	cr_expect(draft_is(draft, "approved"));
	cr_expect(slice_starts(staff_text(draft, "comment"), SLICE("not published at its time: ")));
	json_decref(draft);
	cr_expect_eq(staff_rig_count(&rig, "ZCARD :templates:due"), 0);
}

static enum staff_outcome save_of(int64_t *revision, int64_t base)
{
	json_t *variants = json_pack("{s:s}", "zh-CN", GOOD "后");
	json_t *out = NULL;
	const struct draft_content content = { .variants = variants, .has_base = true, .base = base };
	enum staff_outcome outcome =
		draft_save(rig.db, &li, rig.now, SLICE("note"), *revision, &content, &out, &rig.at);
	if (outcome == STAFF_OK)
		*revision = staff_number(out, "revision");
	json_decref(out);
	json_decref(variants);
	return outcome;
}

static void push(const char *source)
{
	struct staff_actor ops = { .name = SLICE("root (command line)"), .is_at_command_line = true };
	struct template_life life = as(&ops);
	int64_t number;
	json_t *variants = json_pack("{s:s}", "zh-CN", source);
	const struct draft_content content = { .variants = variants };
	WANT(&rig, template_push(&life, SLICE("note"), &content, SLICE("wang"), &number, &rig.at), STAFF_OK);
	json_decref(variants);
}

/* On Friday it is put on the schedule for Monday; on Saturday a mistake in the live text is mended from the command line. */
Test(template_life, a_time_that_comes_does_not_undo_what_was_published_since)
{
	struct template_life theirs = as(&wang);
	int64_t number = 0;
	unsigned count;
	push(GOOD);
	int64_t revision = approve_draft(GOOD "新");
	WANT(&rig, template_publish(&theirs, SLICE("note"), revision, rig.now + 1000, &number, &rig.at), STAFF_OK);
	push(GOOD "急");
	WANT(&rig, template_publish_due(rig.db, &rules, rig.now + 2000, &count, &rig.at), STAFF_OK);
	cr_expect_eq(count, 0);
	cr_expect_str_eq(live_text(), GOOD "急");
	json_t *draft = NULL;
	WANT(&rig, draft_get(rig.db, SLICE("note"), &draft, &rig.at), STAFF_OK);
	cr_expect(draft_is(draft, "approved"));
	cr_expect(strstr(json_string_value(json_object_get(draft, "comment")), "version 2 was published since") !=
		  NULL);
	json_decref(draft);
	cr_expect_eq(staff_rig_count(&rig, "ZCARD :templates:due"), 0);
	WANT(&rig, template_publish(&theirs, SLICE("note"), revision, 0, &number, &rig.at), STAFF_OUTDATED);
}

Test(template_life, words_of_an_older_version_go_on_from_the_newest_one_only)
{
	struct template_life mine = as(&li), theirs = as(&wang);
	int64_t revision = 0, number = 0;
	push(GOOD);
	WANT(&rig, save_of(&revision, 0), STAFF_OUTDATED); /* they were begun before there was a version */
	WANT(&rig, save_of(&revision, 1), STAFF_OK);
	push(GOOD "急");
	WANT(&rig, save_of(&revision, 1), STAFF_OK); /* what is being written is never refused for that */
	WANT(&rig, save_of(&revision, 3), STAFF_OUTDATED);
	WANT(&rig, template_submit(&mine, SLICE("note"), revision, SLICE(""), &rig.at), STAFF_OUTDATED);
	WANT(&rig, save_of(&revision, 2), STAFF_OK);
	WANT(&rig, template_submit(&mine, SLICE("note"), revision, SLICE(""), &rig.at), STAFF_OK);
	push(GOOD "再急");
	WANT(&rig, template_approve(&theirs, SLICE("note"), revision, SLICE(""), &rig.at), STAFF_OUTDATED);
	WANT(&rig, template_reject(&theirs, SLICE("note"), revision, SLICE("old"), &rig.at), STAFF_OK);
	WANT(&rig, save_of(&revision, 3), STAFF_OK);
	WANT(&rig, template_submit(&mine, SLICE("note"), revision, SLICE(""), &rig.at), STAFF_OK);
	WANT(&rig, template_approve(&theirs, SLICE("note"), revision, SLICE(""), &rig.at), STAFF_OK);
	WANT(&rig, template_publish(&theirs, SLICE("note"), revision, 0, &number, &rig.at), STAFF_OK);
	cr_expect_eq(number, 4);
}

Test(template_life, a_draft_that_cannot_be_read_does_not_stop_the_schedule)
{
	struct template_life theirs = as(&wang);
	int64_t number = 0;
	unsigned count;
	int64_t revision = approve_draft(GOOD);
	WANT(&rig, template_publish(&theirs, SLICE("note"), revision, rig.now + 1000, &number, &rig.at), STAFF_OK);
	staff_rig_meddle(&rig, "ZADD :templates:due 1 broken");
	staff_rig_meddle(&rig, "HSET :templates:drafts broken {");
	WANT(&rig, template_publish_due(rig.db, &rules, rig.now + 2000, &count, &rig.at), STAFF_OK);
	cr_expect_eq(count, 1);
	cr_expect_str_eq(live_text(), GOOD);
	cr_expect_eq(staff_rig_count(&rig, "ZCARD :templates:due"), 0);
	cr_expect_eq(staff_rig_count(&rig, "HLEN :templates:drafts"), 1, "it stays for somebody to look at");
	expect_whole_log();
}

Test(template_life, words_from_outside_need_a_second_name)
{
	struct staff_actor ops = { .name = SLICE("root (command line)"), .is_at_command_line = true };
	struct template_life life = as(&ops);
	int64_t number = 0;
	json_t *variants = json_pack("{s:s}", "zh-CN", GOOD);
	const struct draft_content content = { .variants = variants };
	WANT(&rig, template_push(&life, SLICE("note"), &content, SLICE(""), &number, &rig.at), STAFF_OWN_TEXT);
	WANT(&rig, template_push(&life, SLICE("note"), &content, ops.name, &number, &rig.at), STAFF_OWN_TEXT);
	WANT(&rig, template_push(&life, SLICE("note"), &content, SLICE("root"), &number, &rig.at), STAFF_OWN_TEXT);
	WANT(&rig, template_push(&life, SLICE("no blanks"), &content, SLICE("wang"), &number, &rig.at), STAFF_INVALID);
	WANT(&rig, template_push(&life, SLICE("note"), &content, SLICE("wang"), &number, &rig.at), STAFF_OK);
	cr_expect_eq(number, 1);
	cr_expect_str_eq(live_text(), GOOD);
	/* Once there are users it is one of them, who may. */
	char code[ONE_TIME_CODE_OCTETS];
	WANT(&rig, user_add(rig.db, &ops, rig.now, SLICE("li"), SLICE("李"), STAFF_ROLE(STAFF_EDITOR), code, &rig.at),
	     STAFF_OK);
	WANT(&rig,
	     user_add(rig.db, &ops, rig.now, SLICE("zhao"), SLICE("赵"), STAFF_ROLE(STAFF_APPROVER), code, &rig.at),
	     STAFF_OK);
	WANT(&rig, template_push(&life, SLICE("note"), &content, SLICE("wang"), &number, &rig.at), STAFF_FORBIDDEN);
	WANT(&rig, template_push(&life, SLICE("note"), &content, SLICE("li"), &number, &rig.at), STAFF_FORBIDDEN);
	WANT(&rig, template_push(&life, SLICE("note"), &content, SLICE("zhao"), &number, &rig.at), STAFF_OK);
	json_decref(variants);
}
