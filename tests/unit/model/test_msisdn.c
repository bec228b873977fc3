/* SPDX-License-Identifier: Apache-2.0 */
#include "model/msisdn.h"

#include <criterion/criterion.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

Test(msisdn, parse_accepts)
{
	static const struct {
		const char *country;
		const char *text;
		const char *want;
	} rows[] = {
		{ "CN", "13900010001", "8613900010001" },
		{ "CN", "19912345678", "8619912345678" },
		{ "CN", "8613900010001", "8613900010001" },
		{ "CN", "+8613900010001", "8613900010001" },
		{ "CN", "008613900010001", "8613900010001" },
		{ "CN", " 139 0001-0001 ", "8613900010001" },
		{ "CN", "(+86) 139.0001.0001", "8613900010001" },
		{ "CN",
		  "139\xC2\xA0"
		  "00010001",
		  "8613900010001" },
		{ "CN", "１３９０００１０００１", "8613900010001" },
		{ "CN", "＋８６－１３９０００１０００１", "8613900010001" },
		{ "CN", "013900010001", "8613900010001" },
		{ "CN", "+86013900010001", "8613900010001" },
		{ "CN", "14000010001", "8614000010001" },
		{ "CN", "+1 (212) 555-0100", "12125550100" },
		{ "CN", "+447911123456", "447911123456" },
		{ "CN", "+44 (0)7911 123456", "447911123456" },
		{ "CN", "00447911123456", "447911123456" },
		{ "CN", "+85291234567", "85291234567" },
		{ "CN", "+886912345678", "886912345678" },
		{ "CN", "+96512345678", "96512345678" }, /* a country that the table lacks */
		{ "CN", "+420123456789012", "420123456789012" },
		{ "US", "2125550100", "12125550100" },
		{ "US", "12125550100", "12125550100" },
		{ "US", "13900010001", "13900010001" }, /* +1 390…, not a Chinese number */
		{ "US", "+8613900010001", "8613900010001" },
		{ "GB", "07911123456", "447911123456" },
		{ "GB", "7911123456", "447911123456" },
		{ "GB", "447911123456", "447911123456" },
		{ "DE", "015112345678", "4915112345678" },
		{ "DE", "01711234567", "491711234567" },
		{ "FR", "0612345678", "33612345678" },
		{ "JP", "09012345678", "819012345678" },
		{ "KR", "01012345678", "821012345678" },
		{ "HK", "91234567", "85291234567" },
		{ "MO", "66123456", "85366123456" },
		{ "TW", "0912345678", "886912345678" },
		{ "SG", "81234567", "6581234567" },
		{ "RU", "89161234567", "79161234567" },
		{ "RU", "79161234567", "79161234567" },
		{ "RU", "9161234567", "79161234567" },
		{ "IN", "9876543210", "919876543210" },
		{ "AU", "0412345678", "61412345678" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err_at at = { 0 };
		struct msisdn out = { 0 };
		enum err err = msisdn_parse(slice_of(rows[i].text), country_find(slice_of(rows[i].country)), &out, &at);
		cr_expect_eq(err, ERR_OK, "%s “%s”: %s", rows[i].country, rows[i].text, at.text);
		cr_expect_str_eq(out.digits, rows[i].want, "%s “%s”: %s", rows[i].country, rows[i].text, out.digits);
		cr_expect_eq(out.len, strlen(rows[i].want), "%s “%s”: length %u", rows[i].country, rows[i].text,
			     out.len);
	}
}

Test(msisdn, parse_refuses_with_a_reason)
{
	static const struct {
		const char *country;
		const char *text;
		enum err want;
		const char *want_text; /* part of the sentence */
	} rows[] = {
		{ "CN", "", ERR_FORMAT, "has no digits" },
		{ "CN", " - ", ERR_FORMAT, "has no digits" },
		{ "CN", "+", ERR_FORMAT, "has no digits" },
		{ "CN", "1390001000a", ERR_FORMAT, "“a” does not belong" },
		{ "CN", "1390001000/", ERR_FORMAT, "“/” does not belong" },
		{ "CN", "1390001000:", ERR_FORMAT, "“:” does not belong" },
		{ "CN", "139+00010001", ERR_FORMAT, "“+” does not belong" },
		{ "CN", "++8613900010001", ERR_FORMAT, "“+” does not belong" },
		{ "CN",
		  "\xE2\x80\xAD"
		  "13900010001",
		  ERR_FORMAT, "U+202D" },
		{ "CN",
		  "139\x01"
		  "00010001",
		  ERR_FORMAT, "U+0001" },
		{ "CN",
		  "139\xFF"
		  "00010001",
		  ERR_FORMAT, "UTF-8" },
		{ "CN", "1390001000\xFF", ERR_FORMAT, "UTF-8" },
		{ "CN", "1390001000", ERR_RANGE, "13****1000 has 10 digits; a mobile number of CN has 11" },
		{ "CN", "12900010001", ERR_RANGE, "129****0001 is no mobile number of CN, which begin with 13" },
		{ "CN", "1795113900010001", ERR_RANGE, "dialling code 17951" },
		{ "CN", "1259313900010001", ERR_RANGE, "dialling code 12593" },
		{ "CN", "1791113900010001", ERR_RANGE, "dialling code 17911" },
		{ "CN", "1790913900010001", ERR_RANGE, "dialling code 17909" },
		{ "CN", "1064712345678", ERR_RANGE, "machine" },
		{ "CN", "106471234567", ERR_RANGE, "machine" },
		{ "CN", "1440012345678", ERR_RANGE, "machine" },
		{ "CN", "+861064712345678", ERR_RANGE, "machine" },
		{ "CN", "043112345678", ERR_RANGE, "fixed line" },
		{ "CN", "01012345678", ERR_RANGE, "fixed line" },
		{ "CN", "0431-1234567", ERR_RANGE, "fixed line" },
		{ "CN", "82345678", ERR_RANGE, "fixed line without its area code" },
		{ "CN", "8643112345678", ERR_RANGE, "has 13 digits" },
		{ "CN", "+8643112345678", ERR_RANGE, "431****5678 is no mobile number of CN" },
		{ "CN", "10086", ERR_RANGE, "service number" },
		{ "CN", "95598", ERR_RANGE, "service number" },
		{ "CN", "4008123123", ERR_RANGE, "service number" },
		{ "CN", "+86139000100", ERR_RANGE, "has 9 digits" },
		{ "CN", "+861390001000123", ERR_RANGE, "machine" },
		{ "CN", "+0013900010001", ERR_RANGE, "no country code" },
		{ "CN", "00", ERR_RANGE, "no country code" },
		{ "CN", "+9651234", ERR_RANGE, "has 7 digits; an international number has 8 to 15" },
		{ "CN", "+4201234567890123", ERR_RANGE, "has 16 digits" },
		{ "CN", "1234567890123456789012345", ERR_RANGE, "more than 24 digits" },
		{ "CN", "1                                                                   2", ERR_RANGE,
		  "octets long" },
		{ "GB", "0791112345", ERR_RANGE, "has 9 digits; a mobile number of GB has 10" },
		{ "GB", "+44207946", ERR_RANGE, "has 6 digits; a mobile number of GB has 10" },
		{ "DE", "123456789", ERR_RANGE, "has 10 or 11" },
		{ "HK", "01234567", ERR_RANGE, "begins with 0" },
		{ "US", "1234", ERR_RANGE, "**** has 4 digits" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err_at at = { 0 };
		struct msisdn out = { .digits = "untouched", .len = 9 };
		const struct country *country = country_find(slice_of(rows[i].country));
		enum err err = msisdn_parse(slice_of(rows[i].text), country, &out, &at);
		cr_expect_eq(err, rows[i].want, "%s “%s”: %s", rows[i].country, rows[i].text, err_name(err));
		cr_expect(strstr(at.text, rows[i].want_text), "%s “%s”: no “%s” in “%s”", rows[i].country, rows[i].text,
			  rows[i].want_text, at.text);
		cr_expect_str_eq(out.digits, "untouched", "%s “%s”: out was touched", rows[i].country, rows[i].text);
		cr_expect_eq(msisdn_parse(slice_of(rows[i].text), country, &out, NULL), err);
	}
}

Test(msisdn, plain_form_takes_digits_only)
{
	const struct country *country = country_find(SLICE("CN"));
	for (unsigned place = 0; place < 11; place++) {
		for (unsigned octet = 0; octet < 256; octet++) {
			if (place == 0 && octet == '+')
				continue; /* then it is an Italian number */
			char text[] = "13900010001";
			text[place] = (char)octet;
			struct msisdn out;
			bool is_digit = octet >= '0' && octet <= '9';
			bool want = place == 0 ? octet == '1' : place == 1 ? is_digit && octet >= '3' : is_digit;
			enum err err = msisdn_parse((struct slice){ text, 11 }, country, &out, NULL);
			cr_expect_eq(err == ERR_OK, want, "octet %u at %u", octet, place);
			if (want)
				cr_expect_eq(memcmp(out.digits + 2, text, 11), 0, "octet %u at %u", octet, place);
		}
	}
}

Test(msisdn, foreign_character_has_its_offset)
{
	struct err_at at = { 0 };
	struct msisdn out;
	cr_expect_eq(msisdn_parse(SLICE("+86 139x"), country_find(SLICE("CN")), &out, &at), ERR_FORMAT);
	cr_expect_eq(at.offset, 7);
}

Test(msisdn, mask)
{
	static const struct {
		const char *country; /* "" = none */
		const char *digits;
		const char *want;
	} rows[] = {
		{ "CN", "8613900010001", "139****0001" },
		{ "", "8613900010001", "861****0001" },
		{ "US", "8613900010001", "861****0001" },
		{ "US", "12125550100", "21****0100" },
		{ "CN", "12125550100", "121****0100" },
		{ "SG", "6581234567", "****4567" },
		{ "", "6581234567", "65****4567" },
		{ "CN", "8643112345", "86****2345" },
		{ "", "420123456789012", "420****9012" },
		{ "", "123456", "****56" },
		{ "", "1234", "****" },
		{ "", "", "****" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msisdn msisdn = { .len = (uint8_t)strlen(rows[i].digits) };
		memcpy(msisdn.digits, rows[i].digits, msisdn.len);
		char out[MSISDN_MASK_OCTETS];
		size_t len = msisdn_mask(&msisdn, country_find(slice_of(rows[i].country)), out);
		cr_expect_str_eq(out, rows[i].want, "%s %s: %s", rows[i].country, rows[i].digits, out);
		cr_expect_eq(len, strlen(out), "%s", rows[i].digits);
	}
}

Test(msisdn, mask_mobiles)
{
	static const struct {
		const char *name;
		struct slice text;
		const char *want;
	} rows[] = {
		{ "number", SLICE("phone:13900010001"), "phone:139****0001" },
		{ "86", SLICE("8613900010001"), "861****0001" },
		{ "0086", SLICE("008613900010001"), "008****0001" },
		{ "+86 and blanks", SLICE("+86 139 0001 0001"), "+861****0001" },
		{ "of another country", SLICE("+447700900123"), "+447****0123" },
		{ "full-width", SLICE("１３９０００１０００１"), "139****0001" },
		{ "behind an account number", SLICE("2200012345 13900010001"), "2200012345 139****0001" },
		{ "account number", SLICE("account:2200012345"), "account:2200012345" },
		{ "long account number", SLICE("2213900010001"), "2213900010001" },
		{ "longer still", SLICE("1390001000113900010001"), "1390001000113900010001" },
		{ "eleven digits of another kind", SLICE("12345678901"), "12345678901" },
		{ "date and sum", SLICE("2026-02-13 19.50"), "2026-02-13 19.50" },
		{ "control", SLICE("a\nb"), "a?b" },
		{ "empty", SLICE(""), "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char out[64];
		size_t len = msisdn_mask_mobiles(rows[i].text, out, sizeof out);
		cr_expect_str_eq(out, rows[i].want, "%s: “%s”", rows[i].name, out);
		cr_expect_eq(len, strlen(out), "%s", rows[i].name);
	}
}

Test(msisdn, mask_text)
{
	static const struct {
		const char *name;
		struct slice text;
		size_t cap;
		const char *want;
	} rows[] = {
		{ "plain", SLICE("balance"), 32, "balance" },
		{ "empty", SLICE(""), 32, "" },
		{ "number", SLICE("13900010001"), 32, "139****0001" },
		{ "number in text", SLICE("call 13900010001!"), 32, "call 139****0001!" },
		{ "two numbers", SLICE("13900010001, 13900010002"), 64, "139****0001, 139****0002" },
		{ "blanks within", SLICE("+86 139 0001 0001"), 32, "+861****0001" },
		{ "full-width", SLICE("１３９０００１０００１"), 32, "139****0001" },
		{ "short", SLICE("item 123456 x"), 32, "item 123456 x" },
		{ "seven", SLICE("1234567"), 32, "****567" },
		{ "far apart", SLICE("1234    5678"), 32, "1234    5678" },
		{ "control",
		  SLICE("a\nb\x7F"
			"c"),
		  32, "a?b?c" },
		{ "C1",
		  SLICE("a\xC2\x85"
			"b"),
		  32, "a?b" },
		{ "malformed", SLICE("a\xFF\xC3"), 32, "a??" },
		{ "Chinese", SLICE("余额"), 32, "余额" },
		{ "cut", SLICE("abcdefghijklmnopqrstuvwxyz"), 16, "abcdefghijkl…" },
		{ "cut at a character", SLICE("余额余额余额余额"), 16, "余额余额…" },
		{ "cut before a number", SLICE("abcdef13900010001"), 16, "abcdef…" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[64];
		size_t len = msisdn_mask_text(rows[i].text, out, rows[i].cap);
		cr_expect_str_eq(out, rows[i].want, "%s: “%s”", rows[i].name, out);
		cr_expect_eq(len, strlen(out), "%s", rows[i].name);
		cr_expect_lt(len, rows[i].cap, "%s", rows[i].name);
	}
}

Test(msisdn, tail)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{ "8613912340001", "3912340001" },
		{ "+86 139-1234-0001", "3912340001" },
		{ "013912340001", "3912340001" },
		{ "13912340001", "3912340001" },
		{ "10690001", "10690001" },
		{ "ab", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char tail[MSISDN_TAIL_DIGITS + 1];
		cr_expect_eq(msisdn_tail(slice_of(rows[i].text), tail), strlen(rows[i].want), "%s", rows[i].text);
		cr_expect_str_eq(tail, rows[i].want, "%s", rows[i].text);
	}
}
