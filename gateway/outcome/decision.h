/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "model/outcome.h"
#include "model/sms.h"

#include <stdbool.h>
#include <stdint.h>

/* What an outcome means for the sms: one ordered table in decision.c, of which the first row that fits decides; and
 * backoff with full jitter. */

enum decision_kind {
	DECISION_DONE,      /* accepted */
	DECISION_LATER,     /* waits, then is sent again */
	DECISION_ELSEWHERE, /* another account gets it, now */
	DECISION_HOLD,      /* it may have been sent: a late answer settles it, or a human decides */
	DECISION_EXPIRED,   /* a retry would come too late */
	DECISION_DEAD,      /* cannot be sent */
	DECISION_COUNT
};

struct decision_options {
	mono_us base_us; /* wait before the first retry at most; doubles with each */
	mono_us max_us;
	unsigned attempts_max; /* attempts that came to nothing, then dead */
	/* Before an sms without an answer is sent once more: a late answer may still come. */
	mono_us unknown_wait_us[SMS_CLASS_COUNT];
};

struct decision_facts {
	enum outcome_class outcome_class;
	bool is_about_account; /* the refusal speaks of the account, not of the sms */
	bool has_other;        /* another account that has not refused it yet may take it: live, no part of the sms is
	                          accepted, nothing of it is in doubt */
	bool has_absent_other; /* likewise, but it is not live now */
	unsigned attempts;     /* that came to nothing before this one */
	unsigned here;         /* of these, on this account */
	unsigned doubts;       /* times that it may have been sent, before this one, and nobody said so */
	unsigned throttles; /* answers “too fast” so far: they are no attempts, but they too wait longer each time */
	enum sms_class sms_class;
	enum on_unknown on_unknown; /* RESEND or HOLD */
	wall_ms now;
	wall_ms deadline; /* the sms is of no use from then on; 0 = never */
	uint64_t random;  /* any 64 bits */
};

struct decision {
	enum decision_kind kind;
	mono_us delay_us;    /* where later, at least 1 ms */
	bool counts_attempt; /* attempts grows by one */
	bool counts_throttle;
	bool counts_doubt;
	const char *reason; /* a stable word (“rejected”, “attempts”, “unanswered”, “expired”), static; NULL where done,
	                       later or elsewhere */
};

/* Decides. Pure. */
struct decision decision_make(const struct decision_options *options, const struct decision_facts *facts);

/* Name of a kind (“elsewhere”). */
const char *decision_kind_name(enum decision_kind kind);
