/* SPDX-License-Identifier: Apache-2.0 */
#include "app/setting.h"

#include "app/config.h"
#include "app/range_pattern.h"
#include "base/check.h"
#include "base/number.h"

/* The struct that a scope's fields lie in, and the C type that a kind is stored as. */
#define SCOPE_ROOT    struct config
#define SCOPE_ACCOUNT struct config_account
#define SCOPE_SMPP    struct config_account
#define SCOPE_HTTP    struct config_account
#define SCOPE_ROUTE   struct config_route
#define SCOPE_WEBHOOK struct config_webhook

#define FIELD_TEXT      char *
#define FIELD_BLOCK     char *
#define FIELD_LINES     struct config_lines
#define FIELD_NAME      char *
#define FIELD_HOSTNAME  char *
#define FIELD_SECRET    char *
#define FIELD_PATH      char *
#define FIELD_LOCALE    char *
#define FIELD_TIMEZONE  char *
#define FIELD_COUNTRY   const struct country *
#define FIELD_UINT      unsigned
#define FIELD_WORKERS   unsigned
#define FIELD_OCTET     uint8_t
#define FIELD_BOOL      bool
#define FIELD_SPAN_US   int64_t
#define FIELD_SPAN_MS   int64_t
#define FIELD_WORD      unsigned
#define FIELD_ADDRESS   struct config_address
#define FIELD_REDIS_URL struct config_redis_url
#define FIELD_PREFIXES  char **
#define FIELD_ACCOUNTS  unsigned *

#define RELOADED(scope, path)
#define LATER(scope, path)
#define SETTING(scope, path, field, kind, ...) \
	_Static_assert(sizeof(((SCOPE_##scope *)0)->field) == sizeof(FIELD_##kind), path ": field and kind differ");
#include "app/config_defs.def"
#undef SETTING
#undef LATER

const struct setting settings[] = {
#define SETTING(scope, path, field, kind, ...) \
	{ SETTING_SCOPE_##scope, path, offsetof(SCOPE_##scope, field), SETTING_##kind, __VA_ARGS__, false },
#define LATER(scope, path) { SETTING_SCOPE_##scope, path, 0, SETTING_TEXT, "", 0, 0, NULL, NULL, NULL, true },
#include "app/config_defs.def"
#undef SETTING
#undef LATER
#undef RELOADED
};

static const struct reloaded {
	enum setting_scope scope;
	const char *path;
} reloaded[] = {
#define SETTING(...)
#define LATER(...)
#define RELOADED(scope, path) { SETTING_SCOPE_##scope, path },
#include "app/config_defs.def"
#undef SETTING
#undef LATER
#undef RELOADED
};

const size_t setting_count = sizeof settings / sizeof settings[0];

const struct setting *setting_find(enum setting_scope scope, struct slice path)
{
	for (size_t i = 0; i < setting_count; i++)
		if (settings[i].scope == scope && slice_is(path, settings[i].path))
			return &settings[i];
	return NULL;
}

bool setting_is_secret(const struct setting *setting)
{
	return setting->kind == SETTING_SECRET || setting->kind == SETTING_REDIS_URL;
}

enum setting_effect setting_effect(const struct setting *setting)
{
	if (setting->scope == SETTING_SCOPE_ROUTE)
		return SETTING_AT_RELOAD;
	for (size_t i = 0; i < sizeof reloaded / sizeof reloaded[0]; i++) {
		if (reloaded[i].scope == setting->scope && strcmp(reloaded[i].path, setting->path) == 0)
			return SETTING_AT_RELOAD;
	}
	bool is_of_account = setting->scope != SETTING_SCOPE_ROOT && setting->scope != SETTING_SCOPE_WEBHOOK;
	return is_of_account ? SETTING_WITH_LINKS : SETTING_AT_RESTART;
}

const char *setting_next_word(const char *at, struct slice *out, bool *is_offered)
{
	if (at == NULL || *at == '\0')
		return NULL;
	*is_offered = *at != '!';
	if (*at == '!')
		at++;
	const char *end = strchr(at, '|');
	*out = (struct slice){ at, end ? (size_t)(end - at) : strlen(at) };
	return end ? end + 1 : at + out->len;
}

static const struct span_unit {
	const char *name;
	int64_t ms;
} span_units[] = { { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 } };
#define SPAN_UNIT_COUNT (sizeof span_units / sizeof span_units[0])
#define SPAN_MS_MAX     (int64_t)(100 * 366 * INT64_C(86400000))

bool setting_parse_span(struct slice text, int64_t *out)
{
	size_t digits = 0;
	while (digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9')
		digits++;
	struct slice unit = { text.at + digits, text.len - digits };
	for (size_t i = 0; i < SPAN_UNIT_COUNT; i++) {
		uint64_t count;
		if (!slice_is(unit, span_units[i].name))
			continue;
		if (!number_parse((struct slice){ text.at, digits }, (uint64_t)(SPAN_MS_MAX / span_units[i].ms),
				  &count))
			return false;
		*out = (int64_t)count * span_units[i].ms;
		return true;
	}
	return false;
}

void setting_format_span(int64_t span_ms, struct buf *out)
{
	/* 24h and 72h read better than 1d and 3d. */
	size_t i = span_ms < 7 * span_units[0].ms ? 1 : 0;
	while (i + 1 < SPAN_UNIT_COUNT && span_ms % span_units[i].ms != 0)
		i++;
	if (span_ms == 0)
		i = SPAN_UNIT_COUNT - 2;
	buf_put_int(out, span_ms / span_units[i].ms);
	buf_put_text(out, span_units[i].name);
}

void setting_format_span_pattern(const struct setting *setting, struct buf *out)
{
	const char *between = "";
	buf_put_text(out, "^(?:");
	for (size_t i = 0; i < SPAN_UNIT_COUNT; i++) {
		int64_t unit = span_units[i].ms;
		int64_t least = (setting->least + unit - 1) / unit;
		if (least > setting->most / unit)
			continue;
		buf_put_text(out, between);
		range_pattern_put((uint64_t)least, (uint64_t)(setting->most / unit), out);
		buf_put_text(out, span_units[i].name);
		between = "|";
	}
	buf_put_text(out, ")$");
}

/* “a”, “a or b”, “a, b or c”: the offered words. */
static void describe_words(const char *words, struct buf *out)
{
	struct slice word;
	bool is_offered;
	unsigned total = 0;
	for (const char *at = words; (at = setting_next_word(at, &word, &is_offered)) != NULL;)
		total += is_offered;
	unsigned seen = 0;
	for (const char *at = words; (at = setting_next_word(at, &word, &is_offered)) != NULL;) {
		if (!is_offered)
			continue;
		if (seen)
			buf_put_text(out, seen + 1 == total ? " or " : ", ");
		buf_put_slice(out, word);
		seen++;
	}
}

static void describe_spans(const struct setting *setting, struct buf *out)
{
	buf_put_text(out, "a time from ");
	setting_format_span(setting->least, out);
	buf_put_text(out, " to ");
	setting_format_span(setting->most, out);
}

void setting_describe(const struct setting *setting, struct buf *out)
{
	switch (setting->kind) {
	case SETTING_TEXT:
		buf_put_format(out, "a text of at most %lld octets", (long long)setting->most);
		break;
	case SETTING_BLOCK:
		buf_put_format(out, "a text of at most %lld octets, with several lines if need be",
			       (long long)setting->most);
		break;
	case SETTING_LINES:
		buf_put_text(out, setting->words ? "a mapping, or a list of texts" : "a list of texts");
		break;
	case SETTING_NAME:
	case SETTING_HOSTNAME:
		buf_put_format(out, "a name of at most %lld letters, digits, “_”, “-” or “.”",
			       (long long)setting->most);
		break;
	case SETTING_SECRET:
		buf_put_format(out, "a text of at most %lld octets (secret)", (long long)setting->most);
		break;
	case SETTING_PATH:
		buf_put_text(out, "a path");
		break;
	case SETTING_LOCALE:
		buf_put_text(out, "a language tag such as zh-CN");
		break;
	case SETTING_TIMEZONE:
		buf_put_text(out, "a time zone's name such as Asia/Shanghai");
		break;
	case SETTING_COUNTRY:
		buf_put_text(out, "a country code of two letters");
		break;
	case SETTING_WORKERS:
		buf_put_format(out, "auto, or a whole number from %lld to %lld", (long long)setting->least,
			       (long long)setting->most);
		break;
	case SETTING_UINT:
	case SETTING_OCTET:
		buf_put_format(out, "a whole number from %lld to %lld", (long long)setting->least,
			       (long long)setting->most);
		break;
	case SETTING_BOOL:
		buf_put_text(out, "true or false");
		break;
	case SETTING_SPAN_US:
	case SETTING_SPAN_MS:
		describe_spans(setting, out);
		break;
	case SETTING_WORD:
		describe_words(setting->words, out);
		break;
	case SETTING_ADDRESS:
		buf_put_text(out, "host:port");
		break;
	case SETTING_REDIS_URL:
		buf_put_text(out, "a redis:// or unix:// address (secret)");
		break;
	case SETTING_PREFIXES:
		buf_put_format(out, "one or a list of prefixes of %lld to %lld digits", (long long)setting->least,
			       (long long)setting->most);
		break;
	case SETTING_ACCOUNTS:
		buf_put_text(out, "a list of account names");
		break;
	}
}

static void put_upper(struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		else if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'))
			c = '_';
		buf_put(out, &c, 1);
	}
}

void setting_format_variable(const char *prefix, const char *path, struct buf *out)
{
	buf_put_text(out, "HONGYAN_");
	put_upper(slice_of(prefix), out);
	if (*prefix)
		buf_put(out, "_", 1);
	put_upper(slice_of(path), out);
}
