/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_instant.h"

#include <criterion/criterion.h>
#include <inttypes.h>

Test(audit_instant, parse)
{
	static const struct row {
		const char *name;
		const char *json;
		int64_t want_ms; /* 0 = it is none */
	} rows[] = {
		{ "UTC", "\"2026-02-13T00:00:00Z\"", 1770940800000 },
		{ "offset", "\"2026-02-13T08:00:00+08:00\"", 1770940800000 },
		{ "negative offset", "\"2026-02-12T19:00:00-05:00\"", 1770940800000 },
		{ "fraction", "\"2026-02-13T00:00:00.5Z\"", 1770940800500 },
		{ "long fraction", "\"2026-02-13 00:00:00.123456Z\"", 1770940800123 },
		{ "seconds", "1770940800", 1770940800000 },
		{ "milliseconds", "1770940800123.456", 1770940800123 },
		{ "no zone", "\"2026-02-13 00:00:00\"", 0 },
		{ "rest", "\"2026-02-13T00:00:00Zx\"", 0 },
		{ "offset of an hour that is none", "\"2026-02-13T00:00:00+25:00\"", 0 },
		{ "no date", "\"yesterday\"", 0 },
		{ "zero", "0", 0 },
		{ "huge", "1e300", 0 },
		{ "another type", "true", 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		json_t *value = json_loads(rows[i].json, JSON_DECODE_ANY, NULL);
		int64_t ms = 0;
		bool is_good = audit_instant_parse(value, &ms);
		cr_expect_eq(is_good, rows[i].want_ms != 0, "%s: %d", rows[i].name, is_good);
		cr_expect_eq(ms, rows[i].want_ms, "%s: %" PRId64, rows[i].name, ms);
		json_decref(value);
	}
	int64_t ms;
	cr_expect(!audit_instant_parse(NULL, &ms));
}
