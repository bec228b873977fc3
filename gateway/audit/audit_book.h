/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit_index.h"
#include "audit/audit_text.h"

#include <stddef.h>
#include <stdint.h>

/* The books of an audit: what producers added (alerts by id), what carriers took (messages), and what became of each entry
 * of the queue. Rows are small: five million of each fit into two gigabytes.
 *
 *   alert ◄── entry (ms, seq, lane)      closings, pending
 *     ▲
 *   message ◄── ref (a carrier's id)     an event's refs lead from its alert to the messages
 */

enum audit_kind {
	AUDIT_ACCEPTED,
	AUDIT_EXPIRED,
	AUDIT_CANCELLED,
	AUDIT_SUPERSEDED,
	AUDIT_SUPPRESSED,
	AUDIT_DUPLICATE,
	AUDIT_DEAD,
	AUDIT_CLOSING_COUNT, /* the kinds before this one close an entry */
	AUDIT_DELIVERED = AUDIT_CLOSING_COUNT,
	AUDIT_UNDELIVERED,
	AUDIT_HELD,
	AUDIT_REQUEUED,
	AUDIT_KIND_COUNT
};

/* “accepted” … */
const char *audit_kind_name(enum audit_kind kind);

/* AUDIT_KIND_COUNT where there is no such event. */
enum audit_kind audit_kind_find(const char *name);

enum audit_lane { AUDIT_LANE_UNKNOWN, AUDIT_LANE_URGENT, AUDIT_LANE_NORMAL, AUDIT_LANE_BULK };
const char *audit_lane_name(enum audit_lane lane);
enum audit_lane audit_lane_find(const char *name);

enum {
	AUDIT_ALERT_DELIVERED = 1 << 0,   /* a receipt said so */
	AUDIT_ALERT_UNDELIVERED = 1 << 1, /* likewise */
	AUDIT_ALERT_VARIES = 1 << 2,      /* produced with several numbers or texts */
	AUDIT_ALERT_PARTIAL = 1 << 3,     /* at the carrier, but not whole */
	AUDIT_ALERT_HAS_TEXT = 1 << 4,    /* text is what was expected; else what was found */
	AUDIT_ALERT_HAS_REFS = 1 << 5,    /* an accepted event names the carrier's ids */
	AUDIT_ALERT_STALE = 1 << 6,       /* told of already */
};

/* Counters stick at their largest value. */
struct audit_alert {
	const char *id;
	uint64_t number; /* 0 = not known, as in all rows */
	uint64_t text;   /* hash */
	uint32_t expires_s;
	uint32_t entry;   /* the first one known; AUDIT_NONE = none */
	uint32_t message; /* the first one that arrived; AUDIT_NONE = none */
	uint32_t next_of_number;
	uint32_t next_of_place;
	uint16_t lines;      /* produced without their entry */
	uint16_t listed;     /* found on the list, where alerts have no entry yet */
	uint16_t accepted;   /* entries closed so, likewise below */
	uint16_t duplicates; /* … as duplicate */
	uint16_t closed;     /* … in any way */
	uint16_t resolved;   /* entries closed or pending that no line of the producer names */
	uint16_t waiting;    /* entries pending, and such of the lines as are on the list */
	uint16_t missing;    /* entries produced of which nothing is known */
	uint16_t doubts;     /* events that say “ambiguous”: it may have been sent before */
	uint16_t arrived;    /* whole messages */
	uint16_t repeats;    /* segments sent again */
	uint16_t flags;
};

enum { AUDIT_MESSAGE_PART = 1 << 0, AUDIT_MESSAGE_REPEAT = 1 << 1, AUDIT_MESSAGE_FOREIGN = 1 << 2 };

struct audit_message {
	uint64_t number;
	uint64_t text;
	int64_t at_ms;
	uint32_t line;
	uint32_t alert; /* AUDIT_NONE = not joined */
	uint16_t file;
	uint16_t flags;
};

/* A carrier's id of a message; several messages may have the same. */
struct audit_ref {
	uint64_t hash;
	uint32_t message;
	uint32_t next; /* with the same id */
};

enum {
	AUDIT_ENTRY_PRODUCED = 1 << 0, /* a line of the producer names it */
	AUDIT_ENTRY_PENDING = 1 << 1,
	AUDIT_ENTRY_HELD = 1 << 2,
	AUDIT_ENTRY_OPEN = 1 << 3, /* requeued after its last closing */
};

struct audit_entry {
	uint64_t ms;
	uint64_t seq;
	uint32_t alert;       /* AUDIT_NONE = not known */
	uint32_t first_at;    /* when it was closed for the first time: a hash, 0 = not told */
	uint32_t last_at;     /* … for the last time */
	uint32_t requeued_at; /* … and put back for the last time */
	uint8_t lane;
	uint8_t first_kind; /* of its closings */
	uint8_t last_kind;
	uint8_t closings;
	uint8_t requeues;
	uint8_t reason; /* of a dead one: its place in the book's reasons */
	uint8_t flags;
};

#define AUDIT_REASONS_MAX  64
#define AUDIT_REASON_CAP   32
#define AUDIT_MISMATCH_MAX 1000000 /* more than that are told of as a number */

struct audit_book {
	struct audit_texts texts;
	struct audit_rows alerts;
	struct audit_rows messages;
	struct audit_rows refs;
	struct audit_rows entries;
	struct audit_rows mismatches; /* struct audit_mismatch: an event's ref leads to a message for another number */
	struct audit_rows latencies;  /* uint32_t, in ms */
	struct audit_index by_id;
	struct audit_index by_ref;
	struct audit_index by_entry;
	char reasons[AUDIT_REASONS_MAX][AUDIT_REASON_CAP]; /* the last one takes what does not fit */
	unsigned reason_count;
	bool has_events;
	bool events_come_again;   /* they are of a reader's files, which may hold some of them twice */
	bool has_pending;         /* it is known what is pending */
	uint64_t produced_count;  /* entries that producers added */
	uint64_t again_count;     /* of these with an id that was there */
	uint64_t control_count;   /* lines that withdraw others */
	uint64_t part_count;      /* messages of which segments are missing */
	uint64_t timeless_count;  /* messages whose time can't be read */
	uint64_t ref_match_count; /* events whose refs led to a message */
	uint64_t unknown_events;  /* closings of alerts that no producer names */
	uint64_t events_trimmed;  /* entries of the event stream that are gone */
	bool has_drift;
	int64_t drift; /* entries added less those that wait or were closed */
};

struct audit_mismatch {
	uint32_t alert;
	uint32_t message;
};

void audit_book_init(struct audit_book *book);
void audit_book_fini(struct audit_book *book);

/* The alert of an id; AUDIT_NONE where there is none. */
uint32_t audit_book_find_alert(const struct audit_book *book, const char *id, size_t len);

/* The alert of an id, made where there was none; AUDIT_NONE where there is no memory. is_new: set. */
uint32_t audit_book_make_alert(struct audit_book *book, const char *id, size_t len, bool *is_new);

/* Reads “1739404800000-7”, also with “@normal” behind it. False where it is none. */
bool audit_book_parse_entry(const char *text, struct audit_entry *key);

/* The entry of that ms, seq and lane; AUDIT_NONE where there is none. */
uint32_t audit_book_find_entry(const struct audit_book *book, const struct audit_entry *key);

/* The same, made where there was none; AUDIT_NONE where there is no memory. */
uint32_t audit_book_make_entry(struct audit_book *book, const struct audit_entry *key);

/* Notes that a message has this id at its carrier (upper and lower case are one). False where there is no memory. */
bool audit_book_add_ref(struct audit_book *book, const char *ref, size_t len, uint32_t message);

/* The first row of refs with this id; AUDIT_NONE where there is none. */
uint32_t audit_book_find_ref(const struct audit_book *book, const char *ref, size_t len);

/* The place of a reason, its word up to a colon. */
uint8_t audit_book_reason(struct audit_book *book, const char *reason);

static inline struct audit_alert *audit_book_alert(const struct audit_book *book, uint32_t number)
{
	return audit_rows_at(&book->alerts, number);
}

static inline struct audit_message *audit_book_message(const struct audit_book *book, uint32_t number)
{
	return audit_rows_at(&book->messages, number);
}

static inline struct audit_entry *audit_book_entry(const struct audit_book *book, uint32_t number)
{
	return audit_rows_at(&book->entries, number);
}

/* Counts one up, at most to the counter's largest value. */
static inline void audit_book_bump(uint16_t *counter)
{
	*counter = (uint16_t)(*counter + (*counter != UINT16_MAX));
}
