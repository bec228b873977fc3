/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/render/render_fixture.h"

/* The cases of the mustache specification (v1.4: comments, interpolation, sections, inverted), as texts of ours. Ours
 * differs on purpose: values are never escaped for HTML, line ends become LF, and blanks at the end of a text are not
 * sent; `want` says so by leaving them out. Booleans are texts: “true”, and “false”, empty or absent. */

struct row {
	const char *name;
	const char *text;
	struct pair pairs[PAIRS_MAX];
	const char *want;
};

#define HEADER                                                                             \
	"class: notice\n"                                                                  \
	"param on text optional\nparam off text optional\nparam x text optional max=200\n" \
	"param y text optional\nparam n integer optional\nparam d number optional"

#define ON                   \
	{                    \
		"on", "true" \
	}

static void check(const struct row *row)
{
	struct fixture fixture;
	enum err err = fixture_compile(&fixture, NULL, HEADER, row->text);
	cr_expect_eq(err, ERR_OK, "%s: did not compile: kind %d %s", row->name, fixture.problem.kind,
		     fixture.problem.args[0]);
	if (err != ERR_OK)
		return;
	err = fixture_render(&fixture, row->pairs, NULL);
	cr_expect_eq(err, ERR_OK, "%s: %s", row->name, fixture.rendered);
	cr_expect_str_eq(fixture.rendered, row->want, "%s: “%s”, want “%s”", row->name, fixture.rendered, row->want);
	fixture_fini(&fixture);
}

#define CHECK_ALL(rows)                                               \
	for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++) \
	check(&(rows)[i])

Test(text_reader, comments)
{
	static const struct row rows[] = {
		{ "inline", "12345{{! a note }}67890", { { 0 } }, "1234567890" },
		{ "several lines", "12345{{!\n  one\n  two...\n}}67890\n", { { 0 } }, "1234567890" },
		{ "alone", "Begin.\n{{! a note }}\nEnd.\n", { { 0 } }, "Begin.\nEnd." },
		{ "alone, indented", "Begin.\n  {{! a note }}\nEnd.\n", { { 0 } }, "Begin.\nEnd." },
		{ "alone, CR LF", "|\r\n{{! a note }}\r\n|", { { 0 } }, "|\n|" },
		{ "alone, first line", "  {{! a note }}\n!", { { 0 } }, "!" },
		{ "alone, last line", "!\n  {{! a note }}", { { 0 } }, "!" },
		{ "alone, several lines", "Begin.\n{{!\nthis and that\n}}\nEnd.\n", { { 0 } }, "Begin.\nEnd." },
		{ "alone, several, indented", "Begin.\n  {{!\n    this\n  }}\nEnd.\n", { { 0 } }, "Begin.\nEnd." },
		{ "not alone", "  12 {{! 34 }}\n", { { 0 } }, "  12" },
		{ "blanks around stay", "12345 {{! note }} 67890", { { 0 } }, "12345  67890" },
		{ "name of a parameter in it", "({{! on }})", { ON }, "()" },
		{ "braces in it", "({{! {{on} }})", { { 0 } }, "()" },
		{ "alone, at the only line", "{{! a }}\nx", { { 0 } }, "x" },
		{ "two on a line do not stand alone", "a\n{{! b }}{{! c }}\nd", { { 0 } }, "a\n\nd" },
	};
	CHECK_ALL(rows);
}

Test(text_reader, interpolation)
{
	static const struct row rows[] = {
		{ "none", "Hello from {Mustache}!\n", { { 0 } }, "Hello from {Mustache}!" },
		{ "basic", "Hello, {{x}}!\n", { { "x", "world" } }, "Hello, world!" },
		{ "second pass is none", "{{x}}: {{y}}", { { "x", "{{y}}" }, { "y", "ok" } }, "{{y}}: ok" },
		{ "never escaped", "These: {{x}}\n", { { "x", "& \" < >" } }, "These: & \" < >" },
		{ "triple", "These: {{{x}}}\n", { { "x", "& \" < >" } }, "These: & \" < >" },
		{ "ampersand", "These: {{&x}}\n", { { "x", "& \" < >" } }, "These: & \" < >" },
		{ "integer", "\"{{n}} km/h!\"", { { "n", "85" } }, "\"85 km/h!\"" },
		{ "triple integer", "\"{{{n}}} km/h!\"", { { "n", "85" } }, "\"85 km/h!\"" },
		{ "ampersand integer", "\"{{&n}} km/h!\"", { { "n", "85" } }, "\"85 km/h!\"" },
		{ "decimal keeps its digits", "\"{{d}} GW!\"", { { "d", "1.210" } }, "\"1.210 GW!\"" },
		{ "triple decimal", "\"{{{d}}} GW!\"", { { "d", "1.210" } }, "\"1.210 GW!\"" },
		{ "ampersand decimal", "\"{{&d}} GW!\"", { { "d", "1.210" } }, "\"1.210 GW!\"" },
		{ "absent", "I ({{x}}) am here", { { 0 } }, "I () am here" },
		{ "triple absent", "I ({{{x}}}) am here", { { 0 } }, "I () am here" },
		{ "ampersand absent", "I ({{&x}}) am here", { { 0 } }, "I () am here" },
		{ "blanks around stay", "| {{x}} |", { { "x", "---" } }, "| --- |" },
		{ "triple, blanks around", "| {{{x}}} |", { { "x", "---" } }, "| --- |" },
		{ "ampersand, blanks around", "| {{&x}} |", { { "x", "---" } }, "| --- |" },
		{ "never alone", "  {{x}}\n", { { "x", "---" } }, "  ---" },
		{ "triple, never alone", "  {{{x}}}\n", { { "x", "---" } }, "  ---" },
		{ "ampersand, never alone", "  {{&x}}\n", { { "x", "---" } }, "  ---" },
		{ "never alone, line end stays", "{{x}}\n{{y}}", { { "x", "a" }, { "y", "b" } }, "a\nb" },
		{ "padding", "|{{ x }}|", { { "x", "---" } }, "|---|" },
		{ "triple padding", "|{{{ x }}}|", { { "x", "---" } }, "|---|" },
		{ "ampersand padding", "|{{& x }}|", { { "x", "---" } }, "|---|" },
		{ "line end as padding", "|{{\nx\n}}|", { { "x", "---" } }, "|---|" },
		{ "full-width blank as padding", "|{{　x　}}|", { { "x", "---" } }, "|---|" },
		{ "twice", "{{x}}{{x}}", { { "x", "好" } }, "好好" },
	};
	CHECK_ALL(rows);
}

Test(text_reader, sections)
{
	static const struct row rows[] = {
		{ "truthy", "\"{{#on}}This.{{/on}}\"", { ON }, "\"This.\"" },
		{ "false", "\"{{#on}}This.{{/on}}\"", { { "on", "false" } }, "\"\"" },
		{ "empty", "\"{{#on}}This.{{/on}}\"", { { "on", "" } }, "\"\"" },
		{ "absent", "\"{{#on}}This.{{/on}}\"", { { 0 } }, "\"\"" },
		{ "blank is empty", "\"{{#on}}This.{{/on}}\"", { { "on", "  " } }, "\"\"" },
		{ "zero is there", "\"{{#n}}{{n}} left{{/n}}\"", { { "n", "0" } }, "\"0 left\"" },
		{ "outer names inside", "{{#on}}{{x}}, {{y}}{{/on}}", { ON, { "x", "a" }, { "y", "b" } }, "a, b" },
		{ "its own name inside", "\"{{#x}}{{x}} is {{x}}{{/x}}\"", { { "x", "bar" } }, "\"bar is bar\"" },
		{ "a text is no list", "\"{{#x}}foo{{/x}}\"", { { "x", "123" } }, "\"foo\"" },
		{ "doubled",
		  "{{#on}}\n* 1st\n{{/on}}\n* {{x}}\n{{#on}}\n* 3rd\n{{/on}}\n",
		  { ON, { "x", "2nd" } },
		  "* 1st\n* 2nd\n* 3rd" },
		{ "nested, truthy", "| A {{#on}}B {{#on}}C{{/on}} D{{/on}} E |", { ON }, "| A B C D E |" },
		{ "nested, falsy", "| A {{#on}}B {{#on}}C{{/on}} D{{/on}} E |", { { 0 } }, "| A  E |" },
		{ "inner falsy", "|{{#on}}B{{#off}}C{{/off}}D{{/on}}|", { ON }, "|BD|" },
		{ "deep",
		  "{{#on}}\n1\n{{#x}}\n12\n{{#y}}\n123\n{{/y}}\n12\n{{/x}}\n1\n{{/on}}\n",
		  { ON, { "x", "a" }, { "y", "b" } },
		  "1\n12\n123\n12\n1" },
		{ "blanks around", " | {{#on}}\t|\t{{/on}} | \n", { ON }, " | \t|\t |" },
		{ "blanks inside", " | {{#on}} {{! note }}\n {{/on}} | \n", { ON }, " |  \n  |" },
		{ "indented inline", " {{#on}}YES{{/on}}\n {{#on}}GOOD{{/on}}\n", { ON }, " YES\n GOOD" },
		{ "alone", "| This Is\n{{#on}}\n|\n{{/on}}\n| A Line\n", { ON }, "| This Is\n|\n| A Line" },
		{ "alone, indented",
		  "| This Is\n  {{#on}}\n|\n  {{/on}}\n| A Line\n",
		  { ON },
		  "| This Is\n|\n| A Line" },
		{ "alone, CR LF", "|\r\n{{#on}}\r\n{{/on}}\r\n|", { ON }, "|\n|" },
		{ "alone, first line", "  {{#on}}\n#{{/on}}\n/", { ON }, "#\n/" },
		{ "alone, last line", "#{{#on}}\n/\n  {{/on}}", { ON }, "#\n/" },
		{ "alone, falsy", "a\n{{#on}}\nb\n{{/on}}\nc", { { 0 } }, "a\nc" },
		{ "padding", "|{{# on }}={{/ on }}|", { ON }, "|=|" },
		{ "padding before the sigil", "|{{ # on }}={{ / on }}|", { ON }, "|=|" },
		{ "tail of a hidden section is not sent", "a\n{{#on}}\nb{{/on}}", { { 0 } }, "a" },
	};
	CHECK_ALL(rows);
}

Test(text_reader, inverted_sections)
{
	static const struct row rows[] = {
		{ "false", "\"{{^on}}This.{{/on}}\"", { { "on", "false" } }, "\"This.\"" },
		{ "absent", "\"{{^on}}This.{{/on}}\"", { { 0 } }, "\"This.\"" },
		{ "empty", "\"{{^on}}This.{{/on}}\"", { { "on", "" } }, "\"This.\"" },
		{ "truthy", "\"{{^on}}This.{{/on}}\"", { ON }, "\"\"" },
		{ "a text", "\"{{^x}}Not {{x}}.{{/x}}\"", { { "x", "seen" } }, "\"\"" },
		{ "doubled",
		  "{{^on}}\n* 1st\n{{/on}}\n* {{x}}\n{{^on}}\n* 3rd\n{{/on}}\n",
		  { { "x", "2nd" } },
		  "* 1st\n* 2nd\n* 3rd" },
		{ "nested, falsy", "| A {{^on}}B {{^on}}C{{/on}} D{{/on}} E |", { { 0 } }, "| A B C D E |" },
		{ "nested, truthy", "| A {{^on}}B {{^on}}C{{/on}} D{{/on}} E |", { ON }, "| A  E |" },
		{ "blanks around", " | {{^on}}\t|\t{{/on}} | \n", { { 0 } }, " | \t|\t |" },
		{ "blanks inside", " | {{^on}} {{! note }}\n {{/on}} | \n", { { 0 } }, " |  \n  |" },
		{ "indented inline", " {{^on}}NO{{/on}}\n {{^on}}WAY{{/on}}\n", { { 0 } }, " NO\n WAY" },
		{ "alone", "| This Is\n{{^on}}\n|\n{{/on}}\n| A Line\n", { { 0 } }, "| This Is\n|\n| A Line" },
		{ "alone, indented",
		  "| This Is\n  {{^on}}\n|\n  {{/on}}\n| A Line\n",
		  { { 0 } },
		  "| This Is\n|\n| A Line" },
		{ "alone, CR LF", "|\r\n{{^on}}\r\n{{/on}}\r\n|", { { 0 } }, "|\n|" },
		{ "alone, first line", "  {{^on}}\n^{{/on}}\n/", { { 0 } }, "^\n/" },
		{ "alone, last line", "^{{^on}}\n/\n  {{/on}}", { { 0 } }, "^\n/" },
		{ "padding", "|{{^ on }}={{/ on }}|", { { 0 } }, "|=|" },
		{ "either or", "{{#x}}{{x}}{{/x}}{{^x}}nobody{{/x}}", { { 0 } }, "nobody" },
		{ "either or, there", "{{#x}}{{x}}{{/x}}{{^x}}nobody{{/x}}", { { "x", "Joe" } }, "Joe" },
	};
	CHECK_ALL(rows);
}

/* What the specification has beyond and we refuse: each says what to do instead. */
Test(text_reader, refused_by_design)
{
	static const struct {
		const char *name;
		const char *text;
		enum template_problem_kind want;
	} rows[] = {
		{ "dotted name", "\"{{x.name}}\"", PROBLEM_TAG_DOTTED },
		{ "dotted name, triple", "\"{{{x.name}}}\"", PROBLEM_TAG_DOTTED },
		{ "dotted name, ampersand", "\"{{&x.name}}\"", PROBLEM_TAG_DOTTED },
		{ "dotted name, any depth", "\"{{x.b.c.d.e.name}}\"", PROBLEM_TAG_DOTTED },
		{ "dotted name, leading dot", "{{#x}}{{.name}}{{/x}}", PROBLEM_TAG_DOTTED },
		{ "dotted section", "{{#x.b.c}}Here{{/x.b.c}}", PROBLEM_TAG_DOTTED },
		{ "dotted inverted", "{{^x.b.c}}Not here{{/x.b.c}}", PROBLEM_TAG_DOTTED },
		{ "implicit iterator", "{{#x}}({{.}}){{/x}}", PROBLEM_TAG_ITERATOR },
		{ "implicit iterator, triple", "{{#x}}({{{.}}}){{/x}}", PROBLEM_TAG_ITERATOR },
		{ "implicit iterator, ampersand", "{{#x}}({{&.}}){{/x}}", PROBLEM_TAG_ITERATOR },
		{ "implicit iterator, section", "{{#.}}{{x}}{{/.}}", PROBLEM_TAG_ITERATOR },
		{ "object or list member", "{{#x}}{{item}}{{/x}}", PROBLEM_TAG_PARAM },
		{ "missing name", "[{{#missing}}found{{/missing}}]", PROBLEM_TAG_PARAM },
		{ "partial", "\"{{>text}}\"", PROBLEM_TAG_PARTIAL },
		{ "partial, padded", "\"{{> text }}\"", PROBLEM_TAG_PARTIAL },
		{ "delimiters", "{{=<% %>=}}(<%x%>)", PROBLEM_TAG_DELIMITER },
		{ "delimiters, padded", "{{= | | =}}", PROBLEM_TAG_DELIMITER },
		{ "inheritance: parent", "{{<parent}}{{/parent}}", PROBLEM_TAG_BLOCK },
		{ "inheritance: block", "{{$title}}Default{{/title}}", PROBLEM_TAG_BLOCK },
		{ "dynamic name", "{{>*x}}", PROBLEM_TAG_PARTIAL },
		{ "pragma", "{{%FILTERS}}", PROBLEM_TAG_BLOCK },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fixture fixture;
		enum err err = fixture_compile(&fixture, NULL, HEADER, rows[i].text);
		cr_expect_neq(err, ERR_OK, "%s: compiled", rows[i].name);
		cr_expect_eq(fixture.problem.kind, rows[i].want, "%s: kind %d, want %d", rows[i].name,
			     fixture.problem.kind, rows[i].want);
		cr_expect_null(fixture.template, "%s", rows[i].name);
	}
}

/* A label may stand for the name, and Chinese colons and names are as good as others. */
Test(text_reader, labels_and_chinese_names)
{
	static const struct {
		const char *name;
		const char *header;
		const char *text;
		struct pair pairs[PAIRS_MAX];
		const char *want;
	} rows[] = {
		{ "label",
		  "类别：通知\n参数 balance 金额 余额",
		  "余额{{余额}}元",
		  { { "balance", "1.50" } },
		  "余额1.50元" },
		{ "label in a section",
		  "class: notice\nparam n text 姓名 optional",
		  "{{#姓名}}{{n}}，{{/n}}您好",
		  { { "n", "张三" } },
		  "张三，您好" },
		{ "Chinese name",
		  "class: notice\nparam 户号 text",
		  "户号{{户号}}。",
		  { { "户号", "22" } },
		  "户号22。" },
		{ "format behind a full-width colon",
		  "class: notice\nparam d date 日期",
		  "{{日期：年月日}}",
		  { { "d", "2026-02-13" } },
		  "2026年2月13日" },
		{ "a name goes before a label",
		  "class: notice\nparam a text b\nparam b text c",
		  "{{a}}{{b}}",
		  { { "a", "1" }, { "b", "2" } },
		  "12" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fixture fixture;
		enum err err = fixture_compile(&fixture, NULL, rows[i].header, rows[i].text);
		cr_expect_eq(err, ERR_OK, "%s: did not compile: kind %d", rows[i].name, fixture.problem.kind);
		if (err != ERR_OK)
			continue;
		cr_expect_eq(fixture_render(&fixture, rows[i].pairs, NULL), ERR_OK, "%s", rows[i].name);
		cr_expect_str_eq(fixture.rendered, rows[i].want, "%s: “%s”", rows[i].name, fixture.rendered);
		fixture_fini(&fixture);
	}
}
