/* SPDX-License-Identifier: Apache-2.0 */

/* What operators have paused (`hongyan pause`) is looked at often enough that it holds everywhere within a second. */

#include "store/redis_store_inner.h"

#define LOOK_INTERVAL_US (250 * US_PER_MS)

static bool is_same(const struct redis_store *store, const struct pause *pauses, unsigned count)
{
	bool same = count == store->pause_count;
	for (unsigned i = 0; same && i < count; i++)
		same = pauses[i].kind == store->pauses[i].kind && strcmp(pauses[i].name, store->pauses[i].name) == 0;
	return same;
}

static void on_paused(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	store->is_asking_pauses = false;
	if (reply == NULL || reply->type != REPLY_ARRAY)
		return; /* the next look will tell; what was paused stays so */
	struct pause pauses[STORE_PAUSES_MAX];
	unsigned count = 0;
	for (size_t i = 0; i + 1 < reply->count && count < STORE_PAUSES_MAX; i += 2) {
		if (!pause_parse(reply_text_at(reply, i), &pauses[count]))
			continue;
		store->gauges.paused[count] =
			(struct pause_in_force){ pauses[count], pause_note_read(reply_text_at(reply, i + 1)) };
		count++;
	}
	store->gauges.paused_count = count;
	if (is_same(store, pauses, count))
		return;
	memcpy(store->pauses, pauses, count * sizeof *pauses);
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
