/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/gb18030.h"

#include "base/utf8.h"

#include <criterion/criterion.h>

Test(gb18030, decode)
{
	static const struct {
		const char *name, *octets, *want;
		size_t cap;
	} rows[] = {
		{ "nothing", "", "", 64 },
		{ "ASCII", "TD 0000", "TD 0000", 64 },
		{ "GB 2312", "\xCD\xCB\xB6\xA9", "退订", 64 },
		{ "GBK", "\x81\x40\xA9\x96", "丂〇", 64 },
		{ "four octets", "\x94\x39\xDA\x33", "💩", 64 },
		{ "mixed", "T\xCD\xCB\x44", "T退D", 64 },
		{ "half a character at the end", "\xCD\xCB\xB6", "退\xEF\xBF\xBD", 64 },
		{ "an octet of nobody", "\xFF\xCD\xCB", "\xEF\xBF\xBD退", 64 },
		{ "a second octet that fits none", "\xCD\x20T", "\xEF\xBF\xBD T", 64 },
		{ "no room for the second", "\xCD\xCB\xB6\xA9", "退", 5 },
		{ "no room for a replacement", "a\xFF", "a", 3 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char out[64];
		size_t len = gb18030_decode(slice_of(rows[i].octets), out, rows[i].cap);
		cr_expect(slice_is((struct slice){ out, len }, rows[i].want), "%s: “%.*s”", rows[i].name, (int)len,
			  out);
	}
}

/* Any two octets, behind and before others: always UTF-8, and never longer than three for each. */
Test(gb18030, whatever_comes)
{
	for (unsigned i = 0; i < 0x10000; i++) {
		char in[] = { 'a', (char)(i >> 8), (char)(i & 0xFF), 'b' };
		char out[3 * sizeof in];
		size_t len = gb18030_decode((struct slice){ in, sizeof in }, out, sizeof out);
		cr_assert_gt(len, 0, "%04x", i);
		cr_assert_eq(utf8_valid(out, len), len, "%04x", i);
		cr_assert_eq(out[0], 'a', "%04x", i);
	}
}
