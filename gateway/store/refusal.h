/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/reply.h"

/* What an error of Redis means for us: the one table of it. */

enum refusal_way {
	/* Redis takes nothing that needs memory: BEGIN waits and is tried again; all that takes work off the queue goes on. */
	REFUSAL_FULL,
	/* Redis takes no writes, or answers nothing, for a while: everything waits and is tried again, on this connection. */
	REFUSAL_PAUSE,
	/* It is not, or no longer, the Redis to write to, or its keys are not as we left them: the connection is made anew,
	 * scripts are loaded, the consumer signs on. */
	REFUSAL_RECONNECT,
};

struct refusal {
	const char *word; /* what the error begins with; "" = any other */
	enum refusal_way way;
	const char *text; /* for people: what is wrong, and what to do */
};

/* True where Redis refuses that command alone: for want of memory, or for a reason of its own. What else is refused, so is all. */
bool refusal_is_of_one(const struct refusal *refusal);

/* The row of an error; NULL where reply is none. Static storage. */
const struct refusal *refusal_of(const struct reply *reply);
