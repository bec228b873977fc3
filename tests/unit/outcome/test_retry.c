/* SPDX-License-Identifier: Apache-2.0 */
#include "outcome/retry.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct retry_options options = {
	.base_us = 2 * US_PER_S,
	.max_us = 300 * (mono_us)US_PER_S,
	.attempts_max = 10,
	.unknown_wait_us = 15 * US_PER_S,
};

Test(retry, decides)
{
	static const struct row {
		const char *name;
		enum outcome_class outcome_class;
		unsigned attempts;
		unsigned throttles;
		unsigned unknowns;
		enum decision want;
		const char *want_reason;
		bool want_attempt;
		bool want_throttle;
		bool want_unknown;
		bool want_ambiguous;
	} rows[] = {
		{ "accepted", OUTCOME_ACCEPTED, 0, 0, 0, DECISION_DONE, NULL, false, false, false, false },
		{ "accepted at the last attempt", OUTCOME_ACCEPTED, 9, 3, 1, DECISION_DONE, NULL, false, false, false,
		  false },
		{ "throttled", OUTCOME_THROTTLED, 0, 0, 0, DECISION_LATER, NULL, false, true, false, false },
		{ "throttled is no attempt", OUTCOME_THROTTLED, 9, 0, 1, DECISION_LATER, NULL, false, true, false,
		  false },
		{ "throttled for ever", OUTCOME_THROTTLED, 0, UINT32_MAX, 0, DECISION_LATER, NULL, false, true, false,
		  false },
		{ "temporary", OUTCOME_TEMPORARY, 0, 0, 0, DECISION_LATER, NULL, true, false, false, false },
		{ "temporary after an unknown", OUTCOME_TEMPORARY, 0, 0, 1, DECISION_LATER, NULL, true, false, false,
		  false },
		{ "temporary, the last but one", OUTCOME_TEMPORARY, 8, 0, 0, DECISION_LATER, NULL, true, false, false,
		  false },
		{ "temporary, the last", OUTCOME_TEMPORARY, 9, 0, 0, DECISION_DEAD, "attempts", false, false, false,
		  false },
		{ "more attempts than are allowed now", OUTCOME_TEMPORARY, 50, 0, 0, DECISION_DEAD, "attempts", false,
		  false, false, false },
		{ "rejected", OUTCOME_REJECTED, 0, 0, 0, DECISION_DEAD, "rejected", false, false, false, false },
		{ "link refused waits", OUTCOME_LINK_REFUSED, 0, 0, 0, DECISION_LATER, NULL, true, false, false,
		  false },
		{ "link refused too often", OUTCOME_LINK_REFUSED, 9, 0, 0, DECISION_DEAD, "attempts", false, false,
		  false, false },
		{ "unknown", OUTCOME_UNKNOWN, 0, 0, 0, DECISION_LATER, NULL, false, false, true, true },
		{ "unknown is no attempt", OUTCOME_UNKNOWN, 9, 9, 0, DECISION_LATER, NULL, false, false, true, true },
		{ "unknown twice", OUTCOME_UNKNOWN, 0, 0, 1, DECISION_DEAD, "unanswered", false, false, false, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct retry_facts facts = {
			.outcome_class = rows[i].outcome_class,
			.attempts = rows[i].attempts,
			.throttles = rows[i].throttles,
			.unknowns = rows[i].unknowns,
			.random = 12345,
		};
		struct retry got = retry_decide(&options, &facts);
		const char *name = rows[i].name;
		cr_assert_eq(got.decision, rows[i].want, "%s", name);
		cr_assert(rows[i].want_reason ? got.reason && strcmp(got.reason, rows[i].want_reason) == 0
					      : got.reason == NULL,
			  "%s: %s", name, got.reason ? got.reason : "no reason");
		cr_assert_eq(got.counts_attempt, rows[i].want_attempt, "%s", name);
		cr_assert_eq(got.counts_throttle, rows[i].want_throttle, "%s", name);
		cr_assert_eq(got.counts_unknown, rows[i].want_unknown, "%s", name);
		cr_assert_eq(got.is_ambiguous, rows[i].want_ambiguous, "%s", name);
		cr_assert(got.decision == DECISION_LATER ? got.delay_us >= US_PER_MS : got.delay_us == 0, "%s", name);
	}
}

/* Anywhere from a millisecond to a bound that doubles, and not beyond the largest. */
Test(retry, backoff)
{
	static const struct row {
		const char *name;
		enum outcome_class outcome_class;
		unsigned attempts;
		unsigned throttles;
		mono_us want_bound;
	} rows[] = {
		{ "first", OUTCOME_TEMPORARY, 0, 0, 2 * US_PER_S },
		{ "second", OUTCOME_TEMPORARY, 1, 0, 4 * US_PER_S },
		{ "fourth", OUTCOME_TEMPORARY, 3, 9, 16 * US_PER_S },
		{ "eighth", OUTCOME_TEMPORARY, 7, 0, 256 * (mono_us)US_PER_S },
		{ "at the bound", OUTCOME_TEMPORARY, 8, 0, 300 * (mono_us)US_PER_S },
		{ "throttled: its own count", OUTCOME_THROTTLED, 5, 0, 2 * US_PER_S },
		{ "throttled often", OUTCOME_THROTTLED, 0, 2, 8 * US_PER_S },
		{ "throttled for ever", OUTCOME_THROTTLED, 0, UINT32_MAX, 300 * (mono_us)US_PER_S },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct retry_facts facts = {
			.outcome_class = rows[i].outcome_class,
			.attempts = rows[i].attempts,
			.throttles = rows[i].throttles,
		};
		mono_us bound = rows[i].want_bound;
		const struct {
			uint64_t random;
			mono_us want;
		} draws[] = {
			{ 0, US_PER_MS },
			{ (uint64_t)bound, US_PER_MS + bound },
			{ (uint64_t)bound + 1, US_PER_MS },
			{ (uint64_t)bound / 2, US_PER_MS + bound / 2 },
		};
		for (size_t k = 0; k < sizeof draws / sizeof draws[0]; k++) {
			facts.random = draws[k].random;
			cr_assert_eq(retry_decide(&options, &facts).delay_us, draws[k].want, "%s, draw %zu",
				     rows[i].name, k);
		}
		facts.random = UINT64_MAX;
		mono_us delay = retry_decide(&options, &facts).delay_us;
		cr_assert(delay >= US_PER_MS && delay <= US_PER_MS + bound, "%s: %ld", rows[i].name, (long)delay);
	}
}

Test(retry, unknown_waits_for_a_late_answer)
{
	for (uint64_t random = 0; random < 3; random++) {
		struct retry_facts facts = { .outcome_class = OUTCOME_UNKNOWN, .random = random };
		cr_assert_eq(retry_decide(&options, &facts).delay_us, options.unknown_wait_us);
	}
}
