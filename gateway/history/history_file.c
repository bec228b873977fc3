/* SPDX-License-Identifier: Apache-2.0 */
#include "history/history_file.h"

#include "base/check.h"
#include "history/history_sql.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BUSY_MS        5000
#define CACHE_KIB      32768      /* of each day that is open */
#define MARK_OF_FORMAT 0x486F6E67 /* “Hong”, SQLite's application_id */

struct history_file {
	sqlite3 *db;
	struct history_seal *seal;
	char *path;
	bool has_begun;
	sqlite3_stmt *statements[HISTORY_SQL_COUNT];
};

/* -- SQLite -- */

static enum err failed(const struct history_file *file, const char *what, struct err_at *at)
{
	return err_at_set(at, ERR_IO, 0, NULL, "%.120s: cannot %s: %.80s", file->path, what, sqlite3_errmsg(file->db));
}

static enum err run_text(struct history_file *file, const char *text, const char *what, struct err_at *at)
{
	return sqlite3_exec(file->db, text, NULL, NULL, NULL) == SQLITE_OK ? ERR_OK : failed(file, what, at);
}

/* The statement, ready for its values; NULL where it can't be had. */
static sqlite3_stmt *take(struct history_file *file, enum history_statement which)
{
	sqlite3_stmt **statement = &file->statements[which];
	if (*statement != NULL)
		sqlite3_reset(*statement);
	else if (sqlite3_prepare_v3(file->db, history_sql_texts[which], -1, SQLITE_PREPARE_PERSISTENT, statement,
				    NULL) != SQLITE_OK)
		*statement = NULL;
	return *statement;
}

static enum err step(struct history_file *file, sqlite3_stmt *statement, const char *what, struct err_at *at)
{
	if (statement == NULL)
		return failed(file, what, at);
	int code = sqlite3_step(statement);
	enum err err = code == SQLITE_DONE ? ERR_OK : failed(file, what, at);
	sqlite3_reset(statement);
	return err;
}

/* Borrowed until the statement is run. */
static void bind_text(sqlite3_stmt *statement, int place, struct slice text)
{
	if (text.at == NULL)
		sqlite3_bind_null(statement, place);
	else
		sqlite3_bind_text(statement, place, text.at, (int)text.len, SQLITE_STATIC);
}

static void bind_count(sqlite3_stmt *statement, int place, uint64_t count)
{
	if (count == 0)
		sqlite3_bind_null(statement, place);
	else
		sqlite3_bind_int64(statement, place, (sqlite3_int64)count);
}

static void bind_entry(sqlite3_stmt *statement, const struct entry_key *entry)
{
	sqlite3_bind_int64(statement, 1, (sqlite3_int64)entry->ms);
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)entry->seq);
	sqlite3_bind_int(statement, 3, (int)entry->lane);
}

static struct slice text_at(sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);
	return (struct slice){ text, text != NULL ? (size_t)sqlite3_column_bytes(statement, column) : 0 };
}

static uint64_t count_at(sqlite3_stmt *statement, int column)
{
	return (uint64_t)sqlite3_column_int64(statement, column);
}

/* -- open and close -- */

static bool read_number(struct history_file *file, const char *text, int64_t *out)
{
	sqlite3_stmt *statement = NULL;
	bool found = sqlite3_prepare_v2(file->db, text, -1, &statement, NULL) == SQLITE_OK &&
		     sqlite3_step(statement) == SQLITE_ROW;
	*out = found ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_finalize(statement);
	return found;
}

static enum err make(struct history_file *file, struct err_at *at)
{
	uint8_t print[HISTORY_LOOKUP_OCTETS];
	char marks[160];
	sqlite3_stmt *statement = NULL;
	history_seal_print(file->seal, print);
	snprintf(marks, sizeof marks, "PRAGMA application_id = %d; PRAGMA user_version = %d", MARK_OF_FORMAT,
		 HISTORY_SQL_VERSION);
	enum err err = run_text(file, "BEGIN IMMEDIATE", "be made", at);
	if (err == ERR_OK)
		err = run_text(file, history_sql_schema, "be made", at);
	if (err == ERR_OK)
		err = run_text(file, marks, "be made", at);
	if (err == ERR_OK &&
	    sqlite3_prepare_v2(file->db, "INSERT INTO meta VALUES('secret', ?1)", -1, &statement, NULL) == SQLITE_OK) {
		sqlite3_bind_blob(statement, 1, print, sizeof print, SQLITE_STATIC);
		err = step(file, statement, "be made", at);
	}
	sqlite3_finalize(statement);
	return err == ERR_OK ? run_text(file, "COMMIT", "be made", at) : err;
}

/* ERR_FORMAT: the numbers in it were sealed with another secret. */
static enum err check_secret(struct history_file *file, struct err_at *at)
{
	uint8_t print[HISTORY_LOOKUP_OCTETS];
	sqlite3_stmt *statement = NULL;
	if (file->seal == NULL)
		return ERR_OK;
	history_seal_print(file->seal, print);
	bool is_same = sqlite3_prepare_v2(file->db, "SELECT value FROM meta WHERE name = 'secret'", -1, &statement,
					  NULL) == SQLITE_OK &&
		       sqlite3_step(statement) == SQLITE_ROW &&
		       sqlite3_column_bytes(statement, 0) == HISTORY_LOOKUP_OCTETS &&
		       memcmp(sqlite3_column_blob(statement, 0), print, sizeof print) == 0;
	sqlite3_finalize(statement);
	return is_same ? ERR_OK
		       : err_at_set(at, ERR_FORMAT, 0, NULL,
				    "%.120s: was written with another history.key; give the old one back, or move the "
				    "file away",
				    file->path);
}

static enum err check(struct history_file *file, enum history_access purpose, struct err_at *at)
{
	int64_t mark;
	int64_t version;
	int64_t tables;
	/* The tables first: who sees them sees the marks as well, since both came with one commit. */
	if (!read_number(file, "SELECT count(*) FROM sqlite_schema", &tables) ||
	    !read_number(file, "PRAGMA application_id", &mark) || !read_number(file, "PRAGMA user_version", &version))
		return failed(file, "be read", at);
	if (tables == 0 && purpose == HISTORY_WRITE && mark == 0 && file->seal != NULL)
		return make(file, at);
	if (tables == 0 && purpose != HISTORY_WRITE)
		return err_at_set(at, ERR_NOT_FOUND, 0, NULL, "%.120s: is being made", file->path);
	if (mark != MARK_OF_FORMAT)
		return err_at_set(at, ERR_FORMAT, 0, NULL, "%.120s: is no file of the history", file->path);
	if (version != HISTORY_SQL_VERSION)
		return err_at_set(at, ERR_UNSUPPORTED, 0, NULL,
				  "%.120s: is of version %lld, and this program knows %d; a newer one made it",
				  file->path, (long long)version, HISTORY_SQL_VERSION);
	return check_secret(file, at);
}

/* Commits are durable before events are acknowledged: FULL, where NORMAL would lose the last ones with the power. What is erased is
 * overwritten. */
static enum err configure(struct history_file *file, enum history_access purpose, struct err_at *at)
{
	char text[192];
	sqlite3_busy_timeout(file->db, BUSY_MS);
	/* A report sorts a whole day; there may be no place for files beside the history. */
	if (purpose == HISTORY_READ)
		return run_text(file, "PRAGMA temp_store = MEMORY", "be opened", at);
	snprintf(text, sizeof text,
		 "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = "
		 "-%d",
		 CACHE_KIB);
	return run_text(file, text, "be opened", at);
}

enum err history_file_open(const char *path, struct history_seal *seal, enum history_access purpose,
			   struct history_file **out, struct err_at *at)
{
	struct history_file *file = calloc(1, sizeof *file);
	char *copy = strdup(path);
	bool may_make = purpose == HISTORY_WRITE && seal != NULL;
	if (file == NULL || copy == NULL) {
		free(file);
		free(copy);
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	}
	*file = (struct history_file){ .seal = seal, .path = copy };
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (may_make ? SQLITE_OPEN_CREATE : 0);
	int code = sqlite3_open_v2(path, &file->db, flags, NULL);
	enum err err = ERR_OK;
	if (file->db == NULL)
		err = err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	else if (code == SQLITE_CANTOPEN && access(path, F_OK) != 0)
		err = err_at_set(at, ERR_NOT_FOUND, 0, NULL, "%.120s: is not there", path);
	else if (code != SQLITE_OK)
		err = failed(file, "be opened", at);
	if (err == ERR_OK)
		err = configure(file, purpose, at);
	if (err == ERR_OK)
		err = check(file, purpose, at);
	if (err != ERR_OK)
		history_file_close(file);
	else
		*out = file;
	return err;
}

void history_file_close(struct history_file *file)
{
	if (file == NULL)
		return;
	for (unsigned i = 0; i < HISTORY_SQL_COUNT; i++)
		sqlite3_finalize(file->statements[i]);
	sqlite3_close(file->db);
	free(file->path);
	free(file);
}

/* -- writing -- */

static enum err put_alert(struct history_file *file, const struct history_event *event, struct err_at *at)
{
	uint8_t sealed[HISTORY_SEALED_MAX];
	uint8_t lookup[HISTORY_LOOKUP_OCTETS];
	sqlite3_stmt *put = take(file, HISTORY_SQL_PUT_ALERT);
	if (put == NULL)
		return failed(file, "write", at);
	sqlite3_clear_bindings(put);
	bind_entry(put, &event->entry);
	bind_text(put, 4, event->id);
	bind_text(put, 5, event->template_name);
	bind_count(put, 6, event->template_version);
	bind_text(put, 7, event->tenant);
	bind_text(put, 8, event->batch);
	bind_text(put, 9, event->traceparent);
	if (event->to.len > 0) {
		size_t len = history_seal_close(file->seal, &event->entry, event->to, sealed);
		if (len == 0 || !history_seal_lookup(file->seal, event->to, lookup))
			return err_at_set(at, ERR_IO, 0, NULL, "%.120s: a number cannot be sealed: libcrypto fails",
					  file->path);
		sqlite3_bind_blob(put, 10, sealed, (int)len, SQLITE_STATIC);
		sqlite3_bind_blob(put, 11, lookup, sizeof lookup, SQLITE_STATIC);
	}
	return step(file, put, "write", at);
}

static enum err put_event(struct history_file *file, const struct history_event *event, struct err_at *at)
{
	sqlite3_stmt *put = take(file, HISTORY_SQL_PUT_EVENT);
	if (put == NULL)
		return failed(file, "write", at);
	bind_entry(put, &event->entry);
	sqlite3_bind_int64(put, 4, (sqlite3_int64)event->place.ms);
	sqlite3_bind_int64(put, 5, (sqlite3_int64)event->place.seq);
	sqlite3_bind_int64(put, 6, event->place.line);
	bind_text(put, 7, event->event);
	sqlite3_bind_int64(put, 8, event->at);
	bind_text(put, 9, event->account);
	bind_text(put, 10, event->reason);
	bind_count(put, 11, event->segments);
	bind_count(put, 12, event->segment);
	bind_count(put, 13, event->attempt);
	bind_count(put, 14, event->is_ambiguous);
	bind_text(put, 15, event->state);
	bind_text(put, 16, event->error);
	bind_text(put, 17, event->refs);
	bind_text(put, 18, event->more);
	return step(file, put, "write", at);
}

static enum err begin(struct history_file *file, struct err_at *at)
{
	if (file->has_begun)
		return ERR_OK;
	enum err err = step(file, take(file, HISTORY_SQL_BEGIN), "write", at);
	file->has_begun = err == ERR_OK;
	return err;
}

enum err history_file_put(struct history_file *file, const struct history_event *event, struct err_at *at)
{
	CHECK(file->seal != NULL);
	enum err err = begin(file, at);
	if (err == ERR_OK)
		err = put_alert(file, event, at);
	return err == ERR_OK ? put_event(file, event, at) : err;
}

enum err history_file_commit(struct history_file *file, struct err_at *at)
{
	if (!file->has_begun)
		return ERR_OK;
	enum err err = step(file, take(file, HISTORY_SQL_COMMIT), "write", at);
	file->has_begun = err != ERR_OK;
	return err;
}

void history_file_rollback(struct history_file *file)
{
	struct err_at ignored = { .err = ERR_OK }; /* SQLite may have rolled back by itself */
	if (file->has_begun && step(file, take(file, HISTORY_SQL_ROLLBACK), "roll back", &ignored) != ERR_OK)
		sqlite3_exec(file->db, "ROLLBACK", NULL, NULL, NULL);
	file->has_begun = false;
}

enum err history_file_erase(struct history_file *file, struct slice number, uint64_t *erased, struct err_at *at)
{
	uint8_t lookup[HISTORY_LOOKUP_OCTETS];
	sqlite3_stmt *statement = take(file, HISTORY_SQL_ERASE);
	CHECK(file->seal != NULL);
	if (statement == NULL)
		return failed(file, "write", at);
	if (!history_seal_lookup(file->seal, number, lookup))
		return err_at_set(at, ERR_IO, 0, NULL, "%.120s: a number cannot be looked up: libcrypto fails",
				  file->path);
	sqlite3_bind_blob(statement, 1, lookup, sizeof lookup, SQLITE_STATIC);
	enum err err = step(file, statement, "write", at);
	if (err != ERR_OK)
		return err;
	uint64_t count = (uint64_t)sqlite3_changes(file->db);
	*erased += count;
	/* The log of changes still has the pages as they were, also those of an erasure whose log could not be emptied then. */
	if (sqlite3_wal_checkpoint_v2(file->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK)
		return err_at_set(at, ERR_IO, 0, NULL,
				  "%.120s: the number is gone from it, but its log of changes could not be emptied "
				  "(%.60s): say it "
				  "once more",
				  file->path, sqlite3_errmsg(file->db));
	return ERR_OK;
}

/* -- reading -- */

static void read_found(struct history_file *file, sqlite3_stmt *row, char number[MSISDN_DIGITS_MAX + 1],
		       struct history_event *out)
{
	*out = (struct history_event){
		.entry = { .ms = count_at(row, 0), .seq = count_at(row, 1), .lane = (enum lane)count_at(row, 2) },
		.id = text_at(row, 3),
		.template_name = text_at(row, 4),
		.template_version = count_at(row, 5),
		.tenant = text_at(row, 6),
		.batch = text_at(row, 7),
		.traceparent = text_at(row, 8),
		.place = { .ms = count_at(row, 10), .seq = count_at(row, 11), .line = (unsigned)count_at(row, 12) },
		.event = text_at(row, 13),
		.at = sqlite3_column_int64(row, 14),
		.account = text_at(row, 15),
		.reason = text_at(row, 16),
		.segments = count_at(row, 17),
		.segment = count_at(row, 18),
		.attempt = count_at(row, 19),
		.is_ambiguous = count_at(row, 20) != 0,
		.state = text_at(row, 21),
		.error = text_at(row, 22),
		.refs = text_at(row, 23),
		.more = text_at(row, 24),
	};
	out->entry.lane = (unsigned)out->entry.lane < LANE_COUNT ? out->entry.lane : LANE_NORMAL;
	struct slice sealed = { sqlite3_column_blob(row, 9), (size_t)sqlite3_column_bytes(row, 9) };
	if (file->seal != NULL && sealed.len > 0)
		out->to = (struct slice){ number, history_seal_open(file->seal, &out->entry, sealed, number) };
}

static sqlite3_stmt *ask(struct history_file *file, const struct history_query *query,
			 uint8_t lookup[HISTORY_LOOKUP_OCTETS])
{
	enum history_statement which = query->id.len > 0       ? HISTORY_SQL_FIND_ID
				       : query->number.len > 0 ? HISTORY_SQL_FIND_NUMBER
							       : HISTORY_SQL_FIND_ENTRY;
	sqlite3_stmt *statement = take(file, which);
	if (statement == NULL)
		return NULL;
	sqlite3_clear_bindings(statement);
	if (which == HISTORY_SQL_FIND_ID) {
		bind_text(statement, 1, query->id);
	} else if (which == HISTORY_SQL_FIND_NUMBER) {
		sqlite3_bind_blob(statement, 1, lookup, HISTORY_LOOKUP_OCTETS, SQLITE_STATIC);
	} else {
		bind_entry(statement, &query->entry);
	}
	bind_text(statement, 5, query->tenant.len > 0 ? query->tenant : (struct slice){ NULL, 0 });
	return statement;
}

enum err history_file_find(struct history_file *file, const struct history_query *query, unsigned most, unsigned *found,
			   history_on_event *on_event, void *ctx, struct err_at *at)
{
	uint8_t lookup[HISTORY_LOOKUP_OCTETS];
	char number[MSISDN_DIGITS_MAX + 1];
	struct entry_key last = { .ms = 0 };
	unsigned here = 0;
	int code;
	if (query->number.len > 0 && file->seal == NULL)
		return err_at_set(at, ERR_UNSUPPORTED, 0, NULL, "numbers are looked up with history.key only");
	if (query->number.len > 0 && !history_seal_lookup(file->seal, query->number, lookup))
		return err_at_set(at, ERR_IO, 0, NULL, "%.120s: a number cannot be looked up: libcrypto fails",
				  file->path);
	sqlite3_stmt *statement = ask(file, query, lookup);
	if (statement == NULL)
		return failed(file, "be read", at);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct history_event event;
		read_found(file, statement, number, &event);
		bool is_new = here == 0 || !entry_key_equal(&last, &event.entry);
		if (is_new && here == most)
			break;
		here += is_new;
		last = event.entry;
		if (!on_event(ctx, &event))
			break;
	}
	*found += here;
	enum err err = code == SQLITE_ROW || code == SQLITE_DONE ? ERR_OK : failed(file, "be read", at);
	sqlite3_reset(statement);
	return err;
}

enum err history_file_report(struct history_file *file, void (*on_row)(void *ctx, const struct history_row *row),
			     void *ctx, struct err_at *at)
{
	sqlite3_stmt *rows = take(file, HISTORY_SQL_REPORT);
	int code;
	if (rows == NULL)
		return failed(file, "be read", at);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		const struct history_row row = {
			.tenant = text_at(rows, 0),
			.template_name = text_at(rows, 1),
			.account = text_at(rows, 2),
			.alerts = count_at(rows, 3),
			.accepted = count_at(rows, 4),
			.segments = count_at(rows, 5),
			.delivered = count_at(rows, 6),
			.undelivered = count_at(rows, 7),
			.not_sent = count_at(rows, 8),
			.dead = count_at(rows, 9),
			.open = count_at(rows, 10),
			.ambiguous = count_at(rows, 11),
		};
		on_row(ctx, &row);
	}
	enum err err = code == SQLITE_DONE ? ERR_OK : failed(file, "be read", at);
	sqlite3_reset(rows);
	return err;
}
