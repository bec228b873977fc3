/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "model/account_order.h"

/* One change of what operators want of an account: what the command line and the API read, what the queue is told, and what
 * both answer. */

#define ACCOUNT_FIELD_OCTETS 48 /* of a field's name with its NUL */
#define ACCOUNT_WORD_OCTETS  16
#define ACCOUNT_NOTE_OCTETS  (PAUSE_WHO_MAX + 1 + ACCOUNT_REASON_MAX + 1)

struct account_change {
	const char *account; /* at most ACCOUNT_NAME_MAX octets */
	bool is_tps;         /* else of the stance */
	enum account_stance stance;
	bool has_tps; /* else back to the configuration's */
	uint32_t tps;
	const char *who;    /* at most PAUSE_WHO_MAX octets; "" = nobody is named */
	const char *reason; /* at most ACCOUNT_REASON_MAX */
};

/* What became of it. */
struct account_answer {
	bool was_so; /* it was noted already, and keeps its time and name */
	/* The account's order as it is now, of which a change of the rate tells the rate only, and another one the rest. */
	struct account_order now;
};

/* NULL where who and reason can be noted. Else what the one that can't must be, “is a name of at most …”, and its name in
 * of, “by” or “reason”; static storage. */
const char *account_change_flaw(const struct account_change *change, const char **of);

/* How a change is written: the field's name (ACCOUNT_FIELD_OCTETS), the word (ACCOUNT_WORD_OCTETS; "" = nothing any more), and
 * who and why (ACCOUNT_NOTE_OCTETS). NUL-terminated. change: without a flaw. */
void account_change_write(const struct account_change *change, char *field, char *word, char *note);

/* Reads what Redis has noted now: value, the field's, "" where there is nothing any more. False where it is none of the
 * change. was_so: as the queue says. */
MUST_CHECK bool account_answer_read(const struct account_change *change, struct slice value, bool was_so,
				    struct account_answer *out);

/* Writes {"account":…,"state":… or "tps":…,"since":…,"by":…,"was_so":…}. */
void account_answer_write(const struct account_change *change, const struct account_answer *answer, struct buf *out);
