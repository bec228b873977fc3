/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fakes/fake_carrier.h"
#include "fakes/fake_env.h"
#include "fakes/fake_store.h"
#include "metrics/metrics.h"
#include "pipeline/pipeline.h"
#include "sim/sim_ledger.h"
#include "sim/sim_rate.h"

/* A world in one thread: a queue, two carriers, some workers, producers, a clock, and faults from one seed. Each step
 * moves the clock to the next moment at which something happens and lets it happen. */

#define SIM_WORKERS_MAX 3
#define SIM_ACCOUNTS    2
#define SIM_WINDOW_MAX  64
#define SIM_LONG_PARTS  3 /* segments of a long alert */
#define SIM_DEAD_US     (4 * US_PER_S)
#define SIM_DRAIN_US    (2 * US_PER_S)

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
	unsigned jump; /* of the wall clock */
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
	mono_us drained_by;
	mono_us start_at; /* while it is not running */
	mono_us born_at;
	struct fake_store_options store_options;
	struct store *store;
	struct pipeline_account accounts[SIM_ACCOUNTS];
	struct sim_rate rates[SIM_ACCOUNTS]; /* of the slot: a new life does not make its account faster */
	struct pipeline_options options;
	struct pipeline *pipeline;
	mono_us pipeline_deadline;
	struct metrics *metrics; /* of the slot */
	uint64_t fences;
};

struct sim_world {
	uint64_t seed;
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
	uint32_t tps[SIM_ACCOUNTS]; /* of one worker */
	unsigned parcel_count;      /* 0 = what the pipeline takes by itself */
	struct catalogue *catalogue;
	struct route_table *routes;
	struct sim_worker workers[SIM_WORKERS_MAX];
	unsigned worker_count;
	struct sim_ledger ledger;
	unsigned next_id;
	mono_us produce_at;
	mono_us produce_every_us;
	bool is_producing;
	bool is_healed;
	unsigned still; /* steps in a row without time passing */
	bool is_failed;
	mono_us human_at;
	uint64_t crashes;
	uint64_t freezes;
	uint64_t drains;
};

/* Makes the world of a seed; it must not move. */
void sim_world_init(struct sim_world *world, uint64_t seed);
void sim_world_fini(struct sim_world *world);

/* Time goes to the next moment at which something happens, and it happens. */
void sim_world_step(struct sim_world *world);

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

/* sim_fault.c */
struct sim_profile sim_fault_profile(struct sim_world *world);
void sim_fault_step(struct sim_world *world);

/* sim_human.c: somebody looks at what is held now and then, and sends some of it on. */
void sim_human_step(struct sim_world *world);

/* sim_producer.c */
void sim_producer_step(struct sim_world *world);
bool sim_producer_make_texts(struct sim_world *world);

/* sim_check.c */
void sim_check_step(struct sim_world *world);
void sim_check_submit(struct sim_worker *worker, unsigned account, const struct submit *submit);
/* After everything was sent: nothing lost, nothing twice without a word. */
void sim_check_end(struct sim_world *world);
