/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "admin/admin_snapshot.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdint.h>

/* The admin address: pages for people, probes and monitoring.
 *
 *   GET /livez       200 as long as the main loop turns
 *   GET /readyz      200 where Redis is reachable, an account has a bound link and the gateway is not draining; else 503
 *   GET /startupz    200 once each worker has reached Redis, from then on for ever; else 503
 *   GET /metrics     all metrics, Prometheus text format 0.0.4
 *   GET /v1/status   admin_snapshot as JSON
 *   GET /v1/accounts the accounts of it
 *   GET /v1/route    which account an sms gets now, and why: ?number=…, and tenant, class, template, at (RFC 3339)
 *
 * and, for whoever has the token:
 *
 *   POST /v1/accounts/NAME/pause, …/drain   {"by", "reason"}, both may be left out
 *   POST /v1/accounts/NAME/resume
 *   PUT /v1/accounts/NAME/tps               {"tps": 500, or null for what the configuration says; "by"}
 *   POST /v1/config/reload
 *   POST /v1/log                            {"level": "debug", "for_s": 600, or null for until the next start}
 *   POST /v1/optouts/add, …/remove, …/check {"number", "by", "reason"}: the opt-out list; the last two for add only
 *
 * A change of an account or of the list is answered when Redis has it. */

struct account_answer;
struct account_change;
struct metrics;
struct optout_answer;
struct optout_order;

/* answer: what is noted now; NULL = it is not, or nobody knows, and why says so. Borrowed until it returns. */
typedef void admin_on_ordered(void *ctx, const struct account_answer *answer, const struct err_at *why);

/* Likewise of the opt-out list. */
typedef void admin_on_optout(void *ctx, const struct optout_answer *answer, const struct err_at *why);

struct catalogue;
struct country;
struct route_table;
struct zone;

/* How sms are routed now. Borrowed until the next turn. */
struct admin_routing {
	const struct route_table *table;
	unsigned rule_count; /* of the table */
	const char *const *
		account_names; /* by its indexes, which are those of admin_account.index; ROUTE_ACCOUNTS_MAX of them, NULL = none */
	const struct country *country;
	const struct zone *zone;
	const struct catalogue *catalogue;
	const struct quiet_hours *quiet_notice; /* in which a notice waits; NULL = none, as for marketing */
	const struct quiet_hours *quiet_marketing;
};

/* A sentence about a configuration. */
typedef void admin_on_line(void *ctx, const char *line, bool is_warning);

/* Where the pages get their facts. All are called in the loop's thread, from the loop, and must not block. */
struct admin_view {
	/* Fills in the snapshot, zeroed before, but for what admin_snapshot_count fills in after it. What it points to is
	 * borrowed until the next call. */
	void (*snapshot)(void *ctx, struct admin_snapshot *out);
	/* Fills in how sms are routed. */
	void (*routing)(void *ctx, struct admin_routing *out);
	/* Called before the blocks are read for a page, to bring gauges up to date. NULL = nothing to do. */
	void (*refresh)(void *ctx);
	/* What whoever changes something must know; "" = nothing can be changed. Borrowed until the next turn. */
	const char *(*token)(void *ctx);
	/* Has a change of an account noted for all gateways. change: borrowed for the call. done: called once, from a later
	 * turn. False where it can't be asked for now. */
	bool (*order)(void *ctx, const struct account_change *change, admin_on_ordered *done, void *done_ctx);
	/* Has the opt-out list changed for all gateways, or looks there; as order. */
	bool (*optout)(void *ctx, const struct optout_order *order, admin_on_optout *done, void *done_ctx);
	/* Reads the configuration again, and tells errors and warnings. False where nothing has changed. */
	bool (*reload)(void *ctx, admin_on_line *tell, void *tell_ctx);
	/* Sets the log level, for for_us or (0) until the next start. */
	void (*set_log_level)(void *ctx, enum log_level level, mono_us for_us);
	/* The blocks that /metrics prints together, at least one, with the names of all labels; borrowed until
	 * admin_destroy. */
	const struct metrics *const *blocks;
	unsigned block_count;
	/* One of the blocks, into which rates and outlooks are written, a second apart: of the loop's thread. NULL = none. */
	struct metrics *own_block;
	void *ctx;
};

struct admin_options {
	const char *host; /* borrowed until admin_start returns */
	uint16_t port;    /* 0 = any that is free */
};

struct admin;
struct loop;

/* Starts to serve. loop: borrowed until admin_destroy. view: copied. out: owned, set on success only. at: why not, a
 * sentence with the address. Errors as of httpd_create. */
MUST_CHECK enum err admin_start(struct loop *loop, const struct admin_options *options, const struct admin_view *view,
				struct admin **out, struct err_at *at);

/* What /v1/status answers now: a JSON object, NUL-terminated. len: set on success only. Owned by the caller (free); NULL where there is no
 * memory. In the loop's thread. */
char *admin_status_text(struct admin *admin, size_t *len);

/* The port that it listens on. */
uint16_t admin_port(const struct admin *admin);

/* Takes no new connections and answers the requests that have begun, at most for grace_us; then calls on_stopped (may
 * be NULL) once, from the loop. Legal once. */
void admin_stop(struct admin *admin, mono_us grace_us, void (*on_stopped)(void *ctx), void *ctx);

/* Closes everything at once and frees it; legal at any time but from the view's functions. NULL is fine. The loop needs
 * a turn more (loop_destroy makes it) to let go of the handles. */
void admin_destroy(struct admin *admin);
