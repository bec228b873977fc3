/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

#include <criterion/criterion.h>

Test(number, parse)
{
	static const struct {
		const char *text;
		uint64_t max;
		bool want;
		uint64_t want_value;
	} rows[] = {
		{ "0", 0, true, 0 },
		{ "7", 9, true, 7 },
		{ "65535", 65535, true, 65535 },
		{ "65536", 65535, false, 0 },
		{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, false, 0 },
		{ "99999999999999999999", UINT64_MAX, false, 0 },
		{ "100000000000000000000", UINT64_MAX, false, 0 },
		{ "", 9, false, 0 },
		{ "00", 9, false, 0 },
		{ "07", 9, false, 0 },
		{ "-1", 9, false, 0 },
		{ "+1", 9, false, 0 },
		{ " 1", 9, false, 0 },
		{ "1 ", 9, false, 0 },
		{ "1.0", 9, false, 0 },
		{ "0x1", 9, false, 0 },
		{ "１", 9, false, 0 },
		{ "/", 9, false, 0 },
		{ ":", 9, false, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint64_t value = 4711;
		cr_assert_eq(number_parse(slice_of(rows[i].text), rows[i].max, &value), rows[i].want, "“%s”",
			     rows[i].text);
		cr_assert_eq(value, rows[i].want ? rows[i].want_value : 4711, "“%s”", rows[i].text);
	}
	uint64_t value;
	cr_assert(!number_parse((struct slice){ 0 }, 9, &value), "absent");
}

Test(number, parse_hex)
{
	static const struct {
		const char *text;
		bool want;
		uint64_t want_value;
	} rows[] = {
		{ "0", true, 0 },
		{ "fF", true, 255 },
		{ "0x0000045", true, 0x45 },
		{ "0XABCDEF", true, 0xABCDEF },
		{ "ffffffffffffffff", true, UINT64_MAX },
		{ "0xffffffffffffffff", true, UINT64_MAX },
		{ "00000000000000001", false, 0 },
		{ "", false, 0 },
		{ "0x", false, 0 },
		{ "x1", false, 0 },
		{ "0x0x1", false, 0 },
		{ "g", false, 0 },
		{ "1 ", false, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint64_t value = 4711;
		cr_assert_eq(number_parse_hex(slice_of(rows[i].text), &value), rows[i].want, "“%s”", rows[i].text);
		cr_assert_eq(value, rows[i].want ? rows[i].want_value : 4711, "“%s”", rows[i].text);
	}
}

Test(number, hex_digit)
{
	static const char digits[] = "0123456789abcdef";
	for (int c = -128; c < 128; c++) {
		const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;
		cr_assert_eq(number_hex_digit((char)c), at ? (int)(at - digits) : -1, "octet %d", c);
	}
}
