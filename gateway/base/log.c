/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include "base/check.h"
#include "base/civil.h"
#include "base/json.h"

static const char *const level_names[LOG_LEVEL_COUNT] = {
	[LOG_DEBUG] = "debug",
	[LOG_INFO] = "info",
	[LOG_WARN] = "warn",
	[LOG_ERROR] = "error",
};

#define TAIL_OCTETS 20 /* room kept for ,"cut":true} and the newline */

const char *log_level_name(enum log_level level)
{
	CHECK((unsigned)level < LOG_LEVEL_COUNT);
	return level_names[level];
}

bool log_level_parse(struct slice name, enum log_level *out)
{
	for (unsigned i = 0; i < LOG_LEVEL_COUNT; i++) {
		if (slice_is(name, level_names[i])) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

/* A member that does not fit is taken back whole, so that the line stays valid JSON. */
static void keep_whole(struct buf *buf, size_t before)
{
	if (buf->full)
		buf->len = before;
}

void log_text(struct log_line *line, const char *key, struct slice value)
{
	size_t before = line->buf.len;
	if (!line->buf.full)
		json_key_text(&line->buf, key, value);
	keep_whole(&line->buf, before);
}

void log_uint(struct log_line *line, const char *key, uint64_t value)
{
	size_t before = line->buf.len;
	if (!line->buf.full)
		json_key_uint(&line->buf, key, value);
	keep_whole(&line->buf, before);
}

void log_int(struct log_line *line, const char *key, int64_t value)
{
	size_t before = line->buf.len;
	if (!line->buf.full) {
		json_key(&line->buf, key);
		json_int(&line->buf, value);
	}
	keep_whole(&line->buf, before);
}

void log_set_level(struct log *log, enum log_level least)
{
	atomic_store_explicit(&log->least, least, memory_order_relaxed);
}

enum log_level log_get_level(const struct log *log)
{
	return atomic_load_explicit(&log->least, memory_order_relaxed);
}

bool log_begin(struct log_line *line, const struct log *log, enum log_level level, const char *code, const char *text)
{
	if (log == NULL || log->write == NULL || level < log_get_level(log))
		return false;
	line->log = log;
	line->level = level;
	line->buf = buf_over(line->octets, sizeof line->octets - TAIL_OCTETS);
	char at[32];
	size_t at_len = civil_format_rfc3339(log->now(log->ctx).wall, 0, at);
	json_open(&line->buf, '{');
	log_text(line, "at", (struct slice){ at, at_len });
	log_text(line, "level", slice_of(level_names[level]));
	log_text(line, "event", slice_of(code));
	if (text != NULL && text[0] != '\0')
		log_text(line, "text", slice_of(text));
	return true;
}

void log_end(struct log_line *line)
{
	bool cut = line->buf.full;
	line->buf.full = false;
	line->buf.cap = sizeof line->octets;
	if (cut) {
		json_key_bool(&line->buf, "cut", true);
	}
	buf_put_text(&line->buf, "}\n");
	line->log->write(line->log->ctx, line->level, buf_slice(&line->buf));
}

void log_write(const struct log *log, enum log_level level, const char *code, const char *text)
{
	struct log_line line;
	if (log_begin(&line, log, level, code, text))
		log_end(&line);
}
