/* SPDX-License-Identifier: Apache-2.0 */
#include "store/event_group.h"

#include "store/reply.h"

#include <string.h>

#define EVENTS ":events"

/* -- what Redis tells of groups: each as [name, …, value, …] -- */

static enum err groups_of(struct redis_ask *ask, const struct reply **out, struct err_at *at)
{
	redis_ask_begin(ask, "XINFO");
	redis_ask_add_word(ask, "GROUPS");
	redis_ask_key(ask, EVENTS, (struct slice){ NULL, 0 });
	return redis_ask_run(ask, out, at);
}

/* NULL where there is none of that name. */
static const struct reply *find_group(const struct reply *groups, const char *group)
{
	for (size_t i = 0; reply_at(groups, i) != NULL; i++)
		if (slice_is(reply_text_at(reply_at(groups, i), 1), group))
			return reply_at(groups, i);
	return NULL;
}

static int64_t number_of(const struct reply *group, const char *name)
{
	for (size_t i = 0; i + 1 < group->count; i += 2)
		if (slice_is(reply_text_at(group, i), name))
			return group->elements[i + 1]->type == REPLY_INTEGER ? group->elements[i + 1]->integer : 0;
	return 0;
}

/* Asked before, since a Redis that is full makes none, and says so also of one that is there. */
static bool is_there(struct redis_ask *ask, const char *group)
{
	const struct reply *reply;
	struct err_at ignored = { .err = ERR_OK }; /* there may be no stream yet */
	return groups_of(ask, &reply, &ignored) == ERR_OK && find_group(reply, group) != NULL;
}

enum err event_group_make(struct redis_ask *ask, const char *group, struct err_at *at)
{
	const struct reply *reply;
	struct err_at mine = { .err = ERR_OK };
	if (is_there(ask, group))
		return ERR_OK;
	redis_ask_begin(ask, "XGROUP");
	redis_ask_add_word(ask, "CREATE");
	redis_ask_key(ask, EVENTS, (struct slice){ NULL, 0 });
	redis_ask_add_word(ask, group);
	redis_ask_add_word(ask, "0");
	redis_ask_add_word(ask, "MKSTREAM");
	enum err err = redis_ask_run(ask, &reply, &mine);
	if (err == ERR_OK || strstr(mine.text, "BUSYGROUP") != NULL)
		return ERR_OK;
	return err_at_set(at, err, 0, NULL, "%s", mine.text);
}

/* An entry is [id, [field, value, …]], or [id, nil] where it was deleted meanwhile. */
static bool read_entry(const struct reply *reply, struct event_entry *out)
{
	const struct reply *fields = reply_at(reply, 1);
	*out = (struct event_entry){ .lines = { NULL, 0 } };
	if (!entry_id_parse(reply_text_at(reply, 0), LANE_NORMAL, &out->key))
		return false;
	for (size_t i = 0; fields != NULL && i + 1 < fields->count; i += 2)
		if (slice_is(reply_text_at(fields, i), "events"))
			out->lines = reply_text_at(fields, i + 1);
	return true;
}

/* The answer is nil, or [[stream, [entry, …]]]. */
static enum err run(struct redis_ask *ask, struct event_batch *out, struct err_at *at)
{
	const struct reply *reply;
	struct err_at mine = { .err = ERR_OK };
	out->count = 0;
	enum err err = redis_ask_run(ask, &reply, &mine);
	if (err != ERR_OK)
		return err_at_set(at, strstr(mine.text, "NOGROUP") != NULL ? ERR_NOT_FOUND : err, 0, NULL, "%s",
				  mine.text);
	const struct reply *entries = reply_at(reply_at(reply, 0), 1);
	for (size_t i = 0; entries != NULL && i < entries->count && out->count < EVENT_GROUP_BATCH; i++)
		out->count += read_entry(entries->elements[i], &out->entries[out->count]);
	return ERR_OK;
}

static void begin_read(struct redis_ask *ask, const char *group, const char *reader)
{
	redis_ask_begin(ask, "XREADGROUP");
	redis_ask_add_word(ask, "GROUP");
	redis_ask_add_word(ask, group);
	redis_ask_add_word(ask, reader);
	redis_ask_add_word(ask, "COUNT");
	redis_ask_add_int(ask, EVENT_GROUP_BATCH);
}

static void add_stream(struct redis_ask *ask, const char *from)
{
	redis_ask_add_word(ask, "STREAMS");
	redis_ask_key(ask, EVENTS, (struct slice){ NULL, 0 });
	redis_ask_add_word(ask, from);
}

enum err event_group_read(struct redis_ask *ask, const char *group, const char *reader, unsigned block_ms,
			  struct event_batch *out, struct err_at *at)
{
	begin_read(ask, group, reader);
	if (block_ms > 0) {
		redis_ask_add_word(ask, "BLOCK");
		redis_ask_add_int(ask, block_ms);
	}
	add_stream(ask, ">");
	return run(ask, out, at);
}

enum err event_group_again(struct redis_ask *ask, const char *group, const char *reader, const struct entry_key *behind,
			   struct event_batch *out, struct err_at *at)
{
	char from[ENTRY_ID_OCTETS] = "0";
	if (behind != NULL)
		entry_id_format(behind, from);
	begin_read(ask, group, reader);
	add_stream(ask, from);
	return run(ask, out, at);
}

enum err event_group_acknowledge(struct redis_ask *ask, const char *group, const struct event_batch *batch,
				 struct err_at *at)
{
	const struct reply *reply;
	if (batch->count == 0)
		return ERR_OK;
	redis_ask_begin(ask, "XACK");
	redis_ask_key(ask, EVENTS, (struct slice){ NULL, 0 });
	redis_ask_add_word(ask, group);
	for (unsigned i = 0; i < batch->count; i++) {
		char id[ENTRY_ID_OCTETS];
		redis_ask_add(ask, (struct slice){ id, entry_id_format(&batch->entries[i].key, id) });
	}
	return redis_ask_run(ask, &reply, at);
}

enum err event_group_behind(struct redis_ask *ask, const char *group, uint64_t *out, struct err_at *at)
{
	const struct reply *reply;
	enum err err = groups_of(ask, &reply, at);
	const struct reply *one = err == ERR_OK ? find_group(reply, group) : NULL;
	*out = one != NULL ? (uint64_t)(number_of(one, "pending") + number_of(one, "lag")) : 0;
	return err;
}
