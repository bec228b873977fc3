/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "model/outcome.h"

#include <stdbool.h>
#include <stdint.h>

/* What an outcome means for the sms: one ordered table, and backoff with full jitter. */

enum decision {
	DECISION_DONE,  /* accepted */
	DECISION_LATER, /* waits, then is sent again */
	DECISION_DEAD,  /* a human decides */
};

struct retry_options {
	mono_us base_us; /* wait before the first retry at most; doubles with each */
	mono_us max_us;
	unsigned attempts_max;   /* attempts that came to nothing, then dead */
	mono_us unknown_wait_us; /* before an sms without an answer is sent once more: a late answer may still come */
};

struct retry_facts {
	enum outcome_class outcome_class;
	unsigned attempts;  /* that came to nothing before this one */
	unsigned unknowns;  /* submits before this one that were never answered */
	unsigned throttles; /* answers “too fast” so far: they are no attempts, but they too wait longer each time */
	uint64_t random;    /* any 64 bits */
};

struct retry {
	enum decision decision;
	mono_us delay_us;    /* where later */
	bool counts_attempt; /* attempts grows by one */
	bool counts_throttle;
	bool counts_unknown;
	bool is_ambiguous;  /* the carrier may have it: a second submit may be a second sms */
	const char *reason; /* where dead: a stable word (“rejected”, “attempts”), static */
};

/* Decides. Pure. */
struct retry retry_decide(const struct retry_options *options, const struct retry_facts *facts);
