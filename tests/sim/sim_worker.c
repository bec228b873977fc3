/* SPDX-License-Identifier: Apache-2.0 */

/* A worker as the service makes one, but on fakes. It gets a turn as a loop would give it: after upcalls, or when the
 * deadline that it named has come; so a pipeline that names a wrong deadline sleeps for ever and is found out. */

#include "fakes/alloc_fault.h"
#include "fakes/fake_store_inner.h"
#include "pipeline/pipeline_inner.h" /* a crash frees a pipeline that is open */
#include "sim/sim_withdraw.h"

#include "base/check.h"

#include <stdio.h>

static const char *const account_names[SIM_ACCOUNTS] = { "alpha", "beta" };
static const char *const tenant_names[SIM_TENANTS] = { "t1", "t2" };
static const char *const instance_names[SIM_WORKERS_MAX] = { "gw0", "gw1", "gw2" };

static struct metrics *make_metrics(void)
{
	static const char *lanes[LANE_COUNT];
	static const char *classes[OUTCOME_COUNT];
	static const char *closings[CLOSING_COUNT];
	static const char *states[MESSAGE_STATE_COUNT];
	unsigned reasons;
	const char *const *dead = pipeline_dead_reasons(&reasons);
	unsigned template_class_count;
	const char *const *template_classes = pipeline_class_names(&template_class_count);
	for (unsigned i = 0; i < LANE_COUNT; i++)
		lanes[i] = lane_name((enum lane)i);
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		classes[i] = outcome_class_name((enum outcome_class)i);
	for (unsigned i = 0; i < CLOSING_COUNT; i++)
		closings[i] = closing_name((enum closing)i);
	for (unsigned i = 0; i < MESSAGE_STATE_COUNT; i++)
		states[i] = i == MESSAGE_STATE_NONE ? "NONE" : message_state_name((enum message_state)i);
	struct metrics_labels labels = {
		.names = { [METRIC_LABEL_ACCOUNT] = account_names,
			   [METRIC_LABEL_LANE] = lanes,
			   [METRIC_LABEL_CLASS] = classes,
			   [METRIC_LABEL_EVENT] = closings,
			   [METRIC_LABEL_REASON] = dead,
			   [METRIC_LABEL_STAGE] = pipeline_stage_names(),
			   [METRIC_LABEL_TEMPLATE_CLASS] = template_classes,
			   [METRIC_LABEL_STATE] = states,
			   [METRIC_LABEL_RULE] = protection_labels(),
			   [METRIC_LABEL_TENANT] = tenant_names },
		.count = { [METRIC_LABEL_ACCOUNT] = SIM_ACCOUNTS,
			   [METRIC_LABEL_LANE] = LANE_COUNT,
			   [METRIC_LABEL_CLASS] = OUTCOME_COUNT,
			   [METRIC_LABEL_EVENT] = CLOSING_COUNT,
			   [METRIC_LABEL_REASON] = reasons,
			   [METRIC_LABEL_STAGE] = STAGE_COUNT,
			   [METRIC_LABEL_TEMPLATE_CLASS] = template_class_count,
			   [METRIC_LABEL_STATE] = MESSAGE_STATE_COUNT,
			   [METRIC_LABEL_RULE] = PROTECTION_COUNT,
			   [METRIC_LABEL_TENANT] = SIM_TENANTS },
	};
	struct metrics *metrics = metrics_create(&labels);
	CHECK(metrics != NULL);
	return metrics;
}

static void on_taken_alpha(void *ctx, const struct submit *submit)
{
	sim_check_submit(ctx, 0, submit);
}

static void on_taken_beta(void *ctx, const struct submit *submit)
{
	sim_check_submit(ctx, 1, submit);
}

static void on_settle(void *ctx, const struct settlement *settlement)
{
	sim_budget_on_settle(ctx, settlement);
}

static void on_effect(void *ctx, struct settlement *const *settlements, unsigned count, bool careful)
{
	for (unsigned i = 0; i < count; i++)
		sim_budget_on_effect(ctx, settlements[i], careful);
}

static void on_settled(void *ctx, struct settlement *const *settlements, unsigned count, mono_us effect_at)
{
	for (unsigned i = 0; i < count; i++)
		sim_budget_on_settled(ctx, settlements[i], effect_at);
}

static void make_store(struct sim_worker *worker)
{
	struct sim_world *world = worker->world;
	worker->watch = (struct fake_store_watch){
		.on_settle = on_settle,
		.on_effect = on_effect,
		.on_settled = on_settled,
	};
	sim_withdraw_watch(&worker->watch);
	worker->store_options = (struct fake_store_options){
		.model = world->model,
		.env = &world->env,
		.instance = instance_names[worker->slot],
		.nonce = world->seed * 1000 + worker->life,
		.adopts_instance = true,
		.heartbeat_us = sim_world_span(world, US_PER_S),
		.dead_after_us = sim_world_dead_after(world),
		.stale_after_us = sim_world_span(world, 2 * US_PER_S),
		.seed = rng_next(&world->rng),
		.faults = &world->store_faults,
		.watch = &worker->watch,
		.watch_ctx = worker,
	};
	worker->store = fake_store_create(&worker->store_options);
}

/* Where links are shared, what is on its way is long on its way. */
static mono_us reconnect_most(const struct sim_world *world)
{
	if (world->profile.is_calm)
		return 1000;
	return world->bind.is_on ? 2 * US_PER_S : sim_world_span(world, US_PER_S / 2);
}

static void make_account(struct sim_worker *worker, unsigned index)
{
	struct sim_world *world = worker->world;
	struct fake_carrier_options options = {
		.name = account_names[index],
		.smsc = world->smscs[index],
		.env = &world->env,
		.window = world->windows[index],
		.links = world->bind.binds[index],
		.late_max = 4 * world->windows[index],
		.response_timeout_us = sim_world_span(world, US_PER_S),
		.reconnect_max_us = reconnect_most(world),
		.full_per_million = world->profile.is_calm ? 0 : (unsigned)rng_below(&world->rng, 30000),
		.seed = rng_next(&world->rng),
		.on_taken = index == 0 ? on_taken_alpha : on_taken_beta,
		.ctx = worker,
	};
	worker->accounts[index] = (struct pipeline_account){
		.name = account_names[index],
		.carrier = fake_carrier_create(&options),
		.concat = CONCAT_UDH8,
		.segments_max = 8,
		.wants_receipt = world->moods[index].sends_receipts,
		.tps = world->tps[index],
		.binds = world->bind.binds[index],
		.window_total = world->windows[index],
	};
}

static void on_drained(void *ctx)
{
	struct sim_worker *worker = ctx;
	worker->is_drained = true;
}

void sim_worker_start(struct sim_worker *worker)
{
	struct sim_world *world = worker->world;
	worker->life++;
	worker->born_at = world->env.now.mono;
	worker->is_running = true;
	worker->is_frozen = worker->is_draining = worker->is_drained = worker->wakes_when_robbed = false;
	worker->wants_turn = true;
	worker->pause_count = 0;
	memset(worker->budget_news, 0, sizeof worker->budget_news);
	if (worker->metrics == NULL)
		worker->metrics = make_metrics();
	make_store(worker);
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++)
		make_account(worker, i);
	mono_us unknown_wait = sim_world_span(world, 2 * US_PER_S);
	worker->options = (struct pipeline_options){
		.accounts = worker->accounts,
		.account_count = SIM_ACCOUNTS,
		.routes = world->routes,
		.catalogue = world->editions[world->edition],
		.decode = { .country = country_find(SLICE("CN")) },
		.render = { .signature = SLICE("国网"), .zone = &world->budget.zone },
		.retry = { .base_us = sim_world_span(world, US_PER_S / 5),
			   .max_us = sim_world_span(world, 2 * US_PER_S),
			   .attempts_max = 6,
			   .unknown_wait_us = { unknown_wait, unknown_wait, unknown_wait } },
		.protection = world->protect.options,
		.budgets = world->budget.budgets,
		.budget_count = world->budget.is_on ? SIM_TENANTS : 0,
		.parcel_count = world->parcel_count,
		.seed = rng_next(&world->rng),
		.metrics = worker->metrics,
		.env = world->env.env,
	};
	worker->pipeline = pipeline_create(worker->store, &worker->options);
	CHECK(worker->pipeline != NULL);
	pipeline_open(worker->pipeline, on_drained, worker);
}

void sim_worker_turn(struct sim_worker *worker)
{
	mono_us now = worker->world->env.now.mono;
	CHECK(pipeline_follow(worker->pipeline, worker->world->editions[worker->world->edition]));
	bool was_watched = alloc_fault_watch(true);
	bool has_news = worker->wants_turn;
	uint64_t fences = fake_store_counts(worker->store)->fences;
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++)
		has_news = fake_carrier_turn(worker->accounts[i].carrier, now) || has_news;
	has_news = fake_store_turn(worker->store, now) || has_news;
	if (worker->world->env.is_loud && fake_store_counts(worker->store)->fences > fences)
		fprintf(stderr, "%lld us worker %u life %u is fenced\n", (long long)now, worker->slot, worker->life);
	if (has_news || now >= worker->pipeline_deadline) {
		pipeline_turn(worker->pipeline, worker->world->env.now);
		worker->pipeline_deadline = pipeline_next_deadline(worker->pipeline);
		worker->wants_turn = false;
	}
	alloc_fault_watch(was_watched);
}

static mono_us least(mono_us a, mono_us b)
{
	return a < b ? a : b;
}

mono_us sim_worker_next_deadline(const struct sim_worker *worker)
{
	mono_us deadline = least(worker->pipeline_deadline, fake_store_next_deadline(worker->store));
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++)
		deadline = least(deadline, fake_carrier_next_deadline(worker->accounts[i].carrier));
	return worker->wants_turn ? 0 : deadline;
}

void sim_worker_crash(struct sim_worker *worker)
{
	worker->fences += fake_store_counts(worker->store)->fences;
	fake_store_crash(worker->store);
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++)
		fake_carrier_crash(worker->accounts[i].carrier);
	worker->pipeline->is_open = false;
	pipeline_destroy(worker->pipeline);
	worker->is_running = false;
}

void sim_worker_drain(struct sim_worker *worker)
{
	worker->is_draining = true;
	worker->wants_turn = true;
	worker->drained_by = worker->world->env.now.mono + SIM_DRAIN_US + 10 * US_PER_S;
	pipeline_drain(worker->pipeline, SIM_DRAIN_US);
}

void sim_worker_end(struct sim_worker *worker)
{
	worker->fences += fake_store_counts(worker->store)->fences;
	pipeline_destroy(worker->pipeline);
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++)
		worker->accounts[i].carrier->ops->destroy(worker->accounts[i].carrier);
	worker->store->ops->destroy(worker->store);
	worker->is_running = false;
}

static uint64_t store_state(const struct fake_store *store)
{
	uint64_t calls = store->read != NULL ? 1u << FAKE_READ : 0;
	for (const struct list *link = store->calls.next; link != &store->calls; link = link->next)
		calls |= 1u << LIST_ITEM(link, struct fake_call, link)->kind;
	return calls << 8 | (uint64_t)store->phase << 4 | (uint64_t)store->main.is_up << 3 |
	       (uint64_t)store->reader.is_up << 2 | (uint64_t)store->may_have_lost << 1 | store->orphan_is_fenced;
}

static uint64_t account_state(const struct account *account)
{
	bool has_waiting = false;
	for (unsigned lane = 0; lane < WAIT_LANES; lane++)
		has_waiting = has_waiting || account->lane_counts[lane] > 0;
	return (uint64_t)account->state << 4 | (uint64_t)has_waiting << 3 |
	       (uint64_t)!list_empty(&account->begun) << 2 | (uint64_t)(account->in_flight > 0) << 1 |
	       (account->reserved > 0);
}

uint64_t sim_worker_state(const struct sim_worker *worker)
{
	if (!worker->is_running)
		return 1;
	const struct pipeline *pipeline = worker->pipeline;
	uint64_t state = store_state((const struct fake_store *)(const void *)worker->store);
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++)
		state = state << 8 | account_state(&pipeline->accounts[i]);
	bool flags[] = {
		worker->is_frozen,
		worker->is_draining,
		worker->pause_count > 0,
		pipeline->begins_under_way > 0,
		pipeline->settling_count > 0,
		pipeline->settles_under_way > 0,
		pipeline->is_adopting || pipeline->may_adopt,
		pipeline->pool.free_count == 0,
	};
	for (unsigned i = 0; i < sizeof flags / sizeof flags[0]; i++)
		state = state << 1 | flags[i];
	return state;
}
