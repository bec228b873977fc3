/* SPDX-License-Identifier: Apache-2.0 */

/* sim_road --seed N --seeds K --steps M: runs K worlds from seed N on. Each has M steps of trouble, then heals and must
 * bring every alert to its end. A failing seed is printed with the command that shows it again. */

#include "base/check.h"
#include "base/number.h"
#include "fakes/alloc_fault.h"
#include "sim/sim_world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HEAL_STEPS_MAX 400000
#define WARM_CLOSINGS  200 /* alerts until memory that is kept has grown to its size */

struct options {
	uint64_t seed;
	uint64_t seeds;
	uint64_t steps;
	bool is_loud;
};

struct sums {
	uint64_t alerts;
	uint64_t accepted;
	uint64_t duplicates;
	uint64_t crashes;
	uint64_t freezes;
	uint64_t drains;
	uint64_t fences;
	uint64_t refused;
	uint64_t elsewhere;
	uint64_t held;
	uint64_t simulated_us;
	uint64_t calm_turns;
};

static struct options options = { .seed = 1, .seeds = 1, .steps = 3000 };
static uint64_t seed_under_way;

static void on_abort(int number)
{
	(void)number;
	char text[160];
	int len = snprintf(text, sizeof text, "sim_road: replay: sim_road --seed %llu --seeds 1 --steps %llu\n",
			   (unsigned long long)seed_under_way, (unsigned long long)options.steps);
	ssize_t written = write(STDERR_FILENO, text, (size_t)len);
	_exit(written > 0 ? 134 : 135);
}

static bool parse(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		uint64_t *number = strcmp(argv[i], "--seed") == 0    ? &options.seed
				   : strcmp(argv[i], "--seeds") == 0 ? &options.seeds
				   : strcmp(argv[i], "--steps") == 0 ? &options.steps
								     : NULL;
		if (strcmp(argv[i], "--loud") == 0) {
			options.is_loud = true;
			continue;
		}
		if (number == NULL || i + 1 == argc || !number_parse(slice_of(argv[++i]), UINT64_MAX, number))
			return false;
	}
	return true;
}

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
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
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
	fprintf(stderr, "  left waiting: %u\n", world->model->waiting_count);
}

static void drain_all(struct sim_world *world)
{
	for (unsigned i = 0; i < world->worker_count; i++) {
		sim_worker_drain(&world->workers[i]);
		world->workers[i].start_at = INT64_MAX;
	}
	for (unsigned step = 0; step < 20000 && !world->is_failed; step++) {
		bool is_over = true;
		for (unsigned i = 0; i < world->worker_count; i++) {
			world->workers[i].start_at = INT64_MAX;
			is_over = is_over && !world->workers[i].is_running;
		}
		if (is_over)
			return;
		sim_world_step(world);
		for (unsigned i = 0; i < world->worker_count; i++)
			world->workers[i].start_at = INT64_MAX;
	}
	sim_world_fail(world, "the workers do not end");
}

/* With nothing going wrong the pipelines allocate nothing for an alert. */
static void check_memory(struct sim_world *world, uint64_t *warm_count, struct sums *sums)
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

static void add_up(struct sums *sums, const struct sim_world *world)
{
	sums->alerts += world->ledger.count;
	sums->crashes += world->crashes;
	sums->freezes += world->freezes;
	sums->drains += world->drains;
	sums->refused += world->model->refused;
	sums->simulated_us += (uint64_t)world->env.now.mono;
	for (unsigned i = 0; i < world->worker_count; i++) {
		sums->fences += world->workers[i].fences;
		for (unsigned account = 0; account < SIM_ACCOUNTS; account++)
			sums->elsewhere +=
				(uint64_t)metrics_value(world->workers[i].metrics, METRIC_ELSEWHERE, account, 0);
	}
	for (unsigned i = 0; i < world->ledger.count; i++)
		sums->held += world->ledger.alerts[i].held;
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++) {
		sums->accepted += world->smscs[i]->accepted;
		sums->duplicates += world->smscs[i]->duplicates;
	}
}

static bool run(uint64_t seed, struct sums *sums)
{
	static struct sim_world world;
	seed_under_way = seed;
	sim_world_init(&world, seed);
	world.env.is_loud = options.is_loud;
	uint64_t warm_count = UINT64_MAX;
	for (uint64_t step = 0; step < options.steps && !world.is_failed; step++) {
		sim_world_step(&world);
		check_memory(&world, &warm_count, sums);
	}
	sim_world_heal(&world);
	unsigned step = 0;
	while (step++ < HEAL_STEPS_MAX && !world.is_failed && !is_done(&world))
		sim_world_step(&world);
	if (!world.is_failed && !is_done(&world)) {
		sim_world_fail(&world, "%u alerts did not come to their end", queue_model_depth(world.model));
		show_rest(&world);
	}
	if (!world.is_failed)
		sim_check_end(&world);
	if (!world.is_failed)
		drain_all(&world);
	if (world.is_failed)
		fprintf(stderr, "sim_road: replay: sim_road --seed %llu --seeds 1 --steps %llu\n",
			(unsigned long long)seed, (unsigned long long)options.steps);
	add_up(sums, &world);
	bool is_good = !world.is_failed;
	sim_world_fini(&world);
	return is_good;
}

int main(int argc, char **argv)
{
	if (!parse(argc, argv)) {
		fprintf(stderr, "usage: sim_road [--seed N] [--seeds K] [--steps M] [--loud]\n");
		return 64;
	}
	signal(SIGABRT, on_abort);
	struct sums sums = { 0 };
	unsigned failed = 0;
	for (uint64_t i = 0; i < options.seeds && failed < 10; i++)
		failed += !run(options.seed + i, &sums);
	printf("sim_road: %llu seeds, %u failed; %llu alerts, %llu segments accepted, %llu of them again, %llu sent "
	       "elsewhere, %llu times one was held; %llu crashes, %llu freezes, %llu fences, %llu drains, %llu late "
	       "settlements refused; %.0f s "
	       "simulated, %llu calm turns\n",
	       (unsigned long long)options.seeds, failed, (unsigned long long)sums.alerts,
	       (unsigned long long)sums.accepted, (unsigned long long)sums.duplicates,
	       (unsigned long long)sums.elsewhere, (unsigned long long)sums.held, (unsigned long long)sums.crashes,
	       (unsigned long long)sums.freezes, (unsigned long long)sums.fences, (unsigned long long)sums.drains,
	       (unsigned long long)sums.refused, (double)sums.simulated_us / US_PER_S,
	       (unsigned long long)sums.calm_turns);
	return failed == 0 ? 0 : 1;
}
