/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/version.h"

#include "staff/audit_log.h"
#include "staff/staff_json.h"

#include <stdio.h>
#include <stdlib.h>

const struct redis_key version_keys[] = {
	{ .name = STAFF_KEY_LIVE },     { .name = STAFF_KEY_LATEST }, { .name = STAFF_KEY_DRAFTS },
	{ .name = STAFF_KEY_ARCHIVED }, { .name = STAFF_KEY_AUDIT },
};
const unsigned version_key_count = sizeof version_keys / sizeof version_keys[0];

#define DIGITS 24

static struct slice digits_of(int64_t number, char out[static DIGITS])
{
	return (struct slice){ out, (size_t)snprintf(out, DIGITS, "%lld", (long long)number) };
}

/* -- reading -- */

enum staff_outcome version_get(struct staff_db *db, struct slice name, int64_t version, json_t **out, struct err_at *at)
{
	char digits[DIGITS];
	json_t *document = NULL;
	enum staff_outcome outcome =
		staff_db_read(db, staff_key_of(STAFF_KEY_VERSIONS, name), digits_of(version, digits), &document, at);
	if (outcome != STAFF_OK)
		return outcome;
	if (document == NULL) {
		err_at_set(at, ERR_NOT_FOUND, 0, NULL, "template “%.*s” has no version %lld", SLICE_ARG(name),
			   (long long)version);
		return STAFF_NOT_FOUND;
	}
	*out = document;
	return STAFF_OK;
}

enum staff_outcome version_live(struct staff_db *db, struct slice name, json_t **out, struct err_at *at)
{
	json_t *live = NULL;
	enum staff_outcome outcome = staff_db_read(db, staff_key(STAFF_KEY_LIVE), name, &live, at);
	if (outcome != STAFF_OK)
		return outcome;
	if (live == NULL) {
		*out = NULL;
		return STAFF_OK;
	}
	outcome = version_get(db, name, staff_number(live, "version"), out, at);
	json_decref(live);
	return outcome;
}

enum staff_outcome version_latest(struct staff_db *db, struct slice name, int64_t *out, struct err_at *at)
{
	return staff_db_read_number(db, staff_key(STAFF_KEY_LATEST), name, out, at);
}

static int newest_first(const void *a, const void *b)
{
	int64_t left = staff_number(*(json_t *const *)a, "version");
	int64_t right = staff_number(*(json_t *const *)b, "version");
	return left < right ? 1 : left > right ? -1 : 0;
}

enum staff_outcome version_list(struct staff_db *db, struct slice name, json_t **out, struct err_at *at)
{
	json_t *all = NULL;
	enum staff_outcome outcome = staff_db_read_all(db, staff_key_of(STAFF_KEY_VERSIONS, name), &all, at);
	if (outcome != STAFF_OK)
		return outcome;
	size_t count = 0;
	json_t **sorted = calloc(json_object_size(all) + 1, sizeof(json_t *));
	json_t *list = json_array();
	const char *number;
	json_t *version;
	json_object_foreach(all, number, version)
	{
		if (sorted != NULL)
			sorted[count++] = version;
	}
	if (count > 0)
		qsort(sorted, count, sizeof(json_t *), newest_first);
	for (size_t i = 0; i < count; i++) {
		json_object_del(sorted[i], "variants");
		json_object_del(sorted[i], "samples");
		json_array_append(list, sorted[i]);
	}
	bool has_memory = sorted != NULL && list != NULL;
	free(sorted);
	json_decref(all);
	if (!has_memory) {
		json_decref(list);
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
		return STAFF_MEMORY;
	}
	*out = list;
	return STAFF_OK;
}

enum staff_outcome version_all_live(struct staff_db *db, json_t **out, struct err_at *at)
{
	return staff_db_read_all(db, staff_key(STAFF_KEY_LIVE), out, at);
}

enum staff_outcome version_archived(struct staff_db *db, json_t **out, struct err_at *at)
{
	return staff_db_read_all(db, staff_key(STAFF_KEY_ARCHIVED), out, at);
}

/* -- publishing -- */

static json_t *make_version(wall_ms now, struct slice name, const json_t *content, const struct version_origin *origin,
			    int64_t number)
{
	json_t *version = json_pack(
		"{s:s%, s:I, s:I, s:s%, s:s%, s:s%, s:s%, s:s, s:O, s:O, s:O}", "name", name.at, name.len, "version",
		(json_int_t)number, "at", (json_int_t)now, "by", origin->by->name.at, origin->by->name.len,
		"approved_by", origin->approved_by.at != NULL ? origin->approved_by.at : "", origin->approved_by.len,
		"why", origin->why.at != NULL ? origin->why.at : "", origin->why.len, "address",
		origin->by->address.at != NULL ? origin->by->address.at : "", origin->by->address.len, "kind",
		origin->kind, "variants", json_object_get(content, "variants"), "samples",
		json_object_get(content, "samples"), "registrations", json_object_get(content, "registrations"));
	if (origin->from > 0)
		json_object_set_new(version, "from", json_integer(origin->from));
	if (origin->authors != NULL)
		json_object_set(version, "authors", (json_t *)origin->authors);
	return version;
}

/* What the log keeps: who and what, and the texts by their version. */
static json_t *detail_of(const json_t *version)
{
	json_t *detail = json_copy((json_t *)version);
	static const char *const elsewhere[] = {
		"name", "at", "by", "address", "variants", "samples", "registrations"
	};
	for (unsigned i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++)
		json_object_del(detail, elsewhere[i]);
	return detail;
}

static void write_version(struct staff_change *change, struct slice name, const json_t *version, int64_t number)
{
	char digits[DIGITS];
	json_t *live = json_pack("{s:I, s:O}", "version", (json_int_t)number, "variants",
				 json_object_get(version, "variants"));
	staff_change_put(change, staff_key(STAFF_KEY_LIVE), name, live);
	staff_change_put_number(change, staff_key(STAFF_KEY_LATEST), name, number);
	staff_change_put_new(change, staff_key_of(STAFF_KEY_VERSIONS, name), digits_of(number, digits), version);
	staff_change_remove(change, staff_key(STAFF_KEY_ARCHIVED), name);
	staff_change_count(change, staff_key(STAFF_KEY_TURN));
	json_decref(live);
}

enum staff_outcome version_publish(struct staff_change *change, wall_ms now, struct slice name, const json_t *content,
				   const struct version_origin *origin, int64_t *number, struct err_at *at)
{
	int64_t latest = 0;
	int64_t turn = 0;
	enum staff_outcome outcome =
		staff_db_read_number(staff_change_db(change), staff_key(STAFF_KEY_LATEST), name, &latest, at);
	if (outcome == STAFF_OK)
		outcome = staff_db_read_number(staff_change_db(change), staff_key(STAFF_KEY_TURN),
					       (struct slice){ NULL, 0 }, &turn, at);
	if (outcome != STAFF_OK)
		return outcome;
	/* Else the first fill would find something published, and leave all its templates out. */
	if (turn == 0) {
		err_at_set(at, ERR_NOT_FOUND, 0, "state",
			   "nothing was ever published here: the first gateway that starts publishes the files of its "
			   "folder; start one first");
		return STAFF_WRONG_STATE;
	}
	json_t *version = make_version(now, name, content, origin, latest + 1);
	if (version == NULL) {
		err_at_set(at, ERR_FORMAT, 0, NULL, "a text is no valid UTF-8, or there is no memory for it");
		return STAFF_INVALID;
	}
	write_version(change, name, version, latest + 1);
	json_t *detail = detail_of(version);
	char action[40];
	snprintf(action, sizeof action, "template.%s", origin->kind);
	outcome = audit_log_add(change, origin->by, now, action, name, detail, at);
	json_decref(detail);
	json_decref(version);
	if (outcome == STAFF_OK)
		*number = latest + 1;
	return outcome;
}
