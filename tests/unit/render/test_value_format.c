/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/render/render_fixture.h"

Test(value_format, formats)
{
	static const struct {
		const char *type;
		const char *value;
		const char *format;
		const char *want_zh;
		const char *want_en;
	} rows[] = {
		{ "date", "2026-02-03", "", "2月3日", "3 Feb" },
		{ "date", "2026-12-13", ":月日", "12月13日", "13 Dec" },
		{ "date", "2026-02-13", ":年月日", "2026年2月13日", "Feb 13, 2026" },
		{ "date", "2026-02-13", ":ymd", "2026年2月13日", "Feb 13, 2026" },
		{ "date", "2026-02-13", ":md", "2月13日", "13 Feb" },
		{ "date", "2026-02-13", ":年月", "2026年2月", "Feb 2026" },
		{ "date", "2026-02-13", ":ym", "2026年2月", "Feb 2026" },
		{ "date", "2026-02-13", ":月", "2月", "Feb" },
		{ "date", "2026-02-13", ":m", "2月", "Feb" },
		{ "date", "0987-02-13", ":年", "987年", "987" },
		{ "date", "2026-02-13", " : 年 月日", NULL, NULL },
		{ "date", "2026-02-13", " : 年月日 ", "2026年2月13日", "Feb 13, 2026" },
		{ "date", "2026-02-13", "：年月日", "2026年2月13日", "Feb 13, 2026" },
		{ "time", "08:05", "", "08:05", "08:05" },
		{ "time", "08:05", ":时间", "08:05", "08:05" },
		{ "time", "08:05", ":time", "08:05", "08:05" },
		{ "time", "08:05", ":时分", "8时05分", "08:05" },
		{ "time", "00:00", ":hm", "0时00分", "00:00" },
		{ "time", "08:05", ":年月日", NULL, NULL },
		{ "datetime", "2026-02-13T08:05", "", "2月13日08:05", "08:05 on 13 Feb" },
		{ "datetime", "2026-02-13T08:05", ":时间", "08:05", "08:05" },
		{ "datetime", "2026-02-13T08:05", ":时分", "8时05分", "08:05" },
		{ "datetime", "2026-02-13T08:05", ":月日", "2月13日", "13 Feb" },
		{ "datetime", "2026-02-13T08:05", ":年月日", "2026年2月13日", "Feb 13, 2026" },
		{ "datetime", "2026-02-13T08:05", ":月日时分", "2月13日8时05分", "08:05 on 13 Feb" },
		{ "datetime", "2026-12-13T18:05", ":年月日时分", "2026年12月13日18时05分", "18:05 on Dec 13, 2026" },
		{ "datetime", "2026-12-13T18:05", ":ymdhm", "2026年12月13日18时05分", "18:05 on Dec 13, 2026" },
		{ "money", "1234567.5", "", "1234567.50", "1234567.50" },
		{ "money", "1234567.5", ":千分", "1,234,567.50", "1,234,567.50" },
		{ "money", "-123456.78", ":grouped", "-123,456.78", "-123,456.78" },
		{ "money", "999", ":千分", "999.00", "999.00" },
		{ "number", "1234.5678", ":千分", "1,234.5678", "1,234.5678" },
		{ "integer", "1000", ":千分", "1,000", "1,000" },
		{ "integer", "1000", ":年", NULL, NULL },
		{ "text", "x", ":年", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (int english = 0; english < 2; english++) {
			const char *want = english ? rows[i].want_en : rows[i].want_zh;
			struct fixture fixture;
			char header[64];
			char text[64];
			snprintf(header, sizeof header, "class: notice\nparam v %s", rows[i].type);
			snprintf(text, sizeof text, "{{v%s}}", rows[i].format);
			enum err err = fixture_compile(&fixture, english ? "en-GB" : "ZH-tw", header, text);
			cr_expect_eq(err == ERR_OK, want != NULL, "%s %s: kind %d", rows[i].type, text,
				     fixture.problem.kind);
			if (err == ERR_OK && want != NULL) {
				const struct pair pairs[PAIRS_MAX] = { { "v", rows[i].value } };
				cr_expect_eq(fixture_render(&fixture, pairs, NULL), ERR_OK, "%s %s", rows[i].type,
					     text);
				cr_expect_str_eq(fixture.rendered, want, "%s %s: “%s”, want “%s”", rows[i].type, text,
						 fixture.rendered, want);
			}
			fixture_fini(&fixture);
		}
	}
}

Test(value_format, one_value_in_several_formats)
{
	struct fixture fixture;
	cr_assert_eq(fixture_compile(&fixture, NULL, "class: notice\nparam d datetime",
				     "{{d:年}}{{d:月}}{{d:时间}}{{d:年月日时分}}{{d}}"),
		     ERR_OK);
	const struct pair pairs[PAIRS_MAX] = { { "d", "2026-12-31T23:59:59+08:00" } };
	cr_expect_eq(fixture_render(&fixture, pairs, NULL), ERR_OK);
	cr_expect_str_eq(fixture.rendered, "2026年12月23:592026年12月31日23时59分12月31日23:59", "%s",
			 fixture.rendered);
	fixture_fini(&fixture);
}
