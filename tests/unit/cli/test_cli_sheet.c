/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_sheet.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* “2:a|b” for each record: its line and cells; “2!why” for one that is wrong. Blanks between. */
static void read_all(FILE *in, char *out, size_t cap)
{
	struct cli_sheet sheet = { 0 };
	struct err_at at = { .err = ERR_OK };
	size_t len = 0;
	bool is_over = false;
	if (cli_sheet_begin(&sheet, in, &at) != ERR_OK) {
		snprintf(out, cap, "!%s", at.text);
		cli_sheet_fini(&sheet);
		return;
	}
	while (!is_over) {
		at = (struct err_at){ .err = ERR_OK };
		enum err err = cli_sheet_next(&sheet, &is_over, &at);
		if (is_over)
			break;
		len += (size_t)snprintf(out + len, cap - len, "%s%llu%s", len ? " " : "",
					(unsigned long long)sheet.line, err == ERR_OK ? "" : "!");
		if (err != ERR_OK)
			len += (size_t)snprintf(out + len, cap - len, "%s", at.text);
		for (unsigned i = 0; err == ERR_OK && i < sheet.column_count; i++)
			len += (size_t)snprintf(out + len, cap - len, "%c%.*s", i ? '|' : ':',
						SLICE_ARG(sheet.cells[i]));
	}
	cli_sheet_fini(&sheet);
}

#define ROW(name, in, want)                   \
	{                                     \
		name, in, sizeof in - 1, want \
	}

Test(cli_sheet, records)
{
	static const struct {
		const char *name;
		const char *in;
		size_t len;
		const char *want;
	} rows[] = {
		ROW("plain", "a,b\n1,2\n3,4\n", "2:1|2 3:3|4"),
		ROW("no end of line at the end", "a,b\n1,2", "2:1|2"),
		ROW("as Windows writes",
		    "\xEF\xBB\xBF"
		    "a;b\r\n1;2\r\n",
		    "2:1|2"),
		ROW("tabs, and blanks around", "a\tb\n 1 \t 2 \n", "2:1|2"),
		ROW("one column", "a\n1\n2\n", "2:1 3:2"),
		ROW("lines without anything", "a,b\n\n1,2\n  \n\r\n3,4\n\n", "3:1|2 6:3|4"),
		ROW("nothing but names", "a,b\n", ""),
		ROW("quotation marks", "a,b\n\"1,5\", \"say \"\"hi\"\"\" \n", "2:1,5|say \"hi\""),
		ROW("quotation marks and a character of several octets at the end", "a,b\n\"“\"\"张三\"\"您好\",2\n",
		    "2:“\"张三\"您好|2"),
		ROW("another separator within a name", "\"a;b\",c\n1,2\n", "2:1|2"),
		ROW("a quotation mark within a name", "a\"b,c\n1,2\n", "2:1|2"),
		ROW("the first name over two lines", "\"a\nb\";c\n1;2\n", "3:1|2"),
		ROW("over two lines", "a,b\n\"1\n2\",3\n4,5\n", "2:1\n2|3 4:4|5"),
		ROW("one within a cell", "a,b\n1\"2,3\n", "2:1\"2|3"),
		ROW("empty ones", "a,b\n\"\",\n,2\n", "2:| 3:|2"),
		ROW("the last ones left out", "a,b,c\n1\n", "2:1||"),
		ROW("too many, and all empty", "a,b\n1,2,,\n", "2:1|2"),
		ROW("too many", "a,b\n1,2,3\n4,5\n", "2!it has 3 cells, and there are 2 columns 3:4|5"),
		ROW("not closed", "a,b\n1,\"2\n3,4\n", "2!a quotation mark is not closed"),
		ROW("behind a closed one", "a,b\n\"1\"x,2\n3,4\n",
		    "2!something stands behind a closed quotation mark 3:3|4"),
		ROW("not UTF-8", "a,b\n\xD3\xE0,2\n3,4\n", "2!it is not UTF-8; save the table as “CSV UTF-8” 3:3|4"),
		ROW("nothing", "", "!it is empty; its first line names the columns"),
		ROW("a name twice", "a,b,a\n", "!two columns are called “a”"),
	};
	char got[512];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		FILE *in = rows[i].len ? fmemopen((char *)rows[i].in, rows[i].len, "r") : fopen("/dev/null", "r");
		cr_assert_not_null(in);
		got[0] = '\0';
		read_all(in, got, sizeof got);
		fclose(in);
		cr_expect_str_eq(got, rows[i].want, "%s: %s", rows[i].name, got);
	}
}

Test(cli_sheet, limits)
{
	struct cli_sheet sheet = { 0 };
	struct err_at at = { .err = ERR_OK };
	bool is_over;
	size_t len = 2 * CLI_SHEET_RECORD_MAX;
	char *text = malloc(len);
	cr_assert_not_null(text);
	memset(text, ',', len);
	FILE *in = fmemopen(text, CLI_SHEET_COLUMNS_MAX, "r");
	cr_expect_eq(cli_sheet_begin(&sheet, in, &at), ERR_RANGE, "one column too many");
	cli_sheet_fini(&sheet);
	fclose(in);
	/* A quotation mark that is never closed does not fill all memory. */
	memset(text, '\n', len);
	memcpy(text, "a\n\"", 3);
	in = fmemopen(text, len, "r");
	sheet = (struct cli_sheet){ 0 };
	at = (struct err_at){ .err = ERR_OK };
	cr_assert_eq(cli_sheet_begin(&sheet, in, &at), ERR_OK);
	cr_expect_eq(cli_sheet_next(&sheet, &is_over, &at), ERR_RANGE);
	cr_expect(sheet.text_len <= CLI_SHEET_RECORD_MAX);
	cli_sheet_fini(&sheet);
	fclose(in);
	free(text);
}
