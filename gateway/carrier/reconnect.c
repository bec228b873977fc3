/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/reconnect.h"

void reconnect_bound(struct reconnect *reconnect)
{
	*reconnect = (struct reconnect){ 0 };
}

void reconnect_rejected(struct reconnect *reconnect)
{
	if (reconnect->rejected < RECONNECT_REJECTED_MAX)
		reconnect->rejected++;
}

bool reconnect_is_refused(const struct reconnect *reconnect)
{
	return reconnect->rejected >= RECONNECT_REJECTED_MAX;
}

mono_us reconnect_wait(struct reconnect *reconnect, const struct reconnect_options *options, struct rng *rng)
{
	mono_us max = reconnect_is_refused(reconnect) ? options->refused_max_us : options->max_us;
	reconnect->span = reconnect->span == 0 ? options->min_us : reconnect->span * 2;
	if (reconnect->span > max)
		reconnect->span = max;
	mono_us least = reconnect->span / 10;
	return least + (mono_us)rng_below(rng, (uint64_t)(reconnect->span - least + 1));
}
