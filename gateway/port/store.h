/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/slice.h"
#include "model/closing.h"
#include "model/entry.h"
#include "model/mo.h"
#include "model/pause.h"
#include "model/protection.h"
#include "model/receipt.h"
#include "model/sms.h"
#include "model/submit.h"

#include <stdbool.h>
#include <stdint.h>

/* What the pipeline knows of the queue. One store belongs to one worker (one consumer of the queue). Three calls carry
 * an alert: READ takes entries, BEGIN claims them before any octet leaves, SETTLE takes them off the queue together
 * with what became of them. Rules that every store keeps:
 *
 * 1. No downcall blocks; each READ, BEGIN and SETTLE taken gets exactly one upcall, however often the connection breaks
 *    in between: the store repeats what was lost, and what it repeats has its effect once.
 * 2. No upcall inside a downcall. on_closed is the last upcall.
 * 3. After on_fenced (others took this consumer for dead and have its entries) the store has taken a new name; entries
 *    that were not begun belong to others. BEGINs under way answer BEGIN_LOST. SETTLE goes on working, but one thing only
 *    counts of an entry that is still another consumer's (until this one has adopted it): that it was accepted. That
 *    closes it, whoever owns it. What else became of it is its owner's to say, who may have it in flight: such a
 *    settlement has no effect, and the entry stays. No settlement has its effect between the fence and on_fenced.
 */

/* What a stream entry brought. Slices are borrowed until on_read returns. */
struct store_entry {
	struct entry_key key;    /* where it lies now */
	struct entry_key origin; /* where it lay first; equal to key on a producer's lane */
	struct slice body;       /* the alert's JSON as the producer wrote it; absent where malformed says why */
	struct slice state;      /* per-segment state of an earlier attempt (the pipeline's own text); may be absent */
	uint32_t attempt;        /* attempts that came to nothing before */
	bool ambiguous;          /* an earlier submit of it may have reached the carrier */
	bool reclaimed;          /* others had it, or we had: it may be gone */
	bool in_doubt;           /* who had it before had begun it: it may have been sent; then it is ambiguous too */
	bool resend;             /* it was held, and a human decided that it goes once more */
	bool adopted;            /* it answers adopt, not a READ */
	unsigned crashes;        /* processes that died with it in hand, as far as anybody knows; from
	                          * STORE_SUSPECT_CRASHES on it is not foreseen */
	const char *malformed;   /* NULL, or what is wrong with the entry itself; body then holds its raw fields */
};

/* How many entries a READ may bring, by lane. */
struct store_quota {
	unsigned count[LANE_COUNT];
};

/* One alert to begin. id, number and other texts are borrowed until on_begun. */
struct store_begin {
	struct entry_key key;
	struct entry_key origin;
	struct slice id;
	struct slice template_name; /* with subject: what it may be withdrawn by; borrowed as id is */
	struct slice subject;       /* may be absent, as may batch */
	struct slice batch;
	bool reclaimed; /* ask whether it is still there */
	/* What protects its recipient; where limits ask nothing, the rest is not looked at. */
	struct protection_limits limits;
	struct slice number;      /* digits, as store_mo has it */
	enum sms_class sms_class; /* each class counts for itself */
	uint64_t text_hash;       /* of the text; with the number it says which texts are the same */
};

/* What an entry withdraws: alerts that were not sent yet. Texts are borrowed for the call. */
enum withdrawal_kind {
	WITHDRAWAL_ID,         /* every alert with this id */
	WITHDRAWAL_BATCH,      /* every alert of this batch */
	WITHDRAWAL_SUBJECT,    /* alerts of this template and subject from before the entry: cancelled */
	WITHDRAWAL_SUPERSEDED, /* likewise, but those with its own id: superseded by the alert in the entry */
};

struct store_withdrawal {
	enum withdrawal_kind kind;
	struct slice name; /* the id or batch; of the last kind the superseding alert's id */
	struct slice template_name;
	struct slice subject;
	struct entry_key origin; /* of the entry */
};

enum begin_verdict {
	BEGIN_GO,        /* claimed: may be sent */
	BEGIN_DUPLICATE, /* another entry with the same id came first */
	BEGIN_GONE,      /* settled already, by whoever had it before */
	BEGIN_CANCELLED,
	BEGIN_SUPERSEDED,
	BEGIN_SUPPRESSED, /* by a rule that protects its recipient */
	BEGIN_NOT_YET,    /* by such a rule it has to wait: for wait_ms */
	BEGIN_LOST,       /* no longer ours: forget it */
};

/* The rule behind a verdict. Each store keeps of these rules:
 *
 * - They are asked of alerts only that may go otherwise: what is a duplicate, withdrawn or gone counts for nothing.
 * - Whoever is on the opt-out list when BEGIN has its effect gets none.
 * - An alert that goes counts once for its number and class, and its text is remembered, under its origin and as of its
 *   latest BEGIN: begun again it goes, and does not count again. One that does not go counts for nothing.
 * - The store's clock alone measures windows. Where it jumps a window is longer or shorter; nothing else happens.
 * - What a rule goes by can't be read, since others have spoilt it: then an alert that the rule is for has to wait
 *   (PROTECTION_UNCHECKED), unless it is exempt; all others go. The store says so to people. */
struct begin_note {
	enum protection_rule rule; /* with BEGIN_GO: it is exempt from this one; NONE = no rule spoke */
	int64_t wait_ms;           /* of BEGIN_NOT_YET; UNCHECKED: 0, nobody knows */
};

#define STORE_SUSPECT_CRASHES 2

#define STORE_PAUSES_MAX 64 /* in force at once */

/* What becomes of an entry. An acceptance is true whoever has its entry now: where others have let it wait or held it, it
 * is closed all the same. Borrowed, with all it points to, until on_settled. */
enum settle_kind {
	SETTLE_CLOSE, /* off the queue: closing and event */
	SETTLE_DEAD, /* off the queue into the dead letters: closing is CLOSING_DEAD; reason, body, ambiguous and event */
	SETTLE_LATER, /* waits until due_at, then comes back on LANE_READY: attempt, ambiguous, state, body */
	SETTLE_HOLD, /* waits for a late answer, or for a human who sends it on to LANE_READY or drops it: the same, and an
	                 event that closes nothing */
};

/* A carrier's message id of an accepted segment, kept so that a receipt finds its alert. */
struct store_receipt_key {
	struct slice carrier_ref;
	uint8_t segment;
};

struct settlement {
	struct entry_key key;
	struct entry_key origin;
	enum settle_kind kind;
	enum closing closing;
	struct slice event;  /* one JSON object, without a newline */
	struct slice reason; /* of a dead letter */
	struct slice body;
	struct slice state;
	uint32_t attempt;
	bool ambiguous;
	wall_ms due_at;
	struct slice paused_by; /* of one that waits until this pause ends (model/pause.h); else absent */
	/* Of one that waits for any of some accounts: their names, with commas between; absent = of none. unpark brings those of
	 * lowest rank first. */
	struct slice parked_on;
	uint64_t park_rank;
	/* Segments that a tenant with a daily budget has used; 0 = nothing is counted. What the store counts is the tenant's use on
	 * that day, of all gateways; an answer that was lost, or shared entries (below), may leave it out. */
	uint32_t budget_segments;
	struct slice budget_tenant;
	int32_t budget_day;   /* 20260213 */
	uint64_t budget_used; /* set by the store: used so far, with this batch; 0 = not counted */
	bool is_shared; /* others may have it too (it was in flight at a fence): settle it only if it is still there (rule 3) */
	bool is_restored; /* it was in flight when the store came back with an earlier state: it may be wherever it was before */
	struct slice id; /* of an alert that was sent, or may have been; else absent */
	/* Receipt keys, written before the entry is settled. */
	const char *account;
	const struct store_receipt_key *receipt_keys;
	unsigned receipt_key_count;
	unsigned receipt_total;     /* of an sms of several segments: those whose receipts may come; else 0 */
	struct slice receipt_value; /* what on_receipt_found gives back (the pipeline's own text) */
};

/* Of an alert that was sent and waits or is held, a part that the carrier accepted after all. Borrowed for the call. */
struct store_late {
	struct submit_key key;
	const char *account;
	struct slice carrier_ref; /* empty = it has none */
	struct slice at;          /* now, RFC 3339 */
	/* The carrier was asked for it by a reference that messages share in the course of time: it counts only where no receipt
	 * key of this account has that carrier_ref. */
	bool is_queried;
};

/* What is kept with a key, to be looked up. */
struct store_receipt {
	const char *account;
	struct slice carrier_ref;
	uint64_t token; /* the pipeline's, given back */
};

/* A receipt. What is told of it is one JSON object: “{”, the value kept with its key, head, the key's segment, tail,
 * “,"refs":[”, ref, “]}”. Of an sms of several segments (receipt_total) it is told once, when all are delivered or with
 * the first one that failed, with a last member “segments_detail”: what is known of each segment as an object,
 * “{"segment":”, its number, tail, more, “,"ref":”, ref, “}”. None of them holds a newline. Head, tail and more that are
 * the same memory as those of the event before are sent once. Borrowed, with all it points to, until on_recorded. */
struct store_receipt_event {
	const char *account;
	struct slice carrier_ref;
	enum message_state state; /* one that is not final is only looked up */
	struct slice head;
	struct slice tail;
	struct slice more;
	struct slice ref; /* the carrier's id as a JSON string, quotes included */
};

/* What became of a receipt. */
#define STORE_RECEIPT_UNKNOWN  '-' /* no key is kept for it */
#define STORE_RECEIPT_FOUND    'f'
#define STORE_RECEIPT_REPEATED 'r' /* found; it says nothing that is not told, or kept to be told, already */

/* A message from a phone, to be kept. Borrowed, with all it points to, until record_mo returns. */
struct store_mo {
	const char *account;
	const struct mo *mo;
	struct slice at;      /* now, RFC 3339 */
	struct slice number;  /* who sent it, in international form; empty = what the carrier wrote is no number */
	struct slice keyword; /* by which this number opts out; empty = it does not */
};

/* What became of it. */
#define STORE_MO_ADDED    'a'
#define STORE_MO_REPEATED 'r' /* the same message, its id included, came a short while ago: it is kept once */

/* What is asked of an account's rate: at most count tokens. account is borrowed for the call. */
struct store_lease {
	const char *account;
	uint32_t rate_per_s; /* 1–1,000,000: of the account as a whole, whoever uses it */
	uint32_t count;
	mono_us earliest_us; /* a token whose instant is less than so far off when the answer is made is of no use; mostly negative */
};

/* Links of an account that all workers on this queue share: how many it permits in all, how many this one would like to have, and
 * how many it has or may make before this is answered. account is borrowed for the call. */
struct store_bind {
	const char *account;
	unsigned permitted;
	unsigned likes;
	unsigned has;
};

/* A worker that has not been told anew for so long has no links: others may have them. Killed, its host gone, or just cut off from
 * the store, it looks the same from there; so a worker that lives must have ended its links by then, and it can only know that it
 * was not heard. A shorter time would end links, with which nothing can be sent meanwhile, at any short absence of the store; a
 * longer one keeps a dead worker's from the others. What the carrier knows is another thing: of a process that was killed the
 * system closes all connections at once; of a host that is gone the carrier may count the links until it notices, and refuse
 * ours, which are tried again. */
#define STORE_BIND_US (15 * US_PER_S)

/* At most so many that are parked on an account are to come back. account is borrowed for the call. */
struct store_unpark {
	const char *account;
	unsigned count; /* may be 0: then it is only told how many are parked */
	uint32_t
		sent; /* segments that left on it here and were not told before: the store adds up those of all workers */
};

struct store_unparked {
	unsigned released; /* will come on LANE_READY, to whoever reads it */
	uint64_t left;     /* parked still, or named there in vain */
	uint64_t
		sent; /* segments of all workers, since the store began to count; of calls that were lost some may be missing */
};

#define STORE_UNPARK_MAX 1024 /* of one account at a time */

/* What was lent. */
struct store_grant {
	uint32_t count; /* 0 = none now */
	mono_us delay_us; /* the first one's instant, from the answer's making on; negative = it has passed. The others follow 1/rate apart */
	mono_us wait_us;     /* where there are none: when to ask again */
	uint32_t rate_per_s; /* the one in force, which is the lowest of those that were asked with lately */
	mono_us at_us;       /* when the answer was made, on the store's clock */
};

struct store_events {
	/* Connected and ready (true), or gone (false; it reconnects by itself). reason: for people, never NULL. */
	void (*on_state)(void *ctx, bool is_up, const char *reason);
	/* Entries of one READ, possibly none; or, with reclaimed set on each, of a dead consumer. last: this READ is over. */
	void (*on_read)(void *ctx, const struct store_entry *entries, unsigned count, bool last);
	/* Verdicts of the oldest BEGIN under way, in the order asked. notes: one each; NULL = no rule spoke of any. */
	void (*on_begun)(void *ctx, const enum begin_verdict *verdicts, const struct begin_note *notes, unsigned count);
	/* A SETTLE under way is durable, or what of it rule 3 admits: its settlements are the pipeline's again. Mostly the oldest; one that the
	 * store put off comes behind others. */
	void (*on_settled)(void *ctx, struct settlement *const *settlements, unsigned count);
	/* value: what was kept with the key, absent where it is unknown; segment: the one that the key was kept for. */
	void (*on_receipt_found)(void *ctx, uint64_t token, struct slice value, uint8_t segment);
	/* What record was given is durable, now or since earlier. answers: a STORE_RECEIPT_… for each; absent where it may
	 * not be durable. A look-up that came to nothing is told here too, with its own token and no answers. */
	void (*on_recorded)(void *ctx, uint64_t token, struct slice answers);
	/* The oldest record_mo under way is durable. answers: a STORE_MO_… for each; absent where it may not be durable. */
	void (*on_mo_recorded)(void *ctx, struct slice answers);
	/* Asked of each reclaimed entry before it is told: is it with the pipeline still (in flight when its range was lost,
	 * or at a fence)? Then it is not told again. */
	bool (*holds)(void *ctx, const struct entry_key *key);
	/* Asked of entries that nobody has read yet: does this one withdraw others? out: set where it does, all but origin. */
	bool (*foresees)(void *ctx, const struct store_entry *entry, struct store_withdrawal *out);
	/* What is paused has changed: all of it. count: up to STORE_PAUSES_MAX. */
	void (*on_pauses)(void *ctx, const struct pause *pauses, unsigned count);
	void (*on_fenced)(void *ctx);
	/* The store has come back and may hold an earlier state than it had told: entries that were not begun will be told anew, BEGINs
	 * under way answer BEGIN_LOST, and what was begun and did not leave may not leave. In this upcall what is in flight is
	 * reasserted. What was settled before, or settles later, the store makes good by itself. */
	void (*on_restored)(void *ctx);
	/* The lease under way is answered, in the order asked; NULL where it was lost: nothing was lent. */
	void (*on_leased)(void *ctx, const struct store_grant *grants, unsigned count);
	/* The bind under way is answered, in the order asked: how many links each may have from now on, for STORE_BIND_US from when it
	 * was asked. NULL where it was lost. */
	void (*on_bound)(void *ctx, const unsigned *links, unsigned count);
	/* The unpark under way is answered, in the order asked; NULL where it was lost. names: all under which something is parked, with
	 * commas between. */
	void (*on_unparked)(void *ctx, const struct store_unparked *answers, unsigned count, struct slice names);
	/* Entries of a dead consumer wait: the pipeline answers with adopt when it has room. */
	void (*on_orphans)(void *ctx);
	/* The adopt under way is over (its entries came by on_read). more: there are more; adopt again. */
	void (*on_adopted)(void *ctx, bool more);
	void (*on_closed)(void *ctx);
};

#define STORE_BATCH_MAX    512  /* alerts in one BEGIN or SETTLE: Lua's unpack stops near 8,000 values */
#define STORE_RECEIPTS_MAX 2048 /* receipts in one record */
#define STORE_MO_MAX       256  /* messages in one record_mo */
#define STORE_LEASES_MAX   128  /* blocks in one lease, accounts in one bind or unpark */

struct store;

struct store_ops {
	/* Starts connecting. events: borrowed until on_closed. Legal once. */
	void (*open)(struct store *store, const struct store_events *events, void *ctx);
	/* Asks for entries. may_wait: where nothing is there, wait for the first one instead of answering at once. One
	 * READ is under way at a time (CHECK). */
	void (*read)(struct store *store, const struct store_quota *quota, bool may_wait);
	/* True while a READ is under way. */
	bool (*is_reading)(const struct store *store);
	/* Claims a batch. What withdraws an alert has its effect on each BEGIN asked after it was added to the queue, however
	 * far behind it lies. items: count 1…STORE_BATCH_MAX, copied. begun: every entry begun and not yet settled, without
	 * these; copied. False where too many BEGINs are under way or the store is down (then nothing was taken). */
	bool (*begin)(struct store *store, const struct store_begin *items, unsigned count,
		      const struct entry_key *begun, unsigned begun_count);
	/* What an entry withdraws is noted, with effect on every BEGIN that follows, also after a break. An entry may only be
	 * settled behind it. */
	void (*withdraw)(struct store *store, const struct store_withdrawal *withdrawal);
	/* Settles a batch. settlements: count 1…STORE_BATCH_MAX; the array is copied, the settlements are borrowed until
	 * on_settled. Always taken; what cannot be written now is written when the store is back. */
	void (*settle)(struct store *store, struct settlement *const *settlements, unsigned count);
	/* In on_restored: these are in flight, each with id, key and origin, and what SETTLE_LATER has of one that may have been sent: where
	 * nobody settles them they come back at due_at. Copied; any count. */
	void (*reassert)(struct store *store, const struct settlement *settlements, unsigned count);
	/* Looks up what was kept with a key. False where the store is down or busy (then nothing was taken). */
	bool (*find_receipt)(struct store *store, const struct store_receipt *receipt);
	/* Looks up and tells count 1…STORE_RECEIPTS_MAX receipts, all or none. One whose state was told before, for the
	 * same account and carrier_ref, is not told again: carriers repeat receipts. Once “delivered” is told, nothing else
	 * is, and what was kept with the key goes. Whether it was is known as long as the receipt is found. False where the store is down (then nothing was taken). */
	bool (*record)(struct store *store, const struct store_receipt_event *events, unsigned count, uint64_t token);
	/* Keeps count 1…STORE_MO_MAX messages from phones, all or none, and puts who opts out on the list. One that is the
	 * same as an earlier one of the last minutes, in all but its time, is not kept again: carriers repeat what we did not
	 * answer. False where the store is down (then nothing was taken). */
	bool (*record_mo)(struct store *store, const struct store_mo *items, unsigned count);
	/* A late answer: of the alert that waits or is held under its origin one part was accepted. The alert is closed as
	 * accepted where all of it is now, with an event whose members are in the order of the pipeline's own; else what is
	 * still missing goes on waiting, and only that is sent again. Nothing happens where the alert does neither. Parts
	 * of a long sms count only where its state (port's own, below) is of the same account and reference. */
	void (*settle_late)(struct store *store, const struct store_late *late);
	/* Takes over up to count entries of the dead consumer; they come by on_read with reclaimed set, then on_adopted.
	 * begun: as for begin; the store adds the dead consumer's own intents. One at a time, after on_orphans or
	 * on_adopted(more). False where the store is down (ask again later). */
	bool (*adopt)(struct store *store, unsigned count, const struct entry_key *begun, unsigned begun_count);
	/* Asks for tokens of accounts' rates, which all workers on this queue share (flow/lease.h). count: 1…STORE_LEASES_MAX; an
	 * account may be among them more than once, for one block after the other. One is under way at a time (CHECK). False where the store is down (then nothing was taken). */
	bool (*lease)(struct store *store, const struct store_lease *asks, unsigned count);
	/* Asks for links of accounts. Where it may have fewer than it has, those count as taken until a later call says that it has
	 * fewer. count: 1…STORE_LEASES_MAX. One is under way at a time (CHECK). False where the store is down (then nothing was taken). */
	bool (*bind)(struct store *store, const struct store_bind *asks, unsigned count);
	/* Brings alerts back that were parked on accounts, before they are due. count: 1…STORE_LEASES_MAX accounts. One is under way
	 * at a time (CHECK). False where the store is down (then nothing was taken). */
	bool (*unpark)(struct store *store, const struct store_unpark *asks, unsigned count);
	/* Sends what calls of this turn have queued. */
	void (*flush)(struct store *store);
	/* Finishes what is under way (within grace_us), signs off and closes. */
	void (*close)(struct store *store, mono_us grace_us);
	/* Frees it. Legal before open, or after on_closed (but not inside it). */
	void (*destroy)(struct store *store);
};

/* Every store's own struct begins with this. */
struct store {
	const struct store_ops *ops;
};
