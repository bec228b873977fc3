/* SPDX-License-Identifier: Apache-2.0 */

/* Questions of which one of a kind is under way at a time, and which are not repeated: the pipeline asks anew. What Redis refuses is told
 * to the log, since nothing else would say why an account sends nothing. */

#include "base/check.h"
#include "store/redis_store_inner.h"

#define TELL_US (60 * US_PER_S)

static void tell_refused(struct store_ask *ask, const struct reply *error)
{
	struct redis_store *store = ask->store;
	mono_us now = loop_now(store->loop).mono;
	struct log_line line;
	if (ask->told_at != 0 && now - ask->told_at < TELL_US)
		return;
	ask->told_at = now;
	if (!log_begin(&line, store->options->log, LOG_ERROR, "question_refused", ask->text))
		return;
	log_text(&line, "key", slice_of(store->keys[ask->key]));
	log_text(&line, "error", error->text);
	log_end(&line);
}

static void on_reply(void *ctx, const struct reply *reply)
{
	struct store_ask *ask = ctx;
	unsigned count = ask->count;
	if (reply == NULL) {
		ask->was_lost = true;
		return;
	}
	ask->count = 0;
	bool is_refused = ask->is_refused = store_script_failed(ask->store, reply);
	/* What concerns all of Redis the calls find out, and say. */
	if (is_refused && refusal_of(reply)->word[0] == '\0')
		tell_refused(ask, reply);
	ask->on_answer(ask->store, is_refused ? NULL : reply, count);
}

struct command *store_ask_begin(struct redis_store *store, struct store_ask *ask, unsigned count, enum script script,
				unsigned key_count)
{
	CHECK(count > 0 && count <= STORE_LEASES_MAX && ask->count == 0);
	if (store->phase != PHASE_READY || store->is_paused)
		return NULL;
	ask->store = store;
	ask->count = count;
	store_call_begin_script(store, &store->scratch, script, key_count);
	return &store->scratch;
}

bool store_ask_send(struct store_ask *ask)
{
	if (!redis_link_send(ask->store->main, command_octets(&ask->store->scratch), 0, on_reply, ask))
		ask->count = 0;
	return ask->count != 0;
}

void store_ask_turn(struct store_ask *ask)
{
	if (!ask->was_lost)
		return;
	unsigned count = ask->count;
	ask->was_lost = ask->is_refused = false;
	ask->count = 0;
	ask->on_answer(ask->store, NULL, count);
}
