/* SPDX-License-Identifier: Apache-2.0 */

/* What was parked because of an account comes back before it is due, when somebody has a use for it. Lost with a connection
 * it may have had its effect: then those alerts come back all the same. */

#include "base/check.h"
#include "store/redis_store_inner.h"

#define ANSWERS 3 /* to each name */

static void on_unparked(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	struct store_unparked answers[STORE_LEASES_MAX];
	unsigned count = store->unparking;
	if (reply == NULL) {
		store->unpark_was_lost = true;
		return;
	}
	store->unparking = 0;
	bool is_good = !store_script_failed(store, reply) && reply->type == REPLY_ARRAY &&
		       reply->count == ANSWERS * (size_t)count + 1;
	bool any = false;
	for (unsigned i = 0; i < count && is_good; i++) {
		answers[i].released = (unsigned)reply->elements[ANSWERS * i]->integer;
		answers[i].left = (uint64_t)reply->elements[ANSWERS * i + 1]->integer;
		answers[i].sent = (uint64_t)reply->elements[ANSWERS * i + 2]->integer;
		any = any || answers[i].released > 0;
	}
	if (any)
		store->next_move = 0; /* they are due */
	store->events->on_unparked(store->ctx, is_good ? answers : NULL, count, reply_text_at(reply, ANSWERS * count));
}

bool store_unpark(struct store *base, const struct store_unpark *asks, unsigned count)
{
	struct redis_store *store = (struct redis_store *)base;
	CHECK(count > 0 && count <= STORE_LEASES_MAX && store->unparking == 0);
	if (store->phase != PHASE_READY || store->is_paused)
		return false;
	struct command *command = &store->scratch;
	store_call_begin_script(store, command, SCRIPT_UNPARK, 2);
	store_put_key(store, command, KEY_LATER);
	store_put_key(store, command, KEY_SENT);
	for (unsigned i = 0; i < count; i++) {
		CHECK(asks[i].count <= STORE_UNPARK_MAX);
		command_word(command, asks[i].account);
		command_int(command, asks[i].count);
		command_int(command, asks[i].sent);
	}
	store->unparking = count;
	if (!redis_link_send(store->main, command_octets(command), 0, on_unparked, store))
		store->unparking = 0;
	return store->unparking != 0;
}

void store_unpark_turn(struct redis_store *store)
{
	if (!store->unpark_was_lost)
		return;
	store->unpark_was_lost = false;
	unsigned count = store->unparking;
	store->unparking = 0;
	store->events->on_unparked(store->ctx, NULL, count, (struct slice){ NULL, 0 });
}
