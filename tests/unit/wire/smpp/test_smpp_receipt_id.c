/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_receipt_id.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define F16 "ffffffffffffffff"
#define Z16 "0000000000000000"
#define N16 "9999999999999999"

Test(smpp_receipt_id, rows)
{
	static const struct {
		const char *name;
		enum smpp_receipt_id form;
		unsigned digits;
		const char *id;
		const char *want; /* NULL = id itself, with a note */
	} rows[] = {
		{ "as it is", SMPP_RECEIPT_ID_AS_IS, 0, "00Ab-c", "00Ab-c" },
		{ "zeros off", SMPP_RECEIPT_ID_AS_IS, 1, "000123", "123" },
		{ "zeros on", SMPP_RECEIPT_ID_AS_IS, 10, "123", "0000000123" },
		{ "more zeros than wanted", SMPP_RECEIPT_ID_AS_IS, 5, "000000123", "00123" },
		{ "longer than wanted", SMPP_RECEIPT_ID_AS_IS, 2, "123", "123" },
		{ "nothing but zeros", SMPP_RECEIPT_ID_AS_IS, 1, "0000", "0" },
		{ "letters keep their case", SMPP_RECEIPT_ID_AS_IS, 6, "Ab", "0000Ab" },
		{ "lower", SMPP_RECEIPT_ID_LOWER, 0, "00AB-Zz9", "00ab-zz9" },
		{ "upper", SMPP_RECEIPT_ID_UPPER, 0, "00ab-Zz9", "00AB-ZZ9" },
		{ "upper with zeros", SMPP_RECEIPT_ID_UPPER, 8, "ab", "000000AB" },
		{ "the specification's pair", SMPP_RECEIPT_ID_DEC_TO_HEX, 0, "0001715004", "1a2b3c" },
		{ "upper case", SMPP_RECEIPT_ID_DEC_TO_HEX_UPPER, 0, "0001715004", "1A2B3C" },
		{ "filled up", SMPP_RECEIPT_ID_DEC_TO_HEX, 8, "1715004", "001a2b3c" },
		{ "zero", SMPP_RECEIPT_ID_DEC_TO_HEX, 0, "0", "0" },
		{ "zeros", SMPP_RECEIPT_ID_DEC_TO_HEX, 0, "000", "0" },
		{ "the other way", SMPP_RECEIPT_ID_HEX_TO_DEC, 0, "1a2B3c", "1715004" },
		{ "the other way, filled up", SMPP_RECEIPT_ID_HEX_TO_DEC, 10, "001A2B3C", "0001715004" },
		{ "digits alone are hexadecimal too", SMPP_RECEIPT_ID_HEX_TO_DEC, 0, "12345678", "305419896" },
		{ "32 bits", SMPP_RECEIPT_ID_DEC_TO_HEX, 0, "4294967295", "ffffffff" },
		{ "33 bits", SMPP_RECEIPT_ID_DEC_TO_HEX, 0, "4294967296", "100000000" },
		{ "64 bits", SMPP_RECEIPT_ID_DEC_TO_HEX, 0, "18446744073709551615", F16 },
		{ "65 bits", SMPP_RECEIPT_ID_DEC_TO_HEX, 0, "18446744073709551616", "1" Z16 },
		{ "65 bits back", SMPP_RECEIPT_ID_HEX_TO_DEC, 0, "1" Z16, "18446744073709551616" },
		{ "128 bits", SMPP_RECEIPT_ID_HEX_TO_DEC, 0, F16 F16, "340282366920938463463374607431768211455" },
		{ "64 decimal digits", SMPP_RECEIPT_ID_DEC_TO_HEX, 0, N16 N16 N16 N16,
		  "184f03e93ff9f4daa797ed6e38ed64bf6a1f00ffffffffffffffff" },
		{ "64 digits with zeros in front", SMPP_RECEIPT_ID_DEC_TO_HEX, 0, Z16 Z16 Z16 N16, "2386f26fc0ffff" },
		{ "filled up to 64", SMPP_RECEIPT_ID_HEX_TO_DEC, 64, "a", Z16 Z16 Z16 "0000000000000010" },
		{ "64 hexadecimal digits are more decimal ones", SMPP_RECEIPT_ID_HEX_TO_DEC, 0, F16 F16 F16 F16, NULL },
		{ "65 digits", SMPP_RECEIPT_ID_DEC_TO_HEX, 0, N16 N16 N16 N16 "9", NULL },
		{ "65 characters", SMPP_RECEIPT_ID_LOWER, 0, N16 N16 N16 N16 "9", NULL },
		{ "letters in a decimal", SMPP_RECEIPT_ID_DEC_TO_HEX, 0, "12a", NULL },
		{ "no hexadecimal", SMPP_RECEIPT_ID_HEX_TO_DEC, 0, "5e1f-4a0d", NULL },
		{ "a sign", SMPP_RECEIPT_ID_DEC_TO_HEX, 0, "-12", NULL },
		{ "octets above ASCII", SMPP_RECEIPT_ID_HEX_TO_DEC, 0, "\xC1\xE1", NULL },
		{ "no id", SMPP_RECEIPT_ID_DEC_TO_HEX, 0, "", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char out[SMPP_RECEIPT_ID_MAX];
		const char *note = NULL;
		struct slice id = slice_of(rows[i].id);
		struct slice got = smpp_receipt_id_rewrite(rows[i].form, rows[i].digits, id, out, &note);
		struct slice want = rows[i].want != NULL ? slice_of(rows[i].want) : id;
		cr_expect(slice_equal(got, want), "%s: %.*s", rows[i].name, SLICE_ARG(got));
		cr_expect_eq(note == NULL, rows[i].want != NULL, "%s", rows[i].name);
	}
}

/* There and back again, over all lengths. */
Test(smpp_receipt_id, both_ways)
{
	char text[SMPP_RECEIPT_ID_MAX];
	for (size_t len = 1; len <= 53; len++) {
		for (size_t i = 0; i < len; i++)
			text[i] = "123456789abcdef"[(len * 7 + i * 11) % 15];
		char decimal[SMPP_RECEIPT_ID_MAX];
		char back[SMPP_RECEIPT_ID_MAX];
		const char *note = NULL;
		struct slice id = { text, len };
		struct slice there = smpp_receipt_id_rewrite(SMPP_RECEIPT_ID_HEX_TO_DEC, 0, id, decimal, &note);
		cr_assert_null(note, "%zu digits", len);
		struct slice again = smpp_receipt_id_rewrite(SMPP_RECEIPT_ID_DEC_TO_HEX, 0, there, back, &note);
		cr_expect_null(note, "%zu digits", len);
		cr_expect(slice_equal(again, id), "%zu digits: %.*s", len, SLICE_ARG(again));
	}
}
