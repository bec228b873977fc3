/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "flow/trend.h"

/* When what waits will be gone, if things go on as they did within the last half minute. */

enum outlook {
	OUTLOOK_UNKNOWN,  /* nobody has looked for long enough */
	OUTLOOK_EMPTY,    /* nothing waits */
	OUTLOOK_KEEPS_UP, /* no more waits than what leaves within OUTLOOK_BRISK: that is work, not a backlog */
	OUTLOOK_CLEARS,   /* it gets shorter */
	OUTLOOK_STAYS,    /* it grows, or stands still, or takes longer than OUTLOOK_MOST */
	OUTLOOK_COUNT
};

#define OUTLOOK_BRISK_S 2
#define OUTLOOK_MOST_S  (30 * 86400)

struct forecast {
	enum outlook outlook;
	double eta_s; /* when it is gone: 0 where EMPTY, ≥ 0 and finite where KEEPS_UP or CLEARS, else negative */
};

/* “unknown”, “empty”, “keeps_up”, “clears”, “stays”: as status has it. */
const char *outlook_name(enum outlook outlook);

/* Of a queue that goes on being added to. waiting: what is there now. trend: of what was added to it and has left it, the same
 * unit. now: of the trend's clock. */
struct forecast outlook_of_queue(uint64_t waiting, const struct trend *trend, mono_us now);

/* Of a heap that nothing is added to. waiting: ≥ 0. per_s: that leave a second; negative = not known. */
struct forecast outlook_of_heap(double waiting, double per_s);
