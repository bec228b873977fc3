/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/utf16.h"

#include "base/utf8.h"

#include <criterion/criterion.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

Test(utf16, vectors)
{
	static const struct {
		const char *text;
		size_t want_used;
		struct slice want;
	} rows[] = {
		{ "", 0, SLICE("") },
		{ "A", 1, SLICE("\0A") },
		{ "é", 2, SLICE("\0\xE9") },
		{ "中", 3, SLICE("\x4E\x2D") },
		{ "中文电费", 12, SLICE("\x4E\x2D\x65\x87\x75\x35\x8D\x39") },
		{ "😀", 4, SLICE("\xD8\x3D\xDE\x00") },
		{ "\xF4\x8F\xBF\xBF", 4, SLICE("\xDB\xFF\xDF\xFF") },
		{ "\xEF\xBB\xBF"
		  "a",
		  4, SLICE("\xFE\xFF\0a") },
		{ "中文a中文b中文", 20, SLICE("\x4E\x2D\x65\x87\0a\x4E\x2D\x65\x87\0b\x4E\x2D\x65\x87") },
		{ "中\xFF", 3, SLICE("\x4E\x2D") },
		{ "中文中\xE4\xB8", 9, SLICE("\x4E\x2D\x65\x87\x4E\x2D") },
		{ "中文中\xED\xA0\x80文文", 9, SLICE("\x4E\x2D\x65\x87\x4E\x2D") },
		{ "\xE0\x80\xAF中文中", 0, SLICE("") },
		{ "\xE4\xB8\xAD\xE4\xB8", 3, SLICE("\x4E\x2D") },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t out[64];
		size_t count = 99;
		cr_expect_eq(utf16_encode(slice_of(rows[i].text), out, &count), rows[i].want_used, "%s", rows[i].text);
		cr_expect(slice_equal((struct slice){ (char *)out, 2 * count }, rows[i].want), "%s", rows[i].text);
	}
}

/* Each character, between Chinese ones, so that it meets the run of pairs at both places. */
Test(utf16, every_character)
{
	for (uint32_t code = 1; code < 0x110000; code++) {
		char text[64] = "中文";
		uint8_t out[64];
		size_t count;
		size_t len = utf8_encode(code, text + 6);
		if (len == 0)
			continue;
		memcpy(text + 6 + len, "字字", 6);
		size_t used = utf16_encode((struct slice){ text, 12 + len }, out, &count);
		cr_assert_eq(used, 12 + len, "U+%04X", code);
		cr_assert_eq(utf16_char(out, 2), code, "U+%04X", code);
		cr_assert_eq(count, code >= 0x10000 ? 6 : 5, "U+%04X", code);
		cr_assert_eq(utf16_char(out, count - 1), 0x5B57, "U+%04X", code);
	}
}
