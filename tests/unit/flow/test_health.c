/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/health.h"

#include <criterion/criterion.h>

#define START (7 * (mono_us)US_PER_S)

Test(health, share_of_bad_answers)
{
	static const struct {
		const char *name;
		unsigned good;
		unsigned bad;
		mono_us later;
		bool want;
	} rows[] = {
		{ "nothing yet", 0, 0, 0, false },
		{ "too few to say", 0, HEALTH_LEAST - 1, 0, false },
		{ "all bad", 0, HEALTH_LEAST, 0, true },
		{ "half", HEALTH_LEAST, HEALTH_LEAST, 0, true },
		{ "less than half", HEALTH_LEAST + 1, HEALTH_LEAST, 0, false },
		{ "much, mostly good", 1000000, 900000, 0, false },
		{ "in the next span it counts", 0, HEALTH_LEAST, HEALTH_SPAN_US, true },
		{ "to its last moment", 0, HEALTH_LEAST, 2 * HEALTH_SPAN_US - 1 - (START % HEALTH_SPAN_US), true },
		{ "then it is forgotten", 0, HEALTH_LEAST, 2 * HEALTH_SPAN_US, false },
		{ "long ago", 0, HEALTH_LEAST, 3600 * (mono_us)US_PER_S, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct health health = { 0 };
		for (unsigned k = 0; k < rows[i].good; k++)
			health_note(&health, false, START);
		for (unsigned k = 0; k < rows[i].bad; k++)
			health_note(&health, true, START);
		cr_expect_eq(health_is_failing(&health, START + rows[i].later), rows[i].want, "%s", rows[i].name);
	}
}

/* What fails gets few answers, is forgotten after two spans, and is tried again: it does as well as it then does. */
Test(health, recovers_and_fails_again)
{
	struct health health = { 0 };
	mono_us now = START;
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned k = 0; k < HEALTH_LEAST; k++)
			health_note(&health, true, now);
		cr_expect(health_is_failing(&health, now), "round %u", round);
		now += 2 * HEALTH_SPAN_US;
		cr_expect(!health_is_failing(&health, now), "round %u", round);
	}
	for (unsigned k = 0; k < 10 * HEALTH_LEAST; k++)
		health_note(&health, k % 3 == 0, now += HEALTH_SPAN_US / 10);
	cr_expect(!health_is_failing(&health, now));
}
