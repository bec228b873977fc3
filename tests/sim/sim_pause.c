/* SPDX-License-Identifier: Apache-2.0 */

/* An operator who pauses things now and then, and lets them go on. */

#include "sim/sim_texts.h"
#include "sim/sim_withdraw.h"

#include <stdio.h>

static struct pause pick(struct sim_world *world)
{
	static const char *const templates[] = { "short", "long", "careful", "long_careful" };
	struct pause pause = { .kind = (enum pause_kind)rng_below(&world->rng, PAUSE_KIND_COUNT) };
	switch (pause.kind) {
	case PAUSE_ALL:
	case PAUSE_KIND_COUNT:
		break;
	case PAUSE_TEMPLATE:
		snprintf(pause.name, sizeof pause.name, "%s", templates[rng_below(&world->rng, 4)]);
		break;
	case PAUSE_TENANT:
		snprintf(pause.name, sizeof pause.name, "t%u", 1 + (unsigned)rng_below(&world->rng, 2));
		break;
	case PAUSE_BATCH:
		if (world->ledger.count > 0) {
			uint64_t place = rng_below(&world->rng, world->ledger.count);
			sim_texts_name(&world->ledger.alerts[place], PAUSE_BATCH, pause.name);
		}
		if (pause.name[0] == '\0')
			snprintf(pause.name, sizeof pause.name, "r1");
		break;
	}
	return pause;
}

void sim_pause_step(struct sim_world *world)
{
	mono_us now = world->env.now.mono;
	if (!world->has_pauses || world->is_healed || now < world->pause_at)
		return;
	world->pause_at = now + 1 + (mono_us)rng_below(&world->rng, (uint64_t)sim_world_span(world, 4 * US_PER_S));
	if (world->model->pause_count > 0 && rng_below(&world->rng, 2) == 0) {
		struct pause pause = world->model->pauses[rng_below(&world->rng, world->model->pause_count)];
		queue_model_resume(world->model, &pause);
		return;
	}
	struct pause pause = pick(world);
	world->pauses += queue_model_pause(world->model, &pause);
}

bool sim_pause_is_all_that_is_left(const struct sim_world *world)
{
	for (unsigned i = 0; i < world->ledger.count; i++) {
		const struct sim_alert *alert = &world->ledger.alerts[i];
		if (alert->closings > 0 || alert->kind == SIM_CANCEL)
			continue;
		if (alert->expires_at != 0 ||
		    !sim_withdraw_is_paused(world->model->pauses, world->model->pause_count, alert))
			return false;
	}
	return true;
}

void sim_pause_end(struct sim_world *world, bool also_few)
{
	for (unsigned i = world->model->pause_count; i-- > 0;) {
		struct pause pause = world->model->pauses[i];
		if (also_few || pause.kind == PAUSE_ALL)
			queue_model_resume(world->model, &pause);
	}
}
