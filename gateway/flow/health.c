/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/health.h"

static void advance(struct health *health, mono_us now)
{
	mono_us passed = now - health->since;
	if (passed < HEALTH_SPAN_US)
		return;
	health->before = passed < 2 * HEALTH_SPAN_US ? health->current : (struct health_count){ 0 };
	health->current = (struct health_count){ 0 };
	health->since = now - passed % HEALTH_SPAN_US;
}

void health_note(struct health *health, bool is_bad, mono_us now)
{
	advance(health, now);
	health->current.all++;
	health->current.bad += is_bad;
}

static struct health_count sum(struct health *health, mono_us now)
{
	advance(health, now);
	return (struct health_count){
		.all = health->current.all + health->before.all,
		.bad = health->current.bad + health->before.bad,
	};
}

bool health_is_failing(struct health *health, mono_us now)
{
	struct health_count count = sum(health, now);
	return count.all >= HEALTH_LEAST && count.bad * HEALTH_BAD_SHARE >= count.all;
}

bool health_is_broken(struct health *health, mono_us now)
{
	struct health_count count = sum(health, now);
	return count.all >= HEALTH_LEAST && (count.all - count.bad) * HEALTH_GOOD_SHARE <= count.all;
}
