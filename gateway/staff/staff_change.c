/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/staff_change.h"

#include "base/buf.h"
#include "base/check.h"

#include <stdlib.h>

struct staff_change {
	struct staff_db *db;
	const struct redis_key *keys;
	unsigned key_count;
	struct redis_write writes[STAFF_CHANGE_WRITES_MAX];
	void *owned[STAFF_CHANGE_WRITES_MAX]; /* what each of them borrows */
	unsigned count;
	bool is_short_of_memory;
	struct audit_tail tail;
};

static void forget(struct staff_change *change)
{
	for (unsigned i = 0; i < change->count; i++)
		free(change->owned[i]);
	change->count = 0;
	change->is_short_of_memory = false;
	change->tail.seq = -1;
}

/* Notes a write with copies of all that it names. */
static void note(struct staff_change *change, struct redis_write write)
{
	size_t len = write.key.more.len + write.field.len + write.value.len;
	char *copy = malloc(len + 1);
	CHECK(change->count < STAFF_CHANGE_WRITES_MAX);
	if (copy == NULL) {
		change->is_short_of_memory = true;
		return;
	}
	struct buf buf = buf_over(copy, len);
	struct slice *const parts[] = { &write.key.more, &write.field, &write.value };
	for (unsigned i = 0; i < 3; i++) {
		const char *at = buf.at + buf.len;
		buf_put_slice(&buf, *parts[i]);
		parts[i]->at = parts[i]->at != NULL ? at : NULL;
	}
	change->owned[change->count] = copy;
	change->writes[change->count++] = write;
}

static void note_document(struct staff_change *change, struct redis_write write, const json_t *document)
{
	char *text = json_dumps(document, JSON_COMPACT);
	if (text == NULL) {
		change->is_short_of_memory = true;
		return;
	}
	write.value = slice_of(text);
	note(change, write);
	free(text);
}

struct staff_db *staff_change_db(struct staff_change *change)
{
	return change->db;
}

bool staff_change_watches(const struct staff_change *change, const char *key_name)
{
	for (unsigned i = 0; i < change->key_count; i++)
		if (strcmp(change->keys[i].name, key_name) == 0)
			return true;
	return false;
}

void staff_change_put(struct staff_change *change, struct redis_key key, struct slice field, const json_t *document)
{
	note_document(change, (struct redis_write){ .kind = REDIS_WRITE_FIELD, .key = key, .field = field }, document);
}

void staff_change_put_new(struct staff_change *change, struct redis_key key, struct slice field, const json_t *document)
{
	note_document(change, (struct redis_write){ .kind = REDIS_WRITE_NEW_FIELD, .key = key, .field = field },
		      document);
}

void staff_change_put_number(struct staff_change *change, struct redis_key key, struct slice field, int64_t number)
{
	char digits[24];
	struct buf buf = buf_over(digits, sizeof digits);
	buf_put_int(&buf, number);
	note(change,
	     (struct redis_write){ .kind = REDIS_WRITE_FIELD, .key = key, .field = field, .value = buf_slice(&buf) });
}

void staff_change_remove(struct staff_change *change, struct redis_key key, struct slice field)
{
	note(change, (struct redis_write){ .kind = REDIS_WRITE_NO_FIELD, .key = key, .field = field });
}

void staff_change_set(struct staff_change *change, struct redis_key key, const json_t *document, int64_t for_ms)
{
	note_document(change, (struct redis_write){ .kind = REDIS_WRITE_TEXT, .key = key, .number = for_ms }, document);
}

void staff_change_unset(struct staff_change *change, struct redis_key key)
{
	note(change, (struct redis_write){ .kind = REDIS_WRITE_NO_KEY, .key = key });
}

void staff_change_count(struct staff_change *change, struct redis_key key)
{
	note(change, (struct redis_write){ .kind = REDIS_WRITE_COUNT, .key = key });
}

void staff_change_rank(struct staff_change *change, struct redis_key key, struct slice field, int64_t rank)
{
	note(change, (struct redis_write){ .kind = REDIS_WRITE_RANK, .key = key, .field = field, .number = rank });
}

void staff_change_unrank(struct staff_change *change, struct redis_key key, struct slice field)
{
	note(change, (struct redis_write){ .kind = REDIS_WRITE_NO_RANK, .key = key, .field = field });
}

void staff_change_append(struct staff_change *change, struct redis_key key, int64_t id, const char *field,
			 struct slice text)
{
	note(change,
	     (struct redis_write){
		     .kind = REDIS_WRITE_ENTRY, .key = key, .field = slice_of(field), .value = text, .number = id });
}

struct audit_tail *staff_change_tail(struct staff_change *change)
{
	return &change->tail;
}

static enum staff_outcome commit(struct staff_change *change, unsigned count, bool *is_done, struct err_at *at)
{
	struct redis_ask *ask;
	enum staff_outcome outcome = staff_db_ask(change->db, &ask, at);
	if (outcome != STAFF_OK)
		return outcome;
	return staff_db_ended(change->db, redis_transaction_commit(ask, change->writes, count, is_done, at));
}

static void leave(struct staff_change *change)
{
	struct redis_ask *ask;
	if (staff_db_ask(change->db, &ask, NULL) == STAFF_OK)
		redis_transaction_leave(ask);
}

/* Whether what an attempt says follows from what it has read: not from how things were with Redis. */
static bool is_verdict(enum staff_outcome outcome)
{
	return outcome != STAFF_UNREACHABLE && outcome != STAFF_MEMORY && outcome != STAFF_BROKEN &&
	       outcome != STAFF_BUSY;
}

/* Between its reads others may have written, and a verdict on the one half of before and the other of after is none: it holds where
 * nothing that is watched has changed. */
static enum staff_outcome confirm(struct staff_change *change, enum staff_outcome verdict, bool *is_done,
				  struct err_at *at)
{
	struct err_at why = { .err = ERR_OK };
	enum staff_outcome outcome = commit(change, 0, is_done, &why);
	if (outcome != STAFF_OK) {
		*at = why;
		return outcome;
	}
	return *is_done ? verdict : STAFF_OK;
}

/* A connection that breaks after the keys were watched is another one then, which watches nothing: the attempt must not be written. */
static enum staff_outcome try_once(struct staff_change *change, staff_attempt *attempt, void *ctx, bool *is_done,
				   struct err_at *at)
{
	struct redis_ask *ask;
	struct redis_ask *same;
	enum staff_outcome outcome = staff_db_ask(change->db, &ask, at);
	if (outcome == STAFF_OK)
		outcome = staff_db_ended(change->db, redis_transaction_watch(ask, change->keys, change->key_count, at));
	if (outcome == STAFF_OK)
		outcome = attempt(change, ctx, at);
	if (outcome == STAFF_OK && change->is_short_of_memory) {
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
		outcome = STAFF_MEMORY;
	}
	*is_done = false;
	if (!is_verdict(outcome) || staff_db_ask(change->db, &same, NULL) != STAFF_OK) {
		leave(change);
		return outcome;
	}
	if (same != ask)
		return STAFF_OK;
	return outcome == STAFF_OK && change->count > 0 ? commit(change, change->count, is_done, at)
							: confirm(change, outcome, is_done, at);
}

enum staff_outcome staff_change_run(struct staff_db *db, const struct redis_key *keys, unsigned key_count,
				    staff_attempt *attempt, void *ctx, struct err_at *at)
{
	bool is_done = false;
	enum staff_outcome outcome = STAFF_OK;
	struct staff_change *change = calloc(1, sizeof *change);
	CHECK(key_count > 0 && key_count <= STAFF_CHANGE_KEYS_MAX);
	if (change == NULL) {
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
		return STAFF_MEMORY;
	}
	change->db = db;
	change->keys = keys;
	change->key_count = key_count;
	for (unsigned i = 0; i < STAFF_CHANGE_TRIES && outcome == STAFF_OK && !is_done; i++) {
		forget(change);
		outcome = try_once(change, attempt, ctx, &is_done, at);
	}
	forget(change);
	free(change);
	if (outcome == STAFF_OK && !is_done) {
		err_at_set(at, ERR_DUPLICATE, 0, NULL, "others are changing the same at this moment; please try again");
		outcome = STAFF_BUSY;
	}
	return outcome;
}
