/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/staff_db.h"

#include "base/number.h"
#include "base/utf8.h"
#include "store/redis_read.h"

#include <stdlib.h>

struct staff_db {
	struct redis_place place;
	struct redis_ask *ask; /* NULL = it broke */
};

enum staff_outcome staff_db_open(const struct redis_place *place, struct staff_db **out, struct err_at *at)
{
	struct redis_ask *ask;
	struct staff_db *db = calloc(1, sizeof *db);
	if (db == NULL) {
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
		return STAFF_MEMORY;
	}
	db->place = *place;
	enum staff_outcome outcome = staff_db_ask(db, &ask, at);
	if (outcome == STAFF_OK)
		*out = db;
	else
		staff_db_close(db);
	return outcome;
}

void staff_db_close(struct staff_db *db)
{
	if (db == NULL)
		return;
	redis_ask_close(db->ask);
	free(db);
}

enum staff_outcome staff_db_ask(struct staff_db *db, struct redis_ask **out, struct err_at *at)
{
	enum err err = db->ask != NULL ? ERR_OK : redis_ask_open(&db->place, &db->ask, at);
	if (err != ERR_OK)
		return staff_outcome_of(err);
	*out = db->ask;
	return STAFF_OK;
}

enum staff_outcome staff_db_ended(struct staff_db *db, enum err err)
{
	if (err == ERR_IO) {
		redis_ask_close(db->ask);
		db->ask = NULL;
	}
	return staff_outcome_of(err);
}

static enum staff_outcome ask_now(struct staff_db *db, wall_ms *out, struct err_at *at)
{
	struct redis_ask *ask;
	enum staff_outcome outcome = staff_db_ask(db, &ask, at);
	return outcome == STAFF_OK ? staff_db_ended(db, redis_ask_now(ask, out, at)) : outcome;
}

enum staff_outcome staff_db_now(struct staff_db *db, wall_ms *out, struct err_at *at)
{
	if (db->ask != NULL && ask_now(db, out, NULL) == STAFF_OK)
		return STAFF_OK;
	return ask_now(db, out, at);
}

static enum staff_outcome broken(struct redis_key key, struct err_at *at)
{
	err_at_set(at, ERR_FORMAT, 0, NULL, "what lies in Redis under %s%.*s is not what this program wrote", key.name,
		   key.more.len < 64 ? (int)key.more.len : 64, key.more.len ? key.more.at : "");
	return STAFF_BROKEN;
}

static json_t *parse(struct slice text)
{
	json_t *document = text.at != NULL ? json_loadb(text.at, text.len, JSON_REJECT_DUPLICATES, NULL) : NULL;
	if (document != NULL && !json_is_object(document)) {
		json_decref(document);
		return NULL;
	}
	return document;
}

static enum staff_outcome read_document(struct redis_key key, struct slice text, json_t **out, struct err_at *at)
{
	json_t *document = parse(text);
	if (document == NULL && text.at != NULL)
		return broken(key, at);
	*out = document;
	return STAFF_OK;
}

/* A field, or all of a key where field is absent. */
static enum staff_outcome read_text(struct staff_db *db, struct redis_key key, struct slice field, struct slice *text,
				    struct err_at *at)
{
	struct redis_ask *ask;
	enum staff_outcome outcome = staff_db_ask(db, &ask, at);
	if (outcome != STAFF_OK)
		return outcome;
	return staff_db_ended(db, field.at != NULL ? redis_read_field(ask, key, field, text, at)
						   : redis_read_text(ask, key, text, at));
}

enum staff_outcome staff_db_read(struct staff_db *db, struct redis_key key, struct slice field, json_t **out,
				 struct err_at *at)
{
	struct slice text;
	enum staff_outcome outcome = read_text(db, key, field, &text, at);
	return outcome == STAFF_OK ? read_document(key, text, out, at) : outcome;
}

enum staff_outcome staff_db_read_key(struct staff_db *db, struct redis_key key, json_t **out, struct err_at *at)
{
	return staff_db_read(db, key, (struct slice){ NULL, 0 }, out, at);
}

enum staff_outcome staff_db_read_number(struct staff_db *db, struct redis_key key, struct slice field, int64_t *out,
					struct err_at *at)
{
	struct slice text;
	uint64_t number = 0;
	enum staff_outcome outcome = read_text(db, key, field, &text, at);
	if (outcome != STAFF_OK)
		return outcome;
	if (text.at != NULL && !number_parse(text, INT64_MAX, &number))
		return broken(key, at);
	*out = (int64_t)number;
	return STAFF_OK;
}

struct gathering {
	json_t *all;
	bool is_short_of_memory;
};

static void gather(void *ctx, struct slice name, struct slice value)
{
	struct gathering *gathering = ctx;
	json_t *document = utf8_valid(name.at, name.len) == name.len ? parse(value) : NULL;
	if (document != NULL && json_object_setn_new(gathering->all, name.at, name.len, document) != 0)
		gathering->is_short_of_memory = true;
}

enum staff_outcome staff_db_read_all(struct staff_db *db, struct redis_key key, json_t **out, struct err_at *at)
{
	struct redis_ask *ask;
	struct gathering gathering = { .all = json_object() };
	enum staff_outcome outcome = staff_db_ask(db, &ask, at);
	if (outcome == STAFF_OK && gathering.all == NULL)
		outcome = STAFF_MEMORY;
	if (outcome == STAFF_OK)
		outcome = staff_db_ended(db, redis_read_fields(ask, key, gather, &gathering, at));
	if (outcome == STAFF_OK && gathering.is_short_of_memory)
		outcome = STAFF_MEMORY;
	if (outcome == STAFF_MEMORY)
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	if (outcome == STAFF_OK)
		*out = gathering.all;
	else
		json_decref(gathering.all);
	return outcome;
}
