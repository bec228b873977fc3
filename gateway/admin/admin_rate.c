/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/admin_rate.h"

void admin_rate_note(struct admin_rate *rate, mono_us now, uint64_t total)
{
	rate->samples[rate->next] = (struct admin_rate_sample){ now, total };
	rate->next = (rate->next + 1) % ADMIN_RATE_SAMPLES;
	if (rate->count < ADMIN_RATE_SAMPLES)
		rate->count++;
}

double admin_rate_per_s(const struct admin_rate *rate)
{
	if (rate->count < 2)
		return 0;
	unsigned newest = (rate->next + ADMIN_RATE_SAMPLES - 1) % ADMIN_RATE_SAMPLES;
	unsigned oldest = (rate->next + ADMIN_RATE_SAMPLES - rate->count) % ADMIN_RATE_SAMPLES;
	const struct admin_rate_sample *from = &rate->samples[oldest];
	const struct admin_rate_sample *to = &rate->samples[newest];
	if (to->at <= from->at || to->total < from->total)
		return 0;
	return (double)(to->total - from->total) * US_PER_S / (double)(to->at - from->at);
}
