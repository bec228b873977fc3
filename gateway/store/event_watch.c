/* SPDX-License-Identifier: Apache-2.0 */
#include "store/event_watch.h"

#include "store/reply.h"

#include <stdio.h>

#define NO_MORE ((struct slice){ NULL, 0 })
#define STEP    100 /* entries, of many events each */

void event_watch_from(struct event_watch *watch, wall_ms since)
{
	snprintf(watch->after, sizeof watch->after, "%lld-0", (long long)(since > 0 ? since - 1 : 0));
}

enum err event_watch_begin(struct redis_ask *ask, struct event_watch *watch, struct err_at *at)
{
	const struct reply *reply;
	redis_ask_begin(ask, "XREVRANGE");
	redis_ask_key(ask, ":events", NO_MORE);
	redis_ask_add_word(ask, "+");
	redis_ask_add_word(ask, "-");
	redis_ask_add_word(ask, "COUNT");
	redis_ask_add_int(ask, 1);
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	struct slice id = reply_text_at(reply_at(reply, 0), 0);
	snprintf(watch->after, sizeof watch->after, "%.*s", SLICE_ARG(id.len > 0 ? id : SLICE("0-0")));
	return ERR_OK;
}

/* An entry has one field with an event a line. */
static void visit_entry(const struct reply *fields, event_watch_visit *visit, void *ctx)
{
	struct slice lines = reply_text_at(fields, 1);
	while (lines.len > 0) {
		struct slice line = slice_cut(&lines, '\n');
		if (line.len > 0)
			visit(ctx, line);
	}
}

enum err event_watch_step(struct redis_ask *ask, struct event_watch *watch, event_watch_visit *visit, void *ctx,
			  bool *more, struct err_at *at)
{
	const struct reply *reply;
	char from[ENTRY_ID_OCTETS + 1];
	snprintf(from, sizeof from, "(%s", watch->after);
	redis_ask_begin(ask, "XRANGE");
	redis_ask_key(ask, ":events", NO_MORE);
	redis_ask_add_word(ask, from);
	redis_ask_add_word(ask, "+");
	redis_ask_add_word(ask, "COUNT");
	redis_ask_add_int(ask, STEP);
	enum err err = redis_ask_run(ask, &reply, at);
	*more = err == ERR_OK && reply_at(reply, STEP - 1) != NULL;
	for (size_t i = 0; err == ERR_OK && reply_at(reply, i) != NULL; i++) {
		snprintf(watch->after, sizeof watch->after, "%.*s", SLICE_ARG(reply_text_at(reply_at(reply, i), 0)));
		visit_entry(reply_at(reply_at(reply, i), 1), visit, ctx);
	}
	return err;
}
