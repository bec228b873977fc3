/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config.h"

#include "app/setting.h"
#include "cli/roff.h"

/* The table of settings as a manual page. */

#define TEXT_OCTETS 2048

static void put_setting(struct buf *out, const struct setting *setting)
{
	static const char *const effects[] = {
		[SETTING_AT_RESTART] = "at the next start",
		[SETTING_AT_RELOAD] = "at a reload",
		[SETTING_WITH_LINKS] = "at a reload, for which links are made anew",
	};
	char octets[TEXT_OCTETS];
	struct buf text = buf_over(octets, sizeof octets - 1);
	buf_put_format(&text, "%s It is ", setting->help);
	setting_describe(setting, &text);
	if (setting->fallback == NULL)
		buf_put_text(&text, ", and must be given");
	else if (*setting->fallback != '\0')
		buf_put_format(&text, ", by default `%s`", setting->fallback);
	if (setting_is_secret(setting))
		buf_put_format(&text, "; or `%s_file` names a file that holds it", setting->path);
	buf_put_format(&text, ". Another value takes effect %s.", effects[setting_effect(setting)]);
	octets[text.len] = '\0';
	roff_tagged(out, setting->path, NULL, octets);
}

static void put_settings(struct buf *out, enum setting_scope scope, const char *title)
{
	roff_section(out, title);
	for (size_t i = 0; i < setting_count; i++) {
		if (settings[i].scope == scope && !settings[i].is_later)
			put_setting(out, &settings[i]);
	}
}

static const char rules[] =
	"The file is YAML, or JSON, without anchors, aliases and tags. A key with a dot lies in a mapping: `redis.url` "
	"is written as "
	"`redis: { url: … }`. What is unknown, given twice or out of its range is an error, with which nothing starts; "
	"hongyan-check(1) tells all of them. A time has its unit behind it: `500ms`, `15s`, `2m`, `24h`, `7d`.";

static const char overrides[] =
	"A variable of the environment stands above the file: `HONGYAN_` and the key in capitals, with `_` instead of "
	"every "
	"other character, so `HONGYAN_LOG_LEVEL`. Accounts are found by their name (`HONGYAN_ACCOUNTS_CMCC_TPS`), "
	"routes by their place from 1 (`HONGYAN_ROUTES_1_PREFIX`). One that is empty changes nothing.";

static const char paths[] =
	"A path that is relative is looked for beside the file, then from the working directory. A file with a secret "
	"may end with a line's end, which is no part of it.";

void config_manual(struct buf *out)
{
	roff_page(out, "hongyan.yaml", "5", HONGYAN_VERSION);
	roff_section(out, "NAME");
	buf_put_text(out, "hongyan.yaml \\- configuration of the SMS gateway Hongyan\n");
	roff_section(out, "DESCRIPTION");
	roff_paragraph(out, rules);
	roff_paragraph(out, overrides);
	roff_paragraph(out, paths);
	put_settings(out, SETTING_SCOPE_ROOT, "THE SERVICE");
	put_settings(out, SETTING_SCOPE_ACCOUNT, "EACH OF ACCOUNTS");
	put_settings(out, SETTING_SCOPE_SMPP, "ACCOUNTS WITH PROTOCOL SMPP");
	put_settings(out, SETTING_SCOPE_HTTP, "ACCOUNTS WITH PROTOCOL HTTP");
	put_settings(out, SETTING_SCOPE_ROUTE, "EACH OF ROUTES");
	put_settings(out, SETTING_SCOPE_WEBHOOK, "EACH OF WEBHOOKS");
	roff_section(out, "SEE ALSO");
	buf_put_text(out, "\\fBhongyan\\fR(1), \\fBhongyan\\-check\\fR(1), \\fBhongyan\\-config\\fR(1)\n");
}
