/* SPDX-License-Identifier: Apache-2.0 */
#include "store/gateway_board.h"

#include "store/reply.h"

static void begin(struct redis_ask *ask, const char *word)
{
	redis_ask_begin(ask, word);
	redis_ask_key(ask, ":gateways", (struct slice){ NULL, 0 });
}

enum err gateway_board_put(struct redis_ask *ask, const char *instance, struct slice line, struct err_at *at)
{
	uint64_t is_new;
	begin(ask, "HSET");
	redis_ask_add_word(ask, instance);
	redis_ask_add(ask, line);
	return redis_ask_count(ask, &is_new, at);
}

enum err gateway_board_remove(struct redis_ask *ask, const char *instance, struct err_at *at)
{
	uint64_t was_there;
	begin(ask, "HDEL");
	redis_ask_add_word(ask, instance);
	return redis_ask_count(ask, &was_there, at);
}

enum err gateway_board_read(struct redis_ask *ask, void (*visit)(void *ctx, struct slice instance, struct slice line),
			    void *ctx, struct err_at *at)
{
	const struct reply *reply;
	begin(ask, "HGETALL");
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	if (reply->type != REPLY_ARRAY)
		return reply_of_other_form(at);
	for (size_t i = 0; i + 1 < reply->count; i += 2)
		visit(ctx, reply_text_at(reply, i), reply_text_at(reply, i + 1));
	return ERR_OK;
}
