/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy.h"

#include "base/check.h"
#include "policy/freshness.h"
#include "policy/protection.h"

#include <stddef.h>

/* What ends an alert comes before what delays it: no one waits for an sms that is of no use. */
static bool (*const rules[])(const struct policy_facts *facts, struct judgement *out) = {
	freshness_expired,     freshness_too_old, freshness_never_in_time,
	protection_no_consent, freshness_early,   protection_quiet,
};

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[VERDICT_COUNT] = {
		[VERDICT_SEND] = "send",
		[VERDICT_WAIT] = "wait",
		[VERDICT_EXPIRED] = "expired",
		[VERDICT_SUPPRESSED] = "suppressed",
	};
	CHECK((unsigned)verdict < VERDICT_COUNT);
	return names[verdict];
}

struct judgement policy_judge(const struct policy_facts *facts)
{
	struct judgement judgement = { .verdict = VERDICT_SEND };
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (rules[i](facts, &judgement))
			break;
	return judgement;
}
