/* SPDX-License-Identifier: Apache-2.0 */

/* What tenants with a daily budget have used, by day. */

#include "fakes/queue_model.h"

#include "base/check.h"

#include <stdio.h>

static uint64_t *use_of(struct queue_model *model, const struct settlement *settlement)
{
	char name[QUEUE_USE_NAME];
	snprintf(name, sizeof name, "%d %.*s", settlement->budget_day, SLICE_ARG(settlement->budget_tenant));
	for (unsigned i = 0; i < QUEUE_USES_MAX; i++) {
		struct queue_use *use = &model->uses[i];
		if (use->name[0] == '\0')
			snprintf(use->name, sizeof use->name, "%s", name);
		if (strcmp(use->name, name) == 0)
			return &use->segments;
	}
	CHECK(false);
}

void queue_model_use(struct queue_model *model, struct settlement *const *settlements, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (settlements[i]->budget_segments > 0)
			*use_of(model, settlements[i]) += settlements[i]->budget_segments;
	}
	for (unsigned i = 0; i < count; i++) {
		struct settlement *settlement = settlements[i];
		bool is_blind = model->plant == PLANT_BUDGET_OF_A_BATCH;
		if (settlement->budget_segments > 0)
			settlement->budget_used = is_blind ? settlement->budget_segments : *use_of(model, settlement);
	}
}
