/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The two connections of a store, its clock and its loop, so that a harness says what comes when: it lets them come up and go down, and
 * gives each command its answer, of its own or as Redis would. It is linked with --wrap of the functions below. */

#include "base/buf.h"
#include "base/check.h"
#include "loop/loop.h"
#include "store/redis_link.h"
#include "store/reply.h"
#include "store/scripts.h"

#include <stdio.h>
#include <stdlib.h>

#define LINKS        2
#define WAITING_MAX  2048
#define ARENA_OCTETS 65536
#define SHA_OCTETS   40

/* -- the clock and the loop -- */

static mono_us clock_us;
static struct loop_member *member;

struct now __wrap_loop_now(struct loop *loop);
mono_us __wrap_loop_fresh(void);
void __wrap_loop_add(struct loop *loop, struct loop_member *added);
void __wrap_loop_remove(struct loop_member *removed);
void __wrap_loop_turn_soon(struct loop *loop);

struct now __wrap_loop_now(struct loop *loop)
{
	(void)loop;
	return (struct now){ .mono = clock_us, .wall = INT64_C(1800000000000) + clock_us / 1000 };
}

mono_us __wrap_loop_fresh(void)
{
	return clock_us;
}

void __wrap_loop_add(struct loop *loop, struct loop_member *added)
{
	(void)loop;
	member = added;
}

void __wrap_loop_remove(struct loop_member *removed)
{
	CHECK(removed == member);
	member = NULL;
}

void __wrap_loop_turn_soon(struct loop *loop)
{
	(void)loop;
}

/* -- connections -- */

struct waiter {
	redis_on_reply on_reply;
	void *ctx;
	int script; /* of EVALSHA; else -1 */
	char word[12];
	unsigned queued; /* of EXEC: commands since MULTI */
};

struct redis_link {
	const struct redis_link_events *events;
	void *ctx;
	bool is_started;
	bool is_up;
	const char *broken; /* since when it is to end */
	unsigned loaded;    /* scripts */
	bool is_multi;
	unsigned queued;
	unsigned first, count;
	struct waiter waiting[WAITING_MAX];
};

static struct redis_link links[LINKS];
static unsigned link_count;

struct redis_link *__wrap_redis_link_create(struct loop *loop, const struct redis_options *options,
					    const struct redis_link_events *events, void *ctx);
void __wrap_redis_link_destroy(struct redis_link *link);
void __wrap_redis_link_start(struct redis_link *link);
void __wrap_redis_link_stop(struct redis_link *link);
bool __wrap_redis_link_send(struct redis_link *link, struct slice command, mono_us extra_us, redis_on_reply on_reply,
			    void *ctx);
void __wrap_redis_link_flush(struct redis_link *link);
void __wrap_redis_link_break(struct redis_link *link, const char *reason);
void __wrap_redis_link_works(struct redis_link *link);
bool __wrap_redis_link_is_up(const struct redis_link *link);
bool __wrap_redis_link_is_idle(const struct redis_link *link);
bool __wrap_redis_link_is_busy(const struct redis_link *link);
void __wrap_redis_link_tick(struct redis_link *link, mono_us now);
mono_us __wrap_redis_link_next_deadline(const struct redis_link *link);

struct redis_link *__wrap_redis_link_create(struct loop *loop, const struct redis_options *options,
					    const struct redis_link_events *events, void *ctx)
{
	(void)loop;
	(void)options;
	CHECK(link_count < LINKS);
	struct redis_link *link = &links[link_count++];
	memset(link, 0, offsetof(struct redis_link, waiting));
	link->events = events;
	link->ctx = ctx;
	return link;
}

void __wrap_redis_link_destroy(struct redis_link *link)
{
	CHECK(link == NULL || (!link->is_up && link->count == 0));
}

void __wrap_redis_link_start(struct redis_link *link)
{
	link->is_started = true;
}

void __wrap_redis_link_stop(struct redis_link *link)
{
	link->is_started = false;
	if (link->is_up && link->broken == NULL)
		link->broken = "stopped";
}

/* The first argument's digits of “$3\r\nabc\r\n”. */
static struct slice take_argument(struct slice *rest)
{
	struct slice head = slice_cut(rest, '\n');
	size_t len = 0;
	for (size_t i = 1; i < head.len && head.at[i] >= '0' && head.at[i] <= '9'; i++)
		len = len * 10 + (size_t)(head.at[i] - '0');
	CHECK(head.len > 1 && head.at[0] == '$' && len + 2 <= rest->len);
	struct slice argument = { rest->at, len };
	*rest = (struct slice){ rest->at + len + 2, rest->len - len - 2 };
	return argument;
}

bool __wrap_redis_link_send(struct redis_link *link, struct slice command, mono_us extra_us, redis_on_reply on_reply,
			    void *ctx)
{
	(void)extra_us;
	if (!link->is_up || link->broken != NULL || link->count == WAITING_MAX)
		return false;
	struct slice rest = command;
	CHECK(command.len > 0 && command.at[0] == '*');
	slice_cut(&rest, '\n');
	struct slice word = take_argument(&rest);
	struct waiter *waiter = &link->waiting[(link->first + link->count++) % WAITING_MAX];
	*waiter = (struct waiter){ .on_reply = on_reply, .ctx = ctx, .script = -1 };
	snprintf(waiter->word, sizeof waiter->word, "%.*s", SLICE_ARG(word));
	if (slice_is(word, "EVALSHA"))
		waiter->script = (int)strtol(take_argument(&rest).at, NULL, 10);
	if (slice_is(word, "MULTI"))
		link->is_multi = true, link->queued = 0;
	else if (slice_is(word, "EXEC"))
		waiter->queued = link->queued, link->is_multi = false;
	else if (link->is_multi)
		link->queued++, snprintf(waiter->word, sizeof waiter->word, "QUEUED");
	return true;
}

void __wrap_redis_link_flush(struct redis_link *link)
{
	(void)link;
}

void __wrap_redis_link_break(struct redis_link *link, const char *reason)
{
	CHECK(reason != NULL && reason[0] != '\0');
	if (link->is_up && link->broken == NULL)
		link->broken = reason;
}

void __wrap_redis_link_works(struct redis_link *link)
{
	(void)link;
}

bool __wrap_redis_link_is_up(const struct redis_link *link)
{
	return link->is_up && link->broken == NULL;
}

bool __wrap_redis_link_is_idle(const struct redis_link *link)
{
	return !link->is_started && !link->is_up;
}

bool __wrap_redis_link_is_busy(const struct redis_link *link)
{
	return link->count > WAITING_MAX / 2;
}

void __wrap_redis_link_tick(struct redis_link *link, mono_us now)
{
	(void)link;
	(void)now;
}

mono_us __wrap_redis_link_next_deadline(const struct redis_link *link)
{
	(void)link;
	return INT64_MAX;
}

static void come_up(struct redis_link *link)
{
	if (!link->is_started || link->is_up)
		return;
	link->is_up = true;
	link->loaded = 0;
	link->is_multi = false;
	link->events->on_up(link->ctx);
}

/* What ends is told oldest first, then that it has ended. */
static void go_down(struct redis_link *link, const char *reason)
{
	if (!link->is_up)
		return;
	link->broken = reason;
	while (link->count > 0) {
		struct waiter waiter = link->waiting[link->first];
		link->first = (link->first + 1) % WAITING_MAX;
		link->count--;
		if (waiter.on_reply != NULL)
			waiter.on_reply(waiter.ctx, NULL);
	}
	link->is_up = false;
	link->broken = NULL;
	link->events->on_down(link->ctx, reason);
}

/* -- answers -- */

/* What Redis says to a script where nothing is there. */
static const char *script_answer(int script)
{
	switch (script) {
	case SCRIPT_BEGIN:
		return "$0\r\n\r\n";
	case SCRIPT_ASSEMBLE:
		return "*2\r\n:0\r\n:0\r\n";
	case SCRIPT_HEARTBEAT:
		return "*6\r\n*2\r\n$10\r\n1800000000\r\n$1\r\n0\r\n*0\r\n*0\r\n*7\r\n:0\r\n:0\r\n:0\r\n:0\r\n:0\r\n:"
		       "0\r\n:0\r\n*4\r\n$-1\r\n$-1\r\n$-1"
		       "\r\n$-1\r\n*0\r\n";
	case SCRIPT_CLAIM:
		return "*6\r\n*2\r\n$3\r\n0-0\r\n$3\r\n0-0\r\n*2\r\n$3\r\n0-0\r\n$3\r\n0-0\r\n*2\r\n$3\r\n0-0\r\n$"
		       "3\r\n0-0\r\n*2\r\n$3\r\n0-0\r\n$3"
		       "\r\n0-0\r\n*0\r\n*0\r\n";
	case SCRIPT_REGISTER:
	case SCRIPT_SETTLE:
		return ":1\r\n";
	default:
		return "*0\r\n";
	}
}

static void put_default(struct redis_link *link, const struct waiter *waiter, struct buf *out)
{
	if (waiter->script >= 0)
		buf_put_text(out, script_answer(waiter->script));
	else if (strcmp(waiter->word, "SCRIPT") == 0)
		buf_put_format(out, "$%d\r\n%0*u\r\n", SHA_OCTETS, SHA_OCTETS, link->loaded++);
	else if (strcmp(waiter->word, "TIME") == 0)
		buf_put_text(out, "*2\r\n$10\r\n1800000000\r\n$1\r\n0\r\n");
	else if (strcmp(waiter->word, "INFO") == 0)
		buf_put_text(out, "$28\r\nrun_id:abcdef\r\nmaxmemory:0\r\n\r\n");
	else if (strcmp(waiter->word, "MULTI") == 0)
		buf_put_text(out, "+OK\r\n");
	else if (strcmp(waiter->word, "QUEUED") == 0)
		buf_put_text(out, "+QUEUED\r\n");
	else if (strcmp(waiter->word, "XREAD") == 0)
		buf_put_text(out, "$-1\r\n");
	else
		buf_put_text(out, ":0\r\n");
	if (strcmp(waiter->word, "EXEC") == 0) {
		out->len = 0;
		buf_put_format(out, "*%u\r\n", waiter->queued);
		for (unsigned i = 0; i + 1 < waiter->queued; i++)
			buf_put_text(out, "$-1\r\n");
		buf_put_text(out, waiter->queued > 0 ? script_answer(SCRIPT_CLAIM) : "");
	}
}

/* Gives octets to whoever has waited longest; what is no whole answer ends the connection. */
static void answer(struct redis_link *link, struct slice octets)
{
	static _Alignas(max_align_t) char block[ARENA_OCTETS];
	if (!link->is_up || link->broken != NULL || link->count == 0)
		return;
	struct waiter waiter = link->waiting[link->first];
	char text[1024];
	struct buf buf = buf_over(text, sizeof text);
	if (octets.at == NULL) {
		put_default(link, &waiter, &buf);
		CHECK(!buf.full);
		octets = buf_slice(&buf);
	}
	struct arena arena;
	void *reply = NULL;
	arena_init(&arena, block, sizeof block, 1 << 20);
	redisReader *reader = reply_reader_create(&arena);
	CHECK(reader != NULL);
	bool is_whole = redisReaderFeed(reader, octets.at, octets.len) == REDIS_OK &&
			redisReaderGetReply(reader, &reply) == REDIS_OK && reply != NULL;
	if (is_whole) {
		link->first = (link->first + 1) % WAITING_MAX;
		link->count--;
		if (waiter.on_reply != NULL)
			waiter.on_reply(waiter.ctx, reply);
	} else {
		go_down(link, "it sent octets that are no reply");
	}
	redisReaderFree(reader);
	arena_fini(&arena);
}
