/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/admin_backlog.h"

#include "metrics/metrics.h"

#include <stdlib.h>

#define MILLIONTHS 1e6

bool admin_backlog_init(struct admin_backlog *backlog, unsigned account_count)
{
	/* One more, so that none is no special case. */
	backlog->trends = calloc((size_t)account_count + 1, sizeof *backlog->trends);
	backlog->accounts = calloc((size_t)account_count + 1, sizeof *backlog->accounts);
	backlog->account_count = account_count;
	if (backlog->trends != NULL && backlog->accounts != NULL)
		return true;
	admin_backlog_fini(backlog);
	return false;
}

void admin_backlog_fini(struct admin_backlog *backlog)
{
	free(backlog->trends);
	free(backlog->accounts);
	*backlog = (struct admin_backlog){ .trends = NULL };
}

/* -- metrics -- */

/* value: negative = not known. */
static void set(struct metrics *metrics, enum metric metric, unsigned index, double value)
{
	metrics_set_at(metrics, metric, index, value < 0 ? METRIC_NOT_KNOWN : (int64_t)(value * MILLIONTHS));
}

static double or_unknown(const struct trend_rates *rates, double per_s)
{
	return rates->is_known ? per_s : -1;
}

static void set_lane(struct metrics *metrics, unsigned lane, const struct admin_outlook *seen)
{
	set(metrics, METRIC_QUEUE_RATE, lane, or_unknown(&seen->rates, seen->rates.left_per_s));
	set(metrics, METRIC_QUEUE_ADDED_RATE, lane, or_unknown(&seen->rates, seen->rates.added_per_s));
	set(metrics, METRIC_QUEUE_ETA, lane, seen->forecast.eta_s);
}

static void set_account(struct metrics *metrics, unsigned index, const struct admin_outlook *seen)
{
	metrics_set_at(metrics, METRIC_ACCOUNT_WAITING, index, (int64_t)seen->waiting);
	set(metrics, METRIC_ACCOUNT_RATE, index, or_unknown(&seen->rates, seen->rates.left_per_s));
	set(metrics, METRIC_ACCOUNT_ETA, index, seen->forecast.eta_s);
}

/* -- lanes -- */

static void note_lane(struct admin_backlog *backlog, unsigned lane, const struct admin_snapshot *snapshot, mono_us now)
{
	const struct balance *balance = &snapshot->balance;
	struct trend *trend = &backlog->lanes[lane];
	uint64_t waiting = balance->waiting[lane];
	uint64_t added = lane < BALANCE_ADDED_COUNT ? balance->added[lane] : balance->ready_added;
	/* Where the store has not been asked anew it is the look of before, and passed over. What it says of a stream that was made by
	 * hand is no reason to count below 0. */
	if (balance->is_known)
		trend_note(trend, snapshot->balance_at, added, added > waiting ? added - waiting : 0);
	backlog->lanes_seen[lane] = (struct admin_outlook){
		.waiting = waiting,
		.rates = trend_rates(trend, now),
		.forecast = outlook_of_queue(waiting, trend, now),
	};
	/* Nothing is known of it, not even that it is empty. */
	if (!backlog->is_fresh)
		backlog->lanes_seen[lane].forecast = (struct forecast){ OUTLOOK_UNKNOWN, -1 };
}

/* -- accounts -- */

/* Alerts in Redis are taken to have as many segments each as those in memory. */
static double segments_of(const struct admin_account *account)
{
	double each = account->waiting > 0 && account->waiting_segments > account->waiting
			      ? (double)account->waiting_segments / (double)account->waiting
			      : 1;
	return (double)account->waiting_segments + (double)account->parked * each;
}

static bool is_allowed_to_send(const struct admin_account *account)
{
	return account->state == ADMIN_ACCOUNT_UP && account->breaker != BREAKER_OPEN &&
	       (account->order == NULL || account->order->stance == ACCOUNT_RUNS);
}

/* Segments a second that it gets rid of while it has any; negative = nobody knows. Before that was seen for long enough, an account
 * that may send does so at its tps. */
static double pace_of(const struct admin_account *account, const struct trend *busy, mono_us now)
{
	struct trend_rates rates = trend_rates(busy, now);
	if (!rates.is_known && (account->tps == 0 || !is_allowed_to_send(account)))
		return -1;
	if (!rates.is_known || (account->tps > 0 && rates.left_per_s > account->tps))
		return account->tps;
	return rates.left_per_s;
}

static void note_account(struct admin_backlog *backlog, const struct admin_account *account, mono_us now)
{
	struct admin_account_trend *trends = &backlog->trends[account->index];
	double segments = segments_of(account);
	if (segments <= 0) {
		trend_forget(&trends->own_busy);
		trend_forget(&trends->all_busy);
	}
	/* What is refused for now comes again. */
	uint64_t done = account->accepted + account->rejected;
	trend_note(&trends->own, now, done, done);
	trend_note(&trends->own_busy, now, done, done);
	/* What the store said before it went away is no standstill; nor has it said anything where it is 0. */
	if (backlog->is_fresh && account->sent > 0) {
		trend_note(&trends->all, now, account->sent, account->sent);
		trend_note(&trends->all_busy, now, account->sent, account->sent);
	}
	struct forecast forecast = { OUTLOOK_UNKNOWN, -1 };
	if (account->parked == 0)
		forecast = outlook_of_heap(segments, pace_of(account, &trends->own_busy, now));
	else if (backlog->is_fresh)
		forecast = outlook_of_heap(segments, pace_of(account, &trends->all_busy, now));
	backlog->accounts[account->index] = (struct admin_outlook){
		.waiting = account->waiting + account->parked,
		.rates = trend_rates(&trends->own, now),
		.all_rates = trend_rates(&trends->all, now),
		.forecast = forecast,
	};
}

void admin_backlog_note(struct admin_backlog *backlog, const struct admin_snapshot *snapshot, mono_us now,
			struct metrics *metrics)
{
	/* A worker's turn may be later than ours. */
	mono_us lanes_now = snapshot->balance_at > now ? snapshot->balance_at : now;
	backlog->is_fresh = snapshot->balance.is_known && lanes_now - snapshot->balance_at < TREND_GAP_US;
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		note_lane(backlog, lane, snapshot, lanes_now);
		set_lane(metrics, lane, &backlog->lanes_seen[lane]);
	}
	/* An account that is listed no more has nothing that waits, nor a rate. */
	for (unsigned i = 0; i < backlog->account_count; i++)
		backlog->accounts[i] = (struct admin_outlook){ .forecast = { OUTLOOK_EMPTY, 0 } };
	for (unsigned i = 0; i < snapshot->account_count; i++) {
		if (snapshot->accounts[i].index < backlog->account_count)
			note_account(backlog, &snapshot->accounts[i], now);
	}
	for (unsigned i = 0; i < backlog->account_count; i++)
		set_account(metrics, i, &backlog->accounts[i]);
}

void admin_backlog_fill(const struct admin_backlog *backlog, struct admin_snapshot *out)
{
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		/* Fresher than the gauge of the same name, and what the outlook is about. */
		if (backlog->is_fresh)
			out->lanes[lane].length = backlog->lanes_seen[lane].waiting;
		out->lanes[lane].outlook = backlog->lanes_seen[lane];
	}
	out->account_outlooks = backlog->accounts;
	out->account_outlook_count = backlog->account_count;
}
