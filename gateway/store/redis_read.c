/* SPDX-License-Identifier: Apache-2.0 */
#include "store/redis_read.h"

#include "base/number.h"
#include "model/entry.h"
#include "store/reply.h"

#include <inttypes.h>
#include <stdio.h>

static void begin(struct redis_ask *ask, const char *word, struct redis_key key)
{
	redis_ask_begin(ask, word);
	redis_ask_key(ask, key.name, key.more);
}

static enum err run_text(struct redis_ask *ask, struct slice *out, struct err_at *at)
{
	const struct reply *reply;
	enum err err = redis_ask_run(ask, &reply, at);
	if (err == ERR_OK && reply->type != REPLY_TEXT && reply->type != REPLY_NIL)
		err = reply_of_other_form(at);
	if (err == ERR_OK)
		*out = reply->type == REPLY_TEXT ? reply->text : (struct slice){ NULL, 0 };
	return err;
}

enum err redis_read_field(struct redis_ask *ask, struct redis_key key, struct slice field, struct slice *out,
			  struct err_at *at)
{
	begin(ask, "HGET", key);
	redis_ask_add(ask, field);
	return run_text(ask, out, at);
}

enum err redis_read_text(struct redis_ask *ask, struct redis_key key, struct slice *out, struct err_at *at)
{
	begin(ask, "GET", key);
	return run_text(ask, out, at);
}

/* Runs a command whose answer is pairs. */
static enum err run_pairs(struct redis_ask *ask, redis_read_visit *visit, void *ctx, struct err_at *at)
{
	const struct reply *reply;
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	if (reply->type != REPLY_ARRAY || reply->count % 2 != 0)
		return reply_of_other_form(at);
	for (size_t i = 0; i < reply->count; i += 2)
		visit(ctx, reply_text_at(reply, i), reply_text_at(reply, i + 1));
	return ERR_OK;
}

enum err redis_read_fields(struct redis_ask *ask, struct redis_key key, redis_read_visit *visit, void *ctx,
			   struct err_at *at)
{
	begin(ask, "HGETALL", key);
	return run_pairs(ask, visit, ctx, at);
}

enum err redis_read_ranked(struct redis_ask *ask, struct redis_key key, int64_t most, unsigned count,
			   redis_read_visit *visit, void *ctx, struct err_at *at)
{
	begin(ask, "ZRANGEBYSCORE", key);
	redis_ask_add_word(ask, "-inf");
	redis_ask_add_int(ask, most);
	redis_ask_add_word(ask, "WITHSCORES");
	redis_ask_add_word(ask, "LIMIT");
	redis_ask_add_int(ask, 0);
	redis_ask_add_int(ask, count);
	return run_pairs(ask, visit, ctx, at);
}

static void add_id(struct redis_ask *ask, int64_t first, const char *second)
{
	char id[48];
	snprintf(id, sizeof id, "%" PRId64 "-%s", first, second);
	redis_ask_add_word(ask, id);
}

enum err redis_read_entries(struct redis_ask *ask, struct redis_key key, int64_t from, int64_t to, unsigned count,
			    bool is_newest_first, redis_read_visit *visit, void *ctx, struct err_at *at)
{
	static const char *const highest = "18446744073709551615";
	const struct reply *reply;
	begin(ask, is_newest_first ? "XREVRANGE" : "XRANGE", key);
	add_id(ask, is_newest_first ? to : from, is_newest_first ? highest : "0");
	add_id(ask, is_newest_first ? from : to, is_newest_first ? "0" : highest);
	redis_ask_add_word(ask, "COUNT");
	redis_ask_add_int(ask, count);
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	if (reply->type != REPLY_ARRAY)
		return reply_of_other_form(at);
	for (size_t i = 0; i < reply->count; i++) {
		const struct reply *entry = reply_at(reply, i);
		struct entry_key id;
		if (!entry_id_parse(reply_text_at(entry, 0), LANE_NORMAL, &id))
			return reply_of_other_form(at);
		visit(ctx, reply_text_at(entry, 0), reply_text_at(reply_at(entry, 1), 1));
	}
	return ERR_OK;
}

enum err redis_read_last_id(struct redis_ask *ask, struct redis_key key, int64_t *out, struct err_at *at)
{
	const struct reply *reply;
	uint64_t last = 0;
	begin(ask, "EXISTS", key);
	uint64_t is_there;
	enum err err = redis_ask_count(ask, &is_there, at);
	if (err == ERR_OK && is_there == 0)
		*out = 0;
	if (err != ERR_OK || is_there == 0)
		return err;
	redis_ask_begin(ask, "XINFO");
	redis_ask_add_word(ask, "STREAM");
	redis_ask_key(ask, key.name, key.more);
	err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i + 1 < reply->count; i += 2) {
		struct slice id = reply_text_at(reply, i + 1);
		if (slice_is(reply_text_at(reply, i), "last-generated-id") &&
		    number_parse(slice_cut(&id, '-'), INT64_MAX, &last)) {
			*out = (int64_t)last;
			return ERR_OK;
		}
	}
	return reply_of_other_form(at);
}
