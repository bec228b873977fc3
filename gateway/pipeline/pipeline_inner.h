/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/rng.h"
#include "flow/breaker.h"
#include "flow/congestion.h"
#include "flow/health.h"
#include "flow/lease.h"
#include "flow/store_clock.h"
#include "pipeline/editions.h"
#include "pipeline/parcel.h"
#include "pipeline/pipeline.h"
#include "pipeline/turns.h"
#include "route/route_memory.h"

/* What the files of the pipeline share; nobody else includes this. */

/* Producers' lanes: where prepared alerts wait for credit. */
#define WAIT_LANES 3

#define DOWN_PATIENCE_US (5 * US_PER_S) /* an account is down that long before its alerts make room for others' */

#define FORESIGHT_OCTETS          4096 /* of the first block */
#define FORESIGHT_OVERFLOW_OCTETS (128 * 1024)

enum account_presence { ACCOUNT_ABSENT, ACCOUNT_OPEN, ACCOUNT_LEAVING, ACCOUNT_CLOSING };

struct account {
	const struct pipeline_account *options;
	struct pipeline *pipeline;
	uint8_t index;
	enum account_presence presence;
	bool is_gone; /* taken out of the configuration, or never opened: what waits on it goes, and does not come back to it */
	uint32_t life; /* counts carriers */
	mono_us leave_deadline;
	struct pipeline_wish wish;
	enum carrier_state state;
	bool is_live;         /* takes submits; so says pipeline.live, too */
	mono_us down_since;   /* where it is not live */
	unsigned permitted;   /* links that this worker may have; of an account whose links are shared */
	mono_us bind_at;      /* when it is asked next */
	mono_us bind_until;   /* from then on it may have none, unless it is told anew */
	mono_us bind_tell_at; /* when the log is told that it was not told yet */
	struct lease lease;
	mono_us late_since;   /* since when all tokens come too late; 0 = they do not */
	mono_us late_told_at; /* when the log was told; 0 = never */
	mono_us slowed_since; /* since when another gateway's lower rate is in force; 0 = it is not */
	mono_us slowed_told_at;
	uint32_t again;       /* tokens that its driver waits for, to send again */
	uint64_t parked;      /* alerts that are parked on it, as far as is known */
	uint64_t parked_else; /* of these such as others may take, where it takes nothing */
	mono_us unparked_at;  /* when it was last asked about that */
	mono_us queued_at;    /* when an alert came to wait for it, or it was opened */
	uint32_t untold;      /* segments answered for good that the store was not told of */
	unsigned left;        /* segments that left since paces were noted … */
	unsigned pace;        /* … and in the second or two before that */
	struct health health;
	struct breaker breaker;
	bool is_failing; /* as of this turn */
	struct congestion congestion;
	struct list lanes[WAIT_LANES];  /* READY parcels, as they came; what is in doubt in front */
	struct turns turns[WAIT_LANES]; /* … in the order in which they go */
	unsigned lane_counts[WAIT_LANES];
	int pass[WAIT_LANES]; /* segments that each lane may still take in this round of sharing; negative: it owes them */
	struct list begun;    /* BEGUN parcels: the urgent ones, then the others, oldest first */
	unsigned in_flight;       /* segments with the carrier */
	unsigned reserved;        /* segments beginning or begun, for which credit is kept */
	unsigned reserved_urgent; /* … of urgent ones */
	mono_us stride_at;        /* when the present span of AHEAD_US began */
	unsigned stride;          /* segments that left in it */
	unsigned
		ahead; /* segments that may be begun beyond the free places, unless it rests: as many as left in the span before */
};

/* Until when it is quiet, by class; true for a minute. */
struct quiet_now {
	bool is_known;
	wall_ms from;
	wall_ms until[SMS_CLASS_COUNT]; /* 0 = it is not */
};

/* Of a tenant, as its last settled sms knew it. */
struct budget {
	char name[ALERT_NAME_MAX + 1];
	uint64_t segments_per_day;
	uint64_t used;
	uint64_t added; /* of it, by what is being settled */
	int32_t day;    /* 20260213; 0 = nothing is known */
};

struct pipeline {
	struct store *store;
	struct pipeline_options own_options;
	const struct pipeline_options *options; /* own_options */
	struct pipeline_account account_options[ROUTE_ACCOUNTS_MAX];
	struct metrics *metrics;
	const struct log *log;
	struct parcel_pool pool;
	struct edition *edition; /* in force; NULL = no templates are known yet, and nothing is read */
	struct account accounts[ROUTE_ACCOUNTS_MAX];
	unsigned account_count;      /* of accounts that are or were there */
	uint64_t known;              /* bit n: account n was opened once: what waits for it can be encoded */
	uint64_t live;               /* bit n: account n takes submits */
	uint64_t behind;             /* bit n: account n rests or fails; others go before it */
	struct route_memory *memory; /* numbers that accounts have called none of theirs */
	unsigned window_total;
	struct rng rng;
	uint16_t next_reference;
	struct pipeline_gauges gauges;

	/* intake */
	unsigned read_reserved;        /* parcels kept for the READ under way */
	unsigned held[LANE_COUNT];     /* parcels in use, by the stream of their entry */
	unsigned lane_hot[LANE_COUNT]; /* entries that each lane gave last time */
	bool last_read_was_empty;
	mono_us read_at; /* when the last READ began */
	unsigned read_got;
	bool may_adopt;
	bool is_adopting;
	unsigned adopt_reserved;

	/* foresight */
	struct arena foresight_arena;
	_Alignas(max_align_t) char foresight_block[FORESIGHT_OCTETS];

	/* poison */
	struct list suspects;   /* READY parcels that wait until nothing else is under way */
	struct parcel *suspect; /* the one that is being tried; NULL = none */
	uint32_t suspect_generation;

	struct quiet_now quiet;

	/* pauses */
	struct pause pauses[STORE_PAUSES_MAX];
	unsigned pause_count;
	bool is_paused; /* as a whole */

	/* budgets */
	struct budget budgets[TENANT_BUDGETS_MAX];
	unsigned budget_count;

	/* dispatch: the parcels of each BEGIN under way, in order */
	struct list beginning;
	unsigned begins_under_way;
	unsigned next_first;     /* account that the next BEGIN fills from first, modulo their count */
	struct entry_key *begun; /* begun and not yet settled (and what a dead consumer had begun) */
	struct parcel **begun_parcels;
	unsigned begun_count;
	unsigned begun_cap;

	/* log lines about dead letters: so many a second, the rest are counted */
	mono_us dead_logged_at;
	unsigned dead_logged;

	/* leasing: the accounts of the lease under way */
	uint8_t leasing[STORE_LEASES_MAX];
	unsigned leasing_count;
	mono_us leasing_asked_at;
	struct store_clock store_clock;

	/* binding: the accounts of the bind under way */
	uint8_t binding[STORE_LEASES_MAX];
	unsigned binding_count;
	mono_us binding_asked_at;

	/* parking: the accounts of the unpark under way */
	struct unparking {
		uint8_t account;
		bool is_else; /* what others may take of what waits for it */
	} unparking[STORE_LEASES_MAX];
	unsigned unparking_count;
	unsigned unpark_first; /* the account that the next question begins with */
	char strangers[512];   /* names under which something is parked, and that no account here has; commas between */
	size_t strangers_len;
	mono_us strangers_at; /* when it was last asked for that */
	mono_us relieved_at;  /* room was last made for those who have none */
	uint64_t named;       /* accounts that open routes name … */
	mono_us named_at;     /* … as of then; 0 = never looked up */

	/* settle */
	struct list settling; /* settlements not yet given to the store */
	unsigned settling_count;
	mono_us settling_since;
	unsigned settles_under_way;
	char at_text[40]; /* the turn's time as events have it */
	size_t at_len;
	wall_ms at_wall;

	/* life */
	struct receipts *receipts;
	struct mos *mos;

	bool is_open;
	bool is_draining;
	bool refuses_receipts; /* they, and messages from phones, come again later */
	bool carriers_closing;
	unsigned carriers_open;
	bool store_closing;
	mono_us drain_deadline;
	mono_us last_sweep; /* of expired alerts that wait */
	mono_us paced_at;   /* when paces were noted */
	void (*on_drained)(void *ctx);
	void *drained_ctx;
};

static inline struct now pipeline_now(const struct pipeline *pipeline)
{
	return pipeline->options->env.now(pipeline->options->env.ctx);
}

/* The time as of now, for what must not be used too early or too late however long a turn takes. */
static inline mono_us pipeline_fresh(const struct pipeline *pipeline)
{
	const struct env *env = &pipeline->options->env;
	return env->fresh != NULL ? env->fresh(env->ctx) : env->now(env->ctx).mono;
}

/* accounts.c */
/* NULL where there is none now. */
struct carrier *accounts_carrier(const struct account *account);
void accounts_open_carriers(struct pipeline *pipeline);
void accounts_close_carriers(struct pipeline *pipeline);
/* Whether it is live may have changed. */
void accounts_judge(struct account *account);
void accounts_turn(struct pipeline *pipeline, mono_us now);
void accounts_flush(struct pipeline *pipeline);
mono_us accounts_next_deadline(const struct pipeline *pipeline);

/* backlog.c: fills in the gauges of what waits for accounts. */
void backlog_look(struct pipeline *pipeline);

/* foresight.c */
/* What an alert withdraws; false where nothing. out: all but origin. */
bool foresight_withdrawal(const struct alert *alert, struct store_withdrawal *out);
bool foresight_foresees(void *ctx, const struct store_entry *entry, struct store_withdrawal *out);

/* pauses.c */
void pauses_on_pauses(void *ctx, const struct pause *pauses, unsigned count);
/* What a parcel is paused by; NULL = nothing. */
const struct pause *pauses_find(const struct pipeline *pipeline, const struct parcel *parcel);
/* Into the store, until the pause ends. */
void pauses_put_away(struct pipeline *pipeline, struct parcel *parcel, const struct pause *pause, wall_ms now);

/* protecting.c */
/* Writes what BEGIN is asked about the recipient; out is zero there. */
void protecting_ask(const struct pipeline *pipeline, const struct parcel *parcel, struct store_begin *out);
/* What the rules without the store look at: consent and quiet hours. */
void protecting_put_facts(struct pipeline *pipeline, struct parcel *parcel, struct policy_facts *facts);
/* True where quiet hours hold a parcel back of which nothing is out. */
bool protecting_is_quiet(struct pipeline *pipeline, struct parcel *parcel, wall_ms now);
/* It goes into the store until they end; off its lane, and its places given back already. */
void protecting_put_away(struct pipeline *pipeline, struct parcel *parcel, wall_ms now);
/* Into the store until then, because of a rule. */
void protecting_defer(struct pipeline *pipeline, struct parcel *parcel, enum protection_rule rule, wall_ms until);
/* Closes a parcel that a rule has stopped. */
void protecting_suppress(struct pipeline *pipeline, struct parcel *parcel, enum protection_rule rule);
/* Notes what would have stopped a parcel that is begun now, and counts it; NONE is fine. */
void protecting_exempt(struct pipeline *pipeline, struct parcel *parcel, enum protection_rule rule);
/* Puts a parcel where BEGIN's verdict sends it, where that is a rule's; its places are given back already. */
bool protecting_stops(struct pipeline *pipeline, struct parcel *parcel, enum begin_verdict verdict,
		      const struct begin_note *note, wall_ms now);

/* budgets.c */
void budgets_set(struct pipeline *pipeline, const struct tenant_budget *budgets, unsigned count);
/* Notes in a parcel's settlement what its tenant has used. */
void budgets_count(struct pipeline *pipeline, struct parcel *parcel);
/* Takes over what the store says of a tenant's use; budgets_tell behind the last one of a batch. */
void budgets_note_settled(struct pipeline *pipeline, const struct settlement *settlement);
void budgets_tell(struct pipeline *pipeline);
/* True where a parcel has to wait until tomorrow: bulk of a tenant that has used its budget. */
bool budgets_defers(struct pipeline *pipeline, const struct parcel *parcel, wall_ms now);
/* Into the store until then. */
void budgets_put_away(struct pipeline *pipeline, struct parcel *parcel, wall_ms now);

/* poison.c */
/* True where the entry is a suspect or worse: then it is not prepared now. */
bool poison_takes(struct pipeline *pipeline, struct parcel *parcel, const struct store_entry *entry);
/* True where a suspect waits or is being tried: nothing else is read. */
bool poison_is_near(const struct pipeline *pipeline);
/* False where the parcel has to wait because of a suspect. */
bool poison_may_begin(const struct pipeline *pipeline, const struct parcel *parcel);
void poison_turn(struct pipeline *pipeline);
/* Suspects that wait are somebody else's. */
void poison_let_go(struct pipeline *pipeline);

/* intake.c */
void intake_on_read(void *ctx, const struct store_entry *entries, unsigned count, bool last);
void intake_on_orphans(void *ctx);
void intake_on_adopted(void *ctx, bool more);
/* True while a dead worker's alerts come over, as far as there is room. */
bool intake_is_adopting(const struct pipeline *pipeline);
void intake_turn(struct pipeline *pipeline, mono_us now);
/* When a READ is due that waits for more room. */
mono_us intake_next_deadline(const struct pipeline *pipeline);

/* prepare.c: decides about a parcel that was just read: onto a lane, or into settlement. A crumb lies while it does. */
void prepare_parcel(struct pipeline *pipeline, struct parcel *parcel, const struct store_entry *entry);
/* One that was prepared, was never tried and is not queued: all that follows decoding once more. */
void prepare_anew(struct pipeline *pipeline, struct parcel *parcel);
/* Gives a parcel its account and its segments. False where it went into settlement instead. */
bool prepare_for_account(struct pipeline *pipeline, struct parcel *parcel, unsigned account);
/* True where a parcel may have been sent and must not be sent twice: then it is held. */
bool prepare_must_hold(const struct parcel *parcel);
/* The live account of a route that a parcel goes to: one that has not refused it, where there is one; negative where none
 * lives. */
int prepare_pick_account(struct pipeline *pipeline, const struct parcel *parcel, const struct route *route);

/* routing.c */
/* True where a route takes the alert, now or at another hour. */
bool routing_covers(const struct pipeline *pipeline, const struct alert *alert, enum sms_class sms_class);
/* The route of a rendered parcel; NULL where none fits, now or at any hour. Valid until the table is another one. */
const struct route *routing_find(const struct pipeline *pipeline, const struct parcel *parcel);
const struct route *routing_find_any_time(const struct pipeline *pipeline, const struct parcel *parcel);
/* The one that counts now or, where all are closed, when the first of them opens. */
const struct route *routing_find_next(const struct pipeline *pipeline, const struct parcel *parcel);
/* When a parcel whose routes are all closed is looked at again: when one opens, or at its deadline; not at once where it
 * has waited before. */
wall_ms routing_opens(const struct pipeline *pipeline, const struct parcel *parcel);
/* The account among the open ones: one that works before one that rests or fails, and one that has called the number none
 * of its own last. ROUTE_NONE where route is NULL, ROUTE_WAIT where none is open. */
int routing_pick(const struct pipeline *pipeline, const struct parcel *parcel, const struct route *route,
		 uint64_t open);
/* Learns from an outcome whose the number is. */
void routing_note(struct pipeline *pipeline, const struct account *account, const struct parcel *parcel,
		  const struct outcome *outcome, wall_ms now);
/* An alert waits for the account. */
void routing_note_queued(struct pipeline *pipeline, const struct account *account);
/* Looks which accounts come behind. */
void routing_turn(struct pipeline *pipeline, mono_us now);

/* breaking.c: accounts of which nearly nothing comes back well. */
/* Counts an answer to what was submitted at sent_at, which is no longer in flight. */
void breaking_note(struct account *account, const struct outcome *outcome, mono_us sent_at, mono_us now);
/* An operator says that it works: it is tried now. */
void breaking_retry(struct account *account, mono_us now);
/* True where it is being tried, and has the alert for that. */
bool breaking_has_probe(const struct account *account);
void breaking_turn(struct pipeline *pipeline, mono_us now);
/* When an account is tried again. */
mono_us breaking_next_deadline(const struct pipeline *pipeline);

/* dispatch.c */
void dispatch_enqueue(struct pipeline *pipeline, struct parcel *parcel);
/* Begins a large batch while a READ is still being taken apart, so that the store does not wait for the turn's end. */
void dispatch_early(struct pipeline *pipeline);
void dispatch_turn(struct pipeline *pipeline, struct now now);
void dispatch_on_begun(void *ctx, const enum begin_verdict *verdicts, const struct begin_note *notes, unsigned count);
void dispatch_note_begun(struct pipeline *pipeline, struct parcel *parcel);
/* Frees a parcel: its alert is settled, or somebody else's. */
void dispatch_forget(struct pipeline *pipeline, struct parcel *parcel);
/* A segment has left on the account. */
void dispatch_note_left(struct account *account, mono_us now);
/* Keeps places for so many segments of a parcel, or (negative) gives them back. */
void dispatch_reserve(struct account *account, const struct parcel *parcel, int segments);
/* Makes a parcel one of the account's begun ones: what is urgent leaves before all else; of the rest, and of those, the
 * oldest is first. */
void dispatch_queue_begun(struct account *account, struct parcel *parcel);
/* Gives the places back that are kept for a parcel's segments which are not with the carrier. */
void dispatch_release(struct pipeline *pipeline, struct parcel *parcel);
mono_us dispatch_next_deadline(struct pipeline *pipeline, mono_us now);
/* Segments that the account's window admits, and a little ahead of it, those that begin or are begun included. */
unsigned dispatch_room(const struct account *account, mono_us now);
/* Parcels that wait on the account's lanes; what begins or is begun is not among them. */
unsigned dispatch_waiting(const struct account *account);
/* Takes a READY parcel off its lane. */
void dispatch_unqueue(struct pipeline *pipeline, struct parcel *parcel);

/* Segments that the carrier has not accepted yet. */
unsigned dispatch_segments_missing(const struct parcel *parcel);
/* True where it is of no use any more. */
bool dispatch_is_stale(const struct parcel *parcel, wall_ms now);
/* When what waits for an account that stays down comes back: not all at once. */
wall_ms dispatch_back_by_and_by(struct pipeline *pipeline, wall_ms now);

/* binding.c: shares the links that accounts permit with other workers. */
/* A carrier opens: no link before it is known how many it may have. */
void binding_open(struct account *account);
void binding_turn(struct pipeline *pipeline, mono_us now);
void binding_on_bound(void *ctx, const unsigned *links, unsigned count);
/* True where all links of an account are with other workers, which may take what waits for it here. */
bool binding_has_none(const struct account *account, mono_us now);
/* This worker was taken for dead: others may have its links, it has none until it is told anew. */
void binding_fenced(struct account *account);
mono_us binding_next_deadline(const struct pipeline *pipeline);

/* leasing.c: asks for tokens of rates. */
void leasing_turn(struct pipeline *pipeline, struct now now);
void leasing_on_leased(void *ctx, const struct store_grant *grants, unsigned count);
/* When an account's tokens, or the time to ask for some, come next. */
mono_us leasing_next_at(const struct pipeline *pipeline, struct account *account, mono_us now);

/* parking.c: alerts of accounts that are away, or take little, wait in the store and come back when there is a use for them. */
/* What waits for the account is put into the store until one of its route takes it. Of a long sms that has begun to arrive
 * that is its own account. */
void parking_put(struct pipeline *pipeline, struct parcel *parcel, struct now now);
/* True where what waits for the account makes room for others'. */
bool parking_makes_room(const struct pipeline *pipeline, const struct account *account, mono_us now);
/* True where other workers may have links of the account, and this one has had none for long. */
bool parking_others_may(const struct account *account, mono_us now);
void parking_turn(struct pipeline *pipeline, struct now now);
void parking_on_unparked(void *ctx, const struct store_unparked *answers, unsigned count, struct slice names);
/* When parked alerts are next asked for. */
mono_us parking_next_deadline(const struct pipeline *pipeline, mono_us now);

/* setbacks.c: what was granted is granted no more. */
enum leave { LEAVE_IN_A_DRAIN, LEAVE_FENCED, LEAVE_RESTORED };
void setbacks_let_go(struct pipeline *pipeline, enum leave leave); /* of what waits on lanes */
void setbacks_on_fenced(void *ctx);
void setbacks_on_restored(void *ctx);
/* sweeping.c: what waits for credit and has become too old, or can go another way. */
void sweeping_turn(struct pipeline *pipeline, struct now now);
/* When it is next looked at. */
mono_us sweeping_due(const struct pipeline *pipeline);

/* submitting.c: hands an account's begun parcels over. */
void submitting_turn(struct pipeline *pipeline, struct account *account, struct now now);

/* outcomes.c */
void outcomes_on_outcome(void *ctx, uint64_t token, const struct outcome *outcome);
void outcomes_on_late(void *ctx, const struct submit_key *key, const struct outcome *outcome);
/* A submit without an answer was accepted all the same: its alert is settled where it is now. */
void outcomes_accepted_late(struct account *account, const struct submit_key *key, struct slice carrier_ref);
/* Closes a begun sms of which nothing is missing and nothing is out: late answers came before it was sent again. */
bool outcomes_close_whole(struct pipeline *pipeline, struct parcel *parcel);

/* settling.c */
void settling_close(struct pipeline *pipeline, struct parcel *parcel, enum closing closing, const char *reason);
/* field: may be NULL. text: the sentence; both end in the dead letter. */
void settling_dead(struct pipeline *pipeline, struct parcel *parcel, const char *word, const char *field,
		   const char *text);
void settling_later(struct pipeline *pipeline, struct parcel *parcel, wall_ms due_at);
/* The store holds an earlier state: what it does not know of the parcel is told it, and the rest forgotten. It is on no list. */
void settling_give_back(struct pipeline *pipeline, struct parcel *parcel);
/* When a parcel that waits for an instant of our clock is to come back: at due_at, but not at once where the store has
 * brought it before. Our clock alone decides that the instant has come; the store's may go ahead of it, and would bring the
 * parcel back again and again until then. */
wall_ms settling_not_at_once(const struct pipeline *pipeline, const struct parcel *parcel, wall_ms due_at);
/* It may have been sent, and is not sent again by itself. reason: “unanswered” by its account, or “interrupted” (whoever
 * had begun it is gone, and nobody knows which account had it). */
void settling_hold(struct pipeline *pipeline, struct parcel *parcel, const char *reason);
/* Gives what waits for its batch to the store now. */
void settling_flush(struct pipeline *pipeline);
/* True while submits are under way: then a batch may wait for company. */
bool settling_may_wait(const struct pipeline *pipeline);
void settling_turn(struct pipeline *pipeline, struct now now);
mono_us settling_next_deadline(const struct pipeline *pipeline);
void settling_on_settled(void *ctx, struct settlement *const *settlements, unsigned count);

/* events.c: one JSON object each, in the parcel's arena; absent where the arena has no room. */
struct slice events_members(struct parcel *parcel);
/* The head of an event: who it is about (members, as above), what happened, and when. The caller closes the object. */
void events_open(struct pipeline *pipeline, struct buf *buf, struct slice members, const char *event);
/* What stands in it behind the members. */
void events_put_head(struct pipeline *pipeline, struct buf *buf, const char *event);
/* What is told of an alert that is held. has_account: its account is known. */
struct slice events_held(struct pipeline *pipeline, struct parcel *parcel, const char *reason, bool has_account);
struct slice events_closing(struct pipeline *pipeline, struct parcel *parcel, enum closing closing, const char *reason);
/* State of an alert between attempts: “reference segments accepted throttles doubts hash account ref ref …”; refs in
 * hexadecimal, “-” for a segment that was not accepted. account: the last one's name; behind a comma how many attempts
 * on it came to nothing, with “r” where a human has decided that it goes once more, “s” where it has, and “:” and the rule
 * that it is exempt from; behind further commas the names of those that refused it before. A store reads segments, doubts
 * and that rule when a late answer comes. */
struct slice events_state(struct pipeline *pipeline, struct parcel *parcel);
bool events_state_parse(struct pipeline *pipeline, struct parcel *parcel, struct slice state);
/* A hash of the sms's text, to see whether it is still the same at the next attempt. */
uint32_t events_text_hash(const struct parcel *parcel);
/* Fills refs of segments that an earlier attempt had accepted; after prepare_for_account. */
void events_state_refs(struct parcel *parcel);
/* A carrier's reference as a JSON string. */
void events_put_ref(struct buf *buf, struct slice carrier_ref);
/* The turn's time, RFC 3339. */
struct slice events_at(struct pipeline *pipeline);

/* receipts.c */
struct receipts *receipts_create(struct pipeline *pipeline);
void receipts_destroy(struct receipts *receipts);
mono_us receipts_next_deadline(const struct pipeline *pipeline);
void receipts_on_receipt(void *ctx, receipt_token token, const struct receipt *receipt);
void receipts_on_found(void *ctx, uint64_t token, struct slice value, uint8_t segment);
void receipts_on_recorded(void *ctx, uint64_t token, struct slice answers);
/* Those that wait to be looked up again are answered “later”: whoever comes next finds them. */
void receipts_drain(struct pipeline *pipeline);
void receipts_turn(struct pipeline *pipeline, mono_us now);
/* Those not answered yet. */
unsigned receipts_open(const struct pipeline *pipeline);

/* mos.c */
struct mos *mos_create(void);
void mos_destroy(struct mos *mos);
void mos_on_mo(void *ctx, receipt_token token, const struct mo *mo);
void mos_on_recorded(void *ctx, struct slice answers);
void mos_turn(struct pipeline *pipeline);
/* Those not answered yet. */
unsigned mos_open(const struct pipeline *pipeline);
