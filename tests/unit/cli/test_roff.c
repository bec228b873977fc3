/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/roff.h"

#include <criterion/criterion.h>
#include <string.h>

static char octets[1024];
static struct buf page;

static void begin(void)
{
	page = buf_over(octets, sizeof octets - 1);
}

static void expect(const char *want)
{
	octets[page.len] = '\0';
	cr_expect_str_eq(octets, want);
}

Test(roff, every_text_stands_for_itself, .init = begin)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{ "", "" },
		{ "鸿雁 “a”", "鸿雁 “a”" },
		{ ".TH is no request", "\\&.TH is no request" },
		{ "'br neither", "\\(aqbr neither" },
		{ "a\\fBc", "a\\efBc" },
		{ "--json", "\\-\\-json" },
		{ "^[a~b]", "\\(ha[a\\(tib]" },
		{ "`a-b` c `d", "\\fBa\\-b\\fR c \\fBd\\fR" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin();
		roff_put(&page, slice_of(rows[i].text));
		expect(rows[i].want);
	}
}

Test(roff, a_page, .init = begin)
{
	roff_page(&page, "hongyan-x", "1", "9.9.9");
	roff_section(&page, "OPTIONS");
	roff_tagged(&page, "--to", "NUMBER", "Where it goes");
	roff_tagged(&page, "--json", NULL, "In JSON");
	roff_paragraph(&page, "An end.");
	expect(".TH \"hongyan-x\" \"1\" \"\" \"Hongyan 9.9.9\" \"Hongyan\"\n.nh\n.ad l\n"
	       ".SH \"OPTIONS\"\n"
	       ".TP\n\\fB\\-\\-to\\fR \\fINUMBER\\fR\nWhere it goes\n"
	       ".TP\n\\fB\\-\\-json\\fR\nIn JSON\n"
	       ".PP\nAn end.\n");
}

Test(roff, lines_are_filled_but_for_examples, .init = begin)
{
	roff_lines(&page,
		   "One sentence\non two lines.\nAnother one.\n  an example\n  of two\nAnd more.\n  at the end\n");
	expect("One sentence\non two lines.\n.br\nAnother one.\n"
	       ".PP\n.nf\n  an example\n  of two\n.fi\n.PP\nAnd more.\n"
	       ".PP\n.nf\n  at the end\n.fi\n");
}
