/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_number.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

Test(audit_number, ways_to_write_one)
{
	static const struct row {
		const char *name;
		const char *text;
		uint64_t want;
		const char *want_mask;
	} rows[] = {
		{ "bare", "13900000001", 13900000001, "139****0001" },
		{ "86", "8613900000001", 13900000001, "139****0001" },
		{ "+86", "+8613900000001", 13900000001, "139****0001" },
		{ "0086", "008613900000001", 13900000001, "139****0001" },
		{ "blanks", "+86 (139) 0000-0001", 13900000001, "139****0001" },
		{ "full width", "１３９００００000１", 13900000001, "139****0001" },
		{ "of another country", "+447700900123", 447700900123, "447*****0123" },
		{ "86 is no code here", "8613900000", 8613900000, "86******00" },
		{ "short", "95598", 95598, "*****" },
		{ "a name", "HONGYAN1", 0, "?" },
		{ "empty", "", 0, "?" },
		{ "too long", "1234567890123456789", 0, "?" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char mask[AUDIT_NUMBER_OCTETS];
		uint64_t number = audit_number_parse(rows[i].text, strlen(rows[i].text));
		cr_expect_eq(number, rows[i].want, "%s: %" PRIu64, rows[i].name, number);
		audit_number_mask(number, mask);
		cr_expect_str_eq(mask, rows[i].want_mask, "%s: %s", rows[i].name, mask);
	}
}
