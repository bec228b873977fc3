/* SPDX-License-Identifier: Apache-2.0 */
#include "route/route_memory.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define NOW INT64_C(1770944400000)

static struct msisdn number(unsigned n)
{
	struct msisdn msisdn = { .len = 13 };
	char digits[16];
	snprintf(digits, sizeof digits, "86139%08u", n);
	memcpy(msisdn.digits, digits, 13);
	return msisdn;
}

Test(route_memory, what_is_known_of_a_number)
{
	struct route_memory *memory = route_memory_create(64);
	struct msisdn one = number(1);
	struct msisdn two = number(2);
	cr_expect_eq(route_memory_find(memory, &one, NOW), 0, "nothing at first");
	route_memory_accepted(memory, &one, 3);
	cr_expect_eq(route_memory_find(memory, &one, NOW), 0, "who takes it is not noted");
	route_memory_refused(memory, &one, 3, NOW);
	cr_expect_eq(route_memory_find(memory, &one, NOW), 8);
	cr_expect_eq(route_memory_find(memory, &two, NOW), 0);
	route_memory_refused(memory, &one, 63, NOW + 1000);
	cr_expect_eq(route_memory_find(memory, &one, NOW + 1000), UINT64_C(1) << 63 | 8);
	route_memory_accepted(memory, &one, 3);
	cr_expect_eq(route_memory_find(memory, &one, NOW + 1000), UINT64_C(1) << 63, "it is back");
	route_memory_accepted(memory, &one, 5);
	cr_expect_eq(route_memory_find(memory, &one, NOW + 1000), UINT64_C(1) << 63);
	route_memory_accepted(memory, &one, 63);
	cr_expect_eq(route_memory_find(memory, &one, NOW + 1000), 0);
	route_memory_destroy(memory);
	route_memory_destroy(NULL);
}

Test(route_memory, forgets_after_a_week)
{
	struct route_memory *memory = route_memory_create(64);
	struct msisdn one = number(1);
	route_memory_refused(memory, &one, 0, NOW);
	cr_expect_eq(route_memory_find(memory, &one, NOW + ROUTE_MEMORY_MS - 1), 1);
	cr_expect_eq(route_memory_find(memory, &one, NOW + ROUTE_MEMORY_MS), 0);
	route_memory_refused(memory, &one, 1, NOW + ROUTE_MEMORY_MS);
	cr_expect_eq(route_memory_find(memory, &one, NOW + ROUTE_MEMORY_MS), 2, "what was said long ago is gone");
	route_memory_destroy(memory);
}

/* More numbers than there is room for: the latest are known, and nothing is said of one that was never refused. */
Test(route_memory, the_oldest_make_room)
{
	enum { ROOM = 1024, LATEST = ROOM / 4 };
	struct route_memory *memory = route_memory_create(ROOM);
	unsigned known = 0;
	for (unsigned i = 0; i < 8 * ROOM; i++) {
		struct msisdn msisdn = number(i);
		route_memory_refused(memory, &msisdn, i % 64, NOW + i);
		cr_assert_eq(route_memory_find(memory, &msisdn, NOW + i), UINT64_C(1) << i % 64, "%u", i);
	}
	for (unsigned i = 0; i < 9 * ROOM; i++) {
		struct msisdn msisdn = number(i);
		uint64_t accounts = route_memory_find(memory, &msisdn, NOW + 8 * ROOM);
		cr_assert(accounts == 0 || (i < 8 * ROOM && accounts == UINT64_C(1) << i % 64), "%u", i);
		known += accounts != 0 && i >= 8 * ROOM - LATEST;
	}
	cr_expect(known > LATEST * 9 / 10, "%u of the %d latest are known", known, LATEST);
	route_memory_destroy(memory);
}
