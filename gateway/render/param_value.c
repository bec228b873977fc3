/* SPDX-License-Identifier: Apache-2.0 */
#include "render/param_value.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/utf8.h"
#include "render/invisible.h"
#include "render/template_param.h"

#define IDEOGRAPHIC_SPACE "\xE3\x80\x80"
#define NO_BREAK_SPACE    "\xC2\xA0"
#define BRACKET_OPEN      0x3010u /* 【 */
#define BRACKET_CLOSE     0x3011u /* 】 */
#define SHELL_OPEN        0x3014u /* 〔 */
#define SHELL_CLOSE       0x3015u /* 〕 */
#define SHAPE_OCTETS      40

static enum err complain(struct template_problem *problem, enum template_problem_kind kind,
			 const struct template_param *param, struct slice arg1, struct slice arg2, struct slice arg3)
{
	struct slice label = slice_equal(param->label, param->name) ? (struct slice){ NULL, 0 } : param->label;
	const struct slice args[] = { label, arg1, arg2, arg3 };
	return template_problem_set(problem, kind, param->name, args, 4);
}

/* What a value looks like without telling what it is: digits as 9, letters as a; words could be anybody's name. */
static struct slice shape(struct slice text, char *out)
{
	static const char *const kept[] = {
		"年", "月", "日", "时", "分", "秒", "元", "￥", "：", "，", "。", "－", "／"
	};
	struct buf buf = buf_over(out, SHAPE_OCTETS);
	for (size_t i = 0; i < text.len && buf.len + 4 <= buf.cap;) {
		uint32_t code;
		size_t used = utf8_decode(text.at + i, text.len - i, &code);
		char c = text.at[i];
		const char *shown = used ? "*" : "?";
		for (size_t k = 0; used > 1 && k < sizeof kept / sizeof kept[0]; k++)
			if (slice_starts((struct slice){ text.at + i, used }, slice_of(kept[k])))
				shown = kept[k];
		if (used != 1)
			buf_put_text(&buf, shown);
		else if (c >= '0' && c <= '9')
			buf_put(&buf, "9", 1);
		else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
			buf_put(&buf, "a", 1);
		else
			buf_put(&buf, &c, 1);
		i += used ? used : 1;
	}
	return buf_slice(&buf);
}

static enum err wrong_type(struct template_problem *problem, const struct template_param *param, struct slice text)
{
	const struct template_type_row *row = template_param_type_row(param->type);
	char looks[SHAPE_OCTETS];
	return complain(problem, PROBLEM_VALUE_TYPE, param, slice_of(row->name), slice_of(row->example),
			shape(text, looks));
}

static enum err too_long(struct template_problem *problem, const struct template_param *param, size_t length)
{
	char numbers[48];
	struct buf buf = buf_over(numbers, sizeof numbers);
	buf_put_uint(&buf, length);
	struct slice has = buf_slice(&buf);
	buf_put_uint(&buf, param->length_max);
	struct slice max = { numbers + has.len, buf.len - has.len };
	return complain(problem, PROBLEM_VALUE_LONG, param, has, max, (struct slice){ NULL, 0 });
}

/* Octets of the blank that text begins with (at_end: ends with), 0 where there is none. */
static size_t blank_at_edge(struct slice text, bool at_end)
{
	if (text.len == 0)
		return 0;
	char c = text.at[at_end ? text.len - 1 : 0];
	if (c == ' ' || (c >= '\t' && c <= '\r'))
		return 1;
	if ((unsigned char)c < 0x80)
		return 0;
	static const char *const wide[] = { IDEOGRAPHIC_SPACE, NO_BREAK_SPACE };
	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(wide[i]);
		if (text.len >= len && memcmp(at_end ? text.at + text.len - len : text.at, wide[i], len) == 0)
			return len;
	}
	return 0;
}

struct slice param_value_trim(struct slice text)
{
	size_t blank;
	while ((blank = blank_at_edge(text, false)) > 0)
		text = (struct slice){ text.at + blank, text.len - blank };
	while ((blank = blank_at_edge(text, true)) > 0)
		text.len -= blank;
	return text;
}

static bool is_dirty(uint32_t code, bool is_multiline)
{
	if (code < 0x80)
		return (code < 0x20 && !(code == '\n' && is_multiline)) || code == 0x7F;
	return code == BRACKET_OPEN || code == BRACKET_CLOSE || invisible_is_control(code) || invisible_is(code);
}

/* Characters in text, and whether all may stay as they are. False where it is not UTF-8. */
static bool survey(struct slice text, bool is_multiline, size_t *count, bool *clean)
{
	*count = 0;
	*clean = true;
	for (size_t i = 0; i < text.len; ++*count) {
		uint32_t code;
		size_t used = utf8_decode(text.at + i, text.len - i, &code);
		if (used == 0)
			return false;
		if (is_dirty(code, is_multiline))
			*clean = false;
		i += used;
	}
	return true;
}

/* A copy with what is_dirty names dropped or replaced; text is well-formed UTF-8. Never longer than text. */
static bool cleaned(struct slice text, bool is_multiline, struct arena *arena, struct slice *out)
{
	char *copy = arena_alloc(arena, text.len);
	if (copy == NULL)
		return false;
	struct buf buf = buf_over(copy, text.len);
	for (size_t i = 0; i < text.len;) {
		uint32_t code;
		size_t used = utf8_decode(text.at + i, text.len - i, &code);
		bool is_break = code == '\t' || code == 0x2028 || code == 0x2029 ||
				((code == '\n' || code == '\r') && !is_multiline);
		if (!is_dirty(code, is_multiline))
			buf_put(&buf, text.at + i, used);
		else if (is_break && buf.len > 0 && copy[buf.len - 1] != ' ')
			buf_put(&buf, " ", 1);
		else if (code == BRACKET_OPEN || code == BRACKET_CLOSE)
			buf.len += utf8_encode(code == BRACKET_OPEN ? SHELL_OPEN : SHELL_CLOSE, copy + buf.len);
		i += used;
	}
	*out = param_value_trim(buf_slice(&buf));
	return true;
}

static enum err parse_text(const struct template_param *param, struct slice text, struct arena *arena,
			   struct param_value *out, struct template_problem *problem)
{
	const struct slice none = { NULL, 0 };
	size_t count;
	bool clean;
	if (!survey(text, param->is_multiline, &count, &clean))
		return complain(problem, PROBLEM_VALUE_UTF8, param, none, none, none);
	if (!clean) {
		if (!cleaned(text, param->is_multiline, arena, &text))
			return complain(problem, PROBLEM_ARENA, param, none, none, none);
		count = utf8_count(text.at, text.len);
	}
	if (count > param->length_max)
		return too_long(problem, param, count);
	out->text = text;
	out->is_given = text.len > 0;
	out->is_truthy = out->is_given && !slice_is(text, "false");
	return ERR_OK;
}

static size_t digit_run(struct slice text, size_t from)
{
	size_t i = from;
	while (i < text.len && text.at[i] >= '0' && text.at[i] <= '9')
		i++;
	return i - from;
}

static bool is_zeros(struct slice digits)
{
	for (size_t i = 0; i < digits.len; i++)
		if (digits.at[i] != '0')
			return false;
	return true;
}

/* “-1234.50”: a sign, digits without a leading zero, a point and digits. The digits stay as they were written. */
static bool split_number(struct slice text, bool with_fraction, struct param_value *out)
{
	size_t at = text.len > 0 && text.at[0] == '-';
	size_t whole = digit_run(text, at);
	if (whole == 0 || (whole > 1 && text.at[at] == '0'))
		return false;
	out->text = (struct slice){ text.at + at, whole };
	out->fraction = (struct slice){ NULL, 0 };
	size_t end = at + whole;
	if (with_fraction && end < text.len && text.at[end] == '.') {
		size_t decimals = digit_run(text, end + 1);
		if (decimals == 0)
			return false;
		out->fraction = (struct slice){ text.at + end + 1, decimals };
		end += 1 + decimals;
	}
	out->is_negative = at == 1 && !(is_zeros(out->text) && is_zeros(out->fraction));
	return end == text.len;
}

static enum err parse_number(const struct template_param *param, struct slice text, struct param_value *out,
			     struct template_problem *problem)
{
	if (!split_number(text, param->type != TEMPLATE_INTEGER, out))
		return wrong_type(problem, param, text);
	if (param->type == TEMPLATE_MONEY && out->fraction.len > 2) {
		const struct slice none = { NULL, 0 };
		if (!is_zeros((struct slice){ out->fraction.at + 2, out->fraction.len - 2 }))
			return complain(problem, PROBLEM_VALUE_DECIMALS, param, none, none, none);
		out->fraction.len = 2;
	}
	return ERR_OK;
}

static bool two_digits(struct slice text, size_t at, int max, int *out)
{
	if (at + 2 > text.len || digit_run((struct slice){ text.at + at, 2 }, 0) != 2)
		return false;
	*out = (text.at[at] - '0') * 10 + (text.at[at + 1] - '0');
	return *out <= max;
}

/* “14:30” or “14:30:05”. */
static bool parse_clock(struct slice text, struct civil *out)
{
	if (text.len != 5 && text.len != 8)
		return false;
	if (!two_digits(text, 0, 23, &out->hour) || text.at[2] != ':' || !two_digits(text, 3, 59, &out->minute))
		return false;
	return text.len == 5 || (text.at[5] == ':' && two_digits(text, 6, 59, &out->second));
}

/* RFC 3339, turned into the service's zone; or a date and a clock time without an offset, which are in it already. */
static bool parse_instant(struct slice text, const struct zone *zone, struct civil *out)
{
	wall_ms at;
	if (civil_parse_rfc3339(text, &at)) {
		*out = civil_from_wall(at, zone != NULL ? zone_offset_s(zone, at) : 0);
		return true;
	}
	if (text.len < 16 || (text.at[10] != 'T' && text.at[10] != ' '))
		return false;
	struct civil civil;
	if (!civil_parse_date((struct slice){ text.at, 10 }, &civil) ||
	    !parse_clock((struct slice){ text.at + 11, text.len - 11 }, &civil))
		return false;
	*out = civil;
	return true;
}

static bool parse_civil(enum template_type type, struct slice text, const struct zone *zone, struct civil *out)
{
	if (type == TEMPLATE_DATE && text.len == 10)
		return civil_parse_date(text, out);
	if (type == TEMPLATE_TIME && text.len <= 8) {
		*out = (struct civil){ 0 };
		return parse_clock(text, out);
	}
	return parse_instant(text, zone, out);
}

static enum err parse_choice(const struct template_param *param, struct slice text, struct param_value *out,
			     struct template_problem *problem)
{
	for (unsigned i = 0; i < param->choice_count; i++) {
		if (slice_equal(param->choices[i].code, text)) {
			out->text = param->choices[i].text;
			out->is_truthy = !slice_is(text, "false");
			return ERR_OK;
		}
	}
	char codes[TEMPLATE_PROBLEM_ARG_OCTETS];
	struct buf buf = buf_over(codes, sizeof codes);
	for (unsigned i = 0; i < param->choice_count && !buf.full; i++) {
		if (i > 0)
			buf_put_text(&buf, ", ");
		buf_put_slice(&buf, param->choices[i].code);
	}
	const struct slice none = { NULL, 0 };
	return complain(problem, PROBLEM_VALUE_CHOICE, param, buf_slice(&buf), none, none);
}

enum err param_value_parse(const struct template_param *param, struct slice text, const struct zone *zone,
			   struct arena *arena, struct param_value *out, struct template_problem *problem)
{
	text = param_value_trim(text);
	struct param_value value = { .is_seen = out->is_seen, .is_given = text.len > 0, .is_truthy = text.len > 0 };
	enum err err = ERR_OK;
	if (text.len == 0) {
		*out = value;
		return ERR_OK;
	}
	if (param->type == TEMPLATE_TEXT) {
		err = parse_text(param, text, arena, &value, problem);
	} else if (text.len > param->length_max && utf8_count(text.at, text.len) > param->length_max) {
		err = too_long(problem, param, utf8_count(text.at, text.len));
	} else if (param->type == TEMPLATE_ENUM) {
		err = parse_choice(param, text, &value, problem);
	} else if (param->type == TEMPLATE_DATE || param->type == TEMPLATE_TIME || param->type == TEMPLATE_DATETIME) {
		if (!parse_civil(param->type, text, zone, &value.civil))
			err = wrong_type(problem, param, text);
	} else {
		err = parse_number(param, text, &value, problem);
	}
	if (err == ERR_OK)
		*out = value;
	return err;
}
