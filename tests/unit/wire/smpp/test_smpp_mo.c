/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_mo.h"

#include "unit/wire/smpp/golden.h"

#include <criterion/criterion.h>

static struct smpp_mo mo;

static bool read(const struct smpp_message *message)
{
	struct smpp_account account;
	smpp_account_init(&account);
	account.data_coding_gsm7 = 0x2A;
	account.data_coding_ucs2 = 0x2B;
	return smpp_mo_read(&account, message, &mo);
}

Test(smpp_mo, texts)
{
	static const char header[] = "a user data header that makes no sense";
	static const char alphabet[] = "no text in an alphabet that is known";
	static const struct {
		const char *name;
		uint8_t esm_class;
		uint8_t data_coding;
		const char *hex;
		const char *want; /* the text; octets as hexadecimal where a note is wanted */
		const char *want_note;
		uint8_t want_part; /* 0 = it is whole */
		uint8_t want_total;
		uint16_t want_reference;
	} rows[] = {
		{ "GSM-7", 0, 0x00, "545465 1b65 00 0b", "TTe€@Ø", NULL, 0, 0, 0 },
		{ "GSM-7, ESC at the end", 0, 0x00, "52 1b", "R ", NULL, 0, 0, 0 },
		{ "GSM-7 with an octet that is none", 0, 0x00, "52 e9", "52e9", alphabet, 0, 0, 0 },
		{ "GSM-7 with a class", 0, 0x11, "5444", "TD", NULL, 0, 0, 0 },
		{ "GSM-7, message waiting", 0, 0xC8, "5444", "TD", NULL, 0, 0, 0 },
		{ "GSM-7 by the coding group F", 0, 0xF1, "5444", "TD", NULL, 0, 0, 0 },
		{ "GSM-7 by the account", 0, 0x2A, "00", "@", NULL, 0, 0, 0 },
		{ "IA5", 0, 0x01, "5444 40", "TD@", NULL, 0, 0, 0 },
		{ "IA5 with an octet that is none", 0, 0x01, "ff", "ff", alphabet, 0, 0, 0 },
		{ "Latin-1", 0, 0x03, "61 e9 ff 00", "aéÿ", NULL, 0, 0, 0 },
		{ "UCS-2", 0, 0x08, "90008ba2", "退订", NULL, 0, 0, 0 },
		{ "UCS-2 with a class", 0, 0x18, "90008ba2", "退订", NULL, 0, 0, 0 },
		{ "UCS-2, message waiting", 0, 0xE1, "0052", "R", NULL, 0, 0, 0 },
		{ "UCS-2 by the account", 0, 0x2B, "0052", "R", NULL, 0, 0, 0 },
		{ "a pair of surrogates", 0, 0x08, "d83dde00", "😀", NULL, 0, 0, 0 },
		{ "half a pair", 0, 0x08, "d83d0052", "\xEF\xBF\xBDR", NULL, 0, 0, 0 },
		{ "half a pair at the end", 0, 0x08, "0052d83d", "R\xEF\xBF\xBD", NULL, 0, 0, 0 },
		{ "the second half alone", 0, 0x08, "de000052", "\xEF\xBF\xBDR", NULL, 0, 0, 0 },
		{ "half a unit", 0, 0x08, "005290", "R\xEF\xBF\xBD", NULL, 0, 0, 0 },
		{ "nothing", 0, 0x08, "", "", NULL, 0, 0, 0 },
		{ "octets", 0, 0x04, "0001fe", "0001fe", alphabet, 0, 0, 0 },
		{ "an alphabet of nobody", 0, 0x0E, "cdcbb6a9", "cdcbb6a9", alphabet, 0, 0, 0 },
		{ "GBK, as CMPP has it", 0, 0x0F, "cdcbb6a9", "退订", NULL, 0, 0, 0 },
		{ "half a character of GBK", 0, 0x0F, "cdcbb6", "退\xEF\xBF\xBD", NULL, 0, 0, 0 },
		{ "a part in GBK", 0x40, 0x0F, "050003070302 cdcb", "退", NULL, 2, 3, 7 },
		{ "part 2 of 3", 0x40, 0x00, "050003070302 5444", "TD", NULL, 2, 3, 7 },
		{ "part 1 of 2, long reference", 0x40, 0x08, "060804abcd0201 0052", "R", NULL, 1, 2, 0xabcd },
		{ "part 1 of 1", 0x40, 0x00, "050003070101 52", "R", NULL, 0, 0, 0 },
		{ "part 4 of 3", 0x40, 0x00, "050003070304 52", "R", NULL, 0, 0, 0 },
		{ "part 0", 0x40, 0x00, "050003070300 52", "R", NULL, 0, 0, 0 },
		{ "of 0 parts", 0x40, 0x00, "050003070001 52", "R", NULL, 0, 0, 0 },
		{ "other elements around it", 0x40, 0x00, "0b 050400010002 0003070202 52", "R", NULL, 2, 2, 7 },
		{ "an element of a wrong length", 0x40, 0x00, "040002 0702 52", "R", NULL, 0, 0, 0 },
		{ "a header without elements", 0x40, 0x00, "00 52", "R", NULL, 0, 0, 0 },
		{ "a header longer than all", 0x40, 0x00, "09 0003070202", "090003070202", header, 0, 0, 0 },
		{ "an element longer than the header", 0x40, 0x00, "03 0003 07 0202",
		  "0300030702"
		  "02",
		  header, 0, 0, 0 },
		{ "no header where one should be", 0x40, 0x00, "", "", header, 0, 0, 0 },
		{ "a part in an alphabet of nobody", 0x40, 0x0E, "050003070302 cdcb", "cdcb", alphabet, 2, 3, 7 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len;
		uint8_t *octets = golden_octets(rows[i].hex, &len);
		struct smpp_message message = {
			.esm_class = rows[i].esm_class,
			.data_coding = rows[i].data_coding,
			.text = { (const char *)octets, len },
		};
		cr_assert(read(&message), "%s", rows[i].name);
		cr_expect(mo_is_valid(&mo.mo), "%s", rows[i].name);
		bool is_text = rows[i].want_note == NULL;
		struct slice want = slice_of(rows[i].want);
		if (strcmp(rows[i].name, "Latin-1") == 0)
			want.len++; /* the NUL is a character there */
		cr_expect_eq(mo.mo.is_text, is_text, "%s", rows[i].name);
		cr_expect(slice_equal(slice_of(mo.note), slice_of(rows[i].want_note)), "%s: %s", rows[i].name, mo.note);
		if (is_text)
			cr_expect(slice_equal(mo.mo.octets, want), "%s: “%.*s”", rows[i].name, SLICE_ARG(mo.mo.octets));
		else
			cr_expect_str_eq(golden_hex(mo.mo.octets), rows[i].want, "%s", rows[i].name);
		cr_expect_eq(mo.mo.part, rows[i].want_part ? rows[i].want_part : 1, "%s", rows[i].name);
		cr_expect_eq(mo.mo.total, rows[i].want_total ? rows[i].want_total : 1, "%s", rows[i].name);
		cr_expect_eq(mo.mo.reference, rows[i].want_reference, "%s", rows[i].name);
		free(octets);
	}
}

Test(smpp_mo, parts_by_tlvs)
{
	static const struct {
		const char *name;
		uint16_t reference;
		uint8_t total;
		uint8_t part;
		uint8_t want_part;
		uint8_t want_total;
		uint16_t want_reference;
	} rows[] = {
		{ "part 3 of 3", 0x0102, 3, 3, 3, 3, 0x0102 },
		{ "a reference of 0", 0, 2, 1, 1, 2, 0 },
		{ "part 1 of 1", 9, 1, 1, 1, 1, 0 },
		{ "only a reference", 9, 0, 0, 1, 1, 0 },
		{ "a part behind the last", 9, 2, 3, 1, 1, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct smpp_message message = { .text = SLICE("R"),
						.sar_reference = rows[i].reference,
						.sar_total = rows[i].total,
						.sar_part = rows[i].part };
		cr_assert(read(&message), "%s", rows[i].name);
		cr_expect_eq(mo.mo.part, rows[i].want_part, "%s", rows[i].name);
		cr_expect_eq(mo.mo.total, rows[i].want_total, "%s", rows[i].name);
		cr_expect_eq(mo.mo.reference, rows[i].want_reference, "%s", rows[i].name);
	}
}

Test(smpp_mo, numbers_that_cannot_be_shown)
{
	static const char long_name[MO_ADDRESS_MAX + 9] = "12";
	struct smpp_message message = {
		.source_addr = SLICE("+86\x01 139\xff"),
		.destination_addr = { long_name, sizeof long_name },
	};
	cr_assert(read(&message));
	cr_expect(slice_is(mo.mo.from, "+86? 139?"));
	cr_expect_not(mo.mo.is_international);
	message.source_addr_ton = 1;
	cr_assert(read(&message));
	cr_expect(mo.mo.is_international);
	cr_expect_eq(mo.mo.to.len, MO_ADDRESS_MAX);
	cr_expect(slice_starts(mo.mo.to, SLICE("12????")));
	cr_expect(mo_is_valid(&mo.mo));
}

Test(smpp_mo, the_longest)
{
	static char octets[MO_OCTETS_MAX / 3 + 1];
	memset(octets, 0x15, sizeof octets); /* Ω in GSM-7, and no character of UCS-2 has more octets than U+1515 */
	static const uint8_t codings[] = { 0x00, 0x01, 0x03, 0x04, 0x08, 0x0F };
	for (size_t i = 0; i < sizeof codings; i++) {
		struct smpp_message message = { .data_coding = codings[i], .text = { octets, sizeof octets - 1 } };
		cr_expect(read(&message) && mo_is_valid(&mo.mo), "0x%02x", codings[i]);
		message.text.len++;
		cr_expect_not(read(&message), "0x%02x", codings[i]);
	}
}

/* What data_coding 0 and GSM-7 of any value are to an account that has its own mind of them. */
Test(smpp_mo, alphabets_of_an_account)
{
	static const struct {
		const char *name;
		enum smpp_alphabet default_alphabet;
		uint8_t esm_class;
		uint8_t data_coding;
		const char *hex;
		const char *want; /* NULL = no text */
		uint8_t want_part;
	} rows[] = {
		{ "packed", SMPP_ALPHABET_GSM7_PACKED, 0, 0x00, "5422", "TD", 1 },
		{ "packed with a class", SMPP_ALPHABET_GSM7_PACKED, 0, 0xF1, "d20d", "R ", 1 },
		{ "packed part, one fill bit", SMPP_ALPHABET_GSM7_PACKED, 0x40, 0x00, "050003070302 62b219ad6603",
		  "123456", 2 },
		{ "packed part, long reference", SMPP_ALPHABET_GSM7_PACKED, 0x40, 0x00,
		  "060804000703 02 31d98c56b3dd70", "12345678", 2 },
		{ "packed, a header longer than all", SMPP_ALPHABET_GSM7_PACKED, 0x40, 0x00, "09 0003070202", NULL, 1 },
		{ "packed is not UCS-2", SMPP_ALPHABET_GSM7_PACKED, 0, 0x08, "90008ba2", "退订", 1 },
		{ "Latin-1", SMPP_ALPHABET_LATIN1, 0, 0x00, "52e940", "Ré@", 1 },
		{ "Latin-1, and GSM-7 as GSM-7", SMPP_ALPHABET_LATIN1, 0, 0xF0, "5200", "R@", 1 },
		{ "ASCII", SMPP_ALPHABET_IA5, 0, 0x00, "545f24", "T_$", 1 },
		{ "ASCII with an octet that is none", SMPP_ALPHABET_IA5, 0, 0x00, "54e9", NULL, 1 },
		{ "UCS-2", SMPP_ALPHABET_UCS2, 0, 0x00, "90008ba2", "退订", 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len;
		uint8_t *octets = golden_octets(rows[i].hex, &len);
		struct smpp_account account;
		smpp_account_init(&account);
		account.default_alphabet = rows[i].default_alphabet;
		struct smpp_message message = {
			.esm_class = rows[i].esm_class,
			.data_coding = rows[i].data_coding,
			.text = { (const char *)octets, len },
		};
		cr_assert(smpp_mo_read(&account, &message, &mo), "%s", rows[i].name);
		cr_expect(mo_is_valid(&mo.mo), "%s", rows[i].name);
		cr_expect_eq(mo.mo.is_text, rows[i].want != NULL, "%s", rows[i].name);
		if (rows[i].want)
			cr_expect(slice_is(mo.mo.octets, rows[i].want), "%s: “%.*s”", rows[i].name,
				  SLICE_ARG(mo.mo.octets));
		cr_expect_eq(mo.mo.part, rows[i].want_part, "%s", rows[i].name);
		free(octets);
	}
}
