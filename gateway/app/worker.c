/* SPDX-License-Identifier: Apache-2.0 */
#include "app/worker.h"

#include "app/redis_address.h"
#include "app/worker_accounts.h"
#include "base/check.h"
#include "store/redis_store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define STATUS_INTERVAL_US (100 * US_PER_MS)
#define HEARTBEAT_US       (5 * US_PER_S)
#define DEAD_AFTER_US      (30 * US_PER_S)
#define STALE_AFTER_US     (10 * US_PER_S)
#define BALANCE_US         US_PER_S
#define CHORE_REST_US      (10 * US_PER_S)
#define REPLAY_US          (60 * US_PER_S)
#define LAST_ANSWERS_US    US_PER_S /* for callbacks that wait when all else has ended */

struct worker {
	const struct worker_options *options;
	struct loop *loop;
	struct loop_member member;
	struct store *store;
	struct redis_store_options store_options;
	struct worker_accounts *accounts;
	struct pipeline_options pipeline_options;
	struct pipeline *pipeline;
	struct callbacks *callbacks; /* NULL = none come in */
	bool is_drained;             /* the pipeline has ended */
	pthread_t thread;
	_Atomic int64_t drain_grace_us;              /* -1 = not asked */
	_Atomic(struct snapshot *) reload;           /* to follow; held. NULL = not asked */
	_Atomic(const struct catalogue *) catalogue; /* likewise */
	mono_us status_at;
	pthread_mutex_t lock; /* of status */
	struct worker_status status;
};

static struct now now_of_loop(void *ctx)
{
	struct worker *worker = ctx;
	return loop_now(worker->loop);
}

static mono_us fresh_of_loop(void *ctx)
{
	(void)ctx;
	return loop_fresh();
}

/* -- making -- */

static void make_store_options(struct worker *worker)
{
	const struct config *config = worker->options->snapshot->config;
	struct redis_store_options *options = &worker->store_options;
	*options = (struct redis_store_options){
		.tag = CONFIG_REDIS_TAG,
		.instance = config->instance.name,
		.nonce = worker->options->nonce,
		.worker = worker->options->index,
		.adopts_instance = worker->options->adopts_instance,
		.heartbeat_us = HEARTBEAT_US,
		.dead_after_us = DEAD_AFTER_US,
		.stale_after_us = STALE_AFTER_US,
		.balance_us = BALANCE_US,
		.chore_rest_us = CHORE_REST_US,
		.seen_window_ms = config->redis.dedupe_window_ms,
		.withdrawal_window_ms = config->redis.withdrawal_window_ms,
		.receipt_window_ms = config->redis.receipt_wait_ms,
		.suspects = worker->options->suspects,
		.suspect_count = worker->options->suspect_count,
		.events_retention_ms = config->events.retention_ms,
		.mo_retention_ms = config->mo.retention_ms,
		.mo_repeat_window_ms = config->mo.repeat_window_ms,
		.replay_us = REPLAY_US,
		.replay_octets = (size_t)config->redis.replay_mb * 1024 * 1024 / worker->options->count,
		.log = worker->options->log,
		.metrics = worker->options->metrics,
	};
	redis_address_fill(&config->redis, worker->options->nonce + worker->options->index, &options->redis);
}

/* True where there are none to make. */
static bool make_callbacks(struct worker *worker)
{
	if (worker->options->callbacks == NULL || worker->options->callbacks->port == 0)
		return true;
	const struct callbacks_options options = {
		.loop = worker->loop,
		.settings = &worker->options->snapshot->config->callbacks,
		.port = worker->options->callbacks->port,
		.log = worker->options->log,
		.metrics = worker->options->metrics,
	};
	struct err_at at = { .err = ERR_OK };
	if (callbacks_create(&options, &worker->callbacks, &at) != ERR_OK) {
		log_write(worker->options->log, LOG_ERROR, "callbacks_refused", at.text);
		return false;
	}
	return true;
}

static bool make_accounts(struct worker *worker)
{
	const struct carrier_maker maker = {
		.loop = worker->loop,
		.log = worker->options->log,
		.metrics = worker->options->metrics,
		.nonce = worker->options->nonce,
		.worker = worker->options->index,
		.worker_count = worker->options->count,
	};
	worker->accounts = worker_accounts_create(&maker, worker->callbacks, worker->options->account_names,
						  worker->options->snapshot);
	return worker->accounts != NULL;
}

/* A critical sms is held against what holds for a notice, and goes all the same. */
static void set_protection(struct protection_options *options, const struct config_protection *config)
{
	*options = (struct protection_options){
		.quiet = {
			[SMS_CLASS_CRITICAL] = config->quiet_hours.notice,
			[SMS_CLASS_NOTICE] = config->quiet_hours.notice,
			[SMS_CLASS_MARKETING] = config->quiet_hours.marketing,
		},
		.spread_ms = config->quiet_hours.spread_ms,
		.needs_consent = config->consent,
	};
	const struct protection_limits common = {
		.day_waits = config->over_day == CONFIG_OVER_DAY_WAIT,
		.identical_ms = config->identical_ms,
	};
	for (unsigned i = 0; i < SMS_CLASS_COUNT; i++)
		options->limits[i] = common;
	struct protection_limits *notice = &options->limits[SMS_CLASS_NOTICE];
	notice->heeds_optout = config->optout.notice;
	notice->minute_max = (uint8_t)config->per_minute.notice;
	notice->day_max = (uint8_t)config->per_day.notice;
	struct protection_limits *marketing = &options->limits[SMS_CLASS_MARKETING];
	marketing->heeds_optout = config->optout.marketing;
	marketing->minute_max = (uint8_t)config->per_minute.marketing;
	marketing->day_max = (uint8_t)config->per_day.marketing;
	options->limits[SMS_CLASS_CRITICAL] = options->limits[SMS_CLASS_NOTICE];
	options->limits[SMS_CLASS_CRITICAL].is_exempt = true;
}

/* What a reload changes. */
static void set_pipeline_options(struct worker *worker, const struct snapshot *snapshot)
{
	const struct config *config = snapshot->config;
	struct pipeline_options *options = &worker->pipeline_options;
	options->routes = snapshot->routes;
	options->decode = (struct decode_options){ .country = config->country };
	options->render = (struct render_options){
		.signature = slice_of(config->signature),
		.tenants = config->tenants.signatures,
		.tenant_count = config->tenants.signature_count,
		.zone = &config->zone,
	};
	options->optout_keywords = slice_of(config->optout.keywords);
	set_protection(&options->protection, &config->protection);
	options->retry = (struct decision_options){
		.base_us = config->retry.base_us,
		.max_us = config->retry.max_us,
		.attempts_max = config->retry.attempts_max,
		.unknown_wait_us = {
			[SMS_CLASS_CRITICAL] = config->unknown_wait.critical_us,
			[SMS_CLASS_NOTICE] = config->unknown_wait.notice_us,
			[SMS_CLASS_MARKETING] = config->unknown_wait.marketing_us,
		},
	};
}

static bool make_pipeline(struct worker *worker)
{
	struct pipeline_options *options = &worker->pipeline_options;
	*options = (struct pipeline_options){
		.seed = worker->options->nonce * 31 + worker->options->index,
		.metrics = worker->options->metrics,
		.crumb = worker->options->crumb,
		.budgets = worker->options->snapshot->config->tenants.budgets,
		.budget_count = worker->options->snapshot->config->tenants.budget_count,
		.env = { .now = now_of_loop, .fresh = fresh_of_loop, .ctx = worker, .log = worker->options->log },
	};
	options->accounts = worker_accounts_first(worker->accounts, &options->account_count);
	set_pipeline_options(worker, worker->options->snapshot);
	worker->pipeline = pipeline_create(worker->store, options);
	return worker->pipeline != NULL;
}

/* -- status -- */

static void count_store(struct worker *worker, struct now now)
{
	struct metrics *metrics = worker->options->metrics;
	const struct redis_store_gauges *gauges = redis_store_gauges(worker->store);
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		wall_ms oldest = (wall_ms)gauges->lane_oldest_ms[lane];
		int64_t age_ms = oldest != 0 && now.wall > oldest ? now.wall - oldest : 0;
		metrics_set_at(metrics, METRIC_QUEUE_DEPTH, lane, (int64_t)gauges->lane_length[lane]);
		metrics_set_at(metrics, METRIC_QUEUE_AGE, lane, age_ms * US_PER_MS);
	}
	metrics_set(metrics, METRIC_LATER_DEPTH, (int64_t)gauges->later_length);
	metrics_set(metrics, METRIC_DEAD_DEPTH, (int64_t)gauges->dead_length);
	metrics_set(metrics, METRIC_STORE_FULL, gauges->is_full);
	metrics_set(metrics, METRIC_DRIFT, gauges->balance.drift);
	metrics_set(metrics, METRIC_REDIS_MEMORY, (int64_t)gauges->memory_used);
	metrics_set(metrics, METRIC_REDIS_MEMORY_MAX, (int64_t)gauges->memory_max);
	metrics_set(metrics, METRIC_EVENTS_DEPTH, (int64_t)gauges->events_length);
	metrics_set(metrics, METRIC_EVENTS_AGE, (int64_t)gauges->events_oldest_ms * US_PER_MS);
	metrics_set(metrics, METRIC_EVENTS_HELD, gauges->events_held_by[0] != '\0');
	metrics_count(metrics, METRIC_EVENTS_TRIMMED, 0, gauges->events_trimmed);
	metrics_count(metrics, METRIC_LEGACY_MOVED, 0, gauges->legacy_moved);
	metrics_set(metrics, METRIC_HELD_DEPTH, (int64_t)gauges->held_length);
	metrics_count(metrics, METRIC_STORE_RECONNECTS, 0, gauges->reconnects);
	metrics_count(metrics, METRIC_ENTRIES_ADOPTED, 0, gauges->adopted);
	metrics_count(metrics, METRIC_FENCES, 0, gauges->fences);
	metrics_count(metrics, METRIC_VANISHED, 0, gauges->vanished);
	metrics_count(metrics, METRIC_LATE_SETTLED, 0, gauges->late);
	metrics_set(metrics, METRIC_LOOP_LAG, loop_take_longest_turn(worker->loop));
}

static void publish(struct worker *worker, struct now now)
{
	const struct pipeline_gauges *gauges = pipeline_gauges(worker->pipeline);
	bool is_due = now.mono - worker->status_at >= STATUS_INTERVAL_US;
	/* What a probe asks about is told at once, the rest ten times a second at most. */
	if (!is_due && gauges->version == worker->status.gauges.version)
		return;
	worker->status_at = now.mono;
	if (is_due)
		count_store(worker, now);
	pipeline_look(worker->pipeline, now.mono);
	pthread_mutex_lock(&worker->lock);
	worker->status.gauges = *gauges;
	worker->status.store = *redis_store_gauges(worker->store);
	pthread_mutex_unlock(&worker->lock);
}

void worker_read_status(struct worker *worker, struct worker_status *out)
{
	pthread_mutex_lock(&worker->lock);
	*out = worker->status;
	pthread_mutex_unlock(&worker->lock);
}

/* -- the thread -- */

static void turn(void *ctx, struct now now)
{
	struct worker *worker = ctx;
	metrics_add(worker->options->metrics, METRIC_TURNS, 1);
	if (worker->is_drained)
		return;
	worker_accounts_turn(worker->accounts, redis_store_gauges(worker->store));
	pipeline_turn(worker->pipeline, now);
	publish(worker, now);
}

static mono_us next_deadline(void *ctx)
{
	struct worker *worker = ctx;
	return worker->is_drained ? INT64_MAX : pipeline_next_deadline(worker->pipeline);
}

static void reload(struct worker *worker)
{
	struct snapshot *snapshot = atomic_exchange(&worker->reload, NULL);
	if (snapshot != NULL && !pipeline_gauges(worker->pipeline)->is_draining) {
		/* First the routes: what has to leave an account must find the new ones. The former snapshot, which the
		 * pipeline's options point to, is let go of by the accounts. */
		set_pipeline_options(worker, snapshot);
		pipeline_configure(worker->pipeline, &worker->pipeline_options);
		worker_accounts_follow(worker->accounts, snapshot);
		/* Those that are new are there before anything that the routes give to them is read, or a drain begins. */
		worker_accounts_turn(worker->accounts, redis_store_gauges(worker->store));
	}
	snapshot_release(snapshot);
}

static void follow(struct worker *worker)
{
	const struct catalogue *catalogue = atomic_exchange(&worker->catalogue, NULL);
	if (catalogue != NULL && !pipeline_follow(worker->pipeline, catalogue))
		log_write(worker->options->log, LOG_ERROR, "templates_error",
			  "out of memory: a worker goes on with the templates that it has until others are published");
	catalogue_release(catalogue);
}

static void on_wake(void *ctx)
{
	struct worker *worker = ctx;
	reload(worker);
	follow(worker);
	if (worker->options->orders != NULL && !worker->is_drained)
		order_desk_pass(worker->options->orders, worker->store);
	int64_t grace = atomic_exchange(&worker->drain_grace_us, -1);
	if (grace >= 0 && !worker->is_drained)
		pipeline_drain(worker->pipeline, grace);
}

static void on_callbacks_stopped(void *ctx)
{
	struct worker *worker = ctx;
	loop_stop(worker->loop);
}

static void on_drained(void *ctx)
{
	struct worker *worker = ctx;
	worker->is_drained = true;
	if (worker->callbacks != NULL)
		callbacks_stop(worker->callbacks, LAST_ANSWERS_US, on_callbacks_stopped, worker);
	else
		loop_stop(worker->loop);
}

static void *run(void *ctx)
{
	struct worker *worker = ctx;
	worker->member = (struct loop_member){ .turn = turn, .next_deadline = next_deadline, .ctx = worker };
	pipeline_open(worker->pipeline, on_drained, worker);
	worker_accounts_begin(worker->accounts, worker->pipeline);
	/* After carriers and store, so that what they read in a turn is worked on in the same turn. */
	loop_add(worker->loop, &worker->member);
	metrics_set(worker->options->metrics, METRIC_WORKERS, 1);
	loop_run(worker->loop);
	loop_remove(&worker->member);
	metrics_set(worker->options->metrics, METRIC_WORKERS, 0);
	worker->options->on_done(worker->options->ctx);
	return NULL;
}

static void destroy(struct worker *worker)
{
	pipeline_destroy(worker->pipeline);
	worker_accounts_destroy(worker->accounts);
	callbacks_destroy(worker->callbacks);
	snapshot_release(atomic_exchange(&worker->reload, NULL));
	catalogue_release(atomic_exchange(&worker->catalogue, NULL));
	if (worker->store != NULL)
		worker->store->ops->destroy(worker->store);
	loop_destroy(worker->loop);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
}

struct worker *worker_start(const struct worker_options *options)
{
	struct worker *worker = calloc(1, sizeof *worker);
	if (worker == NULL)
		return NULL;
	worker->options = options;
	atomic_init(&worker->drain_grace_us, -1);
	atomic_init(&worker->reload, NULL);
	atomic_init(&worker->catalogue, NULL);
	CHECK(pthread_mutex_init(&worker->lock, NULL) == 0);
	worker->loop = loop_create();
	if (worker->loop != NULL) {
		loop_on_wake(worker->loop, on_wake, worker);
		make_store_options(worker);
		worker->store = redis_store_create(worker->loop, &worker->store_options);
	}
	bool made = worker->store != NULL && make_callbacks(worker) && make_accounts(worker) && make_pipeline(worker);
	if (made && pthread_create(&worker->thread, NULL, run, worker) == 0)
		return worker;
	destroy(worker);
	return NULL;
}

void worker_drain(struct worker *worker, mono_us grace_us)
{
	atomic_store(&worker->drain_grace_us, grace_us);
	loop_wake(worker->loop);
}

void worker_reload(struct worker *worker, struct snapshot *snapshot)
{
	/* One that was not followed yet is overtaken. */
	snapshot_release(atomic_exchange(&worker->reload, snapshot_hold(snapshot)));
	loop_wake(worker->loop);
}

void worker_follow(struct worker *worker, const struct catalogue *catalogue)
{
	catalogue_release(atomic_exchange(&worker->catalogue, catalogue_hold(catalogue)));
	loop_wake(worker->loop);
}

void worker_wake(struct worker *worker)
{
	loop_wake(worker->loop);
}

void worker_join(struct worker *worker)
{
	pthread_join(worker->thread, NULL);
	destroy(worker);
}
