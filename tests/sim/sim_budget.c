/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_budget.h"

#include "base/check.h"
#include "sim/sim_texts.h"

#include <stdio.h>

#define DAY_MS   (INT64_C(24) * 3600 * MS_PER_S)
#define NEAR_MS  (4 * MS_PER_S)
#define SOON_MS  200
#define LATER_MS (70 * MS_PER_S) /* nothing else that waits for neither a pause nor an account waits so long */

static unsigned die(struct sim_world *world, unsigned sides)
{
	return (unsigned)rng_below(&world->budget.rng, sides);
}

static wall_ms now_of(const struct sim_world *world)
{
	return world->env.now.wall;
}

void sim_budget_init(struct sim_world *world)
{
	static char *const names[SIM_TENANTS] = { "t1", "t2" };
	struct sim_budget *budget = &world->budget;
	rng_seed(&budget->rng, world->seed * 6007 + 5);
	/* Where numbers have caps a day must not go by. */
	budget->is_on = !world->profile.is_calm && !world->protect.is_on && die(world, 2) == 0;
	if (!budget->is_on)
		return;
	unsigned least = world->scale.is_small ? 4 : 40;
	for (unsigned i = 0; i < SIM_TENANTS; i++)
		budget->budgets[i] = (struct tenant_budget){ names[i], least + die(world, i == 0 ? 60 : 300) };
	wall_ms left_ms = DAY_MS - now_of(world) % DAY_MS;
	wall_ms until_ms = NEAR_MS + die(world, world->scale.is_small ? 6000 : 20000);
	budget->zone.spans[0].offset_s = (int32_t)((left_ms - until_ms) / MS_PER_S);
	budget->zone.span_count = 1;
	/* What is put off for days is known as long. */
	world->model->seen_window_ms = world->model->receipt_window_ms = SIM_DAYS_MAX * DAY_MS;
}

void sim_budget_make(struct sim_world *world, struct sim_alert *alert)
{
	if (world->budget.is_on && die(world, 4) != 0)
		alert->tenant = 1 + die(world, SIM_TENANTS);
}

void sim_budget_step(struct sim_world *world)
{
	struct sim_budget *budget = &world->budget;
	int32_t day = zone_date(&budget->zone, now_of(world));
	if (!budget->is_on || day == budget->day)
		return;
	budget->day_before = budget->day;
	budget->day = day;
	budget->day_since = world->env.now.mono;
}

void sim_budget_skip(struct sim_world *world)
{
	const struct queue_model *model = world->model;
	wall_ms first = INT64_MAX;
	if (!world->budget.is_on || queue_model_depth(model) > model->waiting_count)
		return;
	for (unsigned i = 0; i < model->waiting_count; i++) {
		const struct queue_waiting *waiting = &model->waiting[i];
		if (waiting->parked_on.at != NULL || waiting->due_at < now_of(world) + SOON_MS)
			return;
		if (waiting->paused_by.at == NULL && waiting->due_at < first)
			first = waiting->due_at;
	}
	if (first == INT64_MAX)
		return;
	world->budget.skips++;
	sim_fault_jump(world, first - now_of(world) + (wall_ms)die(world, 100000), 0);
}

/* -- what is used -- */

static struct sim_use *use_of(struct sim_world *world, unsigned tenant, int32_t day)
{
	struct sim_use *uses = world->budget.uses[tenant - 1];
	unsigned i = 0;
	while (i < SIM_DAYS_MAX && uses[i].day != 0 && uses[i].day != day)
		i++;
	CHECK(i < SIM_DAYS_MAX);
	if (uses[i].day == 0)
		uses[i] = (struct sim_use){ .day = day, .used_up_at = INT64_MAX };
	return &uses[i];
}

static bool is_judged(const struct sim_world *world, const struct sim_alert *alert)
{
	return world->budget.is_on && alert != NULL && alert->tenant != 0;
}

static bool is_bulk(const struct sim_alert *alert)
{
	return (alert->has_priority ? alert->priority : alert->origin.lane) == LANE_BULK;
}

void sim_budget_on_settle(struct sim_worker *worker, const struct settlement *settlement)
{
	struct sim_world *world = worker->world;
	const struct sim_alert *alert = sim_ledger_find(&world->ledger, &settlement->origin);
	if (!is_judged(world, alert)) {
		if (alert != NULL && settlement->budget_segments > 0)
			sim_world_fail(world, "segments are counted of an alert whose tenant has no budget");
		return;
	}
	unsigned whole = alert->is_long ? SIM_LONG_PARTS : 1;
	bool is_accepted = settlement->kind == SETTLE_CLOSE && settlement->closing == CLOSING_ACCEPTED;
	if (is_accepted ? settlement->budget_segments != whole : settlement->budget_segments > whole)
		sim_world_fail(world, "of alert %u %u segments are counted", alert->id, settlement->budget_segments);
	/* A batch may wait a moment, over midnight too. */
	if (settlement->budget_segments > 0 && settlement->budget_day != world->budget.day &&
	    settlement->budget_day != world->budget.day_before)
		sim_world_fail(world, "alert %u counts on %d", alert->id, settlement->budget_day);
	bool waits_long = settlement->kind == SETTLE_LATER && settlement->parked_on.at == NULL &&
			  settlement->paused_by.at == NULL && settlement->due_at > now_of(world) + LATER_MS;
	world->budget.put_off += waits_long;
	if (waits_long && !is_bulk(alert))
		sim_world_fail(world, "alert %u was put off, which is not of bulk", alert->id);
}

void sim_budget_on_effect(struct sim_worker *worker, const struct settlement *settlement, bool careful)
{
	struct sim_world *world = worker->world;
	struct sim_alert *alert = sim_ledger_find(&world->ledger, &settlement->origin);
	if (!is_judged(world, alert) || settlement->budget_segments == 0)
		return;
	alert->is_uncounted = alert->is_uncounted || careful;
	if (careful)
		return;
	struct sim_use *use = use_of(world, alert->tenant, settlement->budget_day);
	use->segments += settlement->budget_segments;
	alert->counted += settlement->budget_segments;
	if (use->used_up_at == INT64_MAX && use->segments >= world->budget.budgets[alert->tenant - 1].segments_per_day)
		use->used_up_at = world->env.now.mono;
}

void sim_budget_on_settled(struct sim_worker *worker, const struct settlement *settlement, mono_us effect_at)
{
	struct sim_world *world = worker->world;
	const struct sim_alert *alert = sim_ledger_find(&world->ledger, &settlement->origin);
	/* What was settled one by one tells nothing. */
	if (!is_judged(world, alert) || settlement->budget_segments == 0 || alert->is_uncounted)
		return;
	const struct sim_use *use = use_of(world, alert->tenant, settlement->budget_day);
	worker->budget_news[alert->tenant - 1] = (struct sim_budget_news){
		.day = settlement->budget_day,
		.is_used_up = use->used_up_at < effect_at,
		.told_at = world->env.now.mono,
	};
}

/* -- the judge -- */

void sim_budget_check_submit(struct sim_worker *worker, const struct sim_alert *alert, bool has_arrived)
{
	struct sim_world *world = worker->world;
	const struct sim_budget *budget = &world->budget;
	const struct sim_go *go = &alert->goes[worker->slot];
	/* What is in doubt, or has begun to arrive, goes on. */
	if (!is_judged(world, alert) || !is_bulk(alert) || has_arrived || go->is_used || !go->is_first)
		return;
	const struct sim_budget_news *news = &worker->budget_news[alert->tenant - 1];
	bool is_told = news->is_used_up && news->day == budget->day && news->told_at < go->asked_at;
	if (is_told && budget->day_since < go->asked_at)
		sim_world_fail(world,
			       "alert %u was begun and sent %lld ms after worker %u had learned that its tenant has "
			       "used its budget",
			       alert->id, (long long)((world->env.now.mono - news->told_at) / US_PER_MS), worker->slot);
}

/* What the queue says. */
static uint64_t used_of(const struct sim_world *world, unsigned tenant)
{
	uint64_t used = 0;
	char name[8];
	snprintf(name, sizeof name, " t%u", tenant);
	for (unsigned i = 0; i < QUEUE_USES_MAX; i++)
		used += strstr(world->model->uses[i].name, name) != NULL ? world->model->uses[i].segments : 0;
	return used;
}

void sim_budget_check_end(struct sim_world *world,
			  unsigned (*taken)(const struct sim_world *, const struct sim_alert *))
{
	for (unsigned tenant = 1; world->budget.is_on && tenant <= SIM_TENANTS; tenant++) {
		uint64_t least = 0;
		uint64_t most = 0;
		for (unsigned i = 0; i < world->ledger.count; i++) {
			const struct sim_alert *alert = &world->ledger.alerts[i];
			unsigned segments = taken(world, alert);
			if (alert->tenant != tenant)
				continue;
			most += segments;
			bool is_counted = alert->closing == CLOSING_ACCEPTED && !alert->is_late && !alert->is_uncounted;
			least += is_counted ? segments : 0;
			if (alert->counted > segments)
				sim_world_fail(world, "of alert %u %u segments were counted, %u were taken", alert->id,
					       alert->counted, segments);
		}
		uint64_t used = used_of(world, tenant);
		if (used < least || used > most)
			sim_world_fail(world, "tenant %u has used %llu to %llu segments, the queue says %llu", tenant,
				       (unsigned long long)least, (unsigned long long)most, (unsigned long long)used);
	}
}
