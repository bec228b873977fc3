/* SPDX-License-Identifier: Apache-2.0 */

/* Late answers find their alerts where they wait or are held (lua/late.lua). A carrier that comes back to life brings many
 * at once: those of a turn go together. */

#include "store/redis_store_inner.h"

#include "base/check.h"

#include <stdlib.h>

#define LATES_MAX 128 /* in one call */

struct late_call {
	struct store_call call;
	struct late_call *next_free;
	unsigned count;
};

static void fini(struct store_call *call)
{
	command_fini(&call->command);
	free((struct late_call *)(void *)call);
}

static void on_settled(struct store_call *call, const struct reply *reply)
{
	struct late_call *late = (struct late_call *)(void *)call;
	struct redis_store *store = call->store;
	if (reply->type == REPLY_INTEGER)
		store->gauges.late += (uint64_t)reply->integer;
	store_call_done(call);
	late->next_free = store->free_lates;
	store->free_lates = late;
}

static struct late_call *open_call(struct redis_store *store)
{
	struct late_call *late = store->free_lates;
	if (late != NULL)
		store->free_lates = late->next_free;
	else
		late = calloc(1, sizeof *late);
	/* Without it what a carrier has taken would be sent again; a gateway that stops and starts again forgets none of it. */
	CHECK(late != NULL);
	late->count = 0;
	late->call.store = store;
	late->call.on_reply = on_settled;
	late->call.fini = fini;
	late->call.span = STORE_SPAN_SETTLE;
	struct command *command = &late->call.command;
	store_call_begin_script(store, command, SCRIPT_LATE, 10);
	store_put_key(store, command, KEY_LATER);
	store_put_key(store, command, KEY_LATER_BODIES);
	store_put_key(store, command, KEY_HELD);
	store_put_key(store, command, KEY_HELD_BODIES);
	store_put_key(store, command, KEY_TOTALS);
	store_put_key(store, command, KEY_EVENTS);
	for (unsigned age = 0; age < 2; age++)
		store_put_generation(store, command, "receipts", store->options->receipt_window_ms, age);
	for (unsigned age = 0; age < 2; age++)
		store_put_generation(store, command, "told", store->options->receipt_window_ms, age);
	return late;
}

void store_settle_late(struct store *base, const struct store_late *late)
{
	struct redis_store *store = (struct redis_store *)base;
	if (store->late_filling == NULL)
		store->late_filling = open_call(store);
	struct command *command = &store->late_filling->call.command;
	char key[ENTRY_KEY_OCTETS];
	size_t key_len = entry_key_format(&late->key.origin, key);
	command_text(command, (struct slice){ key, key_len });
	command_text(command, late->at);
	command_word(command, late->account);
	command_text(command, late->carrier_ref);
	command_int(command, late->key.segment);
	command_int(command, late->key.reference);
	command_int(command, late->is_queried);
	CHECK(!command->failed);
	if (++store->late_filling->count == LATES_MAX)
		store_lates_send(store);
}

void store_lates_send(struct redis_store *store)
{
	struct late_call *late = store->late_filling;
	store->late_filling = NULL;
	if (late != NULL)
		store_call_send(&late->call);
}

void store_lates_fini(struct redis_store *store)
{
	if (store->late_filling != NULL)
		fini(&store->late_filling->call);
	while (store->free_lates != NULL) {
		struct late_call *late = store->free_lates;
		store->free_lates = late->next_free;
		fini(&late->call);
	}
}
