/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

#include <hiredis/hiredis.h>
#include <stdint.h>

/* Redis replies, parsed by hiredis' reader into an arena that is emptied after each reply: no malloc per element. */

enum reply_type { REPLY_NIL, REPLY_INTEGER, REPLY_TEXT, REPLY_STATUS, REPLY_ERROR, REPLY_ARRAY };

struct reply {
	enum reply_type type;
	int64_t integer;
	struct slice text; /* TEXT, STATUS, ERROR */
	struct reply **elements;
	size_t count;
};

/* A reader whose replies live in arena (borrowed for the reader's life) until its reset. Owned by the caller, freed
 * with redisReaderFree. NULL where there is no memory. */
redisReader *reply_reader_create(struct arena *arena);

/* The element at index as text; absent where it is not there or no text. */
struct slice reply_text_at(const struct reply *reply, size_t index);

/* The element at index, NULL where reply is no array or has no such element. */
const struct reply *reply_at(const struct reply *reply, size_t index);

/* What is said where an answer is none that the command can have. Returns ERR_FORMAT. at: may be NULL. */
enum err reply_of_other_form(struct err_at *at);

/* True where reply is an error that begins with word (“NOSCRIPT”). */
bool reply_is_error(const struct reply *reply, const char *word);
