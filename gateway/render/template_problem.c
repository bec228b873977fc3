/* SPDX-License-Identifier: Apache-2.0 */
#include "render/template_problem.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/utf8.h"

#include <string.h>

struct row {
	enum err err;
	const char *sentences[TEMPLATE_TONGUE_COUNT];
};

static const struct row rows[PROBLEM_COUNT] = {
	[PROBLEM_NONE] = { ERR_OK, { "", "" } },
#define PROBLEM(name, err, english, chinese) [PROBLEM_##name] = { err, { english, chinese } },
#include "render/problem_defs.def"
#undef PROBLEM
};

/* Types and classes are arguments by their English name; Chinese readers get the word that they may write. */
static const char *const words[][TEMPLATE_TONGUE_COUNT] = {
	{ "text", "文字" },     { "money", "金额" },  { "number", "数值" },       { "integer", "整数" },
	{ "date", "日期" },     { "time", "时间" },   { "datetime", "日期时间" }, { "enum", "选项" },
	{ "critical", "紧急" }, { "notice", "通知" }, { "marketing", "营销" },
};

static struct slice translated(struct slice word, enum template_tongue tongue)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (slice_is(word, words[i][TEMPLATE_TONGUE_EN]))
			return slice_of(words[i][tongue]);
	return word;
}

/* Copies text NUL-terminated, cut at a character; what could disturb a terminal or a log line becomes “?”. */
static void copy_clean(char *out, size_t cap, struct slice text)
{
	size_t len = 0;
	for (size_t i = 0; i < text.len;) {
		uint32_t code;
		size_t used = utf8_decode(text.at + i, text.len - i, &code);
		bool is_dirty = used == 0 || code < 0x20 || (code >= 0x7F && code < 0xA0) ||
				(code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
		size_t size = is_dirty ? 1 : used;
		if (len + size >= cap)
			break;
		memcpy(out + len, is_dirty ? "?" : text.at + i, size);
		len += size;
		i += used ? used : 1;
	}
	out[len] = '\0';
}

enum err template_problem_set(struct template_problem *problem, enum template_problem_kind kind, struct slice field,
			      const struct slice args[], unsigned arg_count)
{
	CHECK(kind > PROBLEM_NONE && kind < PROBLEM_COUNT);
	CHECK(arg_count <= TEMPLATE_PROBLEM_ARGS);
	if (problem == NULL || problem->kind != PROBLEM_NONE)
		return rows[kind].err;
	problem->kind = kind;
	copy_clean(problem->field, sizeof problem->field, field);
	for (unsigned i = 0; i < TEMPLATE_PROBLEM_ARGS; i++)
		copy_clean(problem->args[i], sizeof problem->args[i],
			   i < arg_count ? args[i] : (struct slice){ NULL, 0 });
	return rows[kind].err;
}

enum err template_problem_err(enum template_problem_kind kind)
{
	CHECK((unsigned)kind < PROBLEM_COUNT);
	return rows[kind].err;
}

/* Reads “{0}”, “{t1}” or “{f}” at text. Returns its length, 0 where there is none; value: what stands for it. */
static size_t placeholder(const struct template_problem *problem, enum template_tongue tongue, const char *text,
			  struct slice *value)
{
	if (text[0] != '{')
		return 0;
	if (text[1] == 'f' && text[2] == '}') {
		*value = slice_of(problem->field);
		return 3;
	}
	bool is_word = text[1] == 't';
	const char *digit = text + (is_word ? 2 : 1);
	if (*digit < '0' || *digit >= '0' + TEMPLATE_PROBLEM_ARGS || digit[1] != '}')
		return 0;
	*value = slice_of(problem->args[*digit - '0']);
	if (is_word)
		*value = translated(*value, tongue);
	return (size_t)(digit + 2 - text);
}

/* True where the first argument or field named between text and the end of the choice has a value. */
static bool choice_holds(const struct template_problem *problem, const char *text)
{
	struct slice value = { NULL, 0 };
	for (; *text != ']' && *text != '|'; text++)
		if (placeholder(problem, TEMPLATE_TONGUE_EN, text, &value))
			break;
	return value.len > 0;
}

static const char *skip_to(const char *text, const char *ends)
{
	return text + strcspn(text, ends);
}

/* Writes as much of a run as fits, whole characters only. */
static void put_cut(struct buf *out, struct slice run)
{
	size_t room = out->cap - out->len;
	if (run.len > room)
		run.len = utf8_whole(run.at, room);
	buf_put_slice(out, run);
}

size_t template_problem_sentence(const struct template_problem *problem, enum template_tongue tongue, char *out,
				 size_t cap)
{
	CHECK(cap >= 1);
	CHECK((unsigned)tongue < TEMPLATE_TONGUE_COUNT && (unsigned)problem->kind < PROBLEM_COUNT);
	struct buf buf = buf_over(out, cap - 1);
	const char *text = rows[problem->kind].sentences[tongue];
	while (*text != '\0') {
		struct slice value;
		size_t used = placeholder(problem, tongue, text, &value);
		if (used) {
			put_cut(&buf, value);
			text += used;
		} else if (*text == '[') {
			bool holds = choice_holds(problem, text);
			text = holds ? text : skip_to(text, "|]");
			text++;
		} else if (*text == '|') {
			text = skip_to(text, "]");
		} else if (*text == ']') {
			text++;
		} else {
			size_t run = 1 + strcspn(text + 1, "{[|]");
			put_cut(&buf, (struct slice){ text, run });
			text += run;
		}
	}
	out[buf.len] = '\0';
	return buf.len;
}

enum err template_problem_export(const struct template_problem *problem, struct err_at *at)
{
	enum err err = template_problem_err(problem->kind);
	if (err == ERR_OK || at == NULL || at->err != ERR_OK)
		return err;
	char sentence[TEMPLATE_PROBLEM_SENTENCE_OCTETS];
	template_problem_sentence(problem, TEMPLATE_TONGUE_EN, sentence, sizeof sentence);
	err_at_set(at, err, problem->offset, problem->field, "%s", sentence);
	at->line = problem->line;
	at->column = problem->column;
	return err;
}
