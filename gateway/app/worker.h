/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/callbacks.h"
#include "app/order_desk.h"
#include "app/snapshot.h"
#include "metrics/metrics.h"
#include "pipeline/pipeline.h"
#include "store/redis_store.h"

/* One worker thread: its own loop, store, carriers and pipeline; shared nothing but what never changes. */

struct worker_options {
	struct snapshot *snapshot;        /* to begin with */
	const char *const *account_names; /* of all slots */
	const struct log *log;
	struct metrics *metrics; /* the worker's own block */
	unsigned index;
	unsigned count;                          /* of workers */
	uint64_t nonce;                          /* of this process */
	const struct callbacks_place *callbacks; /* where receipts over HTTP come in */
	bool adopts_instance;                    /* the instance's lock is ours */
	volatile struct crumb *crumb;            /* its own; NULL = none */
	const struct entry_key *suspects;        /* what the process before died with */
	unsigned suspect_count;
	struct order_desk *orders;  /* that it passes on to Redis; NULL = another worker does */
	void (*on_done)(void *ctx); /* from the worker's thread, when it has drained */
	void *ctx;
};

/* What a worker last said of itself. */
struct worker_status {
	struct pipeline_gauges gauges;
	struct redis_store_gauges store;
};

struct worker;

/* Makes everything and starts the thread. options: borrowed for the worker's life. NULL where the system gives no
 * memory, thread or file descriptors. */
struct worker *worker_start(const struct worker_options *options);

/* From any thread: drains; again with 0: at once. */
void worker_drain(struct worker *worker, mono_us grace_us);

/* From any thread: another configuration is in force. What it says of accounts, routes, retries and texts is followed; a
 * worker that drains does not. snapshot: held by the worker as long as it needs it. */
void worker_reload(struct worker *worker, struct snapshot *snapshot);

/* From any thread: other templates are in force; before the first ones are, nothing is read. catalogue: held by the worker as long as it
 * needs it. */
void worker_follow(struct worker *worker, const struct catalogue *catalogue);

/* From any thread: something lies on the desk. */
void worker_wake(struct worker *worker);

/* Waits for the thread's end and frees all. */
void worker_join(struct worker *worker);

/* From any thread: copies what the worker last said. */
void worker_read_status(struct worker *worker, struct worker_status *out);
