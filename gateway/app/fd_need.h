/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"

/* How many file descriptors a configuration needs, held against what the system gives this process. */

struct fd_need {
	uint64_t least; /* for its links, Redis and files; with fewer some of it never works */
	uint64_t most;  /* with every connection over HTTP that may be open at a time, in both directions */
};

enum fd_verdict {
	FD_ENOUGH,
	FD_SCARCE, /* it works until many connections over HTTP come at once */
	FD_TOO_FEW,
};

/* Needs of one process with that many workers. */
struct fd_need fd_need_of(const struct config *config, unsigned worker_count);

/* Raises the soft limit of this process to the hard one. Returns the limit that is in force then. */
uint64_t fd_need_raise_limit(void);

/* Judges the limit. out: where it is not FD_ENOUGH, a sentence with what to do, without a newline. */
enum fd_verdict fd_need_judge(const struct fd_need *need, uint64_t limit, struct buf *out);
