/* SPDX-License-Identifier: Apache-2.0 */
#include "store/optouts.h"

#include "store/reply.h"

#include <stdio.h>

#define STEP 500

static void begin(struct redis_ask *ask, const char *word)
{
	redis_ask_begin(ask, word);
	redis_ask_key(ask, ":optout", (struct slice){ NULL, 0 });
}

enum err optouts_add(struct redis_ask *ask, struct slice number, struct slice why, bool *was_on, struct err_at *at)
{
	uint64_t added;
	begin(ask, "HSETNX");
	redis_ask_add(ask, number);
	redis_ask_add(ask, why);
	enum err err = redis_ask_count(ask, &added, at);
	if (err == ERR_OK)
		*was_on = added == 0;
	return err;
}

enum err optouts_add_many(struct redis_ask *ask, const struct slice *numbers, unsigned count, struct slice why,
			  uint64_t *added, struct err_at *at)
{
	redis_ask_begin_script(ask, SCRIPT_OPTOUT, 1);
	redis_ask_key(ask, ":optout", (struct slice){ NULL, 0 });
	redis_ask_add(ask, why);
	for (unsigned i = 0; i < count; i++)
		redis_ask_add(ask, numbers[i]);
	return redis_ask_count(ask, added, at);
}

enum err optouts_remove(struct redis_ask *ask, struct slice number, bool *was_on, struct err_at *at)
{
	uint64_t removed;
	begin(ask, "HDEL");
	redis_ask_add(ask, number);
	enum err err = redis_ask_count(ask, &removed, at);
	if (err == ERR_OK)
		*was_on = removed == 1;
	return err;
}

enum err optouts_find(struct redis_ask *ask, struct slice number, struct slice *why, struct err_at *at)
{
	const struct reply *reply;
	begin(ask, "HGET");
	redis_ask_add(ask, number);
	enum err err = redis_ask_run(ask, &reply, at);
	if (err == ERR_OK)
		*why = reply->type == REPLY_TEXT ? reply->text : (struct slice){ NULL, 0 };
	return err;
}

enum err optouts_step(struct redis_ask *ask, struct optouts_walk *walk,
		      void (*visit)(void *ctx, struct slice number, struct slice why), void *ctx, struct err_at *at)
{
	const struct reply *reply;
	begin(ask, "HSCAN");
	redis_ask_add_word(ask, walk->cursor[0] ? walk->cursor : "0");
	redis_ask_add_word(ask, "COUNT");
	redis_ask_add_int(ask, STEP);
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	struct slice cursor = reply_text_at(reply, 0);
	const struct reply *pairs = reply_at(reply, 1);
	if (cursor.len == 0 || cursor.len >= sizeof walk->cursor || pairs == NULL)
		return reply_of_other_form(at);
	snprintf(walk->cursor, sizeof walk->cursor, "%.*s", SLICE_ARG(cursor));
	walk->is_over = slice_is(cursor, "0");
	for (size_t i = 0; i + 1 < pairs->count; i += 2)
		visit(ctx, reply_text_at(pairs, i), reply_text_at(pairs, i + 1));
	return ERR_OK;
}
