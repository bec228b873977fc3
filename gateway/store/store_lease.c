/* SPDX-License-Identifier: Apache-2.0 */

/* Tokens of accounts' rates are lent by Redis, so that all gateways together keep to them (lua/lease.lua). What is lost with
 * a connection is lent to nobody. */

#include "store/redis_store_inner.h"

#define IDLE_US    (40 * US_PER_MS)  /* an account that rested has so much of its rate at once */
#define AHEAD_US   (100 * US_PER_MS) /* nobody is lent what begins later */
#define LOWEST_US  (3 * US_PER_S)    /* who asks with a lower rate is heeded by all for so long */
#define REFUSED_US (100 * US_PER_MS) /* asked again after an answer that is none */

static void on_answer(struct redis_store *store, const struct reply *reply, unsigned count)
{
	struct store_grant grants[STORE_LEASES_MAX];
	bool is_good = reply != NULL && reply->type == REPLY_ARRAY && reply->count == count;
	for (unsigned i = 0; i < count; i++) {
		const struct reply *grant = is_good ? reply_at(reply, i) : NULL;
		grants[i] = (struct store_grant){ .wait_us = REFUSED_US };
		if (grant == NULL || grant->type != REPLY_ARRAY || grant->count != 5)
			continue;
		grants[i].count = (uint32_t)grant->elements[0]->integer;
		grants[i].delay_us = grant->elements[1]->integer;
		grants[i].wait_us = grant->elements[2]->integer;
		grants[i].rate_per_s = (uint32_t)grant->elements[3]->integer;
		grants[i].at_us = grant->elements[4]->integer;
	}
	bool was_lost = reply == NULL && !store->lease_ask.is_refused;
	store->events->on_leased(store->ctx, was_lost ? NULL : grants, count);
}

void store_lease_init(struct redis_store *store)
{
	store->lease_ask = (struct store_ask){
		.on_answer = on_answer,
		.key = KEY_PACE,
		.text = "Redis refuses to lend tokens: accounts with a rate (tps) send nothing; see to the key, or "
			"delete it",
	};
}

bool store_lease(struct store *base, const struct store_lease *asks, unsigned count)
{
	struct redis_store *store = (struct redis_store *)base;
	struct command *command = store_ask_begin(store, &store->lease_ask, count, SCRIPT_LEASE, 1);
	if (command == NULL)
		return false;
	store_put_key(store, command, KEY_PACE);
	command_int(command, IDLE_US);
	command_int(command, AHEAD_US);
	command_int(command, LOWEST_US);
	for (unsigned i = 0; i < count; i++) {
		command_word(command, asks[i].account);
		command_int(command, asks[i].rate_per_s);
		command_int(command, asks[i].count);
		command_int(command, asks[i].earliest_us);
	}
	return store_ask_send(&store->lease_ask);
}
