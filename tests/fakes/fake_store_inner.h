/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/list.h"
#include "fakes/fake_store.h"

/* What the files of the fake store share; nobody else includes this. */

#define FAKE_BEGINS_MAX 2
#define FAKE_BLOCK_US   (2 * US_PER_S)
#define FAKE_MOVE_US    (100 * US_PER_MS)
#define FAKE_MOVE_MAX   256
#define FAKE_PAUSES_US  (250 * US_PER_MS)

enum fake_call_kind {
	FAKE_READ,
	FAKE_BEGIN,
	FAKE_SETTLE,
	FAKE_FIND,
	FAKE_RECORD,
	FAKE_MO,
	FAKE_LATE,
	FAKE_LEASE,
	FAKE_UNPARK,
	FAKE_BIND,
	FAKE_WITHDRAW,
	FAKE_FENCE, /* first step of an adoption */
	FAKE_ADOPT,
	FAKE_BEAT,
	FAKE_MOVE,
	FAKE_PAUSES, /* what is paused? */
	FAKE_LOOK,   /* what is ours that the pipeline has not seen? */
	FAKE_FETCH,
	FAKE_SIGN_OFF,
};

struct fake_call {
	struct list link;
	enum fake_call_kind kind;
	bool is_sent;
	bool is_acted;  /* it has had its effect */
	bool was_lost;  /* it was under way when a connection broke */
	bool is_failed; /* the answer: the connection broke, and it is not repeated */
	bool is_fenced; /* the answer: this consumer was taken for dead */
	mono_us sent_at;
	mono_us act_at;
	mono_us answer_at;
	/* READ */
	struct store_quota quota;
	bool may_wait;
	/* READ, ADOPT, FETCH */
	struct queue_entry **entries;
	unsigned entry_count;
	unsigned left; /* ADOPT: pending for the dead one still */
	/* BEGIN */
	mono_us asked_at;
	struct store_begin *items;
	unsigned count; /* of items, settlements, receipt_events, messages; to adopt, to move */
	struct entry_key *intents;
	unsigned intent_count;
	enum begin_verdict *verdicts;
	struct begin_note *notes;
	/* SETTLE */
	struct settlement **settlements;
	bool careful;
	mono_us effect_at;
	/* RECORD, MO */
	struct store_receipt_event *receipt_events;
	struct queue_mo *mos;
	char *answers; /* of them */
	/* FIND, LATE */
	char account[64];
	struct slice text; /* carrier_ref, time */
	struct slice ref;  /* LATE */
	uint64_t token;
	struct submit_key late_key;
	bool late_is_queried;
	struct slice value;
	struct store_withdrawal withdrawal; /* WITHDRAW; its texts are owned */
	uint8_t segment;
	struct pause *pauses; /* PAUSES: count of them */
	/* LEASE */
	struct store_lease *leases;
	struct store_grant *grants;
	/* BIND */
	struct store_bind *binds;
	unsigned *links;
	/* UNPARK */
	struct store_unpark *unparks;
	struct store_unparked *unparked;
};

struct fake_link {
	bool is_up;
	mono_us up_at;
};

enum fake_phase { FAKE_IDLE, FAKE_OPEN, FAKE_CLOSING, FAKE_CLOSED };

struct fake_peer {
	uint64_t beat;
	mono_us changed_at;
	bool is_known;
};

struct fake_store {
	struct store base;
	const struct fake_store_options *options;
	const struct store_events *events;
	void *ctx;
	struct rng rng;
	enum fake_phase phase;
	struct fake_link main;
	struct fake_link reader;
	bool told_up;
	bool has_broken;  /* and nobody was told yet */
	unsigned upcalls; /* of this turn */
	unsigned consumer;
	unsigned renames;
	struct list calls;      /* of the main connection, oldest first */
	struct fake_call *read; /* of the reader */
	mono_us last_act_at;    /* calls have their effects in order, and their answers come in order */
	mono_us last_answer_at;
	bool is_reading;
	bool read_failed;   /* the READ under way brings nothing: told in the next turn */
	bool may_have_lost; /* an answer that brings entries was lost: ask which are ours */
	bool is_looking;
	struct queue_entry **lost; /* entries of ours to fetch, as the last look saw them */
	unsigned lost_count;
	unsigned begins;
	bool is_beating;
	bool is_moving;
	bool is_asking_pauses;
	bool is_leasing;
	bool is_unparking;
	bool is_binding;
	unsigned pause_version; /* as the pipeline knows them */
	mono_us next_pauses;
	mono_us next_beat;
	mono_us heard_at; /* the last answer to one */
	mono_us next_move;
	struct fake_peer *peers;
	unsigned orphan; /* QUEUE_NOBODY = none */
	bool orphan_is_fenced;
	bool is_adopting;
	struct entry_key *latest_intents; /* of the last BEGIN or adoption */
	unsigned latest_intent_count;
	struct entry_key *orphan_intents;
	unsigned orphan_intent_count;
	mono_us close_deadline;
	bool signed_off;
	struct fake_store_counts counts;
};

/* fake_store.c */
mono_us fake_store_delay(struct fake_store *store);
void fake_store_flush(struct fake_store *store);
void fake_store_lose_read(struct fake_store *store, enum fake_break how);
struct fake_call *fake_call_new(struct fake_store *store, enum fake_call_kind kind);
void fake_call_free(struct fake_call *call);
void fake_store_fenced(struct fake_store *store);

/* fake_store_port.c */
/* The whole set of intents: begun, items (may be NULL), the orphan's; owned by the caller. */
struct entry_key *fake_store_intents(struct fake_store *store, const struct entry_key *begun, unsigned begun_count,
				     const struct store_begin *items, unsigned count, unsigned *out_count);

/* fake_store_answer.c */
void fake_call_act(struct fake_store *store, struct fake_call *call, mono_us now);
/* Tells the pipeline; the call is off the list already, and freed by the caller. */
void fake_call_answer(struct fake_store *store, struct fake_call *call, mono_us now);
void fake_store_deliver(struct fake_store *store, struct queue_entry **entries, unsigned count, bool reclaimed);
void fake_store_finish_read(struct fake_store *store);

/* fake_store_upkeep.c */
void fake_store_upkeep(struct fake_store *store, mono_us now);
void fake_store_look_for_orphans(struct fake_store *store, mono_us now);
void fake_store_end_adoption(struct fake_store *store, mono_us now);
