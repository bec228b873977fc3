/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_mapping.h"

#include "http_bench.h"

static char memory[65536] __attribute__((aligned(16)));

Test(http_mapping, reads_lines)
{
	static const char *const lines[] = { "overdue = SMS_1", " 缴费提醒=SMS_2( amount , theirs = ours )  ",
					     "empty = 3 ()" };
	struct arena arena;
	arena_init(&arena, memory, sizeof memory, 0);
	struct http_mappings mappings;
	cr_assert_eq(http_mappings_read((struct http_lines){ lines, 3 }, &arena, &mappings, NULL), ERR_OK);
	cr_assert_eq(mappings.count, 3);
	const struct http_mapping *row = http_mapping_find(&mappings, SLICE("缴费提醒"));
	cr_assert_not_null(row);
	cr_expect(slice_is(row->code, "SMS_2"));
	cr_assert_eq(row->param_count, 2);
	cr_expect(slice_is(row->params[0].theirs, "amount"));
	cr_expect(slice_is(row->params[0].ours, "amount"));
	cr_expect(slice_is(row->params[1].theirs, "theirs"));
	cr_expect(slice_is(row->params[1].ours, "ours"));
	cr_expect_eq(http_mapping_find(&mappings, SLICE("overdue"))->param_count, 0);
	cr_expect_eq(http_mapping_find(&mappings, SLICE("empty"))->param_count, 0);
	cr_expect_null(http_mapping_find(&mappings, SLICE("over")));
	cr_expect_null(http_mapping_find(&mappings, (struct slice){ NULL, 0 }));
}

Test(http_mapping, refuses_lines)
{
	static const char *const bad[] = { "overdue",          "= SMS_1",          "overdue =",        "overdue = 1 (a",
					   "overdue = 1 (a,)", "overdue = 1 (=a)", "overdue = 1 (a=)", "overdue = (a)",
					   "a = b = c",        "a = b\r\nX: y",    "a = b (c\n)" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct arena arena;
		arena_init(&arena, memory, sizeof memory, 0);
		struct http_mappings mappings;
		struct err_at at = { 0 };
		cr_expect(http_mappings_read((struct http_lines){ &bad[i], 1 }, &arena, &mappings, &at) == ERR_FORMAT,
			  "%s", bad[i]);
		cr_expect_str_eq(at.field, "templates");
	}
	static const char *const twice[] = { "a = 1", "a = 2" };
	struct arena arena;
	arena_init(&arena, memory, sizeof memory, 0);
	struct http_mappings mappings;
	cr_expect_eq(http_mappings_read((struct http_lines){ twice, 2 }, &arena, &mappings, NULL), ERR_DUPLICATE);
	arena_init(&arena, memory, 64, 0);
	cr_expect_eq(http_mappings_read((struct http_lines){ twice, 1 }, &arena, &mappings, NULL), ERR_FULL);
	char many[256] = "a = 1 (p";
	for (size_t len = strlen(many); len < 8 + 2 * 32; len += 2)
		memcpy(many + len, ",p", 3);
	memcpy(many + strlen(many), ")", 2);
	const char *line = many;
	arena_init(&arena, memory, sizeof memory, 0);
	cr_expect_eq(http_mappings_read((struct http_lines){ &line, 1 }, &arena, &mappings, NULL), ERR_RANGE);
}
