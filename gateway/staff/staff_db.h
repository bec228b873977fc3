/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "staff/staff_outcome.h"
#include "store/redis_transaction.h"

#include <jansson.h>

/* What the staff's desk keeps in Redis, read by one thread at a time over one connection. It is written by staff/staff_change.h only. */
struct staff_db;

/* The keys. Those that end in “:” have a name behind them (redis_key.more). */
#define STAFF_KEY_USERS         ":staff:users"
#define STAFF_KEY_SESSIONS      ":staff:sessions"
#define STAFF_KEY_AUDIT         ":staff:audit"
#define STAFF_KEY_CODES         ":staff:codes"
#define STAFF_KEY_TRIES_USER    ":staff:tries:user:"
#define STAFF_KEY_TRIES_ADDRESS ":staff:tries:address:"
#define STAFF_KEY_LIVE          ":templates:live"
#define STAFF_KEY_TURN          ":templates:turn"
#define STAFF_KEY_LATEST        ":templates:latest"
#define STAFF_KEY_VERSIONS      ":templates:versions:"
#define STAFF_KEY_DRAFTS        ":templates:drafts"
#define STAFF_KEY_REVISIONS     ":templates:revisions"
#define STAFF_KEY_DUE           ":templates:due"
#define STAFF_KEY_ARCHIVED      ":templates:archived"
#define STAFF_KEY_LOCKS         ":templates:locks"

static inline struct redis_key staff_key(const char *name)
{
	return (struct redis_key){ .name = name };
}

static inline struct redis_key staff_key_of(const char *name, struct slice more)
{
	return (struct redis_key){ .name = name, .more = more };
}

/* Connects. place: copied, what it points to is borrowed while it is open. out: owned, set on success only.
 * STAFF_UNREACHABLE, STAFF_MEMORY. */
MUST_CHECK enum staff_outcome staff_db_open(const struct redis_place *place, struct staff_db **out, struct err_at *at);

/* Closes and frees it. NULL is fine. */
void staff_db_close(struct staff_db *db);

/* The connection, for other questions; a new one where the last one broke. Borrowed until the next call of this or of staff_db_now. */
MUST_CHECK enum staff_outcome staff_db_ask(struct staff_db *db, struct redis_ask **out, struct err_at *at);

/* Says how a question over that connection ended, so that a broken one is replaced. Returns what it is here. */
enum staff_outcome staff_db_ended(struct staff_db *db, enum err err);

/* Redis' clock, which all times here are of. Connects anew where the connection broke while nobody used it: whatever is done begins
 * with this. */
MUST_CHECK enum staff_outcome staff_db_now(struct staff_db *db, wall_ms *out, struct err_at *at);

/* The JSON object in a field of a hash, or in a key of its own. out: owned (json_decref), NULL where there is none; set with STAFF_OK
 * only. STAFF_BROKEN: it is no JSON object. */
MUST_CHECK enum staff_outcome staff_db_read(struct staff_db *db, struct redis_key key, struct slice field, json_t **out,
					    struct err_at *at);
MUST_CHECK enum staff_outcome staff_db_read_key(struct staff_db *db, struct redis_key key, json_t **out,
						struct err_at *at);

/* All fields of a hash: an object of the objects by their names. What is none is left out. out: owned, set with STAFF_OK only. */
MUST_CHECK enum staff_outcome staff_db_read_all(struct staff_db *db, struct redis_key key, json_t **out,
						struct err_at *at);

/* A number in a field of a hash, or in a key where field is absent; 0 where there is none. */
MUST_CHECK enum staff_outcome staff_db_read_number(struct staff_db *db, struct redis_key key, struct slice field,
						   int64_t *out, struct err_at *at);
