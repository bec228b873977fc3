/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy.h"

#include <criterion/criterion.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define NOW         INT64_C(1770940800000)

Test(policy, judge)
{
	static const struct {
		const char *name;
		struct policy_facts facts;
		enum verdict want;
		wall_ms want_until;
		const char *want_reason; /* "" = none */
	} rows[] = {
		{ "nothing said", { .now = NOW }, VERDICT_SEND, 0, "" },
		{ "all in time",
		  { .now = NOW, .expires_at = NOW + 1, .not_before = NOW, .as_of = NOW - 1, .max_age_ms = 2 },
		  VERDICT_SEND,
		  0,
		  "" },
		{ "expired", { .now = NOW, .expires_at = NOW }, VERDICT_EXPIRED, 0, "expired" },
		{ "too old", { .now = NOW, .as_of = NOW - 10, .max_age_ms = 10 }, VERDICT_EXPIRED, 0, "too_old" },
		{ "both: the producer's word first",
		  { .now = NOW, .expires_at = NOW - 1, .as_of = NOW - 10, .max_age_ms = 10 },
		  VERDICT_EXPIRED,
		  0,
		  "expired" },
		{ "early", { .now = NOW, .not_before = NOW + 9 }, VERDICT_WAIT, NOW + 9, "not_before" },
		{ "early and of use then",
		  { .now = NOW, .not_before = NOW + 9, .expires_at = NOW + 10 },
		  VERDICT_WAIT,
		  NOW + 9,
		  "not_before" },
		{ "early but of no use then",
		  { .now = NOW, .not_before = NOW + 9, .expires_at = NOW + 9 },
		  VERDICT_EXPIRED,
		  0,
		  "never_in_time" },
		{ "early but expired",
		  { .now = NOW, .not_before = NOW + 9, .expires_at = NOW },
		  VERDICT_EXPIRED,
		  0,
		  "expired" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judgement got = policy_judge(&rows[i].facts);
		cr_expect_eq(got.verdict, rows[i].want, "%s: %s", rows[i].name, verdict_name(got.verdict));
		cr_expect_eq(got.until, rows[i].want_until, "%s: %lld", rows[i].name, (long long)got.until);
		cr_expect_str_eq(got.reason ? got.reason : "", rows[i].want_reason, "%s", rows[i].name);
	}
}

Test(policy, verdict_names)
{
	cr_expect_str_eq(verdict_name(VERDICT_SEND), "send");
	cr_expect_str_eq(verdict_name(VERDICT_WAIT), "wait");
	cr_expect_str_eq(verdict_name(VERDICT_EXPIRED), "expired");
}
