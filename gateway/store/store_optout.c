/* SPDX-License-Identifier: Apache-2.0 */

/* The opt-out list, as a running gateway is told to change it, or asked. The command line speaks with Redis itself
 * (optouts.h). */

#include "store/redis_store_inner.h"

#include "base/civil.h"
#include "base/json.h"

#define WHY_OCTETS 2048

static bool read_answer(const struct redis_store_optout *order, const struct reply *reply, struct optout_answer *out)
{
	*out = (struct optout_answer){ .was_on = false };
	if (order->order.verb == OPTOUT_CHECK) {
		out->was_on = reply->type == REPLY_TEXT;
		if (out->was_on && reply->text.len <= OPTOUT_WHY_MAX)
			memcpy(out->why, reply->text.at, reply->text.len);
		return out->was_on || reply->type == REPLY_NIL;
	}
	/* How many were added, or taken off. */
	out->was_on = (order->order.verb == OPTOUT_REMOVE) == (reply->integer == 1);
	return reply->type == REPLY_INTEGER && reply->integer >= 0 && reply->integer <= 1;
}

static void on_answer(void *ctx, const struct reply *reply)
{
	struct redis_store_optout *order = ctx;
	struct redis_store *store = (struct redis_store *)order->store;
	struct optout_answer answer;
	struct err_at why = { .err = ERR_OK };
	if (reply == NULL)
		err_at_set(&why, ERR_IO, 0, NULL, "the connection to Redis broke before it answered");
	else if (store_script_failed(store, reply))
		err_at_set(&why, ERR_FORMAT, 0, NULL, "Redis refuses: %.*s", SLICE_ARG(reply->text));
	else if (!read_answer(order, reply, &answer))
		reply_of_other_form(&why);
	order->done(order, why.err == ERR_OK ? &answer : NULL, &why);
}

/* Since now, as Redis' clock has it. */
static void put_why(struct redis_store *store, struct command *command, const struct optout_order *order)
{
	char octets[WHY_OCTETS];
	char since[32];
	struct buf buf = buf_over(octets, sizeof octets);
	size_t len = civil_format_rfc3339(store_redis_ms(store), 0, since);
	json_open(&buf, '{');
	json_key_text(&buf, "since", (struct slice){ since, len });
	json_key_text(&buf, "source", SLICE("api"));
	json_key_text_if(&buf, "by", slice_of(order->who));
	json_key_text_if(&buf, "reason", slice_of(order->reason));
	json_close(&buf, '}');
	command_text(command, buf_slice(&buf));
}

bool redis_store_optout(struct store *base, struct redis_store_optout *order)
{
	struct redis_store *store = (struct redis_store *)base;
	struct command *command = &store->scratch;
	if (store->phase != PHASE_READY)
		return false;
	if (order->order.verb == OPTOUT_ADD) {
		store_call_begin_script(store, command, SCRIPT_OPTOUT, 1);
	} else {
		command_begin(command);
		command_word(command, order->order.verb == OPTOUT_REMOVE ? "HDEL" : "HGET");
	}
	store_put_key(store, command, KEY_OPTOUT);
	if (order->order.verb == OPTOUT_ADD)
		put_why(store, command, &order->order);
	command_text(command, (struct slice){ order->order.number.digits, order->order.number.len });
	order->store = base;
	return redis_link_send(store->main, command_octets(command), 0, on_answer, order);
}
