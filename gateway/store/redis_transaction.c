/* SPDX-License-Identifier: Apache-2.0 */
#include "store/redis_transaction.h"

#include "base/check.h"
#include "store/reply.h"

#include <inttypes.h>
#include <stdio.h>

static enum err say(struct redis_ask *ask, const char *word, struct err_at *at)
{
	const struct reply *reply;
	redis_ask_begin(ask, word);
	return redis_ask_run(ask, &reply, at);
}

enum err redis_transaction_watch(struct redis_ask *ask, const struct redis_key *keys, unsigned count, struct err_at *at)
{
	const struct reply *reply;
	CHECK(count > 0);
	redis_ask_begin(ask, "WATCH");
	for (unsigned i = 0; i < count; i++)
		redis_ask_key(ask, keys[i].name, keys[i].more);
	return redis_ask_run(ask, &reply, at);
}

static void put_text(struct redis_ask *ask, const struct redis_write *write)
{
	redis_ask_add(ask, write->value);
	if (write->number > 0) {
		redis_ask_add_word(ask, "PX");
		redis_ask_add_int(ask, write->number);
	}
}

static void put_entry(struct redis_ask *ask, const struct redis_write *write)
{
	char id[32];
	snprintf(id, sizeof id, "%" PRId64 "-0", write->number);
	redis_ask_add_word(ask, id);
	redis_ask_add(ask, write->field);
	redis_ask_add(ask, write->value);
}

static enum err queue(struct redis_ask *ask, const struct redis_write *write, struct err_at *at)
{
	static const char *const words[REDIS_WRITE_KIND_COUNT] = {
		[REDIS_WRITE_FIELD] = "HSET", [REDIS_WRITE_NEW_FIELD] = "HSETNX", [REDIS_WRITE_NO_FIELD] = "HDEL",
		[REDIS_WRITE_TEXT] = "SET",   [REDIS_WRITE_NO_KEY] = "DEL",       [REDIS_WRITE_COUNT] = "INCR",
		[REDIS_WRITE_RANK] = "ZADD",  [REDIS_WRITE_NO_RANK] = "ZREM",     [REDIS_WRITE_ENTRY] = "XADD",
	};
	const struct reply *reply;
	CHECK((unsigned)write->kind < REDIS_WRITE_KIND_COUNT);
	redis_ask_begin(ask, words[write->kind]);
	redis_ask_key(ask, write->key.name, write->key.more);
	switch (write->kind) {
	case REDIS_WRITE_FIELD:
	case REDIS_WRITE_NEW_FIELD:
		redis_ask_add(ask, write->field);
		redis_ask_add(ask, write->value);
		break;
	case REDIS_WRITE_NO_FIELD:
	case REDIS_WRITE_NO_RANK:
		redis_ask_add(ask, write->field);
		break;
	case REDIS_WRITE_TEXT:
		put_text(ask, write);
		break;
	case REDIS_WRITE_RANK:
		redis_ask_add_int(ask, write->number);
		redis_ask_add(ask, write->field);
		break;
	case REDIS_WRITE_ENTRY:
		put_entry(ask, write);
		break;
	default:
		break;
	}
	return redis_ask_run(ask, &reply, at);
}

/* A command that fails while it is carried out does not undo the others: it would be a bug here, or a key of another type. */
static enum err judge(const struct reply *answers, bool *is_done, struct err_at *at)
{
	bool did = answers->type == REPLY_ARRAY;
	if (!did && answers->type != REPLY_NIL)
		return reply_of_other_form(at);
	for (size_t i = 0; did && i < answers->count; i++) {
		const struct reply *answer = reply_at(answers, i);
		if (answer->type == REPLY_ERROR)
			return err_at_set(at, ERR_FORMAT, 0, NULL, "Redis carried out a part only: %.*s",
					  SLICE_ARG(answer->text));
	}
	*is_done = did;
	return ERR_OK;
}

enum err redis_transaction_commit(struct redis_ask *ask, const struct redis_write *writes, unsigned count,
				  bool *is_done, struct err_at *at)
{
	const struct reply *reply;
	enum err err = say(ask, "MULTI", at);
	for (unsigned i = 0; err == ERR_OK && i < count; i++)
		err = queue(ask, &writes[i], at);
	if (err != ERR_OK) {
		(void)!say(ask, "DISCARD", NULL);
		return err;
	}
	redis_ask_begin(ask, "EXEC");
	err = redis_ask_run(ask, &reply, at);
	return err == ERR_OK ? judge(reply, is_done, at) : err;
}

void redis_transaction_leave(struct redis_ask *ask)
{
	(void)!say(ask, "UNWATCH", NULL);
}
