/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "port/env.h"

#include <stdbool.h>
#include <stdint.h>

/* A world whose clock is cranked by hand and whose log lines are caught. Embed it by value; it must not move. */

#define FAKE_ENV_LINES 32 /* the last ones are kept */

struct fake_env {
	struct now now;
	struct env env; /* for whoever wants the port */
	struct log log;
	int64_t wall_ahead_ms; /* wall time less monotonic time */
	uint64_t line_count;
	uint64_t level_counts[LOG_LEVEL_COUNT];
	char lines[FAKE_ENV_LINES][LOG_LINE_OCTETS + 1];
	bool is_loud; /* lines go to stderr too */
};

/* Starts at mono 1 s and the given wall time. */
void fake_env_init(struct fake_env *env, wall_ms wall);

/* Time passes on both clocks; span_us >= 0. */
void fake_env_pass(struct fake_env *env, mono_us span_us);

/* The wall clock is set: it jumps by so many milliseconds, back where below 0. */
void fake_env_jump(struct fake_env *env, int64_t ms);

/* How many of the lines that are kept are of the event code. */
unsigned fake_env_said(const struct fake_env *env, const char *code);
