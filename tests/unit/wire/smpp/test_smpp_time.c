/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_time.h"

#include <criterion/criterion.h>

Test(smpp_time, absolute)
{
	static const struct {
		const char *name;
		wall_ms at;
		int utc_quarters;
		const char *want;
	} rows[] = {
		{ "UTC", 1770940800000, 0, "260213000000000+" },
		{ "China", 1770940800000, 32, "260213080000032+" },
		{ "west", 1770940800000, -20, "260212190000020-" },
		{ "half an hour", 1770940800000, 22, "260213053000022+" },
		{ "tenths are cut", 1770940800999, 0, "260213000000900+" },
		{ "last second of a year", 1798761599999, 0, "261231235959900+" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char out[SMPP_TIME_OCTETS + 1] = { 0 };
		smpp_time_absolute(rows[i].at, rows[i].utc_quarters, out);
		cr_expect_str_eq(out, rows[i].want, "%s: %s", rows[i].name, out);
	}
}

Test(smpp_time, relative)
{
	static const struct {
		const char *name;
		int64_t span_ms;
		const char *want;
	} rows[] = {
		{ "a quarter of an hour", 900000, "000000001500000R" },
		{ "seconds are cut", 61999, "000000000101000R" },
		{ "a day, an hour", 90000000, "000001010000000R" },
		{ "less than a second", 999, "000000000001000R" },
		{ "nothing", 0, "000000000001000R" },
		{ "past", -5000, "000000000001000R" },
		{ "31 days", 2678400000, "000031000000000R" },
		{ "a year", 31536000000, "000031235959000R" },
		{ "for ever", INT64_MAX, "000031235959000R" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char out[SMPP_TIME_OCTETS + 1] = { 0 };
		smpp_time_relative(rows[i].span_ms, out);
		cr_expect_str_eq(out, rows[i].want, "%s: %s", rows[i].name, out);
	}
}
