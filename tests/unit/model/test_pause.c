/* SPDX-License-Identifier: Apache-2.0 */
#include "model/pause.h"

#include <criterion/criterion.h>
#include <string.h>

#define TEN      "0123456789"
#define SIXTY    TEN TEN TEN TEN TEN TEN
#define TOO_LONG SIXTY TEN

Test(pause, text)
{
	static const struct {
		const char *text;
		struct pause want;
	} rows[] = {
		{ "all", { PAUSE_ALL, "" } },
		{ "template:overdue", { PAUSE_TEMPLATE, "overdue" } },
		{ "tenant:长春", { PAUSE_TENANT, "长春" } },
		{ "batch:run: 1", { PAUSE_BATCH, "run: 1" } },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct pause pause;
		char text[PAUSE_TEXT_OCTETS];
		cr_assert(pause_parse(slice_of(rows[i].text), &pause), "%s", rows[i].text);
		cr_expect_eq(pause.kind, rows[i].want.kind, "%s", rows[i].text);
		cr_expect_str_eq(pause.name, rows[i].want.name);
		cr_expect_eq(pause_format(&pause, text), strlen(rows[i].text));
		cr_expect_str_eq(text, rows[i].text);
	}
}

Test(pause, no_pause)
{
	static const char *const rows[] = { "", "alles", "template", "template:", "lane:urgent", "batch:" TOO_LONG };
	struct pause pause;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_not(pause_parse(slice_of(rows[i]), &pause), "%s", rows[i]);
}

Test(pause, note)
{
	static const struct {
		const char *text;
		wall_ms want_since;
		const char *want_who;
	} rows[] = {
		{ "1770940700000 li", 1770940700000, "li" },
		{ "1770940700000 王 芳", 1770940700000, "王 芳" },
		{ "1770940700000 ", 1770940700000, "" },
		{ "1770940700000", 1770940700000, "" },
		{ "yesterday li", 0, "li" },
		{ "-5 li", 0, "li" },
		{ "", 0, "" },
		{ " ", 0, "" },
		{ "1 " SIXTY "abcdef", 1, SIXTY "abcd" },
		{ "1 " SIXTY "ab王", 1, SIXTY "ab" },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct pause_note note = pause_note_read(slice_of(rows[i].text));
		cr_expect_eq(note.since, rows[i].want_since, "“%s”", rows[i].text);
		cr_expect_str_eq(note.who, rows[i].want_who, "“%s”", rows[i].text);
	}
	struct pause_note absent = pause_note_read((struct slice){ NULL, 0 });
	cr_expect(absent.since == 0 && absent.who[0] == '\0');
}
