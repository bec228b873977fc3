/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/log.h"
#include "history/history_book.h"
#include "store/redis_ask.h"

#include <stdatomic.h>

/* A thread that takes events from Redis into the history: read by a group of its own, written, durable, then acknowledged. What was
 * read and not acknowledged is read again at the next start, and written once. */

#define HISTORY_TROUBLE_OCTETS 256

struct history_writer_options {
	struct redis_place redis;  /* borrowed texts */
	struct history_book *book; /* of a writer; the thread's alone while it runs */
	int64_t keep_ms;
	const struct log *log;
};

/* What it has done; any thread may look. */
struct history_writer_status {
	_Atomic uint64_t events; /* written, or found written already */
	_Atomic uint64_t unread; /* that are no events, or were deleted before they were read */
	_Atomic uint64_t behind; /* entries that wait in Redis, as of the last look */
	_Atomic int64_t written; /* wall_ms of the last time that all was well */
	_Atomic bool is_well;    /* Redis answers and the disk takes */
};

struct history_writer;

/* Starts the thread. NULL where the system gives none. */
struct history_writer *history_writer_start(const struct history_writer_options *options);

const struct history_writer_status *history_writer_status(const struct history_writer *writer);

/* What keeps it from its work, as a sentence; "" where nothing does. */
void history_writer_trouble(struct history_writer *writer, char out[static HISTORY_TROUBLE_OCTETS]);

/* Ends what is under way, waits for the thread's end and frees it. NULL is fine. */
void history_writer_stop(struct history_writer *writer);
