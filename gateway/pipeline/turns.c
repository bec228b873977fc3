/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/turns.h"

#include "base/check.h"
#include "base/hash.h"
#include "pipeline/pipeline_inner.h"

#define SHARED (TURNS_FLOWS - 1)
#define FIRST  TURNS_FLOWS /* in parcel.flow: it is on the list of those that go before all else */

void turns_init(struct turns *turns)
{
	*turns = (struct turns){ .active = 0 };
	list_init(&turns->first);
	for (unsigned i = 0; i < TURNS_FLOWS; i++) {
		list_init(&turns->flows[i].sides[0]);
		list_init(&turns->flows[i].sides[1]);
	}
}

static bool is_of(const struct turns_flow *flow, uint32_t tenant)
{
	return flow->count > 0 && flow->tenant == tenant;
}

/* The flow of a tenant, or one for it. */
static unsigned flow_for(const struct turns *turns, uint32_t tenant)
{
	if (is_of(&turns->flows[turns->recent], tenant)) /* mostly there is one tenant */
		return turns->recent;
	unsigned empty = SHARED;
	for (unsigned i = 0; i < SHARED; i++) {
		if (is_of(&turns->flows[i], tenant))
			return i;
		if (turns->flows[i].count == 0 && empty == SHARED)
			empty = i;
	}
	return empty;
}

/* Notes that a parcel is of a flow; which of its two lists it goes to. */
static struct list *join(struct turns *turns, struct parcel *parcel)
{
	uint32_t tenant = hash32(HASH32_START, parcel->alert.tenant);
	unsigned at = flow_for(turns, tenant);
	struct turns_flow *flow = &turns->flows[at];
	if (flow->count++ == 0) {
		turns->active++;
		flow->tenant = tenant;
		flow->deficit = 0;
	}
	turns->recent = at == SHARED ? turns->recent : at;
	parcel->flow = (uint8_t)at;
	return &flow->sides[parcel->key.lane == LANE_READY];
}

void turns_add(struct turns *turns, struct parcel *parcel)
{
	list_push(join(turns, parcel), &parcel->turn);
}

void turns_add_first(struct turns *turns, struct parcel *parcel)
{
	parcel->flow = FIRST;
	list_push_front(&turns->first, &parcel->turn);
}

void turns_give_back(struct turns *turns, struct parcel *parcel)
{
	struct list *side = join(turns, parcel);
	struct turns_flow *flow = &turns->flows[parcel->flow];
	flow->side = parcel->key.lane == LANE_READY;
	flow->deficit += (int)dispatch_segments_missing(parcel);
	list_push_front(side, &parcel->turn);
}

static struct parcel *next_of_flow(const struct turns_flow *flow)
{
	const struct list *side = &flow->sides[flow->side];
	if (list_empty(side))
		side = &flow->sides[!flow->side];
	return LIST_ITEM(side->next, struct parcel, turn);
}

static void next_flow(struct turns *turns)
{
	do {
		turns->current = (turns->current + 1) % TURNS_FLOWS;
	} while (turns->flows[turns->current].count == 0);
	turns->flows[turns->current].deficit += TURNS_QUANTUM;
}

struct parcel *turns_next(struct turns *turns)
{
	if (!list_empty(&turns->first))
		return LIST_ITEM(turns->first.next, struct parcel, turn);
	if (turns->active == 0)
		return NULL;
	for (;;) {
		const struct turns_flow *flow = &turns->flows[turns->current];
		if (flow->count > 0) {
			struct parcel *parcel = next_of_flow(flow);
			if (turns->active == 1 || flow->deficit >= (int)dispatch_segments_missing(parcel))
				return parcel;
		}
		next_flow(turns);
	}
}

void turns_take(struct turns *turns, struct parcel *parcel)
{
	if (parcel->flow < TURNS_FLOWS) {
		struct turns_flow *flow = &turns->flows[parcel->flow];
		flow->side = parcel->key.lane != LANE_READY;
		/* Who is alone takes nothing from anybody. */
		flow->deficit = turns->active == 1 ? 0 : flow->deficit - (int)dispatch_segments_missing(parcel);
	}
	turns_remove(turns, parcel);
}

void turns_remove(struct turns *turns, struct parcel *parcel)
{
	list_remove(&parcel->turn);
	if (parcel->flow == FIRST)
		return;
	struct turns_flow *flow = &turns->flows[parcel->flow];
	CHECK(flow->count > 0);
	if (--flow->count == 0)
		turns->active--;
}
