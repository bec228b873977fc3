/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/template_life.h"

#include "model/alert.h"
#include "staff/audit_log.h"
#include "staff/staff_json.h"
#include "store/redis_read.h"

#include <stdio.h>

#define YEAR_MS (366 * INT64_C(86400000))

/* One step of a draft. */
struct step {
	const struct template_life *life;
	struct slice name;
	int64_t revision;
	struct slice words; /* why, or a comment */
	wall_ms due_at;
	int64_t number;
};

static enum staff_outcome fail(struct err_at *at, enum staff_outcome outcome, const char *field, const char *text)
{
	err_at_set(at, ERR_FORMAT, 0, field, "%s", text);
	return outcome;
}

static enum staff_outcome must_be(const json_t *draft, const char *state, const char *other, struct err_at *at)
{
	if (draft_is(draft, state) || (other != NULL && draft_is(draft, other)))
		return STAFF_OK;
	err_at_set(at, ERR_FORMAT, 0, "state", "the draft is not in state “%s” but in “%.*s”", state,
		   SLICE_ARG(staff_text(draft, "state")));
	return STAFF_WRONG_STATE;
}

static void set_text(json_t *object, const char *key, struct slice text)
{
	json_object_set_new(object, key, json_stringn(text.at != NULL ? text.at : "", text.len));
}

/* The draft that somebody has seen, in a state that allows the step, and of the newest version. out: owned, NULL unless STAFF_OK. */
static enum staff_outcome take_current(struct staff_change *change, const struct step *step, const char *state,
				       const char *other, json_t **out, struct err_at *at)
{
	json_t *draft = NULL;
	enum staff_outcome outcome = draft_of_revision(change, step->name, step->revision, &draft, at);
	if (outcome == STAFF_OK)
		outcome = must_be(draft, state, other, at);
	if (outcome == STAFF_OK)
		outcome = draft_is_current(change, step->name, draft, at);
	if (outcome != STAFF_OK) {
		json_decref(draft);
		draft = NULL;
	}
	*out = draft;
	return outcome;
}

/* Writes the draft in its new state, and the entry of the log. */
static enum staff_outcome move_draft(struct staff_change *change, const struct step *step, json_t *draft,
				     const char *state, const char *action, struct err_at *at)
{
	json_t *detail = json_pack("{s:I, s:s%, s:s, s:s%}", "revision", (json_int_t)step->revision, "state_before",
				   staff_text(draft, "state").at, staff_text(draft, "state").len, "state", state,
				   "words", step->words.at != NULL ? step->words.at : "", step->words.len);
	json_object_set_new(draft, "state", json_string(state));
	if (step->due_at > 0)
		json_object_set_new(detail, "publish_at", json_integer(step->due_at));
	staff_change_put(change, staff_key(STAFF_KEY_DRAFTS), step->name, draft);
	enum staff_outcome outcome =
		audit_log_add(change, step->life->actor, step->life->now, action, step->name, detail, at);
	json_decref(detail);
	return outcome;
}

static enum staff_outcome run(struct step *step, staff_attempt *attempt, struct err_at *at)
{
	return staff_change_run(step->life->db, version_keys, version_key_count, attempt, step, at);
}

/* -- review -- */

static enum staff_outcome try_submit(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct step *step = ctx;
	json_t *draft;
	enum staff_outcome outcome = take_current(change, step, "draft", NULL, &draft, at);
	if (outcome == STAFF_OK)
		outcome = template_check(step->life->rules, step->name, draft, at);
	if (outcome == STAFF_OK) {
		set_text(draft, "submitted_by", step->life->actor->name);
		json_object_set_new(draft, "submitted_at", json_integer(step->life->now));
		json_object_del(draft, "comment");
		if (step->words.len > 0)
			set_text(draft, "why", step->words);
		outcome = move_draft(change, step, draft, "review", "template.submit", at);
	}
	json_decref(draft);
	return outcome;
}

enum staff_outcome template_submit(const struct template_life *life, struct slice name, int64_t revision,
				   struct slice why, struct err_at *at)
{
	struct step step = { .life = life, .name = name, .revision = revision, .words = why };
	return run(&step, try_submit, at);
}

/* Nobody judges their own words: neither who wrote them, nor who wrote some of them before. */
static enum staff_outcome may_judge(const struct step *step, const json_t *draft, struct err_at *at)
{
	if (!draft_is_by(draft, step->life->actor->name))
		return STAFF_OK;
	return fail(at, STAFF_OWN_TEXT, "author", "you have written in this draft: somebody else has to approve it");
}

static enum staff_outcome judge(struct staff_change *change, struct step *step, bool is_approved, struct err_at *at)
{
	json_t *draft = NULL;
	enum staff_outcome outcome = draft_of_revision(change, step->name, step->revision, &draft, at);
	if (outcome == STAFF_OK)
		outcome = must_be(draft, "review", NULL, at);
	if (outcome == STAFF_OK)
		outcome = may_judge(step, draft, at);
	if (outcome == STAFF_OK && is_approved)
		outcome = draft_is_current(change, step->name, draft, at);
	if (outcome == STAFF_OK) {
		set_text(draft, "comment", step->words);
		if (is_approved) {
			set_text(draft, "approved_by", step->life->actor->name);
			json_object_set_new(draft, "approved_at", json_integer(step->life->now));
		}
		outcome = move_draft(change, step, draft, is_approved ? "approved" : "draft",
				     is_approved ? "template.approve" : "template.reject", at);
	}
	json_decref(draft);
	return outcome;
}

static enum staff_outcome try_approve(struct staff_change *change, void *ctx, struct err_at *at)
{
	return judge(change, ctx, true, at);
}

static enum staff_outcome try_reject(struct staff_change *change, void *ctx, struct err_at *at)
{
	return judge(change, ctx, false, at);
}

enum staff_outcome template_approve(const struct template_life *life, struct slice name, int64_t revision,
				    struct slice comment, struct err_at *at)
{
	struct step step = { .life = life, .name = name, .revision = revision, .words = comment };
	return run(&step, try_approve, at);
}

enum staff_outcome template_reject(const struct template_life *life, struct slice name, int64_t revision,
				   struct slice comment, struct err_at *at)
{
	struct step step = { .life = life, .name = name, .revision = revision, .words = comment };
	return run(&step, try_reject, at);
}

/* -- publishing -- */

static enum staff_outcome publish_draft(struct staff_change *change, struct step *step, const json_t *draft,
					const char *kind, struct err_at *at)
{
	enum staff_outcome outcome = template_check(step->life->rules, step->name, draft, at);
	if (outcome != STAFF_OK)
		return outcome;
	const struct version_origin origin = {
		.kind = kind,
		.by = step->life->actor,
		.approved_by = staff_text(draft, "approved_by"),
		.why = staff_text(draft, "why"),
		.authors = json_object_get(draft, "authors"),
	};
	staff_change_remove(change, staff_key(STAFF_KEY_DRAFTS), step->name);
	staff_change_unrank(change, staff_key(STAFF_KEY_DUE), step->name);
	return version_publish(change, step->life->now, step->name, draft, &origin, &step->number, at);
}

static enum staff_outcome put_on_schedule(struct staff_change *change, struct step *step, json_t *draft,
					  struct err_at *at)
{
	enum staff_outcome outcome = template_check(step->life->rules, step->name, draft, at);
	if (outcome != STAFF_OK)
		return outcome;
	json_object_set_new(draft, "publish_at", json_integer(step->due_at));
	set_text(draft, "publish_by", step->life->actor->name);
	set_text(draft, "publish_address", step->life->actor->address);
	staff_change_rank(change, staff_key(STAFF_KEY_DUE), step->name, step->due_at);
	return move_draft(change, step, draft, "scheduled", "template.schedule", at);
}

static enum staff_outcome try_publish(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct step *step = ctx;
	json_t *draft;
	enum staff_outcome outcome = take_current(change, step, "approved", "scheduled", &draft, at);
	if (outcome == STAFF_OK)
		outcome = step->due_at > 0 ? put_on_schedule(change, step, draft, at)
					   : publish_draft(change, step, draft, "publish", at);
	json_decref(draft);
	return outcome;
}

enum staff_outcome template_publish(const struct template_life *life, struct slice name, int64_t revision,
				    wall_ms due_at, int64_t *number, struct err_at *at)
{
	struct step step = {
		.life = life,
		.name = name,
		.revision = revision,
		.due_at = due_at > life->now ? due_at : 0,
	};
	if (due_at > life->now + YEAR_MS)
		return fail(at, STAFF_INVALID, "at", "a time to publish is at most a year ahead");
	enum staff_outcome outcome = run(&step, try_publish, at);
	if (outcome == STAFF_OK)
		*number = step.number;
	return outcome;
}

static enum staff_outcome try_unschedule(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct step *step = ctx;
	json_t *draft = NULL;
	enum staff_outcome outcome = draft_of_revision(change, step->name, step->revision, &draft, at);
	if (outcome == STAFF_OK)
		outcome = must_be(draft, "scheduled", NULL, at);
	if (outcome == STAFF_OK) {
		draft_take_off_schedule(change, step->name, draft);
		outcome = move_draft(change, step, draft, "approved", "template.unschedule", at);
	}
	json_decref(draft);
	return outcome;
}

enum staff_outcome template_unschedule(const struct template_life *life, struct slice name, int64_t revision,
				       struct err_at *at)
{
	struct step step = { .life = life, .name = name, .revision = revision };
	return run(&step, try_unschedule, at);
}

/* -- what is due -- */

struct due {
	char names[16][ALERT_NAME_MAX + 1];
	unsigned count;
};

static void note_due(void *ctx, struct slice name, struct slice rank)
{
	struct due *due = ctx;
	(void)rank;
	if (name.len <= ALERT_NAME_MAX)
		snprintf(due->names[due->count++], sizeof due->names[0], "%.*s", SLICE_ARG(name));
}

/* It was right when it was put on the schedule, and is no more: a person has to look. */
static enum staff_outcome put_back(struct staff_change *change, struct step *step, json_t *draft,
				   const struct err_at *why, struct err_at *at)
{
	char sentence[sizeof why->text + 64];
	snprintf(sentence, sizeof sentence, "not published at its time: %s", why->text);
	step->words = slice_of(sentence);
	set_text(draft, "comment", step->words);
	draft_take_off_schedule(change, step->name, draft);
	return move_draft(change, step, draft, "approved", "template.not_published", at);
}

/* What is kept of a draft is none that this program wrote: it is never published, and stays for somebody to look at. */
static enum staff_outcome give_up(struct staff_change *change, const struct step *step, struct err_at *at)
{
	static const struct staff_actor schedule = { .name = { "(schedule)", 10 } };
	json_t *detail = json_pack("{s:s}", "words", "not published at its time: its draft can't be read");
	staff_change_unrank(change, staff_key(STAFF_KEY_DUE), step->name);
	enum staff_outcome outcome =
		audit_log_add(change, &schedule, step->life->now, "template.not_published", step->name, detail, at);
	json_decref(detail);
	return outcome;
}

static enum staff_outcome try_due(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct step *step = ctx;
	json_t *draft = NULL;
	struct err_at why = { .err = ERR_OK };
	step->number = 0;
	enum staff_outcome outcome = draft_get(staff_change_db(change), step->name, &draft, &why);
	if (outcome == STAFF_BROKEN)
		return give_up(change, step, at);
	if (outcome != STAFF_OK) {
		*at = why;
		return outcome;
	}
	bool is_due =
		draft != NULL && draft_is(draft, "scheduled") && staff_number(draft, "publish_at") <= step->life->now;
	if (!is_due) { /* somebody else has published, or edited it */
		if (draft == NULL || !draft_is(draft, "scheduled"))
			staff_change_unrank(change, staff_key(STAFF_KEY_DUE), step->name);
		json_decref(draft);
		return STAFF_OK;
	}
	struct staff_actor actor = { .name = staff_text(draft, "publish_by"),
				     .address = staff_text(draft, "publish_address") };
	struct template_life life = *step->life;
	struct step as_planned = *step;
	life.actor = &actor;
	as_planned.life = &life;
	outcome = draft_is_current(change, step->name, draft, &why);
	if (outcome == STAFF_OK)
		outcome = template_check(life.rules, step->name, draft, &why);
	if (outcome == STAFF_OK) {
		outcome = publish_draft(change, &as_planned, draft, "scheduled", at);
		step->number = as_planned.number;
	} else if (outcome == STAFF_INVALID || outcome == STAFF_OUTDATED) {
		as_planned.revision = staff_number(draft, "revision");
		outcome = put_back(change, &as_planned, draft, &why, at);
	} else {
		*at = why;
	}
	json_decref(draft);
	return outcome;
}

enum staff_outcome template_publish_due(struct staff_db *db, const struct template_rules *rules, wall_ms now,
					unsigned *count, struct err_at *at)
{
	struct redis_ask *ask;
	struct due due = { .count = 0 };
	*count = 0;
	enum staff_outcome outcome = staff_db_ask(db, &ask, at);
	if (outcome == STAFF_OK)
		outcome = staff_db_ended(db,
					 redis_read_ranked(ask, staff_key(STAFF_KEY_DUE), now, 16, note_due, &due, at));
	const struct template_life life = { .db = db, .rules = rules, .now = now };
	for (unsigned i = 0; outcome == STAFF_OK && i < due.count; i++) {
		struct step step = { .life = &life, .name = slice_of(due.names[i]) };
		outcome = run(&step, try_due, at);
		*count += outcome == STAFF_OK && step.number > 0;
	}
	return outcome;
}
