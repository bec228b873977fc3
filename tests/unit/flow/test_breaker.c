/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/breaker.h"

#include <criterion/criterion.h>

#define START (100 * (mono_us)US_PER_S)

static struct breaker breaker;
static struct health health;
static mono_us now;

static void set_up(void)
{
	breaker = (struct breaker){ 0 };
	health = (struct health){ 0 };
	now = START;
}

/* Answers to what was submitted just now. */
static void answers(unsigned good, unsigned bad)
{
	for (unsigned i = 0; i < good; i++)
		breaker_note(&breaker, &health, false, now, now);
	for (unsigned i = 0; i < bad; i++)
		breaker_note(&breaker, &health, true, now, now);
}

TestSuite(breaker, .init = set_up);

Test(breaker, when_it_opens)
{
	static const struct {
		const char *name;
		unsigned good, bad;
		enum breaker_state want;
	} rows[] = {
		{ "too few to say", 0, HEALTH_LEAST - 1, BREAKER_CLOSED },
		{ "all bad", 0, HEALTH_LEAST, BREAKER_OPEN },
		{ "one of ten is good", 10, 90, BREAKER_OPEN },
		{ "more than one of ten", 10, 89, BREAKER_CLOSED },
		{ "much, and good", 100000, 1000, BREAKER_CLOSED },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up();
		answers(rows[i].good, rows[i].bad);
		cr_expect_eq(breaker.state, rows[i].want, "%s", rows[i].name);
	}
}

Test(breaker, rests_longer_each_time_and_not_for_ever)
{
	mono_us want = BREAKER_REST_LEAST_US;
	answers(0, HEALTH_LEAST);
	for (unsigned round = 0; round < 8; round++) {
		cr_expect_eq(breaker_due(&breaker), now + want, "round %u", round);
		now += want - 1;
		cr_expect(!breaker_turn(&breaker, now), "round %u: too early", round);
		now++;
		cr_assert(breaker_turn(&breaker, now), "round %u", round);
		cr_expect_eq(breaker.state, BREAKER_HALF_OPEN, "round %u", round);
		cr_expect_eq(breaker_due(&breaker), INT64_MAX, "round %u", round);
		answers(BREAKER_GOOD - 1, 1);
		cr_expect_eq(breaker.state, BREAKER_OPEN, "round %u: a failure among them", round);
		want = 2 * want < BREAKER_REST_MOST_US ? 2 * want : BREAKER_REST_MOST_US;
	}
}

Test(breaker, closes_after_good_ones_in_a_row)
{
	answers(0, HEALTH_LEAST);
	now += BREAKER_REST_LEAST_US;
	breaker_turn(&breaker, now);
	answers(BREAKER_GOOD - 1, 0);
	cr_expect_eq(breaker.state, BREAKER_HALF_OPEN);
	answers(1, 0);
	cr_expect_eq(breaker.state, BREAKER_CLOSED);
	answers(0, HEALTH_LEAST - 1);
	cr_expect_eq(breaker.state, BREAKER_CLOSED, "what it was broken for is forgotten");
	answers(0, 1);
	cr_expect_eq(breaker_due(&breaker), now + 2 * BREAKER_REST_LEAST_US, "it was not well for long");
	now += 2 * BREAKER_REST_LEAST_US;
	breaker_turn(&breaker, now);
	answers(BREAKER_GOOD, 0);
	now += BREAKER_WELL_US;
	answers(0, HEALTH_LEAST);
	cr_expect_eq(breaker_due(&breaker), now + BREAKER_REST_LEAST_US, "it was");
}

Test(breaker, answers_to_what_left_before_say_nothing)
{
	mono_us before = now;
	answers(0, HEALTH_LEAST);
	now += BREAKER_REST_LEAST_US;
	for (unsigned i = 0; i < BREAKER_GOOD; i++)
		cr_expect(!breaker_note(&breaker, &health, false, before - 1, now));
	cr_expect_eq(breaker.state, BREAKER_OPEN, "good ones do not close it");
	breaker_turn(&breaker, now);
	cr_expect(!breaker_note(&breaker, &health, true, before, now), "a bad one does not open it");
	answers(BREAKER_GOOD, 0);
	cr_expect_eq(breaker.state, BREAKER_CLOSED);
	for (unsigned i = 0; i < HEALTH_LEAST; i++)
		breaker_note(&breaker, &health, true, before, now);
	cr_expect_eq(breaker.state, BREAKER_CLOSED, "late ones do not open it either");
}

Test(breaker, is_tried_at_once_where_somebody_says_so)
{
	cr_expect(!breaker_retry(&breaker, now), "it is closed");
	answers(0, HEALTH_LEAST);
	cr_expect(breaker_retry(&breaker, now));
	cr_expect_eq(breaker.state, BREAKER_HALF_OPEN);
	cr_expect(!breaker_retry(&breaker, now), "it is being tried");
}
