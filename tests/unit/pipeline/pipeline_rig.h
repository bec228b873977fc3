/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "pipeline/pipeline_inner.h"

/* A pipeline with a store and two carriers that the test plays, and one alert at a time. */

#define RIG_ACCOUNTS     2
#define RIG_SETTLING_MAX 256
#define RIG_START        1770944400000

/* A carrier. room: what it takes before it is full. */
struct player {
	struct carrier base;
	const struct carrier_events *events;
	void *ctx;
	unsigned room;
	unsigned permitted; /* links */
	unsigned held;
	unsigned cuts;
	bool rests;
	unsigned retries;
	mono_us again_at;
	bool is_closing;
	unsigned submit_count;
	uint64_t tokens[16];
	uint8_t numbers[16];
	uint16_t references[16]; /* as the segments carry them */
	struct submit_key keys[16];
	const struct submit_text *text; /* of the last submit */
};

/* How the world is made: all nothing is an sms of three segments of a notice on a route with the first account only. */
struct rig_setup {
	bool is_short;       /* one segment */
	bool has_budget;     /* the alerts' tenant, “north”, has 10 segments a day */
	bool has_way;        /* both accounts are on the route */
	bool is_lone;        /* where they are not: the second one is on none; else it is on another tenant's */
	unsigned bind_share; /* of these this worker's, as far as it knows; 0 = it does not */
	unsigned binds;      /* that the first account permits in all; 0 = they are not counted */
	const char *header;  /* of its template: “class: …”, lines */
	unsigned life_ms;    /* of the alert; 0 = for ever */
};

struct rig {
	struct now now;
	struct store store;
	const struct store_events *store_events;
	void *store_ctx;
	bool is_reading; /* true: entries come when the test says so */
	unsigned read_count;
	struct store_quota quota; /* of the last READ */
	bool may_wait;            /* … likewise */
	unsigned adopts;          /* asked for so far */
	unsigned beginning;
	unsigned leasing;             /* accounts in the lease under way */
	unsigned lease_asks;          /* leases so far */
	struct store_lease lease_ask; /* of the last one its first account's */
	struct store_begin begun;     /* as the last BEGIN asked for its first alert; its texts are gone */
	struct settlement *settling[RIG_SETTLING_MAX];
	unsigned settling_count;
	struct settlement settled; /* the last one */
	char state[256];
	char event[2048];
	char parked_on[64];
	uint64_t park_rank;
	const char *parked_names; /* what rig_unpark tells; "" at first */
	unsigned binding;         /* accounts in the bind under way */
	struct store_bind bind_ask;
	unsigned unparking; /* accounts in the unpark under way */
	struct rig_unpark {
		char name[40];
		unsigned count;
		uint32_t sent;
	} unparks[STORE_LEASES_MAX];
	char keys[2048]; /* for receipts: “1=ref 2=ref ”, of the last one */
	unsigned settled_count;
	uint64_t budget_used; /* what the store says of the tenant's use */
	mono_us took;         /* by the turn under way */
	char log[1024];       /* the last line */
	struct player players[RIG_ACCOUNTS];
	struct pipeline_account accounts[RIG_ACCOUNTS];
	struct route_table *routes;
	struct catalogue *catalogue;
	struct pipeline_options options;
	struct pipeline *pipeline;
	bool is_drained;
	struct rig_setup setup;
	wall_ms not_before;  /* of the alert; 0 = none */
	bool has_consent;    /* the alert */
	unsigned late_count; /* late answers given to the store */
	struct submit_key late_key;
	bool late_is_queried;
};

extern struct rig rig;

void rig_set_up(const struct rig_setup *setup);
void rig_tear_down(void);

/* One turn; what is settled in it is in rig.settled, and its state and event are copied. */
/* Answers the lease under way: so much for each account that asks. */
void rig_lend(uint32_t count, mono_us delay_us, mono_us wait_us);

/* Answers the bind under way: the account may have so many links. */
void rig_bind(unsigned links);

/* Answers the unpark under way, the same for each account. */
void rig_unpark(unsigned released, uint64_t left);

void rig_turn(void);

/* Turns as a loop gives them: when the deadline that the pipeline named has come. */
void rig_pass(mono_us span_us);

/* An account's state changes. */
void rig_tell(unsigned account, enum carrier_state state);

/* An entry comes. On LANE_READY it comes back with a state. like: the marks that it carries; may be NULL. */
void rig_bring(enum lane lane, const char *state, const struct store_entry *like);

/* The BEGIN under way is answered: it may go. */
void rig_answer_begin(void);

/* Or it is answered so. */
void rig_answer_begin_with(enum begin_verdict verdict, const struct begin_note *note);

/* A submit is answered, by its place among all that the account took. */
void rig_answer(unsigned account, unsigned index, const struct outcome *outcome);
void rig_accept(unsigned account, unsigned index, const char *ref);

/* Fails where a parcel, a begun key or a kept place is left. */
void rig_assert_nothing_is_held(const char *name);
