/* SPDX-License-Identifier: Apache-2.0 */

/* Tokens of accounts' rates are lent by Redis, so that all gateways together keep to them (lua/lease.lua). What is lost with
 * a connection is not asked for again: the tokens are lent to nobody, and the pipeline asks anew. */

#include "base/check.h"
#include "store/redis_store_inner.h"

#define IDLE_US    (40 * US_PER_MS)  /* an account that rested has so much of its rate at once */
#define AHEAD_US   (100 * US_PER_MS) /* nobody is lent what begins later */
#define REFUSED_US (100 * US_PER_MS) /* asked again after an answer that is none */

static void on_leased(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	struct store_grant grants[STORE_LEASES_MAX];
	unsigned count = store->leasing;
	if (reply == NULL) {
		store->lease_was_lost = true;
		return;
	}
	store->leasing = 0;
	bool is_good = !store_script_failed(store, reply) && reply->type == REPLY_ARRAY && reply->count == count;
	for (unsigned i = 0; i < count; i++) {
		const struct reply *grant = is_good ? reply_at(reply, i) : NULL;
		grants[i] = (struct store_grant){ .wait_us = REFUSED_US };
		if (grant == NULL || grant->type != REPLY_ARRAY || grant->count != 3)
			continue;
		grants[i].count = (uint32_t)grant->elements[0]->integer;
		grants[i].delay_us = grant->elements[1]->integer;
		grants[i].wait_us = grant->elements[2]->integer;
	}
	store->events->on_leased(store->ctx, grants, count);
}

bool store_lease(struct store *base, const struct store_lease *asks, unsigned count)
{
	struct redis_store *store = (struct redis_store *)base;
	CHECK(count > 0 && count <= STORE_LEASES_MAX && store->leasing == 0);
	if (store->phase != PHASE_READY || store->is_paused)
		return false;
	struct command *command = &store->scratch;
	store_call_begin_script(store, command, SCRIPT_LEASE, 1);
	store_put_key(store, command, KEY_PACE);
	command_int(command, IDLE_US);
	command_int(command, AHEAD_US);
	for (unsigned i = 0; i < count; i++) {
		command_word(command, asks[i].account);
		command_int(command, asks[i].rate_per_s);
		command_int(command, asks[i].count);
	}
	store->leasing = count;
	if (!redis_link_send(store->main, command_octets(command), 0, on_leased, store))
		store->leasing = 0;
	return store->leasing != 0;
}

void store_lease_turn(struct redis_store *store)
{
	if (!store->lease_was_lost)
		return;
	store->lease_was_lost = false;
	unsigned count = store->leasing;
	store->leasing = 0;
	store->events->on_leased(store->ctx, NULL, count);
}
