/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/clock.h"

#include <stdatomic.h>

/* One log line is one JSON object. Who writes lines: pipeline, drivers, admin, app; stages return reasons instead.
 * A line is built on the caller's stack and handed whole to the sink, so that threads never mix. */

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_LEVEL_COUNT };

/* Where lines go. Given by app (stderr, with a count of what could not be written) or by a test (memory). */
struct log {
	_Atomic(enum log_level) least; /* lines below are not even built; log_set_level changes it at any time */
	void (*write)(void *ctx, enum log_level level, struct slice line);
	void *ctx;
	struct now (*now)(void *ctx);
};

#define LOG_LINE_OCTETS 1024

/* A line under construction. */
struct log_line {
	const struct log *log;
	enum log_level level;
	struct buf buf;
	char octets[LOG_LINE_OCTETS];
};

/* Starts a line {"at":…,"level":…,"event":code,"text":…}. Returns false where the level is not wanted (then neither
 * add to it nor end it). code: a stable word, one per kind of event (“link_up”). text: a sentence for people. */
bool log_begin(struct log_line *line, const struct log *log, enum log_level level, const char *code, const char *text);

/* Adds members. Values are data, never format strings; phone numbers must come masked (msisdn_mask). */
void log_text(struct log_line *line, const char *key, struct slice value);
void log_uint(struct log_line *line, const char *key, uint64_t value);
void log_int(struct log_line *line, const char *key, int64_t value);

/* Ends the line with a newline and hands it to the sink. What did not fit was left out, and the line says so. */
void log_end(struct log_line *line);

/* A line without members in one call. */
void log_write(const struct log *log, enum log_level level, const char *code, const char *text);

/* Lines below that level are not built from now on. Any thread may call it, while others write. */
void log_set_level(struct log *log, enum log_level least);

/* The level as it is now. */
enum log_level log_get_level(const struct log *log);

/* Name of a level (“warn”). */
const char *log_level_name(enum log_level level);

/* The level of a name. False where there is none. */
bool log_level_parse(struct slice name, enum log_level *out);
