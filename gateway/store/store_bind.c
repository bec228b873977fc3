/* SPDX-License-Identifier: Apache-2.0 */

/* The links that an account permits are shared out by Redis (lua/bind.lua). An answer that is lost is asked for again; what it
 * granted counts as taken meanwhile. */

#include "store/redis_store_inner.h"

static void on_answer(struct redis_store *store, const struct reply *reply, unsigned count)
{
	unsigned links[STORE_LEASES_MAX];
	bool is_good = reply != NULL && reply->type == REPLY_ARRAY && reply->count == count;
	for (unsigned i = 0; i < count && is_good; i++)
		links[i] = (unsigned)reply->elements[i]->integer;
	store->events->on_bound(store->ctx, is_good ? links : NULL, count);
}

void store_bind_init(struct redis_store *store)
{
	store->bind_ask = (struct store_ask){
		.on_answer = on_answer,
		.key = KEY_BINDS,
		.text = "Redis refuses to share out binds: accounts over SMPP get no links, and lose those that they "
			"have; see to "
			"the key, or delete it",
	};
}

bool store_bind(struct store *base, const struct store_bind *asks, unsigned count)
{
	struct redis_store *store = (struct redis_store *)base;
	struct command *command = store_ask_begin(store, &store->bind_ask, count, SCRIPT_BIND, 2);
	if (command == NULL)
		return false;
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
	return store_ask_send(&store->bind_ask);
}
