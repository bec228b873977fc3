/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fakes/fake_carrier.h"
#include "fakes/fake_env.h"
#include "fakes/fake_store.h"
#include "metrics/metrics.h"
#include "pipeline/pipeline.h"
#include "sim/sim_bind.h"
#include "sim/sim_budget.h"
#include "sim/sim_ledger.h"
#include "sim/sim_protect.h"
#include "sim/sim_rate.h"
#include "sim/sim_states.h"

/* A world in one thread: a queue, two carriers, some workers, producers, a clock, and faults from one seed. Each step
 * moves the clock to the next moment at which something happens and lets it happen. */

#define SIM_ACCOUNTS     2
#define SIM_EDITIONS     2
#define SIM_WINDOW_MAX   64
#define SIM_LONG_PARTS   3 /* segments of a long alert */
#define SIM_DEAD_US      (4 * US_PER_S)
#define SIM_DEAD_BIND    (30 * US_PER_S) /* as the service has it */
#define SIM_DEAD_SMALL   (2 * US_PER_S)  /* no shorter than a leave may be under way and then used */
#define SIM_DRAIN_US     (2 * US_PER_S)
#define SIM_JUMP_FELT_US (1500 * US_PER_MS)
#define SIM_FAULTS_LEAST 5 /* in each small world */

enum sim_fault {
	SIM_FAULT_CRASH,
	SIM_FAULT_FREEZE,
	SIM_FAULT_STORE,  /* the connections to the queue break */
	SIM_FAULT_READER, /* only the one that reads */
	SIM_FAULT_APART,  /* they break, and stay away so long that others take the worker for dead */
	SIM_FAULT_SLOW,   /* the queue answers late */
	SIM_FAULT_LINK,   /* to a carrier */
	SIM_FAULT_UNBIND,
	SIM_FAULT_MOOD, /* a carrier throttles, refuses, falls silent */
	SIM_FAULT_JUMP, /* of the wall clock */
	SIM_FAULT_DRAIN,
	SIM_FAULT_COUNT
};

/* How hard this seed is on the workers; chances are for each step, of a million. */
struct sim_profile {
	bool is_calm; /* no faults at all: the steady path must not allocate */
	unsigned break_store;
	unsigned break_carrier;
	unsigned unbind;
	unsigned change_mood;
	unsigned freeze;
	unsigned crash;
	unsigned drain;
	unsigned jump;    /* of the wall clock */
	unsigned publish; /* other texts */
};

struct sim_world;

struct sim_worker {
	struct sim_world *world;
	unsigned slot;
	unsigned life;
	bool is_running;
	bool is_frozen;
	bool is_draining;
	bool is_drained;
	bool wants_turn;
	mono_us thaw_at;
	bool wakes_when_robbed; /* frozen or cut off, it comes back when others have just taken its alerts over */
	mono_us drained_by;
	mono_us start_at; /* while it is not running */
	mono_us born_at;
	struct fake_store_watch watch;
	struct fake_store_options store_options;
	struct store *store;
	struct pipeline_account accounts[SIM_ACCOUNTS];
	struct pipeline_options options;
	struct pipeline *pipeline;
	mono_us pipeline_deadline;
	struct metrics *metrics; /* of the slot */
	uint64_t fences;
	struct pause pauses[STORE_PAUSES_MAX]; /* as this life knows them, since when */
	unsigned pause_count;
	mono_us paused_at;
	struct sim_budget_news budget_news[SIM_TENANTS];
};

/* Small worlds are many: a few hundred alerts, times a quarter as long, never fewer than two workers nor than
 * SIM_FAULTS_LEAST faults. */
struct sim_scale {
	bool is_small;
	enum fake_plant plant;
};

struct sim_world {
	uint64_t seed;
	struct sim_scale scale;
	uint64_t step;
	struct rng rng;
	struct sim_profile profile;
	struct fake_env env;
	wall_ms wall_most; /* the latest that the wall clock ever said */
	struct queue_model *model;
	struct fake_store_faults store_faults;
	struct smsc_mood moods[SIM_ACCOUNTS];
	struct smsc_model *smscs[SIM_ACCOUNTS];
	mono_us mood_until[SIM_ACCOUNTS];
	unsigned windows[SIM_ACCOUNTS];
	uint32_t tps[SIM_ACCOUNTS]; /* of all workers together */
	struct sim_rate rates[SIM_ACCOUNTS];
	mono_us jumped_at;     /* the clocks, last */
	unsigned jumps;        /* so many shortly one after the other */
	unsigned parcel_count; /* 0 = what the pipeline takes by itself */
	struct catalogue *editions[SIM_EDITIONS];
	unsigned edition; /* in force */
	struct rng publish_rng;
	struct route_table *routes;
	struct sim_worker workers[SIM_WORKERS_MAX];
	unsigned worker_count;
	struct sim_ledger ledger;
	struct sim_protect protect;
	struct sim_budget budget;
	struct sim_bind bind;
	unsigned next_id;
	mono_us produce_at;
	mono_us produce_every_us;
	bool is_producing;
	bool is_healed;
	unsigned still; /* steps in a row without time passing */
	bool is_failed;
	bool is_quiet; /* a failure is kept but not said */
	char failure[400];
	bool has_pauses; /* somebody pauses things now and then */
	mono_us pause_at;
	mono_us human_at;
	unsigned alerts_most;    /* 0 = as many as there is time for */
	unsigned fault_every;    /* alerts; 0 = faults come by chance only */
	unsigned faults_planned; /* those that have come */
	uint64_t faults[SIM_FAULT_COUNT];
	uint64_t pauses;
};

/* Makes the world of a seed; it must not move. */
void sim_world_init(struct sim_world *world, uint64_t seed, const struct sim_scale *scale);
void sim_world_fini(struct sim_world *world);

/* Time goes to the next moment at which something happens, and it happens. */
void sim_world_step(struct sim_world *world);

/* A span of time as long as this world has it. */
mono_us sim_world_span(const struct sim_world *world, mono_us span_us);
/* How long a worker is silent until others take it for dead. */
mono_us sim_world_dead_after(const struct sim_world *world);

/* No more faults and no more alerts; everybody runs. */
void sim_world_heal(struct sim_world *world);

/* Says on stderr what broke, with the command that shows it again; the first failure of a seed counts. */
void sim_world_fail(struct sim_world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* sim_worker.c */
void sim_worker_start(struct sim_worker *worker);
/* Answers, then a turn of the pipeline where something happened or its time has come. */
void sim_worker_turn(struct sim_worker *worker);
mono_us sim_worker_next_deadline(const struct sim_worker *worker);
/* kill -9. */
void sim_worker_crash(struct sim_worker *worker);
/* SIGTERM. */
void sim_worker_drain(struct sim_worker *worker);
/* Frees one that has drained. */
void sim_worker_end(struct sim_worker *worker);
/* What it is in the middle of: how it lives, its links, calls under way, states that its alerts are in. */
uint64_t sim_worker_state(const struct sim_worker *worker);

/* sim_fault.c */
struct sim_profile sim_fault_profile(struct sim_world *world);
void sim_fault_step(struct sim_world *world);

/* The workers' wall clock jumps; the queue's is so far ahead of it from then on. */
void sim_fault_jump(struct sim_world *world, int64_t jump_ms, int64_t ahead_ms);

/* True while faults are still to come that were planned for this world. */
bool sim_fault_has_more(const struct sim_world *world);

/* sim_pause.c */
void sim_pause_step(struct sim_world *world);
/* True where all that is not closed is paused, and has no end of its own. */
bool sim_pause_is_all_that_is_left(const struct sim_world *world);
/* Pauses end: that of everything; also_few: all of them. */
void sim_pause_end(struct sim_world *world, bool also_few);

/* sim_human.c: somebody looks at what is held now and then, and sends some of it on. */
void sim_human_step(struct sim_world *world);

/* sim_producer.c */
void sim_producer_step(struct sim_world *world);

/* sim_check.c */
void sim_check_step(struct sim_world *world);
void sim_check_submit(struct sim_worker *worker, unsigned account, const struct submit *submit);
/* After everything was sent: nothing lost, nothing twice without a word. */
void sim_check_end(struct sim_world *world);
