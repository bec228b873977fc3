/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/draft.h"

#include "base/check.h"
#include "model/alert.h"
#include "render/template.h"
#include "staff/audit_log.h"
#include "staff/staff_json.h"
#include "staff/version.h"

#include <stdio.h>

static const struct redis_key changed[] = {
	{ .name = STAFF_KEY_DRAFTS },
	{ .name = STAFF_KEY_LOCKS },
	{ .name = STAFF_KEY_LATEST },
	{ .name = STAFF_KEY_AUDIT },
};
#define CHANGED (sizeof changed / sizeof changed[0])

static enum staff_outcome fail(struct err_at *at, enum staff_outcome outcome, enum err err, const char *text)
{
	err_at_set(at, err, 0, NULL, "%s", text);
	return outcome;
}

/* -- forms -- */

bool draft_is_name(struct slice name)
{
	char file[ALERT_NAME_MAX + 8];
	struct slice stem;
	struct slice locale;
	if (name.len == 0 || name.len > ALERT_NAME_MAX)
		return false;
	snprintf(file, sizeof file, "%.*s.tmpl", SLICE_ARG(name));
	return template_file_name_parse(slice_of(file), &stem, &locale) && slice_equal(stem, name);
}

bool draft_is(const json_t *draft, const char *state)
{
	return slice_is(staff_text(draft, "state"), state);
}

bool draft_is_by(const json_t *draft, struct slice name)
{
	size_t i;
	const json_t *author;
	json_array_foreach(json_object_get(draft, "authors"), i, author)
	{
		struct slice its = { json_string_value(author), json_string_length(author) };
		if (staff_actor_may_be(name, its))
			return true;
	}
	return false;
}

static bool are_variants(const json_t *variants)
{
	const char *locale;
	json_t *source;
	bool are = json_object_size(variants) > 0 && json_object_size(variants) <= DRAFT_VARIANTS_MAX;
	json_object_foreach((json_t *)variants, locale, source)
	{
		are = are && json_is_string(source) && json_string_length(source) <= TEMPLATE_OCTETS_MAX &&
		      strlen(locale) > 0 && strlen(locale) < 36;
	}
	return are;
}

/* As an alert has them: texts and numbers by name. */
static bool are_params(const json_t *params)
{
	const char *name;
	json_t *value;
	bool are = json_is_object(params) && json_object_size(params) <= ALERT_PARAMS_MAX;
	json_object_foreach((json_t *)params, name, value) are = are && !json_is_object(value) && !json_is_array(value);
	return are;
}

static bool are_samples(const json_t *samples)
{
	size_t i;
	const json_t *sample;
	bool are = samples == NULL || (json_is_array(samples) && json_array_size(samples) <= DRAFT_SAMPLES_MAX);
	json_array_foreach(samples, i, sample)
	{
		const json_t *expect = json_object_get(sample, "expect");
		are = are && json_is_string(json_object_get(sample, "name")) &&
		      json_is_string(json_object_get(sample, "locale")) &&
		      are_params(json_object_get(sample, "params")) && (expect == NULL || json_is_string(expect));
	}
	return are;
}

static bool are_registrations(const json_t *registrations)
{
	const char *account;
	json_t *numbers;
	bool are = registrations == NULL || json_is_object(registrations);
	json_object_foreach((json_t *)registrations, account, numbers)
	{
		are = are && json_is_string(json_object_get(numbers, "signature")) &&
		      json_is_string(json_object_get(numbers, "template"));
	}
	return are;
}

enum staff_outcome draft_content_check(const struct draft_content *content, struct err_at *at)
{
	if (!are_variants(content->variants))
		return fail(at, STAFF_INVALID, ERR_FORMAT,
			    "variants must be an object of texts by language, between 1 and 16 of at most 64 KiB each");
	if (!are_samples(content->samples))
		return fail(
			at, STAFF_INVALID, ERR_FORMAT,
			"samples must be a list of at most 64, each with name, locale, params (texts and numbers by "
			"name) and maybe expect");
	if (!are_registrations(content->registrations))
		return fail(at, STAFF_INVALID, ERR_FORMAT,
			    "registrations must be an object: by account, each with signature and template");
	return STAFF_OK;
}

/* -- reading -- */

enum staff_outcome draft_get(struct staff_db *db, struct slice name, json_t **out, struct err_at *at)
{
	return staff_db_read(db, staff_key(STAFF_KEY_DRAFTS), name, out, at);
}

enum staff_outcome draft_all(struct staff_db *db, json_t **out, struct err_at *at)
{
	return staff_db_read_all(db, staff_key(STAFF_KEY_DRAFTS), out, at);
}

static int64_t revision_of(const json_t *draft)
{
	return staff_number(draft, "revision");
}

static enum staff_outcome moved(struct err_at *at)
{
	return fail(at, STAFF_CONFLICT, ERR_DUPLICATE, "somebody has changed the draft meanwhile");
}

enum staff_outcome draft_of_revision(struct staff_change *change, struct slice name, int64_t revision, json_t **out,
				     struct err_at *at)
{
	json_t *draft = NULL;
	enum staff_outcome outcome = draft_get(staff_change_db(change), name, &draft, at);
	if (outcome != STAFF_OK)
		return outcome;
	if (draft == NULL)
		return fail(at, STAFF_NOT_FOUND, ERR_NOT_FOUND, "this template has no draft");
	if (revision_of(draft) != revision) {
		json_decref(draft);
		return moved(at);
	}
	*out = draft;
	return STAFF_OK;
}

static enum staff_outcome outdated(int64_t base, int64_t latest, struct err_at *at)
{
	err_at_set(
		at, ERR_DUPLICATE, 0, "base",
		"the draft was made from version %lld, and version %lld was published since: compare, then take that "
		"as its base",
		(long long)base, (long long)latest);
	return STAFF_OUTDATED;
}

enum staff_outcome draft_is_current(struct staff_change *change, struct slice name, const json_t *draft,
				    struct err_at *at)
{
	int64_t latest = 0;
	int64_t base = staff_number(draft, "base");
	CHECK(staff_change_watches(change, STAFF_KEY_LATEST));
	enum staff_outcome outcome = version_latest(staff_change_db(change), name, &latest, at);
	return outcome == STAFF_OK && base != latest ? outdated(base, latest, at) : outcome;
}

void draft_take_off_schedule(struct staff_change *change, struct slice name, json_t *draft)
{
	json_object_del(draft, "publish_at");
	json_object_del(draft, "publish_by");
	json_object_del(draft, "publish_address");
	staff_change_unrank(change, staff_key(STAFF_KEY_DUE), name);
}

enum staff_outcome draft_lock_get(struct staff_db *db, wall_ms now, struct slice name, json_t **out, struct err_at *at)
{
	json_t *lock = NULL;
	enum staff_outcome outcome = staff_db_read(db, staff_key(STAFF_KEY_LOCKS), name, &lock, at);
	if (outcome != STAFF_OK)
		return outcome;
	if (staff_number(lock, "until") <= now) {
		json_decref(lock);
		lock = NULL;
	}
	*out = lock;
	return STAFF_OK;
}

/* Somebody else's lock in force, owned; NULL where there is none. */
static enum staff_outcome others_lock(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
				      struct slice name, json_t **out, struct err_at *at)
{
	json_t *lock = NULL;
	enum staff_outcome outcome = draft_lock_get(db, now, name, &lock, at);
	if (outcome == STAFF_OK && slice_equal(actor->name, staff_text(lock, "user"))) {
		json_decref(lock);
		lock = NULL;
	}
	if (outcome == STAFF_OK)
		*out = lock;
	return outcome;
}

static enum staff_outcome locked(const json_t *lock, struct err_at *at)
{
	err_at_set(at, ERR_DUPLICATE, 0, "lock", "%.*s is editing this template",
		   SLICE_ARG(staff_text(lock, "display")));
	return STAFF_LOCKED;
}

/* -- saving -- */

struct saving {
	const struct staff_actor *actor;
	wall_ms now;
	struct slice name;
	int64_t revision;
	const struct draft_content *content;
	json_t *out; /* owned */
};

/* Those who wrote before, and whoever writes now. is_new: it is the first time. */
static json_t *authors_with(const json_t *former, struct slice name, bool *is_new)
{
	json_t *authors = former != NULL ? json_deep_copy(json_object_get(former, "authors")) : NULL;
	if (!json_is_array(authors)) {
		json_decref(authors);
		authors = json_array();
	}
	*is_new = !draft_is_by(former, name);
	if (*is_new)
		json_array_append_new(authors, json_stringn(name.at, name.len));
	return authors;
}

static json_t *make_draft(const struct saving *saving, const json_t *former, int64_t base, int64_t revision,
			  json_t *authors)
{
	const struct draft_content *content = saving->content;
	json_t *empty_samples = content->samples == NULL ? json_array() : NULL;
	json_t *empty_registrations = content->registrations == NULL ? json_object() : NULL;
	json_t *draft = json_pack(
		"{s:s%, s:I, s:I, s:s, s:O, s:O, s:O, s:s%, s:O, s:s%, s:I, s:s%}", "name", saving->name.at,
		saving->name.len, "revision", (json_int_t)revision, "base", (json_int_t)base, "state", "draft",
		"variants", content->variants, "samples", content->samples != NULL ? content->samples : empty_samples,
		"registrations", content->registrations != NULL ? content->registrations : empty_registrations, "why",
		content->why.at != NULL ? content->why.at : "", content->why.len, "authors", authors, "edited_by",
		saving->actor->name.at, saving->actor->name.len, "edited_at", (json_int_t)saving->now, "address",
		saving->actor->address.at != NULL ? saving->actor->address.at : "", saving->actor->address.len);
	/* What a reviewer has said stays in sight while it is mended. */
	json_t *comment = json_object_get(former, "comment");
	if (draft != NULL && comment != NULL)
		json_object_set(draft, "comment", comment);
	json_decref(empty_samples);
	json_decref(empty_registrations);
	return draft;
}

/* Which version the words are of. */
static enum staff_outcome base_of(const struct saving *saving, const json_t *former, int64_t latest, int64_t *out,
				  struct err_at *at)
{
	const struct draft_content *content = saving->content;
	*out = former != NULL ? staff_number(former, "base") : latest;
	if (!content->has_base || content->base == *out)
		return STAFF_OK;
	if (content->base != latest)
		return outdated(content->base, latest, at);
	*out = latest;
	return STAFF_OK;
}

static enum staff_outcome write_draft(struct staff_change *change, struct saving *saving, const json_t *former,
				      struct err_at *at)
{
	int64_t latest = 0;
	int64_t base = 0;
	int64_t revision = 0;
	bool is_new_author;
	struct staff_db *db = staff_change_db(change);
	enum staff_outcome outcome = version_latest(db, saving->name, &latest, at);
	/* Counted on over all drafts of a template: who has seen one must not approve another that came in its place. */
	if (outcome == STAFF_OK)
		outcome = staff_db_read_number(db, staff_key(STAFF_KEY_REVISIONS), saving->name, &revision, at);
	if (outcome == STAFF_OK)
		outcome = base_of(saving, former, latest, &base, at);
	if (outcome != STAFF_OK)
		return outcome;
	json_t *authors = authors_with(former, saving->actor->name, &is_new_author);
	revision = 1 + (revision > revision_of(former) ? revision : revision_of(former));
	saving->out = make_draft(saving, former, base, revision, authors);
	json_decref(authors);
	if (saving->out == NULL)
		return fail(at, STAFF_INVALID, ERR_FORMAT, "a text is no valid UTF-8");
	staff_change_put(change, staff_key(STAFF_KEY_DRAFTS), saving->name, saving->out);
	staff_change_put_number(change, staff_key(STAFF_KEY_REVISIONS), saving->name, revision);
	if (former != NULL && draft_is(former, "scheduled"))
		staff_change_unrank(change, staff_key(STAFF_KEY_DUE), saving->name);
	/* Saving is done every second: the log has who began to write, and when an approval was voided by that. */
	if (!is_new_author && (former == NULL || draft_is(former, "draft")))
		return STAFF_OK;
	json_t *detail = json_pack("{s:I, s:s}", "revision", (json_int_t)revision_of(saving->out), "state_before",
				   former != NULL ? json_string_value(json_object_get(former, "state")) : "none");
	outcome = audit_log_add(change, saving->actor, saving->now, "template.edit", saving->name, detail, at);
	json_decref(detail);
	return outcome;
}

static enum staff_outcome try_save(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct saving *saving = ctx;
	json_t *former = NULL;
	json_t *lock = NULL;
	json_decref(saving->out);
	saving->out = NULL;
	enum staff_outcome outcome =
		others_lock(staff_change_db(change), saving->actor, saving->now, saving->name, &lock, at);
	if (outcome == STAFF_OK && lock != NULL) {
		saving->out = lock;
		return locked(lock, at);
	}
	if (outcome == STAFF_OK)
		outcome = draft_get(staff_change_db(change), saving->name, &former, at);
	if (outcome != STAFF_OK)
		return outcome;
	if (revision_of(former) != saving->revision) {
		saving->out = former;
		return moved(at);
	}
	outcome = write_draft(change, saving, former, at);
	json_decref(former);
	return outcome;
}

enum staff_outcome draft_save(struct staff_db *db, const struct staff_actor *actor, wall_ms now, struct slice name,
			      int64_t revision, const struct draft_content *content, json_t **out, struct err_at *at)
{
	struct saving saving = { .actor = actor, .now = now, .name = name, .revision = revision, .content = content };
	if (!draft_is_name(name))
		return fail(at, STAFF_INVALID, ERR_FORMAT,
			    "a template's name has 1 to 64 letters, digits, “_”, “-” or “.”, and no blanks");
	enum staff_outcome outcome = draft_content_check(content, at);
	if (outcome == STAFF_OK)
		outcome = staff_change_run(db, changed, CHANGED, try_save, &saving, at);
	if (outcome == STAFF_OK || outcome == STAFF_CONFLICT || outcome == STAFF_LOCKED)
		*out = saving.out;
	else
		json_decref(saving.out);
	return outcome;
}

static enum staff_outcome try_discard(struct staff_change *change, void *ctx, struct err_at *at)
{
	const struct saving *saving = ctx;
	json_t *draft = NULL;
	json_t *lock = NULL;
	enum staff_outcome outcome =
		others_lock(staff_change_db(change), saving->actor, saving->now, saving->name, &lock, at);
	if (outcome == STAFF_OK && lock != NULL)
		outcome = locked(lock, at);
	json_decref(lock);
	if (outcome == STAFF_OK)
		outcome = draft_of_revision(change, saving->name, saving->revision, &draft, at);
	if (outcome != STAFF_OK)
		return outcome;
	staff_change_remove(change, staff_key(STAFF_KEY_DRAFTS), saving->name);
	staff_change_unrank(change, staff_key(STAFF_KEY_DUE), saving->name);
	outcome = audit_log_add(change, saving->actor, saving->now, "template.discard", saving->name, draft, at);
	json_decref(draft);
	return outcome;
}

enum staff_outcome draft_discard(struct staff_db *db, const struct staff_actor *actor, wall_ms now, struct slice name,
				 int64_t revision, struct err_at *at)
{
	struct saving saving = { .actor = actor, .now = now, .name = name, .revision = revision };
	return staff_change_run(db, changed, CHANGED, try_discard, &saving, at);
}
