/* SPDX-License-Identifier: Apache-2.0 */
#include "render/header_reader.h"

#include "base/number.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "render/param_reader.h"

#define FULLWIDTH_COLON   SLICE("：")
#define IDEOGRAPHIC_SPACE SLICE("\xE3\x80\x80")
#define BRACKET_OPEN      SLICE("【")
#define BRACKET_CLOSE     SLICE("】")
#define AGE_DAYS_MAX      365

enum key { KEY_TITLE, KEY_CLASS, KEY_MAX_AGE, KEY_SIGNATURE, KEY_ON_UNKNOWN, KEY_NOTE, KEY_PARAM, KEY_COUNT };

/* Words with one meaning; the first of each meaning are the ones that documents use. */
struct word {
	const char *text;
	int64_t meaning;
};

static const struct word keys[] = {
	{ "title", KEY_TITLE },         { "标题", KEY_TITLE },
	{ "class", KEY_CLASS },         { "类别", KEY_CLASS },
	{ "max_age", KEY_MAX_AGE },     { "时效", KEY_MAX_AGE },
	{ "有效期", KEY_MAX_AGE },      { "signature", KEY_SIGNATURE },
	{ "签名", KEY_SIGNATURE },      { "on_unknown", KEY_ON_UNKNOWN },
	{ "结果不明", KEY_ON_UNKNOWN }, { "note", KEY_NOTE },
	{ "说明", KEY_NOTE },           { "备注", KEY_NOTE },
	{ "param", KEY_PARAM },         { "变量", KEY_PARAM },
	{ "参数", KEY_PARAM },
};

static const struct word classes[] = {
	{ "critical", SMS_CLASS_CRITICAL }, { "紧急", SMS_CLASS_CRITICAL },       { "notice", SMS_CLASS_NOTICE },
	{ "通知", SMS_CLASS_NOTICE },       { "marketing", SMS_CLASS_MARKETING }, { "营销", SMS_CLASS_MARKETING },
};

static const struct word answers[] = {
	{ "resend", ON_UNKNOWN_RESEND },
	{ "重发", ON_UNKNOWN_RESEND },
	{ "hold", ON_UNKNOWN_HOLD },
	{ "搁置", ON_UNKNOWN_HOLD },
};

static const struct word units[] = {
	{ "s", 1 },    { "秒", 1 },    { "m", 60 },      { "min", 60 },  { "分", 60 },    { "分钟", 60 },
	{ "h", 3600 }, { "时", 3600 }, { "小时", 3600 }, { "d", 86400 }, { "天", 86400 }, { "日", 86400 },
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static bool word_find(const struct word *table, size_t count, struct slice text, int64_t *meaning)
{
	for (size_t i = 0; i < count; i++) {
		if (slice_is(text, table[i].text)) {
			*meaning = table[i].meaning;
			return true;
		}
	}
	return false;
}

static struct slice word_nearest(const struct word *table, size_t count, struct slice text)
{
	const char *known[COUNT(keys)];
	for (size_t i = 0; i < count; i++)
		known[i] = table[i].text;
	return slice_of(suggest_nearest(text, known, count));
}

static enum err fail_word(struct template_draft *draft, enum template_problem_kind kind, struct slice word,
			  struct slice nearest)
{
	const struct slice args[] = { word, nearest };
	return template_draft_fail(draft, kind, word.at, word, args, 2);
}

static enum err set_class(struct template_draft *draft, struct slice value)
{
	int64_t meaning;
	if (!word_find(classes, COUNT(classes), value, &meaning))
		return fail_word(draft, PROBLEM_CLASS_UNKNOWN, value, word_nearest(classes, COUNT(classes), value));
	draft->header.sms_class = (enum sms_class)meaning;
	draft->has_class = true;
	return ERR_OK;
}

static enum err set_max_age(struct template_draft *draft, struct slice value)
{
	size_t digits = 0;
	while (digits < value.len && value.at[digits] >= '0' && value.at[digits] <= '9')
		digits++;
	struct slice unit = template_draft_trim((struct slice){ value.at + digits, value.len - digits }, false);
	uint64_t number;
	int64_t unit_s;
	if (!number_parse((struct slice){ value.at, digits }, AGE_DAYS_MAX * 86400, &number) || number == 0 ||
	    !word_find(units, COUNT(units), unit, &unit_s) || (int64_t)number * unit_s > AGE_DAYS_MAX * 86400)
		return template_draft_fail_one(draft, PROBLEM_AGE, value.at, value);
	draft->header.max_age_ms = (int64_t)number * unit_s * 1000;
	return ERR_OK;
}

static bool holds(struct slice text, struct slice part)
{
	return memmem(text.at, text.len, part.at, part.len) != NULL;
}

static enum err set_signature(struct template_draft *draft, struct slice value)
{
	if (slice_is(value, "none") || slice_is(value, "无")) {
		draft->header.has_no_signature = true;
		return ERR_OK;
	}
	struct slice inner = value;
	if (slice_starts(inner, BRACKET_OPEN) && inner.len > BRACKET_OPEN.len + BRACKET_CLOSE.len &&
	    memcmp(inner.at + inner.len - BRACKET_CLOSE.len, BRACKET_CLOSE.at, BRACKET_CLOSE.len) == 0)
		inner = (struct slice){ inner.at + BRACKET_OPEN.len, inner.len - BRACKET_OPEN.len - BRACKET_CLOSE.len };
	if (utf8_count(inner.at, inner.len) > TEMPLATE_SIGNATURE_MAX || holds(inner, BRACKET_OPEN) ||
	    holds(inner, BRACKET_CLOSE))
		return template_draft_fail_number(draft, PROBLEM_SIGNATURE, value.at, TEMPLATE_SIGNATURE_MAX);
	draft->header.signature = inner;
	return ERR_OK;
}

static enum err set_key(struct template_draft *draft, enum key key, struct slice value)
{
	int64_t meaning;
	switch (key) {
	case KEY_TITLE:
		draft->header.title = value;
		return ERR_OK;
	case KEY_NOTE:
		draft->header.note = value;
		return ERR_OK;
	case KEY_CLASS:
		return set_class(draft, value);
	case KEY_MAX_AGE:
		return set_max_age(draft, value);
	case KEY_SIGNATURE:
		return set_signature(draft, value);
	case KEY_ON_UNKNOWN:
		if (!word_find(answers, COUNT(answers), value, &meaning))
			return template_draft_fail_one(draft, PROBLEM_ON_UNKNOWN, value.at, value);
		draft->header.on_unknown = (enum on_unknown)meaning;
		return ERR_OK;
	case KEY_PARAM:
		return param_reader_read(draft, value);
	case KEY_COUNT:
		break;
	}
	return ERR_OK;
}

static size_t colon_octets(struct slice text)
{
	if (text.len > 0 && text.at[0] == ':')
		return 1;
	return slice_starts(text, FULLWIDTH_COLON) ? FULLWIDTH_COLON.len : 0;
}

static struct slice behind(struct slice text, size_t skip)
{
	return (struct slice){ text.at + skip, text.len - skip };
}

static bool is_blank(struct slice text)
{
	return text.at[0] == ' ' || text.at[0] == '\t' || slice_starts(text, IDEOGRAPHIC_SPACE);
}

/* Cuts a line into its first word (up to a colon or blank) and the rest behind the colon. */
static struct slice first_word(struct slice line, struct slice *rest, bool *has_colon)
{
	struct slice word = { line.at, 0 };
	while (word.len < line.len && !is_blank(behind(line, word.len)) && colon_octets(behind(line, word.len)) == 0)
		word.len++;
	struct slice tail = template_draft_trim(behind(line, word.len), false);
	size_t colon = colon_octets(tail);
	*has_colon = colon > 0;
	*rest = template_draft_trim(behind(tail, colon), false);
	return word;
}

static enum err read_line(struct template_draft *draft, struct slice line, unsigned *seen)
{
	bool has_colon;
	struct slice value;
	struct slice word = first_word(line, &value, &has_colon);
	int64_t meaning;
	if (!word_find(keys, COUNT(keys), word, &meaning)) {
		struct slice nearest = word_nearest(keys, COUNT(keys), word);
		if (has_colon || nearest.len > 0)
			return fail_word(draft, PROBLEM_KEY_UNKNOWN, word, nearest);
		return template_draft_fail_bare(draft, PROBLEM_KEY_NO_COLON, line.at);
	}
	if (!has_colon && meaning != KEY_PARAM)
		return template_draft_fail_bare(draft, PROBLEM_KEY_NO_COLON, line.at);
	if (value.len == 0 && meaning != KEY_PARAM)
		return fail_word(draft, PROBLEM_KEY_EMPTY, word, (struct slice){ NULL, 0 });
	if (meaning != KEY_PARAM && (*seen & 1u << meaning))
		return fail_word(draft, PROBLEM_KEY_TWICE, word, (struct slice){ NULL, 0 });
	*seen |= 1u << meaning;
	if (value.len == 0)
		value.at = word.at;
	return set_key(draft, (enum key)meaning, value);
}

bool header_reader_is_rule(struct slice line)
{
	static const char *const dashes[] = { "-", "－", "—", "–", "─" };
	size_t at = 0;
	while (at < line.len) {
		size_t used = 0;
		for (size_t i = 0; i < COUNT(dashes) && used == 0; i++)
			if (slice_starts((struct slice){ line.at + at, line.len - at }, slice_of(dashes[i])))
				used = strlen(dashes[i]);
		if (used == 0)
			return false;
		at += used;
	}
	return line.len >= 3;
}

enum err header_reader_read(struct template_draft *draft)
{
	struct slice rest = draft->source;
	unsigned seen = 0;
	while (rest.len > 0) {
		struct slice line = template_draft_trim(slice_cut(&rest, '\n'), false);
		if (header_reader_is_rule(line)) {
			if (!draft->has_class)
				return template_draft_fail_bare(draft, PROBLEM_CLASS_MISSING, line.at);
			draft->text_part = rest;
			return ERR_OK;
		}
		if (line.len == 0 || line.at[0] == '#')
			continue;
		enum err err = read_line(draft, line, &seen);
		if (err != ERR_OK)
			return err;
	}
	size_t last = draft->source.len > 0 ? draft->source.len - 1 : 0;
	return template_draft_fail_bare(draft, PROBLEM_NO_DASHES, draft->source.at + last);
}
