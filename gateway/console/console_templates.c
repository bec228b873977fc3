/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_templates.h"

#include "base/number.h"
#include "console/console_handlers.h"
#include "console/console_outcome.h"
#include "console/console_overview.h"
#include "console/console_used.h"
#include "render/template.h"
#include "staff/version.h"

#include <stdio.h>

/* The list, and one of it. Versions never change, so that what is read one after the other fits together as far as anybody can see. */

struct whole {
	json_t *live; /* name → … */
	json_t *drafts;
	json_t *archived;
	json_t *used; /* NULL = not known */
};

static void forget(struct whole *whole)
{
	json_decref(whole->live);
	json_decref(whole->drafts);
	json_decref(whole->archived);
	json_decref(whole->used);
}

static bool read_all(struct console_call *call, struct whole *whole)
{
	struct err_at at = { .err = ERR_OK };
	enum staff_outcome outcome = staff_db_read_all(call->db, staff_key(STAFF_KEY_LIVE), &whole->live, &at);
	if (outcome == STAFF_OK)
		outcome = staff_db_read_all(call->db, staff_key(STAFF_KEY_DRAFTS), &whole->drafts, &at);
	if (outcome == STAFF_OK)
		outcome = staff_db_read_all(call->db, staff_key(STAFF_KEY_ARCHIVED), &whole->archived, &at);
	if (outcome == STAFF_OK)
		return true;
	console_outcome_refuse(call, outcome, &at);
	return false;
}

/* -- the list -- */

/* Title and class stand in the source: of the default variant, or any. */
static void put_head(json_t *row, const char *name, json_t *variants)
{
	const char *locale = TEMPLATE_DEFAULT_LOCALE;
	const json_t *source = json_object_get(variants, locale);
	if (source == NULL && json_object_size(variants) > 0) {
		void *first = json_object_iter(variants);
		locale = json_object_iter_key(first);
		source = json_object_iter_value(first);
	}
	struct template *template = NULL;
	struct slice text = slice_of(json_string_value(source));
	if (text.at != NULL && template_compile(slice_of(name), slice_of(locale), text, &template, NULL) == ERR_OK) {
		const struct template_header *header = template_header(template);
		json_object_set_new(row, "title", json_stringn(header->title.at, header->title.len));
		json_object_set_new(row, "class", json_string(sms_class_name(header->sms_class)));
		template_release(template);
		return;
	}
	json_object_set_new(row, "title", json_string(name));
	json_object_set_new(row, "class", json_string(""));
}

static json_t *locales_of(json_t *variants)
{
	const char *locale;
	json_t *source;
	json_t *list = json_array();
	json_object_foreach(variants, locale, source) json_array_append_new(list, json_string(locale));
	return list;
}

static json_t *draft_row(const json_t *draft)
{
	static const char *const copied[] = { "state", "revision", "edited_by", "edited_at" };
	json_t *row = json_object();
	for (unsigned i = 0; i < sizeof copied / sizeof copied[0]; i++)
		json_object_set(row, copied[i], json_object_get(draft, copied[i]));
	json_t *publish_at = json_object_get(draft, "publish_at");
	json_object_set_new(row, "publish_at", json_is_integer(publish_at) ? json_incref(publish_at) : json_null());
	return row;
}

static json_t *or_null(json_t *value)
{
	return value != NULL ? json_incref(value) : json_null();
}

static json_t *row_of(struct console_call *call, const struct whole *whole, const char *name)
{
	json_t *live = json_object_get(whole->live, name);
	json_t *draft = json_object_get(whole->drafts, name);
	json_t *archived = json_object_get(whole->archived, name);
	const json_t *number = json_object_get(live != NULL ? live : archived, "version");
	json_t *version = NULL; /* a row does without it */
	if (json_is_integer(number) &&
	    version_get(call->db, slice_of(name), json_integer_value(number), &version, NULL) != STAFF_OK)
		version = NULL;
	json_t *variants = json_object_get(live, "variants");
	if (variants == NULL)
		variants = json_object_get(draft != NULL ? draft : version, "variants");
	json_t *row = json_pack("{s:s,s:o,s:o,s:o,s:o,s:b,s:o,s:o}", "name", name, "locales", locales_of(variants),
				"version", live != NULL ? or_null(json_object_get(live, "version")) : json_null(),
				"published_at", or_null(json_object_get(version, "at")), "published_by",
				or_null(json_object_get(version, "by")), "archived", (int)(archived != NULL), "draft",
				draft != NULL ? draft_row(draft) : json_null(), "used",
				or_null(json_object_get(whole->used, name)));
	put_head(row, name, variants);
	json_decref(version);
	return row;
}

static void add_rows(struct console_call *call, const struct whole *whole, json_t *names, json_t *rows)
{
	const char *name;
	json_t *any;
	json_object_foreach(names, name, any)
	{
		bool is_known = (names != whole->live && json_object_get(whole->live, name) != NULL) ||
				(names == whole->archived && json_object_get(whole->drafts, name) != NULL);
		if (!is_known)
			json_array_append_new(rows, row_of(call, whole, name));
	}
}

void console_templates_list(struct console_call *call)
{
	struct whole whole = { .live = NULL };
	struct console_board board;
	struct err_at at = { .err = ERR_OK };
	json_t *rows = json_array();
	bool is_read = read_all(call, &whole) && console_ask_again(call);
	if (is_read && console_board_look(call->ask, &board, &at) != ERR_OK) {
		console_fail(call, &at);
		is_read = false;
	}
	if (is_read) {
		whole.used = console_used_all(call->console->used, call->now);
		add_rows(call, &whole, whole.live, rows);
		add_rows(call, &whole, whole.drafts, rows);
		add_rows(call, &whole, whole.archived, rows);
		console_answer(call, json_pack("{s:O,s:I,s:o}", "templates", rows, "turn", (json_int_t)board.turn,
					       "gateways", console_board_turns(&board)));
		console_board_fini(&board);
	}
	json_decref(rows);
	forget(&whole);
}

/* -- one -- */

static json_t *read_one(struct console_call *call, const char *key, const char *name, enum staff_outcome *outcome,
			struct err_at *at)
{
	json_t *found = NULL;
	if (*outcome == STAFF_OK)
		*outcome = staff_db_read(call->db, staff_key(key), slice_of(name), &found, at);
	return found;
}

json_t *console_template_draft(struct console_call *call, const char *name)
{
	enum staff_outcome outcome = STAFF_OK;
	return read_one(call, STAFF_KEY_DRAFTS, name, &outcome, NULL);
}

json_t *console_template_latest(struct console_call *call, const char *name)
{
	int64_t latest;
	enum staff_outcome outcome = version_latest(call->db, slice_of(name), &latest, NULL);
	return outcome == STAFF_OK ? json_pack("{s:I}", "latest", (json_int_t)latest) : NULL;
}

json_t *console_template_lock(struct console_call *call, const char *name)
{
	enum staff_outcome outcome = STAFF_OK;
	json_t *lock = read_one(call, STAFF_KEY_LOCKS, name, &outcome, NULL);
	if (json_integer_value(json_object_get(lock, "until")) > call->now)
		return lock;
	json_decref(lock);
	return NULL;
}

static json_t *owned_or_null(json_t *value)
{
	return value != NULL ? value : json_null();
}

void console_template_answer(struct console_call *call, const char *name)
{
	struct err_at at = { .err = ERR_OK };
	enum staff_outcome outcome = STAFF_OK;
	int64_t latest = 0;
	json_t *version = NULL;
	json_t *live = read_one(call, STAFF_KEY_LIVE, name, &outcome, &at);
	json_t *draft = read_one(call, STAFF_KEY_DRAFTS, name, &outcome, &at);
	json_t *archived = read_one(call, STAFF_KEY_ARCHIVED, name, &outcome, &at);
	if (outcome == STAFF_OK)
		outcome = version_latest(call->db, slice_of(name), &latest, &at);
	/* An editor that took a failure for “never published” would begin with an empty text. */
	if (outcome == STAFF_OK && live != NULL)
		outcome = version_get(call->db, slice_of(name), json_integer_value(json_object_get(live, "version")),
				      &version, &at);
	if (outcome != STAFF_OK) {
		console_outcome_refuse(call, outcome == STAFF_NOT_FOUND ? STAFF_BROKEN : outcome, &at);
	} else if (live == NULL && draft == NULL && archived == NULL) {
		console_refuse(call, CONSOLE_NOT_FOUND);
	} else {
		json_t *used = console_used_all(call->console->used, call->now);
		console_answer(call, json_pack("{s:s,s:o,s:O?,s:O?,s:o,s:o,s:I}", "name", name, "live",
					       owned_or_null(version), "draft", draft, "archived", archived, "lock",
					       owned_or_null(console_template_lock(call, name)), "used",
					       or_null(json_object_get(used, name)), "latest", (json_int_t)latest));
		json_decref(used);
		if (draft != NULL)
			snprintf(call->etag, sizeof call->etag, "\"%lld\"",
				 (long long)json_integer_value(json_object_get(draft, "revision")));
	}
	json_decref(live);
	json_decref(draft);
	json_decref(archived);
}

void console_template_get(struct console_call *call)
{
	console_template_answer(call, call->params[0]);
}

/* -- versions -- */

void console_versions_list(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	json_t *all;
	const char *name = call->params[0];
	int64_t latest = 0;
	enum staff_outcome outcome =
		staff_db_read_all(call->db, staff_key_of(STAFF_KEY_VERSIONS, slice_of(name)), &all, &at);
	if (outcome == STAFF_OK)
		outcome = staff_db_read_number(call->db, staff_key(STAFF_KEY_LATEST), slice_of(name), &latest, &at);
	else
		all = NULL;
	if (outcome != STAFF_OK) {
		console_outcome_refuse(call, outcome, &at);
	} else if (json_object_size(all) == 0) {
		console_refuse(call, CONSOLE_NOT_FOUND);
	} else {
		json_t *rows = json_array();
		for (int64_t i = latest; i > 0; i--) {
			char number[24];
			snprintf(number, sizeof number, "%lld", (long long)i);
			json_t *version = json_object_get(all, number);
			json_object_del(version, "variants");
			json_object_del(version, "samples");
			if (version != NULL)
				json_array_append(rows, version);
		}
		console_answer(call, json_pack("{s:o}", "versions", rows));
	}
	json_decref(all);
}

void console_version_get(struct console_call *call)
{
	uint64_t number;
	json_t *version = NULL;
	struct err_at at = { .err = ERR_OK };
	enum staff_outcome outcome = STAFF_NOT_FOUND;
	if (number_parse(slice_of(call->params[1]), INT64_MAX, &number))
		outcome = version_get(call->db, slice_of(call->params[0]), (int64_t)number, &version, &at);
	if (outcome == STAFF_OK)
		console_answer(call, version);
	else
		console_outcome_refuse(call, outcome, &at);
}
