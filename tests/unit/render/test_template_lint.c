/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/render/render_fixture.h"

#define H "class: notice\nparam name text 姓名 optional\nparam sum money 金额" /* text begins in line 5 */

Test(template_lint, warnings)
{
	static const struct {
		const char *name;
		const char *header;
		const char *text;
		unsigned line; /* 0 = no warning */
		const char *want;
	} rows[] = {
		{ "nothing to say", H, "{{#name}}{{name}}，{{/name}}{{sum}}元", 0, "" },
		{ "unused", H, "{{sum}}元", 2, "parameter “name” is not used in the text" },
		{ "used in a section only", H, "{{#name}}尊敬的{{/name}}{{sum}}元", 0, "" },
		{ "used in a hidden section only", H, "{{^name}}客户{{/name}}{{sum}}元", 0, "" },
		{ "always the same", H, "{{#name}}{{name}}{{/name}}{{#sum}}{{sum}}{{/sum}}", 5,
		  "parameter “sum” is required, so this section never changes; is “optional” missing?" },
		{ "may be empty", H, "您好{{name}}，{{sum}}元", 5,
		  "parameter “name” is optional and may be empty here; put {{#name}} … {{/name}} around the words" },
		{ "may be empty behind its section", H, "{{#name}}{{name}}{{/name}}\n{{name}}{{sum}}元", 6,
		  "parameter “name” is optional and may be empty here; put {{#name}} … {{/name}} around the words" },
		{ "may be empty in the wrong section", H, "{{^name}}{{name}}{{/name}}{{sum}}元", 5,
		  "parameter “name” is optional and may be empty here; put {{#name}} … {{/name}} around the words" },
		{ "single brace", H, "{{#name}}{{name}}{{/name}}{{sum}}元{sum}", 5,
		  "“{sum}” is sent as it stands; did you mean {{sum}}?" },
		{ "single brace, label", H, "{{#name}}{{name}}{{/name}}{{sum}}元{ 金额 }", 5,
		  "“{ 金额 }” is sent as it stands; did you mean {{ 金额 }}?" },
		{ "braces of something else", H, "{{#name}}{{name}}{{/name}}{{sum}}元{x}", 0, "" },
		{ "stray close", H, "{{#name}}{{name}}{{/name}}{{sum}}元}}", 5,
		  "“}}” without “{{” is sent as it stands" },
		{ "zero-width space", H, "{{#name}}{{name}}{{/name}}{{sum}}\xE2\x80\x8B元", 5,
		  "invisible character U+200B; it may come from a copy and paste" },
		{ "direction override", H, "{{#name}}{{name}}{{/name}}{{sum}}元\n\xE2\x80\xAE", 6,
		  "invisible character U+202E; it may come from a copy and paste" },
		{ "no-break space", H, "{{#name}}{{name}}{{/name}}{{sum}}\xC2\xA0元", 5,
		  "invisible character U+00A0; it may come from a copy and paste" },
		{ "tab", H, "{{#name}}{{name}}{{/name}}\t{{sum}}元", 5,
		  "a tab; phones show it in different ways, use blanks" },
		{ "not NFC", H, "{{#name}}{{name}}{{/name}}{{sum}}\ncafe\xCC\x81", 6,
		  "this line is not in Unicode form NFC (accents apart from their letters, for example), which costs "
		  "characters" },
		{ "NFC", H, "{{#name}}{{name}}{{/name}}{{sum}}\ncaf\xC3\xA9", 0, "" },
		{ "opt-out", "class: marketing", "大促销，拒收请回复R", 0, "" },
		{ "opt-out in English", "class: marketing", "Sale! Reply STOP to opt out", 0, "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fixture fixture;
		char sentence[TEMPLATE_PROBLEM_SENTENCE_OCTETS] = "";
		cr_expect_eq(fixture_compile(&fixture, NULL, rows[i].header, rows[i].text), ERR_OK, "%s", rows[i].name);
		cr_expect_eq(fixture.warnings.count, rows[i].line > 0, "%s: %u warnings", rows[i].name,
			     fixture.warnings.count);
		const struct template_problem *first = &fixture.warnings.items[0];
		if (fixture.warnings.count > 0) {
			template_problem_sentence(first, TEMPLATE_TONGUE_EN, sentence, sizeof sentence);
			cr_expect_eq(template_problem_err(first->kind), ERR_OK, "%s", rows[i].name);
		}
		cr_expect_str_eq(sentence, rows[i].want, "%s: %s", rows[i].name, sentence);
		cr_expect_eq(first->line, rows[i].line, "%s: line %u", rows[i].name, first->line);
		fixture_fini(&fixture);
	}
}

Test(template_lint, more_warnings_than_fit)
{
	struct fixture fixture;
	char text[TEMPLATE_WARNINGS_MAX + 4] = "x";
	memset(text + 1, '\t', TEMPLATE_WARNINGS_MAX + 1);
	text[TEMPLATE_WARNINGS_MAX + 2] = 'y';
	cr_expect_eq(fixture_compile(&fixture, NULL, "class: notice", text), ERR_OK);
	cr_expect_eq(fixture.warnings.count, TEMPLATE_WARNINGS_MAX);
	cr_expect(fixture.warnings.more);
	fixture_fini(&fixture);
}

/* Marketing without a way out is refused. */
Test(template_lint, opt_out)
{
	static const struct {
		const char *name;
		const char *header;
		const char *text;
		bool want;
	} rows[] = {
		{ "none", "class: marketing", "大促销", false },
		{ "a notice needs none", "class: notice", "停电通知", true },
		{ "Chinese", "class: marketing", "大促销，拒收请回复R", true },
		{ "退订", "class: marketing", "大促销，退订回T", true },
		{ "English", "class: marketing", "Sale! Reply STOP to opt out", true },
		{ "in a section that may be hidden", "class: marketing\nparam x text x optional sample=1",
		  "大促销{{#x}}{{x}}退订回T{{/x}}", false },
		{ "behind a section", "class: marketing\nparam x text x optional sample=1",
		  "大促销{{#x}}{{x}}{{/x}}，退订回T", true },
		{ "in a parameter's sample", "class: marketing\nparam x text x sample=退订回T", "大促销{{x}}", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fixture fixture;
		char sentence[TEMPLATE_PROBLEM_SENTENCE_OCTETS] = "";
		enum err err = fixture_compile(&fixture, NULL, rows[i].header, rows[i].text);
		cr_expect_eq(err, rows[i].want ? ERR_OK : ERR_NOT_FOUND, "%s", rows[i].name);
		if (!rows[i].want) {
			template_problem_sentence(&fixture.problem, TEMPLATE_TONGUE_EN, sentence, sizeof sentence);
			cr_expect_str_eq(
				sentence,
				"a marketing text must say, outside of sections, how to refuse more, for example "
				"拒收请回复R");
			cr_expect_eq(fixture.problem.line, rows[i].header[16] == '\0' ? 3 : 4, "%s: line %u",
				     rows[i].name, fixture.problem.line);
		}
		fixture_fini(&fixture);
	}
}
