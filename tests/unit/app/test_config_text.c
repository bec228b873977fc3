/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config.h"
#include "app/config_file.h"
#include "app/setting.h"
#include "test_scratch.h"

#include <criterion/criterion.h>
#include <jansson.h>
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

#define PAGE_OCTETS (512 * 1024)

/* What a configuration shows; free it. */
static char *shown_of(const char *folder, const char *text)
{
	char errors[SCRATCH_TEXT_OCTETS];
	struct config *config = scratch_load(folder, text, NULL, errors);
	cr_assert_not_null(config, "%s", errors);
	char *shown = malloc(PAGE_OCTETS);
	struct buf out = buf_over(shown, PAGE_OCTETS - 1);
	config_show(config, false, &out);
	shown[out.len] = '\0';
	config_destroy(config);
	return shown;
}

/* All that stands in the example is as if nothing stood there. */
Test(config_text, example_has_all_defaults)
{
	static char octets[PAGE_OCTETS];
	char folder[SCRATCH_PATH_OCTETS];
	struct buf out = buf_over(octets, sizeof octets - 1);
	config_example(&out);
	cr_assert_not(out.full);
	octets[out.len] = '\0';
	scratch_make(folder);
	char *example = shown_of(folder, octets);
	char *least = shown_of(folder, "accounts: [{ name: cmcc, address: \"127.0.0.1:2775\", system_id: hongyan }]\n");
	cr_expect_str_eq(example, least);
	free(example);
	free(least);
	scratch_remove(folder);
}

/* Every setting has its place in the schema, and its default there is of its type. */
Test(config_text, schema_has_every_setting)
{
	static char octets[PAGE_OCTETS];
	struct buf out = buf_over(octets, sizeof octets);
	config_schema(&out);
	json_t *schema = json_loadb(out.at, out.len, JSON_REJECT_DUPLICATES, NULL);
	cr_assert_not_null(schema);
	static const char *const homes[] = { [SETTING_SCOPE_ACCOUNT] = "smpp_account",
					     [SETTING_SCOPE_SMPP] = "smpp_account",
					     [SETTING_SCOPE_HTTP] = "http_account",
					     [SETTING_SCOPE_ROUTE] = "route",
					     [SETTING_SCOPE_WEBHOOK] = "webhook" };
	for (size_t i = 0; i < setting_count; i++) {
		char path[128];
		const json_t *node = schema;
		if (settings[i].scope != SETTING_SCOPE_ROOT)
			node = json_object_get(json_object_get(schema, "$defs"), homes[settings[i].scope]);
		snprintf(path, sizeof path, "%s", settings[i].path);
		for (char *rest = NULL, *key = strtok_r(path, ".", &rest); key; key = strtok_r(NULL, ".", &rest))
			node = json_object_get(json_object_get(node, "properties"), key);
		cr_expect_eq(node != NULL, !settings[i].is_later, "%s", settings[i].path);
		if (node == NULL || settings[i].fallback == NULL || *settings[i].fallback == '\0')
			continue;
		const json_t *type = json_object_get(node, "type");
		const json_t *fallback = json_object_get(node, "default");
		bool is_integer = json_is_string(type) && strcmp(json_string_value(type), "integer") == 0;
		cr_expect_eq(json_is_integer(fallback), is_integer, "%s", settings[i].path);
	}
	json_decref(schema);
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
		{ SETTING_SCOPE_ROOT, "log.level", SETTING_AT_RELOAD },
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
