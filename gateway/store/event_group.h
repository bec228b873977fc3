/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/entry.h"
#include "store/redis_ask.h"

/* A group of readers of the events: each entry of the stream is given to one of them, and again at every start until it was
 * acknowledged. Entries are not trimmed before. */

#define EVENT_GROUP_BATCH 64 /* entries; each has the events of a whole batch, up to some hundreds */

struct event_entry {
	struct entry_key key; /* its lane means nothing */
	struct slice
		lines; /* events, one JSON object a line; absent: the entry was deleted before it was acknowledged */
};

/* Borrowed from the connection until its next question. */
struct event_batch {
	unsigned count;
	struct event_entry entries[EVENT_GROUP_BATCH];
};

/* Makes the group where there is none; it begins with the oldest event that is kept. at: why not. Errors as redis_ask_run. */
MUST_CHECK enum err event_group_make(struct redis_ask *ask, const char *group, struct err_at *at);

/* Reads entries that nobody of the group has got yet; where there are none waits for at most block_ms (0 = does not wait; less than
 * Redis' time for an answer). out: count is 0 where nothing came. at: why not. Errors as redis_ask_run; ERR_NOT_FOUND: there is no
 * such group (any more). */
MUST_CHECK enum err event_group_read(struct redis_ask *ask, const char *group, const char *reader, unsigned block_ms,
				     struct event_batch *out, struct err_at *at);

/* Reads again what this reader has got and not acknowledged, from behind an entry on (NULL = the oldest). Errors likewise. */
MUST_CHECK enum err event_group_again(struct redis_ask *ask, const char *group, const char *reader,
				      const struct entry_key *behind, struct event_batch *out, struct err_at *at);

/* Acknowledges a batch: it is not given again. Errors as redis_ask_run. */
MUST_CHECK enum err event_group_acknowledge(struct redis_ask *ask, const char *group, const struct event_batch *batch,
					    struct err_at *at);

/* How much the group has not acknowledged yet: entries that nobody got, and such as were got. Where Redis does not know the first
 * (after a deletion in the middle), it is 0. Errors likewise. */
MUST_CHECK enum err event_group_behind(struct redis_ask *ask, const char *group, uint64_t *out, struct err_at *at);
