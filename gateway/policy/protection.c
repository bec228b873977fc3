/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/protection.h"

#include "policy/freshness.h"

static bool decide(struct judgement *out, enum verdict verdict, wall_ms until, enum protection_rule rule)
{
	*out = (struct judgement){ .verdict = verdict, .until = until, .reason = protection_name(rule), .rule = rule };
	return true;
}

bool protection_no_consent(const struct policy_facts *facts, struct judgement *out)
{
	if (!facts->lacks_consent)
		return false;
	return decide(out, VERDICT_SUPPRESSED, 0, PROTECTION_NO_CONSENT);
}

bool protection_quiet(const struct policy_facts *facts, struct judgement *out)
{
	wall_ms end = facts->quiet_until;
	if (end == 0)
		return false;
	wall_ms deadline = freshness_deadline(facts);
	if (deadline != 0 && deadline <= end)
		return decide(out, VERDICT_SUPPRESSED, 0, PROTECTION_QUIET_HOURS);
	int64_t spread = facts->spread_ms;
	if (deadline != 0 && (deadline - end) / 2 < spread)
		spread = (deadline - end) / 2;
	wall_ms share = spread > 0 ? (wall_ms)(facts->share % (uint64_t)spread) : 0;
	return decide(out, VERDICT_WAIT, end + share, PROTECTION_QUIET_HOURS);
}
