/* SPDX-License-Identifier: Apache-2.0 */

/* What operators have paused (`hongyan pause`) is looked at often enough that it holds everywhere within a second. */

#include "store/redis_store_inner.h"

#define LOOK_INTERVAL_US (250 * US_PER_MS)

static bool is_same(const struct redis_store *store, const struct pause *pauses, unsigned count)
{
	return count == store->pause_count && memcmp(pauses, store->pauses, count * sizeof *pauses) == 0;
}

static void on_paused(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	store->is_asking_pauses = false;
	if (reply == NULL || reply->type != REPLY_ARRAY)
		return; /* the next look will tell; what was paused stays so */
	struct pause pauses[STORE_PAUSES_MAX];
	memset(pauses, 0, sizeof pauses); /* they are compared as octets */
	unsigned count = 0;
	for (size_t i = 0; i + 1 < reply->count && count < STORE_PAUSES_MAX; i += 2) {
		struct pause pause;
		if (!pause_parse(reply_text_at(reply, i), &pause))
			continue;
		pauses[count].kind = pause.kind;
		memcpy(pauses[count++].name, pause.name, sizeof pause.name);
	}
	if (is_same(store, pauses, count))
		return;
	memcpy(store->pauses, pauses, sizeof pauses);
	store->pause_count = count;
	store->events->on_pauses(store->ctx, store->pauses, count);
}

void store_pauses(struct redis_store *store, mono_us now)
{
	if (store->is_asking_pauses || now < store->next_pauses)
		return;
	struct command *command = &store->scratch;
	command_begin(command);
	command_word(command, "HGETALL");
	store_put_key(store, command, KEY_PAUSED);
	store->is_asking_pauses = redis_link_send(store->main, command_octets(command), 0, on_paused, store);
	store->next_pauses = now + LOOK_INTERVAL_US;
}
