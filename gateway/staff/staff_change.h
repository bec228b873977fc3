/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "staff/staff_db.h"

/* A change of what the staff's desk keeps. An attempt reads what it needs, decides, and notes what is to be written; then all of it is
 * written at once, and only where nobody has changed a watched key since. Else the attempt is made again from the start, at most
 * STAFF_CHANGE_TRIES times. */
struct staff_change;

#define STAFF_CHANGE_TRIES      8
#define STAFF_CHANGE_WRITES_MAX 24
#define STAFF_CHANGE_KEYS_MAX   8

/* One attempt. Everything in ctx that it makes must be made anew each time. What it returns other than STAFF_OK ends the change, unless
 * something that is watched was changed meanwhile: then it is made again. Nothing is written then, nor where it returns STAFF_OK and
 * has noted nothing. */
typedef enum staff_outcome staff_attempt(struct staff_change *change, void *ctx, struct err_at *at);

/* Makes a change. keys: what is watched; all that the attempt reads to decide, and STAFF_KEY_AUDIT where it writes an audit entry.
 * STAFF_BUSY: others were quicker each time; else what the attempt says, STAFF_UNREACHABLE, STAFF_MEMORY. */
MUST_CHECK enum staff_outcome staff_change_run(struct staff_db *db, const struct redis_key *keys, unsigned key_count,
					       staff_attempt *attempt, void *ctx, struct err_at *at);

/* What the attempt reads from. */
struct staff_db *staff_change_db(struct staff_change *change);

/* Whether a key is watched in this change. */
bool staff_change_watches(const struct staff_change *change, const char *key_name);

/* Notes what is to be written; all is copied. Out of memory is told when the attempt is over. */
void staff_change_put(struct staff_change *change, struct redis_key key, struct slice field, const json_t *document);
void staff_change_put_new(struct staff_change *change, struct redis_key key, struct slice field,
			  const json_t *document);
void staff_change_put_number(struct staff_change *change, struct redis_key key, struct slice field, int64_t number);
void staff_change_remove(struct staff_change *change, struct redis_key key, struct slice field);
void staff_change_set(struct staff_change *change, struct redis_key key, const json_t *document, int64_t for_ms);
void staff_change_unset(struct staff_change *change, struct redis_key key);
void staff_change_count(struct staff_change *change, struct redis_key key);
void staff_change_rank(struct staff_change *change, struct redis_key key, struct slice field, int64_t rank);
void staff_change_unrank(struct staff_change *change, struct redis_key key, struct slice field);
void staff_change_append(struct staff_change *change, struct redis_key key, int64_t id, const char *field,
			 struct slice text);

/* The end of the audit log as this change leaves it; for staff/audit_log.h. seq: -1 = not read yet. */
struct audit_tail {
	int64_t seq;
	char hash[65];
};
struct audit_tail *staff_change_tail(struct staff_change *change);
