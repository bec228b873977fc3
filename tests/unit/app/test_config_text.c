/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config.h"
#include "app/config_file.h"
#include "app/setting.h"

#include <criterion/criterion.h>
#include <stdlib.h>

Test(config_text, reference_is_what_is_committed)
{
	char *committed = NULL;
	size_t len = 0;
	struct err_at at = { 0 };
	cr_assert_eq(config_file_read(SOURCE_DIR "/docs/configuration.md", CONFIG_OCTETS_MAX, &committed, &len, &at),
		     ERR_OK, "docs/configuration.md %s", at.text);
	static char octets[CONFIG_OCTETS_MAX];
	struct buf out = buf_over(octets, sizeof octets - 1);
	config_reference(&out);
	octets[out.len] = '\0';
	cr_expect_str_eq(committed, octets, "run: hongyan config reference > docs/configuration.md");
	free(committed);
}

Test(config_text, every_row_is_complete)
{
	for (size_t i = 0; i < setting_count; i++) {
		if (settings[i].is_later)
			continue;
		cr_expect(settings[i].help && *settings[i].help, "%s has no help", settings[i].path);
		cr_expect(settings[i].help_zh && *settings[i].help_zh, "%s has no Chinese help", settings[i].path);
		cr_expect_leq(settings[i].least, settings[i].most, "%s: least is above most", settings[i].path);
		cr_expect_eq(setting_find(settings[i].scope, slice_of(settings[i].path)), &settings[i],
			     "%s is there twice", settings[i].path);
	}
}

/* What a reload is good for. A row of the table that names no setting would be missed here. */
Test(config_text, effects)
{
	static const struct {
		enum setting_scope scope;
		const char *path;
		enum setting_effect want;
	} rows[] = {
		{ SETTING_SCOPE_ROOT, "country", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ROOT, "timezone", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ROOT, "signature", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ROOT, "admin.token", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ROOT, "drain_timeout", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ROOT, "retry.base", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ROOT, "retry.max", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ROOT, "retry.attempts_max", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ROOT, "unknown_wait.critical", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ROOT, "unknown_wait.notice", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ROOT, "unknown_wait.marketing", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ROOT, "protection.optout.notice", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ROOT, "protection.over_day", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ROOT, "protection.identical_window", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ROOT, "workers", SETTING_AT_RESTART },
		{ SETTING_SCOPE_ROOT, "redis.url", SETTING_AT_RESTART },
		{ SETTING_SCOPE_ACCOUNT, "tps", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ACCOUNT, "segments_max", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ACCOUNT, "source", SETTING_WITH_LINKS },
		{ SETTING_SCOPE_SMPP, "password", SETTING_WITH_LINKS },
		{ SETTING_SCOPE_HTTP, "callback", SETTING_WITH_LINKS },
		{ SETTING_SCOPE_ROUTE, "prefix", SETTING_AT_RELOAD },
		{ SETTING_SCOPE_ROUTE, "accounts", SETTING_AT_RELOAD },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct setting *setting = setting_find(rows[i].scope, slice_of(rows[i].path));
		cr_assert_not_null(setting, "there is no %s", rows[i].path);
		cr_expect_eq(setting_effect(setting), rows[i].want, "%s", rows[i].path);
	}
}

Test(config_text, spans)
{
	static const struct {
		const char *text;
		int64_t want_ms; /* -1 = malformed */
		const char *shown;
	} rows[] = {
		{ "0s", 0, "0s" },           { "500ms", 500, "500ms" }, { "15s", 15000, "15s" },
		{ "2m", 120000, "2m" },      { "90s", 90000, "90s" },   { "24h", 86400000, "24h" },
		{ "72h", 259200000, "72h" }, { "7d", 604800000, "7d" }, { "60s", 60000, "1m" },
		{ "1000ms", 1000, "1s" },    { "", -1, NULL },          { "15", -1, NULL },
		{ "s", -1, NULL },           { "-1s", -1, NULL },       { "1.5s", -1, NULL },
		{ "1 s", -1, NULL },         { "1S", -1, NULL },        { "01s", -1, NULL },
		{ "1sec", -1, NULL },        { "36601d", -1, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t span_ms = -1;
		bool is_parsed = setting_parse_span(slice_of(rows[i].text), &span_ms);
		cr_expect_eq(is_parsed, rows[i].want_ms >= 0, "“%s”", rows[i].text);
		cr_expect_eq(span_ms, rows[i].want_ms, "“%s”: %lld", rows[i].text, (long long)span_ms);
		if (!is_parsed)
			continue;
		char text[32];
		struct buf out = buf_over(text, sizeof text - 1);
		setting_format_span(span_ms, &out);
		text[out.len] = '\0';
		cr_expect_str_eq(text, rows[i].shown, "“%s”", rows[i].text);
	}
}
