/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/redis_transaction.h"

/* Plain questions about hashes, texts, sorted sets and streams of one field an entry. Texts that come out are borrowed until the next
 * run of the connection. Errors as redis_ask_run has them; ERR_FORMAT also where the key is of another type. */

/* Takes a field and its value; of a stream the entry's id and the field's value. */
typedef void redis_read_visit(void *ctx, struct slice name, struct slice value);

/* A field of a hash, or a key's text; absent where there is none. out: set on success only. */
MUST_CHECK enum err redis_read_field(struct redis_ask *ask, struct redis_key key, struct slice field, struct slice *out,
				     struct err_at *at);
MUST_CHECK enum err redis_read_text(struct redis_ask *ask, struct redis_key key, struct slice *out, struct err_at *at);

/* All fields of a hash, in no order. visit must not use the connection. */
MUST_CHECK enum err redis_read_fields(struct redis_ask *ask, struct redis_key key, redis_read_visit *visit, void *ctx,
				      struct err_at *at);

/* Members of a sorted set with a rank of at most `most`, the lowest first, at most count of them; each with its rank as text. */
MUST_CHECK enum err redis_read_ranked(struct redis_ask *ask, struct redis_key key, int64_t most, unsigned count,
				      redis_read_visit *visit, void *ctx, struct err_at *at);

/* Entries of a stream with first parts of ids from … to, both included: at most count of them, from the lowest on, or from the highest
 * on where is_newest_first. */
MUST_CHECK enum err redis_read_entries(struct redis_ask *ask, struct redis_key key, int64_t from, int64_t to,
				       unsigned count, bool is_newest_first, redis_read_visit *visit, void *ctx,
				       struct err_at *at);

/* The first part of the last id that a stream ever gave, also where that entry has gone; 0 where there is no stream. */
MUST_CHECK enum err redis_read_last_id(struct redis_ask *ask, struct redis_key key, int64_t *out, struct err_at *at);
