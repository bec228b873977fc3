/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/freshness.h"

static bool decide(struct judgement *out, enum verdict verdict, wall_ms until, const char *reason)
{
	*out = (struct judgement){ .verdict = verdict, .until = until, .reason = reason };
	return true;
}

/* The end of the template's max_age; 0 = none. A sum beyond what an instant can hold is never reached, and one that
 * happens to be 0 must not read as absent. */
static wall_ms age_limit(const struct policy_facts *facts)
{
	if (facts->as_of == 0 || facts->max_age_ms <= 0)
		return 0;
	wall_ms as_of = facts->as_of > facts->now + FRESHNESS_SKEW_MS ? facts->now : facts->as_of;
	wall_ms limit;
	if (__builtin_add_overflow(as_of, facts->max_age_ms, &limit))
		return INT64_MAX;
	return limit ? limit : 1;
}

wall_ms freshness_deadline(const struct policy_facts *facts)
{
	wall_ms limit = age_limit(facts);
	if (facts->expires_at == 0 || (limit != 0 && limit < facts->expires_at))
		return limit;
	return facts->expires_at;
}

bool freshness_expired(const struct policy_facts *facts, struct judgement *out)
{
	if (facts->expires_at == 0 || facts->now < facts->expires_at)
		return false;
	return decide(out, VERDICT_EXPIRED, 0, "expired");
}

bool freshness_too_old(const struct policy_facts *facts, struct judgement *out)
{
	wall_ms limit = age_limit(facts);
	if (limit == 0 || facts->now < limit)
		return false;
	return decide(out, VERDICT_EXPIRED, 0, "too_old");
}

bool freshness_never_in_time(const struct policy_facts *facts, struct judgement *out)
{
	wall_ms deadline = freshness_deadline(facts);
	if (facts->not_before <= facts->now || deadline == 0 || facts->not_before < deadline)
		return false;
	return decide(out, VERDICT_EXPIRED, 0, "never_in_time");
}

bool freshness_early(const struct policy_facts *facts, struct judgement *out)
{
	if (facts->not_before <= facts->now)
		return false;
	return decide(out, VERDICT_WAIT, facts->not_before, "not_before");
}
