/* SPDX-License-Identifier: Apache-2.0 */

/* What goes wrong, and how often. Each seed has its own temper: some are calm, some have one kind of trouble, some all. */

#include "sim/sim_texts.h"

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
	if (!world->scale.is_small && rng_below(&world->rng, 8) == 0)
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
		.publish = 3000,
	};
}

static void change_mood(struct sim_world *world, unsigned account)
{
	static const unsigned tempers[][SMSC_FATE_COUNT] = {
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
	mood->late_us = sim_world_span(world, US_PER_S / 2 + (mono_us)rng_below(&world->rng, 4 * US_PER_S));
	world->mood_until[account] =
		world->env.now.mono + sim_world_span(world, (mono_us)rng_below(&world->rng, 5 * US_PER_S));
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
	mono_us dead = sim_world_dead_after(world);
	if (rng_below(&world->rng, 2) == 0)
		return (mono_us)rng_below(&world->rng, (uint64_t)(3 * dead));
	return dead + (mono_us)rng_below(&world->rng, (uint64_t)sim_world_span(world, 3 * US_PER_S / 2));
}

static void crash(struct sim_worker *worker)
{
	struct sim_world *world = worker->world;
	tell(world, worker, "crashes");
	sim_worker_crash(worker);
	mono_us most = sim_world_span(world, 8 * US_PER_S);
	worker->start_at = world->env.now.mono + (mono_us)rng_below(&world->rng, (uint64_t)most);
	worker->is_frozen = false;
}

static void cut_off(struct sim_worker *worker)
{
	struct sim_world *world = worker->world;
	tell(world, worker, "is cut off from the queue");
	fake_store_break(worker->store, FAKE_BREAK_SEEDED, 3 * sim_world_dead_after(world));
	worker->wakes_when_robbed = rng_below(&world->rng, 2) == 0;
}

static void freeze(struct sim_worker *worker)
{
	struct sim_world *world = worker->world;
	if (rng_below(&world->rng, 3) == 0)
		cut_off(worker);
	tell(world, worker, "freezes");
	worker->is_frozen = true;
	worker->thaw_at = world->env.now.mono + nap(world);
	worker->wakes_when_robbed = rng_below(&world->rng, 2) == 0;
}

/* The worst moment to come back is the one in which somebody else has just begun. */
static void wake_when_robbed(struct sim_world *world, struct sim_worker *worker)
{
	unsigned consumer = worker->is_running ? fake_store_consumer(worker->store) : QUEUE_NOBODY;
	if (!worker->wakes_when_robbed || consumer == QUEUE_NOBODY || world->model->consumers[consumer].is_alive)
		return;
	mono_us at = world->env.now.mono + (mono_us)rng_below(&world->rng, 50 * US_PER_MS);
	worker->wakes_when_robbed = false;
	fake_store_mend(worker->store, at);
	if (worker->is_frozen && at < worker->thaw_at)
		worker->thaw_at = at;
}

static void slow_down(struct sim_world *world)
{
	mono_us most = rng_below(&world->rng, 4) == 0 ? sim_world_span(world, 3 * US_PER_S) : 20 * US_PER_MS;
	world->store_faults.delay_max_us = (mono_us)rng_below(&world->rng, (uint64_t)most);
}

void sim_fault_jump(struct sim_world *world, int64_t jump_ms, int64_t ahead_ms)
{
	mono_us now = world->env.now.mono;
	world->jumps = now - world->jumped_at < SIM_JUMP_FELT_US ? world->jumps + 1 : 1;
	world->jumped_at = now;
	fake_env_jump(&world->env, jump_ms);
	/* What links hold goes by the queue's clock. */
	world->model->ahead_ms = world->bind.is_on ? world->model->ahead_ms - jump_ms : ahead_ms;
}

static void jump_clocks(struct sim_world *world)
{
	int64_t jump_ms = (int64_t)rng_below(&world->rng, 4000) - 2000;
	sim_fault_jump(world, jump_ms, jump_ms > 0 ? 5 * jump_ms : 0);
}

/* One fault of a kind; worker: it runs. */
static void strike(struct sim_worker *worker, enum sim_fault fault)
{
	struct sim_world *world = worker->world;
	unsigned account = (unsigned)rng_below(&world->rng, SIM_ACCOUNTS);
	switch (fault) {
	case SIM_FAULT_CRASH:
		crash(worker);
		break;
	case SIM_FAULT_FREEZE:
		freeze(worker);
		break;
	case SIM_FAULT_STORE:
		tell(world, worker, "its store's connections break");
		fake_store_break(worker->store, FAKE_BREAK_SEEDED, sim_world_span(world, US_PER_S));
		break;
	case SIM_FAULT_READER:
		tell(world, worker, "its store's reading connection breaks");
		fake_store_break_reader(worker->store, FAKE_BREAK_SEEDED);
		break;
	case SIM_FAULT_APART:
		cut_off(worker);
		break;
	case SIM_FAULT_SLOW:
		slow_down(world);
		break;
	case SIM_FAULT_LINK:
		tell(world, worker, "a carrier's link breaks");
		fake_carrier_break(worker->accounts[account].carrier);
		break;
	case SIM_FAULT_UNBIND:
		tell(world, worker, "a carrier unbinds");
		fake_carrier_unbind(worker->accounts[account].carrier);
		break;
	case SIM_FAULT_MOOD:
		change_mood(world, account);
		break;
	case SIM_FAULT_JUMP:
		jump_clocks(world);
		break;
	case SIM_FAULT_DRAIN:
		tell(world, worker, "drains");
		sim_worker_drain(worker);
		break;
	case SIM_FAULT_COUNT:
		break;
	}
	world->faults[fault]++;
}

static void trouble_worker(struct sim_world *world, struct sim_worker *worker)
{
	const struct sim_profile *profile = &world->profile;
	if (world->env.now.mono - worker->born_at > US_PER_S && happens(world, profile->crash)) {
		strike(worker, SIM_FAULT_CRASH);
		return;
	}
	if (happens(world, profile->break_store)) {
		static const enum sim_fault breaks[] = { SIM_FAULT_STORE,  SIM_FAULT_STORE,  SIM_FAULT_STORE,
							 SIM_FAULT_READER, SIM_FAULT_READER, SIM_FAULT_APART };
		strike(worker, breaks[rng_below(&world->rng, sizeof breaks / sizeof breaks[0])]);
	}
	if (happens(world, profile->break_carrier))
		strike(worker, SIM_FAULT_LINK);
	if (happens(world, profile->unbind))
		strike(worker, SIM_FAULT_UNBIND);
	if (!worker->is_frozen && happens(world, profile->freeze))
		strike(worker, SIM_FAULT_FREEZE);
	if (!worker->is_draining && !worker->is_frozen && happens(world, profile->drain))
		strike(worker, SIM_FAULT_DRAIN);
}

static uint64_t faults_so_far(const struct sim_world *world)
{
	uint64_t faults = 0;
	for (unsigned i = 0; i < SIM_FAULT_DRAIN; i++)
		faults += world->faults[i];
	return faults;
}

bool sim_fault_has_more(const struct sim_world *world)
{
	return world->fault_every > 0 && faults_so_far(world) < SIM_FAULTS_LEAST;
}

static struct sim_worker *any_running(struct sim_world *world)
{
	unsigned first = (unsigned)rng_below(&world->rng, world->worker_count);
	for (unsigned i = 0; i < world->worker_count; i++) {
		struct sim_worker *worker = &world->workers[(first + i) % world->worker_count];
		if (worker->is_running && !worker->is_frozen)
			return worker;
	}
	return NULL;
}

/* In a small world faults come with the alerts, whatever chance brings besides. */
static void strike_as_planned(struct sim_world *world)
{
	static const enum sim_fault faults[] = {
		SIM_FAULT_CRASH,  SIM_FAULT_CRASH, SIM_FAULT_CRASH, SIM_FAULT_FREEZE, SIM_FAULT_FREEZE,
		SIM_FAULT_FREEZE, SIM_FAULT_STORE, SIM_FAULT_STORE, SIM_FAULT_READER, SIM_FAULT_APART,
		SIM_FAULT_APART,  SIM_FAULT_SLOW,  SIM_FAULT_LINK,  SIM_FAULT_LINK,   SIM_FAULT_LINK,
		SIM_FAULT_UNBIND, SIM_FAULT_MOOD,  SIM_FAULT_MOOD,  SIM_FAULT_MOOD,   SIM_FAULT_JUMP,
	};
	if (world->fault_every == 0 || world->is_healed)
		return;
	unsigned due = world->ledger.count / world->fault_every;
	bool is_late = world->ledger.count >= world->alerts_most && sim_fault_has_more(world) &&
		       rng_below(&world->rng, 50) == 0;
	if (world->faults_planned >= due && !is_late)
		return;
	struct sim_worker *worker = any_running(world);
	if (worker == NULL)
		return;
	world->faults_planned++;
	strike(worker, faults[rng_below(&world->rng, sizeof faults / sizeof faults[0])]);
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
		wake_when_robbed(world, worker);
		if (worker->is_frozen && now >= worker->thaw_at) {
			tell(world, worker, "thaws");
			worker->is_frozen = false;
			worker->drained_by = now + SIM_DRAIN_US + 10 * US_PER_S;
			worker->wants_turn = true;
		}
	}
	strike_as_planned(world);
	sim_texts_publish(world);
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++) {
		if (happens(world, profile->change_mood)) {
			change_mood(world, i);
			world->faults[SIM_FAULT_MOOD]++;
		} else if (now >= world->mood_until[i]) {
			calm_down(world, i);
		}
	}
	if (happens(world, profile->jump))
		strike(&world->workers[0], SIM_FAULT_JUMP);
	if (happens(world, profile->break_store))
		strike(&world->workers[0], SIM_FAULT_SLOW);
}
