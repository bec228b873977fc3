/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_test.h"

#include <criterion/criterion.h>

Test(console_test, an_id_says_whose_test_it_is)
{
	static const struct {
		const char *id, *user; /* NULL = it is none */
		wall_ms at;
	} rows[] = {
		{ "test.1795551398000.0a1b2c3d.li", "li", 1795551398000 },
		{ "test.1.x.li.ming", "li.ming", 1 }, /* names may have dots */
		{ "test.1.x.", NULL, 0 },
		{ "test.x.x.li", NULL, 0 },
		{ "test.1.li", NULL, 0 },
		{ "send-1-2", NULL, 0 },
		{ "", NULL, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct console_test_id id;
		cr_assert_eq(console_test_id_read(rows[i].id, &id), rows[i].user != NULL, "%s", rows[i].id);
		if (rows[i].user == NULL)
			continue;
		cr_expect_str_eq(id.user, rows[i].user);
		cr_expect_eq(id.at, rows[i].at);
	}
}
