/* SPDX-License-Identifier: Apache-2.0 */
#include "render/param_reader.h"

#include "base/number.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "model/alert.h"
#include "render/invisible.h"
#include "render/param_value.h"
#include "render/template_param.h"

#include <stdalign.h>

#define COUNT(table)          (sizeof(table) / sizeof(table)[0])
#define SAMPLE_SCRATCH_OCTETS 4096

/* A word of the line: “余额”, “max=20” or “sample="a b"”. */
struct word {
	struct slice key; /* absent without “=” */
	struct slice text;
	bool is_quoted;
};

enum setting { SETTING_SAMPLE, SETTING_MAX, SETTING_VALUES, SETTING_OPTIONAL, SETTING_REQUIRED, SETTING_MULTILINE };

#define SETTING_TAKES_VALUE(setting) ((setting) <= SETTING_VALUES)

static const struct {
	const char *text;
	enum setting setting;
} settings[] = {
	{ "sample", SETTING_SAMPLE },     { "示例", SETTING_SAMPLE },         { "max", SETTING_MAX },
	{ "最长", SETTING_MAX },          { "values", SETTING_VALUES },       { "选项", SETTING_VALUES },
	{ "optional", SETTING_OPTIONAL }, { "可选", SETTING_OPTIONAL },       { "required", SETTING_REQUIRED },
	{ "必填", SETTING_REQUIRED },     { "multiline", SETTING_MULTILINE }, { "多行", SETTING_MULTILINE },
};

static const struct {
	const char *open;
	const char *close;
} quotes[] = { { "\"", "\"" }, { "“", "”" } };

static struct slice behind(struct slice text, size_t skip)
{
	return (struct slice){ text.at + skip, text.len - skip };
}

/* Octets of the first of the strings that text begins with, 0 where it is none of them. */
static size_t any_of(struct slice text, const char *const strings[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (slice_starts(text, slice_of(strings[i])))
			return strlen(strings[i]);
	return 0;
}

static size_t equals_octets(struct slice text)
{
	static const char *const signs[] = { "=", "＝" };
	return any_of(text, signs, COUNT(signs));
}

static bool is_blank(struct slice text)
{
	static const char *const blanks[] = { " ", "\t", "\xE3\x80\x80" };
	return any_of(text, blanks, COUNT(blanks)) > 0;
}

/* Takes a quoted text off *rest. False where rest does not begin with a quotation mark; closed says how it ended. */
static bool take_quoted(struct slice *rest, struct slice *text, bool *closed)
{
	for (size_t i = 0; i < COUNT(quotes); i++) {
		struct slice open = slice_of(quotes[i].open);
		struct slice close = slice_of(quotes[i].close);
		if (!slice_starts(*rest, open))
			continue;
		struct slice inner = behind(*rest, open.len);
		const char *end = memmem(inner.at, inner.len, close.at, close.len);
		*closed = end != NULL;
		if (end != NULL) {
			*text = (struct slice){ inner.at, (size_t)(end - inner.at) };
			*rest = behind(inner, text->len + close.len);
		}
		return true;
	}
	return false;
}

/* Takes the next word off *rest. out->text.len is 0 at the end of the line. */
static enum err take_word(struct template_draft *draft, struct slice *rest, struct word *out)
{
	*rest = template_draft_trim(*rest, false);
	struct word word = { .text = { rest->at, 0 } };
	const char *start = rest->at;
	bool closed = true;
	word.is_quoted = take_quoted(rest, &word.text, &closed);
	if (!word.is_quoted) {
		while (word.text.len < rest->len && !is_blank(behind(*rest, word.text.len)) &&
		       equals_octets(behind(*rest, word.text.len)) == 0)
			word.text.len++;
		*rest = behind(*rest, word.text.len);
		size_t equals = equals_octets(*rest);
		if (equals > 0) {
			word.key = word.text;
			*rest = behind(*rest, equals);
			word.text = (struct slice){ rest->at, 0 };
			word.is_quoted = take_quoted(rest, &word.text, &closed);
			while (!word.is_quoted && word.text.len < rest->len && !is_blank(behind(*rest, word.text.len)))
				word.text.len++;
			*rest = word.is_quoted ? *rest : behind(*rest, word.text.len);
			if (closed && word.text.len == 0)
				return template_draft_fail_one(draft, PROBLEM_WORD_EMPTY, start, word.key);
		}
	}
	if (!closed)
		return template_draft_fail_bare(draft, PROBLEM_QUOTE, start);
	*out = word;
	return ERR_OK;
}

static enum err read_name(struct template_draft *draft, struct slice name)
{
	if (!template_param_name_ok(name))
		return template_draft_fail_one(draft, PROBLEM_PARAM_NAME, name.at, name);
	unsigned count = draft->header.param_count;
	if (template_param_find(draft->params, count, name, 0) != TEMPLATE_PARAM_NONE)
		return template_draft_fail(draft, PROBLEM_PARAM_TWICE, name.at, name, &name, 1);
	return ERR_OK;
}

/* What an alert can name: something that is left as it is when values are trimmed. */
static bool is_code(struct slice code)
{
	for (size_t i = 0; i < code.len;) {
		uint32_t point;
		size_t used = utf8_decode(code.at + i, code.len - i, &point);
		if (used == 0 || point == 0xA0 || point == 0x3000 || invisible_is(point) || invisible_is_control(point))
			return false;
		i += used;
	}
	return code.len > 0 && code.len <= ALERT_PARAM_NAME_MAX;
}

static enum err read_choice(struct template_draft *draft, struct template_param *param, struct slice item)
{
	static const char *const colons[] = { ":", "：" };
	struct slice code = { item.at, 0 };
	size_t colon = 0;
	while (code.len < item.len && (colon = any_of(behind(item, code.len), colons, COUNT(colons))) == 0)
		code.len++;
	struct slice text = template_draft_trim(behind(item, code.len + colon), false);
	code = template_draft_trim(code, false);
	if (colon == 0)
		text = code;
	if (!is_code(code) || text.len == 0)
		return template_draft_fail_one(draft, PROBLEM_CHOICE, item.at, item);
	if (memmem(text.at, text.len, "【", 3) != NULL || memmem(text.at, text.len, "】", 3) != NULL)
		return template_draft_fail_one(draft, PROBLEM_BRACKET, text.at, text);
	for (unsigned i = draft->choice_count - param->choice_count; i < draft->choice_count; i++)
		if (slice_equal(draft->choices[i].code, code))
			return template_draft_fail_one(draft, PROBLEM_CHOICE_TWICE, code.at, code);
	if (draft->choice_count == TEMPLATE_CHOICES_MAX)
		return template_draft_fail_number(draft, PROBLEM_CHOICES_MANY, item.at, TEMPLATE_CHOICES_MAX);
	draft->choices[draft->choice_count++] = (struct template_choice){ .code = code, .text = text };
	param->choice_count++;
	return ERR_OK;
}

static enum err read_choices(struct template_draft *draft, struct template_param *param, struct slice list)
{
	static const char *const commas[] = { ",", "，", "、", "|" };
	if (param->type != TEMPLATE_ENUM)
		return template_draft_fail_bare(draft, PROBLEM_CHOICES_MISPLACED, list.at);
	param->choices = draft->choices + draft->choice_count;
	for (bool more = true; more;) {
		struct slice item = { list.at, 0 };
		size_t comma = 0;
		while (item.len < list.len && (comma = any_of(behind(list, item.len), commas, COUNT(commas))) == 0)
			item.len++;
		list = behind(list, item.len + comma);
		more = comma > 0;
		enum err err = read_choice(draft, param, template_draft_trim(item, false));
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static enum err apply(struct template_draft *draft, struct template_param *param, enum setting setting,
		      struct slice value, struct slice word)
{
	uint64_t number;
	switch (setting) {
	case SETTING_SAMPLE:
		param->sample = param_value_trim(value);
		return param->sample.len > 0 ? ERR_OK
					     : template_draft_fail_one(draft, PROBLEM_WORD_EMPTY, word.at, word);
	case SETTING_MAX:
		if (!template_param_type_row(param->type)->takes_max ||
		    !number_parse(value, TEMPLATE_LENGTH_MAX, &number) || number == 0)
			return template_draft_fail_number(draft, PROBLEM_MAX, word.at, TEMPLATE_LENGTH_MAX);
		param->length_max = (uint16_t)number;
		return ERR_OK;
	case SETTING_VALUES:
		return read_choices(draft, param, value);
	case SETTING_OPTIONAL:
		param->is_optional = true;
		return ERR_OK;
	case SETTING_REQUIRED:
		param->is_optional = false;
		return ERR_OK;
	case SETTING_MULTILINE:
		if (param->type != TEMPLATE_TEXT)
			return template_draft_fail_bare(draft, PROBLEM_MULTILINE, word.at);
		param->is_multiline = true;
	}
	return ERR_OK;
}

static struct slice setting_nearest(struct slice word, bool takes_value)
{
	const char *known[COUNT(settings)];
	size_t count = 0;
	for (size_t i = 0; i < COUNT(settings); i++)
		if (SETTING_TAKES_VALUE(settings[i].setting) == takes_value)
			known[count++] = settings[i].text;
	return slice_of(suggest_nearest(word, known, count));
}

/* A word behind name and type: a setting, or else the label. */
static enum err read_word(struct template_draft *draft, struct template_param *param, const struct word *word,
			  unsigned *seen)
{
	bool takes_value = word->key.at != NULL;
	struct slice text = takes_value ? word->key : word->text;
	for (size_t i = 0; i < COUNT(settings) && (takes_value || !word->is_quoted); i++) {
		enum setting setting = settings[i].setting;
		if (SETTING_TAKES_VALUE(setting) != takes_value || !slice_is(text, settings[i].text))
			continue;
		if (*seen & 1u << setting)
			return template_draft_fail_one(draft, PROBLEM_WORD_TWICE, text.at, text);
		*seen |= 1u << setting;
		return apply(draft, param, setting, word->text, text);
	}
	struct slice nearest =
		word->is_quoted && !takes_value ? (struct slice){ NULL, 0 } : setting_nearest(text, takes_value);
	if (takes_value || nearest.len > 0) {
		const struct slice args[] = { text, nearest };
		return template_draft_fail(draft, PROBLEM_WORD_UNKNOWN, text.at, param->name, args, 2);
	}
	if (param->label.len > 0)
		return template_draft_fail_one(draft, PROBLEM_WORD_STRAY, text.at, text);
	param->label = text;
	return ERR_OK;
}

/* The first length characters of text. */
static struct slice cut(struct slice text, size_t length)
{
	size_t at = 0;
	for (; length > 0 && at < text.len; length--) {
		uint32_t code;
		size_t used = utf8_decode(text.at + at, text.len - at, &code);
		at += used ? used : 1;
	}
	return (struct slice){ text.at, at };
}

static enum err try_sample(const struct template_param *param, struct template_problem *problem)
{
	alignas(max_align_t) char scratch[SAMPLE_SCRATCH_OCTETS];
	struct arena arena;
	arena_init(&arena, scratch, sizeof scratch, 0);
	struct param_value value = { .is_seen = true };
	enum err err = param_value_parse(param, param->sample, NULL, &arena, &value, problem);
	return err == ERR_OK && !value.is_given ? ERR_FORMAT : err;
}

/* The sample of a parameter whose author gave none: the label stands for a text, so that a preview explains itself. */
static void choose_sample(struct template_param *param)
{
	struct slice example = slice_of(template_param_type_row(param->type)->example);
	if (param->type == TEMPLATE_ENUM)
		example = param->choices[0].code;
	param->sample = param->type == TEMPLATE_TEXT ? cut(param->label, param->length_max) : example;
	if (try_sample(param, NULL) != ERR_OK)
		param->sample = param->type == TEMPLATE_TEXT ? cut(param->name, param->length_max) : SLICE("0");
}

static enum err settle_sample(struct template_draft *draft, struct template_param *param)
{
	struct template_problem problem = { .kind = PROBLEM_NONE };
	if (param->sample.len == 0) {
		choose_sample(param);
		return ERR_OK;
	}
	if (try_sample(param, &problem) == ERR_OK)
		return ERR_OK;
	if (problem.kind == PROBLEM_VALUE_LONG) {
		const struct slice args[] = { slice_of(problem.args[1]), slice_of(problem.args[2]) };
		return template_draft_fail(draft, PROBLEM_SAMPLE_LONG, param->sample.at, param->name, args, 2);
	}
	const struct template_type_row *row = template_param_type_row(param->type);
	struct slice example = slice_of(row->example);
	if (param->type == TEMPLATE_ENUM)
		example = param->choices[0].code;
	const struct slice args[] = { param->sample, slice_of(row->name), example };
	return template_draft_fail(draft, PROBLEM_SAMPLE, param->sample.at, param->name, args, 3);
}

/* Name and type, which come first. */
static enum err read_head(struct template_draft *draft, struct slice *rest, struct template_param *param)
{
	const char *start = rest->at;
	struct word name;
	struct word type;
	enum err err = take_word(draft, rest, &name);
	if (err == ERR_OK)
		err = take_word(draft, rest, &type);
	if (err != ERR_OK)
		return err;
	if (name.text.len == 0 || type.text.len == 0 || name.key.at != NULL || type.key.at != NULL)
		return template_draft_fail_bare(draft, PROBLEM_PARAM_SHORT, start);
	err = read_name(draft, name.text);
	if (err != ERR_OK)
		return err;
	const char *nearest = NULL;
	if (!template_param_type_parse(type.text, &param->type, &nearest)) {
		const struct slice args[] = { type.text, slice_of(nearest) };
		return template_draft_fail(draft, PROBLEM_PARAM_TYPE, type.text.at, name.text, args, 2);
	}
	param->name = name.text;
	param->length_max = template_param_type_row(param->type)->length_default;
	return ERR_OK;
}

enum err param_reader_read(struct template_draft *draft, struct slice line)
{
	struct template_param param = { .label = { NULL, 0 } };
	if (draft->header.param_count == TEMPLATE_PARAMS_MAX)
		return template_draft_fail_number(draft, PROBLEM_PARAM_MANY, line.at, TEMPLATE_PARAMS_MAX);
	enum err err = read_head(draft, &line, &param);
	unsigned seen = 0;
	while (err == ERR_OK) {
		struct word word;
		err = take_word(draft, &line, &word);
		if (err == ERR_OK && word.text.len == 0 && !word.is_quoted)
			break;
		if (err == ERR_OK)
			err = read_word(draft, &param, &word, &seen);
	}
	if (err != ERR_OK)
		return err;
	if (param.type == TEMPLATE_ENUM && param.choice_count == 0)
		return template_draft_fail_bare(draft, PROBLEM_CHOICES_NONE, param.name.at);
	if (param.label.len == 0)
		param.label = param.name;
	err = settle_sample(draft, &param);
	if (err == ERR_OK)
		draft->params[draft->header.param_count++] = param;
	return err;
}
