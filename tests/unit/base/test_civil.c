/* SPDX-License-Identifier: Apache-2.0 */
#include "base/civil.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

/* libc's calendar is the oracle, from year 1 to 9999. */
Test(civil, agrees_with_libc)
{
	const int64_t first_s = -62135596800;
	const int64_t last_s = 253402300799;
	for (int64_t s = first_s; s <= last_s; s += 86400 * 3 + 12347) {
		struct tm tm;
		time_t time = (time_t)s;
		gmtime_r(&time, &tm);
		struct civil civil = civil_from_wall(s * 1000 + 7, 0);
		cr_assert(civil.year == tm.tm_year + 1900 && civil.month == tm.tm_mon + 1 && civil.day == tm.tm_mday &&
				  civil.hour == tm.tm_hour && civil.minute == tm.tm_min && civil.second == tm.tm_sec &&
				  civil.millisecond == 7,
			  "%lld", (long long)s);
		cr_assert_eq(civil_to_wall(&civil, 0), s * 1000 + 7, "%lld", (long long)s);
		cr_assert(civil_is_date(civil.year, civil.month, civil.day));
		cr_assert_eq(civil_days(civil.year, civil.month, civil.day) * 86400, s - ((s % 86400) + 86400) % 86400);
	}
}

Test(civil, offsets)
{
	struct civil civil = civil_from_wall(0, 8 * 3600);
	cr_assert(civil.year == 1970 && civil.day == 1 && civil.hour == 8);
	cr_assert_eq(civil_to_wall(&civil, 8 * 3600), 0);
	civil = civil_from_wall(0, -5 * 3600);
	cr_assert(civil.year == 1969 && civil.month == 12 && civil.day == 31 && civil.hour == 19);
	cr_assert_eq(civil_to_wall(&civil, -5 * 3600), 0);
}

Test(civil, outside_the_years)
{
	static const wall_ms extremes[] = { INT64_MIN, INT64_MIN + 1, -62135596800001, 253402300800000, INT64_MAX };
	for (size_t i = 0; i < sizeof extremes / sizeof extremes[0]; i++) {
		for (int offset_s = -14 * 3600; offset_s <= 14 * 3600; offset_s += 14 * 3600) {
			char text[33] = "";
			size_t len = civil_format_rfc3339(extremes[i], offset_s, text);
			cr_assert_leq(len, 32);
			bool early = extremes[i] < 0;
			if (offset_s == 0)
				cr_assert_str_eq(text, early ? "0001-01-01T00:00:00.000Z" : "9999-12-31T23:59:59.999Z");
		}
	}
}

Test(civil, is_date)
{
	static const struct {
		int year, month, day;
		bool want;
	} rows[] = {
		{ 2026, 1, 31, true },  { 2026, 1, 32, false }, { 2026, 4, 30, true },  { 2026, 4, 31, false },
		{ 2026, 2, 28, true },  { 2026, 2, 29, false }, { 2024, 2, 29, true },  { 2024, 2, 30, false },
		{ 1900, 2, 29, false }, { 2000, 2, 29, true },  { 2026, 0, 1, false },  { 2026, 13, 1, false },
		{ 2026, 1, 0, false },  { 0, 1, 1, false },     { 1, 1, 1, true },      { 9999, 12, 31, true },
		{ 10000, 1, 1, false }, { 2026, -1, 1, false }, { 2026, 1, -1, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_assert_eq(civil_is_date(rows[i].year, rows[i].month, rows[i].day), rows[i].want, "%d-%d-%d",
			     rows[i].year, rows[i].month, rows[i].day);
}

Test(civil, parse_rfc3339)
{
	static const struct {
		const char *text;
		bool want;
		wall_ms want_at;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", true, 0 },
		{ "1970-01-01t00:00:00z", true, 0 },
		{ "1970-01-01 00:00:00Z", true, 0 },
		{ "2026-02-13T08:00:00+08:00", true, 1770940800000 },
		{ "2026-02-13T00:00:00-00:00", true, 1770940800000 },
		{ "2026-02-12T18:30:00-05:30", true, 1770940800000 },
		{ "2026-02-13T00:00:00.5Z", true, 1770940800500 },
		{ "2026-02-13T00:00:00.12345678901234567890Z", true, 1770940800123 },
		{ "1969-12-31T23:59:59.999Z", true, -1 },
		{ "2016-12-31T23:59:60Z", true, 1483228799999 },
		{ "0001-01-01T00:00:00Z", true, -62135596800000 },
		{ "9999-12-31T23:59:59Z", true, 253402300799000 },
		{ "", false, 0 },
		{ "2026-02-13", false, 0 },
		{ "2026-02-13T00:00:00", false, 0 },
		{ "2026-02-13T00:00Z", false, 0 },
		{ "2026-02-13T24:00:00Z", false, 0 },
		{ "2026-02-13T00:60:00Z", false, 0 },
		{ "2026-02-13T00:00:61Z", false, 0 },
		{ "2026-02-30T00:00:00Z", false, 0 },
		{ "0000-01-01T00:00:00Z", false, 0 },
		{ "2026-2-13T00:00:00Z", false, 0 },
		{ "2026-02-13T0:00:00Z", false, 0 },
		{ "2026-02-13T00:00:00.Z", false, 0 },
		{ "2026-02-13T00:00:00,5Z", false, 0 },
		{ "2026-02-13T00:00:00+8:00", false, 0 },
		{ "2026-02-13T00:00:00+0800", false, 0 },
		{ "2026-02-13T00:00:00+24:00", false, 0 },
		{ "2026-02-13T00:00:00+08:60", false, 0 },
		{ "2026-02-13T00:00:00Z ", false, 0 },
		{ " 2026-02-13T00:00:00Z", false, 0 },
		{ "-026-02-13T00:00:00Z", false, 0 },
		{ "2026-02-13T00:00:00ZZ", false, 0 },
		{ "２０２６-02-13T00:00:00Z", false, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		wall_ms at = 4711;
		cr_assert_eq(civil_parse_rfc3339(slice_of(rows[i].text), &at), rows[i].want, "“%s”", rows[i].text);
		cr_assert_eq(at, rows[i].want ? rows[i].want_at : 4711, "“%s”: %lld", rows[i].text, (long long)at);
	}
	/* No prefix of a good text is good, and none is read beyond its end. */
	const char *good = "2026-02-13T08:00:00.125+08:00";
	for (size_t len = 0; len < strlen(good); len++) {
		char *cut = malloc(len + 1);
		memcpy(cut, good, len);
		cut[len] = '0';
		wall_ms at;
		cr_assert(!civil_parse_rfc3339((struct slice){ cut, len }, &at), "%zu octets", len);
		free(cut);
	}
	wall_ms at;
	cr_assert(!civil_parse_rfc3339(SLICE("2026-02-13\0"
					     "00:00:00Z"),
				       &at),
		  "NUL is no blank");
}

Test(civil, parse_date)
{
	struct civil civil = { .hour = 99 };
	cr_assert(civil_parse_date(SLICE("2026-02-13"), &civil));
	cr_assert(civil.year == 2026 && civil.month == 2 && civil.day == 13 && civil.hour == 0);
	static const char *const bad[] = { "", "2026-02-29", "2026-02-1", "2026-02-130", "2026/02/13", "26-02-13" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_assert(!civil_parse_date(slice_of(bad[i]), &civil), "“%s”", bad[i]);
	cr_assert_eq(civil.year, 2026, "set on success only");
}

Test(civil, format_rfc3339)
{
	static const struct {
		wall_ms at;
		int32_t offset_s;
		const char *want;
	} rows[] = {
		{ 0, 0, "1970-01-01T00:00:00.000Z" },
		{ -1, 0, "1969-12-31T23:59:59.999Z" },
		{ 1770940800123, 8 * 3600, "2026-02-13T08:00:00.123+08:00" },
		{ 1770940800123, -(5 * 3600 + 1800), "2026-02-12T18:30:00.123-05:30" },
		{ 0, 8 * 3600 + 5 * 60 + 43, "1970-01-01T08:05:00.000+08:05" },
		{ 0, -43, "1970-01-01T00:00:00.000Z" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[33] = "";
		size_t len = civil_format_rfc3339(rows[i].at, rows[i].offset_s, text);
		cr_assert_eq(len, strlen(rows[i].want), "%s", rows[i].want);
		cr_assert_str_eq(text, rows[i].want);
	}
}

Test(civil, zones)
{
	static const struct zone utc = { .span_count = 0 };
	cr_assert_eq(zone_offset_s(&utc, 0), 0);
	static const struct zone zone = { .spans = { { 1000, 3600 }, { 2000, 7200 }, { 3000, 3600 } },
					  .span_count = 3 };
	static const struct {
		wall_ms at;
		int32_t want;
	} rows[] = {
		{ INT64_MIN, 3600 }, { 999, 3600 },  { 1000, 3600 }, { 1999, 3600 },      { 2000, 7200 },
		{ 2999, 7200 },      { 3000, 3600 }, { 9999, 3600 }, { INT64_MAX, 3600 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_assert_eq(zone_offset_s(&zone, rows[i].at), rows[i].want, "at %lld", (long long)rows[i].at);
	cr_assert_eq(zone_next_change(&zone, 0), 2000); /* before the first span it counts, too */
	cr_assert_eq(zone_next_change(&zone, 1999), 2000);
	cr_assert_eq(zone_next_change(&zone, 2000), 3000);
	cr_assert_eq(zone_next_change(&zone, 3000), INT64_MAX);
	cr_assert_eq(zone_next_change(NULL, 0), INT64_MAX);
}

/* A zone that is an hour ahead, and from 02:00 UTC of 2026-03-29 two. */
Test(civil, days_of_a_zone)
{
	static const struct zone zone = { .spans = { { 0, 3600 }, { INT64_C(1774749600000), 7200 } }, .span_count = 2 };
	static const struct {
		const char *at;
		const char *next;
		int32_t date;
		const struct zone *zone;
	} rows[] = {
		{ "2026-02-13T00:00:00Z", "2026-02-14T00:00:00Z", 20260213, NULL },
		{ "2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00Z", 20261231, NULL },
		{ "2026-02-13T22:59:59Z", "2026-02-13T23:00:00Z", 20260213, &zone },
		{ "2026-02-13T23:00:00Z", "2026-02-14T23:00:00Z", 20260214, &zone },
		{ "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 20260329, &zone },
		{ "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z", 20260329, &zone },
		{ "2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z", 20260330, &zone },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		wall_ms at, next;
		cr_assert(civil_parse_rfc3339((struct slice){ rows[i].at, strlen(rows[i].at) }, &at));
		cr_assert(civil_parse_rfc3339((struct slice){ rows[i].next, strlen(rows[i].next) }, &next));
		cr_expect_eq(zone_date(rows[i].zone, at), rows[i].date, "%s: %d", rows[i].at,
			     zone_date(rows[i].zone, at));
		cr_expect_eq(zone_next_day(rows[i].zone, at), next, "%s: %lld", rows[i].at,
			     (long long)(zone_next_day(rows[i].zone, at) - next));
	}
}
