/* SPDX-License-Identifier: Apache-2.0 */
#include "app/order_desk.h"

#include "base/check.h"

#include <stdio.h>

/* A place goes FREE → ASKED (main thread) → PASSED → ANSWERED (worker) → FREE (main thread). */

void order_desk_init(struct order_desk *desk, void (*on_answer)(void *ctx), void *ctx)
{
	*desk = (struct order_desk){ .on_answer = on_answer, .ctx = ctx };
	CHECK(pthread_mutex_init(&desk->lock, NULL) == 0);
	for (unsigned i = 0; i < ORDER_DESK_PLACES; i++)
		desk->places[i].desk = desk;
}

void order_desk_fini(struct order_desk *desk)
{
	pthread_mutex_destroy(&desk->lock);
}

/* A place in that phase, which it leaves for another one; NULL where there is none. */
static struct order_desk_place *take(struct order_desk *desk, unsigned from, unsigned to)
{
	struct order_desk_place *found = NULL;
	pthread_mutex_lock(&desk->lock);
	for (unsigned i = 0; found == NULL && i < ORDER_DESK_PLACES; i++) {
		if (desk->places[i].phase != from)
			continue;
		found = &desk->places[i];
		found->phase = to;
	}
	pthread_mutex_unlock(&desk->lock);
	return found;
}

static void enter(struct order_desk_place *place, unsigned phase)
{
	pthread_mutex_lock(&place->desk->lock);
	place->phase = phase;
	pthread_mutex_unlock(&place->desk->lock);
}

static void answered(struct order_desk_place *place, bool is_noted, const struct err_at *why)
{
	struct order_desk *desk = place->desk;
	place->is_noted = is_noted;
	place->why = *why;
	enter(place, ORDER_ANSWERED);
	desk->on_answer(desk->ctx);
}

static void on_done(struct redis_store_order *order, const struct account_answer *answer, const struct err_at *why)
{
	struct order_desk_place *place =
		(struct order_desk_place *)(void *)((char *)order - offsetof(struct order_desk_place, order));
	if (answer != NULL)
		place->answer = *answer;
	answered(place, answer != NULL, why);
}

static void on_optout(struct redis_store_optout *order, const struct optout_answer *answer, const struct err_at *why)
{
	struct order_desk_place *place =
		(struct order_desk_place *)(void *)((char *)order - offsetof(struct order_desk_place, optout));
	if (answer != NULL)
		place->optout_answer = *answer;
	answered(place, answer != NULL, why);
}

static void fill(struct order_desk_place *place, const struct account_change *change)
{
	snprintf(place->account, sizeof place->account, "%s", change->account);
	snprintf(place->who, sizeof place->who, "%s", change->who);
	snprintf(place->reason, sizeof place->reason, "%s", change->reason);
	place->is_optout = false;
	place->order = (struct redis_store_order){ .change = *change, .done = on_done };
	place->order.change.account = place->account;
	place->order.change.who = place->who;
	place->order.change.reason = place->reason;
}

bool order_desk_put(struct order_desk *desk, const struct account_change *change, order_desk_on_done *done,
		    void *done_ctx)
{
	/* Only the main thread frees places and takes them, so that none is taken twice; it is filled before it is seen. */
	struct order_desk_place *place = take(desk, ORDER_FREE, ORDER_FREE);
	if (place == NULL)
		return false;
	fill(place, change);
	place->done = done;
	place->done_ctx = done_ctx;
	enter(place, ORDER_ASKED);
	return true;
}

bool order_desk_put_optout(struct order_desk *desk, const struct optout_order *order, order_desk_on_optout *done,
			   void *done_ctx)
{
	struct order_desk_place *place = take(desk, ORDER_FREE, ORDER_FREE);
	if (place == NULL)
		return false;
	snprintf(place->who, sizeof place->who, "%s", order->who);
	snprintf(place->reason, sizeof place->reason, "%s", order->reason);
	place->is_optout = true;
	place->optout = (struct redis_store_optout){ .order = *order, .done = on_optout };
	place->optout.order.who = place->who;
	place->optout.order.reason = place->reason;
	place->optout_done = done;
	place->done_ctx = done_ctx;
	enter(place, ORDER_ASKED);
	return true;
}

static void pass(struct order_desk_place *place, struct store *store)
{
	struct err_at why = { .err = ERR_OK };
	if (place->is_optout ? redis_store_optout(store, &place->optout) : redis_store_order(store, &place->order))
		return;
	err_at_set(&why, ERR_CLOSED, 0, NULL, "Redis cannot be reached now");
	answered(place, false, &why);
}

void order_desk_pass(struct order_desk *desk, struct store *store)
{
	struct order_desk_place *place;
	while ((place = take(desk, ORDER_ASKED, ORDER_PASSED)) != NULL)
		pass(place, store);
}

void order_desk_tell(struct order_desk *desk)
{
	struct order_desk_place *place;
	/* PASSED meanwhile: nobody else looks at it, and what is asked for within done gets another place. */
	while ((place = take(desk, ORDER_ANSWERED, ORDER_PASSED)) != NULL) {
		if (place->is_optout)
			place->optout_done(place->done_ctx, place->is_noted ? &place->optout_answer : NULL,
					   &place->why);
		else
			place->done(place->done_ctx, place->is_noted ? &place->answer : NULL, &place->why);
		enter(place, ORDER_FREE);
	}
}
