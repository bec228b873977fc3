/* SPDX-License-Identifier: Apache-2.0 */
#include "outcome/retry.h"

#include "base/check.h"

enum wait { WAIT_NONE, WAIT_BACKOFF, WAIT_THROTTLE, WAIT_UNKNOWN };

/* One row per class. LINK_REFUSED on a submit speaks of our contract, not of this sms: it waits until a human has set
 * that right, or goes another way. */
static const struct row {
	enum wait wait;
	bool counts_attempt;
	bool is_ambiguous;
	const char *dead_reason; /* where it is dead at once */
} rows[OUTCOME_COUNT] = {
	[OUTCOME_ACCEPTED] = { WAIT_NONE, false, false, NULL },
	[OUTCOME_THROTTLED] = { WAIT_THROTTLE, false, false, NULL },
	[OUTCOME_TEMPORARY] = { WAIT_BACKOFF, true, false, NULL },
	[OUTCOME_REJECTED] = { WAIT_NONE, true, false, "rejected" },
	[OUTCOME_LINK_REFUSED] = { WAIT_BACKOFF, true, false, NULL },
	[OUTCOME_UNKNOWN] = { WAIT_UNKNOWN, false, true, NULL },
};

/* Full jitter: anywhere between nothing and the exponential bound, so that what failed together does not come back
 * together. At least 1 ms, since the store counts in milliseconds. */
static mono_us backoff(const struct retry_options *options, unsigned before, uint64_t random)
{
	mono_us bound = options->base_us;
	for (unsigned i = 0; i < before && bound < options->max_us; i++)
		bound *= 2;
	if (bound > options->max_us)
		bound = options->max_us;
	return US_PER_MS + (mono_us)(random % (uint64_t)(bound + 1));
}

struct retry retry_decide(const struct retry_options *options, const struct retry_facts *facts)
{
	CHECK((unsigned)facts->outcome_class < OUTCOME_COUNT);
	const struct row *row = &rows[facts->outcome_class];
	if (facts->outcome_class == OUTCOME_ACCEPTED)
		return (struct retry){ .decision = DECISION_DONE };
	if (row->dead_reason != NULL)
		return (struct retry){ .decision = DECISION_DEAD, .reason = row->dead_reason };
	/* Without an answer it is sent once more and no more: each further submit may be one sms too many. */
	if (row->wait == WAIT_UNKNOWN && facts->unknowns > 0)
		return (struct retry){ .decision = DECISION_DEAD, .reason = "unanswered", .is_ambiguous = true };
	if (row->counts_attempt && facts->attempts + 1 >= options->attempts_max)
		return (struct retry){
			.decision = DECISION_DEAD,
			.reason = "attempts",
		};
	struct retry retry = {
		.decision = DECISION_LATER,
		.counts_attempt = row->counts_attempt,
		.counts_throttle = row->wait == WAIT_THROTTLE,
		.counts_unknown = row->wait == WAIT_UNKNOWN,
		.is_ambiguous = row->is_ambiguous,
	};
	if (row->wait == WAIT_UNKNOWN)
		retry.delay_us = options->unknown_wait_us;
	else
		retry.delay_us = backoff(options, row->wait == WAIT_THROTTLE ? facts->throttles : facts->attempts,
					 facts->random);
	return retry;
}
