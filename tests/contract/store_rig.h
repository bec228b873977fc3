/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "port/store.h"

/* A queue with up to three stores on it, whatever kind they are, and everything that each was told. Each upcall is
 * checked where it comes: never inside a downcall, never after on_closed. */

#define RIG_SLOTS   3
#define RIG_ENTRIES 2048
#define RIG_TEXT    256

struct rig_entry {
	struct entry_key key;
	struct entry_key origin;
	char body[RIG_TEXT];
	char state[RIG_TEXT];
	uint32_t attempt;
	bool ambiguous;
	bool in_doubt;
	bool resend;
	bool reclaimed;
	bool is_malformed;
	bool is_held; /* until it is settled or forgotten */
};

struct rig_settlement {
	struct settlement settlement;
	char event[RIG_TEXT];
	char body[RIG_TEXT];
	bool is_settled;
	unsigned fences; /* told before it was settled */
};

struct store_rig;

struct rig_slot {
	struct store_rig *rig;
	struct store *store;
	void *inner; /* the kit's own */
	bool is_open;
	bool is_frozen; /* gets no turns */
	bool in_downcall;
	bool is_closed;
	bool is_up;
	unsigned up_count;
	struct rig_entry entries[RIG_ENTRIES];
	unsigned entry_count;
	unsigned read_count; /* READs that are over */
	enum begin_verdict verdicts[RIG_ENTRIES];
	struct begin_note notes[RIG_ENTRIES]; /* behind them */
	unsigned verdict_count;
	unsigned begun_count; /* BEGINs that are answered */
	unsigned begun_sizes[64];
	struct rig_settlement settlements[RIG_ENTRIES];
	unsigned settlement_count;
	unsigned settled_count;
	unsigned fenced_count;
	unsigned restored_count;           /* times that on_restored came */
	unsigned in_flight[RIG_SLOTS * 8]; /* places of entries that are reasserted then */
	unsigned in_flight_count;
	wall_ms in_flight_due; /* when those come back that nobody settles */
	unsigned orphan_count; /* times that on_orphans came */
	bool is_adopting;      /* an adopt is under way */
	unsigned adopted_count;
	bool adopt_more;
	struct rig_found {
		uint64_t token;
		bool is_known;
		uint8_t segment;
		char value[RIG_TEXT];
	} found[RIG_ENTRIES];
	unsigned found_count;
	unsigned recorded_count;
	unsigned recorded_ok;
	unsigned mo_recorded_count;
	unsigned leased_count;
	bool lease_was_lost; /* the last one */
	struct store_grant grants[STORE_LEASES_MAX];
	unsigned bound_count;
	bool bind_was_lost;
	unsigned links[STORE_LEASES_MAX];
	unsigned unparked_count;
	bool unpark_was_lost;
	char parked_names[RIG_TEXT];
	struct store_unparked unparked[STORE_LEASES_MAX];
	char answers[STORE_RECEIPTS_MAX + 1]; /* of the last record or record_mo; empty where it may not be durable */
};

struct store_setup {
	const char *instance; /* NULL = “gw” */
	uint64_t nonce;
	unsigned worker;
	bool adopts_instance;
	bool is_quick;          /* others are dead after 300 ms of silence; else after a minute */
	mono_us stale_after_us; /* 0 = a minute */
	mono_us heartbeat_us;   /* 0 = 50 ms */
};

struct store_kit {
	const char *name;
	void (*start)(struct store_rig *rig);
	/* Makes a store in a slot; not open yet. */
	void (*make)(struct store_rig *rig, unsigned slot, const struct store_setup *setup);
	/* Lets a little happen. */
	void (*turn)(struct store_rig *rig);
	mono_us (*now)(struct store_rig *rig);
	/* Makes the calls of call(ctx) and breaks all connections under them; done: with or without effect. */
	void (*lose)(struct store_rig *rig, bool done, void (*call)(void *ctx), void *ctx);
	/* Makes calls while the queue does nothing for a worker but let it connect; it does all of it after that. */
	void (*hold)(struct store_rig *rig, void (*call)(void *ctx), void *ctx);
	/* Breaks the connection of the one slot with a READ under way. */
	void (*break_reader)(struct store_rig *rig, unsigned slot);
	/* The slot's process is gone without a word. */
	void (*crash)(struct store_rig *rig, unsigned slot);
	/* The queue comes back as it was when it was told to remember, at once or after it has been away. NULL where it never does. */
	void (*remember)(struct store_rig *rig);
	void (*go_down)(struct store_rig *rig);
	void (*go_back)(struct store_rig *rig);
	/* The queue loses its scripts, where it has any. */
	void (*forget_scripts)(struct store_rig *rig);
	/* The queue refuses calls, as Redis does with an error that begins with word; or no longer. NULL where it never does. */
	void (*refuse)(struct store_rig *rig, const char *word, bool does);
	/* Has the queue do what somebody else asks of it: a command of Redis. NULL where it knows none. */
	void (*meddle)(struct store_rig *rig, const char *format, ...);
	/* How many lines of the log so far contain text. NULL where there is no log. */
	unsigned (*said)(struct store_rig *rig, const char *text);
	/* A generation of receipt keys goes by. */
	void (*age_receipts)(struct store_rig *rig);
	/* What the queue holds. */
	struct entry_key (*add)(struct store_rig *rig, enum lane lane, const char *body, bool is_malformed);
	/* As add, under an id of the test's: higher than all that the lane had. */
	void (*add_at)(struct store_rig *rig, const struct entry_key *key, const char *body);
	uint64_t (*total)(struct store_rig *rig, enum closing closing);
	unsigned (*depth)(struct store_rig *rig); /* lanes, waiting ones and held ones */
	unsigned (*waiting)(struct store_rig *rig);
	unsigned (*held)(struct store_rig *rig);
	/* A human decides that a held alert goes once more. */
	void (*resend)(struct store_rig *rig, const struct entry_key *origin);
	unsigned (*dead)(struct store_rig *rig);
	/* What is left over of the account (0: it balances), as the queue itself counts. NULL where it does not. */
	int64_t (*drift)(struct store_rig *rig);
	/* Messages from phones that are kept; and is that number on the opt-out list? */
	unsigned (*mos)(struct store_rig *rig);
	bool (*is_opted_out)(struct store_rig *rig, const char *number);
	/* The fields of a message that is kept, by its place, each “name=value;”, as Redis holds it; or why a number opted out. NULL
	 * where it keeps none. Owned by the kit until the next call. */
	const char *(*mo)(struct store_rig *rig, unsigned place);
	const char *(*optout)(struct store_rig *rig, const char *number);
	/* All events so far, one a line; owned by the kit until the next call. */
	const char *(*events)(struct store_rig *rig);
	void (*finish)(struct store_rig *rig);
};

extern const struct store_kit store_kit_fake;
extern const struct store_kit store_kit_redis;

struct store_rig {
	const struct store_kit *kit;
	const char *row; /* for messages */
	void *inner;
	struct rig_slot slots[RIG_SLOTS];
	unsigned added;
	/* What each BEGIN asks of alerts that have a member “to”, by their member “class” (one without is a notice); their
	 * texts are the same where their members “text” are. */
	struct protection_limits limits[SMS_CLASS_COUNT];
};

void store_rig_start(struct store_rig *rig, const struct store_kit *kit);
void store_rig_finish(struct store_rig *rig);

/* Makes and opens a store, and waits until it is up. */
void store_rig_open(struct store_rig *rig, unsigned slot, const struct store_setup *setup);

/* Closes it, and checks that nothing comes after on_closed. */
void store_rig_close(struct store_rig *rig, unsigned slot, mono_us grace_us);

/* Adds an alert “{"id":"ID"}” to a lane. */
struct entry_key store_rig_add(struct store_rig *rig, enum lane lane, const char *id);

/* Adds any alert; body: at most RIG_TEXT octets. */
struct entry_key store_rig_add_body(struct store_rig *rig, enum lane lane, const char *body);

/* The text of a member that is a string, borrowed from body; absent where there is none. */
struct slice store_rig_member(const char *body, const char *name);

/* Turns until a condition holds; fails the test after a while. */
void store_rig_until(struct store_rig *rig, unsigned slot, bool (*holds)(struct rig_slot *slot, unsigned argument),
		     unsigned argument, const char *what);
void store_rig_pass(struct store_rig *rig, mono_us span_us);

/* Conditions. */
bool rig_is_up(struct rig_slot *slot, unsigned ignored);
bool rig_has_reads(struct rig_slot *slot, unsigned count);
bool rig_has_entries(struct rig_slot *slot, unsigned count);
bool rig_has_begun(struct rig_slot *slot, unsigned count);
bool rig_has_settled(struct rig_slot *slot, unsigned count);
bool rig_has_fences(struct rig_slot *slot, unsigned count);
bool rig_has_orphans(struct rig_slot *slot, unsigned count);
bool rig_has_adopted(struct rig_slot *slot, unsigned count);
bool rig_has_found(struct rig_slot *slot, unsigned count);
bool rig_has_recorded(struct rig_slot *slot, unsigned count);
bool rig_has_recorded_mo(struct rig_slot *slot, unsigned count);

/* Calls, flushed. */
void store_rig_read(struct store_rig *rig, unsigned slot, unsigned each_lane, bool may_wait);
/* items: entries of the slot, by place; begun: the first begun_count entries of the slot that are held. */
bool store_rig_begin(struct store_rig *rig, unsigned slot, const unsigned *places, unsigned count);
/* Settles entries of the slot with one kind; each has an event of its own, and, where like has some id, its own id. */
void store_rig_settle(struct store_rig *rig, unsigned slot, const unsigned *places, unsigned count,
		      const struct settlement *like);
bool store_rig_adopt(struct store_rig *rig, unsigned slot, unsigned count);
void store_rig_bind(struct store_rig *rig, unsigned slot, const struct store_bind *asks, unsigned count);
void store_rig_unpark(struct store_rig *rig, unsigned slot, const struct store_unpark *asks, unsigned count);
void store_rig_lease(struct store_rig *rig, unsigned slot, const struct store_lease *asks, unsigned count);

/* Adopts until there is nothing more to adopt. */
void store_rig_adopt_all(struct store_rig *rig, unsigned slot);

/* Reads until the slot has count entries. */
void store_rig_read_all(struct store_rig *rig, unsigned slot, unsigned count);

/* The one entry of the slot with that key; fails where it was told more than once, or never. */
struct rig_entry *store_rig_entry(struct store_rig *rig, unsigned slot, const struct entry_key *key);

/* Fails unless that many lines of all events contain text. */
void store_rig_expect_events(struct store_rig *rig, const char *text, unsigned want);

/* Fails unless the account balances: added less what is still there and what is closed. */
void store_rig_expect_balance(struct store_rig *rig);

/* The tests' own loop over kits. */
extern const struct store_kit *const store_kits[];
extern const unsigned store_kit_count;
extern struct store_rig store_rig_shared;
