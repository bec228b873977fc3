/* SPDX-License-Identifier: Apache-2.0 */

/* What the admin address is told, and what it may do. */

#include "app/process_facts.h"
#include "app/serve_inner.h"

#include <stdio.h>

static void refresh(void *ctx)
{
	struct serve *serve = ctx;
	metrics_count(serve->main_metrics, METRIC_LOG_LOST, 0, atomic_load(&serve->sink.lost));
	process_facts_fill(serve->main_metrics);
}

/* The best state of all workers counts, with its reason; it is up since the first of them was, and in any other state since the
 * last came into it. */
static void fill_state(const struct serve *serve, unsigned slot, struct admin_account *account)
{
	static const enum admin_account_state states[] = {
		[CARRIER_DOWN] = ADMIN_ACCOUNT_DOWN,
		[CARRIER_UP] = ADMIN_ACCOUNT_UP,
		[CARRIER_REFUSED] = ADMIN_ACCOUNT_REFUSED,
	};
	static const unsigned ranks[] = {
		[ADMIN_ACCOUNT_DOWN] = 0,
		[ADMIN_ACCOUNT_REFUSED] = 1,
		[ADMIN_ACCOUNT_UP] = 2,
	};
	mono_us now = loop_now(serve->loop).mono;
	mono_us since = now;
	mono_us again_at = 0;
	for (unsigned i = 0; i < serve->worker_count; i++) {
		const struct pipeline_gauges *gauges = &serve->statuses[i].gauges;
		enum admin_account_state state = states[gauges->account_states[slot]];
		mono_us its_since = gauges->account_since[slot];
		mono_us its_again_at = gauges->account_again_at[slot];
		if (i == 0 || ranks[state] > ranks[account->state]) {
			account->state = state;
			account->reason = gauges->account_reasons[slot];
			since = its_since;
			again_at = its_again_at;
		} else if (state == account->state) {
			since = (state == ADMIN_ACCOUNT_UP) == (its_since < since) ? its_since : since;
			again_at = its_again_at < again_at ? its_again_at : again_at;
		}
	}
	account->for_us = since > 0 && since < now ? now - since : 0;
	account->is_failing = account->is_failing && account->state == ADMIN_ACCOUNT_UP;
	account->breaker = account->state == ADMIN_ACCOUNT_UP ? account->breaker : BREAKER_CLOSED;
	account->is_resting = again_at > now && again_at != INT64_MAX;
	account->again_us = account->is_resting ? again_at - now : 0;
}

/* row: of the list; slot: whose account it is. */
static void fill_account(struct serve *serve, unsigned row, unsigned slot)
{
	const struct config_account *config = snapshot_account(serve->snapshot, slot);
	const struct redis_store_gauges *store = &serve->statuses[0].store;
	struct admin_account *account = &serve->admin_accounts[row];
	*account = (struct admin_account){ .name = serve->slots.names[slot], .is_leaving = config == NULL };
	if (config != NULL) {
		account->tps = config->tps;
		account->links_of = config_account_links(config);
		account->protocol = config_protocol_name(config->protocol);
	}
	account->order = account_order_find(store->orders, store->order_count, account->name);
	if (account->order != NULL && account->order->has_tps)
		account->tps = account->order->tps;
	for (unsigned i = 0; i < serve->worker_count; i++) {
		account->waiting += serve->statuses[i].gauges.account_waiting[slot];
		account->waiting_segments += serve->statuses[i].gauges.account_segments[slot];
	}
	admin_account_count(account, slot, serve->blocks, serve->worker_count + 1);
	fill_state(serve, slot, account);
}

/* Those of the configuration, and such as are still leaving. */
static unsigned fill_accounts(struct serve *serve)
{
	unsigned count = 0;
	for (unsigned slot = 0; slot < ROUTE_ACCOUNTS_MAX && serve->slots.names[slot] != NULL; slot++) {
		fill_account(serve, count, slot);
		const struct admin_account *account = &serve->admin_accounts[count];
		count += !account->is_leaving || account->links_up > 0;
	}
	return count;
}

/* Budgets are those of the start, as their metrics are. */
static unsigned fill_tenants(struct serve *serve)
{
	const struct config_tenants *tenants = &serve->first_config->tenants;
	for (unsigned i = 0; i < tenants->budget_count; i++) {
		serve->admin_tenants[i] = (struct admin_tenant){
			.name = tenants->budgets[i].name,
			.segments_per_day = tenants->budgets[i].segments_per_day,
		};
		admin_tenant_count(&serve->admin_tenants[i], i, serve->blocks, serve->worker_count + 1);
	}
	return tenants->budget_count;
}

/* What the first worker sees for all of them. */
static void fill_queue(struct serve *serve, struct admin_snapshot *out)
{
	if (serve->worker_count == 0)
		return;
	const struct redis_store_gauges *gauges = &serve->statuses[0].store;
	out->balance = gauges->balance;
	out->balance_at = gauges->balance_at;
	out->redis_memory_used = gauges->memory_used;
	out->redis_memory_max = gauges->memory_max;
	out->events_length = gauges->events_length;
	out->events_oldest_us = (mono_us)gauges->events_oldest_ms * US_PER_MS;
	out->events_held_by = gauges->events_held_by;
	out->paused = gauges->paused;
	out->paused_count = gauges->paused_count;
}

/* Redis, as the workers see it. */
static void fill_store(struct serve *serve, struct admin_snapshot *out)
{
	out->is_redis_up = serve->worker_count > 0;
	out->workers_wanted = serve->worker_count;
	for (unsigned i = 0; i < serve->worker_count; i++) {
		const struct pipeline_gauges *gauges = &serve->statuses[i].gauges;
		if (serve->workers[i] != NULL)
			worker_read_status(serve->workers[i], &serve->statuses[i]);
		serve->has_begun[i] = serve->has_begun[i] || gauges->store_is_up;
		out->workers_begun += serve->has_begun[i];
		if (!gauges->store_is_up) {
			out->is_redis_up = false;
			out->redis_reason = gauges->store_reason;
		}
	}
}

void serve_snapshot(struct serve *serve, struct admin_snapshot *out)
{
	struct now now = loop_now(serve->loop);
	out->version = HONGYAN_VERSION;
	out->instance = serve->first_config->instance.name;
	out->at = now.wall;
	out->zone = &serve->config->zone;
	out->uptime_us = now.mono - serve->started.mono;
	out->is_draining = serve->stops > 0;
	out->log = (struct admin_log_level){
		.now = log_get_level(&serve->sink.log),
		.configured = serve->log_shift.configured,
		.for_us = serve->log_shift.until == INT64_MAX ? 0 : serve->log_shift.until - now.mono,
	};
	fill_store(serve, out);
	fill_queue(serve, out);
	out->templates = (struct admin_templates){
		.is_unknown = !serve->knows_templates,
		.turn = serve->templates_turn,
		.count = catalogue_count(serve->catalogue),
		.broken = serve->templates_broken,
	};
	out->accounts = serve->admin_accounts;
	out->account_count = fill_accounts(serve);
	out->tenants = serve->admin_tenants;
	out->tenant_count = fill_tenants(serve);
}

static void snapshot(void *ctx, struct admin_snapshot *out)
{
	serve_snapshot(ctx, out);
}

static void routing(void *ctx, struct admin_routing *out)
{
	const struct serve *serve = ctx;
	*out = (struct admin_routing){
		.table = serve->snapshot->routes,
		.rule_count = serve->config->route_count,
		.account_names = serve->slots.names,
		.country = serve->config->country,
		.zone = &serve->config->zone,
		.catalogue = serve->catalogue,
		.quiet_notice = &serve->config->protection.quiet_hours.notice,
		.quiet_marketing = &serve->config->protection.quiet_hours.marketing,
	};
}

static const char *token(void *ctx)
{
	const struct serve *serve = ctx;
	return serve->config->admin.token ? serve->config->admin.token : "";
}

/* The first worker does it for all. */
static bool order(void *ctx, const struct account_change *change, admin_on_ordered *done, void *done_ctx)
{
	struct serve *serve = ctx;
	if (serve->stops > 0 || serve->workers[0] == NULL || !order_desk_put(&serve->orders, change, done, done_ctx))
		return false;
	worker_wake(serve->workers[0]);
	return true;
}

static bool optout(void *ctx, const struct optout_order *wanted, admin_on_optout *done, void *done_ctx)
{
	struct serve *serve = ctx;
	if (serve->stops > 0 || serve->workers[0] == NULL ||
	    !order_desk_put_optout(&serve->orders, wanted, done, done_ctx))
		return false;
	worker_wake(serve->workers[0]);
	return true;
}

static bool reload(void *ctx, admin_on_line *tell, void *tell_ctx)
{
	return serve_reload(ctx, tell, tell_ctx);
}

static void set_log_level(void *ctx, enum log_level level, mono_us for_us)
{
	struct serve *serve = ctx;
	log_shift_set(&serve->log_shift, level, for_us, loop_now(serve->loop).mono);
}

bool serve_start_admin(struct serve *serve)
{
	struct admin_options options = {
		.host = serve->config->admin.listen.host,
		.port = serve->config->admin.listen.port,
	};
	struct admin_view view = {
		.snapshot = snapshot,
		.routing = routing,
		.refresh = refresh,
		.token = token,
		.order = order,
		.optout = optout,
		.reload = reload,
		.set_log_level = set_log_level,
		.blocks = serve->blocks,
		.block_count = serve->worker_count + 1,
		.own_block = serve->main_metrics,
		.ctx = serve,
	};
	struct err_at at = { .err = ERR_OK };
	if (admin_start(serve->loop, &options, &view, &serve->admin, &at) == ERR_OK)
		return true;
	fprintf(stderr, "%s: admin.listen: %s\n", serve->config->path, at.text);
	return false;
}
