/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "flow/breaker.h"
#include "flow/outlook.h"
#include "model/account_order.h"
#include "model/balance.h"
#include "model/entry.h"
#include "model/pause.h"

#include <stdbool.h>
#include <stdint.h>

/* What the gateway is doing at one instant: plain data, filled in by who knows it, printed by the pages. Texts are
 * borrowed, NUL-terminated; NULL and "" are the same. */

enum admin_account_state {
	ADMIN_ACCOUNT_DOWN,    /* no bound link; it goes on trying */
	ADMIN_ACCOUNT_UP,      /* at least one bound link */
	ADMIN_ACCOUNT_REFUSED, /* the carrier refuses the credentials, or the bind again and again: a human is needed */
	ADMIN_ACCOUNT_STATE_COUNT
};

/* One carrier account, all workers together. */
struct admin_account {
	const char *name;
	enum admin_account_state state;
	const char *reason; /* of the state, a sentence for people */
	mono_us for_us;     /* how long it is in it */
	bool is_failing;    /* it is up, but half of its last answers or more were failures: others go before it */
	enum breaker_state breaker; /* of the worker that takes it for the worst; closed where it is not up */
	bool is_resting;            /* it waits before it connects or, being up, submits again */
	mono_us again_us;           /* where it rests: for how long yet */
	unsigned links_up;
	unsigned window_used;  /* submits and questions without an answer yet */
	unsigned window_total; /* places in the windows of all bound links */
	unsigned links_of;     /* that the contract allows */
	unsigned tps;          /* segments a second allowed; 0 = unlimited */
	unsigned index;        /* of the account in metrics */
	const char *protocol;
	const struct account_order *order; /* what operators want; NULL = nothing */
	bool is_leaving;                   /* it is not in the configuration any more */
	uint64_t waiting;                  /* alerts that wait for it in the workers' memory */
	uint64_t waiting_segments;         /* theirs, and those of alerts that have begun to leave */
	uint64_t parked;                   /* alerts that wait for it in the store */
	uint64_t submits;                  /* since the start */
	uint64_t sent;                     /* submits of all gateways, as the store counts them; 0 = not known */
	uint64_t accepted;                 /* outcomes since the start, by class */
	uint64_t throttled;
	uint64_t rejected;
	uint64_t temporary;
	uint64_t unknown;
};

/* What waits somewhere, and when it will be gone, as of the last second. */
struct admin_outlook {
	uint64_t waiting;         /* alerts; of a lane entries */
	struct trend_rates rates; /* of a lane entries; of an account segments, that left (added_per_s says nothing) */
	struct trend_rates all_rates; /* of an account: segments that left by all gateways */
	struct forecast forecast;
};

/* A tenant with a daily budget. */
struct admin_tenant {
	const char *name;
	uint64_t segments_per_day;
	double used;       /* part of today's segments that was used at its last sms; 1 = all */
	uint64_t deferred; /* times that bulk alerts were put back because of that, since the start */
};

/* One stream of the queue. */
struct admin_lane {
	uint64_t length;   /* entries, those in work included */
	mono_us oldest_us; /* age of the oldest; 0 = there is none */
	struct admin_outlook outlook;
};

/* Counted since the start, all workers together. */
struct admin_totals {
	uint64_t read;
	uint64_t begun;
	uint64_t accepted;
	uint64_t expired;
	uint64_t suppressed;
	uint64_t duplicate;
	uint64_t dead;
	uint64_t later;
	uint64_t retries;
	uint64_t ambiguous_resends;
	uint64_t late_answers;
	uint64_t intents_found;
};

struct zone;

struct admin_log_level {
	enum log_level now;
	enum log_level configured;
	mono_us for_us; /* how long it stays so yet; 0 = no end is set */
};

/* The published templates, as this gateway has them. */
struct admin_templates {
	bool is_unknown; /* they were not read since the start: nothing is sent */
	uint64_t turn;   /* counts their changes */
	unsigned count;
	unsigned broken; /* names whose published version can't be used */
};

struct admin_snapshot {
	const char *version;
	const char *instance;
	wall_ms at;              /* of this look */
	const struct zone *zone; /* of the service; NULL = UTC */
	mono_us uptime_us;
	bool is_draining;
	unsigned workers_wanted;
	unsigned workers_begun; /* those whose connection to Redis has worked once since the start */
	struct admin_log_level log;
	bool is_redis_up;
	const char *redis_reason; /* why not, a sentence for people */
	bool is_redis_full;       /* it is reachable, but nothing new is begun */
	uint64_t redis_reconnects;
	struct admin_templates templates;
	struct admin_lane lanes[LANE_COUNT];
	uint64_t later; /* entries that wait for their time */
	uint64_t dead;  /* dead letters kept */
	struct balance balance;
	mono_us balance_at;         /* when the store last told it, where it is known */
	uint64_t redis_memory_used; /* octets */
	uint64_t redis_memory_max;  /* 0 = Redis has no limit */
	uint64_t events_length;
	mono_us events_oldest_us;   /* age of the oldest event */
	const char *events_held_by; /* group of readers that keeps events from being trimmed */
	uint64_t held;              /* alerts that may have been sent, and wait for a late answer or a human */
	const struct pause_in_force *paused;
	unsigned paused_count;
	unsigned workers;
	struct admin_totals totals;
	const struct admin_account *accounts;
	unsigned account_count;
	const struct admin_outlook *account_outlooks; /* by the accounts' indexes, so many of them; NULL = not known */
	unsigned account_outlook_count;
	const struct admin_tenant *tenants;
	unsigned tenant_count;
};

struct metrics;

/* Fills in what metrics know: lanes, later, dead, held, workers, is_redis_full, redis_reconnects and totals. blocks: count of them, at least one, with names for the lanes, accounts,
 * events and outcome classes. */
void admin_snapshot_count(struct admin_snapshot *out, const struct metrics *const blocks[], unsigned count);

/* The same for the tenant of that index: used and deferred. */
void admin_tenant_count(struct admin_tenant *out, unsigned tenant, const struct metrics *const blocks[],
			unsigned count);

/* The same for the account of that index: index, links_up, window_used, window_total, is_failing, parked and outcomes, and its state by
 * links_up and ACCOUNT_REFUSED. */
void admin_account_count(struct admin_account *out, unsigned account, const struct metrics *const blocks[],
			 unsigned count);
