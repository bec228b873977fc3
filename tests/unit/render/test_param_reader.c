/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/render/render_fixture.h"

#include "render/template_param.h"

Test(param_reader, declarations)
{
	static const struct {
		const char *line;
		const char *name;
		enum template_type type;
		const char *label;
		const char *sample;
		bool is_optional;
		bool is_multiline;
		unsigned length_max;
	} rows[] = {
		{ "param a text", "a", TEMPLATE_TEXT, "a", "a", false, false, 40 },
		{ "param: a text", "a", TEMPLATE_TEXT, "a", "a", false, false, 40 },
		{ "变量 a 文字 姓名", "a", TEMPLATE_TEXT, "姓名", "姓名", false, false, 40 },
		{ "参数 a 文字 姓名", "a", TEMPLATE_TEXT, "姓名", "姓名", false, false, 40 },
		{ "参数： a 文字 姓名 示例=张三 最长=8 可选", "a", TEMPLATE_TEXT, "姓名", "张三", true, false, 8 },
		{ "param a text optional max=8 sample=张三 姓名", "a", TEMPLATE_TEXT, "姓名", "张三", true, false, 8 },
		{ "param a text \"full name\" sample=\"Li Lei\"", "a", TEMPLATE_TEXT, "full name", "Li Lei", false,
		  false, 40 },
		{ "param a text “户 名” sample＝“李 雷”", "a", TEMPLATE_TEXT, "户 名", "李 雷", false, false, 40 },
		{ "param a text \"optional\"", "a", TEMPLATE_TEXT, "optional", "optional", false, false, 40 },
		{ "param a text required multiline max=2000", "a", TEMPLATE_TEXT, "a", "a", false, true, 2000 },
		{ "param a text 姓名 max=1", "a", TEMPLATE_TEXT, "姓名", "姓", false, false, 1 },
		{ "param a text 【】 max=1", "a", TEMPLATE_TEXT, "【】", "【", false, false, 1 },
		{ "param a money", "a", TEMPLATE_MONEY, "a", "19.53", false, false, 15 },
		{ "param a money max=3", "a", TEMPLATE_MONEY, "a", "0", false, false, 3 },
		{ "param　a　money　余额　sample=9.80", "a", TEMPLATE_MONEY, "余额", "9.80", false, false, 15 },
		{ "param\ta\tdate\t截至日期", "a", TEMPLATE_DATE, "截至日期", "2026-02-13", false, false, 40 },
		{ "param a time", "a", TEMPLATE_TIME, "a", "14:30", false, false, 40 },
		{ "param a datetime sample=2026-02-13T06:30:00Z", "a", TEMPLATE_DATETIME, "a", "2026-02-13T06:30:00Z",
		  false, false, 40 },
		{ "param a integer max=4", "a", TEMPLATE_INTEGER, "a", "30", false, false, 4 },
		{ "param a number", "a", TEMPLATE_NUMBER, "a", "256.5", false, false, 20 },
		{ "param a number max=2", "a", TEMPLATE_NUMBER, "a", "0", false, false, 2 },
		{ "param a enum values=x:甲,y:乙", "a", TEMPLATE_ENUM, "a", "x", false, false, 64 },
		{ "param a enum values=x:甲,y:乙 sample=y", "a", TEMPLATE_ENUM, "a", "y", false, false, 64 },
		{ "param user_name-2 text", "user_name-2", TEMPLATE_TEXT, "user_name-2", "user_name-2", false, false,
		  40 },
		{ "参数 户名 文字", "户名", TEMPLATE_TEXT, "户名", "户名", false, false, 40 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fixture fixture;
		char header[256];
		snprintf(header, sizeof header, "class: notice\n%s", rows[i].line);
		enum err err = fixture_compile(&fixture, NULL, header, "x");
		cr_expect_eq(err, ERR_OK, "%s: kind %d “%s”", rows[i].line, fixture.problem.kind,
			     fixture.problem.args[0]);
		if (err != ERR_OK)
			continue;
		cr_expect_eq(template_header(fixture.template)->param_count, 1, "%s", rows[i].line);
		const struct template_param *param = &template_header(fixture.template)->params[0];
		cr_expect(slice_is(param->name, rows[i].name), "%s: %.*s", rows[i].line, SLICE_ARG(param->name));
		cr_expect(slice_is(param->label, rows[i].label), "%s: %.*s", rows[i].line, SLICE_ARG(param->label));
		cr_expect(slice_is(param->sample, rows[i].sample), "%s: %.*s", rows[i].line, SLICE_ARG(param->sample));
		cr_expect_eq(param->type, rows[i].type, "%s", rows[i].line);
		cr_expect_eq(param->is_optional, rows[i].is_optional, "%s", rows[i].line);
		cr_expect_eq(param->is_multiline, rows[i].is_multiline, "%s", rows[i].line);
		cr_expect_eq(param->length_max, rows[i].length_max, "%s: %u", rows[i].line, param->length_max);
		fixture_fini(&fixture);
	}
}

Test(param_reader, choices)
{
	static const char *const lists[] = {
		"values=wechat:微信,bank:银行代扣",         "values=wechat:微信，bank:银行代扣",
		"选项=wechat：微信、bank：银行代扣",        "values=wechat:微信|bank:银行代扣",
		"values=\"wechat: 微信 , bank: 银行代扣\"",
	};
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		struct fixture fixture;
		char header[256];
		snprintf(header, sizeof header, "class: notice\nparam z enum values=q\nparam a enum %s", lists[i]);
		enum err err = fixture_compile(&fixture, NULL, header, "x");
		cr_expect_eq(err, ERR_OK, "%s: kind %d", lists[i], fixture.problem.kind);
		if (err != ERR_OK)
			continue;
		const struct template_param *param = &template_header(fixture.template)->params[1];
		cr_assert_eq(param->choice_count, 2, "%s: %u", lists[i], param->choice_count);
		cr_expect(slice_is(param->choices[0].code, "wechat"), "%s", lists[i]);
		cr_expect(slice_is(param->choices[0].text, "微信"), "%s", lists[i]);
		cr_expect(slice_is(param->choices[1].code, "bank"), "%s", lists[i]);
		cr_expect(slice_is(param->choices[1].text, "银行代扣"), "%s", lists[i]);
		param = &template_header(fixture.template)->params[0];
		cr_expect(slice_is(param->choices[0].text, "q"), "%s: a code without words stands for itself",
			  lists[i]);
		fixture_fini(&fixture);
	}
}

Test(param_reader, errors)
{
	static const struct {
		const char *name;
		const char *line;
		enum template_problem_kind want;
		const char *arg;  /* args[0], NULL = not looked at */
		const char *near; /* args[1], NULL = not looked at */
	} rows[] = {
		{ "no type", "param a", PROBLEM_PARAM_SHORT, NULL, NULL },
		{ "setting for a type", "param a max=3", PROBLEM_PARAM_SHORT, NULL, NULL },
		{ "digit first", "param 2a text", PROBLEM_PARAM_NAME, "2a", NULL },
		{ "dot", "param a.b text", PROBLEM_PARAM_NAME, "a.b", NULL },
		{ "braces", "param {{a}} text", PROBLEM_PARAM_NAME, "{{a}}", NULL },
		{ "full-width comma", "param a，b text", PROBLEM_PARAM_NAME, "a，b", NULL },
		{ "zero-width space", "param a\xE2\x80\x8B text", PROBLEM_PARAM_NAME, NULL, NULL },
		{ "65 octets", "param xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx text",
		  PROBLEM_PARAM_NAME, NULL, NULL },
		{ "twice", "param b text", PROBLEM_PARAM_TWICE, "b", NULL },
		{ "misspelt type", "param a mony", PROBLEM_PARAM_TYPE, "mony", "money" },
		{ "foreign type", "param a colour", PROBLEM_PARAM_TYPE, "colour", "" },
		{ "misspelt setting", "param a text sampel=x", PROBLEM_WORD_UNKNOWN, "sampel", "sample" },
		{ "foreign setting", "param a text colour=x", PROBLEM_WORD_UNKNOWN, "colour", "" },
		{ "misspelt flag", "param a text optinal", PROBLEM_WORD_UNKNOWN, "optinal", "optional" },
		{ "second label", "param a text 姓名 户名", PROBLEM_WORD_STRAY, "户名", NULL },
		{ "empty setting", "param a text max=", PROBLEM_WORD_EMPTY, "max", NULL },
		{ "blank sample", "param a text sample=\"  \"", PROBLEM_WORD_EMPTY, "sample", NULL },
		{ "setting twice", "param a text max=3 最长=4", PROBLEM_WORD_TWICE, "最长", NULL },
		{ "open quotation", "param a text \"full name", PROBLEM_QUOTE, NULL, NULL },
		{ "open quotation, setting", "param a text sample=“x", PROBLEM_QUOTE, NULL, NULL },
		{ "max 0", "param a text max=0", PROBLEM_MAX, NULL, NULL },
		{ "max too large", "param a text max=2001", PROBLEM_MAX, NULL, NULL },
		{ "max no number", "param a text max=many", PROBLEM_MAX, NULL, NULL },
		{ "max of a date", "param a date max=10", PROBLEM_MAX, NULL, NULL },
		{ "multiline money", "param a money multiline", PROBLEM_MULTILINE, NULL, NULL },
		{ "enum without values", "param a enum", PROBLEM_CHOICES_NONE, NULL, NULL },
		{ "values of a text", "param a text values=x:y", PROBLEM_CHOICES_MISPLACED, NULL, NULL },
		{ "value without words", "param a enum values=x:", PROBLEM_CHOICE, "x:", NULL },
		{ "value without code", "param a enum values=:甲", PROBLEM_CHOICE, ":甲", NULL },
		{ "nothing between commas", "param a enum values=x:甲,,y:乙", PROBLEM_CHOICE, "", NULL },
		{ "value twice", "param a enum values=x:甲,x:乙", PROBLEM_CHOICE_TWICE, "x", NULL },
		{ "signature in a value", "param a enum values=x:【甲】", PROBLEM_BRACKET, NULL, NULL },
		{ "sample of a date", "param a date sample=13.02.2026", PROBLEM_SAMPLE, "13.02.2026", "date" },
		{ "sample of an enum", "param a enum values=x:甲 sample=z", PROBLEM_SAMPLE, "z", "enum" },
		{ "sample with three decimals", "param a money sample=1.005", PROBLEM_SAMPLE, "1.005", "money" },
		{ "sample too long", "param a text max=2 sample=一二三", PROBLEM_SAMPLE_LONG, "3", "2" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fixture fixture;
		char header[512];
		snprintf(header, sizeof header, "class: notice\nparam b text\n%s", rows[i].line);
		enum err err = fixture_compile(&fixture, NULL, header, "x");
		const struct template_problem *problem = &fixture.problem;
		cr_expect_neq(err, ERR_OK, "%s: compiled", rows[i].name);
		cr_expect_eq(problem->kind, rows[i].want, "%s: kind %d", rows[i].name, problem->kind);
		cr_expect_eq(problem->line, 3, "%s: line %u", rows[i].name, problem->line);
		if (rows[i].arg != NULL)
			cr_expect_str_eq(problem->args[0], rows[i].arg, "%s: “%s”", rows[i].name, problem->args[0]);
		if (rows[i].near != NULL)
			cr_expect_str_eq(problem->args[1], rows[i].near, "%s: “%s”", rows[i].name, problem->args[1]);
		fixture_fini(&fixture);
	}
}

/* Writes “class: notice” and count copies of a line with a number in it. */
static void many(char *out, size_t cap, const char *format, unsigned count)
{
	size_t len = (size_t)snprintf(out, cap, "class: notice");
	for (unsigned i = 0; i < count; i++) {
		len += (size_t)snprintf(out + len, cap - len, "\nparam p%u ", i);
		len += (size_t)snprintf(out + len, cap - len, "%s", format);
		cr_assert(len < cap);
	}
}

Test(param_reader, limits)
{
	static const struct {
		const char *rest;
		unsigned count;
		enum template_problem_kind want;
	} rows[] = {
		{ "text", TEMPLATE_PARAMS_MAX, PROBLEM_NONE },
		{ "text", TEMPLATE_PARAMS_MAX + 1, PROBLEM_PARAM_MANY },
		{ "enum values=a,b,c,d", TEMPLATE_CHOICES_MAX / 4, PROBLEM_NONE },
		{ "enum values=a,b,c,d,e", 52, PROBLEM_CHOICES_MANY },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char header[8192];
		struct fixture fixture;
		many(header, sizeof header, rows[i].rest, rows[i].count);
		fixture_compile(&fixture, NULL, header, "x");
		cr_expect_eq(fixture.problem.kind, rows[i].want, "%u × %s: kind %d", rows[i].count, rows[i].rest,
			     fixture.problem.kind);
		fixture_fini(&fixture);
	}
}
