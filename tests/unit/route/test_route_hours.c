/* SPDX-License-Identifier: Apache-2.0 */
#include "route/route_hours.h"

#include <criterion/criterion.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define MONDAY      INT64_C(1770566400000) /* 2026-02-08T16:00Z: 00:00 of Monday in China */
#define HOUR        INT64_C(3600000)
#define SPRING      INT64_C(1774746000000) /* 2026-03-29, 01:00 UTC */
#define AUTUMN      INT64_C(1792890000000) /* 2026-10-25, 01:00 UTC */
#define MINUTE      INT64_C(60000)

Test(route_hours, parse)
{
	static const struct {
		const char *text;
		bool want;
		struct route_hours want_hours;
		const char *want_text;
	} rows[] = {
		{ "08:00-20:00", true, { 0x7F, 480, 1200 }, "08:00-20:00" },
		{ "00:00-24:00", true, { 0x7F, 0, 1440 }, "00:00-24:00" },
		{ "22:00-06:00", true, { 0x7F, 1320, 360 }, "22:00-06:00" },
		{ "Mon-Fri 08:00-20:30", true, { 0x1F, 480, 1230 }, "Mon,Tue,Wed,Thu,Fri 08:00-20:30" },
		{ "Sat,Sun 09:00-18:00", true, { 0x60, 540, 1080 }, "Sat,Sun 09:00-18:00" },
		{ "Fri-Mon 09:00-18:00", true, { 0x71, 540, 1080 }, "Mon,Fri,Sat,Sun 09:00-18:00" },
		{ "Mon,Wed-Thu,Sun 23:59-00:01", true, { 0x4D, 1439, 1 }, "Mon,Wed,Thu,Sun 23:59-00:01" },
		{ "Mon-Sun 08:00-20:00", true, { 0x7F, 480, 1200 }, "08:00-20:00" },
		{ "Mon-Mon 08:00-20:00", true, { 0x01, 480, 1200 }, "Mon 08:00-20:00" },
		{ "", false, { 0 }, "" },
		{ "8:00-20:00", false, { 0 }, "" },
		{ "08:00", false, { 0 }, "" },
		{ "08:00-", false, { 0 }, "" },
		{ "08:00-08:00", false, { 0 }, "" },
		{ "24:00-08:00", false, { 0 }, "" },
		{ "20:00-00:00", false, { 0 }, "" },
		{ "08:00-24:01", false, { 0 }, "" },
		{ "08:60-20:00", false, { 0 }, "" },
		{ "29:00-20:00", false, { 0 }, "" },
		{ "08:00-20:00 ", false, { 0 }, "" },
		{ " 08:00-20:00", false, { 0 }, "" },
		{ "Mon08:00-20:00", false, { 0 }, "" },
		{ "Mon, 08:00-20:00", false, { 0 }, "" },
		{ "Mon- 08:00-20:00", false, { 0 }, "" },
		{ "mon 08:00-20:00", false, { 0 }, "" },
		{ "Monday 08:00-20:00", false, { 0 }, "" },
		{ "Mon", false, { 0 }, "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[ROUTE_HOURS_TEXT];
		struct buf out = buf_over(text, sizeof text);
		struct route_hours hours = { 0 };
		cr_expect_eq(route_hours_parse(slice_of(rows[i].text), &hours), rows[i].want, "“%s”", rows[i].text);
		cr_expect(hours.days == rows[i].want_hours.days && hours.from == rows[i].want_hours.from &&
				  hours.to == rows[i].want_hours.to,
			  "“%s”: %x %u %u", rows[i].text, hours.days, hours.from, hours.to);
		route_hours_format(&hours, &out);
		cr_expect(slice_is((struct slice){ out.at, out.len }, rows[i].want_text), "“%s”: %.*s", rows[i].text,
			  (int)out.len, out.at);
	}
}

Test(route_hours, wait)
{
	static const struct zone china = { .spans = { { INT64_MIN, 8 * 3600 } }, .span_count = 1 };
	static const struct {
		const char *text;
		unsigned day;
		unsigned hour;
		unsigned minute;
		unsigned want;
	} rows[] = {
		{ "08:00-20:00", 0, 8, 0, 0 },
		{ "08:00-20:00", 0, 19, 59, 0 },
		{ "08:00-20:00", 0, 20, 0, 12 * 60 },
		{ "08:00-20:00", 6, 7, 59, 1 },
		{ "00:00-24:00", 3, 12, 0, 0 },
		{ "22:00-06:00", 6, 23, 0, 0 },
		{ "22:00-06:00", 0, 5, 59, 0 },
		{ "22:00-06:00", 0, 6, 0, 16 * 60 },
		{ "Sun 22:00-06:00", 0, 5, 59, 0 },
		{ "Sun 22:00-06:00", 6, 5, 59, 16 * 60 + 1 },
		{ "Mon-Fri 08:00-20:00", 4, 20, 0, 2 * 24 * 60 + 12 * 60 },
		{ "Mon 08:00-08:01", 0, 8, 1, 7 * 24 * 60 - 1 },
		{ "Mon 00:00-24:00", 0, 23, 59, 0 },
		{ "Mon 00:00-24:00", 1, 0, 0, 6 * 24 * 60 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct route_hours hours;
		cr_assert(route_hours_parse(slice_of(rows[i].text), &hours), "%s", rows[i].text);
		wall_ms at = MONDAY + ((rows[i].day * 24 + rows[i].hour) * 60 + rows[i].minute) * MINUTE;
		cr_expect_eq(route_hours_wait(&hours, at, &china), rows[i].want, "%s on day %u at %u:%u: %u",
			     rows[i].text, rows[i].day, rows[i].hour, rows[i].minute,
			     route_hours_wait(&hours, at, &china));
		cr_expect_eq(route_hours_wait(&hours, at + 8 * 60 * MINUTE, NULL), rows[i].want, "%s in UTC",
			     rows[i].text);
	}
	const struct route_hours always = { 0 };
	cr_expect_eq(route_hours_wait(&always, -1, NULL), 0);
	struct route_hours early;
	cr_assert(route_hours_parse(SLICE("Wed 23:59-24:00"), &early));
	cr_expect_eq(route_hours_wait(&early, -1, NULL), 0, "a minute before 1970, a Thursday");
}

/* Berlin: winter time until Sunday, 2026-03-29, 01:00 UTC, then summer time until Sunday, 2026-10-25, 01:00 UTC. */
Test(route_hours, opens)
{
	enum { WINTER_S = 3600, SUMMER_S = 7200 };
	static const struct zone berlin = {
		.spans = { { INT64_MIN, WINTER_S }, { SPRING, SUMMER_S }, { AUTUMN, WINTER_S } }, .span_count = 3
	};
	static const struct {
		const char *name;
		const char *text;
		wall_ms at;
		wall_ms want;
	} rows[] = {
		{ "open", "08:00-20:00", SPRING - 14 * HOUR + 1, SPRING - 14 * HOUR + 1 },
		{ "within a season", "08:00-20:00", SPRING - 30 * HOUR + 1, SPRING - 18 * HOUR },
		{ "over the spring's night", "08:00-20:00", SPRING - 6 * HOUR, SPRING + 5 * HOUR },
		{ "over the autumn's night", "08:00-20:00", AUTUMN - 6 * HOUR, AUTUMN + 6 * HOUR },
		{ "over the weekend", "Mon 08:00-20:00", AUTUMN - 6 * HOUR, AUTUMN + 30 * HOUR },
		{ "at an hour that is not there", "02:30-20:00", SPRING - 2 * HOUR, SPRING },
		{ "when the clocks change", "03:00-20:00", SPRING - 2 * HOUR, SPRING },
		{ "an hour that is there twice", "02:30-02:40", AUTUMN - 2 * HOUR, AUTUMN - HOUR / 2 },
		{ "and its second time", "02:30-02:40", AUTUMN - 10 * MINUTE, AUTUMN + HOUR / 2 },
		{ "only in the hour that is not there", "Sun 02:10-02:20", SPRING - HOUR,
		  SPRING + (7 * 24 - 1) * HOUR + 10 * MINUTE },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct route_hours hours;
		cr_assert(route_hours_parse(slice_of(rows[i].text), &hours), "%s", rows[i].text);
		wall_ms opens = route_hours_opens(&hours, rows[i].at, &berlin);
		cr_expect_eq(opens, rows[i].want, "%s: %lld minutes off", rows[i].name,
			     (long long)((opens - rows[i].want) / MINUTE));
		cr_expect_eq(route_hours_wait(&hours, opens, &berlin), 0, "%s: it is closed then", rows[i].name);
	}
	struct route_hours hours;
	cr_assert(route_hours_parse(SLICE("08:00-20:00"), &hours));
	cr_expect_eq(route_hours_opens(&hours, SPRING - 18 * HOUR - 1, NULL), SPRING - 17 * HOUR, "UTC");
}
