/* SPDX-License-Identifier: Apache-2.0 */
#include "app/zone_file.h"

#include <criterion/criterion.h>

#define WINTER_2026 1770940800000 /* 2026-02-13T00:00:00Z */
#define SUMMER_2026 1784073600000 /* 2026-07-15T00:00:00Z */

Test(zone_file, offsets_change_with_the_season)
{
	static const struct {
		const char *zone;
		int32_t winter_s;
		int32_t summer_s;
	} rows[] = {
		{ "Europe/Berlin", 3600, 7200 },
		{ "America/New_York", -18000, -14400 },
		{ "Asia/Tokyo", 32400, 32400 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zone zone;
		struct err_at at = { 0 };
		cr_assert_eq(zone_file_load(rows[i].zone, WINTER_2026, &zone, &at), ERR_OK, "%s: %s", rows[i].zone,
			     at.text);
		cr_expect_eq(zone_offset_s(&zone, WINTER_2026), rows[i].winter_s, "%s in winter", rows[i].zone);
		cr_expect_eq(zone_offset_s(&zone, SUMMER_2026), rows[i].summer_s, "%s in summer", rows[i].zone);
	}
}

Test(zone_file, names_that_are_no_zones)
{
	static const char *const rows[] = { "",     "Nowhere",   "/etc/passwd", "../../../etc/passwd",
					    "Asia", "tzdata.zi", "a b" };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zone zone;
		struct err_at at = { 0 };
		enum err err = zone_file_load(rows[i], WINTER_2026, &zone, &at);
		cr_expect(err == ERR_NOT_FOUND || err == ERR_FORMAT, "“%s”: %s", rows[i], err_name(err));
		cr_expect_neq(at.text[0], '\0', "“%s” says nothing", rows[i]);
	}
}
