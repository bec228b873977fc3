/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_sheet.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BOM "\xEF\xBB\xBF"

/* Where a cell stands in the text, which may move while it grows. */
struct place {
	size_t at, len;
};

/* -- lines -- */

/* Adds the next line to the record. False at the end of the input, and where err says why. */
static bool read_line(struct cli_sheet *sheet, enum err *err, struct err_at *at)
{
	errno = 0;
	ssize_t got = getline(&sheet->read, &sheet->read_cap, sheet->in);
	if (got < 0) {
		if (ferror(sheet->in) || errno != 0)
			*err = err_at_set(at, errno == ENOMEM ? ERR_MEMORY : ERR_IO, 0, NULL,
					  "cannot be read to its end: %s", strerror(errno));
		return false;
	}
	size_t skip = ++sheet->lines == 1 && strncmp(sheet->read, BOM, strlen(BOM)) == 0 ? strlen(BOM) : 0;
	size_t len = (size_t)got - skip;
	sheet->octets += (size_t)got;
	size_t need = sheet->text_len + len + 1;
	if (need > CLI_SHEET_RECORD_MAX) {
		*err = err_at_set(at, ERR_RANGE, 0, NULL, "the record is too long; is a quotation mark missing?");
		return false;
	}
	if (need > sheet->text_cap) {
		char *text = realloc(sheet->text, 2 * need);
		if (text == NULL) {
			*err = err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
			return false;
		}
		sheet->text = text;
		sheet->text_cap = 2 * need;
	}
	memcpy(sheet->text + sheet->text_len, sheet->read + skip, len);
	sheet->text_len += len;
	sheet->text[sheet->text_len] = '\0';
	return true;
}

#define SEPARATORS ",;\t"

static bool is_separator(char c)
{
	return c != '\0' && strchr(SEPARATORS, c) != NULL;
}

/* The first one behind a first cell in quotation marks; NUL where there is none. */
static char find_separator(const char *text)
{
	text += strspn(text, " ");
	if (*text == '"') {
		text++;
		while (*text != '\0' && !(*text == '"' && text[1] != '"'))
			text += *text == '"' ? 2 : 1;
	}
	return text[strcspn(text, SEPARATORS)];
}

static bool is_blank(const struct cli_sheet *sheet, char c)
{
	return c == ' ' || (c == '\t' && sheet->separator != '\t');
}

static bool is_end(const struct cli_sheet *sheet, size_t at)
{
	const char *text = sheet->text;
	return at >= sheet->text_len || text[at] == '\n' || (text[at] == '\r' && text[at + 1] == '\n');
}

static void skip_blanks(const struct cli_sheet *sheet, size_t *at)
{
	while (!is_end(sheet, *at) && is_blank(sheet, sheet->text[*at]))
		++*at;
}

/* -- cells -- */

/* One in quotation marks, which may go over several lines; a doubled one is one. */
static enum err take_quoted(struct cli_sheet *sheet, size_t *at, struct place *cell, struct err_at *why)
{
	size_t to = ++*at;
	enum err err = ERR_OK;
	cell->at = to;
	for (;;) {
		if (*at >= sheet->text_len && !read_line(sheet, &err, why))
			return err != ERR_OK ? err
					     : err_at_set(why, ERR_FORMAT, 0, NULL, "a quotation mark is not closed");
		char c = sheet->text[(*at)++];
		if (c == '"' && sheet->text[*at] != '"')
			break;
		*at += c == '"';
		sheet->text[to++] = c;
	}
	cell->len = to - cell->at;
	skip_blanks(sheet, at);
	/* The first name of all goes over several lines: only now it shows. */
	if (sheet->column_count == 0 && sheet->separator == '\0' && is_separator(sheet->text[*at]))
		sheet->separator = sheet->text[*at];
	if (!is_end(sheet, *at) && sheet->text[*at] != sheet->separator)
		return err_at_set(why, ERR_FORMAT, 0, NULL, "something stands behind a closed quotation mark");
	return ERR_OK;
}

static void take_plain(const struct cli_sheet *sheet, size_t *at, struct place *cell)
{
	cell->at = *at;
	while (!is_end(sheet, *at) && sheet->text[*at] != sheet->separator)
		++*at;
	cell->len = *at - cell->at;
	while (cell->len > 0 && is_blank(sheet, sheet->text[cell->at + cell->len - 1]))
		cell->len--;
}

static enum err split(struct cli_sheet *sheet, struct err_at *why)
{
	struct place places[CLI_SHEET_COLUMNS_MAX];
	size_t at = 0;
	enum err err = ERR_OK;
	sheet->cell_count = 0;
	for (;;) {
		if (sheet->cell_count == CLI_SHEET_COLUMNS_MAX)
			return err_at_set(why, ERR_RANGE, 0, NULL, "there are more than %d columns",
					  CLI_SHEET_COLUMNS_MAX);
		struct place *cell = &places[sheet->cell_count++];
		skip_blanks(sheet, &at);
		if (!is_end(sheet, at) && sheet->text[at] == '"')
			err = take_quoted(sheet, &at, cell, why);
		else
			take_plain(sheet, &at, cell);
		if (err != ERR_OK)
			return err;
		if (is_end(sheet, at))
			break;
		at++;
	}
	for (unsigned i = 0; i < sheet->cell_count; i++) {
		sheet->cells[i] = (struct slice){ sheet->text + places[i].at, places[i].len };
		/* Cell by cell: behind one in quotation marks lies what is left of it as it was, which may be half a character. */
		if (utf8_valid(sheet->cells[i].at, sheet->cells[i].len) != sheet->cells[i].len)
			return err_at_set(why, ERR_FORMAT, 0, NULL, "it is not UTF-8; save the table as “CSV UTF-8”");
	}
	return ERR_OK;
}

/* -- records -- */

static enum err next_record(struct cli_sheet *sheet, bool *is_over, struct err_at *why)
{
	enum err err = ERR_OK;
	size_t at;
	*is_over = false;
	do {
		sheet->text_len = at = 0;
		if (!read_line(sheet, &err, why)) {
			*is_over = err == ERR_OK;
			return err;
		}
		sheet->line = sheet->lines;
		if (sheet->column_count == 0) /* the first one: before it is split */
			sheet->separator = find_separator(sheet->text);
		skip_blanks(sheet, &at);
	} while (is_end(sheet, at));
	return split(sheet, why);
}

enum err cli_sheet_begin(struct cli_sheet *sheet, FILE *in, struct err_at *at)
{
	bool is_over;
	sheet->in = in;
	enum err err = next_record(sheet, &is_over, at);
	if (err == ERR_OK && is_over)
		err = err_at_set(at, ERR_FORMAT, 0, NULL, "it is empty; its first line names the columns");
	if (err != ERR_OK)
		return err;
	sheet->column_count = sheet->cell_count;
	for (unsigned i = 0; i < sheet->column_count; i++) {
		sheet->names[i] = sheet->cells[i];
		for (unsigned k = 0; k < i; k++) {
			if (sheet->names[k].len > 0 && slice_equal(sheet->names[i], sheet->names[k]))
				return err_at_set(at, ERR_DUPLICATE, 0, NULL, "two columns are called “%.*s”",
						  SLICE_ARG(sheet->names[i]));
		}
	}
	sheet->names_text = sheet->text; /* stays; the records get another */
	sheet->text = NULL;
	sheet->text_cap = 0;
	return ERR_OK;
}

enum err cli_sheet_next(struct cli_sheet *sheet, bool *is_over, struct err_at *at)
{
	enum err err = next_record(sheet, is_over, at);
	if (err != ERR_OK || *is_over)
		return err;
	for (unsigned i = sheet->column_count; i < sheet->cell_count; i++) {
		if (sheet->cells[i].len > 0)
			return err_at_set(at, ERR_FORMAT, 0, NULL, "it has %u cells, and there are %u columns",
					  sheet->cell_count, sheet->column_count);
	}
	for (unsigned i = sheet->cell_count; i < sheet->column_count; i++)
		sheet->cells[i] = (struct slice){ NULL, 0 };
	return ERR_OK;
}

void cli_sheet_fini(struct cli_sheet *sheet)
{
	free(sheet->read);
	free(sheet->text);
	free(sheet->names_text);
}
