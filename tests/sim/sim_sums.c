/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_sums.h"

#include <stdio.h>

static const char *const fault_names[SIM_FAULT_COUNT] = {
	[SIM_FAULT_CRASH] = "crashes",
	[SIM_FAULT_FREEZE] = "freezes",
	[SIM_FAULT_STORE] = "breaks of the queue's connections",
	[SIM_FAULT_READER] = "of the reading one only",
	[SIM_FAULT_APART] = "workers cut off from the queue",
	[SIM_FAULT_SLOW] = "slow queues",
	[SIM_FAULT_LINK] = "broken links",
	[SIM_FAULT_UNBIND] = "unbinds",
	[SIM_FAULT_MOOD] = "ill-tempered carriers",
	[SIM_FAULT_JUMP] = "jumps of the clock",
	[SIM_FAULT_DRAIN] = "drains",
};

static unsigned long long as_ull(uint64_t number)
{
	return (unsigned long long)number;
}

static void least(unsigned *number, uint64_t other, bool is_first)
{
	if (is_first || other < *number)
		*number = (unsigned)other;
}

void sim_sums_add(struct sim_sums *sums, const struct sim_world *world, uint64_t heal_steps)
{
	uint64_t faults = 0;
	bool is_first = sums->runs++ == 0;
	sums->failed += world->is_failed;
	sums->alerts += world->ledger.count;
	for (unsigned i = 0; i < SIM_FAULT_COUNT; i++) {
		sums->faults[i] += world->faults[i];
		faults += i != SIM_FAULT_DRAIN ? world->faults[i] : 0;
	}
	least(&sums->alerts_least, world->ledger.count, is_first);
	least(&sums->workers_least, world->worker_count, is_first);
	least(&sums->faults_least, faults, is_first);
	if (heal_steps > sums->heal_steps_most)
		sums->heal_steps_most = heal_steps;
	sums->steps += world->step;
	for (unsigned i = 0; i < CLOSING_COUNT; i++)
		sums->closings[i] += world->model->totals[i];
	sums->refused += world->model->refused;
	sums->pauses += world->pauses;
	sums->put_off += world->budget.put_off;
	sums->skips += world->budget.skips;
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

void sim_sums_print(const struct sim_sums *sums, const struct sim_states *worlds, const struct sim_states *workers)
{
	printf("sim_road: %llu runs, %llu failed; %llu alerts, at least %u in a run, with %u workers, %u accounts and "
	       "%u faults\n",
	       as_ull(sums->runs), as_ull(sums->failed), as_ull(sums->alerts), sums->alerts_least, sums->workers_least,
	       SIM_ACCOUNTS, sums->faults_least);
	printf("  ended as:");
	for (unsigned i = 0; i < CLOSING_COUNT; i++)
		printf("%s %llu %s", i > 0 ? "," : "", as_ull(sums->closings[i]), closing_name((enum closing)i));
	printf("; %llu segments accepted, %llu of them again, %llu times sent elsewhere, %llu times held\n  faults:",
	       as_ull(sums->accepted), as_ull(sums->duplicates), as_ull(sums->elsewhere), as_ull(sums->held));
	for (unsigned i = 0; i < SIM_FAULT_COUNT; i++)
		printf("%s %llu %s", i > 0 ? "," : "", as_ull(sums->faults[i]), fault_names[i]);
	printf("; %llu pauses, %llu fences, %llu late settlements refused, %llu times put off to another day, %llu "
	       "skips "
	       "of time\n",
	       as_ull(sums->pauses), as_ull(sums->fences), as_ull(sums->refused), as_ull(sums->put_off),
	       as_ull(sums->skips));
	printf("  %llu steps, %.0f s simulated, %llu calm turns, at most %llu steps to heal; visited %llu states of "
	       "the "
	       "world, %llu of a worker\n",
	       as_ull(sums->steps), (double)sums->simulated_us / US_PER_S, as_ull(sums->calm_turns),
	       as_ull(sums->heal_steps_most), as_ull(worlds->count), as_ull(workers->count));
}
