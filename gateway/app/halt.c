/* SPDX-License-Identifier: Apache-2.0 */
#include "app/halt.h"

#include "base/check.h"

#include <time.h>

void halt_init(struct halt *halt)
{
	pthread_condattr_t monotonic;
	halt->is_called = false;
	CHECK(pthread_condattr_init(&monotonic) == 0);
	CHECK(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
	CHECK(pthread_mutex_init(&halt->mutex, NULL) == 0 && pthread_cond_init(&halt->changed, &monotonic) == 0);
	pthread_condattr_destroy(&monotonic);
}

void halt_fini(struct halt *halt)
{
	pthread_cond_destroy(&halt->changed);
	pthread_mutex_destroy(&halt->mutex);
}

bool halt_rest(struct halt *halt, int64_t ms)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&halt->mutex);
	while (!halt->is_called && pthread_cond_timedwait(&halt->changed, &halt->mutex, &until) == 0)
		continue;
	bool goes_on = !halt->is_called;
	pthread_mutex_unlock(&halt->mutex);
	return goes_on;
}

void halt_call(struct halt *halt)
{
	pthread_mutex_lock(&halt->mutex);
	halt->is_called = true;
	pthread_cond_broadcast(&halt->changed);
	pthread_mutex_unlock(&halt->mutex);
}
