/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "history/history_event.h"
#include "history/history_seal.h"

/* One day of the history: an SQLite file with the alerts that were added on that day and all events about them. A file has one
 * writer; readers may be at it at the same time, in this process or others. */

struct history_file;

/* Who wants what of it: to look, to change what is there, or to write on, beginning with a new file. */
enum history_access { HISTORY_READ, HISTORY_CHANGE, HISTORY_WRITE };

/* Opens it; a writer makes it where it is not there. seal: borrowed while it is open; NULL: numbers stay closed, and no file is
 * made. out: owned, set on success only. at: why not, with the path. ERR_NOT_FOUND (to be read, and not there), ERR_IO,
 * ERR_FORMAT (no such file, or another secret's), ERR_UNSUPPORTED (of a later version), ERR_MEMORY. */
MUST_CHECK enum err history_file_open(const char *path, struct history_seal *seal, enum history_access access,
				      struct history_file **out, struct err_at *at);

/* What was not committed is gone. NULL is fine. */
void history_file_close(struct history_file *file);

/* A writer's transaction: begun by the first event, ended by commit, which is durable when it returns, or by rollback. An event that
 * is in the file already is not written again. at: why not, with the path (a full disk). ERR_IO. */
MUST_CHECK enum err history_file_put(struct history_file *file, const struct history_event *event, struct err_at *at);
MUST_CHECK enum err history_file_commit(struct history_file *file, struct err_at *at);
void history_file_rollback(struct history_file *file);

/* Which alerts are meant: those of an id, of a number, or one entry. */
struct history_query {
	struct slice id;        /* absent = not by id */
	struct slice number;    /* digits; absent = not by number */
	struct entry_key entry; /* ms 0 = not by entry */
	struct slice tenant;    /* only this one's; absent = any */
};

/* Gets the events of alerts, those of one after the other in the order in which they happened. Borrowed for the call. False ends it. */
typedef bool history_on_event(void *ctx, const struct history_event *event);

/* Tells all events of at most `most` alerts, the newest alerts first. found: raised by the alerts told. at: why not. ERR_IO;
 * ERR_UNSUPPORTED: a number is asked for without a seal. */
MUST_CHECK enum err history_file_find(struct history_file *file, const struct history_query *query, unsigned most,
				      unsigned *found, history_on_event *on_event, void *ctx, struct err_at *at);

/* Forgets a number (digits): its alerts stay, without it, and their pages are overwritten. erased: raised by the alerts. Errors as put. */
MUST_CHECK enum err history_file_erase(struct history_file *file, struct slice number, uint64_t *erased,
				       struct err_at *at);

/* What became of one day's alerts of a tenant, template and account (that of their last closing event). */
struct history_row {
	struct slice tenant;
	struct slice template_name;
	struct slice account;
	uint64_t alerts;
	uint64_t accepted;
	uint64_t segments; /* of accepted ones */
	uint64_t delivered;
	uint64_t undelivered;
	uint64_t not_sent; /* expired, cancelled, superseded, suppressed, duplicate */
	uint64_t dead;
	uint64_t open;      /* no closing event yet: held */
	uint64_t ambiguous; /* may have been sent twice */
};

/* Tells the rows, by tenant, template and account. Borrowed for the call. at: why not. ERR_IO. */
MUST_CHECK enum err history_file_report(struct history_file *file,
					void (*on_row)(void *ctx, const struct history_row *row), void *ctx,
					struct err_at *at);
