/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/alert_syntax.h"

#include <criterion/criterion.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

Test(alert_syntax, printable)
{
	static const struct {
		struct slice text;
		bool want;
	} rows[] = {
		{ SLICE(""), true },
		{ SLICE("a-2026.02:13 x~"), true },
		{ SLICE("账户2200012345"), true },
		{ SLICE("é\xC2\xA0"), true },
		{ SLICE("a\n"), false },
		{ SLICE("\x7F"), false },
		{ SLICE("abcdefgh\x7F"), false },
		{ SLICE("abcdefg\x01"), false },
		{ SLICE("abcdefg\0"), false },
		{ SLICE("a\xC2\x80"), false },
		{ SLICE("abcdefg\xC2\x9F"), false }, /* across two words */
		{ SLICE("abcdefgh12345678\x1F"
			"abcdefg"),
		  false },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(alert_syntax_is_printable(rows[i].text), rows[i].want, "row %zu: %s", i, rows[i].text.at);
}

Test(alert_syntax, locale)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
		{ "zh", true },
		{ "zh-CN", true },
		{ "zh-Hans-CN", true },
		{ "en-GB-oxendict", true },
		{ "de-1996", true },
		{ "x-a", true },
		{ "i-klingon", true },
		{ "en-x-a", true },
		{ "zh-u-nu-hanidec", true },
		{ "a-DE", false },
		{ "", false },
		{ "z", false },
		{ "zh_CN", false },
		{ "zh-", false },
		{ "-zh", false },
		{ "zh--CN", false },
		{ "zh-toolongtag", false },
		{ "12-CN", false },
		{ "zh CN", false },
		{ "中文", false },
		{ "zh-u", false },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(alert_syntax_is_locale(slice_of(rows[i].text)), rows[i].want, "%s", rows[i].text);
}

Test(alert_syntax, traceparent)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
		{ "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true },
		{ "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", true },
		{ "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", true },
		{ "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true },
		{ "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", false },
		{ "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more", false },
		{ "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false },
		{ "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false },
		{ "00-00000000000000000000000000000000-00f067aa0ba902b7-01", false },
		{ "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false },
		{ "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01", false },
		{ "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false },
		{ "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0", false },
		{ "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", false },
		{ "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false },
		{ "", false },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(alert_syntax_is_traceparent(slice_of(rows[i].text)), rows[i].want, "%s", rows[i].text);
}
