/* SPDX-License-Identifier: Apache-2.0 */

/* Two people at the same instant, again and again: whoever comes first, what is in force was approved as it is. */

#include "unit/staff/staff_rig.h"

#include "staff/audit_log.h"
#include "staff/staff_json.h"
#include "staff/template_life.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

#define GOOD   "class: notice\nparam n integer n sample=1\n---\n您有{{n}}条通知。"
#define OTHER  "class: notice\nparam n integer n sample=1\n---\n您现在有{{n}}条通知。"
#define ROUNDS 25

static struct staff_rig rig;
static struct template_rules rules;
static struct staff_actor li, wang, zhao;

static void setup(void)
{
	staff_rig_open(&rig);
	staff_rig_meddle(&rig, "INCR :templates:turn"); /* a gateway has filled the catalogue */
	rules = (struct template_rules){ .signature = SLICE("国网"), .country = country_find(SLICE("CN")) };
	li = staff_rig_actor("li", STAFF_ROLE(STAFF_EDITOR));
	wang = staff_rig_actor("wang", STAFF_ROLE(STAFF_APPROVER));
	zhao = staff_rig_actor("zhao", STAFF_ROLE(STAFF_APPROVER));
}

static void teardown(void)
{
	staff_rig_close(&rig);
}

TestSuite(template_races, .init = setup, .fini = teardown);

enum deed { DEED_SAVE, DEED_APPROVE, DEED_PUBLISH, DEED_DUE };

/* What one of the two does. */
struct racer {
	enum deed deed;
	const struct staff_actor *actor;
	struct slice name;
	int64_t revision;
	struct staff_db *db;
	pthread_barrier_t *start;
	enum staff_outcome outcome;
	int64_t number;
};

static enum staff_outcome save(struct staff_db *db, const struct staff_actor *actor, struct slice name,
			       const char *source, int64_t *revision)
{
	json_t *variants = json_pack("{s:s}", "zh-CN", source);
	json_t *out = NULL;
	const struct draft_content content = { .variants = variants };
	struct err_at at = { .err = ERR_OK };
	enum staff_outcome outcome = draft_save(db, actor, rig.now, name, *revision, &content, &out, &at);
	if (outcome == STAFF_OK)
		*revision = staff_number(out, "revision");
	json_decref(out);
	json_decref(variants);
	return outcome;
}

static void *race(void *ctx)
{
	struct racer *racer = ctx;
	struct err_at at = { .err = ERR_OK };
	struct template_life life = { .db = racer->db, .rules = &rules, .actor = racer->actor, .now = rig.now };
	unsigned count = 0;
	pthread_barrier_wait(racer->start);
	switch (racer->deed) {
	case DEED_SAVE:
		racer->outcome = save(racer->db, racer->actor, racer->name, OTHER, &racer->revision);
		break;
	case DEED_APPROVE:
		racer->outcome = template_approve(&life, racer->name, racer->revision, SLICE(""), &at);
		break;
	case DEED_PUBLISH:
		racer->outcome = template_publish(&life, racer->name, racer->revision, 0, &racer->number, &at);
		break;
	case DEED_DUE:
		racer->outcome = template_publish_due(racer->db, &rules, rig.now + 5000, &count, &at);
		racer->number = count;
		break;
	}
	return NULL;
}

static void run(struct racer racers[2], struct slice name, int64_t revision)
{
	pthread_t threads[2];
	pthread_barrier_t start;
	pthread_barrier_init(&start, NULL, 2);
	for (unsigned i = 0; i < 2; i++) {
		racers[i].name = name;
		racers[i].revision = revision;
		racers[i].number = 0;
		racers[i].db = staff_rig_db(&rig);
		racers[i].start = &start;
		cr_assert_eq(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
	}
	for (unsigned i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		staff_db_close(racers[i].db);
	}
	pthread_barrier_destroy(&start);
}

/* A draft in review, approved where that is wanted. Returns its revision. */
static int64_t prepare(struct slice name, bool is_approved)
{
	int64_t revision = 0;
	struct template_life mine = { .db = rig.db, .rules = &rules, .actor = &li, .now = rig.now };
	struct template_life theirs = { .db = rig.db, .rules = &rules, .actor = &wang, .now = rig.now };
	cr_assert_eq(save(rig.db, &li, name, GOOD, &revision), STAFF_OK);
	WANT(&rig, template_submit(&mine, name, revision, SLICE(""), &rig.at), STAFF_OK);
	if (is_approved)
		WANT(&rig, template_approve(&theirs, name, revision, SLICE(""), &rig.at), STAFF_OK);
	return revision;
}

/* The draft's state and text; "" where there is none. */
static void look(struct slice name, char state[static 16], char text[static 256], bool is_live)
{
	json_t *document = NULL;
	WANT(&rig,
	     is_live ? version_live(rig.db, name, &document, &rig.at) : draft_get(rig.db, name, &document, &rig.at),
	     STAFF_OK);
	snprintf(state, 16, "%.*s", SLICE_ARG(staff_text(document, "state")));
	snprintf(text, 256, "%.*s", SLICE_ARG(staff_text(json_object_get(document, "variants"), "zh-CN")));
	json_decref(document);
}

static void expect_whole_log(void)
{
	struct audit_verdict verdict;
	WANT(&rig, audit_log_check(rig.db, NULL, &verdict, &rig.at), STAFF_OK);
	cr_expect(verdict.is_whole, "%s", verdict.why);
}

static struct slice name_of(unsigned round, char out[static 16])
{
	return (struct slice){ out, (size_t)snprintf(out, 16, "t%u", round) };
}

Test(template_races, of_two_approvers_one_is_first)
{
	char name[16];
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct racer racers[2] = { { .deed = DEED_APPROVE, .actor = &wang },
					   { .deed = DEED_APPROVE, .actor = &zhao } };
		run(racers, name_of(i, name), prepare(name_of(i, name), false));
		bool first = racers[0].outcome == STAFF_OK, second = racers[1].outcome == STAFF_OK;
		cr_assert_neq(first, second, "round %u", i);
		cr_assert_eq(racers[first ? 1 : 0].outcome, STAFF_WRONG_STATE);
	}
	expect_whole_log();
}

Test(template_races, what_is_edited_meanwhile_is_not_approved)
{
	char name[16], state[16], text[256];
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct racer racers[2] = { { .deed = DEED_SAVE, .actor = &li },
					   { .deed = DEED_APPROVE, .actor = &wang } };
		run(racers, name_of(i, name), prepare(name_of(i, name), false));
		cr_assert_eq(racers[0].outcome, STAFF_OK, "an edit is possible before an approval and after it");
		cr_assert(racers[1].outcome == STAFF_OK || racers[1].outcome == STAFF_CONFLICT);
		look(name_of(i, name), state, text, false);
		cr_assert_str_eq(text, OTHER);
		cr_assert_str_eq(state, "draft", "round %u: an approval holds for other words", i);
	}
	expect_whole_log();
}

Test(template_races, what_is_edited_meanwhile_is_not_published)
{
	char name[16], state[16], text[256], live[256];
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct racer racers[2] = { { .deed = DEED_SAVE, .actor = &li },
					   { .deed = DEED_PUBLISH, .actor = &wang } };
		run(racers, name_of(i, name), prepare(name_of(i, name), true));
		bool is_published = racers[1].outcome == STAFF_OK;
		cr_assert_eq(racers[0].outcome, is_published ? STAFF_CONFLICT : STAFF_OK, "one of the two");
		look(name_of(i, name), state, live, true);
		cr_assert_str_eq(live, is_published ? GOOD : "", "round %u", i);
		look(name_of(i, name), state, text, false);
		cr_assert_str_eq(text, is_published ? "" : OTHER);
	}
	expect_whole_log();
}

Test(template_races, published_twice_is_one_version)
{
	char name[16], words[64];
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct racer racers[2] = { { .deed = DEED_PUBLISH, .actor = &wang },
					   { .deed = DEED_PUBLISH, .actor = &zhao } };
		run(racers, name_of(i, name), prepare(name_of(i, name), true));
		bool first = racers[0].outcome == STAFF_OK, second = racers[1].outcome == STAFF_OK;
		cr_assert_neq(first, second, "round %u", i);
		cr_assert_eq(racers[first ? 1 : 0].outcome, STAFF_NOT_FOUND);
		snprintf(words, sizeof words, "HLEN :templates:versions:t%u", i);
		cr_assert_eq(staff_rig_count(&rig, words), 1);
	}
	cr_assert_eq(staff_rig_count(&rig, "INCRBY :templates:turn 0"), 1 + ROUNDS);
	expect_whole_log();
}

Test(template_races, what_is_due_is_published_by_hand_or_by_itself_but_once)
{
	char name[16], words[64];
	int64_t number;
	struct template_life theirs = { .db = rig.db, .rules = &rules, .actor = &wang, .now = rig.now };
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct racer racers[2] = { { .deed = DEED_DUE, .actor = &wang },
					   { .deed = DEED_PUBLISH, .actor = &zhao } };
		int64_t revision = prepare(name_of(i, name), true);
		WANT(&rig, template_publish(&theirs, name_of(i, name), revision, rig.now + 1000, &number, &rig.at),
		     STAFF_OK);
		run(racers, name_of(i, name), revision);
		cr_assert_eq(racers[0].outcome, STAFF_OK);
		cr_assert_eq((racers[0].number == 1) + (racers[1].outcome == STAFF_OK), 1, "round %u", i);
		snprintf(words, sizeof words, "HLEN :templates:versions:t%u", i);
		cr_assert_eq(staff_rig_count(&rig, words), 1);
		cr_assert_eq(staff_rig_count(&rig, "ZCARD :templates:due"), 0);
	}
	expect_whole_log();
}

/* A page that shows a draft in review, while its author throws it away and submits another one. */
Test(template_races, who_has_seen_one_draft_does_not_approve_the_next)
{
	struct template_life theirs = { .db = rig.db, .rules = &rules, .actor = &wang, .now = rig.now };
	int64_t seen = prepare(SLICE("note"), false);
	WANT(&rig, draft_discard(rig.db, &li, rig.now, SLICE("note"), seen, &rig.at), STAFF_OK);
	int64_t other = prepare(SLICE("note"), false);
	cr_assert_gt(other, seen);
	WANT(&rig, template_approve(&theirs, SLICE("note"), seen, SLICE(""), &rig.at), STAFF_CONFLICT);
	WANT(&rig, template_approve(&theirs, SLICE("note"), other, SLICE(""), &rig.at), STAFF_OK);
}
