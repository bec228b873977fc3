/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_code.h"

#include "http_bench.h"

/* Every row of the table is reached: none is hidden behind a “*” that stands before it. */
Test(http_code, no_row_hides_another)
{
	static const struct {
		const char *preset, *code;
		int outcome_class;
		bool is_about_account;
	} rows[] = {
#define CODE(preset, code, outcome, about, rest) { #preset, code, OUTCOME_##outcome, (about) == 1 },
#include "wire/http/http_codes.def"
#undef CODE
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_codes codes = { .preset = rows[i].preset };
		struct slice code = slice_of(rows[i].code);
		if (code.at[code.len - 1] == '*')
			code.len--;
		const struct http_code *found = http_code_find(&codes, code);
		cr_assert(found != NULL, "%s %s", rows[i].preset, rows[i].code);
		cr_expect(strcmp(found->name, rows[i].code) == 0, "%s %s: found %s", rows[i].preset, rows[i].code,
			  found->name);
		cr_expect((int)found->outcome_class == rows[i].outcome_class);
		/* Another preset's code says nothing. */
		codes.preset = strcmp(rows[i].preset, "kannel") == 0 ? "vonage" : "kannel";
		cr_expect(http_code_find(&codes, code) == NULL, "%s in the wrong preset", rows[i].code);
		codes.preset = NULL;
		cr_expect(http_code_find(&codes, code) == NULL, "%s without a preset", rows[i].code);
		/* Whose credentials are refused, whoever has others may send. */
		cr_expect(rows[i].outcome_class != OUTCOME_LINK_REFUSED || rows[i].is_about_account, "%s",
			  rows[i].code);
	}
}

static char memory[8192] __attribute__((aligned(16)));

Test(http_code, operators_lines)
{
	static const struct {
		const char *line;
		enum err want;
		const char *want_words;
	} rows[] = {
		{ "21610=rejected", ERR_OK, "" },
		{ "a=b=temporary account", ERR_OK, "" },
		{ "X*=link_refused", ERR_OK, "" },
		{ "4020=not_mine", ERR_OK, "" },
		{ "1=not_min", ERR_NOT_FOUND, "did you mean “not_mine”" },
		{ "21610", ERR_FORMAT, "code=class" },
		{ "=rejected", ERR_FORMAT, "code=class" },
		{ "1=rejectd", ERR_NOT_FOUND, "did you mean “rejected”" },
		{ "1=accepted", ERR_NOT_FOUND, "unknown class" },
		{ "1=", ERR_NOT_FOUND, "unknown class" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena arena;
		arena_init(&arena, memory, sizeof memory, 0);
		struct http_codes codes;
		struct err_at at = { 0 };
		const char *const lines[] = { rows[i].line };
		cr_expect(http_codes_read((struct http_lines){ lines, 1 }, NULL, &arena, &codes, &at) == rows[i].want,
			  "%s", rows[i].line);
		cr_expect(strstr(at.text, rows[i].want_words) != NULL, "%s: %s", rows[i].line, at.text);
	}
	/* They stand before the preset's. */
	struct arena arena;
	arena_init(&arena, memory, sizeof memory, 0);
	struct http_codes codes;
	const char *const lines[] = { "isv.*=temporary account", "a=b=throttled" };
	cr_assert_eq(http_codes_read((struct http_lines){ lines, 2 }, "aliyun", &arena, &codes, NULL), ERR_OK);
	const struct http_code *own = http_code_find(&codes, SLICE("isv.MOBILE_NUMBER_ILLEGAL"));
	cr_expect_eq(own->outcome_class, OUTCOME_TEMPORARY);
	cr_expect(own->is_about_account);
	cr_expect_str_eq(own->name, "isv.*");
	cr_expect_eq(http_code_find(&codes, SLICE("a=b"))->outcome_class, OUTCOME_THROTTLED);
	cr_expect_eq(http_code_find(&codes, SLICE("isp.SYSTEM_ERROR"))->outcome_class, OUTCOME_TEMPORARY);
}

Test(http_code, of_a_status)
{
	static const struct {
		unsigned status;
		int want, want_repeatable;
		bool want_about_account;
	} rows[] = {
		{ 300, OUTCOME_TEMPORARY, OUTCOME_TEMPORARY, true },
		{ 307, OUTCOME_TEMPORARY, OUTCOME_TEMPORARY, true },
		{ 400, OUTCOME_REJECTED, OUTCOME_REJECTED, false },
		{ 401, OUTCOME_LINK_REFUSED, OUTCOME_LINK_REFUSED, true },
		{ 402, OUTCOME_LINK_REFUSED, OUTCOME_LINK_REFUSED, true },
		{ 403, OUTCOME_LINK_REFUSED, OUTCOME_LINK_REFUSED, true },
		{ 404, OUTCOME_TEMPORARY, OUTCOME_TEMPORARY, true },
		{ 406, OUTCOME_REJECTED, OUTCOME_REJECTED, true },
		{ 408, OUTCOME_TEMPORARY, OUTCOME_TEMPORARY, false },
		{ 409, OUTCOME_REJECTED, OUTCOME_REJECTED, false },
		{ 411, OUTCOME_REJECTED, OUTCOME_REJECTED, true },
		{ 413, OUTCOME_REJECTED, OUTCOME_REJECTED, false },
		{ 415, OUTCOME_REJECTED, OUTCOME_REJECTED, true },
		{ 425, OUTCOME_TEMPORARY, OUTCOME_TEMPORARY, false },
		{ 426, OUTCOME_REJECTED, OUTCOME_REJECTED, true },
		{ 429, OUTCOME_THROTTLED, OUTCOME_THROTTLED, false },
		{ 500, OUTCOME_UNKNOWN, OUTCOME_TEMPORARY, false },
		{ 501, OUTCOME_REJECTED, OUTCOME_REJECTED, true },
		{ 502, OUTCOME_TEMPORARY, OUTCOME_TEMPORARY, false },
		{ 503, OUTCOME_TEMPORARY, OUTCOME_TEMPORARY, false },
		{ 504, OUTCOME_UNKNOWN, OUTCOME_TEMPORARY, false },
		{ 599, OUTCOME_UNKNOWN, OUTCOME_TEMPORARY, false },
		{ 200, OUTCOME_UNKNOWN, OUTCOME_UNKNOWN, false },
		{ 100, OUTCOME_UNKNOWN, OUTCOME_UNKNOWN, false },
		{ 600, OUTCOME_UNKNOWN, OUTCOME_UNKNOWN, false },
		{ 0, OUTCOME_UNKNOWN, OUTCOME_UNKNOWN, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_code once = http_code_of_status(rows[i].status, false);
		struct http_code repeatable = http_code_of_status(rows[i].status, true);
		cr_expect((int)once.outcome_class == rows[i].want, "%u", rows[i].status);
		cr_expect((int)repeatable.outcome_class == rows[i].want_repeatable, "%u", rows[i].status);
		cr_expect(once.is_about_account == rows[i].want_about_account, "%u", rows[i].status);
		cr_expect(once.name != NULL);
	}
}
