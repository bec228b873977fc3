/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_rate.h"

#include "base/check.h"

unsigned sim_rate_note(struct sim_rate *rate, mono_us now)
{
	rate->times[rate->count++ % SIM_RATE_MAX] = now;
	unsigned in_second = 0;
	while (in_second < rate->count && in_second < SIM_RATE_MAX &&
	       rate->times[(rate->count - 1 - in_second) % SIM_RATE_MAX] > now - US_PER_S)
		in_second++;
	CHECK(in_second < SIM_RATE_MAX);
	if (in_second > rate->most)
		rate->most = in_second;
	return in_second;
}
