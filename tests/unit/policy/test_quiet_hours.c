/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/quiet_hours.h"

#include <criterion/criterion.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define MINUTE      INT64_C(60000)
#define HOUR        (60 * MINUTE)
#define DAY         (24 * HOUR)

Test(quiet_hours, parse)
{
	static const struct {
		const char *text;
		bool want;
		struct quiet_hours hours;
	} rows[] = {
		{ "22:00-08:00", true, { 1320, 480 } }, { "00:00-00:01", true, { 0, 1 } },
		{ "12:30-13:59", true, { 750, 839 } },  { "21:00-24:00", true, { 1260, 0 } },
		{ "24:00-08:00", true, { 0, 480 } },    { "", false, { 0, 0 } },
		{ "08:00-08:00", false, { 0, 0 } },     { "00:00-24:00", false, { 0, 0 } },
		{ "24:01-08:00", false, { 0, 0 } },     { "22:60-08:00", false, { 0, 0 } },
		{ "2:00-08:00", false, { 0, 0 } },      { "22:00", false, { 0, 0 } },
		{ "22:00-", false, { 0, 0 } },          { "22:00–08:00", false, { 0, 0 } },
		{ "22:00-08:00 ", false, { 0, 0 } },    { "Mon 22:00-08:00", false, { 0, 0 } },
		{ "30:00-08:00", false, { 0, 0 } },     { "22.00-08.00", false, { 0, 0 } },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct quiet_hours hours = { 7, 7 };
		cr_expect_eq(quiet_hours_parse(slice_of(rows[i].text), &hours), rows[i].want, "%s", rows[i].text);
		struct quiet_hours want = rows[i].want ? rows[i].hours : (struct quiet_hours){ 7, 7 };
		cr_expect(hours.from == want.from && hours.to == want.to, "%s: %u, %u", rows[i].text, hours.from,
			  hours.to);
	}
}

Test(quiet_hours, end)
{
	/* From 1970-01-11 02:00 UTC on an hour more, ten days later an hour less. */
	static const struct zone plain = { .spans = { { 0, 8 * 3600 } }, .span_count = 1 };
	static const struct zone summer = {
		.spans = { { 0, 3600 }, { 10 * DAY + 2 * HOUR, 7200 }, { 20 * DAY + 2 * HOUR, 3600 } }, .span_count = 3
	};
	static const struct quiet_hours none = { 0, 0 }, night = { 22 * 60, 8 * 60 }, noon = { 12 * 60, 14 * 60 };
	static const struct {
		const char *name;
		const struct quiet_hours *hours;
		const struct zone *zone;
		wall_ms at;
		wall_ms want;
	} rows[] = {
		{ "none", &none, NULL, 5 * DAY, 0 },
		{ "a minute before", &night, NULL, 5 * DAY + 22 * HOUR - 1, 0 },
		{ "from the first instant on", &night, NULL, 5 * DAY + 22 * HOUR, 6 * DAY + 8 * HOUR },
		{ "midnight", &night, NULL, 6 * DAY, 6 * DAY + 8 * HOUR },
		{ "the last instant", &night, NULL, 6 * DAY + 8 * HOUR - 1, 6 * DAY + 8 * HOUR },
		{ "their end", &night, NULL, 6 * DAY + 8 * HOUR, 0 },
		{ "within a day", &noon, NULL, 6 * DAY + 13 * HOUR + 7, 6 * DAY + 14 * HOUR },
		{ "after that", &noon, NULL, 6 * DAY + 14 * HOUR, 0 },
		{ "in Shanghai", &night, &plain, 6 * DAY + 14 * HOUR, 7 * DAY },
		{ "in Shanghai, by day", &night, &plain, 6 * DAY, 0 },
		{ "before 1970", &night, NULL, -HOUR, 8 * HOUR },
		{ "clocks go forward by night", &night, &summer, 10 * DAY, 10 * DAY + 6 * HOUR },
		{ "clocks go back by night", &night, &summer, 20 * DAY, 20 * DAY + 7 * HOUR },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(quiet_hours_end(rows[i].hours, rows[i].at, rows[i].zone), rows[i].want, "%s: %lld",
			     rows[i].name, (long long)quiet_hours_end(rows[i].hours, rows[i].at, rows[i].zone));
}

/* They end because the clocks are set over their end. */
Test(quiet_hours, end_within_a_change)
{
	static const struct zone zone = { .spans = { { 0, 0 }, { 10 * DAY + 2 * HOUR, 3600 } }, .span_count = 2 };
	static const struct quiet_hours hours = { 60, 2 * 60 + 30 };
	cr_assert_eq(quiet_hours_end(&hours, 10 * DAY + HOUR, &zone), 10 * DAY + 2 * HOUR);
}
