/* SPDX-License-Identifier: Apache-2.0 */
#include "store/redis_info.h"

#include <criterion/criterion.h>

Test(redis_info, finds_whole_names_only)
{
	static const struct slice text = {
		"# Memory\r\nused_memory:17\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\nempty:\r\nlast:x", 82
	};
	static const struct {
		const char *name, *want;
	} rows[] = { { "used_memory", "17" },
		     { "maxmemory", "0" },
		     { "maxmemory_policy", "noeviction" },
		     { "memory", "" },
		     { "used", "" },
		     { "empty", "" },
		     { "last", "x" },
		     { "", "" } };
	cr_assert_eq(text.len, strlen(text.at));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect(slice_is(redis_info_find(text, rows[i].name), rows[i].want), "%s", rows[i].name);
	cr_expect_eq(redis_info_find((struct slice){ NULL, 0 }, "x").len, 0);
}
