/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/audit_log.h"

#include "base/buf.h"
#include "base/check.h"
#include "model/entry.h"
#include "model/msisdn.h"
#include "staff/audit_hash.h"
#include "store/redis_read.h"

#include <stdio.h>
#include <stdlib.h>

#define CHUNK    200  /* entries of one question */
#define LOOK_MAX 5000 /* entries that a page looks through; what is behind is the next page's */

#define DEPTH_MAX   16
#define MASK_BEYOND 64 /* octets that a text may be longer when numbers in it are masked */

_Static_assert(sizeof((struct audit_tail *)NULL)->hash == AUDIT_HASH_OCTETS, "the tail holds a hash");

static enum staff_outcome no_memory(struct err_at *at)
{
	err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	return STAFF_MEMORY;
}

/* --- entries --- */

/* Line for line, since what masks makes control characters invisible for good; JSON encodes them. */
static json_t *masked_text(const json_t *text)
{
	struct slice rest = { json_string_value(text), json_string_length(text) };
	size_t cap = 2 * rest.len + MASK_BEYOND;
	char *copy = malloc(cap);
	size_t len = 0;
	if (copy == NULL)
		return NULL;
	while (rest.len > 0) {
		size_t piece = 0;
		while (piece < rest.len && (unsigned char)rest.at[piece] >= ' ')
			piece++;
		if (piece > 0)
			len += msisdn_mask_mobiles((struct slice){ rest.at, piece }, copy + len, cap - len);
		if (piece < rest.len)
			copy[len++] = rest.at[piece++];
		rest = (struct slice){ rest.at + piece, rest.len - piece };
	}
	json_t *out = json_stringn(copy, len);
	free(copy);
	return out;
}

/* A copy with masked numbers in all texts. New; NULL where there is no memory, or where it is too deep. */
static json_t *masked(const json_t *value, unsigned depth)
{
	const char *key;
	json_t *item;
	size_t i;
	json_t *out = json_is_object(value) ? json_object() : json_is_array(value) ? json_array() : NULL;
	if (json_is_string(value))
		return masked_text(value);
	if (out == NULL)
		return json_deep_copy(value);
	bool is_good = depth < DEPTH_MAX;
	if (json_is_object(value)) {
		/* The iteration changes nothing, but jansson's macro asks for what could be changed. */
		json_object_foreach((json_t *)(uintptr_t)value, key, item) is_good =
			is_good && json_object_set_new(out, key, masked(item, depth + 1)) == 0;
	} else {
		json_array_foreach(value, i, item) is_good =
			is_good && json_array_append_new(out, masked(item, depth + 1)) == 0;
	}
	if (!is_good) {
		json_decref(out);
		out = NULL;
	}
	return out;
}

static json_t *text_of(struct slice text)
{
	json_t *out = text.at != NULL ? json_stringn(text.at, text.len) : json_string("");
	return out != NULL ? out : json_string("?"); /* no UTF-8 */
}

/* The entry without its hash. New; NULL where there is no memory. */
static char *make_body(const struct audit_tail *tail, const struct staff_actor *actor, wall_ms now, const char *action,
		       struct slice object, const json_t *detail)
{
	char *body = NULL;
	json_t *shown = detail != NULL ? masked(detail, 0) : json_object();
	json_t *entry = shown != NULL ? json_pack("{s:I, s:I, s:o, s:o, s:o, s:s, s:o, s:o, s:s}", "seq",
						  (json_int_t)(tail->seq + 1), "at", (json_int_t)now, "actor",
						  text_of(actor->name), "roles", staff_roles_json(actor->roles),
						  "address", text_of(actor->address), "action", action, "object",
						  text_of(object), "detail", shown, "prev", tail->hash)
				      : NULL;
	if (entry != NULL)
		body = json_dumps(entry, JSON_COMPACT);
	json_decref(entry);
	return body;
}

struct last {
	char hash[AUDIT_HASH_OCTETS];
	bool is_there;
	bool is_broken;
};

static void take_last(void *ctx, struct slice id, struct slice entry)
{
	struct last *last = ctx;
	json_t *document = json_loadb(entry.at, entry.len, 0, NULL);
	const char *hash = json_string_value(json_object_get(document, "hash"));
	(void)id;
	last->is_there = true;
	last->is_broken = hash == NULL || strlen(hash) != AUDIT_HASH_OCTETS - 1;
	snprintf(last->hash, sizeof last->hash, "%s", last->is_broken ? audit_hash_zero : hash);
	json_decref(document);
}

/* The end of the log: also where somebody has broken it, so that work goes on; the check tells. */
static enum staff_outcome read_tail(struct staff_db *db, struct audit_tail *tail, struct err_at *at)
{
	struct redis_ask *ask;
	int64_t seq = 0;
	struct last last = { .is_there = false };
	struct redis_key key = staff_key(STAFF_KEY_AUDIT);
	enum staff_outcome outcome = staff_db_ask(db, &ask, at);
	if (outcome == STAFF_OK)
		outcome = staff_db_ended(db, redis_read_last_id(ask, key, &seq, at));
	if (outcome == STAFF_OK)
		outcome = staff_db_ended(db, redis_read_entries(ask, key, 0, INT64_MAX, 1, true, take_last, &last, at));
	if (outcome != STAFF_OK)
		return outcome;
	tail->seq = seq;
	memcpy(tail->hash, last.is_there ? last.hash : audit_hash_zero, sizeof tail->hash);
	return STAFF_OK;
}

enum staff_outcome audit_log_add(struct staff_change *change, const struct staff_actor *actor, wall_ms now,
				 const char *action, struct slice object, const json_t *detail, struct err_at *at)
{
	struct audit_tail *tail = staff_change_tail(change);
	enum staff_outcome outcome = STAFF_OK;
	CHECK(staff_change_watches(change, STAFF_KEY_AUDIT));
	if (tail->seq < 0)
		outcome = read_tail(staff_change_db(change), tail, at);
	if (outcome != STAFF_OK)
		return outcome;
	char *body = make_body(tail, actor, now, action, object, detail);
	size_t len = body != NULL ? strlen(body) : 0;
	size_t cap = len + sizeof ",\"hash\":\"\"}" + AUDIT_HASH_OCTETS;
	char *entry = body != NULL ? malloc(cap) : NULL;
	if (entry != NULL) {
		struct buf buf = buf_over(entry, cap);
		audit_hash_make(tail->hash, (struct slice){ body, len }, tail->hash);
		buf_put(&buf, body, len - 1);
		buf_put_format(&buf, ",\"hash\":\"%s\"}", tail->hash);
		CHECK(!buf.full);
		staff_change_append(change, staff_key(STAFF_KEY_AUDIT), ++tail->seq, "entry", buf_slice(&buf));
	}
	outcome = entry != NULL ? STAFF_OK : no_memory(at);
	free(entry);
	free(body);
	return outcome;
}

struct writing {
	const struct staff_actor *actor;
	wall_ms now;
	const char *action;
	struct slice object;
	const json_t *detail;
};

static enum staff_outcome try_write(struct staff_change *change, void *ctx, struct err_at *at)
{
	const struct writing *writing = ctx;
	return audit_log_add(change, writing->actor, writing->now, writing->action, writing->object, writing->detail,
			     at);
}

enum staff_outcome audit_log_write(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
				   const char *action, struct slice object, const json_t *detail, struct err_at *at)
{
	struct writing writing = { actor, now, action, object, detail };
	struct redis_key key = staff_key(STAFF_KEY_AUDIT);
	return staff_change_run(db, &key, 1, try_write, &writing, at);
}

/* --- pages --- */

struct page {
	const struct audit_filter *filter;
	json_t *entries;
	int64_t lowest; /* seq of the last one that was looked at */
	unsigned looked;
	unsigned chunk; /* that this question gave */
	bool is_short_of_memory;
};

static bool is_wanted(const struct audit_filter *filter, const json_t *entry)
{
	struct slice action = slice_of(json_string_value(json_object_get(entry, "action")));
	if (filter->actor.len > 0 &&
	    !slice_equal(filter->actor, slice_of(json_string_value(json_object_get(entry, "actor")))))
		return false;
	if (filter->object.len > 0 &&
	    !slice_equal(filter->object, slice_of(json_string_value(json_object_get(entry, "object")))))
		return false;
	return filter->action.len == 0 || (slice_starts(action, filter->action) &&
					   (action.len == filter->action.len || action.at[filter->action.len] == '.'));
}

static void visit_page(void *ctx, struct slice id, struct slice text)
{
	struct page *page = ctx;
	page->chunk++;
	if (json_array_size(page->entries) == page->filter->count)
		return;
	page->looked++;
	struct entry_key key;
	if (entry_id_parse(id, LANE_NORMAL, &key) && key.ms < INT64_MAX)
		page->lowest = (int64_t)key.ms;
	json_t *entry = json_loadb(text.at, text.len, 0, NULL);
	if (entry == NULL) /* the check tells of it */
		return;
	if (!is_wanted(page->filter, entry))
		json_decref(entry);
	else if (json_array_append_new(page->entries, entry) != 0)
		page->is_short_of_memory = true;
}

static enum staff_outcome fill_page(struct staff_db *db, struct page *page, struct err_at *at)
{
	struct redis_ask *ask;
	enum staff_outcome outcome = staff_db_ask(db, &ask, at);
	do {
		page->chunk = 0;
		if (outcome == STAFF_OK)
			outcome = staff_db_ended(db, redis_read_entries(ask, staff_key(STAFF_KEY_AUDIT), 0,
									page->lowest - 1, CHUNK, true, visit_page, page,
									at));
		if (outcome == STAFF_OK && page->is_short_of_memory)
			outcome = no_memory(at);
	} while (outcome == STAFF_OK && page->chunk == CHUNK && page->looked < LOOK_MAX &&
		 json_array_size(page->entries) < page->filter->count);
	return outcome;
}

enum staff_outcome audit_log_page(struct staff_db *db, const struct audit_filter *filter, json_t **entries,
				  int64_t *next, struct err_at *at)
{
	struct page page = { .filter = filter, .entries = json_array() };
	CHECK(filter->count > 0 && filter->count <= AUDIT_PAGE_MAX);
	if (page.entries == NULL)
		return no_memory(at);
	page.lowest = filter->before > 0 ? filter->before : INT64_MAX;
	enum staff_outcome outcome = fill_page(db, &page, at);
	if (outcome != STAFF_OK) {
		json_decref(page.entries);
		return outcome;
	}
	bool has_more = page.chunk == CHUNK || json_array_size(page.entries) == filter->count;
	*next = has_more && page.lowest > 1 ? page.lowest : 0;
	*entries = page.entries;
	return STAFF_OK;
}
