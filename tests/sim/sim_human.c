/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_world.h"

#include "base/check.h"

#define LOOKS_EVERY_US (5 * US_PER_S)

void sim_human_step(struct sim_world *world)
{
	struct queue_model *model = world->model;
	mono_us now = world->env.now.mono;
	if (now < world->human_at)
		return;
	world->human_at = now + (mono_us)rng_below(&world->rng, (uint64_t)sim_world_span(world, LOOKS_EVERY_US));
	/* When all is well again nothing may be left; before that one is sent on, and the rest waits for late answers. */
	unsigned most = world->is_healed ? model->held_count : model->held_count > 0;
	for (unsigned i = 0; i < most; i++) {
		struct entry_key origin = model->held[rng_below(&world->rng, model->held_count)].origin;
		struct sim_alert *alert = sim_ledger_find(&world->ledger, &origin);
		CHECK(alert != NULL && queue_model_resend(model, &origin));
		alert->resent++;
	}
}
