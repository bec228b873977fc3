/* SPDX-License-Identifier: Apache-2.0 */
#include "store/pauses.h"

#include "port/store.h"
#include "store/reply.h"

#include <stdio.h>

#define NO_MORE ((struct slice){ NULL, 0 })

enum err pauses_add(struct redis_ask *ask, struct slice field, struct slice who, bool *was_paused, struct paused *out,
		    struct err_at *at)
{
	const struct reply *reply;
	redis_ask_begin_script(ask, SCRIPT_PAUSE, 1);
	redis_ask_key(ask, ":paused", NO_MORE);
	redis_ask_add(ask, field);
	redis_ask_add(ask, who);
	redis_ask_add_int(ask, STORE_PAUSES_MAX);
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	const struct reply *is_new = reply_at(reply, 0);
	if (is_new == NULL || is_new->type != REPLY_INTEGER)
		return reply_of_other_form(at);
	if (is_new->integer < 0)
		return err_at_set(at, ERR_FULL, 0, NULL,
				  "%d things are paused already, which is the most that can be; “hongyan pause” lists "
				  "them, “hongyan resume” ends one",
				  STORE_PAUSES_MAX);
	*was_paused = is_new->integer == 0;
	*out = (struct paused){ field, pause_note_read(reply_text_at(reply, 1)) };
	return ERR_OK;
}

enum err pauses_remove(struct redis_ask *ask, struct slice field, bool *was_paused, struct err_at *at)
{
	uint64_t removed;
	redis_ask_begin(ask, "HDEL");
	redis_ask_key(ask, ":paused", NO_MORE);
	redis_ask_add(ask, field);
	enum err err = redis_ask_count(ask, &removed, at);
	if (err == ERR_OK)
		*was_paused = removed == 1;
	return err;
}

enum err pauses_waiting(struct redis_ask *ask, struct slice field, uint64_t *out, struct err_at *at)
{
	redis_ask_begin(ask, "SCARD");
	redis_ask_key(ask, ":paused:", field);
	return redis_ask_count(ask, out, at);
}

enum err pauses_queued(struct redis_ask *ask, uint64_t *out, struct err_at *at)
{
	static const struct {
		const char *command;
		const char *key;
	} rows[] = { { "XLEN", ":alerts:urgent" },
		     { "XLEN", ":alerts:normal" },
		     { "XLEN", ":alerts:bulk" },
		     { "XLEN", ":ready" },
		     { "ZCARD", ":later" } };
	uint64_t sum = 0;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint64_t count;
		redis_ask_begin(ask, rows[i].command);
		redis_ask_key(ask, rows[i].key, NO_MORE);
		enum err err = redis_ask_count(ask, &count, at);
		if (err != ERR_OK)
			return err;
		sum += count;
	}
	*out = sum;
	return ERR_OK;
}

enum err pauses_each(struct redis_ask *ask, void (*visit)(void *ctx, const struct paused *pause), void *ctx,
		     struct err_at *at)
{
	const struct reply *reply;
	redis_ask_begin(ask, "HGETALL");
	redis_ask_key(ask, ":paused", NO_MORE);
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	for (size_t i = 0; reply_at(reply, i) != NULL; i += 2) {
		struct paused pause = { reply_text_at(reply, i), pause_note_read(reply_text_at(reply, i + 1)) };
		visit(ctx, &pause);
	}
	return ERR_OK;
}

/* SSCAN tells every member that is there from the walk's begin to its end, whatever is removed meanwhile. */
enum err pauses_release(struct redis_ask *ask, struct slice field, struct pauses_walk *walk, struct err_at *at)
{
	const struct reply *reply;
	redis_ask_begin(ask, "SSCAN");
	redis_ask_key(ask, ":paused:", field);
	redis_ask_add_word(ask, walk->cursor[0] ? walk->cursor : "0");
	redis_ask_add_word(ask, "COUNT");
	redis_ask_add_int(ask, PAUSES_STEP);
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	struct slice cursor = reply_text_at(reply, 0);
	const struct reply *origins = reply_at(reply, 1);
	if (cursor.len == 0 || cursor.len >= sizeof walk->cursor || origins == NULL)
		return reply_of_other_form(at);
	snprintf(walk->cursor, sizeof walk->cursor, "%.*s", SLICE_ARG(cursor));
	walk->is_over = slice_is(cursor, "0");
	if (origins->count == 0)
		return ERR_OK;
	redis_ask_begin_script(ask, SCRIPT_RESUME, 3);
	redis_ask_key(ask, ":paused", NO_MORE);
	redis_ask_key(ask, ":paused:", field);
	redis_ask_key(ask, ":later", NO_MORE);
	redis_ask_add(ask, field);
	redis_ask_add_word(ask, walk->forgets ? "1" : "0");
	for (size_t i = 0; i < origins->count; i++)
		redis_ask_add(ask, reply_text_at(origins, i));
	err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	const struct reply *released = reply_at(reply, 0);
	const struct reply *absent = reply_at(reply, 1);
	if (released == NULL || absent == NULL)
		return reply_of_other_form(at);
	walk->is_paused_again = released->integer < 0;
	walk->is_over = walk->is_over || walk->is_paused_again;
	walk->released += walk->is_paused_again ? 0 : (uint64_t)released->integer;
	walk->absent += (uint64_t)absent->integer;
	return ERR_OK;
}
