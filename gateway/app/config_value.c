/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_value.h"

#include "app/config_address.h"
#include "app/config_file.h"
#include "app/config_list.h"
#include "app/zone_file.h"
#include "base/check.h"
#include "base/number.h"
#include "base/suggest.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>

#define SHOWN_OCTETS 40 /* of a wrong value, in its error */

void config_value_wrong(const struct config_value *value, enum err err, const char *hint)
{
	char wanted_text[200];
	struct buf wanted = buf_over(wanted_text, sizeof wanted_text);
	setting_describe(value->setting, &wanted);
	size_t shown = value->text.len;
	if (shown > SHOWN_OCTETS)
		shown = utf8_whole(value->text.at, SHOWN_OCTETS);
	bool is_secret = setting_is_secret(value->setting);
	config_report(value->load->report, err, value->node, false, value->path, "%s must be %.*s%s%.*s%s%s%s",
		      value->path, (int)wanted.len, wanted.at, is_secret ? "" : ", not “", is_secret ? 0 : (int)shown,
		      value->text.at,
		      is_secret                 ? ""
		      : shown < value->text.len ? "…”"
						: "”",
		      *hint ? "; " : "", hint);
}

void config_value_tell(const struct config_value *value, enum err err, const char *text)
{
	config_report(value->load->report, err, value->node, false, value->path, "%s %s", value->path, text);
}

static bool has_controls(struct slice text, bool allows_lines)
{
	for (size_t i = 0; i < text.len; i++) {
		bool is_line = text.at[i] == '\n' || text.at[i] == '\t';
		if (((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7F) && !(allows_lines && is_line))
			return true;
	}
	return false;
}

bool config_value_is_text(struct slice text, bool allows_lines)
{
	return !has_controls(text, allows_lines) && utf8_valid(text.at, text.len) == text.len;
}

void config_value_copy(const struct config_value *value)
{
	char *copy = strndup(value->text.at, value->text.len);
	if (copy == NULL) {
		config_value_tell(value, ERR_MEMORY, "does not fit into memory");
		return;
	}
	free(*(char **)value->field);
	*(char **)value->field = copy;
}

static void set_text(const struct config_value *value)
{
	if ((int64_t)value->text.len > value->setting->most)
		config_value_wrong(value, ERR_RANGE, "");
	else if ((int64_t)value->text.len < value->setting->least)
		config_value_tell(value, ERR_RANGE, "is empty");
	else if (!config_value_is_text(value->text, value->setting->kind == SETTING_BLOCK))
		config_value_tell(value, ERR_FORMAT, "holds control characters or is not UTF-8");
	else
		config_value_copy(value);
}

static void set_name(const struct config_value *value)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";
	const char *text = value->text.at;
	if (value->text.len == 0 && value->setting->kind == SETTING_HOSTNAME)
		return;
	if ((int64_t)value->text.len > value->setting->most || value->text.len == 0 ||
	    strspn(text, allowed) != value->text.len)
		config_value_wrong(value, ERR_FORMAT, "");
	else
		config_value_copy(value);
}

/* An empty secret leaves what another setting brought. */
static void set_secret(const struct config_value *value)
{
	char **field = value->field;
	if ((int64_t)value->text.len > value->setting->most)
		config_value_wrong(value, ERR_RANGE, "");
	else if (memchr(value->text.at, 0, value->text.len))
		config_value_tell(value, ERR_FORMAT, "holds a NUL character");
	else if (value->text.len) {
		if (*field)
			explicit_bzero(*field, strlen(*field));
		config_value_copy(value);
	}
}

static void set_path(const struct config_value *value)
{
	if (value->text.len == 0 && value->setting->least == 0)
		return;
	if (value->text.len == 0 || (int64_t)value->text.len > value->setting->most ||
	    has_controls(value->text, false)) {
		config_value_wrong(value, ERR_FORMAT, "");
		return;
	}
	char *path = config_file_resolve(value->load->config->path, value->text.at);
	if (path == NULL)
		config_value_tell(value, ERR_MEMORY, "does not fit into memory");
	free(*(char **)value->field);
	*(char **)value->field = path;
}

static void set_locale(const struct config_value *value)
{
	bool is_tag =
		(int64_t)value->text.len >= value->setting->least && (int64_t)value->text.len <= value->setting->most;
	size_t run = 0; /* letters and digits since the last hyphen */
	for (size_t i = 0; is_tag && i < value->text.len; i++) {
		char c = value->text.at[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		run = c == '-' && run > 0 ? 0 : run + 1;
		is_tag = is_letter || run == 0 || (c >= '0' && c <= '9' && i >= 2);
		is_tag = is_tag && run <= 8;
	}
	if (is_tag && run > 0)
		config_value_copy(value);
	else
		config_value_wrong(value, ERR_FORMAT, "");
}

static void set_timezone(const struct config_value *value)
{
	struct err_at at = { 0 };
	struct zone zone;
	enum err err = zone_file_load(value->text.at, value->load->now, &zone, &at);
	if (err != ERR_OK) {
		config_report(value->load->report, err, value->node, false, value->path, "%s: “%.64s” %s", value->path,
			      value->text.at, at.text);
		return;
	}
	value->load->config->zone = zone;
	config_value_copy(value);
}

static void set_country(const struct config_value *value)
{
	const struct country *country = country_find(value->text);
	if (country)
		*(const struct country **)value->field = country;
	else
		config_report(value->load->report, ERR_NOT_FOUND, value->node, false, value->path,
			      "%s: “%.40s” is not among the countries known: %s", value->path, value->text.at,
			      country_codes());
}

static void set_number(const struct config_value *value)
{
	uint64_t number;
	bool is_auto = value->setting->kind == SETTING_WORKERS && slice_is(value->text, "auto");
	if (is_auto)
		number = 0;
	else if (!number_parse(value->text, UINT32_MAX, &number)) {
		config_value_wrong(value, ERR_FORMAT, "");
		return;
	} else if ((int64_t)number < value->setting->least || (int64_t)number > value->setting->most) {
		config_value_wrong(value, ERR_RANGE, "");
		return;
	}
	if (value->setting->kind == SETTING_OCTET)
		*(uint8_t *)value->field = (uint8_t)number;
	else
		*(unsigned *)value->field = (unsigned)number;
}

static void set_bool(const struct config_value *value)
{
	bool is_true = slice_is(value->text, "true");
	if (is_true || slice_is(value->text, "false"))
		*(bool *)value->field = is_true;
	else
		config_value_wrong(value, ERR_FORMAT, "");
}

static void set_span(const struct config_value *value)
{
	int64_t span_ms;
	uint64_t number;
	if (!setting_parse_span(value->text, &span_ms)) {
		bool is_bare = number_parse(value->text, UINT64_MAX, &number);
		config_value_wrong(value, ERR_FORMAT, is_bare ? "a time needs its unit: ms, s, m, h or d" : "");
	} else if (span_ms < value->setting->least || span_ms > value->setting->most) {
		config_value_wrong(value, ERR_RANGE, "");
	} else {
		*(int64_t *)value->field = value->setting->kind == SETTING_SPAN_US ? span_ms * US_PER_MS : span_ms;
	}
}

#define WORDS_MAX 16

static void set_word(const struct config_value *value)
{
	struct slice word;
	bool is_offered;
	unsigned index = 0;
	char copies[WORDS_MAX][32];
	const char *known[WORDS_MAX];
	unsigned known_count = 0;
	for (const char *at = value->setting->words; (at = setting_next_word(at, &word, &is_offered)) != NULL;
	     index++) {
		if (slice_equal(value->text, word) && is_offered) {
			*(unsigned *)value->field = index;
			return;
		}
		if (slice_equal(value->text, word)) {
			config_report(value->load->report, ERR_UNSUPPORTED, value->node, false, value->path,
				      "%s: “%.*s” is not built yet", value->path, SLICE_ARG(word));
			return;
		}
		CHECK(known_count < WORDS_MAX);
		snprintf(copies[known_count], sizeof copies[0], "%.*s", SLICE_ARG(word));
		known[known_count] = copies[known_count];
		known_count += is_offered;
	}
	const char *nearest = suggest_nearest(value->text, known, known_count);
	char hint[64] = "";
	if (nearest)
		snprintf(hint, sizeof hint, "did you mean “%s”?", nearest);
	config_value_wrong(value, ERR_NOT_FOUND, hint);
}

static void set_address(const struct config_value *value)
{
	struct err_at at = { 0 };
	struct config_address address;
	const char *fallback = value->setting->fallback;
	if (value->text.len == 0 && fallback != NULL && *fallback == '\0')
		return; /* none */
	enum err err = config_address_parse(value->text, (unsigned)value->setting->least, 0, &address, &at);
	if (err != ERR_OK) {
		config_value_tell(value, err, at.text);
		return;
	}
	*(struct config_address *)value->field = address;
}

static void set_redis_url(const struct config_value *value)
{
	struct err_at at = { 0 };
	enum err err = config_redis_url_parse(value->text, value->field, &at);
	if (err != ERR_OK)
		config_value_tell(value, err, at.text);
}

/* What each kind takes and who reads it. */
static const struct kind {
	void (*set)(const struct config_value *value);
	bool takes_text; /* a text in quotes, and then no bare number */
	bool takes_list;
} kinds[] = {
	[SETTING_TEXT] = { set_text, true, false },
	[SETTING_BLOCK] = { set_text, true, false },
	[SETTING_LINES] = { config_list_set_lines, true, true },
	[SETTING_NAME] = { set_name, true, false },
	[SETTING_HOSTNAME] = { set_name, true, false },
	[SETTING_SECRET] = { set_secret, true, false },
	[SETTING_PATH] = { set_path, true, false },
	[SETTING_LOCALE] = { set_locale, true, false },
	[SETTING_TIMEZONE] = { set_timezone, true, false },
	[SETTING_COUNTRY] = { set_country, true, false },
	[SETTING_UINT] = { set_number, false, false },
	[SETTING_WORKERS] = { set_number, false, false },
	[SETTING_OCTET] = { set_number, false, false },
	[SETTING_BOOL] = { set_bool, false, false },
	[SETTING_SPAN_US] = { set_span, true, false },
	[SETTING_SPAN_MS] = { set_span, true, false },
	[SETTING_WORD] = { set_word, true, false },
	[SETTING_ADDRESS] = { set_address, true, false },
	[SETTING_REDIS_URL] = { set_redis_url, true, false },
	[SETTING_PREFIXES] = { config_list_set_prefixes, true, true },
	[SETTING_ACCOUNTS] = { config_list_set_accounts, true, true },
};

/* True where a value written like this can be of the setting's kind; tells where not. */
static bool fits_kind(const struct config_value *value)
{
	enum setting_kind kind = value->setting->kind;
	if (kind == SETTING_REDIS_URL && value->node->kind == TREE_LIST) {
		config_value_tell(value, ERR_UNSUPPORTED, "lists several servers, which is not built yet");
		return false;
	}
	bool is_mapping = value->node->kind == TREE_MAPPING;
	bool takes_mapping = kind == SETTING_LINES && value->setting->words != NULL;
	if ((is_mapping && !takes_mapping) || (value->node->kind == TREE_LIST && !kinds[kind].takes_list)) {
		char text[200];
		struct buf wanted = buf_over(text, sizeof text - 1);
		buf_put_text(&wanted, "must be ");
		setting_describe(value->setting, &wanted);
		buf_put_text(&wanted, value->node->kind == TREE_LIST ? ", not a list" : ", not a mapping");
		text[wanted.len] = '\0';
		config_value_tell(value, ERR_FORMAT, text);
		return false;
	}
	if (value->node->kind != TREE_SCALAR)
		return true;
	if (value->node->text == NULL) {
		config_value_tell(value, ERR_FORMAT, "has no value; give it one, or leave the key out");
		return false;
	}
	bool takes_text = kinds[kind].takes_text;
	if (value->node->style == TREE_LITERAL && takes_text) {
		config_value_wrong(value, ERR_FORMAT, "write it in quotes");
		return false;
	}
	if (value->node->style == TREE_QUOTED && !takes_text &&
	    !(kind == SETTING_WORKERS && slice_is(value->text, "auto"))) {
		config_value_wrong(value, ERR_FORMAT, "write it without quotes");
		return false;
	}
	return true;
}

void config_value_set(struct config_load *load, const struct setting *setting, const struct tree_node *node,
		      const char *path, void *base)
{
	struct config_value value = { .load = load,
				      .setting = setting,
				      .node = node,
				      .path = path,
				      .text = { node->text, node->text_len },
				      .field = (char *)base + setting->offset };
	if (!fits_kind(&value))
		return;
	CHECK((size_t)setting->kind < sizeof kinds / sizeof kinds[0]);
	kinds[setting->kind].set(&value);
}
