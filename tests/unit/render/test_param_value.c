/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/render/render_fixture.h"

#include "base/utf8.h"

/* Values as producers send them, good and hostile. Each row is one parameter `v` in the text “<{{v}}>”. */

struct row {
	const char *name;
	const char *param; /* type and settings */
	const char *value;
	enum template_problem_kind want_kind;
	const char *want; /* the text between < and >, or the sentence; NULL = not looked at */
};

static void check(const struct row *row)
{
	struct fixture fixture;
	char header[256];
	char want[512];
	snprintf(header, sizeof header, "class: notice\nparam v %s", row->param);
	cr_assert_eq(fixture_compile(&fixture, NULL, header, "<{{v}}>"), ERR_OK, "%s", row->name);
	enum err err = fixture_render(&fixture, (const struct pair[PAIRS_MAX]){ { "v", row->value } }, NULL);
	cr_expect_eq(fixture.problem.kind, row->want_kind, "%s: kind %d: %s", row->name, fixture.problem.kind,
		     fixture.rendered);
	cr_expect_eq(err, template_problem_err(row->want_kind), "%s: %s", row->name, err_name(err));
	snprintf(want, sizeof want, row->want_kind == PROBLEM_NONE ? "<%s>" : "%s", row->want ? row->want : "");
	if (row->want != NULL)
		cr_expect_str_eq(fixture.rendered, want, "%s: “%s”, want “%s”", row->name, fixture.rendered, want);
	fixture_fini(&fixture);
}

#define CHECK_ALL(rows)                                               \
	for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++) \
	check(&(rows)[i])

Test(param_value, numbers)
{
	static const struct row rows[] = {
		{ "as written", "money", "19.53", PROBLEM_NONE, "19.53" },
		{ "one decimal", "money", "19.5", PROBLEM_NONE, "19.50" },
		{ "no decimals", "money", "19", PROBLEM_NONE, "19.00" },
		{ "zeros behind two decimals", "money", "19.5300", PROBLEM_NONE, "19.53" },
		{ "zero", "money", "0", PROBLEM_NONE, "0.00" },
		{ "minus", "money", "-12.3", PROBLEM_NONE, "-12.30" },
		{ "minus zero", "money", "-0.00", PROBLEM_NONE, "0.00" },
		{ "more digits than a double holds", "money max=30", "12345678901234567890.12", PROBLEM_NONE,
		  "12345678901234567890.12" },
		{ "blanks around", "money", " 19.53\n", PROBLEM_NONE, "19.53" },
		{ "never rounded", "money", "19.535", PROBLEM_VALUE_DECIMALS,
		  "parameter “v” has more than two decimals; amounts are never rounded here" },
		{ "leading zero", "money", "019.53", PROBLEM_VALUE_TYPE,
		  "parameter “v” must be of type money, like 19.53; it looks like “999.99”" },
		{ "label in the sentence", "money 余额", "19,53", PROBLEM_VALUE_TYPE,
		  "parameter “v” (余额) must be of type money, like 19.53; it looks like “99,99”" },
		{ "currency", "money", "￥19.53元", PROBLEM_VALUE_TYPE,
		  "parameter “v” must be of type money, like 19.53; it looks like “￥99.99元”" },
		{ "words stay secret", "money", "张三 139", PROBLEM_VALUE_TYPE,
		  "parameter “v” must be of type money, like 19.53; it looks like “** 999”" },
		{ "exponent", "money", "1.9e1", PROBLEM_VALUE_TYPE, NULL },
		{ "plus", "money", "+1", PROBLEM_VALUE_TYPE, NULL },
		{ "point first", "money", ".5", PROBLEM_VALUE_TYPE, NULL },
		{ "point last", "money", "5.", PROBLEM_VALUE_TYPE, NULL },
		{ "two points", "money", "1.2.3", PROBLEM_VALUE_TYPE, NULL },
		{ "full-width digits", "money", "１９", PROBLEM_VALUE_TYPE, NULL },
		{ "minus alone", "money", "-", PROBLEM_VALUE_TYPE, NULL },
		{ "not a number", "money", "NaN", PROBLEM_VALUE_TYPE, NULL },
		{ "too long", "money", "1234567890123456", PROBLEM_VALUE_LONG,
		  "parameter “v” has 16 characters, at most 15 are allowed" },
		{ "number", "number", "256.50", PROBLEM_NONE, "256.50" },
		{ "number, minus zero", "number", "-0.0", PROBLEM_NONE, "0.0" },
		{ "number, exponent", "number", "1E3", PROBLEM_VALUE_TYPE, NULL },
		{ "integer", "integer", "30", PROBLEM_NONE, "30" },
		{ "integer, minus", "integer", "-3", PROBLEM_NONE, "-3" },
		{ "integer, fraction", "integer", "30.0", PROBLEM_VALUE_TYPE,
		  "parameter “v” must be of type integer, like 30; it looks like “99.9”" },
	};
	CHECK_ALL(rows);
}

Test(param_value, dates_and_times)
{
	static const struct row rows[] = {
		{ "date", "date", "2026-02-13", PROBLEM_NONE, "2月13日" },
		{ "date of an instant", "date", "2026-02-12T20:00:00Z", PROBLEM_NONE, "2月13日" },
		{ "date of a local time", "date", "2026-02-13 08:00:00", PROBLEM_NONE, "2月13日" },
		{ "leap day", "date", "2028-02-29", PROBLEM_NONE, "2月29日" },
		{ "no leap day", "date", "2026-02-29", PROBLEM_VALUE_TYPE,
		  "parameter “v” must be of type date, like 2026-02-13; it looks like “9999-99-99”" },
		{ "Chinese date", "date", "2月13日", PROBLEM_VALUE_TYPE,
		  "parameter “v” must be of type date, like 2026-02-13; it looks like “9月99日”" },
		{ "German date", "date", "13.02.2026", PROBLEM_VALUE_TYPE, NULL },
		{ "digits only", "date", "20260213", PROBLEM_VALUE_TYPE, NULL },
		{ "month 13", "date", "2026-13-01", PROBLEM_VALUE_TYPE, NULL },
		{ "time", "time", "14:30", PROBLEM_NONE, "14:30" },
		{ "time with seconds", "time", "14:30:59", PROBLEM_NONE, "14:30" },
		{ "time of an instant", "time", "2026-02-13T06:30:00Z", PROBLEM_NONE, "14:30" },
		{ "hour 24", "time", "24:00", PROBLEM_VALUE_TYPE, NULL },
		{ "minute 60", "time", "14:60", PROBLEM_VALUE_TYPE, NULL },
		{ "one digit", "time", "9:30", PROBLEM_VALUE_TYPE, NULL },
		{ "datetime with offset", "datetime", "2026-02-13T14:30:00+08:00", PROBLEM_NONE, "2月13日14:30" },
		{ "datetime UTC", "datetime", "2026-02-13T16:05:00Z", PROBLEM_NONE, "2月14日00:05" },
		{ "datetime with fraction", "datetime", "2026-02-13T06:30:00.123456Z", PROBLEM_NONE, "2月13日14:30" },
		{ "datetime without offset", "datetime", "2026-02-13T14:30", PROBLEM_NONE, "2月13日14:30" },
		{ "datetime, a date only", "datetime", "2026-02-13", PROBLEM_VALUE_TYPE, NULL },
		{ "datetime, bad hour", "datetime", "2026-02-13T25:00", PROBLEM_VALUE_TYPE, NULL },
		{ "first instant of year 1", "datetime", "0001-01-01T00:00:00+23:59", PROBLEM_NONE, NULL },
		{ "last instant of year 9999", "datetime", "9999-12-31T23:59:59-23:59", PROBLEM_NONE, NULL },
	};
	CHECK_ALL(rows);
}

Test(param_value, choices)
{
	static const struct row rows[] = {
		{ "code", "enum values=wechat:微信,bank:银行", "bank", PROBLEM_NONE, "银行" },
		{ "blanks around", "enum values=wechat:微信,bank:银行", " bank ", PROBLEM_NONE, "银行" },
		{ "words are no code", "enum values=wechat:微信,bank:银行", "微信", PROBLEM_VALUE_CHOICE,
		  "parameter “v” must be one of: wechat, bank" },
		{ "case counts", "enum 渠道 values=wechat:微信", "WeChat", PROBLEM_VALUE_CHOICE,
		  "parameter “v” (渠道) must be one of: wechat" },
	};
	CHECK_ALL(rows);
}

Test(param_value, hostile_texts)
{
	static const struct row rows[] = {
		{ "mustache is not read again", "text", "{{v}}{{#v}}{{/v}}", PROBLEM_NONE, "{{v}}{{#v}}{{/v}}" },
		{ "percent and backslash", "text", "%s%n\\u0041\\", PROBLEM_NONE, "%s%n\\u0041\\" },
		{ "blanks and newlines around", "text", "\r\n\t 　张三\xC2\xA0 \n", PROBLEM_NONE, "张三" },
		{ "control characters go", "text", "a\x01\x07\x1B[31mb\x7F", PROBLEM_NONE, "a[31mb" },
		{ "C1 controls go", "text",
		  "a\xC2\x9B"
		  "b",
		  PROBLEM_NONE, "ab" },
		{ "newline becomes a blank", "text", "一\r\n\t二", PROBLEM_NONE, "一 二" },
		{ "line separator becomes a blank", "text", "a\xE2\x80\xA8z", PROBLEM_NONE, "a z" },
		{ "newline stays where allowed", "text multiline", "一\r\n二", PROBLEM_NONE, "一\n二" },
		{ "tab in several lines", "text multiline", "一\t二", PROBLEM_NONE, "一 二" },
		{ "zero-width and direction marks go", "text", "a\xE2\x80\x8B\xE2\x80\xAE\xEF\xBB\xBFz", PROBLEM_NONE,
		  "az" },
		{ "emoji with joiner stays", "text", "👩‍👧", PROBLEM_NONE, "👩‍👧" },
		{ "brackets of a signature", "text", "【工商银行】您好", PROBLEM_NONE, "〔工商银行〕您好" },
		{ "only controls is empty", "text", "\x01\x02", PROBLEM_VALUE_MISSING,
		  "parameter “v” is missing or empty" },
		{ "empty", "text 户名", "", PROBLEM_VALUE_MISSING, "parameter “v” (户名) is missing or empty" },
		{ "blank", "text", " 　 ", PROBLEM_VALUE_MISSING, "parameter “v” is missing or empty" },
		{ "invalid UTF-8", "text", "a\xC3(", PROBLEM_VALUE_UTF8, "parameter “v” is not UTF-8" },
		{ "overlong", "text", "\xC0\x80", PROBLEM_VALUE_UTF8, NULL },
		{ "surrogate", "text", "\xED\xA0\x80", PROBLEM_VALUE_UTF8, NULL },
		{ "cut off", "text", "\xE4\xB8", PROBLEM_VALUE_UTF8, NULL },
		{ "invalid UTF-8 in a date", "date", "2026-02-1\xFF", PROBLEM_VALUE_TYPE,
		  "parameter “v” must be of type date, like 2026-02-13; it looks like “9999-99-9?”" },
		{ "as long as allowed, in characters", "text max=3", "一二三", PROBLEM_NONE, "一二三" },
		{ "longer", "text 户名 max=3", "一二三四", PROBLEM_VALUE_LONG,
		  "parameter “v” (户名) has 4 characters, at most 3 are allowed" },
		{ "what goes does not count", "text max=3", "一\x01二\xE2\x80\x8B三", PROBLEM_NONE, "一二三" },
	};
	CHECK_ALL(rows);
}

/* As long as the contract with producers allows, in every character width. */
Test(param_value, largest_values)
{
	static const char *const characters[] = { "a", "é", "电", "😀", "\x01", "\xE2\x80\x8B", "【", "\n", "\xFF" };
	struct fixture fixture;
	cr_assert_eq(fixture_compile(&fixture, NULL,
				     "class: notice\nparam v text max=2000\nparam d date\nparam e money", "{{v}}"),
		     ERR_OK);
	for (size_t i = 0; i < sizeof characters / sizeof characters[0]; i++) {
		char value[ALERT_PARAM_VALUE_MAX + 1];
		size_t len = strlen(characters[i]);
		for (size_t at = 0; at + len <= ALERT_PARAM_VALUE_MAX; at += len)
			memcpy(value + at, characters[i], len);
		size_t count = ALERT_PARAM_VALUE_MAX / len;
		value[count * len] = '\0';
		enum template_problem_kind want = count > 2000 ? PROBLEM_VALUE_LONG : PROBLEM_NONE;
		if (characters[i][0] == '\x01' || characters[i][0] == '\n' || i == 5)
			want = PROBLEM_VALUE_MISSING;
		if (characters[i][0] == '\xFF')
			want = PROBLEM_VALUE_UTF8;
		const struct pair pairs[PAIRS_MAX] = { { "v", value }, { "d", "2026-02-13" }, { "e", "1" } };
		fixture_render(&fixture, pairs, NULL);
		cr_expect_eq(fixture.problem.kind, want, "%zu: kind %d", i, fixture.problem.kind);
		if (want == PROBLEM_NONE)
			cr_expect_eq(utf8_count(fixture.rendered, strlen(fixture.rendered)), count, "%zu", i);
		const struct pair date[PAIRS_MAX] = { { "d", value }, { "v", "x" }, { "e", "1" } };
		cr_expect_neq(fixture_render(&fixture, date, NULL), ERR_OK, "%zu: as a date", i);
		const struct pair money[PAIRS_MAX] = { { "e", value }, { "v", "x" }, { "d", "2026-02-13" } };
		cr_expect_neq(fixture_render(&fixture, money, NULL), ERR_OK, "%zu: as money", i);
	}
	fixture_fini(&fixture);
}
