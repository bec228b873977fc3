/* SPDX-License-Identifier: Apache-2.0 */

/* The whole log from its first entry on: followed as a chain, or given out. */

#include "base/buf.h"
#include "base/check.h"
#include "base/civil.h"
#include "base/number.h"
#include "base/utf8.h"
#include "model/entry.h"
#include "staff/audit_hash.h"
#include "staff/audit_log.h"
#include "store/redis_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define CHUNK 200

/* --- a walk --- */

struct walk {
	redis_read_visit *visit;
	void *ctx;
	int64_t next;
	unsigned chunk;
	bool is_over;
	const _Atomic bool *is_called_off;
};

static void step(void *ctx, struct slice id, struct slice text)
{
	struct walk *walk = ctx;
	struct entry_key key;
	walk->chunk++;
	if (!entry_id_parse(id, LANE_NORMAL, &key) || key.ms >= INT64_MAX)
		walk->is_over = true; /* there is nothing behind it */
	else
		walk->next = (int64_t)key.ms + 1;
	walk->visit(walk->ctx, id, text);
}

/* Visits all entries, until visit says that it is over. */
static enum staff_outcome walk_all(struct staff_db *db, struct walk *walk, struct err_at *at)
{
	struct redis_ask *ask;
	enum staff_outcome outcome = staff_db_ask(db, &ask, at);
	do {
		if (walk->is_called_off != NULL && *walk->is_called_off) {
			err_at_set(at, ERR_TIMEOUT, 0, NULL, "nobody waits for the log any more");
			return STAFF_BUSY;
		}
		walk->chunk = 0;
		if (outcome == STAFF_OK)
			outcome = staff_db_ended(db, redis_read_entries(ask, staff_key(STAFF_KEY_AUDIT), walk->next,
									INT64_MAX, CHUNK, false, step, walk, at));
	} while (outcome == STAFF_OK && walk->chunk == CHUNK && !walk->is_over);
	return outcome;
}

/* --- the chain --- */

struct following {
	struct audit_verdict verdict;
	char prev[AUDIT_HASH_OCTETS];
	struct walk walk;
};

static void stop(struct following *following, int64_t seq, const char *why)
{
	struct audit_verdict *verdict = &following->verdict;
	verdict->is_whole = false;
	verdict->broken_at = seq;
	snprintf(verdict->why, sizeof verdict->why, "%s", why);
	following->walk.is_over = true;
}

static const char *judge(const struct following *following, int64_t seq, struct slice id, struct slice text,
			 char hash[static AUDIT_HASH_OCTETS])
{
	char want[32];
	const char *why = NULL;
	snprintf(want, sizeof want, "%" PRId64 "-0", seq);
	if (!slice_is(id, want))
		return "entries are missing before the next one, or one was put in";
	if (!audit_hash_is_right(text, following->prev, hash))
		why = "the entry, or the one before it, is not as it was written";
	json_t *entry = json_loadb(text.at, text.len, JSON_REJECT_DUPLICATES, NULL);
	const char *prev = json_string_value(json_object_get(entry, "prev"));
	if (why == NULL && (json_integer_value(json_object_get(entry, "seq")) != seq || prev == NULL ||
			    strcmp(prev, following->prev) != 0))
		why = "the entry is not of this place";
	json_decref(entry);
	return why;
}

static void follow(void *ctx, struct slice id, struct slice text)
{
	struct following *following = ctx;
	char hash[AUDIT_HASH_OCTETS];
	if (following->walk.is_over)
		return;
	int64_t seq = following->verdict.count + 1;
	const char *why = judge(following, seq, id, text, hash);
	if (why != NULL) {
		stop(following, seq, why);
		return;
	}
	following->verdict.count = seq;
	memcpy(following->prev, hash, sizeof hash);
	memcpy(following->verdict.head, hash, sizeof hash);
}

enum staff_outcome audit_log_check(struct staff_db *db, const _Atomic bool *is_called_off, struct audit_verdict *out,
				   struct err_at *at)
{
	struct redis_ask *ask;
	int64_t last = 0;
	struct following following = { .verdict = { .is_whole = true } };
	memcpy(following.prev, audit_hash_zero, sizeof following.prev);
	following.walk = (struct walk){ .visit = follow, .ctx = &following, .is_called_off = is_called_off };
	/* First how far it must reach at least, since it grows meanwhile. */
	enum staff_outcome outcome = staff_db_ask(db, &ask, at);
	if (outcome == STAFF_OK)
		outcome = staff_db_ended(db, redis_read_last_id(ask, staff_key(STAFF_KEY_AUDIT), &last, at));
	if (outcome == STAFF_OK)
		outcome = walk_all(db, &following.walk, at);
	if (outcome != STAFF_OK)
		return outcome;
	if (following.verdict.is_whole && following.verdict.count < last)
		stop(&following, following.verdict.count + 1, "the last entries are missing");
	*out = following.verdict;
	return STAFF_OK;
}

/* --- the export --- */

struct giving {
	audit_sink *sink;
	void *ctx;
	bool is_csv;
	bool is_short_of_memory;
	struct walk walk;
};

static void give(struct giving *giving, struct slice text)
{
	if (!giving->walk.is_over && !giving->sink(giving->ctx, text))
		giving->walk.is_over = true;
}

/* Writes a cell: in quotes, on one line, and as text for whatever opens it. */
static void put_cell(struct buf *buf, struct slice text)
{
	buf_put_text(buf, buf->len > 0 && buf->at[buf->len - 1] != '\n' ? ",\"" : "\"");
	if (text.len > 0 && strchr("=+-@\t\r", text.at[0]) != NULL)
		buf_put_u8(buf, '\'');
	for (size_t at = 0; at < text.len;) {
		uint32_t code;
		size_t len = utf8_decode(text.at + at, text.len - at, &code);
		if (len == 0 || code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029)
			buf_put_format(buf, "\\u%04x", len == 0 ? 0xFFFDu : (unsigned)code);
		else if (code == '"')
			buf_put_text(buf, "\"\"");
		else
			buf_put(buf, text.at + at, len);
		at += len > 0 ? len : 1;
	}
	buf_put_u8(buf, '"');
}

static void put_member(struct buf *buf, const json_t *entry, const char *name)
{
	const json_t *value = json_object_get(entry, name);
	put_cell(buf, (struct slice){ json_string_value(value), json_string_length(value) });
}

static void put_roles(struct buf *buf, const json_t *entry)
{
	char text[128];
	struct buf names = buf_over(text, sizeof text);
	json_t *name;
	size_t i;
	json_array_foreach(json_object_get(entry, "roles"), i, name)
		buf_put_format(&names, "%s%s", i == 0 ? "" : " ", json_is_string(name) ? json_string_value(name) : "?");
	put_cell(buf, buf_slice(&names));
}

static void put_row(struct buf *buf, const json_t *entry)
{
	char when[40];
	wall_ms at = json_integer_value(json_object_get(entry, "at"));
	char *detail = json_dumps(json_object_get(entry, "detail"), JSON_COMPACT);
	buf_put_format(buf, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(entry, "seq")));
	put_cell(buf, (struct slice){ when, civil_format_rfc3339(at, 0, when) });
	put_member(buf, entry, "actor");
	put_roles(buf, entry);
	put_member(buf, entry, "address");
	put_member(buf, entry, "action");
	put_member(buf, entry, "object");
	put_cell(buf, slice_of(detail));
	put_member(buf, entry, "hash");
	buf_put_text(buf, "\r\n");
	free(detail);
}

static void give_row(struct giving *giving, struct slice text)
{
	size_t cap = 6 * text.len + 512; /* each octet may become \u0000 */
	char *memory = malloc(cap);
	struct buf buf = buf_over(memory, memory != NULL ? cap : 0);
	json_t *entry = json_loadb(text.at, text.len, 0, NULL);
	if (entry != NULL)
		put_row(&buf, entry);
	else if (memory != NULL) {
		buf_put_text(&buf, "0");
		put_cell(&buf, SLICE("what lies here is no entry; check the log"));
		buf_put_text(&buf, "\r\n");
	}
	if (memory == NULL || buf.full)
		giving->is_short_of_memory = giving->walk.is_over = true;
	else
		give(giving, buf_slice(&buf));
	json_decref(entry);
	free(memory);
}

static void give_entry(void *ctx, struct slice id, struct slice text)
{
	struct giving *giving = ctx;
	(void)id;
	if (giving->walk.is_over)
		return;
	if (giving->is_csv) {
		give_row(giving, text);
		return;
	}
	give(giving, text);
	give(giving, SLICE("\n"));
}

enum staff_outcome audit_log_export(struct staff_db *db, bool is_csv, audit_sink *sink, void *ctx, struct err_at *at)
{
	struct giving giving = { .sink = sink, .ctx = ctx, .is_csv = is_csv };
	giving.walk = (struct walk){ .visit = give_entry, .ctx = &giving };
	if (is_csv)
		give(&giving, SLICE("\xEF\xBB\xBFseq,at,actor,roles,address,action,object,detail,hash\r\n"));
	enum staff_outcome outcome = giving.walk.is_over ? STAFF_OK : walk_all(db, &giving.walk, at);
	if (outcome == STAFF_OK && giving.is_short_of_memory) {
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
		outcome = STAFF_MEMORY;
	}
	return outcome;
}
