/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "store/scripts.h"

/* A connection to Redis for commands of the command line: one question at a time, each waited for. It does not come
 * back by itself: a command that lost its connection ends, and is run again by people. */

/* Where Redis is, and how its keys begin. All is borrowed while the connection is open. */
struct redis_place {
	const char *path; /* of the unix socket; NULL = TCP */
	const char *host;
	uint16_t port;
	unsigned database;
	const char *username;              /* NULL = the default user */
	const char *password;              /* NULL = no AUTH */
	const struct tls_context *tls;     /* NULL = plain */
	const struct redis_finder *finder; /* who says where Redis is; NULL = path, host and port do */
	const char *tag;                   /* of all keys: “{hongyan}” */
};

struct command;
struct reply;
struct redis_ask;
struct redis_finder;
struct tls_context;

/* Connects, signs on, selects the database. out: owned, set on success only. at: why not, a sentence for people.
 * ERR_IO: it can't be reached or does not answer; ERR_FORMAT: it refuses us; ERR_MEMORY. */
MUST_CHECK enum err redis_ask_open(const struct redis_place *place, struct redis_ask **out, struct err_at *at);

/* Closes and frees it. NULL is fine. */
void redis_ask_close(struct redis_ask *ask);

/* Begins a command, or the call of a script with so many keys; its arguments are then added, and it is run. */
void redis_ask_begin(struct redis_ask *ask, const char *word);
void redis_ask_begin_script(struct redis_ask *ask, enum script script, unsigned key_count);

/* Adds a key: the tag, the name (“:dead”) and, where it is not absent, what makes the key of many one. */
void redis_ask_key(struct redis_ask *ask, const char *name, struct slice more);

/* Adds an argument (copied). */
void redis_ask_add(struct redis_ask *ask, struct slice text);
void redis_ask_add_word(struct redis_ask *ask, const char *word);
void redis_ask_add_int(struct redis_ask *ask, int64_t value);

/* What was begun, for whoever adds arguments to commands of several kinds. Borrowed until it is run. */
struct command *redis_ask_command(struct redis_ask *ask);

/* Sends what was begun and waits for its answer. out: borrowed until the next run; set on success only.
 * at: why not, a sentence for people. ERR_IO: the connection broke or the answer did not come in time, so that the
 * command may or may not have had its effect, or this Redis no longer takes writes (it is closed then; every further run fails); ERR_FORMAT: Redis answered
 * with an error; ERR_MEMORY: not sent. */
MUST_CHECK enum err redis_ask_run(struct redis_ask *ask, const struct reply **out, struct err_at *at);

/* The same for a command whose answer is a count. ERR_FORMAT also where it is none. out: set on success only. */
MUST_CHECK enum err redis_ask_count(struct redis_ask *ask, uint64_t *out, struct err_at *at);

/* Redis' own clock: the one that all times in the queue are of. */
MUST_CHECK enum err redis_ask_now(struct redis_ask *ask, wall_ms *out, struct err_at *at);
