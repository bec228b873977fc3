/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_world.h"

#include "base/check.h"
#include "fakes/fake_memory.h"
#include "pipeline/pipeline_inner.h"
#include "sim/sim_texts.h"

#include <stdarg.h>
#include <stdio.h>

#define STEP_MAX_US (50 * US_PER_MS)
#define STILL_MAX   2000
#define START_WALL  INT64_C(1770966000000)
#define SEEN_MS     (INT64_C(48) * 3600 * MS_PER_S)
#define RECEIPT_MS  (INT64_C(72) * 3600 * MS_PER_S)

void sim_world_fail(struct sim_world *world, const char *format, ...)
{
	if (world->is_failed)
		return;
	world->is_failed = true;
	va_list args;
	va_start(args, format);
	vsnprintf(world->failure, sizeof world->failure, format, args);
	va_end(args);
	if (world->is_quiet)
		return;
	fprintf(stderr, "sim_road: seed %llu, step %llu, %.3f s: %s\n", (unsigned long long)world->seed,
		(unsigned long long)world->step, (double)world->env.now.mono / US_PER_S, world->failure);
}

mono_us sim_world_span(const struct sim_world *world, mono_us span_us)
{
	return world->scale.is_small ? span_us / 4 : span_us;
}

mono_us sim_world_dead_after(const struct sim_world *world)
{
	if (world->bind.is_on)
		return SIM_DEAD_BIND;
	return world->scale.is_small ? SIM_DEAD_SMALL : SIM_DEAD_US;
}

static void init_carriers(struct sim_world *world)
{
	static const uint32_t rates[] = { 0, 20, 50, 200, 1000 };
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++) {
		world->moods[i] = (struct smsc_mood){
			.latency_max_us = 2 * US_PER_MS,
			.late_us = sim_world_span(world, US_PER_S),
			.sends_receipts = rng_below(&world->rng, 2) == 0,
			.receipt_delay_max_us = sim_world_span(world, US_PER_S),
		};
		/* Often narrower than one long sms. */
		bool is_narrow = rng_below(&world->rng, 4) == 0;
		world->windows[i] = 1 + (unsigned)rng_below(&world->rng, is_narrow ? SIM_LONG_PARTS : SIM_WINDOW_MAX);
		world->tps[i] = rates[rng_below(&world->rng, sizeof rates / sizeof rates[0])];
		world->smscs[i] = smsc_model_create(&world->moods[i], rng_next(&world->rng));
		world->smscs[i]->plant = world->scale.plant;
	}
}

static void init_small(struct sim_world *world)
{
	world->alerts_most = 200 + (unsigned)rng_below(&world->rng, 201);
	unsigned faults = SIM_FAULTS_LEAST + (unsigned)rng_below(&world->rng, 6);
	world->fault_every = world->alerts_most / (faults + 1);
	world->produce_every_us = 2 * US_PER_MS + (mono_us)rng_below(&world->rng, 120 * US_PER_MS);
	world->worker_count = 2 + (unsigned)rng_below(&world->rng, SIM_WORKERS_MAX - 1);
}

void sim_world_init(struct sim_world *world, uint64_t seed, const struct sim_scale *scale)
{
	*world = (struct sim_world){ .seed = seed, .scale = *scale, .next_id = 1, .is_producing = true };
	rng_seed(&world->rng, seed);
	world->profile = sim_fault_profile(world);
	fake_env_init(&world->env, START_WALL);
	world->wall_most = world->env.now.wall;
	world->model = queue_model_create(world->env.now.wall, SEEN_MS, RECEIPT_MS);
	world->model->plant = scale->plant;
	world->store_faults.delay_max_us = (mono_us)rng_below(&world->rng, 3 * US_PER_MS);
	if (!world->profile.is_calm)
		world->store_faults.down_max_us = sim_world_span(world, US_PER_S);
	init_carriers(world);
	/* Many more places than windows: then only the bound on what is begun holds it back. */
	if (rng_below(&world->rng, 6) == 0)
		world->parcel_count = 1500;
	CHECK(sim_texts_make(world));
	sim_ledger_init(&world->ledger);
	world->produce_every_us = 2 * US_PER_MS + (mono_us)rng_below(&world->rng, 100 * US_PER_MS);
	world->worker_count = 1 + (unsigned)rng_below(&world->rng, SIM_WORKERS_MAX);
	if (scale->is_small)
		init_small(world);
	sim_protect_init(world);
	sim_budget_init(world);
	sim_bind_init(world);
	world->has_pauses = !world->profile.is_calm && rng_below(&world->rng, 3) == 0;
	for (unsigned i = 0; i < world->worker_count; i++) {
		world->workers[i] = (struct sim_worker){ .world = world, .slot = i };
		sim_worker_start(&world->workers[i]);
	}
}

void sim_world_fini(struct sim_world *world)
{
	for (unsigned i = 0; i < world->worker_count; i++) {
		if (world->workers[i].is_running)
			sim_worker_crash(&world->workers[i]);
		metrics_destroy(world->workers[i].metrics);
	}
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++)
		smsc_model_destroy(world->smscs[i]);
	queue_model_destroy(world->model);
	for (unsigned i = 0; i < SIM_EDITIONS; i++)
		catalogue_release(world->editions[i]);
	route_destroy(world->routes);
	sim_ledger_fini(&world->ledger);
}

void sim_world_heal(struct sim_world *world)
{
	world->is_producing = false;
	world->is_healed = true;
	sim_pause_end(world, false);
	sim_protect_heal(world);
	world->profile = (struct sim_profile){ .is_calm = world->profile.is_calm };
	world->store_faults = (struct fake_store_faults){ .delay_max_us = US_PER_MS };
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++)
		world->mood_until[i] = 0;
	for (unsigned i = 0; i < world->worker_count; i++) {
		world->workers[i].start_at = 0;
	}
}

static void tell_spinner(struct sim_world *world)
{
	mono_us now = world->env.now.mono;
	for (unsigned i = 0; i < world->worker_count; i++) {
		const struct sim_worker *worker = &world->workers[i];
		if (!worker->is_running || worker->is_frozen || sim_worker_next_deadline(worker) > now)
			continue;
		const char *part = worker->pipeline_deadline <= now                 ? "pipeline"
				   : fake_store_next_deadline(worker->store) <= now ? "store"
										    : "carriers";
		sim_world_fail(world, "worker %u spins: its %s wants a turn at once, for ever", i, part);
	}
}

static void pass_time(struct sim_world *world)
{
	mono_us now = world->env.now.mono;
	mono_us next = now + STEP_MAX_US;
	for (unsigned i = 0; i < world->worker_count; i++) {
		const struct sim_worker *worker = &world->workers[i];
		mono_us deadline = INT64_MAX;
		if (worker->is_running && !worker->is_frozen)
			deadline = sim_worker_next_deadline(worker);
		if (deadline < next)
			next = deadline;
	}
	if (world->is_producing && world->produce_at < next)
		next = world->produce_at;
	/* A loop's timer does not come to the microsecond either. */
	mono_us span = next > now ? next - now + (mono_us)rng_below(&world->rng, 300) : 0;
	world->still = span > 0 ? 0 : world->still + 1;
	fake_env_pass(&world->env, span);
	if (world->env.now.wall > world->wall_most)
		world->wall_most = world->env.now.wall;
	if (world->still > STILL_MAX)
		tell_spinner(world);
}

static void run_worker(struct sim_world *world, struct sim_worker *worker)
{
	if (!worker->is_running)
		return;
	/* What has left a worker goes on without it. */
	fake_store_act(worker->store, world->env.now.mono);
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++)
		fake_carrier_act(worker->accounts[i].carrier, world->env.now.mono);
	if (worker->is_frozen)
		return;
	sim_worker_turn(worker);
	if (worker->is_drained) {
		sim_worker_end(worker);
		worker->start_at = world->env.now.mono + (mono_us)rng_below(&world->rng, US_PER_S);
	} else if (worker->is_draining && world->env.now.mono > worker->drained_by) {
		sim_world_fail(world, "worker %u does not end its drain: %u parcels", worker->slot,
			       worker->pipeline->pool.count - worker->pipeline->pool.free_count);
	}
}

void sim_world_step(struct sim_world *world)
{
	world->step++;
	pass_time(world);
	sim_fault_step(world);
	sim_producer_step(world);
	sim_pause_step(world);
	sim_protect_step(world);
	sim_budget_step(world);
	sim_human_step(world);
	unsigned first = (unsigned)rng_below(&world->rng, world->worker_count);
	for (unsigned i = 0; i < world->worker_count; i++)
		run_worker(world, &world->workers[(first + i) % world->worker_count]);
	sim_check_step(world);
}
