/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

/* The table of settings (config_defs.def) as data. */

enum setting_scope {
	SETTING_SCOPE_ROOT,
	SETTING_SCOPE_ACCOUNT,
	SETTING_SCOPE_SMPP, /* accounts that speak it; the same struct */
	SETTING_SCOPE_HTTP,
	SETTING_SCOPE_ROUTE,
	SETTING_SCOPE_WEBHOOK,
	SETTING_SCOPE_COUNT
};

/* How a value is written, and what its field is. */
enum setting_kind {
	SETTING_TEXT,      /* char * */
	SETTING_BLOCK,     /* char *; may have several lines */
	SETTING_LINES,     /* struct config_lines; a list, or a mapping whose keys and values are joined */
	SETTING_NAME,      /* char *; letters, digits, “_”, “-”, “.” */
	SETTING_HOSTNAME,  /* char *; a NAME, by default the host's */
	SETTING_SECRET,    /* char *; with a twin …_file */
	SETTING_PATH,      /* char *; NULL where empty */
	SETTING_LOCALE,    /* char * */
	SETTING_TIMEZONE,  /* char * */
	SETTING_COUNTRY,   /* const struct country * */
	SETTING_UINT,      /* unsigned */
	SETTING_WORKERS,   /* unsigned; “auto” is 0 */
	SETTING_OCTET,     /* uint8_t */
	SETTING_BOOL,      /* bool */
	SETTING_SPAN_US,   /* int64_t, microseconds */
	SETTING_SPAN_MS,   /* int64_t, milliseconds */
	SETTING_WORD,      /* an enum */
	SETTING_ADDRESS,   /* struct config_address */
	SETTING_REDIS_URL, /* struct config_redis_url; a secret */
	SETTING_PREFIXES,  /* char ** and its count behind it */
	SETTING_ACCOUNTS,  /* unsigned * and its count behind it */
};

struct setting {
	enum setting_scope scope;
	const char *path; /* “redis.url” */
	size_t offset;    /* of the field in its scope's struct */
	enum setting_kind kind;
	const char *fallback; /* NULL = required, "" = none */
	int64_t least;
	int64_t most;
	const char *words;
	const char *help;
	const char *help_zh;
	bool is_later; /* known, not offered yet; only scope and path are set */
};

extern const struct setting settings[];
extern const size_t setting_count;

/* When another value takes effect. */
enum setting_effect {
	SETTING_AT_RESTART,
	SETTING_AT_RELOAD,
	SETTING_WITH_LINKS, /* at a reload, for which the account's links are made anew */
};

enum setting_effect setting_effect(const struct setting *setting);

/* The setting with that path; NULL where there is none. */
const struct setting *setting_find(enum setting_scope scope, struct slice path);

/* True where the value must not be shown, and may be read from a file named by the key with “_file” behind it. */
bool setting_is_secret(const struct setting *setting);

/* The setting's choices one by one: sets out to the next word, without its “!”. at: start with the setting's words.
 * is_offered: false for a word marked as not offered yet. Returns where to go on; NULL after the last. */
const char *setting_next_word(const char *at, struct slice *out, bool *is_offered);

/* “500ms”, “15s”, “2m”, “24h”, “7d”. out in milliseconds, set on success only. False where it is malformed or more
 * than a hundred years. */
bool setting_parse_span(struct slice text, int64_t *out);

/* Writes a span in its largest whole unit. */
void setting_format_span(int64_t span_ms, struct buf *out);

/* Writes a regular expression (ECMA 262) that takes the spans of a setting's range, and no others. */
void setting_format_span_pattern(const struct setting *setting, struct buf *out);

/* Writes “a whole number from 1 to 64” and the like: what a value must be, for errors and docs. */
void setting_describe(const struct setting *setting, struct buf *out);

/* Writes the environment variable of a path: “HONGYAN_REDIS_URL” for prefix "" and “redis.url”;
 * “HONGYAN_ACCOUNTS_CMCC_TPS” for prefix “accounts.cmcc” and “tps”. */
void setting_format_variable(const char *prefix, const char *path, struct buf *out);
