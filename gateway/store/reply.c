/* SPDX-License-Identifier: Apache-2.0 */
#include "store/reply.h"

#include "base/check.h"

/* hiredis asks for a NULL object to report a lack of memory; it then fails the reader, and the link reconnects. */
static struct reply *reply_new(const redisReadTask *task, enum reply_type type)
{
	struct arena *arena = task->privdata;
	struct reply *reply = arena_alloc(arena, sizeof *reply);
	if (reply == NULL)
		return NULL;
	*reply = (struct reply){ .type = type };
	if (task->parent != NULL) {
		struct reply *parent = task->parent->obj;
		CHECK(parent->type == REPLY_ARRAY && (size_t)task->idx < parent->count);
		parent->elements[task->idx] = reply;
	}
	return reply;
}

static void *create_text(const redisReadTask *task, char *text, size_t len)
{
	enum reply_type type = task->type == REDIS_REPLY_ERROR    ? REPLY_ERROR
			       : task->type == REDIS_REPLY_STATUS ? REPLY_STATUS
								  : REPLY_TEXT;
	struct reply *reply = reply_new(task, type);
	if (reply == NULL)
		return NULL;
	reply->text = arena_copy(task->privdata, (struct slice){ text, len });
	return reply->text.at != NULL ? reply : NULL;
}

#if HIREDIS_MAJOR >= 1
static void *create_array(const redisReadTask *task, size_t count)
#else
static void *create_array(const redisReadTask *task, int count)
#endif
{
	struct reply *reply = reply_new(task, REPLY_ARRAY);
	if (reply == NULL)
		return NULL;
	size_t octets = (size_t)count * sizeof(struct reply *);
	reply->elements = arena_alloc(task->privdata, octets);
	if (reply->elements == NULL)
		return NULL;
	memset(reply->elements, 0, octets);
	reply->count = (size_t)count;
	return reply;
}

static void *create_integer(const redisReadTask *task, long long value)
{
	struct reply *reply = reply_new(task, REPLY_INTEGER);
	if (reply != NULL)
		reply->integer = value;
	return reply;
}

static void *create_nil(const redisReadTask *task)
{
	return reply_new(task, REPLY_NIL);
}

#if HIREDIS_MAJOR >= 1
/* RESP3 kinds: never sent to us, since we never say HELLO 3; kept as the nearest RESP2 kind. */
static void *create_real(const redisReadTask *task, double value, char *text, size_t len)
{
	(void)value;
	return create_text(task, text, len);
}

static void *create_bool(const redisReadTask *task, int value)
{
	return create_integer(task, value);
}
#endif

static void free_nothing(void *reply)
{
	(void)reply; /* the arena frees all at once */
}

redisReader *reply_reader_create(struct arena *arena)
{
	static redisReplyObjectFunctions functions = {
		.createString = create_text,
		.createArray = create_array,
		.createInteger = create_integer,
		.createNil = create_nil,
#if HIREDIS_MAJOR >= 1
		.createDouble = create_real,
		.createBool = create_bool,
#endif
		.freeObject = free_nothing,
	};
	redisReader *reader = redisReaderCreateWithFunctions(&functions);
	if (reader == NULL)
		return NULL;
	reader->privdata = arena;
	reader->maxbuf = 1024 * 1024; /* keep the buffer of a usual batch instead of freeing it each time */
	return reader;
}

const struct reply *reply_at(const struct reply *reply, size_t index)
{
	if (reply == NULL || reply->type != REPLY_ARRAY || index >= reply->count)
		return NULL;
	return reply->elements[index];
}

struct slice reply_text_at(const struct reply *reply, size_t index)
{
	const struct reply *element = reply_at(reply, index);
	if (element == NULL || (element->type != REPLY_TEXT && element->type != REPLY_STATUS))
		return (struct slice){ NULL, 0 };
	return element->text;
}

enum err reply_of_other_form(struct err_at *at)
{
	return err_at_set(at, ERR_FORMAT, 0, NULL, "Redis gave an answer of another form than expected");
}

bool reply_is_error(const struct reply *reply, const char *word)
{
	return reply != NULL && reply->type == REPLY_ERROR && slice_starts(reply->text, slice_of(word));
}
