/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/webhook_wait.h"

mono_us webhook_wait(unsigned failures, mono_us base_us, mono_us max_us, int64_t asked_ms, struct rng *rng)
{
	mono_us wait = base_us;
	for (unsigned i = 1; i < failures && wait < max_us; i++)
		wait *= 2;
	if (wait > max_us)
		wait = max_us;
	wait = wait / 2 + (mono_us)rng_below(rng, (uint64_t)(wait / 2) + 1);
	mono_us asked = asked_ms * US_PER_MS;
	return wait > asked ? wait : asked;
}
