/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config.h"

#include "app/setting.h"

#include "base/check.h"
#include "base/number.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* The table of settings as a JSON Schema (draft 2020-12), for editors and for checks where no gateway is. It judges a file by itself: what
 * the environment adds, which files there are and what settings say of one another only “hongyan check” knows. An allocation that fails makes json_dumps fail at the latest. */

#define PATTERN_OCTETS 4096
#define HELP_OCTETS    1024

/* A text made by writing into a buffer. write: what writes it. */
static json_t *text_by(const struct setting *setting, void (*write)(const struct setting *setting, struct buf *out))
{
	char octets[PATTERN_OCTETS];
	struct buf out = buf_over(octets, sizeof octets);
	write(setting, &out);
	CHECK(!out.full);
	return json_stringn(out.at, out.len);
}

static json_t *pattern(const char *text)
{
	return json_pack("{s:s, s:s}", "type", "string", "pattern", text);
}

/* A text that may look like something else: YAML reads a number or a truth where it has no quotes, and the gateway takes it as it is
 * written. */
static json_t *as_written(json_t *node)
{
	json_object_set_new(node, "type", json_pack("[s, s, s]", "string", "number", "boolean"));
	return node;
}

/* Lengths in the table are octets, those of a schema characters, of which there are never more. */
static json_t *limited(const struct setting *setting, json_t *node)
{
	json_object_set_new(node, "maxLength", json_integer(setting->most));
	if (setting->least > 0)
		json_object_set_new(node, "minLength", json_integer(setting->least));
	return as_written(node);
}

static json_t *text_of(const struct setting *setting)
{
	return limited(setting, pattern(setting->kind == SETTING_BLOCK ? "^[^\\u0000-\\u0008\\u000b-\\u001f\\u007f]*$"
								       : "^[^\\u0000-\\u001f\\u007f]*$"));
}

static json_t *numbers_of(const struct setting *setting)
{
	return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum", (json_int_t)setting->least, "maximum",
			 (json_int_t)setting->most);
}

static json_t *words_of(const struct setting *setting)
{
	json_t *words = json_array();
	struct slice word;
	bool is_offered;
	for (const char *at = setting->words; (at = setting_next_word(at, &word, &is_offered)) != NULL;)
		if (is_offered)
			json_array_append_new(words, json_stringn(word.at, word.len));
	return json_pack("{s:o}", "enum", words);
}

/* Capital or not. */
static json_t *countries(void)
{
	char text[PATTERN_OCTETS];
	struct buf out = buf_over(text, sizeof text - 1);
	buf_put_text(&out, "^(?:");
	for (const char *at = country_codes(); *at; at++) {
		if (*at == ' ')
			buf_put_text(&out, "|");
		else
			buf_put_format(&out, "[%c%c]", *at, *at - 'A' + 'a');
	}
	buf_put_text(&out, ")$");
	text[out.len] = '\0';
	return pattern(text);
}

static json_t *addresses_of(const struct setting *setting)
{
	char text[PATTERN_OCTETS];
	struct buf out = buf_over(text, sizeof text - 1);
	bool is_optional = setting->fallback && *setting->fallback == '\0';
	buf_put_format(&out, "^(?:%s(?:\\[[0-9A-Za-z:.%%]+\\]|[0-9A-Za-z._-]+):%s)$", is_optional ? "|" : "",
		       setting->least ? "(?!0+$)[0-9]{1,5}" : "[0-9]{1,5}");
	text[out.len] = '\0';
	return pattern(text);
}

/* A list, or one of it alone. */
static json_t *list_of(json_t *item, unsigned least, unsigned most)
{
	json_t *list = json_pack("{s:s, s:O, s:i}", "type", "array", "items", item, "maxItems", (int)most);
	if (least)
		json_object_set_new(list, "minItems", json_integer(least));
	return json_pack("{s:[o, o]}", "anyOf", item, list);
}

static json_t *lines_of(const struct setting *setting)
{
	json_t *item = json_pack("{s:[s, s, s], s:I}", "type", "string", "number", "boolean", "maxLength",
				 (json_int_t)setting->most);
	json_t *node = list_of(item, 0, CONFIG_LIST_MAX);
	if (setting->words)
		json_array_append_new(json_object_get(node, "anyOf"),
				      json_pack("{s:s, s:{s:[s, s, s]}, s:i}", "type", "object", "additionalProperties",
						"type", "string", "number", "boolean", "maxProperties",
						CONFIG_LIST_MAX));
	return node;
}

static json_t *prefixes_of(const struct setting *setting)
{
	char text[64];
	snprintf(text, sizeof text, "^[1-9][0-9]{%lld,%lld}$", (long long)setting->least - 1,
		 (long long)setting->most - 1);
	json_t *node = list_of(as_written(pattern(text)), 0, CONFIG_LIST_MAX);
	json_array_append_new(json_object_get(node, "anyOf"), json_pack("{s:s}", "const", "")); /* none */
	return node;
}

static json_t *names_of(const struct setting *setting)
{
	char text[64];
	snprintf(text, sizeof text, "^[A-Za-z0-9_.-]{%d,%lld}$", setting->kind != SETTING_HOSTNAME,
		 (long long)setting->most);
	return as_written(pattern(text));
}

/* Of a route: names, or “{ account: NAME, weight: 70 }”. */
static json_t *accounts_of(const struct setting *setting)
{
	json_t *name = names_of(setting);
	json_t *weighed =
		json_pack("{s:s, s:[s], s:{s:O, s:{s:[s, s], s:i, s:i, s:s}}, s:b}", "type", "object", "required",
			  "account", "properties", "account", name, "weight", "type", "integer", "string", "minimum", 0,
			  "maximum", ROUTE_WEIGHT_MAX, "pattern", "^[0-9]{1,5}$", "additionalProperties", 0);
	json_t *item = json_pack("{s:[O, o]}", "anyOf", name, weighed);
	json_t *list = json_pack("{s:s, s:o, s:i, s:i}", "type", "array", "items", item, "minItems", 1, "maxItems",
				 CONFIG_ACCOUNTS_MAX);
	return json_pack("{s:[o, o]}", "anyOf", name, list);
}

/* What a value must be. */
static json_t *type_of(const struct setting *setting)
{
	switch (setting->kind) {
	case SETTING_TEXT:
	case SETTING_BLOCK:
	case SETTING_PATH:
	case SETTING_TIMEZONE:
		return text_of(setting);
	case SETTING_SECRET:
		return limited(setting, json_object());
	case SETTING_LINES:
		return lines_of(setting);
	case SETTING_NAME:
	case SETTING_HOSTNAME:
		return names_of(setting);
	case SETTING_LOCALE:
		return limited(setting, pattern("^[A-Za-z]{1,2}[A-Za-z0-9]{0,6}(?:-[A-Za-z0-9]{1,8})*$"));
	case SETTING_COUNTRY:
		return countries();
	case SETTING_UINT:
	case SETTING_OCTET:
		return numbers_of(setting);
	case SETTING_WORKERS:
		return json_pack("{s:[{s:s}, o]}", "anyOf", "const", "auto", numbers_of(setting));
	case SETTING_BOOL:
		return json_pack("{s:s}", "type", "boolean");
	case SETTING_SPAN_US:
	case SETTING_SPAN_MS:
		return json_pack("{s:s, s:o}", "type", "string", "pattern",
				 text_by(setting, setting_format_span_pattern));
	case SETTING_WORD:
		return words_of(setting);
	case SETTING_ADDRESS:
		return addresses_of(setting);
	case SETTING_REDIS_URL:
		return pattern("^(?:rediss?|unix)://[^\\u0000-\\u0020\\u007f]+$");
	case SETTING_PREFIXES:
		return prefixes_of(setting);
	case SETTING_ACCOUNTS:
		return accounts_of(setting);
	}
	return NULL;
}

static json_t *fallback_of(const struct setting *setting)
{
	uint64_t number = 0;
	switch (setting->kind) {
	case SETTING_UINT:
	case SETTING_OCTET:
		CHECK(number_parse(slice_of(setting->fallback), UINT32_MAX, &number));
		return json_integer((json_int_t)number);
	case SETTING_BOOL:
		return json_boolean(strcmp(setting->fallback, "true") == 0);
	default:
		return json_string(setting->fallback);
	}
}

/* “What it is. 说明 (a whole number from 1 to 64)”. prefix: “”, “accounts.NAME”, “routes.N” or “webhooks.NAME”, for the variable. */
static void annotate(json_t *node, const struct setting *setting, const char *prefix)
{
	static const char *const effects[] = {
		[SETTING_AT_RESTART] = "takes effect at the next start",
		[SETTING_AT_RELOAD] = "takes effect at a reload",
		[SETTING_WITH_LINKS] = "takes effect at a reload, with new links",
	};
	char octets[HELP_OCTETS];
	struct buf help = buf_over(octets, sizeof octets);
	buf_put_format(&help, "%s %s (", setting->help, setting->help_zh);
	setting_describe(setting, &help);
	buf_put_text(&help, ")");
	CHECK(!help.full);
	json_object_set_new(node, "description", json_stringn(help.at, help.len));
	if (setting->fallback && *setting->fallback)
		json_object_set_new(node, "default", fallback_of(setting));
	struct buf comment = buf_over(octets, sizeof octets);
	setting_format_variable(prefix, setting->path, &comment);
	buf_put_format(&comment, "; %s", effects[setting_effect(setting)]);
	json_object_set_new(node, "$comment", json_stringn(comment.at, comment.len));
}

/* A mapping without keys yet. */
static json_t *mapping(void)
{
	return json_pack("{s:s, s:{}, s:b}", "type", "object", "properties", "additionalProperties", 0);
}

/* The section of object called key, made where it is new; an empty one (null) is as good as none. */
static json_t *section_of(json_t *object, const char *key)
{
	json_t *properties = json_object_get(object, "properties");
	json_t *section = json_object_get(properties, key);
	if (section)
		return section;
	section = mapping();
	json_object_set_new(section, "type", json_pack("[s, s]", "object", "null"));
	json_object_set_new(properties, key, section);
	return section;
}

/* “key_file” beside a secret, and never both. */
static void add_twin(json_t *object, const char *key)
{
	char twin[64], help[128];
	snprintf(twin, sizeof twin, "%s_file", key);
	snprintf(help, sizeof help, "A file that holds `%s`; the end of its line is no part of it. %s 所在的文件", key,
		 key);
	json_object_set_new(json_object_get(object, "properties"), twin,
			    as_written(json_pack("{s:i, s:s}", "minLength", 1, "description", help)));
	if (json_object_get(object, "allOf") == NULL)
		json_object_set_new(object, "allOf", json_array());
	json_array_append_new(json_object_get(object, "allOf"),
			      json_pack("{s:{s:s, s:[s, s]}}", "not", "type", "object", "required", key, twin));
}

static void add_setting(json_t *object, const struct setting *setting, const char *prefix)
{
	const char *key = setting->path;
	for (const char *dot; (dot = strchr(key, '.')) != NULL; key = dot + 1) {
		char section[32];
		snprintf(section, sizeof section, "%.*s", (int)(dot - key), key);
		object = section_of(object, section);
	}
	json_t *node = type_of(setting);
	annotate(node, setting, prefix);
	json_object_set_new(json_object_get(object, "properties"), key, node);
	if (setting_is_secret(setting))
		add_twin(object, key);
	if (setting->fallback)
		return;
	if (json_object_get(object, "required") == NULL)
		json_object_set_new(object, "required", json_array());
	json_array_append_new(json_object_get(object, "required"), json_string(key));
}

/* All settings of one scope or two. */
static json_t *object_of(enum setting_scope scope, enum setting_scope inner_scope, const char *prefix)
{
	json_t *object = mapping();
	for (size_t i = 0; i < setting_count; i++) {
		bool is_its = settings[i].scope == scope || settings[i].scope == inner_scope;
		if (is_its && !settings[i].is_later)
			add_setting(object, &settings[i], prefix);
	}
	return object;
}

/* An account is one or the other, by its protocol; “if” and not “oneOf”, so that an error is told once and of the right one. */
static json_t *account_choice(void)
{
	return json_pack("{s:s, s:{s:{s:{s:s}}, s:[s]}, s:{s:s}, s:{s:s}}", "type", "object", "if", "properties",
			 "protocol", "const", "http", "required", "protocol", "then", "$ref", "#/$defs/http_account",
			 "else", "$ref", "#/$defs/smpp_account");
}

void config_schema(struct buf *out)
{
	json_t *root = json_object();
	json_object_set_new(root, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
	json_object_set_new(root, "title", json_string("Configuration of Hongyan (鸿雁)"));
	json_object_set_new(
		root, "description",
		json_string("What `hongyan check` tells of a file as far as a schema can: not what the environment "
			    "overrides, "
			    "whether files exist, and what settings must be to one another."));
	json_t *body = object_of(SETTING_SCOPE_ROOT, SETTING_SCOPE_ROOT, "");
	json_object_update(root, body);
	json_decref(body);
	json_t *properties = json_object_get(root, "properties");
	json_object_set_new(properties, "accounts",
			    json_pack("{s:s, s:s, s:i, s:i, s:o}", "description",
				      "Contracts with carriers, one each. 运营商账号", "type", "array", "minItems", 1,
				      "maxItems", CONFIG_ACCOUNTS_MAX, "items", account_choice()));
	json_object_set_new(
		properties, "routes",
		json_pack("{s:s, s:[s, s], s:i, s:i, s:{s:s}}", "description",
			  "Who gets which numbers; without routes all numbers go to all accounts in their order. 路由",
			  "type", "array", "null", "minItems", 1, "maxItems", CONFIG_ROUTES_MAX, "items", "$ref",
			  "#/$defs/route"));
	json_object_set_new(properties, "webhooks",
			    json_pack("{s:s, s:[s, s], s:i, s:{s:s}}", "description",
				      "Endpoints that `hongyan webhook` posts events to. 事件推送", "type", "array",
				      "null", "maxItems", CONFIG_WEBHOOKS_MAX, "items", "$ref", "#/$defs/webhook"));
	json_object_set_new(root, "required", json_pack("[s]", "accounts"));
	json_object_set_new(root, "$defs",
			    json_pack("{s:o, s:o, s:o, s:o}", "smpp_account",
				      object_of(SETTING_SCOPE_ACCOUNT, SETTING_SCOPE_SMPP, "accounts.NAME"),
				      "http_account",
				      object_of(SETTING_SCOPE_ACCOUNT, SETTING_SCOPE_HTTP, "accounts.NAME"), "route",
				      object_of(SETTING_SCOPE_ROUTE, SETTING_SCOPE_ROUTE, "routes.N"), "webhook",
				      object_of(SETTING_SCOPE_WEBHOOK, SETTING_SCOPE_WEBHOOK, "webhooks.NAME")));
	char *text = json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	if (text) {
		buf_put_text(out, text);
		buf_put_text(out, "\n");
	}
	free(text);
	json_decref(root);
}
