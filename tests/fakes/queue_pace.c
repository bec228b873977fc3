/* SPDX-License-Identifier: Apache-2.0 */

/* An account's line of tokens, 1/rate apart: who asks gets the next ones, unless they begin too late. */

#include "fakes/queue_model.h"

#include "base/check.h"

#include <stdio.h>

#define IDLE_US  (40 * US_PER_MS)
#define AHEAD_US (100 * US_PER_MS)

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

struct store_grant queue_model_lease(struct queue_model *model, const struct store_lease *ask)
{
	struct queue_pace *pace = pace_of(model, ask->account);
	mono_us now = model->now * US_PER_MS, each = US_PER_S / ask->rate_per_s;
	mono_us most = AHEAD_US > each ? AHEAD_US : each;
	if (pace->at < now - IDLE_US)
		pace->at = now - IDLE_US;
	if (pace->at - now > AHEAD_US + 100 * US_PER_MS + 2 * each)
		pace->at = now;
	if (model->plant == PLANT_EACH_ITS_OWN_RATE)
		return (struct store_grant){ .count = ask->count };
	if (pace->at - now > most)
		return (struct store_grant){ .wait_us = pace->at - now - most / 2 };
	struct store_grant grant = { .count = ask->count, .delay_us = pace->at - now };
	pace->at += ask->count * US_PER_S / ask->rate_per_s;
	return grant;
}
