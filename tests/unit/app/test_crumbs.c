/* SPDX-License-Identifier: Apache-2.0 */
#include "app/crumbs.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int open_file(void)
{
	FILE *file = tmpfile();
	cr_assert_not_null(file);
	return fileno(file);
}

/* What was in hand when nobody closed is found, once. */
Test(crumbs, tell_what_was_in_hand)
{
	const struct entry_key origin = { .ms = 1739404800000, .seq = 7, .lane = LANE_BULK };
	int fd = open_file();
	struct crumbs before;
	struct crumbs after;
	cr_assert(crumbs_open(&before, fd));
	cr_assert_eq(before.found_count, 0);
	crumbs_hand_on(&before);
	crumb_set(&before.places[3], &origin);
	crumb_set(&before.places[4], &origin);
	crumb_clear(&before.places[4]);
	cr_assert(crumbs_open(&after, fd));
	cr_assert_eq(after.found_count, 1);
	cr_assert(entry_key_equal(&after.found[0], &origin));
	/* A start that fails forgets nothing. */
	crumbs_close(&after);
	cr_assert(crumbs_open(&after, fd));
	cr_assert_eq(after.found_count, 1);
	crumbs_hand_on(&after);
	cr_assert_eq(after.found_count, 1);
	cr_assert(crumbs_open(&after, fd));
	cr_assert_eq(after.found_count, 0);
}

Test(crumbs, an_orderly_end_leaves_none)
{
	const struct entry_key origin = { .ms = 1, .lane = LANE_URGENT };
	int fd = open_file();
	struct crumbs crumbs;
	cr_assert(crumbs_open(&crumbs, fd));
	crumbs_hand_on(&crumbs);
	crumb_set(&crumbs.places[0], &origin);
	crumbs_close(&crumbs);
	cr_assert_null((void *)(uintptr_t)crumbs.places);
	cr_assert(crumbs_open(&crumbs, fd));
	cr_assert_eq(crumbs.found_count, 0);
	crumbs_close(&crumbs);
}

Test(crumbs, do_without_a_file)
{
	struct crumbs crumbs;
	cr_assert(crumbs_open(&crumbs, -1));
	cr_assert_null((void *)(uintptr_t)crumbs.places);
	crumb_set(crumbs.places, &(struct entry_key){ .ms = 1 });
	crumb_clear(crumbs.places);
	crumbs_hand_on(&crumbs);
	crumbs_close(&crumbs);
	int closed = open("/dev/null", O_RDONLY | O_CLOEXEC);
	cr_assert_not(crumbs_open(&crumbs, closed), "a file that cannot be written");
	cr_assert_null((void *)(uintptr_t)crumbs.places);
	close(closed);
}
