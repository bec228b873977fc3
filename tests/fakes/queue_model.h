/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fakes/fake_plant.h"
#include "fakes/text_table.h"
#include "port/store.h"

/* The queue itself, as a model in memory that the fake stores of several workers share: lanes, what is pending for
 * whom, seen ids, intents, waiting alerts, dead letters, events, totals, consumers and their fences. Each function is
 * one atomic step. It promises what the queue's contract says and nothing that a real queue could not.
 *
 * It remembers more than a real queue (settled entries, who was in doubt), so that tests can ask. Out of memory is a
 * CHECK. */

#define QUEUE_CONSUMERS_MAX 1024
#define QUEUE_NAME_OCTETS   96
#define QUEUE_NOBODY        UINT32_MAX

struct queue_entry {
	struct entry_key key;
	struct entry_key origin;
	struct slice body; /* owned, as is state */
	struct slice state;
	uint32_t attempt;
	bool ambiguous;
	const char *malformed; /* static */
	unsigned owner;        /* the consumer that it is pending for; QUEUE_NOBODY = not delivered yet */
	bool is_settled;
	unsigned told_to;  /* the consumer whose pipeline has seen it; the owner may never have got the answer */
	bool was_doubtful; /* taken over from a consumer that had begun it */
	bool resend;       /* it was held, and a human sent it on */
};

struct queue_lane {
	struct queue_entry **entries; /* by id; settled ones stay */
	unsigned count;
	unsigned cap;
	unsigned next;  /* first that was never delivered */
	unsigned first; /* all before are settled */
	unsigned live;
	unsigned looked; /* before this, all was looked at for what withdraws others */
};

struct queue_consumer {
	char name[QUEUE_NAME_OCTETS];
	bool is_alive; /* signed on, not fenced */
	bool has_intents;
	uint64_t beat;
	struct entry_key *intents;
	unsigned intent_count;
	unsigned pending; /* entries */
};

struct queue_waiting {
	struct entry_key origin;
	wall_ms due_at;
	uint32_t attempt;
	bool ambiguous;
	struct slice state;
	struct slice body;
	struct slice paused_by; /* owned; absent unless it waits for the end of a pause */
	struct slice parked_on; /* owned; names with commas between, absent unless it is parked */
	uint64_t park_rank;
	bool has_moved; /* it is back on a lane (a planted bug) */
};

struct queue_dead {
	struct entry_key origin;
	struct slice reason;
	struct slice body;
};

/* A message from a phone: what makes it the same as another one, and the number that opts out by it. */
struct queue_mo {
	struct slice mark;
	struct slice opted_out; /* absent = none */
};

/* The instant of an account's next token that nobody has. */
struct queue_pace {
	char account[64];
	mono_us at;
	uint32_t lowest; /* rate that was asked with lately … */
	mono_us lowest_until;
};

#define QUEUE_PACES_MAX 8

/* What a tenant has used on a day. */
#define QUEUE_USES_MAX 1024
#define QUEUE_USE_NAME 96
struct queue_use {
	char name[QUEUE_USE_NAME]; /* day, blank, tenant */
	uint64_t segments;
};

/* What a consumer has of an account's links. */
struct queue_bind {
	char account[64];
	unsigned consumer;
	unsigned has;
	unsigned likes;
	wall_ms until;
};

struct queue_model {
	struct queue_pace paces[QUEUE_PACES_MAX];
	struct queue_use uses[QUEUE_USES_MAX];
	struct queue_bind *binds;
	unsigned bind_count;
	unsigned bind_cap;
	wall_ms now;      /* the queue's own clock */
	int64_t ahead_ms; /* of those who use it */
	int64_t seen_window_ms;
	int64_t receipt_window_ms;
	struct queue_lane lanes[LANE_COUNT];
	struct queue_consumer *consumers;
	unsigned consumer_count;
	struct queue_waiting *waiting;
	unsigned waiting_count;
	unsigned waiting_cap;
	struct queue_waiting *held; /* due_at: since when */
	unsigned held_count;
	unsigned held_cap;
	struct queue_dead *dead;
	unsigned dead_count;
	unsigned dead_cap;
	struct slice *events; /* one JSON object each, in order */
	unsigned event_count;
	unsigned event_cap;
	uint64_t added; /* by producers */
	uint64_t totals[CLOSING_COUNT];
	struct text_table *seen;
	struct text_table *receipts;
	struct text_table *mos; /* those that came, by their marks; it forgets nothing */
	struct text_table *opted_out;
	struct text_table *sent_on; /* segments on each account */
	struct text_table *sent;    /* what went to a number, or with a text: when, and under which origin */
	unsigned mo_count;
	struct text_table *withdrawn; /* ids, batches, subjects; it forgets nothing */
	struct pause pauses[STORE_PAUSES_MAX];
	unsigned pause_count;
	unsigned pause_version; /* grows with each change */
	uint64_t refused;       /* careful settlements that did not count: too late, or somebody else's */
	uint64_t robbed;        /* those that did although somebody else has the entry: 0, or a rule is broken */
	enum fake_plant plant;
};

struct queue_model *queue_model_create(wall_ms now, int64_t seen_window_ms, int64_t receipt_window_ms);
void queue_model_destroy(struct queue_model *model);

/* Counts what settlements say of tenants' use, and writes into them what each has used then. */
void queue_model_use(struct queue_model *model, struct settlement *const *settlements, unsigned count);

/* A producer adds an alert. malformed: NULL, or what is wrong with the entry itself. Returns its key. */
struct entry_key queue_model_add(struct queue_model *model, enum lane lane, struct slice body, const char *malformed);

/* Likewise, under an id that is higher than all that the lane had. */
void queue_model_add_at(struct queue_model *model, const struct entry_key *key, struct slice body);

/* The entry of a key, also a settled one; NULL where there never was one. */
struct queue_entry *queue_model_find(struct queue_model *model, const struct entry_key *key);

/* Entries added less entries accounted for, counted anew: 0 unless something was lost or made up. */
int64_t queue_model_drift(const struct queue_model *model);

/* Entries on lanes, waiting ones and held ones. */
unsigned queue_model_depth(const struct queue_model *model);

/* Lends tokens of an account's rate; time is the queue's own clock. */
struct store_grant queue_model_lease(struct queue_model *model, const struct store_lease *ask);

/* Brings alerts that are parked on an account back, those of lowest rank first. */
struct store_unparked queue_model_unpark(struct queue_model *model, const struct store_unpark *ask);

/* All names under which some are parked, with commas between; borrowed until the next call. */
struct slice queue_model_parked(const struct queue_model *model);

/* How many of an account's links a consumer may have. */
unsigned queue_model_bind(struct queue_model *model, unsigned consumer, const struct store_bind *ask);

/* -- consumers -- */

/* A consumer signs on; the same name again is alive again. Returns its number. */
unsigned queue_model_sign_on(struct queue_model *model, const char *name);

/* It leaves of its own will. */
void queue_model_sign_off(struct queue_model *model, unsigned consumer);

/* It shows that it lives. False where it was fenced. */
bool queue_model_beat(struct queue_model *model, unsigned consumer);

/* -- the calls of the port -- */

/* Assigns up to count entries of a lane that nobody had. Returns how many; the entries are borrowed from the model. */
unsigned queue_model_read(struct queue_model *model, unsigned consumer, enum lane lane, unsigned count,
			  struct queue_entry **out);

/* What is pending for a consumer; only_lost: of it, what its pipeline has not seen. out: cap places. Returns how many
 * there are. */
unsigned queue_model_pending(const struct queue_model *model, unsigned consumer, bool only_lost,
			     struct queue_entry **out, unsigned cap);

/* BEGIN. intents: what is begun and unsettled, items included. False where it was fenced (then nothing happened). */
bool queue_model_begin(struct queue_model *model, unsigned consumer, const struct store_begin *items, unsigned count,
		       const struct entry_key *intents, unsigned intent_count, enum begin_verdict *verdicts,
		       struct begin_note *notes);

/* What the rules that protect its recipient say of an alert that may go otherwise; where it goes, it counts. */
enum begin_verdict queue_model_protect(struct queue_model *model, const struct store_begin *item,
				       struct begin_note *note);

/* Notes what an entry withdraws, as later BEGINs see it. */
void queue_model_withdraw(struct queue_model *model, const struct store_withdrawal *withdrawal);

/* Looks at entries that it has not looked at yet: at those of the urgent lane, where cancels lie, or of all lanes. */
void queue_model_look_ahead(struct queue_model *model, const struct store_events *events, void *ctx, bool all_lanes,
			    bool was_lost);

/* What BEGIN says of an alert by what is withdrawn: GO, CANCELLED or SUPERSEDED. */
enum begin_verdict queue_model_withdrawn(struct queue_model *model, const struct store_begin *item);

/* SETTLE. careful: each only where it is still pending and, unless it was accepted, not for somebody else. False where it
 * was fenced (then nothing happened). */
bool queue_model_settle(struct queue_model *model, unsigned consumer, bool careful,
			struct settlement *const *settlements, unsigned count);

void queue_model_settle_late(struct queue_model *model, const struct store_late *late);

/* Fences a dead consumer. Its intents stay readable in consumers[dead]. False where the adopter itself was fenced. */
bool queue_model_fence(struct queue_model *model, unsigned adopter, unsigned dead);

/* Takes over up to count entries. intents: the adopter's whole set, the dead one's included. pending: what is left.
 * False where the adopter was fenced. */
bool queue_model_adopt(struct queue_model *model, unsigned adopter, unsigned dead, const struct entry_key *intents,
		       unsigned intent_count, unsigned count, struct queue_entry **out, unsigned *out_count,
		       unsigned *pending);

/* An operator pauses something, or ends that pause: what waits because of it is due. False where nothing changed. */
bool queue_model_pause(struct queue_model *model, const struct pause *pause);
bool queue_model_resume(struct queue_model *model, const struct pause *pause);

/* True where that is paused. field: as model/pause.h has it. */
bool queue_model_is_paused(const struct queue_model *model, struct slice field);

/* When the first of those that wait is due; INT64_MAX = none waits. */
wall_ms queue_model_next_due(const struct queue_model *model);

/* Brings alerts back whose waiting is over, at most so many. */
void queue_model_move(struct queue_model *model, unsigned count);

/* A human decides that what is held goes once more. False where it is not held. */
bool queue_model_resend(struct queue_model *model, const struct entry_key *origin);

/* Finds and tells receipts. answers: a STORE_RECEIPT_… for each. */
void queue_model_record_receipts(struct queue_model *model, const struct store_receipt_event *events, unsigned count,
				 char *answers);

/* Keeps messages from phones. answers: a STORE_MO_… for each. */
void queue_model_record_mo(struct queue_model *model, const struct queue_mo *mos, unsigned count, char *answers);

/* A generation of receipt keys goes by: what was kept last counts as kept in the one before. */
void queue_model_age_receipts(struct queue_model *model);

/* What was kept with a receipt key; absent where it is unknown. */
struct slice queue_model_find_receipt(struct queue_model *model, const char *account, struct slice carrier_ref,
				      uint8_t *segment);
