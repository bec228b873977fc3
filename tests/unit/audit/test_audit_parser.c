/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_parser.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

struct seen {
	json_int_t next;   /* the number that must come */
	uint32_t line;     /* of the last one */
	json_int_t refuse; /* number that take refuses */
};

static bool take(void *ctx, const json_t *object, const struct audit_place *place, struct audit_trouble *trouble)
{
	struct seen *seen = ctx;
	json_int_t number = json_integer_value(json_object_get(object, "n"));
	cr_expect_eq(number, seen->next, "%lld comes where %lld is due", (long long)number, (long long)seen->next);
	seen->next = number + 1;
	seen->line = place->line;
	return number != seen->refuse || audit_lines_wrong(place, trouble, "refused");
}

static bool read_file(struct audit_parser *parser, FILE *file, struct seen *seen, struct audit_trouble *trouble)
{
	struct audit_place place = { .name = "f" };
	rewind(file);
	return audit_parser_read(parser, fileno(file), &place, take, seen, trouble);
}

/* Several files one behind the other, of some lines, of none, and of many blocks, with one parser. */
Test(audit_parser, order)
{
	static const unsigned counts[] = { 3, 0, 200000, 1, 70000 };
	struct audit_parser *parser = audit_parser_create();
	struct seen seen = { .next = 0, .refuse = -1 };
	struct audit_trouble trouble = { .result = AUDIT_CLEAN };
	unsigned n = 0;
	for (unsigned i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		FILE *file = tmpfile();
		for (unsigned k = 0; k < counts[i]; k++)
			fprintf(file, "%s{\"n\":%u}%s", k % 7 == 0 ? "\n  \r\n" : "", n++,
				k + 1 < counts[i] ? "\n" : "");
		fflush(file);
		cr_expect(read_file(parser, file, &seen, &trouble), "file %u: %s", i, trouble.text);
		cr_expect_eq(seen.next, n, "file %u: %lld of %u lines came", i, (long long)seen.next, n);
		if (counts[i])
			cr_expect_eq(seen.line, counts[i] + 2 * ((counts[i] + 6) / 7), "file %u: line %u", i,
				     seen.line);
		fclose(file);
	}
	audit_parser_destroy(parser);
}

Test(audit_parser, malformed)
{
	static const struct row {
		const char *name;
		const char *text;
		json_int_t refuse;
		size_t blanks; /* a line of so many blanks before the rest */
		const char *want;
	} rows[] = {
		{ "not closed", "{\"n\":0}\n{\"to\":\"13900000001\"", -1, 0, "f:2: malformed JSON, at octet 19" },
		{ "no JSON", "\n\nhello", -1, 0, "f:3: malformed JSON, at octet 5" },
		{ "no object", "{\"n\":0}\n[1]\n", -1, 0, "f:2: an object is wanted, “{…}”" },
		{ "refused", "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n", 1, 0, "f:2: refused" },
		{ "two objects", "{\"n\":0} {\"n\":1}\n", -1, 0, "f:1: malformed JSON, at octet 9" },
		{ "longest line", "{\"n\":0}\n", -1, AUDIT_LINE_MAX, "" },
		{ "too long", "{\"n\":0}\n", -1, AUDIT_LINE_MAX + 1, "f:1: the line is longer than 1 MiB" },
		{ "much too long", "{\"n\":0}\n", -1, 3 * AUDIT_LINE_MAX, "f:1: the line is longer than 1 MiB" },
	};
	struct audit_parser *parser = audit_parser_create();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct seen seen = { .next = 0, .refuse = rows[i].refuse };
		struct audit_trouble trouble = { .result = AUDIT_CLEAN };
		FILE *file = tmpfile();
		for (size_t k = 0; k < rows[i].blanks; k++)
			putc(' ', file);
		fprintf(file, "%s%s", rows[i].blanks ? "\n" : "", rows[i].text);
		fflush(file);
		bool is_good = read_file(parser, file, &seen, &trouble);
		cr_expect_eq(is_good, *rows[i].want == '\0', "%s: %d", rows[i].name, is_good);
		cr_expect_str_eq(trouble.text, rows[i].want, "%s: %s", rows[i].name, trouble.text);
		fclose(file);
	}
	audit_parser_destroy(parser);
}
