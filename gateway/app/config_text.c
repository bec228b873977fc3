/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_text.h"

#include "app/config.h"
#include "app/config_origin.h"
#include "app/setting.h"

#include "base/check.h"

#include <stdio.h>

/* The table of settings as a page for people, and the settings in force as a file. */

void config_text_put_quoted(struct buf *out, struct slice text)
{
	buf_put(out, "\"", 1);
	for (size_t i = 0; i < text.len; i++) {
		bool is_line = text.at[i] == '\n' || text.at[i] == '\t';
		if (text.at[i] == '"' || text.at[i] == '\\' || is_line)
			buf_put(out, "\\", 1);
		buf_put(out, is_line ? (text.at[i] == '\n' ? "n" : "t") : text.at + i, 1);
	}
	buf_put(out, "\"", 1);
}

static void put_address(struct buf *out, const struct config_address *address)
{
	if (address->host == NULL) {
		buf_put_text(out, "\"\"");
		return;
	}
	bool is_v6 = strchr(address->host, ':') != NULL;
	buf_put_format(out, is_v6 ? "\"[%s]:%u\"" : "\"%s:%u\"", address->host, address->port);
}

/* Without user and password. */
static void put_redis(struct buf *out, const struct config_redis_url *url)
{
	const char *user = url->user || url->password ? "(hidden)@" : "";
	if (url->is_unix)
		buf_put_format(out, "\"unix://%s%s?db=%u\"", user, url->path, url->db);
	else
		buf_put_format(out, strchr(url->address.host, ':') ? "\"%s://%s[%s]:%u/%u\"" : "\"%s://%s%s:%u/%u\"",
			       url->is_tls ? "rediss" : "redis", user, url->address.host, url->address.port, url->db);
}

static void put_word(struct buf *out, const struct setting *setting, unsigned index)
{
	struct slice word;
	bool is_offered;
	for (const char *at = setting->words; (at = setting_next_word(at, &word, &is_offered)) != NULL;)
		if (index-- == 0)
			buf_put_slice(out, word);
}

/* Of lines that may hold secrets the keys only. */
static void put_lines(struct buf *out, const struct setting *setting, const struct config_lines *lines)
{
	/* Over HTTP an empty list is none at all, whatever the preset says. */
	if (!lines->is_set && setting->scope == SETTING_SCOPE_HTTP) {
		buf_put_text(out, "\"\"");
		return;
	}
	buf_put(out, "[", 1);
	for (unsigned i = 0; i < lines->count; i++) {
		const char *joint = setting->least ? strstr(lines->at[i], setting->words) : NULL;
		char line[256];
		size_t shown = joint ? (size_t)(joint - lines->at[i]) + strlen(setting->words) : 0;
		buf_put_text(out, i ? ", " : "");
		if (!setting->least) {
			config_text_put_quoted(out, slice_of(lines->at[i]));
			continue;
		}
		snprintf(line, sizeof line, "%.*s(hidden)", (int)(shown < 200 ? shown : 200), lines->at[i]);
		config_text_put_quoted(out, slice_of(line));
	}
	buf_put(out, "]", 1);
}

static void put_list(struct buf *out, const struct config *config, const struct config_route *route, bool is_prefixes)
{
	unsigned count = is_prefixes ? route->prefix_count : route->account_count;
	buf_put(out, "[", 1);
	for (unsigned i = 0; i < count; i++) {
		bool is_weighed = !is_prefixes && route->weights[i] != 1;
		buf_put_text(out, i ? ", " : "");
		buf_put_text(out, is_weighed ? "{ account: " : "");
		config_text_put_quoted(
			out, slice_of(is_prefixes ? route->prefixes[i] : config->accounts[route->accounts[i]].name));
		if (is_weighed)
			buf_put_format(out, ", weight: %u }", route->weights[i]);
	}
	buf_put(out, "]", 1);
}

static void put_value(struct buf *out, const struct config *config, const struct setting *setting, const void *base)
{
	const void *field = (const char *)base + setting->offset;
	switch (setting->kind) {
	case SETTING_LINES:
		put_lines(out, setting, field);
		break;
	case SETTING_TEXT:
	case SETTING_BLOCK:
	case SETTING_NAME:
	case SETTING_HOSTNAME:
	case SETTING_PATH:
	case SETTING_LOCALE:
	case SETTING_TIMEZONE:
		config_text_put_quoted(out, slice_of(*(char *const *)field));
		break;
	case SETTING_SECRET:
		buf_put_text(out, *(char *const *)field && **(char *const *)field ? "\"(hidden)\"" : "\"\"");
		break;
	case SETTING_COUNTRY:
		buf_put_text(out, (*(const struct country *const *)field)->code);
		break;
	case SETTING_WORKERS:
	case SETTING_UINT:
		if (setting->kind == SETTING_WORKERS && *(const unsigned *)field == 0)
			buf_put_text(out, "auto");
		else
			buf_put_uint(out, *(const unsigned *)field);
		break;
	case SETTING_OCTET:
		buf_put_uint(out, *(const uint8_t *)field);
		break;
	case SETTING_BOOL:
		buf_put_text(out, *(const bool *)field ? "true" : "false");
		break;
	case SETTING_SPAN_US:
		setting_format_span(*(const int64_t *)field / US_PER_MS, out);
		break;
	case SETTING_SPAN_MS:
		setting_format_span(*(const int64_t *)field, out);
		break;
	case SETTING_WORD:
		put_word(out, setting, *(const unsigned *)field);
		break;
	case SETTING_ADDRESS:
		put_address(out, field);
		break;
	case SETTING_REDIS_URL:
		put_redis(out, field);
		break;
	case SETTING_PREFIXES:
	case SETTING_ACCOUNTS:
		put_list(out, config, base, setting->kind == SETTING_PREFIXES);
		break;
	}
}

const char *config_text_put_sections(struct buf *out, const char *path, const char *before, unsigned *indent)
{
	const char *dot;
	bool is_same = true;
	while ((dot = strchr(path, '.')) != NULL) {
		size_t len = (size_t)(dot - path) + 1;
		is_same = is_same && strncmp(path, before, len) == 0;
		if (!is_same)
			buf_put_format(out, "%*s%.*s:\n", (int)*indent, "", (int)len - 1, path);
		before += is_same ? len : 0;
		path = dot + 1;
		*indent += 2;
	}
	return path;
}

/* The settings of one struct, of one scope or two; sections become mappings. indent: blanks before each line, but none before the first
 * where is_item (its “- ” stands there). */
static void put_settings(struct buf *out, const struct config *config, bool has_origins, enum setting_scope scope,
			 enum setting_scope inner_scope, const void *base, unsigned indent, bool is_item)
{
	const char *before = "";
	bool is_first = is_item;
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *setting = &settings[i];
		if ((setting->scope != scope && setting->scope != inner_scope) || setting->is_later)
			continue;
		unsigned deep = indent;
		const char *key = config_text_put_sections(out, setting->path, before, &deep);
		before = setting->path;
		buf_put_format(out, "%*s%s: ", is_first ? 0 : (int)deep, "", key);
		put_value(out, config, setting, base);
		if (has_origins) {
			buf_put_text(out, "  # ");
			config_origin_put(config, base, setting, out);
		}
		buf_put(out, "\n", 1);
		is_first = false;
	}
}

void config_show(const struct config *config, bool has_origins, struct buf *out)
{
	if (has_origins)
		buf_put_format(out, "# Lines are those of %s.\n", config->path);
	put_settings(out, config, has_origins, SETTING_SCOPE_ROOT, SETTING_SCOPE_ROOT, config, 0, false);
	buf_put_text(out, "accounts:\n");
	for (unsigned i = 0; i < config->account_count; i++) {
		buf_put_text(out, "  - ");
		const struct config_account *account = &config->accounts[i];
		put_settings(out, config, has_origins, SETTING_SCOPE_ACCOUNT,
			     account->protocol == CONFIG_PROTOCOL_HTTP ? SETTING_SCOPE_HTTP : SETTING_SCOPE_SMPP,
			     account, 4, true);
	}
	buf_put_text(out, "routes:\n");
	for (unsigned i = 0; i < config->route_count; i++) {
		buf_put_text(out, "  - ");
		put_settings(out, config, has_origins, SETTING_SCOPE_ROUTE, SETTING_SCOPE_ROUTE, &config->routes[i], 4,
			     true);
	}
	buf_put_text(out, config->webhook_count > 0 ? "webhooks:\n" : "");
	for (unsigned i = 0; i < config->webhook_count; i++) {
		buf_put_text(out, "  - ");
		put_settings(out, config, has_origins, SETTING_SCOPE_WEBHOOK, SETTING_SCOPE_WEBHOOK,
			     &config->webhooks[i], 4, true);
	}
}

static const char intro[] =
	"# Configuration · 配置\n"
	"\n"
	"This page is made from the gateway's own table of settings (`hongyan config reference` prints it).\n"
	"\n"
	"The gateway reads one file in YAML, or in JSON, named by `--config` or by `HONGYAN_CONFIG`; without either it "
	"is\n"
	"`hongyan.yaml` in the working directory, else `/etc/hongyan/hongyan.yaml`. `hongyan check` holds a file and "
	"all\n"
	"templates against these rules and tells every error with its line; `hongyan config show` prints what is in "
	"force,\n"
	"with `--origin` where each value comes from. `hongyan config example` prints a complete file with every key "
	"and what "
	"it\n"
	"means, `hongyan config schema` a JSON Schema of it for editors.\n"
	"\n"
	"```yaml\n"
	"redis: { url: \"redis://127.0.0.1:6379/0\" }\n"
	"signature: \"国网吉林电力\"\n"
	"templates: { dir: templates }\n"
	"admin: { listen: \"127.0.0.1:8080\" }\n"
	"accounts:\n"
	"  - { name: cmcc, address: \"127.0.0.1:2775\", system_id: hongyan, password_file: /run/secrets/cmcc,\n"
	"      binds: 2, window: 100, tps: 500, source: \"10690001\" }\n"
	"routes:\n"
	"  - { prefix: [\"86134\", \"86135\"], accounts: [cmcc] }\n"
	"  - { accounts: [cmcc] }\n"
	"```\n"
	"\n"
	"- A key with a dot lies in a mapping: `redis.url` is `redis: { url: … }`.\n"
	"- An unknown key, a key given twice and a value out of its range are errors; the service does not start with "
	"them.\n"
	"- Times have a unit: `500ms`, `15s`, `2m`, `24h`, `7d`.\n"
	"- Every setting can be overridden from the environment: `HONGYAN_` and the key in capitals, with `_` for "
	"every other\n"
	"  character: `HONGYAN_REDIS_URL`, `HONGYAN_LOG_LEVEL`. An account is found by its name\n"
	"  (`HONGYAN_ACCOUNTS_CMCC_TPS`), a route by its place from 1 (`HONGYAN_ROUTES_1_PREFIX`); lists are written "
	"with\n"
	"  commas. An empty variable overrides nothing.\n"
	"- A secret can lie in a file of its own: every secret has a twin key with `_file` behind its name "
	"(`password_file`,\n"
	"  `HONGYAN_ACCOUNTS_CMCC_PASSWORD_FILE`). The end of line of such a file is no part of the secret.\n"
	"- A relative path is looked for beside the configuration file first, then from the working directory.\n"
	"- YAML's anchors, aliases and tags are not used.\n"
	"- *changes*: when another value takes effect after a `SIGHUP` (or `POST /v1/config/reload`): `reload` at "
	"once, `links`\n"
	"  at once too, but the account's links are made anew, `restart` with the next start only.\n";

static void put_rows(struct buf *out, enum setting_scope scope, const char *title)
{
	buf_put_format(out,
		       "\n## %s\n\n| key | value | default | changes | meaning |\n| --- | --- | --- | --- | --- "
		       "|\n",
		       title);
	static const char *const effects[] = {
		[SETTING_AT_RESTART] = "restart",
		[SETTING_AT_RELOAD] = "reload",
		[SETTING_WITH_LINKS] = "links",
	};
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *setting = &settings[i];
		if (setting->scope != scope || setting->is_later)
			continue;
		buf_put_format(out, "| `%s` | ", setting->path);
		setting_describe(setting, out);
		if (setting->fallback == NULL)
			buf_put_text(out, " | required");
		else if (*setting->fallback == '\0')
			buf_put_text(out, " | –");
		else
			buf_put_format(out, " | `%s`", setting->fallback);
		buf_put_format(out, " | %s | %s %s |\n", effects[setting_effect(setting)], setting->help,
			       setting->help_zh);
	}
}

void config_reference(struct buf *out)
{
	buf_put_text(out, intro);
	put_rows(out, SETTING_SCOPE_ROOT, "The service · 服务");
	put_rows(out, SETTING_SCOPE_ACCOUNT, "Each of `accounts` · 运营商账号");
	put_rows(out, SETTING_SCOPE_SMPP, "Of accounts with `protocol: smpp` · SMPP 账号");
	put_rows(out, SETTING_SCOPE_HTTP, "Of accounts with `protocol: http` · HTTP 账号");
	put_rows(out, SETTING_SCOPE_ROUTE, "Each of `routes` · 路由");
	buf_put_text(out, "\nWithout `routes` every number goes to all accounts in their order.\n");
	put_rows(out, SETTING_SCOPE_WEBHOOK, "Each of `webhooks` · 事件推送");
	buf_put_text(out, "\nKnown, but not built yet: ");
	const char *between = "";
	for (size_t i = 0; i < setting_count; i++) {
		if (!settings[i].is_later)
			continue;
		buf_put_format(out, "%s`%s%s`", between,
			       settings[i].scope == SETTING_SCOPE_ACCOUNT ? "accounts[]." : "", settings[i].path);
		between = ", ";
	}
	buf_put_text(out, "; the protocols `cmpp`, `sgip` and `smgp`.\n");
}
