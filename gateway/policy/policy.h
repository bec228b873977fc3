/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "model/protection.h"

#include <stdint.h>

/* Whether an sms may go out now, judged from facts alone. The rules are an ordered table in policy.c; the first that
 * decides has the last word, and where none does the verdict is to send. A new rule is one function, one row, and the
 * facts that it needs. */

enum verdict {
	VERDICT_SEND,
	VERDICT_WAIT,       /* not yet: again at `until` */
	VERDICT_EXPIRED,    /* of no use any more; closes the entry */
	VERDICT_SUPPRESSED, /* its recipient is spared it; closes the entry */
	VERDICT_COUNT
};

/* Name of a verdict (“expired”). */
const char *verdict_name(enum verdict verdict);

/* What the rules look at. Absent = 0, but for now. */
struct policy_facts {
	wall_ms now;
	wall_ms expires_at;
	wall_ms not_before;
	wall_ms as_of;
	int64_t max_age_ms;  /* of the template, from as_of on; 0 = no limit */
	bool lacks_consent;  /* and its class needs one */
	wall_ms quiet_until; /* the end of the quiet hours that hold for it now */
	int64_t spread_ms;   /* behind their end: within this time it goes */
	uint64_t share;      /* any number that is the alert's own: its place in that time */
};

struct judgement {
	enum verdict verdict;
	wall_ms until;             /* where the verdict is to wait */
	const char *reason;        /* a stable word for events and counters (“too_old”), static; NULL where sent */
	enum protection_rule rule; /* NONE where it is not one of these that decided */
};

/* Judges. Pure: same facts, same judgement. */
struct judgement policy_judge(const struct policy_facts *facts);
