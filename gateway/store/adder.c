/* SPDX-License-Identifier: Apache-2.0 */
#include "store/adder.h"

#include "base/check.h"
#include "base/hash.h"
#include "store/refusal.h"
#include "store/scripts.h"

#include <stdio.h>
#include <stdlib.h>

#define NAME_OCTETS  96
#define KEY_OCTETS   160
#define MARK_OCTETS  17
#define REPLICA_MORE (2 * US_PER_S) /* for the answer to WAIT, beyond what it waits */

struct adder {
	struct loop *loop;
	struct adder_options options;
	struct loop_member member;
	struct redis_link *link;
	struct command command;
	bool is_closing;
	void (*on_closed)(void *ctx);
	void *closed_ctx;
};

/* -- one call -- */

static void put_key(struct adder *adder, const char *name)
{
	char key[KEY_OCTETS];
	snprintf(key, sizeof key, "%s:%s", adder->options.tag, name);
	command_word(&adder->command, key);
}

static void put_generation(struct adder *adder, unsigned age)
{
	char name[NAME_OCTETS];
	int64_t generation = loop_now(adder->loop).wall / adder->options.window_ms;
	snprintf(name, sizeof name, "submitted:%lld", (long long)generation - age);
	put_key(adder, name);
}

/* By which two bodies are the same. */
static void put_mark(struct adder *adder, struct slice json)
{
	char mark[MARK_OCTETS];
	snprintf(mark, sizeof mark, "%016llx", (unsigned long long)hash64(HASH64_START, json));
	command_word(&adder->command, mark);
}

static void write_call(struct adder *adder, const struct adder_item *items, unsigned count)
{
	struct command *command = &adder->command;
	command_begin(command);
	command_word(command, "EVAL");
	command_text(command, script_sources[SCRIPT_SUBMIT].text);
	command_int(command, 5);
	put_key(adder, "alerts:urgent");
	put_key(adder, "alerts:normal");
	put_key(adder, "alerts:bulk");
	put_generation(adder, 0);
	put_generation(adder, 1);
	command_int(command, adder->options.window_ms);
	for (unsigned i = 0; i < count; i++) {
		command_int(command, (int64_t)items[i].lane + 1);
		command_text(command, items[i].id.at != NULL ? items[i].id : SLICE(""));
		put_mark(adder, items[i].json);
		command_text(command, items[i].json);
	}
}

static bool read_answer(struct slice text, struct adder_answer *out)
{
	if (text.len == 0 || text.len - 1 >= sizeof out->entry)
		return false;
	*out = (struct adder_answer){ .fate = *text.at == '+'   ? ADDER_ADDED
					      : *text.at == '=' ? ADDER_KNOWN
								: ADDER_CONFLICT };
	snprintf(out->entry, sizeof out->entry, "%.*s", (int)text.len - 1, text.at + 1);
	return true;
}

static bool read_answers(struct adder_call *call, const struct reply *reply)
{
	if (reply->type != REPLY_ARRAY || reply->count != call->count)
		return false;
	for (unsigned i = 0; i < call->count; i++) {
		if (!read_answer(reply_text_at(reply, i), &call->answers[i]))
			return false;
	}
	return true;
}

static void finish(struct adder_call *call)
{
	if (call->why == NULL)
		redis_link_works(call->adder->link);
	call->done(call, call->why == NULL ? call->answers : NULL, call->why);
}

static const char *flaw_of(struct adder_call *call, const struct reply *reply)
{
	if (reply == NULL)
		return "the connection to Redis broke; the alerts may or may not be on the queue";
	const struct refusal *refusal = refusal_of(reply);
	if (refusal != NULL && refusal->way == REFUSAL_RECONNECT)
		redis_link_break(call->adder->link, refusal->text);
	if (refusal != NULL)
		return refusal->text;
	return read_answers(call, reply) ? NULL : "Redis answers with something else than expected";
}

static void on_added(void *ctx, const struct reply *reply)
{
	struct adder_call *call = ctx;
	call->why = flaw_of(call, reply);
	if (!call->waits)
		finish(call);
}

/* WAIT counts the replicas that have what its own connection wrote. */
static void on_waited(void *ctx, const struct reply *reply)
{
	struct adder_call *call = ctx;
	bool is_told = reply != NULL && reply->type == REPLY_INTEGER;
	if (call->why == NULL && !is_told)
		call->why = "the connection to Redis broke before its replicas had the alerts";
	else if (call->why == NULL && reply->integer < (int64_t)call->adder->options.replicas)
		call->why = "the alerts are on the queue, but not on as many replicas of Redis as api.replicas says";
	finish(call);
}

static bool send_wait(struct adder *adder, struct adder_call *call)
{
	struct command *command = &adder->command;
	command_begin(command);
	command_word(command, "WAIT");
	command_int(command, adder->options.replicas);
	command_int(command, adder->options.replica_ms);
	return redis_link_send(adder->link, command_octets(command),
			       adder->options.replica_ms * US_PER_MS + REPLICA_MORE, on_waited, call);
}

bool adder_put(struct adder *adder, const struct adder_item *items, unsigned count, struct adder_call *call)
{
	CHECK(count > 0 && count <= ADDER_BATCH_MAX);
	if (adder->is_closing || !redis_link_is_up(adder->link))
		return false;
	call->adder = adder;
	call->count = count;
	call->why = NULL;
	call->waits = false;
	write_call(adder, items, count);
	if (adder->command.failed || !redis_link_send(adder->link, command_octets(&adder->command), 0, on_added, call))
		return false;
	call->waits = adder->options.replicas > 0 && send_wait(adder, call);
	/* Without its WAIT nobody would know of the replicas: the connection breaks, and on_added says so. */
	if (adder->options.replicas > 0 && !call->waits)
		redis_link_break(adder->link, "out of memory");
	redis_link_flush(adder->link);
	return true;
}

/* -- life -- */

static void on_up(void *ctx)
{
	(void)ctx;
}

static void on_down(void *ctx, const char *reason)
{
	(void)ctx; /* the store says it for all */
	(void)reason;
}

static void on_turn(void *ctx, struct now now)
{
	struct adder *adder = ctx;
	redis_link_tick(adder->link, now.mono);
	redis_link_flush(adder->link);
	if (!adder->is_closing || adder->on_closed == NULL || !redis_link_is_idle(adder->link))
		return;
	void (*on_closed)(void *) = adder->on_closed;
	adder->on_closed = NULL;
	on_closed(adder->closed_ctx);
}

static mono_us on_next_deadline(void *ctx)
{
	const struct adder *adder = ctx;
	return redis_link_next_deadline(adder->link);
}

struct adder *adder_create(struct loop *loop, const struct adder_options *options)
{
	static const struct redis_link_events events = { .on_up = on_up, .on_down = on_down };
	struct adder *adder = calloc(1, sizeof *adder);
	if (adder == NULL)
		return NULL;
	adder->loop = loop;
	adder->options = *options;
	adder->link = redis_link_create(loop, &adder->options.redis, &events, adder);
	if (adder->link == NULL) {
		free(adder);
		return NULL;
	}
	adder->member = (struct loop_member){ .turn = on_turn, .next_deadline = on_next_deadline, .ctx = adder };
	loop_add(loop, &adder->member);
	redis_link_start(adder->link);
	return adder;
}

bool adder_is_up(const struct adder *adder)
{
	return redis_link_is_up(adder->link);
}

void adder_close(struct adder *adder, void (*on_closed)(void *ctx), void *ctx)
{
	adder->is_closing = true;
	adder->on_closed = on_closed;
	adder->closed_ctx = ctx;
	redis_link_stop(adder->link);
	loop_turn_soon(adder->loop);
}

void adder_destroy(struct adder *adder)
{
	if (adder == NULL)
		return;
	loop_remove(&adder->member);
	redis_link_destroy(adder->link);
	command_fini(&adder->command);
	free(adder);
}
