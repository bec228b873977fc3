/* SPDX-License-Identifier: Apache-2.0 */
#include "store/live_templates.h"

#include "base/number.h"
#include "store/reply.h"

static const struct slice whole = { NULL, 0 };

static bool read_turn(const struct reply *reply, uint64_t *out)
{
	*out = 0;
	return reply != NULL &&
	       (reply->type == REPLY_NIL || (reply->type == REPLY_TEXT && number_parse(reply->text, UINT64_MAX, out)));
}

enum err live_templates_turn(struct redis_ask *ask, uint64_t *out, struct err_at *at)
{
	const struct reply *reply;
	uint64_t turn;
	redis_ask_begin(ask, "GET");
	redis_ask_key(ask, ":templates:turn", whole);
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	if (!read_turn(reply, &turn))
		return reply_of_other_form(at);
	*out = turn;
	return ERR_OK;
}

static enum err queue(struct redis_ask *ask, const char *word, const char *key, struct err_at *at)
{
	const struct reply *reply;
	redis_ask_begin(ask, word);
	if (key != NULL)
		redis_ask_key(ask, key, whole);
	return redis_ask_run(ask, &reply, at);
}

static void visit_all(const struct reply *pairs, bool is_test,
		      void (*visit)(void *ctx, const struct live_template *template), void *ctx)
{
	for (size_t i = 0; i + 1 < pairs->count; i += 2) {
		const struct live_template template = {
			.name = reply_text_at(pairs, i),
			.document = reply_text_at(pairs, i + 1),
			.is_test = is_test,
		};
		visit(ctx, &template);
	}
}

enum err live_templates_read(struct redis_ask *ask, uint64_t *turn,
			     void (*visit)(void *ctx, const struct live_template *template), void *ctx,
			     struct err_at *at)
{
	static const char *const hashes[] = { ":templates:live", ":templates:tests" };
	const struct reply *reply;
	enum err err = queue(ask, "MULTI", NULL, at);
	if (err == ERR_OK)
		err = queue(ask, "GET", ":templates:turn", at);
	for (unsigned i = 0; err == ERR_OK && i < 2; i++)
		err = queue(ask, "HGETALL", hashes[i], at);
	if (err != ERR_OK)
		return err;
	redis_ask_begin(ask, "EXEC");
	err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	uint64_t now;
	const struct reply *live = reply_at(reply, 1);
	const struct reply *tests = reply_at(reply, 2);
	if (!read_turn(reply_at(reply, 0), &now) || live == NULL || live->type != REPLY_ARRAY || tests == NULL ||
	    tests->type != REPLY_ARRAY)
		return reply_of_other_form(at);
	visit_all(live, false, visit, ctx);
	visit_all(tests, true, visit, ctx);
	*turn = now;
	return ERR_OK;
}

/* -- the first fill -- */

static enum err queue_entry(struct redis_ask *ask, const char *key, struct slice more, struct slice field,
			    struct slice value, struct err_at *at)
{
	const struct reply *reply;
	redis_ask_begin(ask, "HSET");
	redis_ask_key(ask, key, more);
	redis_ask_add(ask, field);
	redis_ask_add(ask, value);
	return redis_ask_run(ask, &reply, at);
}

static enum err queue_first(struct redis_ask *ask, const struct live_template_first *template, struct err_at *at)
{
	static const struct slice one = { "1", 1 };
	enum err err = queue_entry(ask, ":templates:live", whole, template->name, template->document, at);
	if (err == ERR_OK)
		err = queue_entry(ask, ":templates:latest", whole, template->name, one, at);
	if (err == ERR_OK)
		err = queue_entry(ask, ":templates:versions:", template->name, one, template->version, at);
	return err;
}

enum err live_templates_fill(struct redis_ask *ask, const struct live_template_first *templates, unsigned count,
			     bool *is_done, struct err_at *at)
{
	const struct reply *reply;
	uint64_t turn = 0;
	/* Of several gateways that start at once one fills it: the others' EXEC does nothing. */
	enum err err = queue(ask, "WATCH", ":templates:turn", at);
	if (err == ERR_OK)
		err = live_templates_turn(ask, &turn, at);
	if (err != ERR_OK)
		return err;
	if (turn > 0) {
		*is_done = false;
		return queue(ask, "UNWATCH", NULL, at);
	}
	err = queue(ask, "MULTI", NULL, at);
	for (unsigned i = 0; err == ERR_OK && i < count; i++)
		err = queue_first(ask, &templates[i], at);
	if (err == ERR_OK)
		err = queue(ask, "INCR", ":templates:turn", at);
	redis_ask_begin(ask, "EXEC");
	if (err == ERR_OK)
		err = redis_ask_run(ask, &reply, at);
	if (err == ERR_OK)
		*is_done = reply->type == REPLY_ARRAY;
	return err;
}
