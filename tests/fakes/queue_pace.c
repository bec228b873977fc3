/* SPDX-License-Identifier: Apache-2.0 */

/* An account's line of tokens, 1/rate apart: who asks gets the next ones, unless they begin too late. */

#include "fakes/queue_model.h"

#include "base/check.h"

#include <stdio.h>

#define IDLE_US   (40 * US_PER_MS)
#define AHEAD_US  (100 * US_PER_MS)
#define LOWEST_US (3 * US_PER_S)

static struct queue_pace *pace_of(struct queue_model *model, const char *account)
{
	for (unsigned i = 0; i < QUEUE_PACES_MAX; i++) {
		struct queue_pace *pace = &model->paces[i];
		if (pace->account[0] == '\0')
			snprintf(pace->account, sizeof pace->account, "%s", account);
		if (strcmp(pace->account, account) == 0)
			return pace;
	}
	CHECK(false);
}

static uint32_t rate_of(struct queue_pace *pace, uint32_t own, mono_us now)
{
	bool counts = pace->lowest > 0 && pace->lowest_until > now && pace->lowest_until <= now + LOWEST_US;
	if (counts && pace->lowest < own)
		return pace->lowest;
	pace->lowest = own;
	pace->lowest_until = now + LOWEST_US;
	return own;
}

struct store_grant queue_model_lease(struct queue_model *model, const struct store_lease *ask)
{
	struct queue_pace *pace = pace_of(model, ask->account);
	mono_us now = model->now * US_PER_MS;
	uint32_t rate = rate_of(pace, ask->rate_per_s, now);
	mono_us each = US_PER_S / rate, most = AHEAD_US > each ? AHEAD_US : each;
	mono_us earliest = ask->earliest_us > -IDLE_US ? ask->earliest_us : -IDLE_US;
	struct store_grant grant = { .count = ask->count, .rate_per_s = rate, .at_us = now };
	if (model->plant == PLANT_EACH_ITS_OWN_RATE)
		return grant;
	if (pace->at < now + earliest)
		pace->at = now + earliest;
	if (pace->at - now > AHEAD_US + 100 * US_PER_MS + 2 * each)
		pace->at = now;
	if (pace->at - now > most) {
		grant.count = 0;
		grant.wait_us = pace->at - now - most / 2;
		return grant;
	}
	grant.count = (uint32_t)((uint64_t)ask->count * rate / ask->rate_per_s);
	grant.count = grant.count > 0 ? grant.count : 1;
	grant.delay_us = pace->at - now;
	pace->at += grant.count * US_PER_S / rate;
	return grant;
}
