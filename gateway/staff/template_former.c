/* SPDX-License-Identifier: Apache-2.0 */

/* What becomes of a template beside its draft: former words come back, it goes out of use, its words come from outside. */

#include "staff/audit_log.h"
#include "staff/staff_json.h"
#include "staff/template_life.h"
#include "staff/user.h"

struct step {
	const struct template_life *life;
	struct slice name;
	struct slice words;
	int64_t version;
	bool has_base;         /* version is what the content was made from */
	const json_t *content; /* from outside */
	struct slice approved_by;
	int64_t number;
};

static enum staff_outcome run(struct step *step, staff_attempt *attempt, struct err_at *at)
{
	return staff_change_run(step->life->db, version_keys, version_key_count, attempt, step, at);
}

static enum staff_outcome not_found(struct step *step, const char *why, struct err_at *at)
{
	err_at_set(at, ERR_NOT_FOUND, 0, NULL, "template “%.*s” %s", SLICE_ARG(step->name), why);
	return STAFF_NOT_FOUND;
}

static enum staff_outcome publish_former(struct staff_change *change, struct step *step, int64_t version,
					 const char *kind, struct err_at *at)
{
	json_t *former = NULL;
	enum staff_outcome outcome = version_get(staff_change_db(change), step->name, version, &former, at);
	if (outcome != STAFF_OK)
		return outcome;
	outcome = template_check(step->life->rules, step->name, former, at);
	const struct version_origin origin = {
		.kind = kind,
		.by = step->life->actor,
		.approved_by = staff_text(former, "approved_by"),
		.why = step->words,
		.authors = json_object_get(former, "authors"),
		.from = version,
	};
	if (outcome == STAFF_OK)
		outcome = version_publish(change, step->life->now, step->name, former, &origin, &step->number, at);
	json_decref(former);
	return outcome;
}

static enum staff_outcome try_roll_back(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct step *step = ctx;
	return publish_former(change, step, step->version, "rollback", at);
}

enum staff_outcome template_roll_back(const struct template_life *life, struct slice name, int64_t version,
				      struct slice why, int64_t *number, struct err_at *at)
{
	struct step step = { .life = life, .name = name, .words = why, .version = version };
	enum staff_outcome outcome = run(&step, try_roll_back, at);
	if (outcome == STAFF_OK)
		*number = step.number;
	return outcome;
}

/* What is archived must not come back by itself: a draft that waits for its time is only approved from then on. */
static enum staff_outcome take_off_schedule(struct staff_change *change, struct slice name, struct err_at *at)
{
	json_t *draft = NULL;
	enum staff_outcome outcome = draft_get(staff_change_db(change), name, &draft, at);
	if (outcome == STAFF_OK && draft != NULL && draft_is(draft, "scheduled")) {
		json_object_set_new(draft, "state", json_string("approved"));
		draft_take_off_schedule(change, name, draft);
		staff_change_put(change, staff_key(STAFF_KEY_DRAFTS), name, draft);
	}
	json_decref(outcome == STAFF_OK ? draft : NULL);
	return outcome;
}

static enum staff_outcome try_archive(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct step *step = ctx;
	json_t *live = NULL;
	enum staff_outcome outcome =
		staff_db_read(staff_change_db(change), staff_key(STAFF_KEY_LIVE), step->name, &live, at);
	if (outcome == STAFF_OK && live == NULL)
		return not_found(step, "is not in use", at);
	if (outcome != STAFF_OK)
		return outcome;
	const struct staff_actor *actor = step->life->actor;
	json_t *archived = json_pack("{s:I, s:s%, s:s%, s:I}", "at", (json_int_t)step->life->now, "by", actor->name.at,
				     actor->name.len, "why", step->words.at != NULL ? step->words.at : "",
				     step->words.len, "version", (json_int_t)staff_number(live, "version"));
	staff_change_remove(change, staff_key(STAFF_KEY_LIVE), step->name);
	staff_change_put(change, staff_key(STAFF_KEY_ARCHIVED), step->name, archived);
	outcome = take_off_schedule(change, step->name, at);
	staff_change_count(change, staff_key(STAFF_KEY_TURN));
	if (outcome == STAFF_OK)
		outcome = audit_log_add(change, actor, step->life->now, "template.archive", step->name, archived, at);
	json_decref(archived);
	json_decref(live);
	return outcome;
}

enum staff_outcome template_archive(const struct template_life *life, struct slice name, struct slice why,
				    struct err_at *at)
{
	struct step step = { .life = life, .name = name, .words = why };
	return run(&step, try_archive, at);
}

static enum staff_outcome try_restore(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct step *step = ctx;
	json_t *archived = NULL;
	enum staff_outcome outcome =
		staff_db_read(staff_change_db(change), staff_key(STAFF_KEY_ARCHIVED), step->name, &archived, at);
	if (outcome == STAFF_OK && archived == NULL)
		return not_found(step, "is not archived", at);
	if (outcome == STAFF_OK)
		outcome = publish_former(change, step, staff_number(archived, "version"), "restore", at);
	json_decref(archived);
	return outcome;
}

enum staff_outcome template_restore(const struct template_life *life, struct slice name, struct slice why,
				    int64_t *number, struct err_at *at)
{
	struct step step = { .life = life, .name = name, .words = why };
	enum staff_outcome outcome = run(&step, try_restore, at);
	if (outcome == STAFF_OK)
		*number = step.number;
	return outcome;
}

/* Where users are known, it is one of those who may approve; where files alone are used, and no console, whoever is named. */
static enum staff_outcome may_have_approved(struct staff_db *db, struct slice name, struct err_at *at)
{
	json_t *users;
	enum staff_outcome outcome = staff_db_read_all(db, staff_key(STAFF_KEY_USERS), &users, at);
	if (outcome != STAFF_OK)
		return outcome;
	const json_t *user = json_object_getn(users, name.at, name.len);
	bool may = json_object_size(users) == 0 || (user != NULL && !user_is_disabled(user) &&
						    staff_roles_may(user_roles(user), STAFF_TEMPLATES_REVIEW));
	json_decref(users);
	if (may)
		return STAFF_OK;
	err_at_set(at, ERR_NOT_FOUND, 0, "approved_by",
		   "“%.*s” is no user who may approve templates: see “hongyan user list”", SLICE_ARG(name));
	return STAFF_FORBIDDEN;
}

/* Files that were fetched before the newest version was published would undo it; and what staff has archived comes back by them only. */
static enum staff_outcome may_replace(struct staff_change *change, const struct step *step, struct err_at *at)
{
	int64_t latest = 0;
	json_t *archived = NULL;
	struct staff_db *db = staff_change_db(change);
	enum staff_outcome outcome = staff_db_read(db, staff_key(STAFF_KEY_ARCHIVED), step->name, &archived, at);
	if (outcome == STAFF_OK && archived != NULL) {
		err_at_set(at, ERR_DUPLICATE, 0, NULL, "template “%.*s” is archived: restore it in the console first",
			   SLICE_ARG(step->name));
		outcome = STAFF_WRONG_STATE;
	}
	json_decref(archived);
	if (outcome != STAFF_OK || !step->has_base)
		return outcome;
	outcome = version_latest(db, step->name, &latest, at);
	if (outcome != STAFF_OK || latest == step->version)
		return outcome;
	err_at_set(at, ERR_DUPLICATE, 0, "base",
		   "template “%.*s”: the file is of version %lld, and version %lld was published since",
		   SLICE_ARG(step->name), (long long)step->version, (long long)latest);
	return STAFF_OUTDATED;
}

static enum staff_outcome try_push(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct step *step = ctx;
	enum staff_outcome outcome = may_replace(change, step, at);
	if (outcome != STAFF_OK)
		return outcome;
	const struct version_origin origin = {
		.kind = "push", .by = step->life->actor, .approved_by = step->approved_by, .why = step->words
	};
	return version_publish(change, step->life->now, step->name, step->content, &origin, &step->number, at);
}

/* Owned. */
static json_t *whole_of(const struct draft_content *content)
{
	json_t *samples = content->samples != NULL ? json_incref((json_t *)content->samples) : json_array();
	json_t *registrations =
		content->registrations != NULL ? json_incref((json_t *)content->registrations) : json_object();
	return json_pack("{s:O, s:o, s:o}", "variants", content->variants, "samples", samples, "registrations",
			 registrations);
}

enum staff_outcome template_push_check(const struct template_life *life, struct slice name,
				       const struct draft_content *content, struct err_at *at)
{
	enum staff_outcome outcome = draft_content_check(content, at);
	if (outcome != STAFF_OK)
		return outcome;
	json_t *whole = whole_of(content);
	outcome = template_check(life->rules, name, whole, at);
	json_decref(whole);
	return outcome;
}

enum staff_outcome template_push(const struct template_life *life, struct slice name,
				 const struct draft_content *content, struct slice approved_by, int64_t *number,
				 struct err_at *at)
{
	struct step step = {
		.life = life,
		.name = name,
		.words = content->why,
		.approved_by = approved_by,
		.has_base = content->has_base,
		.version = content->base,
	};
	if (!draft_is_name(name)) {
		err_at_set(at, ERR_FORMAT, 0, NULL, "“%.*s” is no template's name", SLICE_ARG(name));
		return STAFF_INVALID;
	}
	if (approved_by.len == 0 || staff_actor_may_be(approved_by, life->actor->name)) {
		err_at_set(at, ERR_FORMAT, 0, "approved_by", "somebody else must have approved it");
		return STAFF_OWN_TEXT;
	}
	enum staff_outcome outcome = template_push_check(life, name, content, at);
	if (outcome == STAFF_OK)
		outcome = may_have_approved(life->db, approved_by, at);
	if (outcome != STAFF_OK)
		return outcome;
	json_t *whole = whole_of(content);
	step.content = whole;
	outcome = run(&step, try_push, at);
	json_decref(whole);
	if (outcome == STAFF_OK)
		*number = step.number;
	return outcome;
}
