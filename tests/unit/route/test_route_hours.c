/* SPDX-License-Identifier: Apache-2.0 */
#include "route/route_hours.h"

#include <criterion/criterion.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define MONDAY      INT64_C(1770566400000) /* 2026-02-08T16:00Z: 00:00 of Monday in China */
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
