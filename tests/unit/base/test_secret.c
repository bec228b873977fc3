/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <criterion/criterion.h>

Test(secret, equal)
{
	static const struct {
		const char *given, *known;
		bool want;
	} rows[] = {
		{ "0123456789abcdef", "0123456789abcdef", true },
		{ "0123456789abcdeF", "0123456789abcdef", false },
		{ "x123456789abcdef", "0123456789abcdef", false },
		{ "0123456789abcde", "0123456789abcdef", false },
		{ "0123456789abcdef0", "0123456789abcdef", false },
		{ "abab", "ab", false },
		{ "", "0123456789abcdef", false },
		{ "0123456789abcdef", "", false },
		{ "", "", true },
		{ NULL, NULL, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(secret_equal(slice_of(rows[i].given), slice_of(rows[i].known)), rows[i].want, "%s, %s",
			     rows[i].given, rows[i].known);
}
