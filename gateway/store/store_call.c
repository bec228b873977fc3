/* SPDX-License-Identifier: Apache-2.0 */

/* Script calls that must have their effect: each stays on the store's list until its answer came. What a broken
 * connection may have swallowed is sent again, oldest first, when the store is ready; what Redis refuses, when it is time
 * to try again (store_hold.c). */

#include "store/redis_store_inner.h"

#include <stdio.h>

void store_call_begin_script(struct redis_store *store, struct command *command, enum script script, unsigned key_count)
{
	command_begin(command);
	command_word(command, "EVALSHA");
	command_word(command, store->shas[script]);
	command_int(command, key_count);
}

void store_put_key(struct redis_store *store, struct command *command, enum store_key key)
{
	command_word(command, store->keys[key]);
}

void store_put_lanes(struct redis_store *store, struct command *command)
{
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		command_word(command, store->keys[(unsigned)KEY_LANE + lane]);
}

void store_put_consumer_keys(struct redis_store *store, struct command *command)
{
	store_put_key(store, command, KEY_WORKERS);
	store_put_key(store, command, KEY_INTENTS);
	store_put_key(store, command, KEY_CLAIMS);
	store_put_lanes(store, command);
}

int64_t store_generation(struct redis_store *store, int64_t window_ms)
{
	return store_redis_ms(store) / window_ms;
}

void store_put_generation_number(struct redis_store *store, struct command *command, const char *what,
				 int64_t generation)
{
	char name[STORE_NAME_OCTETS];
	snprintf(name, sizeof name, "%s:%s:%lld", store->options->tag, what, (long long)generation);
	command_word(command, name);
}

void store_put_generation(struct redis_store *store, struct command *command, const char *what, int64_t window_ms,
			  unsigned age)
{
	store_put_generation_number(store, command, what, store_generation(store, window_ms) - age);
}

bool store_script_failed(struct redis_store *store, const struct reply *reply)
{
	/* Redis forgot the scripts (SCRIPT FLUSH, failover): the connection starts anew and loads them. */
	if (reply_is_error(reply, "NOSCRIPT"))
		redis_link_break(store->main, "Redis has forgotten the scripts");
	return reply->type == REPLY_ERROR;
}

void store_note_answer(unsigned *most, bool came)
{
	if (came)
		*most = *most < STORE_ANSWER_MAX ? *most * 2 : STORE_ANSWER_MAX;
	else
		*most = *most > 1 ? *most / 2 : 1;
}

/* The call stays on the list. What the table lists had no effect, so that a SETTLE is not repeated with care. */
void store_call_refused(struct redis_store *store, const struct refusal *refusal, const struct reply *reply)
{
	if (reply_is_error(reply, "FENCED")) {
		store_fenced(store);
	} else if (refusal->way != REFUSAL_RECONNECT) {
		store_hold(store, refusal);
	} else if (!reply_is_error(reply, "NOSCRIPT")) {
		redis_link_break(store->main, store_tell_refusal(store, "store_error", refusal->text, refusal, reply));
	} else {
		store_script_failed(store, reply);
	}
}

static void on_call_reply(void *ctx, const struct reply *reply)
{
	struct store_call *call = ctx;
	struct redis_store *store = call->store;
	call->is_sent = false;
	if (reply == NULL) {
		call->was_lost = true; /* stays on the list until the store is ready again */
		return;
	}
	const struct refusal *refusal = refusal_of(reply);
	if (refusal != NULL && !(call->is_dispensable && refusal_is_of_one(refusal))) {
		store_call_refused(store, refusal, reply);
		return;
	}
	redis_link_works(store->main);
	store_worked(store, store_call_is_begin(call));
	metrics_observe_at(store->options->metrics, METRIC_STORE_SPAN, call->span,
			   loop_now(store->loop).mono - call->sent_at);
	call->on_reply(call, reply);
}

void store_call_send(struct store_call *call)
{
	struct redis_store *store = call->store;
	if (call->link.next == NULL || list_empty(&call->link)) {
		list_init(&call->link);
		list_push(&store->calls, &call->link);
	}
	if (!store->takes_calls)
		return;
	if (call->waits || store_holds_back(store, store_call_is_begin(call)))
		return;
	if (!redis_link_send(store->main, command_octets(&call->command), 0, on_call_reply, call)) {
		store->has_unsent = true;
		return;
	}
	call->is_sent = true;
	call->sent_at = loop_now(store->loop).mono;
}

void store_call_done(struct store_call *call)
{
	list_remove(&call->link);
	call->was_lost = false;
	call->store->awaited -= call->is_awaited;
	call->is_awaited = false;
}

void store_calls_resend(struct redis_store *store)
{
	store->has_unsent = false;
	struct list *link = store->calls.next;
	while (link != &store->calls) {
		struct store_call *call = LIST_ITEM(link, struct store_call, link);
		link = link->next;
		if (call->is_sent || store_holds_back(store, store_call_is_begin(call)))
			continue;
		if (call->rewrite != NULL)
			call->rewrite(store, call);
		store_call_send(call);
	}
}

void store_calls_turn(struct redis_store *store)
{
	if (store->has_unsent && store->takes_calls && redis_link_is_up(store->main))
		store_calls_resend(store);
}
