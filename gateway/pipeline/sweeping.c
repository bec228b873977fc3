/* SPDX-License-Identifier: Apache-2.0 */

/* Sweeping: once a second what waits on the accounts' lanes is looked at, since an alert that waits for credit may run out
 * of time, and an account that is away must not keep what could go another way. */

#include "pipeline/pipeline_inner.h"

#define SWEEP_US US_PER_S

/* What an account leaves behind that is in the configuration no more is routed anew as soon as it is read again: nothing
 * brings it back to that account, so that it need not wait. */
static void make_room(struct pipeline *pipeline, const struct account *account, struct parcel *parcel, struct now now)
{
	dispatch_unqueue(pipeline, parcel);
	if (account->is_gone)
		settling_later(pipeline, parcel, now.wall);
	else
		parking_put(pipeline, parcel, now);
}

/* One alert that waits for credit: too old, another way, out of the way, or let it wait. */
static void sweep_parcel(struct pipeline *pipeline, struct account *account, struct parcel *parcel, struct now now)
{
	if (dispatch_is_stale(parcel, now.wall)) {
		dispatch_unqueue(pipeline, parcel);
		settling_close(pipeline, parcel, CLOSING_EXPIRED, "expired");
		return;
	}
	if (account->is_live)
		return;
	int other = parcel->accepted != 0 ? ROUTE_WAIT
					  : prepare_pick_account(pipeline, parcel, routing_find(pipeline, parcel));
	if (other >= 0 && other != parcel->account) {
		dispatch_unqueue(pipeline, parcel);
		if (prepare_for_account(pipeline, parcel, (unsigned)other))
			dispatch_enqueue(pipeline, parcel);
	} else if (parking_makes_room(pipeline, account, now.mono)) {
		make_room(pipeline, account, parcel, now);
	}
}

static void sweep_account(struct pipeline *pipeline, struct account *account, struct now now)
{
	for (unsigned lane = 0; lane < WAIT_LANES; lane++) {
		struct list *link = account->lanes[lane].next;
		while (link != &account->lanes[lane]) {
			struct parcel *parcel = LIST_ITEM(link, struct parcel, link);
			link = link->next;
			sweep_parcel(pipeline, account, parcel, now);
		}
	}
}

/* A sweep may come early, since an order or a reload asks for one: what left in less than a second is no pace. */
static void note_paces(struct pipeline *pipeline, mono_us now)
{
	if (now - pipeline->paced_at < SWEEP_US)
		return;
	pipeline->paced_at = now;
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		struct account *account = &pipeline->accounts[i];
		account->pace = account->left;
		account->left = 0;
	}
}

void sweeping_turn(struct pipeline *pipeline, struct now now)
{
	if (now.mono < sweeping_due(pipeline))
		return;
	pipeline->last_sweep = now.mono;
	note_paces(pipeline, now.mono);
	for (unsigned i = 0; i < pipeline->account_count; i++)
		sweep_account(pipeline, &pipeline->accounts[i], now);
}

mono_us sweeping_due(const struct pipeline *pipeline)
{
	return pipeline->last_sweep + SWEEP_US;
}
