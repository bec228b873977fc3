/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/log.h"
#include "loop/loop.h"

/* Another log level than the configuration's, for a while or until the next start. It is of the loop's thread; who writes lines sees
 * the level in any thread. */
struct log_shift {
	struct log *log;
	enum log_level configured;
	mono_us until; /* INT64_MAX = no end is set */
	struct loop_member member;
};

/* The level is the configuration's. log, loop: borrowed until log_shift_fini. */
void log_shift_init(struct log_shift *shift, struct log *log, enum log_level configured, struct loop *loop);

/* Legal once after log_shift_init. */
void log_shift_fini(struct log_shift *shift);

/* The configuration has another level, by a reload. A level that was set for a while stays until its time is over. */
void log_shift_configure(struct log_shift *shift, enum log_level configured);

/* Lines below level are left out from now on; after for_us (0 = never) it is the configuration's again. The log tells both. */
void log_shift_set(struct log_shift *shift, enum log_level level, mono_us for_us, mono_us now);
