/* SPDX-License-Identifier: Apache-2.0 */
#include "store/template_tests.h"

#include "store/reply.h"

#include <stdio.h>

#define SWEPT_MAX   64
#define NAME_OCTETS 96

static void begin(struct redis_ask *ask, const char *word)
{
	redis_ask_begin(ask, word);
	redis_ask_key(ask, ":templates:tests", (struct slice){ NULL, 0 });
}

enum err template_tests_put(struct redis_ask *ask, struct slice name, struct slice document, uint64_t *turn,
			    struct err_at *at)
{
	uint64_t is_new;
	begin(ask, "HSET");
	redis_ask_add(ask, name);
	redis_ask_add(ask, document);
	enum err err = redis_ask_count(ask, &is_new, at);
	if (err != ERR_OK)
		return err;
	redis_ask_begin(ask, "INCR");
	redis_ask_key(ask, ":templates:turn", (struct slice){ NULL, 0 });
	return redis_ask_count(ask, turn, at);
}

enum err template_tests_sweep(struct redis_ask *ask, bool (*is_over)(void *ctx, struct slice document), void *ctx,
			      struct err_at *at)
{
	const struct reply *reply;
	char names[SWEPT_MAX][NAME_OCTETS];
	unsigned count = 0;
	begin(ask, "HGETALL");
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	for (size_t i = 0; reply_at(reply, i + 1) != NULL && count < SWEPT_MAX; i += 2) {
		struct slice name = reply_text_at(reply, i);
		if (name.len < NAME_OCTETS && is_over(ctx, reply_text_at(reply, i + 1)))
			snprintf(names[count++], NAME_OCTETS, "%.*s", SLICE_ARG(name));
	}
	for (unsigned i = 0; i < count && err == ERR_OK; i++) {
		uint64_t was_there;
		begin(ask, "HDEL");
		redis_ask_add_word(ask, names[i]);
		err = redis_ask_count(ask, &was_there, at);
	}
	return err;
}
