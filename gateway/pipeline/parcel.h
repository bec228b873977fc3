/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/list.h"
#include "encode/segmenter.h"
#include "model/alert.h"
#include "model/outcome.h"
#include "model/sms.h"
#include "model/submit.h"
#include "port/store.h"

/* Everything about one stream entry while it is in a worker's memory.
 *
 *                    ┌───────────── refused: to another account ──────────────┐
 *                    ▼                                                        │
 *   FREE ─ read ─► READY ─ begin ─► BEGINNING ─ go ─► BEGUN ─ submit ─► IN_FLIGHT ─ all answered ─► SETTLING ─► FREE
 *                    │ dead, expired, later                 │ expired, later                            ▲
 *                    └──────────────────────────────────────┴───────────────────────────────────────────┘
 */
enum parcel_state {
	PARCEL_FREE,
	PARCEL_READY,     /* prepared; waits on its account's lane for credit */
	PARCEL_BEGINNING, /* its BEGIN is under way */
	PARCEL_BEGUN,     /* claimed; waits for a place in a window */
	PARCEL_IN_FLIGHT, /* all its missing segments are with the carrier */
	PARCEL_SETTLING,  /* its settlement waits or is under way */
	PARCEL_STATE_COUNT
};

#define PARCEL_NOT_BEGUN UINT32_MAX

struct template;

struct edition;

struct parcel {
	struct list link; /* of the list that its state belongs to */
	struct list turn; /* READY: beside it, of its account's turns */
	uint8_t flow;     /* … where there */
	enum parcel_state state;
	uint32_t index;      /* place in the pool */
	uint32_t generation; /* grows with each use: a token of an earlier use names nothing */

	/* From the entry. */
	struct entry_key key;
	struct entry_key origin;
	struct slice body;
	uint32_t attempts;
	uint32_t throttles;
	uint32_t here;     /* of the attempts, those on its account */
	uint64_t tried;    /* bit n: account n refused it, and it went elsewhere */
	uint32_t doubts;   /* times that it may have been sent, by us or by others, and nobody said so */
	bool is_ambiguous; /* an earlier submit may have arrived: this one is counted */
	bool is_in_doubt;  /* who had it before had begun it */
	bool may_resend;   /* it was held, and a human decided that it goes once more */
	bool was_resent;   /* parts that may have arrived were sent again, here or at an attempt before */
	bool has_left;     /* a part of it, here, at this or an earlier attempt */
	bool is_reclaimed;
	bool is_shared;   /* in flight at a fence */
	bool is_restored; /* in flight when the store came back with an earlier state */

	/* From prepare. */
	struct alert alert;
	struct arena_mark decoded;       /* behind what alert points to */
	struct edition *edition;         /* whose template sms was made with; NULL = none yet */
	const struct template *template; /* that one */
	struct sms sms;
	struct submit_text text; /* of an account with CONCAT_TEXT */
	struct encoded encoded;
	wall_ms deadline; /* no use from then on; 0 = never */
	enum lane lane;   /* urgent, normal or bulk */
	uint8_t account;
	uint16_t reference;   /* of a long sms; the same at each attempt */
	struct slice members; /* of every event about it: “"id":…,"entry":…”, also the receipt value */

	/* From dispatch. */
	enum protection_rule exempt; /* what would have stopped it, were it not critical */
	uint32_t begun_index;        /* place among the pipeline's begun keys, or PARCEL_NOT_BEGUN */
	uint16_t accepted;           /* bit n−1: segment n was accepted */
	uint16_t submitted;          /* bit n−1: segment n is with the carrier, or its outcome was not good */
	uint8_t outstanding;
	bool has_unanswered; /* some outcome was UNKNOWN, or a part was taken of what was refused */
	bool has_trouble;    /* some outcome was not ACCEPTED; the gravest stands below */
	enum outcome_class trouble;
	bool trouble_is_of_account;
	uint32_t trouble_code;
	const char *trouble_name;
	mono_us stage_at; /* when its stage began: of its turn, of BEGIN, of the settlement's batch */
	mono_us begun_at;
	mono_us submitted_at;              /* when the first segment left; 0 = none has */
	mono_us sent_at[SMS_SEGMENTS_MAX]; /* when each left, which with a low rate may be long after */
	struct slice *refs;                /* by segment, in the arena */
	struct slice *more_refs; /* of an sms that the carrier cut itself: by part behind the first, likewise */
	uint8_t more_count;
	bool has_state;         /* of the attempt before; what follows is it */
	uint8_t state_segments; /* of the attempt before, with its text's hash: parts of it go on only where both agree */
	uint32_t state_hash;
	struct slice state_refs; /* of earlier attempts, as the state has them */

	struct store_entry *kept; /* of a suspect that waits for its turn (poison.c) */

	struct settlement settlement;
	struct arena arena;
};

/* All parcels of a worker: fixed in number, last freed first used (its memory is warm). */
struct parcel_pool {
	struct parcel *parcels;
	char *blocks; /* the arenas' first blocks */
	unsigned count;
	unsigned free_count;
	struct list free;
};

/* Takes the memory. ERR_MEMORY where there is none. */
MUST_CHECK enum err parcel_pool_init(struct parcel_pool *pool, unsigned count);
void parcel_pool_fini(struct parcel_pool *pool);

/* A parcel in state READY, on no list, all its own fields zero; NULL where all are in use. */
struct parcel *parcel_take(struct parcel_pool *pool);

/* Moves a parcel to a state and, where list is not NULL, to the end of that list. The one place that writes state. */
void parcel_move(struct parcel *parcel, enum parcel_state state, struct list *list);

/* Ends a parcel's use: everything made for it is gone. */
void parcel_free(struct parcel_pool *pool, struct parcel *parcel);

/* How many references the carrier gave or will give: one for each segment, or for each part that it cut itself. */
unsigned parcel_ref_count(const struct parcel *parcel);

/* One of them, from 0; empty where it gave none. Where refs is there only. */
struct slice parcel_ref(const struct parcel *parcel, unsigned index);

/* Names a parcel and one of its segments (from 1) for the carrier port. */
uint64_t parcel_token(const struct parcel *parcel, uint8_t segment);

/* The parcel that a token names; NULL where that use is over. segment: set on success. */
struct parcel *parcel_of_token(struct parcel_pool *pool, uint64_t token, uint8_t *segment);
