/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_id_set.h"

#include <criterion/criterion.h>
#include <stdio.h>

Test(cli_id_set, knows_where_each_stood_first)
{
	enum { COUNT = 100000 };
	struct cli_id_set set = { .slots = NULL };
	char id[24];
	uint64_t before;
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 1; i <= COUNT; i++) {
			snprintf(id, sizeof id, "load-%u", i);
			cr_assert(cli_id_set_add(&set, slice_of(id), i + round, &before));
			cr_assert_eq(before, round ? i : 0, "%s stood on line %llu", id, (unsigned long long)before);
		}
	}
	cr_expect_eq(set.count, COUNT);
	cli_id_set_fini(&set);
}
