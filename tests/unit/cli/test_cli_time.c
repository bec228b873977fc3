/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_time.h"

#include <criterion/criterion.h>

#define NOW INT64_C(1770940800000) /* 2026-02-13T00:00:00Z */

/* East of UTC by eight hours, by nine from 2026-02-14T00:00:00Z on. */
static const struct zone zone = { .spans = { { 0, 28800 }, { NOW + INT64_C(86400000), 32400 } }, .span_count = 2 };

Test(cli_time, parse)
{
	static const struct {
		const char *text;
		const struct zone *zone;
		bool want;
		wall_ms want_at;
	} rows[] = {
		{ "2026-02-13T08:00:00+08:00", NULL, true, NOW },
		{ "2026-02-13T08:00:00+08:00", &zone, true, NOW },
		{ "2026-02-13T00:00:00.5Z", &zone, true, NOW + 500 },
		{ "2026-02-13 08:00:00", &zone, true, NOW },
		{ "2026-02-13T08:00", &zone, true, NOW },
		{ "2026-02-13 08:00", NULL, true, NOW + INT64_C(8) * 3600 * 1000 },
		{ "2026-02-13", NULL, true, NOW },
		{ "2026-02-13", &zone, true, NOW - INT64_C(28800000) },
		{ "2026-02-15", &zone, true, NOW + INT64_C(172800000) - INT64_C(32400000) },
		{ "90s", NULL, true, NOW - 90000 },
		{ "30m", &zone, true, NOW - 1800000 },
		{ "2h", NULL, true, NOW - 7200000 },
		{ "3d", NULL, true, NOW - INT64_C(259200000) },
		{ "1000000000d", NULL, true, 0 },
		{ "1000000001d", NULL, false, 0 },
		{ "2", NULL, false, 0 },
		{ "h", NULL, false, 0 },
		{ "-2h", NULL, false, 0 },
		{ "2w", NULL, false, 0 },
		{ "2026-02-30", NULL, false, 0 },
		{ "13.02.2026", NULL, false, 0 },
		{ "2026-02-13T08:00:00+08:00 and more than that", NULL, false, 0 },
		{ "", NULL, false, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		wall_ms at = -1;
		bool is_good = cli_time_parse(slice_of(rows[i].text), NOW, rows[i].zone, &at);
		cr_expect_eq(is_good, rows[i].want, "“%s”", rows[i].text);
		cr_expect_eq(at, rows[i].want ? rows[i].want_at : -1, "“%s”: %lld", rows[i].text, (long long)at);
	}
}

Test(cli_time, format)
{
	char out[CLI_TIME_OCTETS];
	cr_expect_str_eq(cli_time_format(NOW, NULL, out), "2026-02-13 00:00:00");
	cr_expect_str_eq(cli_time_format(NOW, &zone, out), "2026-02-13 08:00:00");
	cr_expect_str_eq(cli_time_format(0, NULL, out), "1970-01-01 00:00:00");
	cr_expect_eq(strlen(cli_time_format(INT64_MAX, NULL, out)), 19);
}
