/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_alphabet.h"

#include "unit/wire/smpp/golden.h"
#include "wire/smpp/smpp_account.h"
#include "wire/smpp/smpp_gsm7.h"

#include <criterion/criterion.h>

#define OCTETS 256

/* What an account sets, and what each of the 256 values means to it: runs of the same alphabet, the first 0. */
Test(smpp_alphabet, of_data_coding)
{
	enum { NONE, GSM7, PACKED, IA5, LATIN1, UCS2, GB18030 };
	enum { RUNS_MAX = 20 };
	static const struct {
		const char *name;
		uint8_t gsm7;
		uint8_t ucs2;
		uint8_t latin1;
		bool is_packed;
		int default_alphabet;
		struct {
			uint8_t from;
			int want;
		} runs[RUNS_MAX];
	} rows[] = {
		{ "as the specifications have it",
		  0,
		  8,
		  3,
		  false,
		  GSM7,
		  { { 0x00, GSM7 },
		    { 0x01, IA5 },
		    { 0x02, NONE },
		    { 0x03, LATIN1 },
		    { 0x04, NONE },
		    { 0x08, UCS2 },
		    { 0x09, NONE },
		    { 0x0F, GB18030 },
		    { 0x10, GSM7 },
		    { 0x14, NONE },
		    { 0x18, UCS2 },
		    { 0x1C, NONE },
		    { 0xC0, GSM7 },
		    { 0xE0, UCS2 },
		    { 0xF0, GSM7 },
		    { 0xF4, NONE } } },
		{ "packed",
		  0,
		  8,
		  3,
		  true,
		  PACKED,
		  { { 0x00, PACKED },
		    { 0x01, IA5 },
		    { 0x02, NONE },
		    { 0x03, LATIN1 },
		    { 0x04, NONE },
		    { 0x08, UCS2 },
		    { 0x09, NONE },
		    { 0x0F, GB18030 },
		    { 0x10, PACKED },
		    { 0x14, NONE },
		    { 0x18, UCS2 },
		    { 0x1C, NONE },
		    { 0xC0, PACKED },
		    { 0xE0, UCS2 },
		    { 0xF0, PACKED },
		    { 0xF4, NONE } } },
		{ "0 is Latin-1, and GSM-7 has its own value",
		  0x2A,
		  8,
		  3,
		  false,
		  LATIN1,
		  { { 0x00, LATIN1 },
		    { 0x01, IA5 },
		    { 0x02, NONE },
		    { 0x03, LATIN1 },
		    { 0x04, NONE },
		    { 0x08, UCS2 },
		    { 0x09, NONE },
		    { 0x0F, GB18030 },
		    { 0x10, GSM7 },
		    { 0x14, NONE },
		    { 0x18, UCS2 },
		    { 0x1C, NONE },
		    { 0x2A, GSM7 },
		    { 0x2B, NONE },
		    { 0xC0, GSM7 },
		    { 0xE0, UCS2 },
		    { 0xF0, GSM7 },
		    { 0xF4, NONE } } },
		{ "0 is ASCII, and GSM-7 of another value is packed",
		  0x02,
		  0x04,
		  0x05,
		  true,
		  IA5,
		  { { 0x00, IA5 },
		    { 0x02, PACKED },
		    { 0x03, LATIN1 },
		    { 0x04, UCS2 },
		    { 0x05, LATIN1 },
		    { 0x06, NONE },
		    { 0x08, UCS2 },
		    { 0x09, NONE },
		    { 0x0F, GB18030 },
		    { 0x10, PACKED },
		    { 0x14, NONE },
		    { 0x18, UCS2 },
		    { 0x1C, NONE },
		    { 0xC0, PACKED },
		    { 0xE0, UCS2 },
		    { 0xF0, PACKED },
		    { 0xF4, NONE } } },
		{ "the account's own values stand above the specifications'",
		  0x01,
		  0x0F,
		  0xF1,
		  false,
		  UCS2,
		  { { 0x00, UCS2 },
		    { 0x01, GSM7 },
		    { 0x02, NONE },
		    { 0x03, LATIN1 },
		    { 0x04, NONE },
		    { 0x08, UCS2 },
		    { 0x09, NONE },
		    { 0x0F, UCS2 },
		    { 0x10, GSM7 },
		    { 0x14, NONE },
		    { 0x18, UCS2 },
		    { 0x1C, NONE },
		    { 0xC0, GSM7 },
		    { 0xE0, UCS2 },
		    { 0xF0, GSM7 },
		    { 0xF1, LATIN1 },
		    { 0xF2, GSM7 },
		    { 0xF4, NONE } } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct smpp_account account;
		smpp_account_init(&account);
		account.data_coding_gsm7 = rows[i].gsm7;
		account.data_coding_ucs2 = rows[i].ucs2;
		account.data_coding_latin1 = rows[i].latin1;
		account.is_gsm7_packed = rows[i].is_packed;
		account.default_alphabet = (enum smpp_alphabet)rows[i].default_alphabet;
		size_t run = 0;
		for (unsigned data_coding = 0; data_coding < OCTETS; data_coding++) {
			if (run + 1 < RUNS_MAX && rows[i].runs[run + 1].from == data_coding && data_coding > 0)
				run++;
			cr_expect_eq((int)smpp_alphabet_of(&account, (uint8_t)data_coding), rows[i].runs[run].want,
				     "%s: 0x%02x", rows[i].name, data_coding);
		}
	}
}

Test(smpp_alphabet, decoded)
{
	static const struct {
		const char *name;
		enum smpp_alphabet alphabet;
		const char *hex;
		size_t udh_octets;
		const char *want; /* NULL = it is no text */
	} rows[] = {
		{ "GSM-7", SMPP_ALPHABET_GSM7, "545465 1b65 00 0b", 0, "TTe€@Ø" },
		{ "GSM-7, ESC at the end", SMPP_ALPHABET_GSM7, "52 1b", 0, "R " },
		{ "GSM-7, an octet that is none", SMPP_ALPHABET_GSM7, "52 e9", 0, NULL },
		{ "packed", SMPP_ALPHABET_GSM7_PACKED, "e8329bfd4697d9ec37", 0, "hellohello" },
		{ "packed, ESC at the end", SMPP_ALPHABET_GSM7_PACKED, "d20d", 0, "R " },
		{ "packed, extension table", SMPP_ALPHABET_GSM7_PACKED, "9bf20605", 0, "€{" },
		{ "packed behind a header", SMPP_ALPHABET_GSM7_PACKED, "62b219ad66bb01", 6, "1234567" },
		{ "packed, nothing", SMPP_ALPHABET_GSM7_PACKED, "", 0, "" },
		{ "ASCII", SMPP_ALPHABET_IA5, "545f40", 0, "T_@" },
		{ "ASCII, an octet that is none", SMPP_ALPHABET_IA5, "54ff", 0, NULL },
		{ "Latin-1", SMPP_ALPHABET_LATIN1, "61e9ff", 0, "aéÿ" },
		{ "UCS-2", SMPP_ALPHABET_UCS2, "90008ba2 d83dde00", 0, "退订😀" },
		{ "UCS-2, half a pair and half a unit", SMPP_ALPHABET_UCS2, "d83d 0052 90", 0,
		  "\xEF\xBF\xBDR\xEF\xBF\xBD" },
		{ "GBK", SMPP_ALPHABET_GB18030, "cdcbb6a9", 0, "退订" },
		{ "GBK, nothing", SMPP_ALPHABET_GB18030, "", 0, "" },
		{ "no alphabet", SMPP_ALPHABET_NONE, "52", 0, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len;
		uint8_t *octets = golden_octets(rows[i].hex, &len);
		char memory[64];
		struct buf out = buf_over(memory, sizeof memory);
		struct slice text = { (const char *)octets, len };
		bool is_text = smpp_alphabet_decode(rows[i].alphabet, text, rows[i].udh_octets, &out);
		cr_expect_eq(is_text, rows[i].want != NULL, "%s", rows[i].name);
		if (rows[i].want)
			cr_expect(slice_is(buf_slice(&out), rows[i].want), "%s: “%.*s”", rows[i].name,
				  SLICE_ARG(buf_slice(&out)));
		free(octets);
	}
}

/* The longest text that is taken, of the characters that take most room. */
Test(smpp_alphabet, the_longest)
{
	static char octets[SMPP_ALPHABET_OCTETS_MAX];
	static char memory[3 * SMPP_GSM7_SEPTETS(SMPP_ALPHABET_OCTETS_MAX)];
	memset(octets, 0x15, sizeof octets);
	for (int alphabet = SMPP_ALPHABET_GSM7; alphabet <= SMPP_ALPHABET_GB18030; alphabet++) {
		struct buf out = buf_over(memory, sizeof memory);
		struct slice text = { octets, sizeof octets };
		cr_expect(smpp_alphabet_decode((enum smpp_alphabet)alphabet, text, 0, &out) && !out.full, "%d",
			  alphabet);
	}
}
