/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/questions.h"

#include <criterion/criterion.h>

#define WAIT_US  (100 * (mono_us)US_PER_MS)
#define SPACE_US (10 * (mono_us)US_PER_MS) /* between two questions */

static struct questions *questions;

static void set_up(void)
{
	const struct questions_options options = {
		.count_max = 3,
		.wait_us = WAIT_US,
		.rate_per_s = 100,
		.patience_us = 60 * (mono_us)US_PER_S,
	};
	questions = questions_create(&options);
	cr_assert_not_null(questions);
}

static struct submit_key key_of(uint64_t seq)
{
	return (struct submit_key){ .origin = { .seq = seq }, .segment = 1 };
}

static bool open_one(uint64_t seq, uint16_t user_reference, mono_us now)
{
	struct submit_key key = key_of(seq);
	return questions_open(questions, &key, user_reference, now);
}

/* The first after the wait, the others at the rate. */
Test(questions, when)
{
	set_up();
	cr_assert_eq(questions_next_deadline(questions), INT64_MAX);
	cr_assert_eq(questions_due(questions, 1000), 0);
	cr_assert(open_one(1, 11, 0) && open_one(2, 12, 0) && open_one(3, 13, 5));
	cr_assert_not(open_one(4, 14, 5), "there are three places");
	cr_assert_eq(questions_count(questions), 3);
	cr_assert_eq(questions_next_deadline(questions), WAIT_US);
	cr_assert_eq(questions_due(questions, WAIT_US - 1), 0);
	cr_assert_eq(questions_due(questions, WAIT_US), 11);
	cr_assert_eq(questions_due(questions, WAIT_US), 11, "it was not asked yet");
	questions_asked(questions, 11, WAIT_US);
	cr_assert_eq(questions_next_deadline(questions), WAIT_US + SPACE_US);
	cr_assert_eq(questions_due(questions, WAIT_US + SPACE_US - 1), 0);
	cr_assert_eq(questions_due(questions, WAIT_US + SPACE_US), 12);
	questions_hold(questions, WAIT_US + SPACE_US);
	cr_assert_eq(questions_due(questions, WAIT_US + SPACE_US), 0);
	cr_assert_eq(questions_due(questions, WAIT_US + 2 * SPACE_US), 12);
	questions_asked(questions, 12, WAIT_US + 2 * SPACE_US);
	questions_asked(questions, 13, WAIT_US + 3 * SPACE_US);
	cr_assert_eq(questions_next_deadline(questions), INT64_MAX, "all are asked");
	questions_destroy(questions);
	questions_destroy(NULL);
}

/* Each try waits twice as long; a link that was lost costs none. */
Test(questions, again)
{
	set_up();
	cr_assert(open_one(1, 11, 0));
	mono_us now = WAIT_US;
	for (unsigned tries = 0; tries < QUESTIONS_TRIES_MAX; tries++) {
		for (unsigned lost = 0; lost < 3; lost++) {
			cr_assert_eq(questions_due(questions, now), 11, "try %u", tries);
			questions_asked(questions, 11, now);
			cr_assert(questions_again(questions, 11, true, now));
			cr_assert_eq(questions_next_deadline(questions), now + (WAIT_US << tries), "try %u", tries);
			now += WAIT_US << tries;
		}
		questions_asked(questions, 11, now);
		bool is_open = tries + 1 < QUESTIONS_TRIES_MAX;
		cr_assert_eq(questions_again(questions, 11, false, now), is_open, "try %u", tries);
		if (is_open)
			cr_assert_eq(questions_next_deadline(questions), now + (WAIT_US << (tries + 1)));
		now += WAIT_US << (tries + 1);
	}
	cr_assert_eq(questions_count(questions), 0);
	struct submit_key key;
	cr_assert_not(questions_find_asked(questions, 11, &key));
	cr_assert(open_one(2, 11, now), "its place and number are free");
	questions_destroy(questions);
}

/* A new one comes before an older one that waits longer. */
Test(questions, order)
{
	set_up();
	cr_assert(open_one(1, 11, 0));
	questions_asked(questions, 11, WAIT_US);
	cr_assert(questions_again(questions, 11, false, WAIT_US)); /* due at 3 waits */
	cr_assert(open_one(2, 12, WAIT_US));
	cr_assert_eq(questions_due(questions, 4 * WAIT_US), 12);
	questions_asked(questions, 12, 2 * WAIT_US);
	cr_assert_eq(questions_due(questions, 4 * WAIT_US), 11);
	questions_destroy(questions);
}

Test(questions, closed_by_whose_it_is)
{
	set_up();
	cr_assert(open_one(1, 11, 0));
	struct submit_key other = key_of(2), part = key_of(1), own = key_of(1), found;
	part.segment = 2;
	cr_assert_eq(questions_close(questions, &other, 11), QUESTION_NOT_OPEN);
	cr_assert_eq(questions_close(questions, &part, 11), QUESTION_NOT_OPEN);
	cr_assert_eq(questions_close(questions, &own, 12), QUESTION_NOT_OPEN);
	cr_assert_not(questions_find_asked(questions, 11, &found), "it waits");
	questions_asked(questions, 11, WAIT_US);
	cr_assert(questions_find_asked(questions, 11, &found) && found.origin.seq == 1);
	cr_assert_eq(questions_close(questions, &own, 11), QUESTION_WAS_ASKED);
	cr_assert_eq(questions_close(questions, &own, 11), QUESTION_NOT_OPEN);
	cr_assert(open_one(1, 11, WAIT_US));
	cr_assert_eq(questions_close(questions, &own, 11), QUESTION_WAITED);
	cr_assert_eq(questions_count(questions), 0);
	questions_destroy(questions);
}

/* In order of their age, whatever their state. */
Test(questions, expire_and_drop)
{
	set_up();
	cr_assert(open_one(1, 11, 0) && open_one(2, 12, 1) && open_one(3, 13, 2));
	questions_asked(questions, 11, WAIT_US);
	cr_assert_eq(questions_expire(questions, 60 * US_PER_S - 1), 0);
	cr_assert_eq(questions_expire(questions, 60 * US_PER_S), 11);
	cr_assert_eq(questions_expire(questions, 60 * US_PER_S), 0);
	cr_assert_eq(questions_drop(questions), 12);
	cr_assert_eq(questions_drop(questions), 13);
	cr_assert_eq(questions_drop(questions), 0);
	cr_assert_eq(questions_expire(questions, INT64_MAX), 0);
	cr_assert_eq(questions_count(questions), 0);
	questions_destroy(questions);
}
