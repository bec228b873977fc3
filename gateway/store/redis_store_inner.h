/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/list.h"
#include "store/claims.h"
#include "store/key_set.h"
#include "store/redis_store.h"
#include "store/refusal.h"
#include "store/replay_ring.h"
#include "store/scripts.h"
#include "store/sentinel_watch.h"

/* What the files of the Redis store share; nobody else includes this. */

#define STORE_NAME_OCTETS     160
#define STORE_IDENTITY_OCTETS 64
#define STORE_BEGINS_MAX      2 /* BEGINs under way: one at Redis, one being filled */
#define STORE_PEERS_MAX       256
#define STORE_ANSWER_MAX      2048
#define STORE_LOST_MAX        1024 /* an adoption brings at most one range an entry */
#define STORE_GIVEN_BACK_MAX  64
#define STORE_SUSPECTS_MAX    256        /* as suspect.lua has it */
#define LOOKOUT_LANES         LANE_READY /* the producers' lanes */

enum store_key {
	KEY_WORKERS,
	KEY_INTENTS,
	KEY_CLAIMS,
	KEY_TOTALS,
	KEY_EVENTS,
	KEY_DEAD,
	KEY_LATER,
	KEY_LATER_BODIES,
	KEY_HELD,
	KEY_LEGACY,
	KEY_PAUSED,
	KEY_ACCOUNTS,
	KEY_SUSPECTS,
	KEY_HELD_BODIES,
	KEY_MO,
	KEY_OPTOUT,
	KEY_PACE,
	KEY_BUDGET,
	KEY_BINDS,
	KEY_SENT,
	KEY_ASSEMBLED,
	KEY_LANE, /* + enum lane */
	KEY_COUNT = KEY_LANE + LANE_COUNT
};

struct redis_store;

/* A script call that must have its effect: sent again after a reconnect, in the order of asking. */
struct store_call {
	struct list link; /* store->calls */
	struct command command;
	bool is_sent;
	bool waits; /* for the look-out (store_withdraw.c): it is not sent yet */
	enum store_span span;
	bool was_lost;       /* it was sent, and the connection broke before the answer */
	bool is_awaited;     /* it tells another Redis what it may not know */
	bool is_dispensable; /* where it alone is refused, it is done */
	mono_us sent_at;
	void (*on_reply)(struct store_call *call, const struct reply *reply); /* never NULL reply */
	void (*rewrite)(struct redis_store *store, struct store_call *call);  /* before it is sent again; may be NULL */
	void (*fini)(struct store_call *call); /* frees it; NULL where it is part of the store */
	struct redis_store *store;
};

struct begin_call {
	struct store_call call;
	bool in_use;
	unsigned lookout_lanes;        /* streams that it needs looked through: a bit each */
	uint64_t looks[LOOKOUT_LANES]; /* number of the look that saw what was there when it was asked; 0 = none yet */
	bool is_doubted;               /* that look has found something since it was sent */
	unsigned count;
	struct store_begin items[STORE_BATCH_MAX]; /* texts are borrowed until it is answered */
};

/* One SETTLE; as a whole, or each entry for itself where it may have had its effect before. */
struct settle_call {
	struct store_call call;
	struct command receipts; /* HSET of receipt keys, ahead of the script; empty where there are none */
	struct settle_call *next_free;
	size_t receipts_head; /* octets of its arguments ahead of the receipt keys */
	unsigned count;
	bool is_careful;
	bool is_restoring; /* Redis may not know what came before it */
	struct settlement *settlements[STORE_BATCH_MAX];
};

/* Another consumer, watched by its heartbeat. */
struct store_peer {
	char name[STORE_NAME_OCTETS];
	uint64_t beat;
	mono_us changed_at;
	bool is_listed; /* in the heartbeat being read */
};

/* A range of ours whose entries the pipeline has not seen. */
struct lost_range {
	struct entry_key after; /* fetched up to here */
	struct entry_key to;
};

/* How far a stream was looked through for what withdraws others. */
struct lookout {
	struct redis_store *store;
	struct entry_key at;
	uint64_t sent;     /* looks so far; they are answered in this order */
	uint64_t answered; /* or lost */
	bool is_behind;    /* there is more than one look brings */
};

/* A question about accounts of which one is under way at a time (store_ask.c). */
struct store_ask {
	/* reply: NULL where it was lost, or Redis refuses it. count: of the accounts in it. */
	void (*on_answer)(struct redis_store *store, const struct reply *reply, unsigned count);
	enum store_key key; /* that it is about, for the log */
	const char *text;   /* what it means that Redis refuses it, and what to do; static */
	struct redis_store *store;
	bool is_refused; /* the last one was, rather than lost */
	unsigned count;  /* accounts in the one under way; 0 = none is */
	bool was_lost;   /* it is told in the turn that follows */
	mono_us told_at; /* when the log last said that it is refused; 0 = never */
};

/* What is looked at now and then (store_chores.c). */
enum chore { CHORE_BALANCE, CHORE_MEMORY, CHORE_TRIM, CHORE_TRIM_MO, CHORE_LEGACY, CHORE_COUNT };

struct store_chore {
	struct redis_store *store;
	mono_us asked_at;
	mono_us next_at;
	bool is_asking;
	bool has_failed; /* that the log has told */
};

/* What the log has told of the account. */
struct store_account {
	int64_t told_drift;
	mono_us told_at;
};

enum store_phase { PHASE_DOWN, PHASE_STARTING, PHASE_READY, PHASE_CLOSING, PHASE_CLOSED };

struct redis_store {
	struct store base;
	const struct redis_store_options *options;
	struct loop *loop;
	struct loop_member member;
	const struct store_events *events;
	void *ctx;
	enum store_phase phase;
	bool is_open;
	bool has_told; /* the pipeline knows whether the store is up, and why not */
	bool told_up;
	struct redis_link *main;
	struct redis_link *reader;
	struct sentinel_watch *watch; /* NULL where no Sentinel is asked */
	char keys[KEY_COUNT][STORE_NAME_OCTETS];
	char consumer[STORE_NAME_OCTETS];
	unsigned renames;                      /* after fences */
	char unfit[200];                       /* why Redis will not do */
	bool is_not_durable, are_clocks_apart; /* as was told */
	bool has_signed_on;                    /* under this name */
	bool takes_calls;                      /* on this connection all is said that comes before them */
	char shas[SCRIPT_COUNT][41];
	unsigned scripts_loaded;
	struct command scratch;
	int64_t redis_minus_mono_ms; /* Redis' wall clock, seen through ours */
	struct redis_store_gauges gauges;

	struct list calls; /* script calls under way or waiting for the connection */
	bool has_unsent;   /* so many commands were under way that there was no place for one of them */
	struct begin_call begins[STORE_BEGINS_MAX];
	unsigned next_begin; /* they are used in turn */
	struct settle_call *free_settles;
	struct late_call *late_filling; /* not sent yet; NULL = none */
	struct late_call *free_lates;

	/* Another Redis than before (store_restore.c). */
	char identity[STORE_IDENTITY_OCTETS]; /* of the one that the main connection has come to; "" = not known */
	char reader_identity[STORE_IDENTITY_OCTETS];
	bool reader_is_known, has_told_unknown;
	bool is_assembled;  /* all workers have told it what it may not know, or have had time for it */
	bool is_one_absent; /* some have not: what we read may be another's */
	bool is_asking_assemble;
	mono_us next_assemble;
	mono_us assemble_since;
	mono_us lost_at; /* when the connection to the one before was lost; 0 = it was not */
	struct replay_ring replay;
	struct restore_call *restore_filling[REPLAY_KIND_COUNT];
	unsigned awaited;                          /* calls that others wait for */
	unsigned restored_count, reasserted_count; /* for the log */

	struct lookout lookout[LOOKOUT_LANES];
	bool lookout_is_known; /* where the others have come to, in this generation */
	bool lookout_is_asking;
	unsigned lookout_asks; /* under way; only the last one's answer is of this generation */
	int64_t lookout_generation;
	struct command notes;
	struct withdraw_call *free_withdraws;

	mono_us receipts_refused_at; /* last told */
	mono_us unread_told_at;      /* likewise, of keys that protect recipients; 0 = never */

	struct claims claims;                 /* ranges that are ours */
	struct entry_key cursors[LANE_COUNT]; /* last id that the group has handed out, as the last claim saw it */
	bool is_delivering_read;
	bool is_repeated[LANE_COUNT];                      /* the READ just answered goes back behind a cursor */
	struct entry_key given_back[STORE_GIVEN_BACK_MAX]; /* ranges that the READ under way gives back, by `to` */
	unsigned given_back_count;
	struct lost_range lost[STORE_LOST_MAX]; /* ours, to be fetched; the first one is being fetched */
	unsigned lost_count;
	unsigned fetch_count;
	/* Entries that an answer may bring: fewer after one was lost, since it may have been too large for us. */
	unsigned read_max;
	unsigned fetch_max;
	bool is_looking;    /* the question which ranges are ours is under way */
	bool may_have_lost; /* an answer that brings ranges was lost: ask which are ours */

	/* What Redis refuses for now (store_hold.c). */
	const struct refusal *told_refusal; /* that the log has told; NULL = something has worked since */
	const struct refusal *read_refusal; /* what the first command of the READ under way met with */
	bool is_paused;                     /* it takes no call at all */
	bool is_read_held;                  /* the READ under way is to be sent again */
	bool has_room;                      /* it was full, and has taken something new since */
	mono_us full_at;                    /* last time that it said so */
	mono_us retry_at;    /* when what it refused is tried again; 0 = nothing was refused, or it is under way */
	mono_us retry_after; /* the wait before that; 0 = it works */

	bool is_reading;
	mono_us read_sent_at;
	bool read_failed; /* the READ under way could not be sent */
	struct store_quota quota;
	enum lane lane_of_read[LANE_COUNT];
	unsigned lanes_read;

	mono_us next_heartbeat;
	bool has_looked; /* for consumers that died, in this life */
	bool is_beating;
	mono_us heard_at; /* last answer to a heartbeat */
	mono_us next_move;
	bool is_moving;
	struct entry_key suspects[STORE_SUSPECTS_MAX]; /* an entry is there once for each process that died with it */
	unsigned suspect_count;
	bool suspects_told;
	mono_us next_pauses;
	bool is_asking_pauses;
	mono_us next_orders;
	bool is_asking_orders;
	struct store_ask lease_ask;
	struct store_ask bind_ask;
	struct store_ask unpark_ask;
	struct pause pauses[STORE_PAUSES_MAX];
	unsigned pause_count;
	struct store_chore chores[CHORE_COUNT];
	struct store_account account;
	bool mo_has_failed; /* Redis refused to keep messages from phones, and it was told */
	bool legacy_waits;  /* something is on the list of old producers */
	struct store_peer *peers;
	unsigned peer_count;

	char orphan[STORE_NAME_OCTETS]; /* dead consumer being taken over; "" = none */
	struct key_set orphan_intents;
	bool orphan_is_fenced; /* its intents are in orphan_intents */
	bool is_adopting;      /* an adopt that the pipeline waits for is under way, or lost and not yet asked about */
	char *blob;            /* the last intents value that was made */
	size_t blob_cap;
	size_t blob_len;

	mono_us close_deadline;
	bool signed_off;
};

/* store_call.c */
void store_calls_resend(struct redis_store *store); /* what has no answer yet, oldest first */
void store_calls_turn(struct redis_store *store);   /* sends what had no place in the turn before */
void store_call_send(struct store_call *call);      /* or waits until the store is ready */
/* Redis refuses a call, or what goes with one: it waits, or the connection is made anew. */
void store_call_refused(struct redis_store *store, const struct refusal *refusal, const struct reply *reply);
void store_call_done(struct store_call *call); /* off the list, however often; the command's memory is kept */
void store_call_begin_script(struct redis_store *store, struct command *command, enum script script,
			     unsigned key_count);
void store_put_key(struct redis_store *store, struct command *command, enum store_key key);
void store_put_lanes(struct redis_store *store, struct command *command);
/* What the scripts about consumers begin with: workers, intents, claims and the lanes, 3 + LANE_COUNT keys. */
void store_put_consumer_keys(struct redis_store *store, struct command *command);
/* True where a script that is no call was answered with an error. One that Redis has forgotten is loaded anew. */
bool store_script_failed(struct redis_store *store, const struct reply *reply);
/* An answer that brings entries came, or was lost with its connection. most: read_max or fetch_max. */
void store_note_answer(unsigned *most, bool came);
/* The current generation of what is kept for a window, and the key of one. */
int64_t store_generation(struct redis_store *store, int64_t window_ms);
void store_put_generation_number(struct redis_store *store, struct command *command, const char *what,
				 int64_t generation);
/* The same by age: 0 = the current one. */
void store_put_generation(struct redis_store *store, struct command *command, const char *what, int64_t window_ms,
			  unsigned age);

/* store_hold.c */
/* Redis refuses a call by FULL or PAUSE: what it refuses waits until retry_at. */
void store_hold(struct redis_store *store, const struct refusal *refusal);
/* True where a call (is_new: a BEGIN, which makes Redis fuller) has to wait for that. */
bool store_holds_back(const struct redis_store *store, bool is_new);
/* A call has worked; is_new: one that a full Redis refuses. */
void store_worked(struct redis_store *store, bool is_new);
void store_hold_turn(struct redis_store *store, mono_us now);
mono_us store_hold_deadline(const struct redis_store *store);
/* Tells the log that Redis refuses something, but one that the table lists once only until something works. event, text:
 * for what it does not list. Returns what was said; static storage, as is text. */
const char *store_tell_refusal(struct redis_store *store, const char *event, const char *text,
			       const struct refusal *refusal, const struct reply *error);

/* redis_store.c */
void store_tell_state(struct redis_store *store, bool is_up, const char *reason);
void store_fenced(struct redis_store *store);
/* What we had is ours no longer, or Redis does not know it. */
void store_forget_entries(struct redis_store *store);
/* Both connections are made anew. reason: static storage. */
void store_break(struct redis_store *store, const char *reason);
int64_t store_redis_ms(struct redis_store *store);

/* store_read.c */
void store_read(struct store *base, const struct store_quota *quota, bool may_wait);
bool store_is_reading(const struct store *base);
/* One entry of a stream, as its reply has it; false where it is none. */
bool store_read_entry(enum lane lane, const struct reply *reply, struct store_entry *out);
/* Ends a READ that could not be sent. */
void store_read_turn(struct redis_store *store);
/* Sends the READ that Redis has refused again. */
void store_read_again(struct redis_store *store);
/* The reader's connection is gone: so is a READ that waited for its next try. */
void store_read_gone(struct redis_store *store);
/* Hands the entries of one lane's reply array to the pipeline; returns how many. */
unsigned store_deliver(struct redis_store *store, enum lane lane, const struct reply *entries, bool reclaimed);

/* store_lost.c */
/* A range of ours, known by its `to`, holds entries that the pipeline has not seen. */
void store_range_lost(struct redis_store *store, const struct entry_key *to);
/* Asks Redis which ranges are ours. */
void store_look_for_lost(struct redis_store *store);
/* redis_store.c: says that the store is up when all is there: links, scripts, and our ranges. */
void store_come_up(struct redis_store *store);
/* Fetches up to count entries of the first lost range, as an adoption. False where it could not be sent. */
bool store_fetch_lost(struct redis_store *store, unsigned count);

/* store_begin.c */
bool store_begin(struct store *base, const struct store_begin *items, unsigned count, const struct entry_key *begun,
		 unsigned begun_count);
/* The intents value of begun keys, of items (may be NULL) and of the orphan being adopted; borrowed until the next. */
struct slice store_intents(struct redis_store *store, const struct entry_key *begun, unsigned begun_count,
			   const struct store_begin *items, unsigned count);
bool store_call_is_begin(const struct store_call *call);
/* Those under way are void: they are answered so. */
void store_begins_lost(struct redis_store *store);
/* Before it is sent again: its intents become the latest ones. */
void store_begin_rewrite(struct redis_store *store, struct store_call *call);
void store_begins_fini(struct redis_store *store);

/* store_protect.c */
/* What a BEGIN asks about recipients: seven keys, and arguments behind all others; none where no alert asks. */
#define STORE_PROTECTION_KEYS 7
void store_put_protection_keys(struct redis_store *store, struct command *command, const struct store_begin *items,
			       unsigned count);
void store_put_protection(struct command *command, const struct store_begin *items, unsigned count);
/* Reads what stands behind the verdicts of a batch of count alerts. unread: set to the keys that could not be read, a bit each
 * in the order of the above. False where it is something else. */
bool store_read_notes(struct slice text, struct begin_note *notes, unsigned count, unsigned *unread);
/* Tells the log which those are, once a minute; 0 = none. items: of that BEGIN. */
void store_tell_unread(struct redis_store *store, const struct store_begin *items, unsigned count, unsigned unread);

/* Asks for it again, behind what was noted since. */
void store_begin_again(struct begin_call *begin);

/* store_withdraw.c */
/* Before a BEGIN is sent: looks through what no look for it has seen, or has the BEGIN wait. */
void store_lookout(struct redis_store *store, struct begin_call *begin);
/* It was asked a moment ago or long ago: whatever was looked through counts no longer. */
void store_lookout_anew(struct begin_call *begin);
/* BEGINs that waited, and need not any more, are asked again. */
void store_begins_release(struct redis_store *store);
bool store_lookout_is_behind(const struct redis_store *store, const struct begin_call *begin);
unsigned store_lookout_lanes(const struct store_begin *items, unsigned count);
void store_lookout_init(struct redis_store *store);
/* How far all have come (withdraw.lua's answer), also where it is less than we thought: a stream may be made anew. */
void store_lookout_from(struct redis_store *store, const struct reply *pairs);
/* The connection is gone: what was found and not yet noted must be found again. */
void store_lookout_forget(struct redis_store *store);
void store_withdraw(struct store *base, const struct store_withdrawal *withdrawal);
void store_withdraws_fini(struct redis_store *store);
/* Appends a subject as the notes name it. */
void store_put_subject(struct command *command, struct slice template_name, struct slice subject);

/* store_settle.c */
void store_settle(struct store *base, struct settlement *const *settlements, unsigned count);
void store_settle_rewrite(struct redis_store *store, struct store_call *call);
/* Those without an answer are told to a Redis that may not know what came before. */
void store_settles_restore(struct redis_store *store);
/* Begins a call of settle_each.lua. */
void store_settle_each_begin(struct redis_store *store, struct command *command, bool restores);
/* Appends a settlement to it. way: STORE_RESTORE_…; NULL where the call does not restore. */
void store_put_each(struct command *command, const struct settlement *settlement, const char *way);
#define STORE_RESTORE_TOLD "told" /* and answered before */
#define STORE_RESTORE_OWN  "own"  /* we have it, in flight or settled and not yet told */
void store_settles_fini(struct redis_store *store);

/* store_late.c */
void store_settle_late(struct store *base, const struct store_late *late);
void store_lates_send(struct redis_store *store); /* those of this turn */
void store_lates_fini(struct redis_store *store);

/* store_receipt.c */
bool store_find_receipt(struct store *base, const struct store_receipt *receipt);
/* Appends “account:carrier_ref”, the reference in lower case. */
void store_put_receipt_field(struct command *command, const char *account, struct slice carrier_ref);
/* The command that writes a batch's receipt keys; false where there are none. head: set to the octets of its arguments ahead of them. */
bool store_put_receipts(struct redis_store *store, struct command *command, struct settlement *const *settlements,
			unsigned count, size_t *head);

/* store_record.c */
bool store_record(struct store *base, const struct store_receipt_event *events, unsigned count, uint64_t token);

/* store_chores.c */
void store_chores(struct redis_store *store, mono_us now);
mono_us store_chores_deadline(const struct redis_store *store);

/* store_mo.c */
bool store_record_mo(struct store *base, const struct store_mo *items, unsigned count);
/* Begins a call of mo.lua: all but the messages. */
void store_mo_begin(struct redis_store *store, struct command *command);

/* store_events.c */
/* Writes the question that trims a stream by age; false where nothing of it is ever trimmed. */
bool store_trim_write(struct redis_store *store, struct command *command, enum store_key key, int64_t retention_ms);
/* How long trimming may rest after that answer. */
mono_us store_trim_rest(struct redis_store *store, const struct store_chore *chore, const struct reply *reply);

/* store_server.c: makes the question what Redis is, in scratch. is_first: and which one it is, for store_identify. */
void store_server_look(struct redis_store *store, bool is_first);

/* Whether a Redis that answers so will do; else unfit says why. */
bool store_server_will_do(struct redis_store *store, const struct reply *reply);

/* Tells where its clock and ours differ. */
void store_server_clock(struct redis_store *store, wall_ms redis_ms);

/* store_balance.c, store_memory.c, store_events.c, store_mo.c, store_legacy.c: a chore's question, and what its answer does (chore_row). */
bool store_balance_ask(struct redis_store *store, struct command *command);
mono_us store_balance_answer(struct redis_store *store, const struct reply *reply);
bool store_memory_ask(struct redis_store *store, struct command *command);
mono_us store_memory_answer(struct redis_store *store, const struct reply *reply);
bool store_trim_ask(struct redis_store *store, struct command *command);
mono_us store_trim_answer(struct redis_store *store, const struct reply *reply);
bool store_trim_mo_ask(struct redis_store *store, struct command *command);
mono_us store_trim_mo_answer(struct redis_store *store, const struct reply *reply);
bool store_legacy_ask(struct redis_store *store, struct command *command);
mono_us store_legacy_answer(struct redis_store *store, const struct reply *reply);

/* store_upkeep.c */
void store_upkeep(struct redis_store *store, mono_us now);
/* store_suspects.c */
/* How many processes are known to have died with an entry in hand. */
unsigned store_suspect_crashes(const struct redis_store *store, const struct entry_key *origin);
/* Tells what this process found, and asks what all have. */
void store_suspects(struct redis_store *store);
/* store_orders.c: asks what operators want of accounts, when it is time. */
void store_orders(struct redis_store *store, mono_us now);
/* store_ask.c */
/* Begins the call of a script, for keys and arguments to be added; NULL where nothing can be asked now. */
struct command *store_ask_begin(struct redis_store *store, struct store_ask *ask, unsigned count, enum script script,
				unsigned key_count);
/* Sends it. False where it is not under way. */
bool store_ask_send(struct store_ask *ask);
/* Tells of one that was lost. */
void store_ask_turn(struct store_ask *ask);
/* store_lease.c */
void store_lease_init(struct redis_store *store);
bool store_lease(struct store *base, const struct store_lease *asks, unsigned count);
/* store_bind.c */
void store_bind_init(struct redis_store *store);
bool store_bind(struct store *base, const struct store_bind *asks, unsigned count);
/* store_unpark.c */
void store_unpark_init(struct redis_store *store);
bool store_unpark(struct store *base, const struct store_unpark *asks, unsigned count);
/* store_pauses.c: asks what is paused, when it is time. */
void store_pauses(struct redis_store *store, mono_us now);
mono_us store_upkeep_deadline(const struct redis_store *store);
bool store_adopt(struct store *base, unsigned count, const struct entry_key *begun, unsigned begun_count);
