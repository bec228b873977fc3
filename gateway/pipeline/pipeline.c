/* SPDX-License-Identifier: Apache-2.0 */

/* The life of a worker's pipeline: open → turns → drain → drained. The drain stops reading, lets go of what was not
 * begun (it is pending under our name, and taken over by whoever comes next), waits for answers, settles, closes the
 * carriers, settles what that brought, and signs off from the store. */

#include "pipeline/pipeline.h"

#include "base/check.h"
#include "pipeline/pipeline_inner.h"

#include <stdio.h>
#include <stdlib.h>

#define PARCELS_MAX    4096
#define MEMORY_NUMBERS 65536 /* numbers of other carriers that are remembered */
#define PARCELS_MIN    256   /* of narrow accounts: what is read at once should be worth a READ */
#define STORE_GRACE_US (2 * US_PER_S)

/* -- the store's upcalls that are about state -- */

static void on_store_state(void *ctx, bool is_up, const char *reason)
{
	struct pipeline *pipeline = ctx;
	pipeline->gauges.store_is_up = is_up;
	store_clock_forget(&pipeline->store_clock);
	pipeline->gauges.version++;
	snprintf(pipeline->gauges.store_reason, sizeof pipeline->gauges.store_reason, "%s", reason);
	metrics_set(pipeline->metrics, METRIC_STORE_UP, is_up);
	struct log_line line;
	if (log_begin(&line, pipeline->log, is_up ? LOG_INFO : LOG_ERROR, is_up ? "store_up" : "store_down", reason))
		log_end(&line);
}

static void on_store_closed(void *ctx)
{
	struct pipeline *pipeline = ctx;
	struct log_line line;
	if (pipeline->begun_count > 0 &&
	    log_begin(&line, pipeline->log, LOG_WARN, "drained_in_part",
		      "some alerts that were begun could not be settled; whoever starts next takes them over")) {
		log_uint(&line, "count", pipeline->begun_count);
		log_end(&line);
	}
	pipeline->is_open = false;
	pipeline->on_drained(pipeline->drained_ctx);
}

static bool holds(void *ctx, const struct entry_key *key)
{
	const struct pipeline *pipeline = ctx;
	for (unsigned i = 0; i < pipeline->pool.count; i++) {
		const struct parcel *parcel = &pipeline->pool.parcels[i];
		if (parcel->state != PARCEL_FREE && entry_key_equal(&parcel->key, key))
			return true;
	}
	return false;
}

/* -- making and opening -- */

static unsigned parcels_wanted(const struct pipeline *pipeline)
{
	unsigned count = pipeline->options->parcel_count;
	if (count == 0)
		count = pipeline->window_total < PARCELS_MAX / 2 ? 2 * pipeline->window_total : PARCELS_MAX;
	return count < PARCELS_MIN ? PARCELS_MIN : count;
}

struct pipeline *pipeline_create(struct store *store, const struct pipeline_options *options)
{
	CHECK(options->account_count >= 1 && options->account_count <= ROUTE_ACCOUNTS_MAX);
	struct pipeline *pipeline = calloc(1, sizeof *pipeline);
	if (pipeline == NULL)
		return NULL;
	pipeline->store = store;
	pipeline->own_options = *options;
	pipeline->own_options.accounts = pipeline->account_options;
	pipeline->options = &pipeline->own_options;
	pipeline->metrics = options->metrics;
	pipeline->log = options->env.log;
	rng_seed(&pipeline->rng, options->seed);
	pipeline->next_reference = (uint16_t)rng_next(&pipeline->rng);
	budgets_set(pipeline, options->budgets, options->budget_count);
	list_init(&pipeline->beginning);
	list_init(&pipeline->settling);
	list_init(&pipeline->suspects);
	arena_init(&pipeline->foresight_arena, pipeline->foresight_block, FORESIGHT_OCTETS, FORESIGHT_OVERFLOW_OCTETS);
	for (unsigned i = 0; i < options->account_count; i++)
		pipeline_account_open(pipeline, i, &options->accounts[i]);
	unsigned count = parcels_wanted(pipeline);
	pipeline->begun_cap = count;
	pipeline->begun = calloc(count, sizeof *pipeline->begun);
	pipeline->begun_parcels = calloc(count, sizeof *pipeline->begun_parcels);
	pipeline->receipts = receipts_create(pipeline);
	pipeline->memory = route_memory_create(MEMORY_NUMBERS);
	pipeline->mos = mos_create();
	if (pipeline->begun == NULL || pipeline->begun_parcels == NULL || pipeline->receipts == NULL ||
	    pipeline->memory == NULL || pipeline->mos == NULL || parcel_pool_init(&pipeline->pool, count) != ERR_OK ||
	    !editions_follow(pipeline, options->catalogue)) {
		pipeline_destroy(pipeline);
		return NULL;
	}
	pipeline->gauges.parcels_total = count;
	metrics_set(pipeline->metrics, METRIC_PARCELS_TOTAL, count);
	return pipeline;
}

void pipeline_destroy(struct pipeline *pipeline)
{
	if (pipeline == NULL)
		return;
	CHECK(!pipeline->is_open);
	editions_end(pipeline);
	parcel_pool_fini(&pipeline->pool);
	receipts_destroy(pipeline->receipts);
	route_memory_destroy(pipeline->memory);
	mos_destroy(pipeline->mos);
	arena_fini(&pipeline->foresight_arena);
	free(pipeline->begun);
	free(pipeline->begun_parcels);
	free(pipeline);
}

void pipeline_open(struct pipeline *pipeline, void (*on_drained)(void *ctx), void *ctx)
{
	static const struct store_events store_events = {
		.on_state = on_store_state,
		.on_read = intake_on_read,
		.on_begun = dispatch_on_begun,
		.on_settled = settling_on_settled,
		.on_receipt_found = receipts_on_found,
		.on_recorded = receipts_on_recorded,
		.on_mo_recorded = mos_on_recorded,
		.holds = holds,
		.foresees = foresight_foresees,
		.on_pauses = pauses_on_pauses,
		.on_fenced = setbacks_on_fenced,
		.on_restored = setbacks_on_restored,
		.on_leased = leasing_on_leased,
		.on_unparked = parking_on_unparked,
		.on_bound = binding_on_bound,
		.on_orphans = intake_on_orphans,
		.on_adopted = intake_on_adopted,
		.on_closed = on_store_closed,
	};
	pipeline->is_open = true;
	pipeline->on_drained = on_drained;
	pipeline->drained_ctx = ctx;
	accounts_open_carriers(pipeline);
	pipeline->store->ops->open(pipeline->store, &store_events, pipeline);
}

/* -- turns -- */

static unsigned in_flight(const struct pipeline *pipeline)
{
	unsigned count = 0;
	for (unsigned i = 0; i < pipeline->account_count; i++)
		count += pipeline->accounts[i].in_flight;
	return count;
}

/* Begun but with no place in a window: surely not sent, so it goes back without a mark. */
static void put_back_begun(struct pipeline *pipeline, wall_ms now)
{
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		struct account *account = &pipeline->accounts[i];
		struct list *link = account->begun.next;
		while (link != &account->begun) {
			struct parcel *parcel = LIST_ITEM(link, struct parcel, link);
			link = link->next;
			if (parcel->outstanding > 0)
				continue;
			dispatch_release(pipeline, parcel);
			settling_later(pipeline, parcel, now);
		}
	}
}

static void drain_turn(struct pipeline *pipeline, struct now now)
{
	if (pipeline->begins_under_way == 0)
		put_back_begun(pipeline, now.wall);
	bool is_quiet = in_flight(pipeline) == 0 && pipeline->begins_under_way == 0;
	bool is_overdue = now.mono >= pipeline->drain_deadline;
	/* Receipts may come without end; and one that comes with the link's last answers could not be answered when its
	 * event is durable. */
	pipeline->refuses_receipts = is_quiet || is_overdue;
	if (!pipeline->carriers_closing &&
	    ((is_quiet && receipts_open(pipeline) + mos_open(pipeline) == 0) || is_overdue))
		accounts_close_carriers(pipeline);
	bool is_settled = pipeline->settling_count == 0 && pipeline->settles_under_way == 0;
	bool is_over = now.mono >= pipeline->drain_deadline + STORE_GRACE_US;
	if (pipeline->carriers_closing && pipeline->carriers_open == 0 && !pipeline->store_closing &&
	    ((is_settled && pipeline->begins_under_way == 0) || is_over)) {
		pipeline->store_closing = true;
		pipeline->store->ops->close(pipeline->store, STORE_GRACE_US);
	}
}

void pipeline_turn(struct pipeline *pipeline, struct now now)
{
	if (!pipeline->is_open || pipeline->store_closing)
		return;
	breaking_turn(pipeline, now.mono);
	routing_turn(pipeline, now.mono);
	binding_turn(pipeline, now.mono);
	intake_turn(pipeline, now.mono);
	poison_turn(pipeline);
	sweeping_turn(pipeline, now);
	dispatch_turn(pipeline, now);
	leasing_turn(pipeline, now);
	parking_turn(pipeline, now);
	receipts_turn(pipeline, now.mono);
	mos_turn(pipeline);
	settling_turn(pipeline, now);
	accounts_turn(pipeline, now.mono);
	if (pipeline->is_draining)
		drain_turn(pipeline, now);
	accounts_flush(pipeline);
	pipeline->store->ops->flush(pipeline->store);
	pipeline->gauges.parcels_used = pipeline->pool.count - pipeline->pool.free_count;
	metrics_set(pipeline->metrics, METRIC_PARCELS_USED, pipeline->gauges.parcels_used);
}

static mono_us least(mono_us a, mono_us b)
{
	return a < b ? a : b;
}

mono_us pipeline_next_deadline(struct pipeline *pipeline)
{
	if (!pipeline->is_open || pipeline->store_closing)
		return INT64_MAX;
	mono_us now = pipeline_now(pipeline).mono;
	mono_us deadline = least(dispatch_next_deadline(pipeline, now), settling_next_deadline(pipeline));
	deadline = least(deadline, intake_next_deadline(pipeline));
	deadline = least(deadline, receipts_next_deadline(pipeline));
	deadline = least(deadline, accounts_next_deadline(pipeline));
	deadline = least(deadline, binding_next_deadline(pipeline));
	deadline = least(deadline, breaking_next_deadline(pipeline));
	deadline = least(deadline, parking_next_deadline(pipeline, now));
	if (pipeline->is_draining) {
		mono_us end = pipeline->drain_deadline + (pipeline->carriers_closing ? STORE_GRACE_US : 0);
		deadline = least(deadline, end > now ? end : now + US_PER_MS);
	}
	return deadline;
}

/* Somebody wants the end now: what is open then is told, whoever starts next finds it in Redis. */
static void tell_cut(const struct pipeline *pipeline)
{
	struct log_line line;
	if (!log_begin(&line, pipeline->log, LOG_WARN, "drain_cut",
		       "a further signal ends the drain at once; what is not answered yet is sent again, marked"))
		return;
	log_uint(&line, "unanswered", in_flight(pipeline));
	log_uint(&line, "begun", pipeline->begun_count);
	log_uint(&line, "receipts", receipts_open(pipeline));
	log_uint(&line, "messages", mos_open(pipeline));
	log_end(&line);
}

void pipeline_drain(struct pipeline *pipeline, mono_us grace_us)
{
	mono_us now = pipeline_now(pipeline).mono;
	mono_us deadline = now + grace_us;
	if (pipeline->is_draining && grace_us == 0 && pipeline->is_open && pipeline->drain_deadline > now)
		tell_cut(pipeline);
	if (!pipeline->is_draining || deadline < pipeline->drain_deadline)
		pipeline->drain_deadline = deadline;
	if (pipeline->is_draining)
		return;
	pipeline->is_draining = true;
	pipeline->gauges.is_draining = true;
	pipeline->gauges.version++;
	log_write(pipeline->log, LOG_INFO, "drain", "no more alerts are taken; waiting for answers");
	setbacks_let_go(pipeline, LEAVE_IN_A_DRAIN);
	receipts_drain(pipeline);
}

void pipeline_configure(struct pipeline *pipeline, const struct pipeline_options *options)
{
	pipeline->own_options.routes = options->routes;
	pipeline->own_options.decode = options->decode;
	pipeline->own_options.render = options->render;
	pipeline->own_options.retry = options->retry;
	pipeline->own_options.optout_keywords = options->optout_keywords;
	pipeline->own_options.protection = options->protection;
	pipeline->quiet.is_known = false;
}

bool pipeline_follow(struct pipeline *pipeline, const struct catalogue *catalogue)
{
	return editions_follow(pipeline, catalogue);
}

const struct pipeline_gauges *pipeline_gauges(const struct pipeline *pipeline)
{
	return &pipeline->gauges;
}
