/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_setting.h"

#include "http_bench.h"

static char memory[256] __attribute__((aligned(16)));

Test(http_setting, words)
{
	struct err_at at = { 0 };
	cr_expect_eq(HTTP_SETTING_CHOOSE(NULL, "f", &at, "one", "two"), 0);
	cr_expect_eq(HTTP_SETTING_CHOOSE("two", "f", &at, "one", "two"), 1);
	cr_expect_eq(at.err, ERR_OK);
	cr_expect_eq(HTTP_SETTING_CHOOSE("tow", "f", &at, "one", "two"), -1);
	cr_expect_str_eq(at.field, "f");
	cr_expect_str_eq(at.text, "“tow” is unknown; did you mean “two”?");
}

Test(http_setting, texts)
{
	struct arena arena;
	arena_init(&arena, memory, sizeof memory, 0);
	struct slice out;
	cr_expect_eq(http_setting_keep("abc", "f", &arena, &out, NULL), ERR_OK);
	cr_expect(slice_is(out, "abc"));
	cr_expect_eq(out.at[3], '\0');
	cr_expect_eq(http_setting_keep(NULL, "f", &arena, &out, NULL), ERR_OK);
	cr_expect_null(out.at);
	cr_expect_eq(http_setting_keep("", "f", &arena, &out, NULL), ERR_OK);
	cr_expect_null(out.at);
	cr_expect_eq(http_setting_keep("a\tb", "f", &arena, &out, NULL), ERR_FORMAT);
	arena_init(&arena, memory, 16, 0);
	cr_expect_eq(http_setting_keep("0123456789012345", "f", &arena, &out, NULL), ERR_FULL);
	cr_expect(http_setting_is_plain(SLICE("鸿 雁")));
	cr_expect(!http_setting_is_plain((struct slice){ "a\0b", 3 }));
}
