/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/freshness.h"

#include "base/slice.h"

#include <criterion/criterion.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define NOW         INT64_C(1770940800000)
#define MINUTE      INT64_C(60000)

Test(freshness, deadline)
{
	static const struct {
		const char *name;
		struct policy_facts facts;
		wall_ms want;
	} rows[] = {
		{ "none", { .now = NOW }, 0 },
		{ "expires_at", { .now = NOW, .expires_at = NOW + 5 }, NOW + 5 },
		{ "max_age", { .now = NOW, .as_of = NOW - 3, .max_age_ms = 10 }, NOW + 7 },
		{ "max_age without as_of", { .now = NOW, .max_age_ms = 10 }, 0 },
		{ "as_of without max_age", { .now = NOW, .as_of = NOW - 3 }, 0 },
		{ "expires_at is earlier",
		  { .now = NOW, .expires_at = NOW + 5, .as_of = NOW, .max_age_ms = 10 },
		  NOW + 5 },
		{ "max_age is earlier",
		  { .now = NOW, .expires_at = NOW + 50, .as_of = NOW, .max_age_ms = 10 },
		  NOW + 10 },
		{ "skew stands", { .now = NOW, .as_of = NOW + 10 * MINUTE, .max_age_ms = 10 }, NOW + 10 * MINUTE + 10 },
		{ "more skew is now", { .now = NOW, .as_of = NOW + 10 * MINUTE + 1, .max_age_ms = 10 }, NOW + 10 },
		{ "endless max_age", { .now = NOW, .as_of = NOW, .max_age_ms = INT64_MAX }, INT64_MAX },
		{ "before 1970", { .now = NOW, .as_of = -50, .max_age_ms = 10 }, -40 },
		{ "sum of 0", { .now = NOW, .as_of = -10, .max_age_ms = 10 }, 1 },
		{ "before 1970, endless", { .now = NOW, .as_of = -10, .max_age_ms = INT64_MAX }, INT64_MAX - 10 },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(freshness_deadline(&rows[i].facts), rows[i].want, "%s: %lld", rows[i].name,
			     (long long)freshness_deadline(&rows[i].facts));
}

/* Each rule alone: it decides from its own facts and leaves the rest to others. */
Test(freshness, rules)
{
	static const struct {
		const char *name;
		bool (*rule)(const struct policy_facts *facts, struct judgement *out);
		struct policy_facts facts;
		bool want;
	} rows[] = {
		{ "expired: absent", freshness_expired, { .now = NOW }, false },
		{ "expired: before", freshness_expired, { .now = NOW, .expires_at = NOW + 1 }, false },
		{ "expired: at", freshness_expired, { .now = NOW, .expires_at = NOW }, true },
		{ "expired: long ago", freshness_expired, { .now = NOW, .expires_at = -1 }, true },
		{ "too_old: before", freshness_too_old, { .now = NOW, .as_of = NOW - 9, .max_age_ms = 10 }, false },
		{ "too_old: at", freshness_too_old, { .now = NOW, .as_of = NOW - 10, .max_age_ms = 10 }, true },
		{ "too_old: no limit", freshness_too_old, { .now = NOW, .as_of = 1 }, false },
		{ "too_old: far ahead", freshness_too_old, { .now = NOW, .as_of = NOW * 2, .max_age_ms = 1 }, false },
		{ "never: absent", freshness_never_in_time, { .now = NOW, .not_before = NOW + 1 }, false },
		{ "never: in time",
		  freshness_never_in_time,
		  { .now = NOW, .not_before = NOW + 1, .expires_at = NOW + 2 },
		  false },
		{ "never: too late",
		  freshness_never_in_time,
		  { .now = NOW, .not_before = NOW + 2, .expires_at = NOW + 2 },
		  true },
		{ "never: too old by then",
		  freshness_never_in_time,
		  { .now = NOW, .not_before = NOW + 20, .as_of = NOW, .max_age_ms = 10 },
		  true },
		{ "never: due", freshness_never_in_time, { .now = NOW, .not_before = NOW, .expires_at = NOW }, false },
		{ "early: absent", freshness_early, { .now = NOW }, false },
		{ "early: due", freshness_early, { .now = NOW, .not_before = NOW }, false },
		{ "early: before", freshness_early, { .now = NOW, .not_before = NOW + 1 }, true },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judgement out = { .reason = "untouched" };
		bool got = rows[i].rule(&rows[i].facts, &out);
		cr_expect_eq(got, rows[i].want, "%s", rows[i].name);
		cr_expect(got || slice_is(slice_of(out.reason), "untouched"), "%s: out was touched", rows[i].name);
	}
}
