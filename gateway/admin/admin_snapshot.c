/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/admin_snapshot.h"

#include "metrics/metrics.h"
#include "model/closing.h"
#include "model/outcome.h"

/* The blocks' values of one sample: added up, or the largest. */
struct blocks {
	const struct metrics *const *at;
	unsigned count;
};

static uint64_t sum(const struct blocks *blocks, enum metric metric, unsigned index, unsigned second)
{
	uint64_t total = 0;
	for (unsigned i = 0; i < blocks->count; i++)
		total += (uint64_t)metrics_value(blocks->at[i], metric, index, second);
	return total;
}

static int64_t largest(const struct blocks *blocks, enum metric metric, unsigned index)
{
	int64_t most = 0;
	for (unsigned i = 0; i < blocks->count; i++) {
		int64_t value = metrics_value(blocks->at[i], metric, index, 0);
		most = value > most ? value : most;
	}
	return most;
}

static uint64_t sum_accounts(const struct blocks *blocks, enum metric metric, unsigned account_count)
{
	uint64_t total = 0;
	for (unsigned account = 0; account < account_count; account++)
		total += sum(blocks, metric, account, 0);
	return total;
}

static void count_totals(struct admin_totals *totals, const struct blocks *blocks, unsigned account_count)
{
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		totals->read += sum(blocks, METRIC_ENTRIES_READ, lane, 0);
	totals->begun = sum(blocks, METRIC_ENTRIES_BEGUN, 0, 0);
	totals->accepted = sum(blocks, METRIC_CLOSINGS, CLOSING_ACCEPTED, 0);
	totals->expired = sum(blocks, METRIC_CLOSINGS, CLOSING_EXPIRED, 0);
	totals->suppressed = sum(blocks, METRIC_CLOSINGS, CLOSING_SUPPRESSED, 0);
	totals->duplicate = sum(blocks, METRIC_CLOSINGS, CLOSING_DUPLICATE, 0);
	totals->dead = sum(blocks, METRIC_CLOSINGS, CLOSING_DEAD, 0);
	totals->later = sum(blocks, METRIC_LATER, 0, 0);
	totals->intents_found = sum(blocks, METRIC_INTENTS_FOUND, 0, 0);
	totals->retries = sum_accounts(blocks, METRIC_RETRIES, account_count);
	totals->ambiguous_resends = sum_accounts(blocks, METRIC_AMBIGUOUS_RESENDS, account_count);
	totals->late_answers = sum_accounts(blocks, METRIC_LATE_ANSWERS, account_count);
}

void admin_snapshot_count(struct admin_snapshot *out, const struct metrics *const blocks[], unsigned count)
{
	struct blocks all = { blocks, count };
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		out->lanes[lane].length = (uint64_t)largest(&all, METRIC_QUEUE_DEPTH, lane);
		out->lanes[lane].oldest_us = largest(&all, METRIC_QUEUE_AGE, lane);
	}
	out->later = (uint64_t)largest(&all, METRIC_LATER_DEPTH, 0);
	out->dead = (uint64_t)largest(&all, METRIC_DEAD_DEPTH, 0);
	out->held = (uint64_t)largest(&all, METRIC_HELD_DEPTH, 0);
	out->workers = (unsigned)sum(&all, METRIC_WORKERS, 0, 0);
	out->is_redis_full = largest(&all, METRIC_STORE_FULL, 0) != 0;
	out->redis_reconnects = sum(&all, METRIC_STORE_RECONNECTS, 0, 0);
	out->totals = (struct admin_totals){ 0 };
	count_totals(&out->totals, &all, metrics_label_count(blocks[0], METRIC_LABEL_ACCOUNT));
}

void admin_tenant_count(struct admin_tenant *out, unsigned tenant, const struct metrics *const blocks[], unsigned count)
{
	struct blocks all = { blocks, count };
	out->used = (double)largest(&all, METRIC_TENANT_BUDGET, tenant) / US_PER_S; /* in millionths, as times are */
	out->deferred = sum(&all, METRIC_TENANT_DEFERRED, tenant, 0);
}

void admin_account_count(struct admin_account *out, unsigned account, const struct metrics *const blocks[],
			 unsigned count)
{
	struct blocks all = { blocks, count };
	out->links_up = (unsigned)sum(&all, METRIC_LINKS_UP, account, 0);
	out->window_used = (unsigned)sum(&all, METRIC_WINDOW_USED, account, 0);
	out->window_total = (unsigned)sum(&all, METRIC_WINDOW_TOTAL, account, 0);
	out->index = account;
	out->is_failing = largest(&all, METRIC_ACCOUNT_FAILING, account) != 0;
	out->breaker = (enum breaker_state)largest(&all, METRIC_ACCOUNT_BREAKER, account);
	out->parked = (uint64_t)largest(&all, METRIC_PARKED, account);
	out->submits = sum(&all, METRIC_SUBMITS, account, 0);
	out->sent = (uint64_t)largest(&all, METRIC_ACCOUNT_SENT, account);
	out->accepted = sum(&all, METRIC_OUTCOMES, account, OUTCOME_ACCEPTED);
	out->throttled = sum(&all, METRIC_OUTCOMES, account, OUTCOME_THROTTLED);
	out->rejected = sum(&all, METRIC_OUTCOMES, account, OUTCOME_REJECTED);
	out->temporary = sum(&all, METRIC_OUTCOMES, account, OUTCOME_TEMPORARY);
	out->unknown = sum(&all, METRIC_OUTCOMES, account, OUTCOME_UNKNOWN);
	/* A worker may still have a link that the carrier does not refuse: then alerts get through. */
	if (out->links_up != 0)
		out->state = ADMIN_ACCOUNT_UP;
	else if (largest(&all, METRIC_ACCOUNT_REFUSED, account) != 0)
		out->state = ADMIN_ACCOUNT_REFUSED;
	else
		out->state = ADMIN_ACCOUNT_DOWN;
}
