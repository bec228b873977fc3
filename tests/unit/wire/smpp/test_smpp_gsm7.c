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
