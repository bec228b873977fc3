/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/redis_ask.h"

/* Optimistic transactions: some keys are watched, then read; what follows from that is written at once, and only where nobody has
 * changed a watched key since. Whoever was too late reads again. */

/* A key: the tag, the name (“:templates:versions:”) and, where it is not absent, what makes the key of many one. Borrowed. */
struct redis_key {
	const char *name;
	struct slice more;
};

enum redis_write_kind {
	REDIS_WRITE_FIELD,     /* field of a hash := value */
	REDIS_WRITE_NEW_FIELD, /* the same where there is no such field yet */
	REDIS_WRITE_NO_FIELD,  /* the field goes */
	REDIS_WRITE_TEXT,      /* the key := value; number = for how many milliseconds, 0 = for good */
	REDIS_WRITE_NO_KEY,    /* the key goes */
	REDIS_WRITE_COUNT,     /* the counter is one more */
	REDIS_WRITE_RANK,      /* field of a sorted set := number */
	REDIS_WRITE_NO_RANK,   /* field leaves the sorted set */
	REDIS_WRITE_ENTRY,     /* an entry of a stream with id number-0 and one field */
	REDIS_WRITE_KIND_COUNT
};

/* One thing to be written. Everything is borrowed until the commit. */
struct redis_write {
	enum redis_write_kind kind;
	struct redis_key key;
	struct slice field;
	struct slice value;
	int64_t number;
};

/* Watches keys until the commit, or until it is left. count: at least 1. Errors as redis_ask_run has them. */
MUST_CHECK enum err redis_transaction_watch(struct redis_ask *ask, const struct redis_key *keys, unsigned count,
					    struct err_at *at);

/* Writes all or nothing. is_done: false where a watched key was changed meanwhile, and nothing was written; set on success only.
 * Errors as redis_ask_run has them: with ERR_IO it may or may not have been written. */
MUST_CHECK enum err redis_transaction_commit(struct redis_ask *ask, const struct redis_write *writes, unsigned count,
					     bool *is_done, struct err_at *at);

/* Ends it without writing anything. */
void redis_transaction_leave(struct redis_ask *ask);
