/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/latin1.h"

#include <criterion/criterion.h>

Test(latin1, octets)
{
	static const struct {
		const char *text;
		const char *want;
		size_t want_used; /* octets of text */
	} rows[] = {
		{ "", "", 0 },
		{ "Hello [x]\r\n", "Hello [x]\r\n", 11 },
		{ "£é¡ÿ", "\xA3\xE9\xA1\xFF", 8 },
		{ "\xC2\xA0~", "\xA0~", 3 },
		{ "5€", "5", 1 },
		{ "aĀ", "a", 1 },
		{ "电", "", 0 },
		{ "a\xC2\x80", "a", 1 },
		{ "a\xC2\x9F", "a", 1 },
		{ "a\tb", "a", 1 },
		{ "a\x7F", "a", 1 },
		{ "a\xE9", "a", 1 },
		{ "a\xC3", "a", 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t out[32];
		size_t count = 77;
		size_t used = latin1_encode(slice_of(rows[i].text), out, &count);
		cr_expect_eq(used, rows[i].want_used, "%zu: %zu", i, used);
		cr_expect(slice_equal((struct slice){ (const char *)out, count }, slice_of(rows[i].want)), "%zu", i);
	}
}
