/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/log.h"

/* What a worker may know of the world beside its ports: the time of this turn, and where log lines go. */
struct env {
	struct now (*now)(void *ctx); /* the same value throughout a turn */
	mono_us (*fresh)(void *ctx);  /* reads the clock; NULL = a turn takes no time */
	void *ctx;
	const struct log *log;
};
