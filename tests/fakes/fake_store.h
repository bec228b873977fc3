/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/rng.h"
#include "fakes/fake_env.h"
#include "fakes/queue_model.h"

/* A store on the queue model: asynchronous, cranked by the test, with seeded faults. It keeps every promise of
 * port/store.h, so that a pipeline runs on it unchanged.
 *
 * A call goes out at flush, has its effect on the model some time later (fake_store_act: the queue's side, which goes on
 * although the worker is stopped), and is answered later still (fake_store_turn: the worker's side, all upcalls). */

/* Read at each use, so that a test may change them as it goes. All 0 = nothing ever fails, answers come at once. */
struct fake_store_faults {
	mono_us delay_max_us;       /* each way */
	unsigned break_per_million; /* chance that the connections break, for each call */
	mono_us down_max_us;        /* they stay down for at most so long */
};

/* What a store tells whoever watches it. */
struct fake_store_watch {
	/* An alert may go: its BEGIN was asked at asked_at, and sent (for the last time) at sent_at. */
	void (*on_go)(void *ctx, const struct store_begin *item, mono_us asked_at, mono_us sent_at);
	/* What became of an alert is asked to be settled. */
	void (*on_settle)(void *ctx, const struct settlement *settlement);
	/* Settlements have had their effect. careful: each only where it was still there. */
	void (*on_effect)(void *ctx, struct settlement *const *settlements, unsigned count, bool careful);
	/* The pipeline learns of it. effect_at: when they had it. */
	void (*on_settled)(void *ctx, struct settlement *const *settlements, unsigned count, mono_us effect_at);
	/* The pipeline learns what is paused. */
	void (*on_pauses)(void *ctx, const struct pause *pauses, unsigned count);
};

struct fake_store_options {
	struct queue_model *model;
	const struct fake_env *env;
	const char *instance;
	uint64_t nonce;
	unsigned worker;
	bool adopts_instance;
	mono_us heartbeat_us;
	mono_us dead_after_us;
	mono_us stale_after_us;
	uint64_t seed;
	const struct fake_store_faults *faults;
	const struct fake_store_watch *watch; /* NULL = nobody */
	void *watch_ctx;
};

enum fake_break {
	FAKE_BREAK_BEFORE, /* calls under way had no effect */
	FAKE_BREAK_AFTER,  /* they had, and their answers are lost */
	FAKE_BREAK_SEEDED, /* the first so many had */
};

/* Counters for tests. */
struct fake_store_counts {
	uint64_t breaks;
	uint64_t fences;
	uint64_t adopted;
	uint64_t adopted_intents;
	uint64_t stale_begins; /* answers to BEGIN that came too late and were asked for again */
	uint64_t careful;      /* settlements made one by one */
};

/* options: borrowed for the store's life, and what they point to. */
struct store *fake_store_create(const struct fake_store_options *options);

/* Calls that have reached the queue have their effect. */
void fake_store_act(struct store *store, mono_us now);

/* Connects, answers, upkeep. True where an upcall was made. */
bool fake_store_turn(struct store *store, mono_us now);

/* When act or turn must be called next. */
mono_us fake_store_next_deadline(const struct store *store);

/* Both connections break; they come back within down_us. Not inside an upcall or downcall. */
void fake_store_break(struct store *store, enum fake_break how, mono_us down_us);

/* Connections that are broken come back at `at`, if not before. */
void fake_store_mend(struct store *store, mono_us at);

/* Only the connection that reads breaks. */
void fake_store_break_reader(struct store *store, enum fake_break how);

/* The worker dies: calls under way may or may not have had their effect (seeded), nobody signs off. Frees it. */
void fake_store_crash(struct store *store);

/* Its consumer in the model; QUEUE_NOBODY before it signed on. */
unsigned fake_store_consumer(const struct store *store);

const struct fake_store_counts *fake_store_counts(const struct store *store);
