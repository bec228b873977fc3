/* SPDX-License-Identifier: Apache-2.0 */

/* What operators want of accounts (`hongyan accounts`) is looked at often enough that it holds everywhere within a
 * second. */

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
