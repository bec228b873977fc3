/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/log.h"
#include "metrics/metrics.h"
#include "model/account_change.h"
#include "model/balance.h"
#include "model/optout_order.h"
#include "port/store.h"
#include "store/redis_link.h"

/* The queue in Redis Streams. docs/architecture.md tells keys and scripts; port/store.h what it promises.
 *
 * A consumer is named “instance:nonce:worker”. The nonce is new at each start, so that a name is never used twice. */

struct redis_store_options {
	struct redis_options redis; /* for both connections: commands, and reads that block */
	const char *tag;            /* of all keys: “{hongyan}” */
	const char *instance;       /* name of this gateway; no “:” */
	uint64_t nonce;             /* of this process */
	unsigned worker;
	bool adopts_instance;   /* this process holds the instance's lock: its earlier consumers are dead for sure */
	mono_us heartbeat_us;   /* 5 s */
	mono_us dead_after_us;  /* a peer whose heartbeat stands still that long is dead; 30 s */
	mono_us stale_after_us; /* an answer to BEGIN that comes later than this is asked for again; 10 s */
	mono_us balance_us;     /* how often the account of the queue is looked at; 1 s */
	mono_us chore_rest_us;  /* how long a chore rests that Redis answered with an error; 10 s */
	int64_t seen_window_ms; /* an id is known for at least this long */
	int64_t withdrawal_window_ms; /* what withdraws alerts is known for at least this long */
	int64_t receipt_window_ms;
	const struct entry_key
		*suspects;      /* origins of entries that an earlier process of the instance died with; may be NULL */
	unsigned suspect_count; /* up to 64 */
	int64_t events_retention_ms; /* events older than this are trimmed; 0 = none are */
	int64_t mo_retention_ms;     /* messages from phones likewise */
	int64_t mo_repeat_window_ms; /* one that comes again within this time, or twice it, is the same; > 0 */
	mono_us replay_us; /* of what was told in so long before the connection was lost; no replica is further behind. 60 s */
	size_t replay_octets; /* memory for what is told again to a Redis that has lost the last of it; 0 = none */
	const struct log *log;
	struct metrics *metrics; /* may be NULL */
};

/* The calls that METRIC_STORE_SPAN tells apart, in the order of its label. */
enum store_span { STORE_SPAN_READ, STORE_SPAN_BEGIN, STORE_SPAN_SETTLE };

#define STORE_ORDERS_MAX   128 /* accounts about which operators want something; of more the rest is not heeded */
#define STORE_GROUP_OCTETS 64  /* a longer name is cut */

/* What the store sees of the queue and of itself; written by the worker, read by anyone. */
struct redis_store_gauges {
	uint64_t lane_length[LANE_COUNT];
	uint64_t lane_oldest_ms[LANE_COUNT]; /* wall time of the oldest entry; 0 = empty */
	uint64_t later_length;
	uint64_t dead_length;
	uint64_t held_length;
	uint64_t reconnects;
	uint64_t fences;
	struct pause_in_force paused[STORE_PAUSES_MAX];
	unsigned paused_count;
	struct account_order orders[STORE_ORDERS_MAX];
	unsigned order_count;
	unsigned orders_version; /* grows with each change of them; 0 = not known yet */
	uint64_t adopted;        /* entries taken over from dead consumers */
	uint64_t vanished;       /* entries that somebody else took out of the queue */
	/* Looked at by the first worker of a process only, from here on to the events. */
	struct balance balance;
	mono_us balance_at;   /* when Redis last told it */
	uint64_t memory_used; /* of Redis, in octets */
	uint64_t memory_max;  /* 0 = it has no limit */
	bool is_half_full;
	uint64_t events_length;
	uint64_t events_oldest_ms; /* age of the oldest event */
	uint64_t legacy_moved;     /* entries from the list of old producers to the streams, by this process */
	uint64_t events_trimmed;   /* entries, by this process */
	char events_held_by
		[STORE_GROUP_OCTETS]; /* the group of readers that keeps old events from being trimmed; "" = none */
	bool is_full;                 /* Redis has refused new work for lack of memory in the last seconds */
	uint64_t late;                /* alerts that waited or were held, and that a late answer closed */
};

/* options: borrowed for the store's life. NULL where there is no memory. */
struct store *redis_store_create(struct loop *loop, const struct redis_store_options *options);

/* Borrowed from the store. */
const struct redis_store_gauges *redis_store_gauges(const struct store *store);

/* A change of what operators want of an account, that Redis is asked to note. The caller's memory until done is called. */
struct redis_store_order {
	struct account_change change; /* with what it points to */
	/* Called once, from a later turn. answer: NULL = it is not noted, or nobody knows; then why says what happened, for
	 * people: ERR_IO where the connection broke, so that it may have been noted, else ERR_FORMAT. Both borrowed until
	 * it returns. */
	void (*done)(struct redis_store_order *order, const struct account_answer *answer, const struct err_at *why);
	struct store *store; /* the store's */
};

/* Notes a change for all gateways, in Redis' own time. False where that can't be asked now: the store is down, or it closes;
 * then done does not come. */
MUST_CHECK bool redis_store_order(struct store *store, struct redis_store_order *order);

/* A change of the opt-out list, or a question about it. The caller's memory until done is called. */
struct redis_store_optout {
	struct optout_order order; /* with what it points to */
	/* As of redis_store_order. */
	void (*done)(struct redis_store_optout *order, const struct optout_answer *answer, const struct err_at *why);
	struct store *store; /* the store's */
};

/* As redis_store_order. */
MUST_CHECK bool redis_store_optout(struct store *store, struct redis_store_optout *order);
