/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include "base/slice.h"

#include <criterion/criterion.h>

Test(utf8, decode)
{
	static const struct {
		const char *name;
		struct slice text;
		size_t want_used;
		uint32_t want_code;
	} rows[] = {
		{ "NUL", SLICE("\0"), 1, 0 },
		{ "ASCII", SLICE("A"), 1, 'A' },
		{ "DEL", SLICE("\x7F"), 1, 0x7F },
		{ "first of two octets", SLICE("\xC2\x80"), 2, 0x80 },
		{ "last of two octets", SLICE("\xDF\xBF"), 2, 0x7FF },
		{ "first of three octets", SLICE("\xE0\xA0\x80"), 3, 0x800 },
		{ "last before the short way", SLICE("\xE0\xBF\xBF"), 3, 0xFFF },
		{ "first of the short way", SLICE("\xE1\x80\x80"), 3, 0x1000 },
		{ "last of the short way", SLICE("\xEC\xBF\xBF"), 3, 0xCFFF },
		{ "first behind the short way", SLICE("\xED\x80\x80"), 3, 0xD000 },
		{ "汉", SLICE("汉"), 3, 0x6C49 },
		{ "before the surrogates", SLICE("\xED\x9F\xBF"), 3, 0xD7FF },
		{ "after the surrogates", SLICE("\xEE\x80\x80"), 3, 0xE000 },
		{ "U+FFFF", SLICE("\xEF\xBF\xBF"), 3, 0xFFFF },
		{ "first of four octets", SLICE("\xF0\x90\x80\x80"), 4, 0x10000 },
		{ "last of all", SLICE("\xF4\x8F\xBF\xBF"), 4, 0x10FFFF },
		{ "beyond the last", SLICE("\xF4\x90\x80\x80"), 0, 0 },
		{ "five-octet lead", SLICE("\xF8\x88\x80\x80\x80"), 0, 0 },
		{ "FF", SLICE("\xFF"), 0, 0 },
		{ "lone tail", SLICE("\x80"), 0, 0 },
		{ "overlong NUL", SLICE("\xC0\x80"), 0, 0 },
		{ "overlong slash", SLICE("\xC1\xAF"), 0, 0 },
		{ "overlong in three", SLICE("\xE0\x9F\xBF"), 0, 0 },
		{ "overlong in four", SLICE("\xF0\x8F\xBF\xBF"), 0, 0 },
		{ "high surrogate", SLICE("\xED\xA0\x80"), 0, 0 },
		{ "low surrogate", SLICE("\xED\xBF\xBF"), 0, 0 },
		{ "cut after one", SLICE("\xE6"), 0, 0 },
		{ "cut after two", SLICE("\xE6\xB1"), 0, 0 },
		{ "cut four", SLICE("\xF0\x9F\x98"), 0, 0 },
		{ "second octet no tail", SLICE("\xC3\x41"), 0, 0 },
		{ "second of three no tail", SLICE("\xE6\x41\x89"), 0, 0 },
		{ "second of three a lead", SLICE("\xE6\xC1\x89"), 0, 0 },
		{ "third octet no tail", SLICE("\xE6\xB1\x41"), 0, 0 },
		{ "fourth octet no tail", SLICE("\xF0\x9F\x98\x41"), 0, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint32_t code = 0;
		size_t used = utf8_decode(rows[i].text.at, rows[i].text.len, &code);
		cr_assert_eq(used, rows[i].want_used, "%s: %zu octets", rows[i].name, used);
		cr_assert_eq(code, rows[i].want_code, "%s: U+%04X", rows[i].name, code);
		bool valid = utf8_valid(rows[i].text.at, rows[i].text.len) == rows[i].text.len;
		cr_assert_eq(valid, rows[i].want_used != 0, "%s", rows[i].name);
	}
}

Test(utf8, encode_is_the_inverse)
{
	unsigned written = 0;
	for (uint32_t code = 0; code <= 0x110000; code++) {
		char octets[4];
		size_t len = utf8_encode(code, octets);
		bool has_form = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
		cr_assert_eq(len != 0, has_form, "U+%04X", code);
		if (len == 0)
			continue;
		uint32_t back = 0;
		cr_assert_eq(utf8_decode(octets, len, &back), len, "U+%04X", code);
		cr_assert_eq(back, code, "U+%04X became U+%04X", code, back);
		written++;
	}
	cr_assert_eq(written, 0x110000 - 0x800);
	char octets[4];
	cr_assert_eq(utf8_encode(UINT32_MAX, octets), 0);
}

Test(utf8, valid_names_the_first_bad_octet)
{
	static const struct {
		const char *name;
		struct slice text;
		size_t want;
	} rows[] = {
		{ "empty", SLICE(""), 0 },
		{ "ASCII of every length up to the word", SLICE("abcdefghijklmnop"), 16 },
		{ "mixed", SLICE("电费¥120.50 due"), 18 },
		{ "bad first",
		  SLICE("\xFF"
			"bcdefgh"),
		  0 },
		{ "bad in the first word",
		  SLICE("abc\xFF"
			"efgh"),
		  3 },
		{ "bad after a word", SLICE("abcdefgh\xFF"), 8 },
		{ "bad behind Chinese", SLICE("汉字\x80"), 6 },
		{ "cut at the end", SLICE("abcdefgh汉\xE5\xAD"), 11 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t at = utf8_valid(rows[i].text.at, rows[i].text.len);
		cr_assert_eq(at, rows[i].want, "%s: %zu", rows[i].name, at);
	}
}

Test(utf8, whole_cuts_between_characters)
{
	static const struct {
		const char *name;
		struct slice text;
		size_t want;
	} rows[] = {
		{ "empty", SLICE(""), 0 },
		{ "ASCII", SLICE("abc"), 3 },
		{ "whole", SLICE("a汉"), 4 },
		{ "one octet short", SLICE("a\xE6\xB1"), 1 },
		{ "two octets short", SLICE("a\xE6"), 1 },
		{ "nothing whole", SLICE("\xE6\xB1"), 0 },
		{ "tails without a lead", SLICE("\x80\x80"), 0 },
		{ "whole of four", SLICE("a😀"), 5 },
		{ "four, one short", SLICE("a\xF0\x9F\x98"), 1 },
		{ "two, one short", SLICE("é\xC3"), 2 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len = utf8_whole(rows[i].text.at, rows[i].text.len);
		cr_assert_eq(len, rows[i].want, "%s: %zu", rows[i].name, len);
	}
}

Test(utf8, count)
{
	static const struct {
		const char *name;
		struct slice text;
		size_t want;
	} rows[] = {
		{ "empty", SLICE(""), 0 },   { "ASCII", SLICE("abc"), 3 },          { "Chinese", SLICE("鸿雁传书"), 4 },
		{ "emoji", SLICE("😀a"), 2 }, { "malformed", SLICE("\xFF\x80"), 2 }, { "cut", SLICE("a\xE6\xB1"), 3 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_assert_eq(utf8_count(rows[i].text.at, rows[i].text.len), rows[i].want, "%s", rows[i].name);
}
