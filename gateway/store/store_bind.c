/* SPDX-License-Identifier: Apache-2.0 */

/* The links that an account permits are shared out by Redis (lua/bind.lua). An answer that is lost is asked for again; what it
 * granted counts as taken meanwhile. */

#include "base/check.h"
#include "store/redis_store_inner.h"

static void on_bound(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	unsigned links[STORE_LEASES_MAX];
	unsigned count = store->binding;
	if (reply == NULL) {
		store->bind_was_lost = true;
		return;
	}
	store->binding = 0;
	bool is_good = !store_script_failed(store, reply) && reply->type == REPLY_ARRAY && reply->count == count;
	for (unsigned i = 0; i < count && is_good; i++)
		links[i] = (unsigned)reply->elements[i]->integer;
	store->events->on_bound(store->ctx, is_good ? links : NULL, count);
}

bool store_bind(struct store *base, const struct store_bind *asks, unsigned count)
{
	struct redis_store *store = (struct redis_store *)base;
	CHECK(count > 0 && count <= STORE_LEASES_MAX && store->binding == 0);
	if (store->phase != PHASE_READY || store->is_paused)
		return false;
	struct command *command = &store->scratch;
	store_call_begin_script(store, command, SCRIPT_BIND, 2);
	store_put_key(store, command, KEY_BINDS);
	store_put_key(store, command, KEY_WORKERS);
	command_word(command, store->consumer);
	command_int(command, STORE_BIND_US / US_PER_MS);
	for (unsigned i = 0; i < count; i++) {
		command_word(command, asks[i].account);
		command_int(command, asks[i].permitted);
		command_int(command, asks[i].likes);
		command_int(command, asks[i].has);
	}
	store->binding = count;
	if (!redis_link_send(store->main, command_octets(command), 0, on_bound, store))
		store->binding = 0;
	return store->binding != 0;
}

void store_bind_turn(struct redis_store *store)
{
	if (!store->bind_was_lost)
		return;
	store->bind_was_lost = false;
	unsigned count = store->binding;
	store->binding = 0;
	store->events->on_bound(store->ctx, NULL, count);
}
