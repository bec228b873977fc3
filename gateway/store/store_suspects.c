/* SPDX-License-Identifier: Apache-2.0 */

/* Entries that processes had in hand when they died: each start tells those of its instance's last life, and every worker
 * learns all of them ahead of each look for dead consumers, so that it knows a suspect when it takes one over. */

#include "store/redis_store_inner.h"

#include <stdio.h>

#define REMEMBER_MS (7 * 24 * 3600 * MS_PER_S)

unsigned store_suspect_crashes(const struct redis_store *store, const struct entry_key *origin)
{
	unsigned crashes = 0;
	for (unsigned i = 0; i < store->suspect_count; i++)
		crashes += entry_key_equal(&store->suspects[i], origin);
	return crashes;
}

static void on_told(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	if (reply != NULL && !store_script_failed(store, reply))
		store->suspects_told = true;
}

static void on_suspects(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	if (reply == NULL || reply->type != REPLY_ARRAY)
		return;
	store->suspect_count = 0;
	for (size_t i = 0; i < reply->count && store->suspect_count < STORE_SUSPECTS_MAX; i++) {
		struct slice field = reply_text_at(reply, i);
		const char *bar = field.len ? memchr(field.at, '|', field.len) : NULL;
		struct slice origin = { field.at, bar ? (size_t)(bar - field.at) : 0 };
		if (entry_key_parse(origin, &store->suspects[store->suspect_count]))
			store->suspect_count++;
	}
}

static void tell(struct redis_store *store)
{
	char text[ENTRY_KEY_OCTETS];
	struct command *command = &store->scratch;
	store_call_begin_script(store, command, SCRIPT_SUSPECT, 1);
	store_put_key(store, command, KEY_SUSPECTS);
	snprintf(text, sizeof text, "%016llx", (unsigned long long)store->options->nonce);
	command_word(command, text);
	command_int(command, REMEMBER_MS);
	for (unsigned i = 0; i < store->options->suspect_count; i++) {
		size_t len = entry_key_format(&store->options->suspects[i], text);
		command_text(command, (struct slice){ text, len });
	}
	redis_link_send(store->main, command_octets(command), 0, on_told, store);
}

void store_suspects(struct redis_store *store)
{
	if (store->options->suspect_count > 0 && !store->suspects_told)
		tell(store);
	struct command *command = &store->scratch;
	command_begin(command);
	command_word(command, "HKEYS");
	store_put_key(store, command, KEY_SUSPECTS);
	redis_link_send(store->main, command_octets(command), 0, on_suspects, store);
}
