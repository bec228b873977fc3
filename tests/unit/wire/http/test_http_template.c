/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_template.h"

#include "http_bench.h"

static char memory[262144] __attribute__((aligned(16)));

#define USES(value) (UINT64_C(1) << HTTP_VALUE_##value)

Test(http_template, pieces_know_how_they_are_written)
{
	static const struct {
		const char *text;
		enum http_place place;
		unsigned want_count;
		int want_escape; /* of the last piece */
		bool want_bare;
	} rows[] = {
		{ "", HTTP_PLACE_PAIR, 0, 0, false },
		{ "{to}", HTTP_PLACE_PAIR, 1, HTTP_ESCAPE_PERCENT, false },
		{ "/a/{to}", HTTP_PLACE_PATH, 2, HTTP_ESCAPE_PERCENT, false },
		{ "v {to}", HTTP_PLACE_HEADER, 2, HTTP_ESCAPE_NONE, false },
		{ "{body}", HTTP_PLACE_SIGNED, 1, HTTP_ESCAPE_NONE, false },
		{ "{\"a\":\"{to}", HTTP_PLACE_JSON, 2, HTTP_ESCAPE_JSON, false },
		{ "{\"a\":{to}", HTTP_PLACE_JSON, 2, HTTP_ESCAPE_NONE, true },
		{ "[\"\\\"{to}", HTTP_PLACE_JSON, 2, HTTP_ESCAPE_JSON, false },
		{ "[\"\\\\\",{to}", HTTP_PLACE_JSON, 2, HTTP_ESCAPE_NONE, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena arena;
		arena_init(&arena, memory, sizeof memory, 0);
		struct http_template template;
		cr_assert(http_template_compile(slice_of(rows[i].text), rows[i].place, "f", &arena, &template, NULL) ==
				  ERR_OK,
			  "%s", rows[i].text);
		cr_assert(template.count == rows[i].want_count, "%s: %u pieces", rows[i].text, template.count);
		if (template.count == 0)
			continue;
		const struct http_piece *last = &template.pieces[template.count - 1];
		cr_expect(last->escape == rows[i].want_escape, "%s: escape", rows[i].text);
		cr_expect(last->is_bare == rows[i].want_bare, "%s: bare", rows[i].text);
	}
}

Test(http_template, tells_what_it_uses_and_where)
{
	struct arena arena;
	arena_init(&arena, memory, sizeof memory, 0);
	struct http_template template;
	cr_assert_eq(http_template_compile(
			     SLICE("{\"a\":{text},\"m\":[{each}{\"to\":{to},\"p\":{param.x}}{/each}],\"i\":{id}}"),
			     HTTP_PLACE_JSON, "json", &arena, &template, NULL),
		     ERR_OK);
	uint64_t literal = UINT64_C(1) << HTTP_VALUE_LITERAL;
	cr_expect_eq(http_template_uses(&template, false), USES(TEXT) | USES(ID) | literal);
	cr_expect_eq(http_template_uses(&template, true), USES(TO) | USES(PARAM) | literal);
	cr_expect(http_value_is_number(HTTP_VALUE_TIMESTAMP));
	cr_expect(!http_value_is_number(HTTP_VALUE_TO));
	cr_expect(!http_value_is_number(HTTP_VALUE_PARAM));
}

Test(http_template, has_bounds)
{
	static char text[4 * 300 + 1];
	for (size_t i = 0; i < 300; i++)
		memcpy(text + 4 * i, "{to}", 5);
	struct arena arena;
	arena_init(&arena, memory, sizeof memory, 0);
	struct http_template template;
	struct err_at at = { 0 };
	cr_expect_eq(http_template_compile(slice_of(text), HTTP_PLACE_PAIR, "form", &arena, &template, &at), ERR_FULL);
	cr_expect_str_eq(at.field, "form");
	/* However little memory there is, it says so and no more. */
	for (size_t cap = 0; cap < 512; cap += 16) {
		arena_init(&arena, memory, cap, 0);
		enum err err = http_template_compile(SLICE("a {param.x?\"yes\":no} b {to}"), HTTP_PLACE_PAIR, "form",
						     &arena, &template, NULL);
		cr_expect(err == ERR_OK || err == ERR_FULL);
		cr_expect(cap > 64 || err == ERR_FULL);
	}
}
