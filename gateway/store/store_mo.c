/* SPDX-License-Identifier: Apache-2.0 */

/* Messages from phones: lua/mo.lua keeps a batch of them, all or none. They are trimmed like events (store_events.c). */

#include "store/store_restore.h"

#include "base/check.h"

#include <stdlib.h>

#define GENERATIONS_KEPT 3 /* windows; two are looked at */

struct keeping {
	struct redis_store *store;
	unsigned count;
	unsigned argument_count;
	size_t len;
	char arguments[]; /* the messages, as mo.lua has them */
};

/* What the table of refusals lists passes, and others tell of it; anything else somebody has to look at. */
static void tell_failure(struct redis_store *store, const struct reply *reply)
{
	struct log_line line;
	if (refusal_of(reply)->word[0] != '\0' || store->mo_has_failed)
		return;
	store->mo_has_failed = true;
	if (!log_begin(&line, store->options->log, LOG_ERROR, "mo_error",
		       "messages from phones cannot be kept, and carriers are asked to send them again; check that "
		       "nothing else uses the keys mo and optout, and what Redis' ACL allows"))
		return;
	log_text(&line, "error", reply->text);
	log_end(&line);
}

static void on_kept(void *ctx, const struct reply *reply)
{
	struct keeping *keeping = ctx;
	struct redis_store *store = keeping->store;
	bool ok = reply != NULL && !store_script_failed(store, reply) && reply->type == REPLY_TEXT &&
		  reply->text.len == keeping->count;
	if (ok) {
		store->mo_has_failed = false;
		store_keep_arguments(store, REPLAY_MO, (struct slice){ keeping->arguments, keeping->len },
				     keeping->argument_count);
	} else if (reply != NULL && reply->type == REPLY_ERROR) {
		tell_failure(store, reply);
	}
	store->events->on_mo_recorded(store->ctx, ok ? reply->text : (struct slice){ NULL, 0 });
	free(keeping);
}

static void put_hex(struct command *command, struct slice octets)
{
	char *at = command_reserve(command, 2 * octets.len);
	if (at == NULL)
		return;
	struct buf buf = buf_over(at, 2 * octets.len);
	buf_put_hex(&buf, octets.at, octets.len);
}

static void put_mo(struct command *command, const struct store_mo *item)
{
	const struct mo *mo = item->mo;
	command_word(command, item->account);
	command_text(command, mo->from);
	command_text(command, mo->to);
	command_word(command, mo->is_text ? "text" : "hex");
	if (mo->is_text)
		command_text(command, mo->octets);
	else
		put_hex(command, mo->octets);
	command_int(command, mo->part);
	command_int(command, mo->total);
	command_int(command, mo->reference);
	command_text(command, item->at);
	command_text(command, item->number);
	command_text(command, item->keyword);
	command_text(command, mo->id);
}

void store_mo_begin(struct redis_store *store, struct command *command)
{
	int64_t window_ms = store->options->mo_repeat_window_ms;
	store_call_begin_script(store, command, SCRIPT_MO, 4);
	store_put_key(store, command, KEY_MO);
	store_put_key(store, command, KEY_OPTOUT);
	for (unsigned age = 0; age < 2; age++)
		store_put_generation(store, command, "mo:seen", window_ms, age);
	command_int(command, GENERATIONS_KEPT * window_ms);
}

/* What is behind a part of a command's arguments, for whoever is told when it is kept. NULL where there is no memory. */
static struct keeping *keep_rest(struct redis_store *store, const struct command *command, size_t head_len,
				 unsigned head_count)
{
	struct slice all = command_arguments(command);
	if (all.at == NULL)
		return NULL;
	size_t len = all.len - head_len;
	struct keeping *keeping = malloc(sizeof *keeping + len);
	if (keeping == NULL)
		return NULL;
	*keeping = (struct keeping){
		.store = store,
		.argument_count = command->argument_count - head_count,
		.len = len,
	};
	memcpy(keeping->arguments, all.at + head_len, len);
	return keeping;
}

bool store_record_mo(struct store *base, const struct store_mo *items, unsigned count)
{
	struct redis_store *store = (struct redis_store *)base;
	CHECK(count > 0 && count <= STORE_MO_MAX);
	if (store->phase != PHASE_READY || !redis_link_is_up(store->main))
		return false;
	struct command *command = &store->scratch;
	store_mo_begin(store, command);
	size_t head_len = command_arguments(command).len;
	unsigned head_count = command->argument_count;
	for (unsigned i = 0; i < count; i++)
		put_mo(command, &items[i]);
	struct keeping *keeping = keep_rest(store, command, head_len, head_count);
	if (keeping == NULL)
		return false;
	keeping->count = count;
	if (redis_link_send(store->main, command_octets(command), 0, on_kept, keeping))
		return true;
	free(keeping);
	return false;
}

bool store_trim_mo_ask(struct redis_store *store, struct command *command)
{
	return store_trim_write(store, command, KEY_MO, store->options->mo_retention_ms);
}

mono_us store_trim_mo_answer(struct redis_store *store, const struct reply *reply)
{
	return store_trim_rest(store, &store->chores[CHORE_TRIM_MO], reply);
}
