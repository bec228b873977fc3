/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <criterion/criterion.h>

static char memory[64];

static struct buf buf_of(size_t cap)
{
	memset(memory, '#', sizeof memory);
	return buf_over(memory, cap);
}

Test(buf, integers)
{
	struct buf buf = buf_of(64);
	buf_put_u8(&buf, 0xFE);
	buf_put_u16(&buf, 0x1234);
	buf_put_u32(&buf, 0x89ABCDEF);
	cr_assert_eq(buf.len, 7);
	cr_assert_eq(memcmp(memory, "\xFE\x12\x34\x89\xAB\xCD\xEF", 7), 0);
}

Test(buf, decimals)
{
	static const struct {
		bool is_signed;
		uint64_t value;
		const char *want;
	} rows[] = {
		{ false, 0, "0" },
		{ false, 9, "9" },
		{ false, 10, "10" },
		{ false, UINT64_MAX, "18446744073709551615" },
		{ true, 0, "0" },
		{ true, (uint64_t)-1, "-1" },
		{ true, INT64_MAX, "9223372036854775807" },
		{ true, (uint64_t)INT64_MIN, "-9223372036854775808" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf buf = buf_of(64);
		if (rows[i].is_signed)
			buf_put_int(&buf, (int64_t)rows[i].value);
		else
			buf_put_uint(&buf, rows[i].value);
		cr_assert(slice_is(buf_slice(&buf), rows[i].want), "%.*s, not %s", SLICE_ARG(buf_slice(&buf)),
			  rows[i].want);
	}
}

Test(buf, full_sticks_and_nothing_is_written_beyond)
{
	struct buf buf = buf_of(4);
	buf_put_text(&buf, "abc");
	buf_put_text(&buf, "");
	cr_assert(!buf.full);
	buf_put_u16(&buf, 1);
	cr_assert(buf.full);
	buf_put_u8(&buf, 'd');
	cr_assert_eq(buf.len, 3, "full sticks");
	cr_assert_eq(memcmp(memory, "abc#", 4), 0);

	buf = buf_of(4);
	buf_put_text(&buf, "abcd");
	cr_assert(!buf.full);
	buf_put(&buf, NULL, 0);
	cr_assert(!buf.full);
	buf_put_uint(&buf, 7);
	cr_assert(buf.full);

	buf = buf_over(NULL, 0);
	buf_put(&buf, NULL, 0);
	cr_assert(!buf.full);
	buf_put_format(&buf, "%d", 7);
	cr_assert(buf.full);
}

Test(buf, hex)
{
	struct buf buf = buf_of(8);
	buf_put_hex(&buf, "\x00\x7F\xA0\xFF", 4);
	cr_assert(slice_is(buf_slice(&buf), "007fa0ff"));
	buf = buf_of(7);
	buf_put_hex(&buf, "\x00\x7F\xA0\xFF", 4);
	cr_assert(buf.full && buf.len == 0);
	buf = buf_of(8);
	buf_put_hex(&buf, "", SIZE_MAX);
	cr_assert(buf.full);
}

Test(buf, format)
{
	struct buf buf = buf_of(10);
	buf_put_format(&buf, "%s=%d", "tps", 500);
	cr_assert(slice_is(buf_slice(&buf), "tps=500"));
	buf_put_format(&buf, "%s", "ab");
	cr_assert(!buf.full);
	buf_put_format(&buf, "%s", "c");
	cr_assert(buf.full, "the last octet is vsnprintf's NUL");
	cr_assert_eq(buf.len, 9);
	cr_assert_eq(memory[10], '#');
}
