/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_gsm7.h"

#include "unit/wire/smpp/golden.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define UDH8  "\x05\x00\x03\xa7\x02\x01"
#define UDH16 "\x06\x08\x04\x12\xa7\x02\x02"

Test(smpp_gsm7, octets)
{
	static const struct {
		const char *name;
		const char *octets;
		size_t udh_octets;
		size_t septets;
		const char *want;
	} rows[] = {
		{ "nothing", "", 0, 0, "" },
		{ "one", "1", 0, 1, "31" },
		{ "the textbook's", "hellohello", 0, 10, "e8329bfd4697d9ec37" },
		{ "seven, and a CR that is none of theirs", "1234567", 0, 7, "31d98c56b3dd1a" },
		{ "eight fill their octets", "12345678", 0, 8, "31d98c56b3dd70" },
		{ "seven of which the last is an @", "123456\0", 0, 7, "31d98c56b3011a" },
		{ "extension table", "\x1b\x65\x1b(", 0, 4, "9bf20605" },
		{ "8-bit reference, one", UDH8 "x", 6, 1, "050003a70201 f0" },
		{ "8-bit reference, six", UDH8 "123456", 6, 6, "050003a70201 62b219ad6603" },
		{ "8-bit reference, seven", UDH8 "1234567", 6, 7, "050003a70201 62b219ad66bb01" },
		{ "8-bit reference, eight", UDH8 "12345678", 6, 8, "050003a70201 62b219ad66bbe11a" },
		{ "8-bit reference and no text", UDH8, 6, 0, "050003a70201" },
		{ "16-bit reference, one", UDH16 "x", 7, 1, "06080412a70202 78" },
		{ "16-bit reference, seven", UDH16 "1234567", 7, 7, "06080412a70202 31d98c56b3dd1a" },
		{ "16-bit reference, eight", UDH16 "12345678", 7, 8, "06080412a70202 31d98c56b3dd70" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len = smpp_gsm7_packed_octets(rows[i].udh_octets, rows[i].septets);
		uint8_t *out = malloc(len + 1); /* none is written behind the last */
		out[len] = 0xAA;
		smpp_gsm7_pack((const uint8_t *)rows[i].octets, rows[i].udh_octets, rows[i].septets, out);
		cr_expect_str_eq(golden_hex((struct slice){ (const char *)out, len }), golden_plain(rows[i].want), "%s",
				 rows[i].name);
		cr_expect_eq(out[len], 0xAA, "%s", rows[i].name);
		free(out);
	}
}

/* What goes on the air as one part fills its 140 octets and no more. */
Test(smpp_gsm7, limits)
{
	cr_expect_eq(smpp_gsm7_packed_octets(0, 160), 140);
	cr_expect_eq(smpp_gsm7_packed_octets(0, 161), 141);
	cr_expect_eq(smpp_gsm7_packed_octets(6, 153), 140);
	cr_expect_eq(smpp_gsm7_packed_octets(6, 154), 141);
	cr_expect_eq(smpp_gsm7_packed_octets(7, 152), 140);
	cr_expect_eq(smpp_gsm7_packed_octets(7, 153), 141);
}

Test(smpp_gsm7, unpacked)
{
	static const struct {
		const char *name;
		const char *hex;
		size_t udh_octets;
		struct slice want;
	} rows[] = {
		{ "nothing", "", 0, { "", sizeof "" - 1 } },
		{ "one", "31", 0, { "1", sizeof "1" - 1 } },
		{ "the textbook's", "e8329bfd4697d9ec37", 0, { "hellohello", sizeof "hellohello" - 1 } },
		{ "seven, and a CR that is none of theirs", "31d98c56b3dd1a", 0, { "1234567", sizeof "1234567" - 1 } },
		{ "seven, and seven zeros", "31d98c56b3dd00", 0, { "1234567", sizeof "1234567" - 1 } },
		{ "eight fill their octets", "31d98c56b3dd70", 0, { "12345678", sizeof "12345678" - 1 } },
		{ "an @ that is none of the last bits", "3100", 0, { "1\0", sizeof "1\0" - 1 } },
		{ "a CR that is none of the last bits", "b106", 0, { "1\r", sizeof "1\r" - 1 } },
		{ "ESC at the end", "d20d", 0, { "R\x1b", sizeof "R\x1b" - 1 } },
		{ "extension table", "9bf20605", 0, { "\x1b\x65\x1b(", sizeof "\x1b\x65\x1b(" - 1 } },
		{ "the eighth bit of an octet that holds one septet", "b1", 0, { "1", sizeof "1" - 1 } },
		{ "8-bit reference, one", "f0", 6, { "x", sizeof "x" - 1 } },
		{ "8-bit reference, a fill bit that is set", "f1", 6, { "x", sizeof "x" - 1 } },
		{ "8-bit reference, seven", "62b219ad66bb01", 6, { "1234567", sizeof "1234567" - 1 } },
		{ "8-bit reference, eight", "62b219ad66bbe11a", 6, { "12345678", sizeof "12345678" - 1 } },
		{ "8-bit reference and no text", "", 6, { "", sizeof "" - 1 } },
		{ "16-bit reference, eight", "31d98c56b3dd70", 7, { "12345678", sizeof "12345678" - 1 } },
		{ "a header of three: four fill bits, and an octet that holds no septet",
		  "ff",
		  3,
		  { "", sizeof "" - 1 } },
		{ "a header of three, one", "1003", 3, { "1", sizeof "1" - 1 } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len;
		uint8_t *octets = golden_octets(rows[i].hex, &len);
		size_t cap = SMPP_GSM7_SEPTETS(len);
		uint8_t *septets = malloc(cap + 1); /* none is written behind the last */
		septets[cap] = 0xAA;
		size_t count = smpp_gsm7_unpack(octets, len, rows[i].udh_octets, septets);
		cr_assert_leq(count, cap, "%s", rows[i].name);
		cr_expect_eq(septets[cap], 0xAA, "%s", rows[i].name);
		cr_expect(slice_equal((struct slice){ (const char *)septets, count }, rows[i].want), "%s: %s",
			  rows[i].name, golden_hex((struct slice){ (const char *)septets, count }));
		free(septets);
		free(octets);
	}
}

/* What was packed comes back, of any length and behind any header; only a last “@” on an octet's boundary is taken for padding. */
Test(smpp_gsm7, there_and_back)
{
	uint8_t from[16 + 170];
	uint8_t packed[16 + 170];
	uint8_t back[16 + 170];
	for (size_t udh = 0; udh <= 15; udh++) {
		for (size_t septets = 0; septets <= 160; septets++) {
			for (size_t i = 0; i < udh + septets; i++)
				from[i] = (uint8_t)((i * 37 + septets) % 127 + 1);
			if (septets)
				from[udh + septets - 1] = 'x';
			smpp_gsm7_pack(from, udh, septets, packed);
			size_t len = smpp_gsm7_packed_octets(udh, septets) - udh;
			size_t count = smpp_gsm7_unpack(packed + udh, len, udh, back);
			cr_assert_eq(count, septets, "%zu septets behind %zu octets come back as %zu", septets, udh,
				     count);
			cr_assert_arr_eq(back, from + udh, septets, "%zu septets behind %zu octets", septets, udh);
		}
	}
}
