/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "loop/stream.h"
#include "store/command.h"
#include "store/redis_find.h"
#include "store/reply.h"

/* One connection to Redis that comes back by itself: find it, connect, AUTH, SELECT, then commands in, replies out in order.
 * Reconnects with exponential backoff and full jitter (100 ms … 5 s; 1 s where somebody is asked where it is). A link that gets no reply for its deadline is
 * taken for half-open and closed. */

struct redis_options {
	struct stream_address address; /* where finder is NULL */
	const struct redis_finder *
		finder; /* who says where Redis is, asked at each connect; NULL = nobody. Borrowed for the link's life */
	const char *tag;       /* of the keys, for a Cluster; likewise */
	struct slice username; /* empty = none; borrowed for the link's life, as is the password */
	struct slice password; /* empty = no AUTH */
	unsigned database;
	bool has_no_databases;         /* a Sentinel: it has no SELECT */
	const struct tls_context *tls; /* NULL = plain; borrowed likewise */
	mono_us connect_timeout_us;
	mono_us reply_timeout_us; /* for the oldest command under way */
	uint64_t jitter_seed;
};

/* reply: borrowed until return; NULL = the connection broke, the command may or may not have had its effect. */
typedef void (*redis_on_reply)(void *ctx, const struct reply *reply);

struct redis_link_events {
	void (*on_up)(void *ctx);
	/* After every command under way was told. reason: for people. */
	void (*on_down)(void *ctx, const char *reason);
};

struct redis_link;

/* options, events: borrowed for the link's life; the address may change while it is not connected. NULL where there is no memory. */
struct redis_link *redis_link_create(struct loop *loop, const struct redis_options *options,
				     const struct redis_link_events *events, void *ctx);
void redis_link_destroy(struct redis_link *link);

/* Starts connecting, and goes on for ever until redis_link_stop. */
void redis_link_start(struct redis_link *link);
void redis_link_stop(struct redis_link *link);

/* Queues a command (copied). on_reply: NULL = nobody cares. False where the link is down or memory failed: then on_reply does not come.
 * extra_us: added to the reply deadline, for commands that block. */
bool redis_link_send(struct redis_link *link, struct slice command, mono_us extra_us, redis_on_reply on_reply,
		     void *ctx);

/* Writes what is queued. */
void redis_link_flush(struct redis_link *link);

/* Closes the connection as if it had broken; it reconnects. reason: static storage. */
void redis_link_break(struct redis_link *link, const char *reason);

/* What was asked of Redis has worked: should the connection break, it comes back after a short wait again. */
void redis_link_works(struct redis_link *link);

bool redis_link_is_up(const struct redis_link *link);

/* True where it was stopped (or never started) and every command was told: no upcall comes any more. */
bool redis_link_is_idle(const struct redis_link *link);

/* True where half of the places for commands under way are taken. */
bool redis_link_is_busy(const struct redis_link *link);

/* Deadlines; call tick each turn. */
void redis_link_tick(struct redis_link *link, mono_us now);
mono_us redis_link_next_deadline(const struct redis_link *link);
