/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/segment.h"
#include "port/carrier.h"

#include <stdbool.h>
#include <stddef.h>

/* A carrier under test, whatever kind it is, its peer, and everything that it was told. Each upcall is checked where it
 * comes: never inside a downcall, never after on_closed. */

#define RIG_TOLD_MAX 8192

/* What the peer does from now on. */
enum peer_act {
	PEER_ACCEPT,
	PEER_SLOWLY, /* accepts after a while, well before the response deadline */
	PEER_LATE,   /* accepts after the response deadline */
	PEER_SWALLOW,
	PEER_THROTTLE,
	PEER_TEMPORARY,
	PEER_REJECT,
	PEER_ODD_STATUS, /* one that no table has */
	/* Once, now. */
	PEER_BREAK,
	PEER_CLOSE,
	PEER_UNBIND,
	PEER_GARBAGE,
	PEER_ACT_COUNT
};

struct carrier_setup {
	unsigned window; /* in all; 0 = 4 */
	bool wants_receipts;
	bool asks;       /* what became of submits without an answer, of kits that can */
	bool is_refused; /* the peer refuses the credentials */
	bool is_absent;  /* there is no peer */
};

struct rig_outcome {
	uint64_t token; /* of a late answer: the origin's number */
	enum outcome_class outcome_class;
	uint32_t native_code;
	char ref[CARRIER_REF_MAX + 1];
	bool is_queried;
};

struct rig_receipt {
	receipt_token token;
	enum message_state state;
	char ref[CARRIER_REF_MAX + 1];
};

struct carrier_rig;

/* One kind of carrier. */
struct carrier_kit {
	const char *name;
	/* Requests in place of links: the credentials show with the first submit; an answer that is late never comes; there is
	 * nothing to unbind; receipts are answered whatever became of connections. */
	bool is_http;
	bool can_ask; /* its protocol has a question for what became of a submit */
	void (*start)(struct carrier_rig *rig, const struct carrier_setup *setup);
	/* Lets a little happen. */
	void (*turn)(struct carrier_rig *rig);
	/* The peer acts, or will from now on; it has understood when this returns. */
	void (*tell)(struct carrier_rig *rig, enum peer_act act);
	/* Submits that the peer took, and receipts of which it got its answer. */
	unsigned long (*accepted)(struct carrier_rig *rig);
	unsigned long (*receipts_answered)(struct carrier_rig *rig);
	/* Time in microseconds of the world that it lives in. */
	mono_us (*now)(struct carrier_rig *rig);
	/* Ends the peer; the carrier is gone already. */
	void (*finish)(struct carrier_rig *rig);
};

extern const struct carrier_kit carrier_kit_fake;
extern const struct carrier_kit carrier_kit_tcp;
extern const struct carrier_kit carrier_kit_tls;
extern const struct carrier_kit carrier_kit_http;

struct carrier_rig {
	const struct carrier_kit *kit;
	void *inner; /* the kit's own */
	struct carrier *carrier;
	unsigned window;
	const char *row; /* for messages */
	bool in_downcall;
	bool is_closed;
	enum carrier_state state;
	unsigned state_count; /* times that it was told */
	unsigned credit_count;
	struct rig_outcome outcomes[RIG_TOLD_MAX];
	unsigned outcome_count;
	struct rig_outcome lates[RIG_TOLD_MAX];
	unsigned late_count;
	struct rig_receipt receipts[RIG_TOLD_MAX];
	unsigned receipt_count;
	void (*on_outcome)(struct carrier_rig *rig, const struct rig_outcome *outcome); /* NULL = only noted */
};

/* Makes carrier and peer; the carrier is not open yet. rig: zeroed by this. */
void carrier_rig_start(struct carrier_rig *rig, const struct carrier_kit *kit, const struct carrier_setup *setup);

/* Opens it and waits until it is UP. */
void carrier_rig_open(struct carrier_rig *rig);
void carrier_rig_open_only(struct carrier_rig *rig);

/* Closes it (where it is open), checks that nothing comes after on_closed, destroys it, ends the peer. */
void carrier_rig_finish(struct carrier_rig *rig, mono_us grace_us);

/* Submits one segment named token; the memory behind it is spoilt afterwards. */
enum submit_answer carrier_rig_submit(struct carrier_rig *rig, uint64_t token);

/* Submits tokens first … first + count − 1; all must be taken. Flushes. */
void carrier_rig_submit_all(struct carrier_rig *rig, uint64_t first, unsigned count);

void carrier_rig_flush(struct carrier_rig *rig);
unsigned carrier_rig_credit(struct carrier_rig *rig);

/* Turns until a condition holds; fails the test after a while. */
void carrier_rig_until(struct carrier_rig *rig, bool (*holds)(struct carrier_rig *rig, unsigned argument),
		       unsigned argument, const char *what);

/* Conditions. */
bool rig_is_up(struct carrier_rig *rig, unsigned ignored);
bool rig_is_down(struct carrier_rig *rig, unsigned ignored);
bool rig_has_outcomes(struct carrier_rig *rig, unsigned count);
bool rig_has_lates(struct carrier_rig *rig, unsigned count);
bool rig_has_receipts(struct carrier_rig *rig, unsigned count);

/* Lets so much time pass. */
void carrier_rig_pass(struct carrier_rig *rig, mono_us span_us);

/* The one outcome of a token; fails where there is none or more than one. */
const struct rig_outcome *carrier_rig_outcome(struct carrier_rig *rig, uint64_t token);
