/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/gsm7.h"

#include "base/utf8.h"

#include <criterion/criterion.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

/* The table of 3GPP TS 23.038 §6.2.1 read column by column, ESC left out (shown as a space). */
static const char alphabet[] = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
			       "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

Test(gsm7, default_alphabet)
{
	const char *at = alphabet;
	for (unsigned septet = 0; septet < 128; septet++) {
		uint32_t code;
		size_t used = utf8_decode(at, strlen(at), &code);
		cr_assert_neq(used, 0);
		cr_expect_eq(gsm7_char((uint8_t)septet, false), code, "septet 0x%02X", septet);
		if (septet != GSM7_ESC)
			cr_expect_eq(gsm7_of(code), septet, "U+%04X", code);
		at += used;
	}
	cr_expect_eq(*at, '\0');
}

Test(gsm7, extension)
{
	static const struct {
		uint32_t code;
		uint8_t septet;
	} rows[] = {
		{ '\f', 0x0A }, { '^', 0x14 }, { '{', 0x28 }, { '}', 0x29 }, { '\\', 0x2F },
		{ '[', 0x3C },  { '~', 0x3D }, { ']', 0x3E }, { '|', 0x40 }, { 0x20AC, 0x65 },
	};
	unsigned found = 0;
	for (size_t i = 0; i < COUNT(rows); i++) {
		cr_expect_eq(gsm7_of(rows[i].code), 0x1B00 | rows[i].septet, "U+%04X", rows[i].code);
		cr_expect_eq(gsm7_char(rows[i].septet, true), rows[i].code, "ESC 0x%02X", rows[i].septet);
	}
	for (unsigned septet = 0; septet < 128; septet++)
		found += gsm7_char((uint8_t)septet, true) != gsm7_char((uint8_t)septet, false);
	cr_expect_eq(found, COUNT(rows), "others show as in the default alphabet");
}

/* No character but those of the two tables is in the alphabet. */
Test(gsm7, nothing_else)
{
	unsigned found = 0;
	for (uint32_t code = 0; code < 0x110000; code++) {
		uint16_t septets = gsm7_of(code);
		if (septets == GSM7_NONE)
			continue;
		found++;
		cr_expect_eq(gsm7_char(septets & 0x7F, septets > 0x7F), code, "U+%04X", code);
	}
	cr_expect_eq(found, 127 + 10);
}

Test(gsm7, lookalikes_are_not_there)
{
	static const char *const rows[] = { "`",        "ç", "“", "”", "‘",      "’",      "…",    "–", "\t",
					    "\xC2\xA0", "Α", "Β", "Υ", "\u2206", "\u2126", "\x1B", "￥" };
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t code;
		utf8_decode(rows[i], strlen(rows[i]), &code);
		cr_expect_eq(gsm7_of(code), GSM7_NONE, "%s", rows[i]);
	}
}

Test(gsm7, encode_stops)
{
	static const struct {
		const char *text;
		size_t want_used;
		size_t want_count;
	} rows[] = {
		{ "", 0, 0 },      { "abc", 3, 3 }, { "a€b", 5, 4 },   { "é{", 3, 3 },
		{ "ab中c", 2, 2 }, { "a`b", 1, 1 }, { "a\xC3", 1, 1 }, { "\xFF", 0, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t out[32];
		size_t count = 99;
		cr_expect_eq(gsm7_encode(slice_of(rows[i].text), out, &count), rows[i].want_used, "%s", rows[i].text);
		cr_expect_eq(count, rows[i].want_count, "%s", rows[i].text);
	}
}

Test(gsm7, decode)
{
	static const struct {
		const char *name;
		struct slice septets;
		size_t cap;
		const char *want;
	} rows[] = {
		{ "plain", SLICE("a\x02\x00"), 32, "a$@" },
		{ "escaped", SLICE("\x1B\x65\x1B\x3C"), 32, "€[" },
		{ "unknown escape",
		  SLICE("\x1B"
			"A"),
		  32, "A" },
		{ "two escapes",
		  SLICE("\x1B\x1B"
			"A"),
		  32, " A" },
		{ "escape at the end", SLICE("a\x1B"), 32, "a " },
		{ "eighth bit", SLICE("\xE1"), 32, "a" },
		{ "no room", SLICE("a\x1B\x65"), 3, "a" },
		{ "just room", SLICE("a\x1B\x65"), 4, "a€" },
		{ "none", SLICE(""), 0, "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[32];
		size_t len = gsm7_decode((const uint8_t *)rows[i].septets.at, rows[i].septets.len, out, rows[i].cap);
		cr_expect(slice_is((struct slice){ out, len }, rows[i].want), "%s: “%.*s”", rows[i].name, (int)len,
			  out);
	}
}
