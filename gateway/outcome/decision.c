/* SPDX-License-Identifier: Apache-2.0 */
#include "outcome/decision.h"

#include "base/check.h"

#include <stddef.h>

/* Conditions of a row; all of them must hold. */
enum {
	ALWAYS = 0,
	ABOUT_ACCOUNT = 1 << 0, /* the refusal speaks of the account */
	HAS_OTHER = 1 << 1,     /* another account may take it */
	HAS_MORE = 1 << 2,      /* attempts are left after this one */
	AGAIN_HERE = 1 << 3,    /* it is not the first attempt on this account that comes to nothing */
	HOLDS = 1 << 4,         /* on_unknown: hold */
	DOUBTED = 1 << 5,       /* it may have been sent once before, and nobody said so */
	ABSENT_OTHER = 1 << 6,  /* another account may take it when it is back */
};

enum count { NOTHING, ATTEMPT, THROTTLE, DOUBT };

/* The first row of the class whose conditions hold decides. What waits waits by what it counts: attempts and throttles
 * with backoff, doubts for a late answer.
 *
 * - THROTTLED speaks of the account's pace: no attempt is used up, and no other account gets more than its share.
 * - A refusal of the account (its sender, its service type, its encoding) may be none of another's, now or when it is back.
 * - LINK_REFUSED on a submit waits until a human has set the contract right, or goes another way.
 * - Without an answer it is sent once more and no more: each further submit may be one sms too many. What must not
 *   arrive twice is not sent again at all unless a human says so. */
static const struct row {
	enum outcome_class outcome_class;
	unsigned when;
	enum decision_kind kind;
	enum count counts;
	const char *reason;
} rows[] = {
	{ OUTCOME_ACCEPTED, ALWAYS, DECISION_DONE, NOTHING, NULL },

	{ OUTCOME_THROTTLED, ALWAYS, DECISION_LATER, THROTTLE, NULL },

	{ OUTCOME_REJECTED, ABOUT_ACCOUNT | HAS_OTHER | HAS_MORE, DECISION_ELSEWHERE, ATTEMPT, NULL },
	{ OUTCOME_REJECTED, ABOUT_ACCOUNT | ABSENT_OTHER | HAS_MORE, DECISION_LATER, ATTEMPT, NULL },
	{ OUTCOME_REJECTED, ALWAYS, DECISION_DEAD, NOTHING, "rejected" },

	{ OUTCOME_LINK_REFUSED, HAS_OTHER | HAS_MORE, DECISION_ELSEWHERE, ATTEMPT, NULL },
	{ OUTCOME_LINK_REFUSED, HAS_MORE, DECISION_LATER, ATTEMPT, NULL },
	{ OUTCOME_LINK_REFUSED, ALWAYS, DECISION_DEAD, NOTHING, "attempts" },

	{ OUTCOME_TEMPORARY, ABOUT_ACCOUNT | HAS_OTHER | HAS_MORE, DECISION_ELSEWHERE, ATTEMPT, NULL },
	{ OUTCOME_TEMPORARY, AGAIN_HERE | HAS_OTHER | HAS_MORE, DECISION_ELSEWHERE, ATTEMPT, NULL },
	{ OUTCOME_TEMPORARY, HAS_MORE, DECISION_LATER, ATTEMPT, NULL },
	{ OUTCOME_TEMPORARY, ALWAYS, DECISION_DEAD, NOTHING, "attempts" },

	{ OUTCOME_UNKNOWN, HOLDS, DECISION_HOLD, DOUBT, "unanswered" },
	{ OUTCOME_UNKNOWN, DOUBTED, DECISION_DEAD, NOTHING, "unanswered" },
	{ OUTCOME_UNKNOWN, ALWAYS, DECISION_LATER, DOUBT, NULL },
};

const char *decision_kind_name(enum decision_kind kind)
{
	static const char *const names[DECISION_COUNT] = {
		[DECISION_DONE] = "done", [DECISION_LATER] = "later",     [DECISION_ELSEWHERE] = "elsewhere",
		[DECISION_HOLD] = "hold", [DECISION_EXPIRED] = "expired", [DECISION_DEAD] = "dead",
	};
	CHECK((unsigned)kind < DECISION_COUNT);
	return names[kind];
}

static unsigned conditions(const struct decision_options *options, const struct decision_facts *facts)
{
	bool has_more = options->attempts_max > 0 && facts->attempts < options->attempts_max - 1;
	return (facts->is_about_account ? ABOUT_ACCOUNT : 0u) | (facts->has_other ? HAS_OTHER : 0u) |
	       (facts->has_absent_other ? ABSENT_OTHER : 0u) | (has_more ? HAS_MORE : 0u) |
	       (facts->here > 0 ? AGAIN_HERE : 0u) | (facts->on_unknown == ON_UNKNOWN_HOLD ? HOLDS : 0u) |
	       (facts->doubts > 0 ? DOUBTED : 0u);
}

static const struct row *find_row(const struct decision_options *options, const struct decision_facts *facts)
{
	CHECK((unsigned)facts->outcome_class < OUTCOME_COUNT);
	unsigned holds = conditions(options, facts);
	const struct row *row = rows;
	while (row->outcome_class != facts->outcome_class || (row->when & ~holds) != 0)
		row++; /* each class has a row that always holds */
	return row;
}

/* Full jitter: anywhere between nothing and the exponential bound, so that what failed together does not come back
 * together. At least 1 ms, since the store counts in milliseconds. */
static mono_us backoff(const struct decision_options *options, unsigned before, uint64_t random)
{
	mono_us bound = options->base_us;
	for (unsigned i = 0; i < before && bound < options->max_us; i++)
		bound *= 2;
	if (bound > options->max_us)
		bound = options->max_us;
	return US_PER_MS + (mono_us)(random % (uint64_t)(bound + 1));
}

static mono_us delay(const struct decision_options *options, const struct decision_facts *facts, enum count counts)
{
	switch (counts) {
	case ATTEMPT:
		return backoff(options, facts->attempts, facts->random);
	case THROTTLE:
		return backoff(options, facts->throttles, facts->random);
	case DOUBT:
	case NOTHING:
		break;
	}
	CHECK((unsigned)facts->sms_class < SMS_CLASS_COUNT);
	mono_us wait = options->unknown_wait_us[facts->sms_class];
	return wait > US_PER_MS ? wait : US_PER_MS;
}

/* Nobody waits for a retry that comes due when the sms is of no use any more. What may have been sent is waited for all
 * the same, as long as it is of use: a late answer may say that it arrived. */
static void mind_deadline(struct decision *decision, const struct decision_facts *facts)
{
	if (decision->kind != DECISION_LATER || facts->deadline == 0)
		return;
	mono_us left = facts->deadline > facts->now ? facts->deadline - facts->now : 0; /* ms */
	if (decision->delay_us / US_PER_MS < left)
		return;
	if (decision->counts_doubt && left > 0) {
		decision->delay_us = left * US_PER_MS;
		return;
	}
	decision->kind = DECISION_EXPIRED;
	decision->reason = "expired";
	decision->delay_us = 0;
}

struct decision decision_make(const struct decision_options *options, const struct decision_facts *facts)
{
	const struct row *row = find_row(options, facts);
	struct decision decision = {
		.kind = row->kind,
		.counts_attempt = row->counts == ATTEMPT,
		.counts_throttle = row->counts == THROTTLE,
		.counts_doubt = row->counts == DOUBT,
		.reason = row->reason,
	};
	if (row->kind == DECISION_LATER)
		decision.delay_us = delay(options, facts, row->counts);
	mind_deadline(&decision, facts);
	return decision;
}
