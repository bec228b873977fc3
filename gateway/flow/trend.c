/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/trend.h"

/* age: 0 = the newest. */
static const struct trend_sample *sample(const struct trend *trend, unsigned age)
{
	return &trend->samples[(trend->next + TREND_SAMPLES - 1 - age) % TREND_SAMPLES];
}

void trend_forget(struct trend *trend)
{
	trend->count = 0;
	trend->next = 0;
}

void trend_note(struct trend *trend, mono_us now, uint64_t added, uint64_t left)
{
	if (trend->count > 0) {
		const struct trend_sample *last = sample(trend, 0);
		if (now < last->at || now - last->at >= TREND_GAP_US || added < last->added || left < last->left)
			trend_forget(trend);
		else if (now - last->at < TREND_STEP_US)
			return;
	}
	trend->samples[trend->next] = (struct trend_sample){ now, added, left };
	trend->next = (trend->next + 1) % TREND_SAMPLES;
	trend->count += trend->count < TREND_SAMPLES;
}

struct trend_rates trend_rates(const struct trend *trend, mono_us now)
{
	struct trend_rates none = { .is_known = false };
	if (trend->count == 0)
		return none;
	const struct trend_sample *to = sample(trend, 0);
	const struct trend_sample *from = to;
	for (unsigned age = 1; age < trend->count && to->at - sample(trend, age)->at <= TREND_SPAN_US; age++)
		from = sample(trend, age);
	mono_us span = to->at - from->at;
	if (span < TREND_LEAST_US || now < to->at || now - to->at >= TREND_GAP_US)
		return none;
	double seconds = (double)span / US_PER_S;
	return (struct trend_rates){
		.is_known = true,
		.added_per_s = (double)(to->added - from->added) / seconds,
		.left_per_s = (double)(to->left - from->left) / seconds,
	};
}

bool trend_was_empty(const struct trend *trend)
{
	for (unsigned age = 0; age < trend->count && sample(trend, 0)->at - sample(trend, age)->at <= TREND_LEAST_US;
	     age++) {
		if (sample(trend, age)->added <= sample(trend, age)->left)
			return true;
	}
	return false;
}
