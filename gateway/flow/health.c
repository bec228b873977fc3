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

bool health_is_failing(struct health *health, mono_us now)
{
	advance(health, now);
	uint64_t all = (uint64_t)health->current.all + health->before.all;
	uint64_t bad = (uint64_t)health->current.bad + health->before.bad;
	return all >= HEALTH_LEAST && bad * HEALTH_BAD_SHARE >= all;
}
