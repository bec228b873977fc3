/* SPDX-License-Identifier: Apache-2.0 */
#include "outcome/decision.h"

#include <criterion/criterion.h>
#include <string.h>

#define NOW INT64_C(1770944400000)

static const struct decision_options options = {
	.base_us = 2 * US_PER_S,
	.max_us = 300 * (mono_us)US_PER_S,
	.attempts_max = 10,
	.unknown_wait_us = {
		[SMS_CLASS_CRITICAL] = 15 * US_PER_S,
		[SMS_CLASS_NOTICE] = 120 * (mono_us)US_PER_S,
		[SMS_CLASS_MARKETING] = 240 * (mono_us)US_PER_S,
	},
};

/* What a row needs to be told; all else is nothing. */
enum { OF_ACCOUNT = 1, OTHER = 2, HOLD = 4, ABSENT = 8 };

/* What is counted, a letter each: a attempt, t throttle, u unknown. */
static void write_counts(const struct decision *got, char out[8])
{
	size_t len = 0;
	if (got->counts_attempt)
		out[len++] = 'a';
	if (got->counts_throttle)
		out[len++] = 't';
	if (got->counts_doubt)
		out[len++] = 'u';
	out[len] = '\0';
}

Test(decision, table)
{
	static const struct row {
		const char *name;
		enum outcome_class outcome_class;
		unsigned facts;
		unsigned attempts;
		unsigned here;
		unsigned throttles;
		unsigned doubts;
		enum decision_kind want;
		const char *want_reason;
		const char *want_counts;
	} rows[] = {
		{ "accepted", OUTCOME_ACCEPTED, 0, 0, 0, 0, 0, DECISION_DONE, NULL, "" },
		{ "accepted, whatever else", OUTCOME_ACCEPTED, OF_ACCOUNT | OTHER | HOLD, 9, 9, 3, 1, DECISION_DONE,
		  NULL, "" },

		{ "throttled", OUTCOME_THROTTLED, 0, 0, 0, 0, 0, DECISION_LATER, NULL, "t" },
		{ "throttled is no attempt", OUTCOME_THROTTLED, 0, 9, 9, 0, 1, DECISION_LATER, NULL, "t" },
		{ "throttled for ever", OUTCOME_THROTTLED, 0, 0, 0, UINT32_MAX, 0, DECISION_LATER, NULL, "t" },
		{ "throttled stays where it is", OUTCOME_THROTTLED, OF_ACCOUNT | OTHER, 3, 3, 3, 0, DECISION_LATER,
		  NULL, "t" },

		{ "rejected", OUTCOME_REJECTED, 0, 0, 0, 0, 0, DECISION_DEAD, "rejected", "" },
		{ "rejected, another account or not", OUTCOME_REJECTED, OTHER, 0, 0, 0, 0, DECISION_DEAD, "rejected",
		  "" },
		{ "the account rejected", OUTCOME_REJECTED, OF_ACCOUNT | OTHER, 0, 0, 0, 0, DECISION_ELSEWHERE, NULL,
		  "a" },
		{ "the account rejected, there is no other", OUTCOME_REJECTED, OF_ACCOUNT, 0, 0, 0, 0, DECISION_DEAD,
		  "rejected", "" },
		{ "the account rejected, another one is away", OUTCOME_REJECTED, OF_ACCOUNT | ABSENT, 0, 0, 0, 0,
		  DECISION_LATER, NULL, "a" },
		{ "the account rejected, one is away, one is not", OUTCOME_REJECTED, OF_ACCOUNT | ABSENT | OTHER, 0, 0,
		  0, 0, DECISION_ELSEWHERE, NULL, "a" },
		{ "rejected, another one is away", OUTCOME_REJECTED, ABSENT, 0, 0, 0, 0, DECISION_DEAD, "rejected",
		  "" },
		{ "the account rejected, one is away, the last attempt", OUTCOME_REJECTED, OF_ACCOUNT | ABSENT, 9, 0, 0,
		  0, DECISION_DEAD, "rejected", "" },
		{ "the account rejected, the last attempt", OUTCOME_REJECTED, OF_ACCOUNT | OTHER, 9, 0, 0, 0,
		  DECISION_DEAD, "rejected", "" },
		{ "rejected under hold", OUTCOME_REJECTED, HOLD, 0, 0, 0, 1, DECISION_DEAD, "rejected", "" },

		{ "link refused goes elsewhere", OUTCOME_LINK_REFUSED, OTHER, 0, 0, 0, 0, DECISION_ELSEWHERE, NULL,
		  "a" },
		{ "link refused waits", OUTCOME_LINK_REFUSED, 0, 0, 0, 0, 0, DECISION_LATER, NULL, "a" },
		{ "link refused, the last but one", OUTCOME_LINK_REFUSED, OTHER, 8, 0, 0, 0, DECISION_ELSEWHERE, NULL,
		  "a" },
		{ "link refused too often", OUTCOME_LINK_REFUSED, OTHER, 9, 9, 0, 0, DECISION_DEAD, "attempts", "" },

		{ "temporary", OUTCOME_TEMPORARY, OTHER, 0, 0, 0, 0, DECISION_LATER, NULL, "a" },
		{ "temporary for the second time here", OUTCOME_TEMPORARY, OTHER, 1, 1, 0, 0, DECISION_ELSEWHERE, NULL,
		  "a" },
		{ "temporary, after another account", OUTCOME_TEMPORARY, OTHER, 2, 0, 0, 0, DECISION_LATER, NULL, "a" },
		{ "temporary often, there is no other", OUTCOME_TEMPORARY, 0, 5, 5, 0, 0, DECISION_LATER, NULL, "a" },
		{ "temporary, of the account", OUTCOME_TEMPORARY, OF_ACCOUNT | OTHER, 0, 0, 0, 0, DECISION_ELSEWHERE,
		  NULL, "a" },
		{ "temporary, of the only account", OUTCOME_TEMPORARY, OF_ACCOUNT, 0, 0, 0, 0, DECISION_LATER, NULL,
		  "a" },
		{ "temporary after an unknown", OUTCOME_TEMPORARY, 0, 0, 0, 0, 1, DECISION_LATER, NULL, "a" },
		{ "temporary under hold", OUTCOME_TEMPORARY, HOLD, 0, 0, 0, 1, DECISION_LATER, NULL, "a" },
		{ "temporary, the last but one", OUTCOME_TEMPORARY, 0, 8, 8, 0, 0, DECISION_LATER, NULL, "a" },
		{ "temporary, the last", OUTCOME_TEMPORARY, OTHER | OF_ACCOUNT, 9, 9, 0, 0, DECISION_DEAD, "attempts",
		  "" },
		{ "more attempts than are allowed now", OUTCOME_TEMPORARY, 0, 50, 50, 0, 0, DECISION_DEAD, "attempts",
		  "" },

		{ "unknown", OUTCOME_UNKNOWN, OTHER, 0, 0, 0, 0, DECISION_LATER, NULL, "u" },
		{ "unknown is no attempt", OUTCOME_UNKNOWN, 0, 9, 9, 9, 0, DECISION_LATER, NULL, "u" },
		{ "unknown twice", OUTCOME_UNKNOWN, OTHER, 0, 0, 0, 1, DECISION_DEAD, "unanswered", "" },
		{ "unknown under hold", OUTCOME_UNKNOWN, HOLD | OTHER, 0, 0, 0, 0, DECISION_HOLD, "unanswered", "u" },
		{ "unknown again under hold", OUTCOME_UNKNOWN, HOLD, 9, 9, 0, 3, DECISION_HOLD, "unanswered", "u" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct decision_facts facts = {
			.outcome_class = rows[i].outcome_class,
			.is_about_account = rows[i].facts & OF_ACCOUNT,
			.has_other = rows[i].facts & OTHER,
			.has_absent_other = rows[i].facts & ABSENT,
			.attempts = rows[i].attempts,
			.here = rows[i].here,
			.throttles = rows[i].throttles,
			.doubts = rows[i].doubts,
			.on_unknown = rows[i].facts & HOLD ? ON_UNKNOWN_HOLD : ON_UNKNOWN_RESEND,
			.now = NOW,
			.random = 12345,
		};
		struct decision got = decision_make(&options, &facts);
		const char *name = rows[i].name;
		char counts[8];
		write_counts(&got, counts);
		cr_assert_str_eq(decision_kind_name(got.kind), decision_kind_name(rows[i].want), "%s", name);
		cr_assert(rows[i].want_reason ? got.reason && strcmp(got.reason, rows[i].want_reason) == 0
					      : got.reason == NULL,
			  "%s: %s", name, got.reason ? got.reason : "no reason");
		cr_assert_str_eq(counts, rows[i].want_counts, "%s", name);
		cr_assert(got.kind == DECISION_LATER ? got.delay_us >= US_PER_MS : got.delay_us == 0, "%s", name);
	}
}

/* Anywhere from a millisecond to a bound that doubles, and not beyond the largest. */
Test(decision, backoff)
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
		struct decision_facts facts = {
			.outcome_class = rows[i].outcome_class,
			.attempts = rows[i].attempts,
			.throttles = rows[i].throttles,
			.on_unknown = ON_UNKNOWN_RESEND,
			.now = NOW,
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
			cr_assert_eq(decision_make(&options, &facts).delay_us, draws[k].want, "%s, draw %zu",
				     rows[i].name, k);
		}
		facts.random = UINT64_MAX;
		mono_us delay = decision_make(&options, &facts).delay_us;
		cr_assert(delay >= US_PER_MS && delay <= US_PER_MS + bound, "%s: %ld", rows[i].name, (long)delay);
	}
}

Test(decision, unknown_waits_as_long_as_its_class_says)
{
	for (unsigned sms_class = 0; sms_class < SMS_CLASS_COUNT; sms_class++) {
		for (uint64_t random = 0; random < 3; random++) {
			struct decision_facts facts = { .outcome_class = OUTCOME_UNKNOWN,
							.sms_class = (enum sms_class)sms_class,
							.on_unknown = ON_UNKNOWN_RESEND,
							.now = NOW,
							.random = random };
			cr_assert_eq(decision_make(&options, &facts).delay_us, options.unknown_wait_us[sms_class],
				     "class %u", sms_class);
		}
	}
}

/* A retry that would come when the sms is of no use is not waited for; an answer is, as long as it is of use. */
Test(decision, deadline)
{
	static const struct row {
		const char *name;
		enum outcome_class outcome_class;
		enum on_unknown on_unknown;
		wall_ms deadline;
		uint64_t random;
		enum decision_kind want;
		mono_us want_delay;
	} rows[] = {
		{ "there is none", OUTCOME_TEMPORARY, ON_UNKNOWN_RESEND, 0, 999999, DECISION_LATER, 1000999 },
		{ "in time", OUTCOME_TEMPORARY, ON_UNKNOWN_RESEND, NOW + 1001, 999999, DECISION_LATER, 1000999 },
		{ "at that very instant", OUTCOME_TEMPORARY, ON_UNKNOWN_RESEND, NOW + 1000, 999999, DECISION_EXPIRED,
		  0 },
		{ "too late", OUTCOME_TEMPORARY, ON_UNKNOWN_RESEND, NOW + 999, 999999, DECISION_EXPIRED, 0 },
		{ "it has passed", OUTCOME_TEMPORARY, ON_UNKNOWN_RESEND, NOW - 5, 0, DECISION_EXPIRED, 0 },
		{ "throttled, too late", OUTCOME_THROTTLED, ON_UNKNOWN_RESEND, NOW + 1, 0, DECISION_EXPIRED, 0 },
		{ "accepted is accepted", OUTCOME_ACCEPTED, ON_UNKNOWN_RESEND, NOW - 5, 0, DECISION_DONE, 0 },
		{ "rejected is rejected", OUTCOME_REJECTED, ON_UNKNOWN_RESEND, NOW - 5, 0, DECISION_DEAD, 0 },
		{ "an answer may come until then", OUTCOME_UNKNOWN, ON_UNKNOWN_RESEND, NOW + 7000, 0, DECISION_LATER,
		  7000000 },
		{ "no answer helps any more", OUTCOME_UNKNOWN, ON_UNKNOWN_RESEND, NOW, 0, DECISION_EXPIRED, 0 },
		{ "what is held is held", OUTCOME_UNKNOWN, ON_UNKNOWN_HOLD, NOW - 5, 0, DECISION_HOLD, 0 },
		{ "never comes", OUTCOME_TEMPORARY, ON_UNKNOWN_RESEND, INT64_MAX, 0, DECISION_LATER, US_PER_MS },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct decision_facts facts = {
			.outcome_class = rows[i].outcome_class,
			.on_unknown = rows[i].on_unknown,
			.now = NOW,
			.deadline = rows[i].deadline,
			.random = rows[i].random,
		};
		struct decision got = decision_make(&options, &facts);
		cr_assert_str_eq(decision_kind_name(got.kind), decision_kind_name(rows[i].want), "%s", rows[i].name);
		cr_assert_eq(got.delay_us, rows[i].want_delay, "%s: %ld", rows[i].name, (long)got.delay_us);
		bool is_expired = got.reason != NULL && strcmp(got.reason, "expired") == 0;
		cr_assert_eq(is_expired, rows[i].want == DECISION_EXPIRED, "%s", rows[i].name);
	}
}
