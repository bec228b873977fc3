/* SPDX-License-Identifier: Apache-2.0 */
#include "store/additions.h"

#include "base/check.h"
#include "store/reply.h"

#include <stdio.h>

#define NO_MORE ((struct slice){ NULL, 0 })
#define STEP    100 /* entries, of many events each */

static enum err other_form(struct err_at *at)
{
	return err_at_set(at, ERR_FORMAT, 0, NULL, "Redis gave an answer of another form than expected");
}

enum err additions_put(struct redis_ask *ask, enum lane lane, const struct slice *alerts, unsigned count,
		       char last[static ENTRY_ID_OCTETS], struct err_at *at)
{
	const struct reply *reply;
	char key[32];
	CHECK(count > 0 && count <= ADDITIONS_BATCH && lane < LANE_READY);
	snprintf(key, sizeof key, ":alerts:%s", lane_name(lane));
	redis_ask_begin_script(ask, SCRIPT_ADD, 1);
	redis_ask_key(ask, key, NO_MORE);
	for (unsigned i = 0; i < count; i++)
		redis_ask_add(ask, alerts[i]);
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	if (reply->type != REPLY_TEXT || reply->text.len >= ENTRY_ID_OCTETS)
		return other_form(at);
	snprintf(last, ENTRY_ID_OCTETS, "%.*s", SLICE_ARG(reply->text));
	return ERR_OK;
}

enum err additions_watch_begin(struct redis_ask *ask, struct additions_watch *watch, struct err_at *at)
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
static void visit_entry(const struct reply *fields, void (*visit)(void *ctx, struct slice event), void *ctx)
{
	struct slice lines = reply_text_at(fields, 1);
	while (lines.len > 0) {
		const char *end = memchr(lines.at, '\n', lines.len);
		size_t len = end != NULL ? (size_t)(end - lines.at) : lines.len;
		visit(ctx, (struct slice){ lines.at, len });
		lines.at += len + (end != NULL);
		lines.len -= len + (end != NULL);
	}
}

enum err additions_watch_step(struct redis_ask *ask, struct additions_watch *watch,
			      void (*visit)(void *ctx, struct slice event), void *ctx, struct err_at *at)
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
	for (size_t i = 0; err == ERR_OK && reply_at(reply, i) != NULL; i++) {
		snprintf(watch->after, sizeof watch->after, "%.*s", SLICE_ARG(reply_text_at(reply_at(reply, i), 0)));
		visit_entry(reply_at(reply_at(reply, i), 1), visit, ctx);
	}
	return err;
}
