/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_bind.h"

#include "pipeline/pipeline_inner.h" /* until when a worker's links hold */
#include "sim/sim_world.h"

#include <stdio.h>

#define END_US (5 * US_PER_S) /* until links have ended */
#define SLOWLY 4              /* alerts come so much slower: outages that matter last for half a minute */

static unsigned die(struct sim_world *world, unsigned sides)
{
	return (unsigned)rng_below(&world->bind.rng, sides);
}

void sim_bind_init(struct sim_world *world)
{
	struct sim_bind *bind = &world->bind;
	rng_seed(&bind->rng, world->seed * 4201 + 3);
	/* Days that are skipped would end what links hold. */
	bind->is_on = !world->budget.is_on && die(world, 3) == 0;
	if (!bind->is_on)
		return;
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++)
		bind->binds[i] = 1 + die(world, 2 * world->worker_count);
	world->produce_every_us *= SLOWLY;
}

/* Who stands still can't end its links when others may have them. */
static bool is_late(struct sim_world *world, const struct sim_worker *worker, unsigned account)
{
	mono_us now = world->env.now.mono;
	mono_us *late_until = &world->bind.late_until[worker->slot];
	if (worker->is_frozen && now >= worker->pipeline->accounts[account].bind_until)
		*late_until = now + END_US;
	return now < *late_until;
}

static unsigned links_of(const struct sim_worker *worker, unsigned account)
{
	return worker->is_running ? fake_carrier_links(worker->accounts[account].carrier) : 0;
}

void sim_bind_check(struct sim_world *world)
{
	for (unsigned account = 0; world->bind.is_on && account < SIM_ACCOUNTS; account++) {
		unsigned links = 0;
		for (unsigned i = 0; i < world->worker_count; i++) {
			const struct sim_worker *worker = &world->workers[i];
			if (worker->is_running && !is_late(world, worker, account))
				links += links_of(worker, account);
		}
		if (links > world->bind.binds[account])
			sim_world_fail(world, "account %u has %u links, it permits %u", account, links,
				       world->bind.binds[account]);
	}
}

bool sim_bind_may_be_shared(const struct sim_world *world)
{
	for (unsigned i = 0; i < world->worker_count; i++) {
		const struct sim_worker *worker = &world->workers[i];
		if (!worker->is_running || worker->is_frozen || !pipeline_gauges(worker->pipeline)->store_is_up)
			return false;
	}
	return true;
}

bool sim_bind_is_shared(const struct sim_world *world)
{
	for (unsigned account = 0; world->bind.is_on && account < SIM_ACCOUNTS; account++) {
		unsigned binds = world->bind.binds[account];
		unsigned links = 0;
		for (unsigned i = 0; i < world->worker_count; i++) {
			unsigned own = links_of(&world->workers[i], account);
			links += own;
			if (own < binds / world->worker_count)
				return false;
		}
		if (links != binds)
			return false;
	}
	return true;
}
