/* SPDX-License-Identifier: Apache-2.0 */

/* Accounts and their carriers: what state they are in, what operators want of them, and how they come and go while the
 * pipeline runs. An account keeps its index for ever.
 *
 *   ABSENT ── open ──► OPEN ── remove ──► LEAVING ── nothing out, or grace is over ──► CLOSING ── on_closed ──► ABSENT
 *
 * It is live, and takes submits, where its carrier is UP, it is OPEN, no operator has paused it, and it is not broken. What waits
 * on one that is not live goes another way or back into the store, as if the carrier were down. */

#include "base/check.h"
#include "pipeline/pipeline_inner.h"

#include <stdio.h>

#define CLOSE_GRACE_US    (US_PER_S / 2)
#define AGAIN_PATIENCE_US (5 * US_PER_S)
#define AGAIN_LOOK_US     (5 * US_PER_MS) /* while a token is asked for */

void accounts_judge(struct account *account)
{
	struct pipeline *pipeline = account->pipeline;
	uint64_t bit = UINT64_C(1) << account->index;
	bool is_live = account->presence == ACCOUNT_OPEN && account->state == CARRIER_UP && !account->wish.is_paused &&
		       account->breaker.state != BREAKER_OPEN;
	if (account->is_live && !is_live)
		account->down_since = pipeline_now(pipeline).mono;
	account->is_live = is_live;
	pipeline->live = is_live ? pipeline->live | bit : pipeline->live & ~bit;
	pipeline->gauges.version++;
}

static void on_state(void *ctx, enum carrier_state state, const char *reason)
{
	struct account *account = ctx;
	struct pipeline *pipeline = account->pipeline;
	if (state != account->state)
		pipeline->gauges.account_since[account->index] = pipeline_now(pipeline).mono;
	account->state = state;
	pipeline->gauges.account_states[account->index] = state;
	snprintf(pipeline->gauges.account_reasons[account->index],
		 sizeof pipeline->gauges.account_reasons[account->index], "%s", reason);
	accounts_judge(account);
	metrics_set_at(pipeline->metrics, METRIC_ACCOUNT_REFUSED, account->index, state == CARRIER_REFUSED);
	struct log_line line;
	bool is_wanted = pipeline->is_draining || account->wish.rests || account->presence != ACCOUNT_OPEN;
	enum log_level level = state == CARRIER_UP || is_wanted ? LOG_INFO
			       : state == CARRIER_DOWN          ? LOG_WARN
								: LOG_ERROR;
	const char *code = state == CARRIER_UP     ? "account_up"
			   : state == CARRIER_DOWN ? "account_down"
						   : "account_refused";
	if (log_begin(&line, pipeline->log, level, code, reason)) {
		log_text(&line, "account", slice_of(account->options->name));
		log_end(&line);
	}
}

static void on_credit(void *ctx)
{
	(void)ctx; /* the turn that follows looks at all windows */
}

/* What is begun has a claim on tokens too; it is not waited for, or under load nothing would ever go again. */
static mono_us on_again(void *ctx)
{
	struct account *account = ctx;
	mono_us now = pipeline_now(account->pipeline).mono;
	if (!account->is_live || account->congestion.paused_until - now > AGAIN_PATIENCE_US)
		return INT64_MAX;
	if (now < account->congestion.paused_until)
		return account->congestion.paused_until;
	if (lease_take(&account->lease, pipeline_fresh(account->pipeline))) {
		account->again = 0;
		return 0;
	}
	account->again = 1;
	mono_us at = lease_next_at(&account->lease, 1, account->pipeline->store_clock.way, now);
	/* One that can be asked for now is looked for in each turn anyway; where the store is away there is no hurry. */
	return at > now && at < now + AGAIN_LOOK_US ? at : now + AGAIN_LOOK_US;
}

static void on_closed(void *ctx)
{
	struct account *account = ctx;
	struct pipeline *pipeline = account->pipeline;
	CHECK(pipeline->carriers_open > 0);
	pipeline->carriers_open--;
	account->presence = ACCOUNT_ABSENT;
	account->life++;
	pipeline->account_options[account->index].carrier = NULL;
	accounts_judge(account);
}

struct carrier *accounts_carrier(const struct account *account)
{
	return account->options->carrier;
}

static void open_carrier(struct account *account)
{
	static const struct carrier_events events = {
		.on_state = on_state,
		.on_credit = on_credit,
		.on_outcome = outcomes_on_outcome,
		.on_late = outcomes_on_late,
		.on_receipt = receipts_on_receipt,
		.on_again = on_again,
		.on_mo = mos_on_mo,
		.on_closed = on_closed,
	};
	struct carrier *carrier = accounts_carrier(account);
	account->pipeline->carriers_open++;
	binding_open(account);
	carrier->ops->open(carrier, &events, account);
	if (account->wish.rests)
		carrier->ops->rest(carrier, true);
}

/* The rate in force: the contract's, or what an operator has set. */
static void set_rate(struct account *account)
{
	uint32_t rate = account->wish.has_tps ? account->wish.tps : account->options->tps;
	lease_set_rate(&account->lease, rate);
	metrics_set_at(account->pipeline->metrics, METRIC_TPS_LIMIT, account->index, rate);
}

static void init(struct pipeline *pipeline, unsigned index)
{
	struct account *account = &pipeline->accounts[index];
	pipeline->account_options[index] = (struct pipeline_account){ .name = "" };
	*account = (struct account){
		.options = &pipeline->account_options[index],
		.pipeline = pipeline,
		.index = (uint8_t)index,
		.is_gone = true,
	};
	for (unsigned lane = 0; lane < WAIT_LANES; lane++) {
		list_init(&account->lanes[lane]);
		turns_init(&account->turns[lane]);
	}
	list_init(&account->begun);
}

void pipeline_account_open(struct pipeline *pipeline, unsigned index, const struct pipeline_account *options)
{
	struct account *account = &pipeline->accounts[index];
	mono_us now = pipeline_now(pipeline).mono;
	CHECK(index < ROUTE_ACCOUNTS_MAX && options->carrier != NULL && !pipeline->carriers_closing);
	for (; pipeline->account_count <= index; pipeline->account_count++)
		init(pipeline, pipeline->account_count);
	CHECK(account->presence == ACCOUNT_ABSENT);
	pipeline->account_options[index] = *options;
	pipeline->known |= UINT64_C(1) << index;
	account->presence = ACCOUNT_OPEN;
	account->is_gone = false;
	account->state = CARRIER_DOWN;
	account->down_since = now;
	account->queued_at = now;
	congestion_init(&account->congestion);
	account->health = (struct health){ 0 };
	account->breaker = (struct breaker){ 0 };
	metrics_set_at(pipeline->metrics, METRIC_ACCOUNT_BREAKER, index, BREAKER_CLOSED);
	set_rate(account);
	pipeline->window_total += options->window_total;
	pipeline->gauges.account_states[index] = CARRIER_DOWN;
	pipeline->gauges.account_since[index] = now;
	if (pipeline->is_open)
		open_carrier(account);
}

void pipeline_account_change(struct pipeline *pipeline, unsigned index, const struct pipeline_account *options)
{
	struct account *account = &pipeline->accounts[index];
	CHECK(index < pipeline->account_count && account->presence == ACCOUNT_OPEN);
	struct carrier *carrier = account->options->carrier;
	pipeline->account_options[index] = *options;
	pipeline->account_options[index].carrier = carrier;
	set_rate(account);
	if (options->has_no_breaker)
		breaking_retry(account, pipeline_now(pipeline).mono);
}

void pipeline_account_remove(struct pipeline *pipeline, unsigned index, mono_us grace_us, bool comes_back)
{
	struct account *account = &pipeline->accounts[index];
	CHECK(index < pipeline->account_count);
	account->is_gone = !comes_back;
	pipeline->last_sweep = 0; /* what waits on it is looked at in this turn */
	if (account->presence != ACCOUNT_OPEN)
		return;
	account->presence = ACCOUNT_LEAVING;
	account->leave_deadline = pipeline_now(pipeline).mono + grace_us;
	CHECK(pipeline->window_total >= account->options->window_total);
	pipeline->window_total -= account->options->window_total;
	accounts_judge(account);
}

bool pipeline_account_is_absent(const struct pipeline *pipeline, unsigned index)
{
	return index >= pipeline->account_count || pipeline->accounts[index].presence == ACCOUNT_ABSENT;
}

bool pipeline_account_is_leaving(const struct pipeline *pipeline, unsigned index)
{
	return index >= pipeline->account_count || pipeline->accounts[index].presence != ACCOUNT_OPEN;
}

void pipeline_account_wish(struct pipeline *pipeline, unsigned index, const struct pipeline_wish *wish)
{
	struct account *account = &pipeline->accounts[index];
	CHECK(index < pipeline->account_count);
	bool is_other_rest = wish->rests != account->wish.rests;
	account->wish = *wish;
	metrics_set_at(pipeline->metrics, METRIC_ACCOUNT_PAUSED, index, wish->is_paused);
	metrics_set_at(pipeline->metrics, METRIC_ACCOUNT_DRAINED, index, wish->rests);
	set_rate(account);
	accounts_judge(account);
	pipeline->last_sweep = 0;
	struct carrier *carrier = accounts_carrier(account);
	if (is_other_rest && account->presence == ACCOUNT_OPEN && pipeline->is_open && !pipeline->carriers_closing)
		carrier->ops->rest(carrier, wish->rests);
}

bool pipeline_account_retry(struct pipeline *pipeline, unsigned index)
{
	struct account *account = &pipeline->accounts[index];
	CHECK(index < pipeline->account_count);
	breaking_retry(account, pipeline_now(pipeline).mono);
	bool may_have_links = account->presence == ACCOUNT_OPEN && pipeline->is_open && !pipeline->carriers_closing;
	if (!may_have_links || account->wish.rests)
		return false;
	struct carrier *carrier = accounts_carrier(account);
	carrier->ops->retry(carrier);
	return true;
}

/* Until when it waits, as the gauges have it. */
static mono_us again_at(const struct account *account, mono_us now)
{
	if (account->presence != ACCOUNT_OPEN || !account->pipeline->is_open || account->wish.rests)
		return 0;
	const struct carrier *carrier = accounts_carrier(account);
	mono_us rested = account->congestion.paused_until;
	if (account->breaker.state == BREAKER_OPEN && breaker_due(&account->breaker) > rested)
		rested = breaker_due(&account->breaker);
	mono_us at = account->state == CARRIER_UP ? rested : carrier->ops->again_at(carrier);
	return at > now ? at : 0;
}

const struct pipeline_gauges *pipeline_look(struct pipeline *pipeline, mono_us now)
{
	for (unsigned i = 0; i < pipeline->account_count; i++)
		pipeline->gauges.account_again_at[i] = again_at(&pipeline->accounts[i], now);
	backlog_look(pipeline);
	return &pipeline->gauges;
}

void accounts_open_carriers(struct pipeline *pipeline)
{
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		if (pipeline->accounts[i].presence == ACCOUNT_OPEN)
			open_carrier(&pipeline->accounts[i]);
	}
}

static void close_carrier(struct account *account)
{
	struct carrier *carrier = accounts_carrier(account);
	account->presence = ACCOUNT_CLOSING;
	carrier->ops->close(carrier, CLOSE_GRACE_US);
	accounts_judge(account);
}

void accounts_close_carriers(struct pipeline *pipeline)
{
	pipeline->carriers_closing = true;
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		struct account *account = &pipeline->accounts[i];
		if (account->presence == ACCOUNT_OPEN || account->presence == ACCOUNT_LEAVING)
			close_carrier(account);
	}
}

void accounts_turn(struct pipeline *pipeline, mono_us now)
{
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		struct account *account = &pipeline->accounts[i];
		if (account->presence == ACCOUNT_LEAVING && (account->in_flight == 0 || now >= account->leave_deadline))
			close_carrier(account);
	}
}

void accounts_flush(struct pipeline *pipeline)
{
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		struct carrier *carrier = accounts_carrier(&pipeline->accounts[i]);
		if (carrier != NULL)
			carrier->ops->flush(carrier);
	}
}

mono_us accounts_next_deadline(const struct pipeline *pipeline)
{
	mono_us deadline = INT64_MAX;
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		const struct account *account = &pipeline->accounts[i];
		if (account->presence == ACCOUNT_LEAVING && account->leave_deadline < deadline)
			deadline = account->in_flight == 0 ? 0 : account->leave_deadline;
	}
	return deadline;
}
