/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/protection.h"

#include "base/slice.h"

#include <criterion/criterion.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define NOW         INT64_C(1770940800000)
#define END         (NOW + 3600000)

Test(protection, no_consent)
{
	struct policy_facts facts = { .now = NOW };
	struct judgement out = { .reason = NULL };
	cr_assert_not(protection_no_consent(&facts, &out));
	facts.lacks_consent = true;
	cr_assert(protection_no_consent(&facts, &out));
	cr_assert_eq(out.verdict, VERDICT_SUPPRESSED);
	cr_assert_eq(out.rule, PROTECTION_NO_CONSENT);
	cr_assert_str_eq(out.reason, "no_consent");
}

Test(protection, quiet)
{
	static const struct {
		const char *name;
		struct policy_facts facts;
		bool decides;
		enum verdict want;
		wall_ms until;
	} rows[] = {
		{ "by day", { .now = NOW, .spread_ms = 1000 }, false, VERDICT_SEND, 0 },
		{ "without an end of its own",
		  { .quiet_until = END, .spread_ms = 1000, .share = 2300 },
		  true,
		  VERDICT_WAIT,
		  END + 300 },
		{ "all at once", { .quiet_until = END, .share = 2300 }, true, VERDICT_WAIT, END },
		{ "of no use by then",
		  { .quiet_until = END, .expires_at = END, .spread_ms = 1000 },
		  true,
		  VERDICT_SUPPRESSED,
		  0 },
		{ "too old by then",
		  { .now = NOW, .quiet_until = END, .as_of = NOW, .max_age_ms = 5 },
		  true,
		  VERDICT_SUPPRESSED,
		  0 },
		{ "of use for a part of the spread",
		  { .quiet_until = END, .expires_at = END + 1000, .spread_ms = 1000, .share = 700 },
		  true,
		  VERDICT_WAIT,
		  END + 200 },
		{ "of use for a moment",
		  { .quiet_until = END, .expires_at = END + 1, .spread_ms = 1000, .share = 700 },
		  true,
		  VERDICT_WAIT,
		  END },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judgement out = { .verdict = VERDICT_SEND };
		cr_assert_eq(protection_quiet(&rows[i].facts, &out), rows[i].decides, "%s", rows[i].name);
		cr_assert_eq(out.verdict, rows[i].want, "%s", rows[i].name);
		cr_assert_eq(out.until, rows[i].until, "%s: %lld", rows[i].name, (long long)out.until);
		cr_assert_eq(out.rule, rows[i].decides ? PROTECTION_QUIET_HOURS : PROTECTION_NONE, "%s", rows[i].name);
	}
}

/* What is of no use any more has expired, whatever else holds; and without consent nothing waits. */
Test(protection, order)
{
	struct policy_facts facts = { .now = NOW, .expires_at = NOW, .lacks_consent = true, .quiet_until = END };
	cr_assert_eq(policy_judge(&facts).verdict, VERDICT_EXPIRED);
	facts.expires_at = 0;
	facts.not_before = NOW + 1;
	cr_assert_str_eq(policy_judge(&facts).reason, "no_consent");
	facts.lacks_consent = false;
	cr_assert_str_eq(policy_judge(&facts).reason, "not_before");
	facts.not_before = 0;
	cr_assert_str_eq(policy_judge(&facts).reason, "quiet_hours");
	cr_assert_str_eq(verdict_name(VERDICT_SUPPRESSED), "suppressed");
}
