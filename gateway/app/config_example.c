/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config.h"

#include "app/config_text.h"
#include "app/setting.h"

#include "base/check.h"
#include "base/utf8.h"

#include <string.h>

/* A complete configuration from the table: every key with its default and what it means. Prose has one blank behind its “#”, a key that is
 * not set none, and a line of an account that stands for its kind only has more: so the file is right as it stands, and what is
 * commented out can be told from what is said. */

#define COLUMNS      120
#define BLOCK_OCTETS 65536
#define ABOUT_OCTETS 1024

/* What stands for a setting without a default, of the account or route that is shown. */
static const struct sample {
	enum setting_scope inner_scope;
	const char *path;
	const char *text;
} samples[] = {
	{ SETTING_SCOPE_SMPP, "name", "cmcc" },
	{ SETTING_SCOPE_SMPP, "address", "\"127.0.0.1:2775\"" },
	{ SETTING_SCOPE_SMPP, "system_id", "hongyan" },
	{ SETTING_SCOPE_HTTP, "name", "web" },
	{ SETTING_SCOPE_HTTP, "protocol", "http" },
	{ SETTING_SCOPE_HTTP, "preset", "json" },
	{ SETTING_SCOPE_HTTP, "url", "\"https://sms.example.com/\"" },
	{ SETTING_SCOPE_HTTP, "token", "\"better in token_file\"" },
	{ SETTING_SCOPE_ROUTE, "accounts", "[cmcc]" },
	{ SETTING_SCOPE_WEBHOOK, "name", "billing" },
	{ SETTING_SCOPE_WEBHOOK, "url", "\"https://billing.example.com/hooks/sms\"" },
	{ SETTING_SCOPE_WEBHOOK, "secret", "\"whsec_YmV0dGVyIGluIHNlY3JldF9maWxlISEh\"" },
};

static const char *sample_of(enum setting_scope inner_scope, const char *path)
{
	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
		if (samples[i].inner_scope == inner_scope && strcmp(samples[i].path, path) == 0)
			return samples[i].text;
	return NULL;
}

/* Words in lines of COLUMNS at most, each behind “# ”. */
static void put_prose(struct buf *out, unsigned indent, const char *text)
{
	size_t used = 0;
	for (const char *at = text; *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		size_t width = utf8_count(at, len);
		if (used == 0 || used + 1 + width > COLUMNS) {
			buf_put_format(out, "%s%*s#", used ? "\n" : "", (int)indent, "");
			used = indent + 1;
		}
		buf_put_text(out, " ");
		buf_put(out, at, len);
		used += 1 + width;
		at += len;
	}
	buf_put_text(out, used ? "\n" : "");
}

static void put_fallback(struct buf *out, const struct setting *setting)
{
	bool is_list = setting->kind == SETTING_LINES || setting->kind == SETTING_PREFIXES;
	switch (setting->kind) {
	case SETTING_UINT:
	case SETTING_OCTET:
	case SETTING_WORKERS:
	case SETTING_BOOL:
	case SETTING_SPAN_US:
	case SETTING_SPAN_MS:
	case SETTING_WORD:
		buf_put_text(out, setting->fallback);
		break;
	default:
		/* Of an account over HTTP an empty list would stand above its preset's. */
		if (is_list && setting->scope != SETTING_SCOPE_HTTP)
			buf_put_text(out, "[]");
		else
			config_text_put_quoted(out, slice_of(setting->fallback));
		break;
	}
}

/* What it is for; in Chinese; what it may be; when a change takes effect. */
static void put_about(struct buf *out, unsigned indent, const struct setting *setting, const char *key)
{
	static const char *const effects[] = {
		[SETTING_AT_RESTART] = "restart",
		[SETTING_AT_RELOAD] = "reload",
		[SETTING_WITH_LINKS] = "links",
	};
	char octets[ABOUT_OCTETS];
	struct buf line = buf_over(octets, sizeof octets - 1);
	buf_put_format(&line, "%s · ", setting->help_zh);
	setting_describe(setting, &line);
	if (setting_is_secret(setting))
		buf_put_format(&line, ", or %s_file: a file that holds it", key);
	buf_put_format(&line, " · %s", effects[setting_effect(setting)]);
	octets[line.len] = '\0';
	put_prose(out, indent, setting->help);
	put_prose(out, indent, octets);
}

/* The sections that the setting lies in; what is told of it; and its line. before: path of the setting before. */
static void put_setting(struct buf *out, unsigned indent, const struct setting *setting, enum setting_scope inner_scope,
			const char *before)
{
	const char *sample = sample_of(inner_scope, setting->path);
	CHECK(sample || setting->fallback);
	bool is_set = sample || *setting->fallback;
	if (indent == 0 && strncmp(before, setting->path, strcspn(setting->path, ".") + 1) != 0)
		buf_put_text(out, "\n");
	const char *key = config_text_put_sections(out, setting->path, before, &indent);
	put_about(out, indent, setting, key);
	buf_put_format(out, "%*s%s%s: ", (int)indent, "", is_set ? "" : "#", key);
	if (sample)
		buf_put_text(out, sample);
	else
		put_fallback(out, setting);
	buf_put_text(out, "\n");
}

static void put_settings(struct buf *out, unsigned indent, enum setting_scope scope, enum setting_scope inner_scope)
{
	const char *before = "";
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *setting = &settings[i];
		if ((setting->scope != scope && setting->scope != inner_scope) || setting->is_later)
			continue;
		put_setting(out, indent, setting, inner_scope, before);
		before = setting->path;
	}
}

/* An element of a list, all of it commented out. */
static void put_commented(struct buf *out, enum setting_scope scope, enum setting_scope inner_scope)
{
	static char octets[BLOCK_OCTETS];
	struct buf block = buf_over(octets, sizeof octets);
	buf_put_text(&block, "  -\n");
	put_settings(&block, 4, scope, inner_scope);
	CHECK(!block.full);
	for (struct slice rest = buf_slice(&block); rest.len;) {
		struct slice line = slice_cut(&rest, '\n');
		buf_put_text(out, "#");
		buf_put_slice(out, line);
		buf_put_text(out, "\n");
	}
}

void config_example(struct buf *out)
{
	buf_put_text(out,
		     "# Configuration of Hongyan: every setting at its default. `hongyan config example` made it from "
		     "the gateway's "
		     "table.\n"
		     "# A key without a default stands behind a “#” without a blank. At the end of what is told of a "
		     "key: its "
		     "range, and when another\n"
		     "# value takes effect: at a reload (SIGHUP), with new links at a reload, or at the next start.\n"
		     "# `hongyan check` holds the file against these rules.\n");
	put_settings(out, 0, SETTING_SCOPE_ROOT, SETTING_SCOPE_ROOT);
	buf_put_text(out, "\n# Contracts with carriers, one each. 运营商账号\naccounts:\n"
			  "  # One that speaks SMPP.\n  -\n");
	put_settings(out, 4, SETTING_SCOPE_ACCOUNT, SETTING_SCOPE_SMPP);
	buf_put_text(out, "\n  # One over HTTP.\n");
	put_commented(out, SETTING_SCOPE_ACCOUNT, SETTING_SCOPE_HTTP);
	buf_put_text(out, "\n# Who gets which numbers. Without this key all numbers go to all accounts in their order. "
			  "路由\nroutes:\n  -\n");
	put_settings(out, 4, SETTING_SCOPE_ROUTE, SETTING_SCOPE_ROUTE);
	buf_put_text(out, "\n# Endpoints that `hongyan webhook` posts events to. 事件推送\n#webhooks:\n");
	put_commented(out, SETTING_SCOPE_WEBHOOK, SETTING_SCOPE_WEBHOOK);
}
