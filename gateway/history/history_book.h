/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/civil.h"
#include "history/history_file.h"

/* The history: a folder with a file for each day on which alerts were added (“2026-02-13.sqlite”), by the service's time zone. */

#define HISTORY_GROUP "history" /* by which it reads the events */

#define HISTORY_DAY_OCTETS 16 /* “2026-02-13” and a NUL, with room */

struct history_book;

/* Opens a folder. A writer makes it where it is not there, and is the only one: it holds the folder's lock. seal: borrowed; NULL (to read
 * only): numbers stay closed. zone: borrowed; NULL = UTC. out: owned, set on success only. at: why not. ERR_NOT_FOUND, ERR_IO, ERR_DUPLICATE
 * (another writer is at it), ERR_MEMORY. */
MUST_CHECK enum err history_book_open(const char *dir, struct history_seal *seal, const struct zone *zone,
				      enum history_access access, struct history_book **out, struct err_at *at);

/* NULL is fine. */
void history_book_close(struct history_book *book);

/* Writes an event into the file of its alert's day; one that is there already is not written again. Events are durable when
 * commit returns. Where either fails all since the last commit must be put again, behind rollback. at: why not. Errors as
 * history_file_open and ERR_IO. */
MUST_CHECK enum err history_book_put(struct history_book *book, const struct history_event *event, struct err_at *at);
MUST_CHECK enum err history_book_commit(struct history_book *book, struct err_at *at);
void history_book_rollback(struct history_book *book);

/* Removes the days that were over more than keep_ms ago. removed: raised by the files. at: the first that can't be removed. ERR_IO. */
MUST_CHECK enum err history_book_trim(struct history_book *book, wall_ms now, int64_t keep_ms, unsigned *removed,
				      struct err_at *at);

/* As history_file_find, over all days, newest first. The days of a file that can't be read are told as well as they can:
 * at says what is missing, and the error is returned when all others are told. */
MUST_CHECK enum err history_book_find(struct history_book *book, const struct history_query *query, unsigned most,
				      unsigned *found, history_on_event *on_event, void *ctx, struct err_at *at);

/* As history_file_erase, in all days. A writer may be at work meanwhile. */
MUST_CHECK enum err history_book_erase(struct history_book *book, struct slice number, uint64_t *erased,
				       struct err_at *at);

/* As history_file_report, of one day (“2026-02-13”). ERR_NOT_FOUND: there is no file of it. */
MUST_CHECK enum err history_book_report(struct history_book *book, const char *day,
					void (*on_row)(void *ctx, const struct history_row *row), void *ctx,
					struct err_at *at);

/* The day of an instant, as files are called. */
void history_day_format(const struct zone *zone, wall_ms at, char out[static HISTORY_DAY_OCTETS]);
