/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_run.h"

#include "fakes/alloc_fault.h"

#include <stdio.h>

#define HEAL_STEPS_MAX  400000
#define SMALL_STEPS_MAX 50000 /* of trouble in a small world */
#define SHARE_US        (12 * US_PER_S)
#define LOOK_EVERY      16  /* steps */
#define WARM_CLOSINGS   200 /* alerts until memory that is kept has grown to its size */

void sim_run_init(struct sim_run *run, const struct sim_run_options *options)
{
	*run = (struct sim_run){ .options = *options };
	sim_states_init(&run->worlds);
	sim_states_init(&run->workers);
}

void sim_run_fini(struct sim_run *run)
{
	sim_states_fini(&run->worlds);
	sim_states_fini(&run->workers);
}

static bool each_file(const char *path, char world[], char worker[], size_t cap)
{
	int most = snprintf(worker, cap, "%s.worker", path);
	snprintf(world, cap, "%s.world", path);
	return most > 0 && (size_t)most < cap;
}

bool sim_run_load(struct sim_run *run, const char *path)
{
	char world[512];
	char worker[512];
	return each_file(path, world, worker, sizeof world) && sim_states_load(&run->worlds, world) &&
	       sim_states_load(&run->workers, worker);
}

bool sim_run_save(const struct sim_run *run, const char *path)
{
	char world[512];
	char worker[512];
	return each_file(path, world, worker, sizeof world) && sim_states_save(&run->worlds, world) &&
	       sim_states_save(&run->workers, worker);
}

/* -- one world -- */

static bool is_done(const struct sim_world *world)
{
	if (queue_model_depth(world->model) > 0)
		return false;
	for (unsigned i = 0; i < world->worker_count; i++) {
		const struct sim_worker *worker = &world->workers[i];
		if (!worker->is_running || worker->is_draining || pipeline_gauges(worker->pipeline)->parcels_used > 0)
			return false;
	}
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++) {
		for (unsigned k = world->smscs[i]->receipts_done; k < world->smscs[i]->receipt_count; k++) {
			if (world->smscs[i]->receipts[k].state != SMSC_RECEIPT_DONE)
				return false;
		}
	}
	return true;
}

/* Says where the alerts are that do not come to their end. */
static void show_rest(const struct sim_world *world)
{
	for (unsigned lane = 0; lane < LANE_COUNT && !world->is_quiet; lane++) {
		for (unsigned i = 0; i < world->model->lanes[lane].count; i++) {
			const struct queue_entry *entry = world->model->lanes[lane].entries[i];
			if (!entry->is_settled) {
				fprintf(stderr, "  left on %s: %llu-%llu of %s: %.*s\n", lane_name((enum lane)lane),
					(unsigned long long)entry->key.ms, (unsigned long long)entry->key.seq,
					entry->owner == QUEUE_NOBODY ? "nobody"
								     : world->model->consumers[entry->owner].name,
					SLICE_ARG(entry->body));
				return;
			}
		}
	}
	if (!world->is_quiet)
		fprintf(stderr, "  left waiting: %u\n", world->model->waiting_count);
}

static void note_states(struct sim_run *run, const struct sim_world *world)
{
	uint64_t state = sim_states_mix(world->model->waiting_count > 0, world->model->pause_count);
	for (unsigned i = 0; i < world->worker_count; i++) {
		uint64_t part = sim_worker_state(&world->workers[i]);
		sim_states_note(&run->workers, part);
		state = sim_states_mix(state, part);
	}
	sim_states_note(&run->worlds, state);
}

static void step(struct sim_run *run, struct sim_world *world)
{
	sim_world_step(world);
	note_states(run, world);
}

static void drain_all(struct sim_run *run, struct sim_world *world)
{
	for (unsigned i = 0; i < world->worker_count; i++) {
		sim_worker_drain(&world->workers[i]);
		world->workers[i].start_at = INT64_MAX;
	}
	for (unsigned count = 0; count < 20000 && !world->is_failed; count++) {
		bool is_over = true;
		for (unsigned i = 0; i < world->worker_count; i++) {
			world->workers[i].start_at = INT64_MAX;
			is_over = is_over && !world->workers[i].is_running;
		}
		if (is_over)
			return;
		step(run, world);
		for (unsigned i = 0; i < world->worker_count; i++)
			world->workers[i].start_at = INT64_MAX;
	}
	sim_world_fail(world, "the workers do not end");
}

/* With nothing going wrong the pipelines allocate nothing for an alert. */
static void check_memory(struct sim_world *world, uint64_t *warm_count, struct sim_sums *sums)
{
	if (!world->profile.is_calm || world->ledger.closed < WARM_CLOSINGS)
		return;
	if (*warm_count == UINT64_MAX)
		*warm_count = alloc_fault_count();
	sums->calm_turns++;
	if (alloc_fault_count() != *warm_count)
		sim_world_fail(world, "the steady path allocates memory: %llu times",
			       (unsigned long long)(alloc_fault_count() - *warm_count));
}

static bool is_trouble_over(const struct sim_run *run, const struct sim_world *world)
{
	if (!world->scale.is_small)
		return world->step >= run->options.steps;
	return (world->ledger.count >= world->alerts_most && !sim_fault_has_more(world)) ||
	       world->step >= SMALL_STEPS_MAX;
}

static void make_trouble(struct sim_run *run, struct sim_world *world)
{
	uint64_t warm_count = UINT64_MAX;
	while (!world->is_failed && !is_trouble_over(run, world)) {
		step(run, world);
		check_memory(world, &warm_count, &run->sums);
	}
}

/* While pauses last, what they hold comes to its end only where that has come. */
static uint64_t heal(struct sim_run *run, struct sim_world *world)
{
	uint64_t steps = 0;
	sim_world_heal(world);
	while (world->model->pause_count > 0 && !world->is_failed) {
		if (steps % LOOK_EVERY == 0)
			sim_budget_skip(world);
		if (steps % LOOK_EVERY == 0 && sim_pause_is_all_that_is_left(world))
			sim_pause_end(world, true);
		else if (steps >= HEAL_STEPS_MAX)
			sim_world_fail(world, "what is not paused, or should expire while it is, does not end");
		step(run, world);
		steps++;
	}
	while (steps++ < HEAL_STEPS_MAX && !world->is_failed && !is_done(world)) {
		if (steps % LOOK_EVERY == 0)
			sim_budget_skip(world);
		step(run, world);
	}
	if (!world->is_failed && !is_done(world)) {
		sim_world_fail(world, "%u alerts did not come to their end", queue_model_depth(world->model));
		show_rest(world);
	}
	return steps;
}

/* When nothing goes wrong any more each worker has its share of the links, within seconds. */
static void share_links(struct sim_run *run, struct sim_world *world)
{
	mono_us until = world->env.now.mono + SHARE_US;
	while (!world->is_failed && !sim_bind_is_shared(world)) {
		if (!sim_bind_may_be_shared(world))
			until = world->env.now.mono + SHARE_US;
		else if (world->env.now.mono >= until)
			sim_world_fail(world, "links are not shared out");
		step(run, world);
	}
}

bool sim_run_seed(struct sim_run *run, uint64_t seed)
{
	static struct sim_world world;
	sim_world_init(&world, seed, &run->options.scale);
	world.env.is_loud = run->options.is_loud;
	world.is_quiet = run->options.is_quiet;
	make_trouble(run, &world);
	uint64_t heal_steps = heal(run, &world);
	if (!world.is_failed)
		sim_check_end(&world);
	share_links(run, &world);
	if (!world.is_failed)
		drain_all(run, &world);
	sim_sums_add(&run->sums, &world, heal_steps);
	memcpy(run->failure, world.failure, sizeof run->failure);
	bool is_good = !world.is_failed;
	sim_world_fini(&world);
	return is_good;
}
