/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/roff.h"

#include <string.h>

/* Hyphens are written as such as one types: who copies an option out of a page must get what the program takes. */
static void put_octet(struct buf *out, char octet)
{
	switch (octet) {
	case '\\':
		buf_put_text(out, "\\e");
		break;
	case '-':
		buf_put_text(out, "\\-");
		break;
	case '\'':
		buf_put_text(out, "\\(aq");
		break;
	case '^':
		buf_put_text(out, "\\(ha");
		break;
	case '~':
		buf_put_text(out, "\\(ti");
		break;
	default:
		buf_put(out, &octet, 1);
		break;
	}
}

void roff_put(struct buf *out, struct slice text)
{
	bool is_bold = false;
	if (text.len > 0 && text.at[0] == '.')
		buf_put_text(out, "\\&");
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] != '`') {
			put_octet(out, text.at[i]);
			continue;
		}
		is_bold = !is_bold;
		buf_put_text(out, is_bold ? "\\fB" : "\\fR");
	}
	if (is_bold)
		buf_put_text(out, "\\fR");
}

static void put_line(struct buf *out, struct slice text)
{
	roff_put(out, text);
	buf_put_text(out, "\n");
}

void roff_page(struct buf *out, const char *name, const char *section, const char *version)
{
	/* No date: a page of the same program is the same. Words are what the program takes: none is parted at a line's end. */
	buf_put_format(out, ".TH \"%s\" \"%s\" \"\" \"Hongyan %s\" \"Hongyan\"\n.nh\n.ad l\n", name, section, version);
}

void roff_section(struct buf *out, const char *title)
{
	buf_put_format(out, ".SH \"%s\"\n", title);
}

void roff_subsection(struct buf *out, const char *title)
{
	buf_put_format(out, ".SS \"%s\"\n", title);
}

void roff_paragraph(struct buf *out, const char *text)
{
	buf_put_text(out, ".PP\n");
	put_line(out, slice_of(text));
}

void roff_lines(struct buf *out, const char *lines)
{
	bool is_example = false;
	bool ends_sentence = false;
	for (struct slice rest = slice_of(lines); rest.len > 0;) {
		struct slice line = slice_cut(&rest, '\n');
		bool is_indented = line.len > 2 && line.at[0] == ' ';
		if (is_indented != is_example)
			buf_put_text(out, is_indented ? ".PP\n.nf\n" : ".fi\n.PP\n");
		else if (ends_sentence && !is_indented)
			buf_put_text(out, ".br\n");
		is_example = is_indented;
		ends_sentence = line.len > 0 && line.at[line.len - 1] == '.';
		put_line(out, line);
	}
	if (is_example)
		buf_put_text(out, ".fi\n");
}

void roff_tagged(struct buf *out, const char *tag, const char *value, const char *text)
{
	buf_put_text(out, ".TP\n\\fB");
	roff_put(out, slice_of(tag));
	buf_put_text(out, "\\fR");
	if (value != NULL) {
		buf_put_text(out, " \\fI");
		roff_put(out, slice_of(value));
		buf_put_text(out, "\\fR");
	}
	buf_put_text(out, "\n");
	put_line(out, slice_of(text));
}
