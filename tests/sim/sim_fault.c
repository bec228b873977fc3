/* SPDX-License-Identifier: Apache-2.0 */

/* What goes wrong, and how often. Each seed has its own temper: some are calm, some have one kind of trouble, some all. */

#include "sim/sim_world.h"

#include <stdio.h>

static void tell(const struct sim_world *world, const struct sim_worker *worker, const char *what)
{
	if (world->env.is_loud)
		fprintf(stderr, "%lld us worker %u life %u: %s\n", (long long)world->env.now.mono, worker->slot,
			worker->life, what);
}

static bool happens(struct sim_world *world, unsigned per_million)
{
	return per_million > 0 && rng_below(&world->rng, 1000000) < per_million;
}

static unsigned some(struct sim_world *world, unsigned most)
{
	return rng_below(&world->rng, 2) == 0 ? 0 : (unsigned)rng_below(&world->rng, most);
}

struct sim_profile sim_fault_profile(struct sim_world *world)
{
	if (rng_below(&world->rng, 8) == 0)
		return (struct sim_profile){ .is_calm = true };
	return (struct sim_profile){
		.break_store = some(world, 2000),
		.break_carrier = some(world, 12000),
		.unbind = some(world, 2000),
		.change_mood = some(world, 5000),
		.freeze = some(world, 3000),
		.crash = some(world, 6000),
		.drain = some(world, 2000),
		.jump = some(world, 1000),
	};
}

static void change_mood(struct sim_world *world, unsigned account)
{
	static const unsigned tempers[][SMSC_FATE_COUNT] = {
		{ [SMSC_ACCEPT] = 1 },
		{ [SMSC_ACCEPT] = 90, [SMSC_TEMPORARY] = 5, [SMSC_REJECT] = 2, [SMSC_THROTTLE] = 3 },
		{ [SMSC_THROTTLE] = 1 },
		{ [SMSC_ACCEPT] = 50, [SMSC_SILENT] = 20, [SMSC_LOSE] = 15, [SMSC_LATE] = 15 },
		{ [SMSC_SILENT] = 1 },
		{ [SMSC_LATE] = 1 },
		{ [SMSC_TEMPORARY] = 1 },
		{ [SMSC_REFUSE] = 1 },
		{ [SMSC_ACCEPT] = 60, [SMSC_REFUSE] = 20, [SMSC_TEMPORARY] = 20 },
		{ [SMSC_ACCEPT] = 40,
		  [SMSC_THROTTLE] = 10,
		  [SMSC_TEMPORARY] = 10,
		  [SMSC_REJECT] = 10,
		  [SMSC_SILENT] = 10,
		  [SMSC_LOSE] = 10,
		  [SMSC_LATE] = 10 },
	};
	struct smsc_mood *mood = &world->moods[account];
	uint64_t throw = rng_below(&world->rng, sizeof tempers / sizeof tempers[0] + 1);
	mood->refuses_links = throw == sizeof tempers / sizeof tempers[0];
	if (!mood->refuses_links)
		memcpy(mood->weights, tempers[throw], sizeof mood->weights);
	mood->latency_max_us = (mono_us)rng_below(&world->rng, 3) * 30 * US_PER_MS + 1;
	mood->late_us = US_PER_S / 2 + (mono_us)rng_below(&world->rng, 4 * US_PER_S);
	world->mood_until[account] = world->env.now.mono + (mono_us)rng_below(&world->rng, 5 * US_PER_S);
	for (unsigned i = 0; mood->refuses_links && i < world->worker_count; i++) {
		if (world->workers[i].is_running)
			fake_carrier_break(world->workers[i].accounts[account].carrier);
	}
}

static void calm_down(struct sim_world *world, unsigned account)
{
	struct smsc_mood *mood = &world->moods[account];
	mood->refuses_links = false;
	memset(mood->weights, 0, sizeof mood->weights);
	mood->latency_max_us = 2 * US_PER_MS;
}

/* Often just so long that it wakes while others take its alerts over. */
static mono_us nap(struct sim_world *world)
{
	if (rng_below(&world->rng, 2) == 0)
		return (mono_us)rng_below(&world->rng, 3 * SIM_DEAD_US);
	return SIM_DEAD_US + (mono_us)rng_below(&world->rng, 3 * US_PER_S / 2);
}

static void trouble_worker(struct sim_world *world, struct sim_worker *worker)
{
	const struct sim_profile *profile = &world->profile;
	mono_us now = world->env.now.mono;
	unsigned account = (unsigned)rng_below(&world->rng, SIM_ACCOUNTS);
	if (now - worker->born_at > US_PER_S && happens(world, profile->crash)) {
		tell(world, worker, "crashes");
		sim_worker_crash(worker);
		worker->start_at = now + (mono_us)rng_below(&world->rng, 8 * US_PER_S);
		world->crashes++;
		return;
	}
	if (happens(world, profile->break_store)) {
		tell(world, worker, "its store's connection breaks");
		if (rng_below(&world->rng, 3) == 0)
			fake_store_break_reader(worker->store, FAKE_BREAK_SEEDED);
		else
			fake_store_break(worker->store, FAKE_BREAK_SEEDED, US_PER_S);
	}
	if (happens(world, profile->break_carrier)) {
		tell(world, worker, "a carrier's link breaks");
		fake_carrier_break(worker->accounts[account].carrier);
	}
	if (happens(world, profile->unbind)) {
		tell(world, worker, "a carrier unbinds");
		fake_carrier_unbind(worker->accounts[account].carrier);
	}
	if (!worker->is_frozen && happens(world, profile->freeze)) {
		tell(world, worker, "freezes");
		worker->is_frozen = true;
		worker->thaw_at = now + nap(world);
		world->freezes++;
	}
	if (!worker->is_draining && !worker->is_frozen && happens(world, profile->drain)) {
		tell(world, worker, "drains");
		sim_worker_drain(worker);
		world->drains++;
	}
}

void sim_fault_step(struct sim_world *world)
{
	const struct sim_profile *profile = &world->profile;
	mono_us now = world->env.now.mono;
	for (unsigned i = 0; i < world->worker_count; i++) {
		struct sim_worker *worker = &world->workers[i];
		if (worker->is_running)
			trouble_worker(world, worker);
		else if (now >= worker->start_at)
			sim_worker_start(worker);
		if (worker->is_frozen && now >= worker->thaw_at) {
			tell(world, worker, "thaws");
			worker->is_frozen = false;
			worker->drained_by = now + SIM_DRAIN_US + 10 * US_PER_S;
			worker->wants_turn = true;
		}
	}
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++) {
		if (happens(world, profile->change_mood))
			change_mood(world, i);
		else if (now >= world->mood_until[i])
			calm_down(world, i);
	}
	if (happens(world, profile->jump))
		fake_env_jump(&world->env, (int64_t)rng_below(&world->rng, 4000) - 2000);
	if (happens(world, profile->break_store))
		world->store_faults.delay_max_us = (mono_us)rng_below(&world->rng, 4) == 0
							   ? (mono_us)rng_below(&world->rng, 3 * US_PER_S)
							   : (mono_us)rng_below(&world->rng, 20 * US_PER_MS);
}
