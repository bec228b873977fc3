/* SPDX-License-Identifier: Apache-2.0 */

/* What was parked because of an account comes back before it is due, when somebody has a use for it. Lost with a connection
 * it may have had its effect: then those alerts come back all the same. */

#include "base/check.h"
#include "store/redis_store_inner.h"

#define ANSWERS 3 /* to each name */

static void on_answer(struct redis_store *store, const struct reply *reply, unsigned count)
{
	struct store_unparked answers[STORE_LEASES_MAX];
	bool is_good = reply != NULL && reply->type == REPLY_ARRAY && reply->count == ANSWERS * (size_t)count + 1;
	bool any = false;
	for (unsigned i = 0; i < count && is_good; i++) {
		answers[i].released = (unsigned)reply->elements[ANSWERS * i]->integer;
		answers[i].left = (uint64_t)reply->elements[ANSWERS * i + 1]->integer;
		answers[i].sent = (uint64_t)reply->elements[ANSWERS * i + 2]->integer;
		any = any || answers[i].released > 0;
	}
	if (any)
		store->next_move = 0; /* they are due */
	store->events->on_unparked(store->ctx, is_good ? answers : NULL, count,
				   is_good ? reply_text_at(reply, ANSWERS * count) : (struct slice){ NULL, 0 });
}

void store_unpark_init(struct redis_store *store)
{
	store->unpark_ask = (struct store_ask){
		.on_answer = on_answer,
		.key = KEY_LATER,
		.text = "Redis refuses to give parked alerts back: they come back when they are due, within 20 minutes",
	};
}

bool store_unpark(struct store *base, const struct store_unpark *asks, unsigned count)
{
	struct redis_store *store = (struct redis_store *)base;
	struct command *command = store_ask_begin(store, &store->unpark_ask, count, SCRIPT_UNPARK, 2);
	if (command == NULL)
		return false;
	store_put_key(store, command, KEY_LATER);
	store_put_key(store, command, KEY_SENT);
	for (unsigned i = 0; i < count; i++) {
		CHECK(asks[i].count <= STORE_UNPARK_MAX);
		command_word(command, asks[i].account);
		command_int(command, asks[i].count);
		command_int(command, asks[i].sent);
	}
	return store_ask_send(&store->unpark_ask);
}
