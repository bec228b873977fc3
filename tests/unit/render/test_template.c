/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/render/render_fixture.h"

/* The line that a person gets, for every way in which a file can be wrong. The file is “templates/t.tmpl”. */

#define D "class: notice\nparam date date\nparam balance money 余额\n" /* text begins in line 5 */

struct row {
	const char *name;
	const char *source;
	const char *want;
};

static void check_line(const struct row *row, enum template_tongue tongue)
{
	struct template *template = NULL;
	struct template_problem problem = { .kind = PROBLEM_NONE };
	char line[1024];
	enum err err = template_compile_report(SLICE("t"), SLICE(""), slice_of(row->source), &template, &problem, NULL);
	cr_expect_neq(err, ERR_OK, "%s: compiled", row->name);
	cr_expect_null(template, "%s", row->name);
	cr_expect_eq(err, template_problem_err(problem.kind), "%s: %s", row->name, err_name(err));
	template_problem_format(SLICE("templates/t.tmpl"), &problem, tongue, line, sizeof line);
	cr_expect_str_eq(line, row->want, "%s:\n  got  %s\n  want %s", row->name, line, row->want);
	template_release(template);
}

static const struct row text_rows[] = {
	{ "unknown parameter", D "---\n截至{{date}}，余额为{{balnace}}元",
	  "templates/t.tmpl:5: unknown parameter “balnace” (did you mean “balance”?)" },
	{ "unknown, nothing near", D "---\n{{phone}}",
	  "templates/t.tmpl:5: unknown parameter “phone”; declare it above the line “---”" },
	{ "unknown, later line", D "---\n{{date}}\n\n{{dat}}",
	  "templates/t.tmpl:7: unknown parameter “dat” (did you mean “date”?)" },
	{ "unknown in a section", D "---\n{{#dates}}x{{/dates}}",
	  "templates/t.tmpl:5: unknown parameter “dates” (did you mean “date”?)" },
	{ "not closed", D "---\n{{date}} {{balance", "templates/t.tmpl:5: “{{” is not closed by “}}”" },
	{ "closed by one brace", D "---\n{{date} {{balance}}", "templates/t.tmpl:5: “{{” is not closed by “}}”" },
	{ "triple closed by two", D "---\n{{{date}}", "templates/t.tmpl:5: “{{” is not closed by “}}”" },
	{ "comment not closed", D "---\nx{{! note }", "templates/t.tmpl:5: “{{” is not closed by “}}”" },
	{ "empty tag", D "---\n{{ }}", "templates/t.tmpl:5: there is no name between “{{” and “}}”" },
	{ "empty name, format", D "---\n{{:年}}", "templates/t.tmpl:5: there is no name between “{{” and “}}”" },
	{ "full-width braces", D "---\n｛｛date｝｝", "templates/t.tmpl:5: full-width braces; write “{{” and “}}”" },
	{ "full-width close", D "---\n｝｝", "templates/t.tmpl:5: full-width braces; write “{{” and “}}”" },
	{ "partial", D "---\n{{>header}}",
	  "templates/t.tmpl:5: including another template (“{{>”) is not offered; write its text here" },
	{ "delimiter", D "---\n{{=<% %>=}}",
	  "templates/t.tmpl:5: other delimiters (“{{=”) are not offered; use “{{” and “}}”" },
	{ "block", D "---\n{{$x}}",
	  "templates/t.tmpl:5: “{{$” is not offered; use {{name}}, {{#name}}, {{^name}}, {{/name}} and {{! "
	  "}}" },
	{ "dots", D "---\n{{date.year}}",
	  "templates/t.tmpl:5: names with dots (“date.year”) are not offered; declare a parameter for it" },
	{ "iterator", D "---\n{{.}}",
	  "templates/t.tmpl:5: “{{.}}” and lists are not offered; write the name of a parameter" },
	{ "no name", D "---\n{{da te}}", "templates/t.tmpl:5: “da te” is no parameter name" },
	{ "ambiguous label", "class: notice\nparam a text 日期\nparam b text 日期\n---\n{{日期}}",
	  "templates/t.tmpl:5: “日期” is the label of several parameters; write the name “a” or “b”" },
	{ "unknown format", D "---\n{{date:年月曰}}",
	  "templates/t.tmpl:5: unknown format “年月曰” for type date (did you mean “年月日”?)" },
	{ "unknown format, nothing near", D "---\n{{balance:xxxxxx}}",
	  "templates/t.tmpl:5: unknown format “xxxxxx” for type money; formats are 千分" },
	{ "no formats", "class: notice\nparam a text\n---\n{{a:大写}}",
	  "templates/t.tmpl:4: type text has no formats; write {{a}}" },
	{ "format on a section", D "---\n{{#date:年}}x{{/date}}",
	  "templates/t.tmpl:5: a section takes no format; write {{#date}}" },
	{ "section open", D "---\nx\n{{#date}}\ny\n",
	  "templates/t.tmpl:6: section “date” is not closed; add {{/date}}" },
	{ "section crossed", D "---\n{{#date}}\n{{#balance}}\n{{/date}}\n{{/balance}}",
	  "templates/t.tmpl:7: {{/date}} stands where {{/balance}} is expected; “balance” was opened in line "
	  "6" },
	{ "section stray", D "---\n{{/date}}", "templates/t.tmpl:5: {{/date}} closes a section that was not opened" },
	{ "bracket", D "---\n尊敬的客户【重要】{{date}}",
	  "templates/t.tmpl:5: “【” is kept for the signature, and carriers refuse texts with two; use 「」 "
	  "here, or "
	  "“signature:” in the header" },
	{ "bracket, second signature", D "---\n【甲】您好\n【乙】{{date}}",
	  "templates/t.tmpl:6: “【” is kept for the signature, and carriers refuse texts with two; use 「」 "
	  "here, or "
	  "“signature:” in the header" },
	{ "signature twice", "class: notice\nsignature: 甲\n---\n【乙】您好",
	  "templates/t.tmpl:4: the text begins with a signature, and the header has one, too; delete one of "
	  "them" },
	{ "own signature too long", "class: notice\n---\n【一二三四五六七八九十一二三四五六七八九十一】您好",
	  "templates/t.tmpl:3: a signature has 1 to 20 characters and no 【】 inside" },
	{ "no text", D "---\n \n\n", "templates/t.tmpl:4: there is no text after the line “---”" },
	{ "nothing after the line", D "---", "templates/t.tmpl:4: there is no text after the line “---”" },
	{ "a comment is no text", D "---\n{{! nothing }}\n",
	  "templates/t.tmpl:4: there is no text after the line “---”" },
};

Test(template, errors_of_the_text)
{
	for (size_t i = 0; i < sizeof text_rows / sizeof text_rows[0]; i++)
		check_line(&text_rows[i], TEMPLATE_TONGUE_EN);
}

Test(template, errors_of_the_file)
{
	static const struct row rows[] = {
		{ "empty", "", "templates/t.tmpl:1: there is no line “---” between the header and the text" },
		{ "no dashes", "title: x\nclass: notice\n",
		  "templates/t.tmpl:2: there is no line “---” between the header and the text" },
		{ "GBK", "title: \xC4\xE3\xBA\xC3\nclass: notice\n---\nx",
		  "templates/t.tmpl:1: this is not UTF-8; save the file in UTF-8, not in GBK" },
		{ "not UTF-8 in the text", "class: notice\n---\nok\nx\xFFy",
		  "templates/t.tmpl:4: this is not UTF-8; save the file in UTF-8, not in GBK" },
		{ "control character", "class: notice\n---\na\x07z",
		  "templates/t.tmpl:3: control character U+0007 is not allowed; delete it" },
		{ "lone CR", "class: notice\n---\na\rz",
		  "templates/t.tmpl:3: control character U+000D is not allowed; delete it" },
		{ "C1 control", "class: notice\n---\na\xC2\x85z",
		  "templates/t.tmpl:3: control character U+0085 is not allowed; delete it" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_line(&rows[i], TEMPLATE_TONGUE_EN);
}

Test(template, errors_in_chinese)
{
	static const struct row rows[] = {
		{ "unknown parameter", D "---\n{{balnace}}元",
		  "templates/t.tmpl:5: 没有变量“balnace”，是不是想写“balance”？" },
		{ "unknown class", "类别: 通知类\n---\nx",
		  "templates/t.tmpl:1: 没有“通知类”这种类别，是不是想写“通知”？" },
		{ "type", "类别: 通知\n参数 a 文本\n---\nx",
		  "templates/t.tmpl:2: "
		  "没有“文本”这种类型，可以写：文字、金额、数值、整数、日期、时间、日期时间、选项" },
		{ "sample of a type", "类别: 通知\n参数 a 金额 示例=二十\n---\nx",
		  "templates/t.tmpl:2: 示例“二十”不符合类型“金额”，请写成 19.53 这样的形式" },
		{ "section", "类别: 通知\n参数 a 文字\n---\n{{#a}}",
		  "templates/t.tmpl:4: 条件段“a”没有结束，请加上 {{/a}}" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_line(&rows[i], TEMPLATE_TONGUE_ZH);
}

/* Offset, line and column are those of the file as it is on the disk, BOM and CR LF included. */
Test(template, places)
{
	static const struct {
		const char *name;
		const char *source;
		size_t offset;
		unsigned line;
		unsigned column;
	} rows[] = {
		{ "first line", "clas: x", 0, 1, 1 },
		{ "first line with BOM",
		  "\xEF\xBB\xBF"
		  "clas: x",
		  3, 1, 1 },
		{ "LF", "class: notice\n---\nab{{x}}", 20, 3, 3 },
		{ "CR LF", "class: notice\r\n---\r\nab{{x}}", 22, 3, 3 },
		{ "BOM and CR LF",
		  "\xEF\xBB\xBF"
		  "class: notice\r\n---\r\nab{{x}}",
		  25, 3, 3 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct template *template = NULL;
		struct err_at at = { .err = ERR_OK };
		enum err err = template_compile(SLICE("t"), SLICE(""), slice_of(rows[i].source), &template, &at);
		cr_expect_eq(err, ERR_NOT_FOUND, "%s", rows[i].name);
		cr_expect_eq(at.err, err, "%s", rows[i].name);
		cr_expect_eq(at.offset, rows[i].offset, "%s: offset %zu", rows[i].name, at.offset);
		cr_expect_eq(at.line, rows[i].line, "%s: line %u", rows[i].name, at.line);
		cr_expect_eq(at.column, rows[i].column, "%s: column %u", rows[i].name, at.column);
	}
}

Test(template, error_line)
{
	struct err_at at = { .err = ERR_OK };
	struct template *template = NULL;
	char line[256];
	cr_expect_eq(template_compile(SLICE("t"), SLICE(""), SLICE(D "---\n{{balnace}}"), &template, &at),
		     ERR_NOT_FOUND);
	cr_expect_str_eq(at.field, "balnace");
	size_t len = template_error_format(SLICE("templates/balance.tmpl"), &at, line, sizeof line);
	cr_expect_str_eq(line, "templates/balance.tmpl:5: unknown parameter “balnace” (did you mean “balance”?)");
	cr_expect_eq(len, strlen(line));
	template_error_format(SLICE(""), &at, line, sizeof line);
	cr_expect_str_eq(line, "unknown parameter “balnace” (did you mean “balance”?)");
	for (size_t cap = 1; cap < 64; cap++) {
		len = template_error_format(SLICE("f"), &at, line, cap);
		cr_expect(len < cap && strlen(line) == len, "cap %zu: %zu", cap, len);
	}
}

Test(template, names_and_locales)
{
	static const struct {
		const char *name;
		const char *locale;
		enum template_problem_kind want;
	} rows[] = {
		{ "balance", "zh-CN", PROBLEM_NONE },
		{ "low_balance-2.v1", "en", PROBLEM_NONE },
		{ "余额提醒", "", PROBLEM_NONE },
		{ "", "en", PROBLEM_BAD_NAME },
		{ ".hidden", "en", PROBLEM_BAD_NAME },
		{ "a b", "en", PROBLEM_BAD_NAME },
		{ "a/b", "en", PROBLEM_BAD_NAME },
		{ "a\xFF", "en", PROBLEM_BAD_NAME },
		{ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "en", PROBLEM_BAD_NAME },
		{ "a", "english", PROBLEM_BAD_LOCALE },
		{ "a", "z", PROBLEM_BAD_LOCALE },
		{ "a", "zh_CN", PROBLEM_BAD_LOCALE },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct template *template = NULL;
		struct template_problem problem = { .kind = PROBLEM_NONE };
		enum err err = template_compile_report(slice_of(rows[i].name), slice_of(rows[i].locale),
						       SLICE("class: notice\n---\nx"), &template, &problem, NULL);
		cr_expect_eq(problem.kind, rows[i].want, "%s/%s: %d", rows[i].name, rows[i].locale, problem.kind);
		cr_expect_eq(err == ERR_OK, rows[i].want == PROBLEM_NONE, "%s", rows[i].name);
		template_release(template);
	}
}

Test(template, file_names)
{
	static const struct {
		const char *path;
		bool ok;
		const char *name;
		const char *locale;
	} rows[] = {
		{ "templates/balance.tmpl", true, "balance", "" },
		{ "templates/balance.en.tmpl", true, "balance", "en" },
		{ "/a.b/c/balance.zh-TW.tmpl", true, "balance", "zh-TW" },
		{ "balance.tmpl", true, "balance", "" },
		{ "low.balance.tmpl", true, "low.balance", "" },
		{ "balance.v2.tmpl", true, "balance.v2", "" },
		{ "balance.txt", false, "", "" },
		{ "templates/.tmpl", false, "", "" },
		{ ".en.tmpl", false, "", "" },
		{ "balance", false, "", "" },
		{ "", false, "", "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct slice name = { NULL, 0 };
		struct slice locale = { NULL, 0 };
		bool ok = template_file_name_parse(slice_of(rows[i].path), &name, &locale);
		cr_expect_eq(ok, rows[i].ok, "%s", rows[i].path);
		if (!ok || !rows[i].ok)
			continue;
		cr_expect(slice_is(name, rows[i].name), "%s: %.*s", rows[i].path, SLICE_ARG(name));
		cr_expect(slice_is(locale, rows[i].locale), "%s: %.*s", rows[i].path, SLICE_ARG(locale));
	}
}

static uint32_t version(const char *name, const char *locale, const char *source)
{
	struct template *template = NULL;
	cr_assert_eq(template_compile(slice_of(name), slice_of(locale), slice_of(source), &template, NULL), ERR_OK);
	uint32_t version = template_header(template)->version;
	template_release(template);
	return version;
}

Test(template, version_follows_the_content)
{
	uint32_t first = version("a", "", "class: notice\n---\nx");
	cr_expect_neq(first, 0);
	cr_expect_eq(first, version("a", "", "class: notice\n---\nx"));
	cr_expect_eq(first,
		     version("a", "zh-CN",
			     "\xEF\xBB\xBF"
			     "class: notice\r\n---\r\nx"),
		     "BOM and CR LF do not count");
	cr_expect_neq(first, version("a", "", "class: notice\n---\ny"));
	cr_expect_neq(first, version("b", "", "class: notice\n---\nx"));
	cr_expect_neq(first, version("a", "en", "class: notice\n---\nx"));
}

Test(template, limits)
{
	size_t len = TEMPLATE_OCTETS_MAX + 1;
	char *source = malloc(len);
	memset(source, 'x', len);
	memcpy(source, "class: notice\n---\n", 18);
	struct template *template = NULL;
	struct template_problem problem = { .kind = PROBLEM_NONE };
	cr_expect_eq(template_compile_report(SLICE("t"), SLICE(""), (struct slice){ source, len }, &template, &problem,
					     NULL),
		     ERR_RANGE);
	cr_expect_eq(problem.kind, PROBLEM_TOO_LARGE);
	cr_expect_eq(template_compile(SLICE("t"), SLICE(""), (struct slice){ source, len - 1 }, &template, NULL),
		     ERR_OK, "the largest file");
	template_release(template);
	free(source);

	static const struct {
		const char *name;
		const char *once;
		unsigned times;
		enum template_problem_kind want;
	} rows[] = {
		{ "tags", "{{a}}", 1024, PROBLEM_NONE },
		{ "tags", "{{a}}", 1025, PROBLEM_TAG_MANY },
		{ "sections", "{{#a}}", 16, PROBLEM_SECTION_OPEN },
		{ "sections", "{{#a}}", 17, PROBLEM_SECTION_DEEP },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[8192] = "";
		size_t once = strlen(rows[i].once);
		for (unsigned k = 0; k < rows[i].times; k++)
			memcpy(text + k * once, rows[i].once, once + 1);
		struct fixture fixture;
		fixture_compile(&fixture, NULL, "class: notice\nparam a text", text);
		cr_expect_eq(fixture.problem.kind, rows[i].want, "%u %s: %d", rows[i].times, rows[i].name,
			     fixture.problem.kind);
		fixture_fini(&fixture);
	}
	template_release(NULL);
}
