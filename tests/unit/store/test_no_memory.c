/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_sweep.h"
#include "loop/loop.h"
#include "store/adder.h"
#include "store/claims.h"
#include "store/command.h"
#include "store/key_set.h"
#include "store/redis_ask.h"
#include "store/redis_store.h"
#include "store/replay_ring.h"
#include "store/reply.h"

#include <stdalign.h>

/* A command that is not complete gives no octets, however much is added behind the failure; the next one is whole again. */
static enum alloc_end writes_commands(void *ctx)
{
	(void)ctx;
	struct command command = { .octets = NULL };
	struct command outer = { .octets = NULL };
	enum alloc_end end = ALLOC_WELL;
	for (unsigned round = 0; round < 3 && end != ALLOC_WRONG; round++) {
		command_begin(&command);
		for (unsigned i = 0; i < 2000; i++)
			command_int(&command, i);
		char *room = command_reserve(&command, 3000);
		if (room != NULL)
			memset(room, 'x', 3000);
		command_begin(&outer);
		command_word(&outer, "EVAL");
		command_append(&outer, command_arguments(&command), 2001);
		bool is_whole = !command.failed;
		if (is_whole != (command_arguments(&command).at != NULL) ||
		    is_whole != (command_octets(&command).at != NULL))
			end = alloc_wrong("a part of a command");
		else if (is_whole && !slice_starts(command_octets(&command), SLICE("*2001\r\n$1\r\n0\r\n")))
			end = alloc_wrong("another command");
		else if (!is_whole && command_octets(&outer).at != NULL)
			end = alloc_wrong("a command with a part of another one");
		else if (!is_whole || outer.failed)
			end = ALLOC_TOLD;
	}
	command_fini(&command);
	command_fini(&outer);
	return end;
}

static enum alloc_end claims_ranges(void *ctx)
{
	(void)ctx;
	struct claims claims = { .count = { 0 } };
	enum alloc_end end = ALLOC_WELL;
	for (unsigned i = 0; i < 200; i++) {
		const struct entry_key from = { i, 0, i % 2 ? LANE_NORMAL : LANE_BULK };
		const struct entry_key to = { i + 1, 0, from.lane };
		unsigned before = claims.count[from.lane];
		enum err err = claims_add(&claims, &from, &to, 1);
		if (err == ERR_OK && claims_ending(&claims, &to) == NULL)
			end = alloc_wrong("it does not know a range");
		else if (err != ERR_OK && claims.count[from.lane] != before)
			end = alloc_wrong("it has changed");
		else if (err != ERR_OK)
			end = alloc_end_of(err);
	}
	claims_fini(&claims);
	return end;
}

static enum alloc_end keeps_keys(void *ctx)
{
	(void)ctx;
	struct key_set set = { .slots = NULL };
	enum alloc_end end = ALLOC_WELL;
	for (unsigned i = 1; i < 500; i++) {
		const struct entry_key key = { i, 1, LANE_NORMAL };
		size_t before = set.count;
		enum err err = key_set_add(&set, &key);
		if (key_set_has(&set, &key) != (err == ERR_OK) || set.count != before + (err == ERR_OK))
			end = alloc_wrong("it has changed");
		else if (err != ERR_OK)
			end = alloc_end_of(err);
	}
	key_set_fini(&set);
	return end;
}

static enum alloc_end keeps_records(void *ctx)
{
	(void)ctx;
	struct replay_ring ring;
	enum err err = replay_ring_init(&ring, 4096);
	if (err == ERR_OK) {
		const struct replay_record record = { .kind = REPLAY_SETTLED };
		replay_ring_put(&ring, &record, &SLICE("x"), 1);
		replay_ring_fini(&ring);
	}
	return alloc_end_of(err);
}

Test(no_memory, tables)
{
	alloc_sweep("commands", writes_commands, NULL);
	alloc_sweep("claims", claims_ranges, NULL);
	alloc_sweep("keys", keeps_keys, NULL);
	alloc_sweep("records", keeps_records, NULL);
}

/* What hiredis can't read for want of memory is an error of its reader, upon which the link is made anew. */
static enum alloc_end reads_replies(void *ctx)
{
	struct slice wire = *(const struct slice *)ctx;
	static alignas(max_align_t) char block[64];
	struct arena arena;
	arena_init(&arena, block, sizeof block, 1 << 20);
	enum alloc_end end = ALLOC_TOLD;
	redisReader *reader = reply_reader_create(&arena);
	size_t half = wire.len / 2;
	void *answer = NULL;
	if (reader != NULL && redisReaderFeed(reader, wire.at, half) == REDIS_OK &&
	    redisReaderGetReply(reader, &answer) == REDIS_OK &&
	    redisReaderFeed(reader, wire.at + half, wire.len - half) == REDIS_OK &&
	    redisReaderGetReply(reader, &answer) == REDIS_OK) {
		const struct reply *reply = answer;
		end = reply != NULL && reply->count == 300 && slice_is(reply_text_at(reply, 299), "value")
			      ? ALLOC_WELL
			      : alloc_wrong("half a reply");
	}
	if (reader != NULL)
		redisReaderFree(reader);
	arena_fini(&arena);
	return end;
}

Test(no_memory, reply)
{
	static char octets[8000];
	struct buf buf = buf_over(octets, sizeof octets);
	buf_put_text(&buf, "*300\r\n");
	for (unsigned i = 0; i < 300; i++)
		buf_put_text(&buf, "$5\r\nvalue\r\n");
	struct slice wire = buf_slice(&buf);
	alloc_sweep("an array", reads_replies, &wire);
}

static struct loop *loop;

/* What was closed is freed in a later turn. */
static void run_loop(void)
{
	for (unsigned i = 0; i < 3; i++)
		uv_run(loop_uv(loop), UV_RUN_NOWAIT);
}

static enum alloc_end makes_a_store(void *ctx)
{
	const struct redis_store_options *options = ctx;
	struct store *store = redis_store_create(loop, options);
	if (store != NULL)
		store->ops->destroy(store);
	run_loop();
	return store != NULL ? ALLOC_WELL : ALLOC_TOLD;
}

static enum alloc_end makes_an_adder(void *ctx)
{
	const struct adder_options *options = ctx;
	struct adder *adder = adder_create(loop, options);
	bool is_made = adder != NULL;
	adder_destroy(adder);
	run_loop();
	return is_made ? ALLOC_WELL : ALLOC_TOLD;
}

Test(no_memory, connections)
{
	static const struct redis_store_options store = { .tag = "{hongyan}",
							  .instance = "gw",
							  .replay_octets = 4096 };
	static const struct adder_options adder = { .tag = "{hongyan}" };
	loop = loop_create();
	alloc_sweep("the store", makes_a_store, (void *)(uintptr_t)&store);
	alloc_sweep("an adder", makes_an_adder, (void *)(uintptr_t)&adder);
	loop_destroy(loop);
}

/* Nobody listens: what is said is that, or that there is no memory. */
static enum alloc_end asks(void *ctx)
{
	(void)ctx;
	static const struct redis_place place = { .path = "/nonexistent/redis.sock", .tag = "{hongyan}" };
	struct redis_ask *ask = NULL;
	struct err_at at = { 0 };
	enum err err = redis_ask_open(&place, &ask, &at);
	if (ask != NULL || at.text[0] == '\0')
		return alloc_wrong("a connection, or no sentence");
	return err == ERR_IO ? ALLOC_WELL : alloc_end_of(err);
}

Test(no_memory, redis_ask)
{
	alloc_fault_spare("libhiredis"); /* ends the process itself */
	alloc_sweep("nobody is there", asks, NULL);
}
