/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/render/render_fixture.h"

Test(header_reader, keys_in_both_languages)
{
	static const struct {
		const char *name;
		const char *header;
	} rows[] = {
		{ "English",
		  "title: 电费\nclass: notice\nmax_age: 12h\nsignature: 甲\non_unknown: hold\nnote: 请核对" },
		{ "Chinese", "标题: 电费\n类别: 通知\n时效: 12小时\n签名: 甲\n结果不明: 搁置\n说明: 请核对" },
		{ "full-width colons",
		  "标题：电费\n类别：通知\n时效：12 小时\n签名：【甲】\n结果不明：搁置\n备注：请核对" },
		{ "blanks", "  title :  电费  \nclass:notice\n\nmax_age:\t720m\n# a remark\nsignature : 甲\n"
			    "on_unknown: hold　\n　note： 请核对" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fixture fixture;
		enum err err = fixture_compile(&fixture, NULL, rows[i].header, "x");
		cr_expect_eq(err, ERR_OK, "%s: kind %d, line %u", rows[i].name, fixture.problem.kind,
			     fixture.problem.line);
		if (err != ERR_OK)
			continue;
		const struct template_header *header = template_header(fixture.template);
		cr_expect(slice_is(header->title, "电费"), "%s: %.*s", rows[i].name, SLICE_ARG(header->title));
		cr_expect(slice_is(header->signature, "甲"), "%s: %.*s", rows[i].name, SLICE_ARG(header->signature));
		cr_expect(slice_is(header->note, "请核对"), "%s: %.*s", rows[i].name, SLICE_ARG(header->note));
		cr_expect(slice_is(header->name, "test"), "%s", rows[i].name);
		cr_expect(slice_is(header->locale, "zh-CN"), "%s", rows[i].name);
		cr_expect_eq(header->sms_class, SMS_CLASS_NOTICE, "%s", rows[i].name);
		cr_expect_eq(header->on_unknown, ON_UNKNOWN_HOLD, "%s", rows[i].name);
		cr_expect_eq(header->max_age_ms, 12 * 3600 * 1000, "%s", rows[i].name);
		fixture_fini(&fixture);
	}
}

Test(header_reader, defaults)
{
	struct fixture fixture;
	cr_assert_eq(fixture_compile(&fixture, "en", "class: marketing", "x, reply STOP"), ERR_OK);
	const struct template_header *header = template_header(fixture.template);
	cr_expect(slice_is(header->title, "test"));
	cr_expect(slice_is(header->locale, "en"));
	cr_expect_eq(header->sms_class, SMS_CLASS_MARKETING);
	cr_expect_eq(header->on_unknown, ON_UNKNOWN_BY_CLASS);
	cr_expect_eq(header->max_age_ms, 0);
	cr_expect_null(header->signature.at);
	cr_expect_not(header->has_no_signature);
	fixture_fini(&fixture);
}

Test(header_reader, durations)
{
	static const struct {
		const char *text;
		int64_t want_ms; /* 0 = refused */
	} rows[] = {
		{ "90s", 90000 },
		{ "30m", 1800000 },
		{ "30 min", 1800000 },
		{ "12h", 43200000 },
		{ "2d", 172800000 },
		{ "90秒", 90000 },
		{ "30分钟", 1800000 },
		{ "30分", 1800000 },
		{ "12小时", 43200000 },
		{ "12 小时", 43200000 },
		{ "2天", 172800000 },
		{ "365d", 31536000000 },
		{ "366d", 0 },
		{ "0h", 0 },
		{ "12", 0 },
		{ "h", 0 },
		{ "-1h", 0 },
		{ "1.5h", 0 },
		{ "12 hours", 0 },
		{ "12hh", 0 },
		{ "99999999999999999999h", 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fixture fixture;
		char header[128];
		snprintf(header, sizeof header, "class: notice\nmax_age: %s", rows[i].text);
		enum err err = fixture_compile(&fixture, NULL, header, "x");
		cr_expect_eq(err == ERR_OK, rows[i].want_ms != 0, "%s", rows[i].text);
		if (err == ERR_OK)
			cr_expect_eq(template_header(fixture.template)->max_age_ms, rows[i].want_ms, "%s",
				     rows[i].text);
		else
			cr_expect_eq(fixture.problem.kind, PROBLEM_AGE, "%s", rows[i].text);
		fixture_fini(&fixture);
	}
}

Test(header_reader, line_between_header_and_text)
{
	static const char *const lines[] = { "---", "-----", "  ---  ", "——", "———", "－－－", "───", "---\r" };
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		char source[64];
		struct template *template = NULL;
		snprintf(source, sizeof source, "class: notice\n%s\n---\nx", lines[i]);
		enum err err = template_compile(SLICE("t"), SLICE(""), slice_of(source), &template, NULL);
		cr_expect_eq(err, ERR_OK, "“%s”: only the first such line counts", lines[i]);
		template_release(template);
	}
}

Test(header_reader, errors)
{
	static const struct {
		const char *name;
		const char *header;
		enum template_problem_kind want;
		unsigned line;
		const char *near; /* the suggestion, NULL = not looked at */
	} rows[] = {
		{ "misspelt key", "class: notice\ntilte: x", PROBLEM_KEY_UNKNOWN, 2, "title" },
		{ "misspelt key without a colon", "class: notice\npram a text", PROBLEM_KEY_UNKNOWN, 2, "param" },
		{ "foreign key", "class: notice\ncolour: red", PROBLEM_KEY_UNKNOWN, 2, "" },
		{ "key twice", "class: notice\nclass: critical", PROBLEM_KEY_TWICE, 2, NULL },
		{ "key twice, two languages", "类别: 通知\nclass: critical", PROBLEM_KEY_TWICE, 2, NULL },
		{ "text above the line", "class: notice\n您好，请缴费", PROBLEM_KEY_NO_COLON, 2, NULL },
		{ "key without colon", "class notice", PROBLEM_KEY_NO_COLON, 1, NULL },
		{ "empty value", "class: notice\ntitle:", PROBLEM_KEY_EMPTY, 2, NULL },
		{ "no class", "title: x", PROBLEM_CLASS_MISSING, 2, NULL },
		{ "misspelt class", "class: notcie", PROBLEM_CLASS_UNKNOWN, 1, "notice" },
		{ "foreign class", "class: promo", PROBLEM_CLASS_UNKNOWN, 1, "" },
		{ "duration", "class: notice\nmax_age: soon", PROBLEM_AGE, 2, NULL },
		{ "on_unknown", "class: notice\non_unknown: drop", PROBLEM_ON_UNKNOWN, 2, NULL },
		{ "signature with brackets inside", "class: notice\nsignature: 甲【乙】丙", PROBLEM_SIGNATURE, 2,
		  NULL },
		{ "signature, two", "class: notice\nsignature: 【甲】【乙】", PROBLEM_SIGNATURE, 2, NULL },
		{ "signature too long", "class: notice\nsignature: 一二三四五六七八九十一二三四五六七八九十一",
		  PROBLEM_SIGNATURE, 2, NULL },
		{ "param without anything", "class: notice\nparam", PROBLEM_PARAM_SHORT, 2, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fixture fixture;
		enum err err = fixture_compile(&fixture, NULL, rows[i].header, "x");
		cr_expect_neq(err, ERR_OK, "%s: compiled", rows[i].name);
		cr_expect_eq(fixture.problem.kind, rows[i].want, "%s: kind %d", rows[i].name, fixture.problem.kind);
		cr_expect_eq(fixture.problem.line, rows[i].line, "%s: line %u", rows[i].name, fixture.problem.line);
		if (rows[i].near != NULL)
			cr_expect_str_eq(fixture.problem.args[1], rows[i].near, "%s: “%s”", rows[i].name,
					 fixture.problem.args[1]);
		fixture_fini(&fixture);
	}
}
