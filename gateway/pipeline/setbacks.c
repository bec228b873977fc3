/* SPDX-License-Identifier: Apache-2.0 */

/* What was granted is granted no more: others took us for dead and have our entries, the store came back with an earlier state, or we
 * leave. What waits is let go of; what is with a carrier stays. */

#include "base/check.h"
#include "pipeline/pipeline_inner.h"

#define IN_FLIGHT_MS (15 * 60 * MS_PER_S) /* no answer takes so long, nor does its settlement */

/* What waits on a lane was never begun: it is somebody else's now, or stays pending for whoever adopts us. What we have
 * begun, and that waits here because an account refused it or its GO lay too long, is surely not sent: in a drain it goes
 * back without a mark, and with what it has been through. */
static void let_go(struct pipeline *pipeline, struct parcel *parcel, enum leave leave)
{
	dispatch_unqueue(pipeline, parcel);
	if (leave == LEAVE_RESTORED) {
		settling_give_back(pipeline, parcel);
		return;
	}
	if (leave == LEAVE_IN_A_DRAIN && parcel->begun_index != PARCEL_NOT_BEGUN && !parcel->is_in_doubt) {
		settling_later(pipeline, parcel, pipeline_now(pipeline).wall);
		return;
	}
	dispatch_forget(pipeline, parcel);
}

void setbacks_let_go(struct pipeline *pipeline, enum leave leave)
{
	poison_let_go(pipeline);
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		for (unsigned lane = 0; lane < WAIT_LANES; lane++) {
			struct list *waiting = &pipeline->accounts[i].lanes[lane];
			while (!list_empty(waiting)) {
				let_go(pipeline, LIST_ITEM(waiting->next, struct parcel, link), leave);
			}
		}
	}
}

/* What was begun and has not left on this account. */
static void void_begun(struct pipeline *pipeline, struct account *account,
		       void (*end)(struct pipeline *pipeline, struct parcel *parcel))
{
	struct list *link = account->begun.next;
	while (link != &account->begun) {
		struct parcel *parcel = LIST_ITEM(link, struct parcel, link);
		link = link->next;
		if (parcel->submitted != 0)
			continue;
		dispatch_release(pipeline, parcel);
		end(pipeline, parcel);
	}
}

/* All that is with no carrier; and no adoption is under way any more. */
static void void_unsent(struct pipeline *pipeline, enum leave leave,
			void (*end)(struct pipeline *pipeline, struct parcel *parcel))
{
	setbacks_let_go(pipeline, leave);
	pipeline->may_adopt = pipeline->is_adopting = false;
	pipeline->adopt_reserved = 0;
	for (unsigned i = 0; i < pipeline->account_count; i++)
		void_begun(pipeline, &pipeline->accounts[i], end);
}

static bool is_closed_as_accepted(const struct parcel *parcel)
{
	return parcel->state == PARCEL_SETTLING && parcel->settlement.kind == SETTLE_CLOSE &&
	       parcel->settlement.closing == CLOSING_ACCEPTED;
}

/* It left before the fence, or a late answer has just closed it; whoever took it over sends it too. The first event about it
 * must say so. */
static void mark_doubtful(struct pipeline *pipeline, struct parcel *parcel)
{
	parcel->is_ambiguous = true;
	parcel->doubts++;
	if (parcel->state != PARCEL_SETTLING)
		return;
	parcel->settlement.ambiguous = true;
	if (parcel->settlement.kind == SETTLE_LATER || parcel->settlement.kind == SETTLE_HOLD)
		parcel->settlement.state = events_state(pipeline, parcel);
	if (is_closed_as_accepted(parcel))
		parcel->settlement.event = events_closing(pipeline, parcel, CLOSING_ACCEPTED, NULL);
}

void setbacks_on_fenced(void *ctx)
{
	struct pipeline *pipeline = ctx;
	void_unsent(pipeline, LEAVE_FENCED, dispatch_forget);
	for (unsigned i = 0; i < pipeline->account_count && !pipeline->carriers_closing; i++)
		binding_fenced(&pipeline->accounts[i]);
	for (unsigned i = 0; i < pipeline->pool.count; i++) {
		struct parcel *parcel = &pipeline->pool.parcels[i];
		if (parcel->state == PARCEL_FREE)
			continue;
		parcel->is_shared = true;
		parcel->settlement.is_shared = true;
		if (parcel->submitted != 0 || is_closed_as_accepted(parcel))
			mark_doubtful(pipeline, parcel);
	}
}

/* In doubt, should this worker end before it has settled it. */
static struct settlement in_flight_as(struct pipeline *pipeline, struct parcel *parcel)
{
	struct settlement settlement = {
		.key = parcel->key,
		.origin = parcel->origin,
		.id = parcel->alert.id,
		.kind = SETTLE_LATER,
		.body = parcel->body,
		.attempt = parcel->attempts,
		.ambiguous = true,
		.due_at = pipeline_now(pipeline).wall + IN_FLIGHT_MS,
	};
	parcel->doubts++;
	settlement.state = events_state(pipeline, parcel);
	parcel->doubts--;
	return settlement;
}

void setbacks_on_restored(void *ctx)
{
	struct pipeline *pipeline = ctx;
	for (unsigned i = 0; i < pipeline->pool.count; i++) {
		struct parcel *parcel = &pipeline->pool.parcels[i];
		parcel->is_restored = parcel->settlement.is_restored = parcel->state != PARCEL_FREE;
	}
	void_unsent(pipeline, LEAVE_RESTORED, settling_give_back);
	for (unsigned i = 0; i < pipeline->pool.count; i++) {
		struct parcel *parcel = &pipeline->pool.parcels[i];
		bool is_out = parcel->state == PARCEL_BEGUN || parcel->state == PARCEL_IN_FLIGHT;
		if (!is_out || parcel->submitted == 0)
			continue;
		struct settlement settlement = in_flight_as(pipeline, parcel);
		pipeline->store->ops->reassert(pipeline->store, &settlement, 1);
		parcel->is_reclaimed = false; /* it is where nobody looks for it */
	}
	settling_flush(pipeline); /* nobody reads anything before it is there */
}
