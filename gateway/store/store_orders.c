/* SPDX-License-Identifier: Apache-2.0 */

/* What operators want of accounts (`hongyan accounts`) is looked at often enough that it holds everywhere within a
 * second, and is noted for all gateways where one of them is told. */

#include "store/orders.h"
#include "store/redis_store_inner.h"

#define LOOK_INTERVAL_US (250 * US_PER_MS)

static void on_orders(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	struct redis_store_gauges *gauges = &store->gauges;
	store->is_asking_orders = false;
	if (reply == NULL || reply->type != REPLY_ARRAY)
		return; /* the next look will tell; what was ordered stays so */
	static _Thread_local struct account_order orders[STORE_ORDERS_MAX];
	unsigned count = 0;
	memset(orders, 0, sizeof orders);
	for (size_t i = 0; i + 1 < reply->count; i += 2)
		account_order_read(reply_text_at(reply, i), reply_text_at(reply, i + 1), orders, &count,
				   STORE_ORDERS_MAX);
	bool is_known = gauges->orders_version > 0;
	if (is_known && count == gauges->order_count && memcmp(orders, gauges->orders, sizeof orders) == 0)
		return;
	memcpy(gauges->orders, orders, sizeof orders);
	gauges->order_count = count;
	gauges->orders_version++;
}

void store_orders(struct redis_store *store, mono_us now)
{
	if (store->is_asking_orders || now < store->next_orders)
		return;
	struct command *command = &store->scratch;
	command_begin(command);
	command_word(command, "HGETALL");
	store_put_key(store, command, KEY_ACCOUNTS);
	store->is_asking_orders = redis_link_send(store->main, command_octets(command), 0, on_orders, store);
	store->next_orders = now + LOOK_INTERVAL_US;
}

static void on_changed(void *ctx, const struct reply *reply)
{
	struct redis_store_order *order = ctx;
	struct redis_store *store = (struct redis_store *)order->store;
	struct account_answer answer;
	struct err_at why = { .err = ERR_OK };
	if (reply == NULL) {
		err_at_set(&why, ERR_IO, 0, NULL, "the connection to Redis broke before it answered");
	} else if (store_script_failed(store, reply)) {
		err_at_set(&why, ERR_FORMAT, 0, NULL, "Redis refuses: %.*s", SLICE_ARG(reply->text));
	} else if (!orders_read(&order->change, reply, &answer)) {
		reply_of_other_form(&why);
	} else {
		store->next_orders = 0; /* here it holds at once */
		order->done(order, &answer, &why);
		return;
	}
	order->done(order, NULL, &why);
}

bool redis_store_order(struct store *base, struct redis_store_order *order)
{
	struct redis_store *store = (struct redis_store *)base;
	if (store->phase != PHASE_READY)
		return false;
	struct command *command = &store->scratch;
	store_call_begin_script(store, command, SCRIPT_ORDER, 1);
	store_put_key(store, command, KEY_ACCOUNTS);
	orders_put(command, &order->change);
	order->store = base;
	return redis_link_send(store->main, command_octets(command), 0, on_changed, order);
}
