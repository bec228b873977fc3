/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_index.h"

#include <criterion/criterion.h>

#define ROWS 200000u

/* Rows of a chunk and more, each found by its hash and by no other; every fourth hash is that of two rows. */
Test(audit_index, finds_all)
{
	struct audit_rows rows;
	struct audit_index index;
	audit_rows_init(&rows, sizeof(uint32_t));
	audit_index_init(&index);
	for (uint32_t i = 0; i < ROWS; i++) {
		uint32_t *row = audit_rows_add(&rows);
		cr_assert_not_null(row);
		cr_expect_eq(*row, 0);
		*row = i;
		cr_assert(audit_index_add(&index, i % 4 == 3 ? (i - 3) * 2654435761u : i * 2654435761u, i));
	}
	for (uint32_t i = 0; i < ROWS; i++) {
		uint32_t hash = i % 4 == 3 ? (i - 3) * 2654435761u : i * 2654435761u;
		uint32_t probe = audit_index_start(&index, hash);
		uint32_t found = 0;
		uint32_t row;
		unsigned others = 0;
		while ((row = audit_index_next(&index, hash, &probe)) != AUDIT_NONE) {
			found += row == i;
			others += row != i;
		}
		cr_expect_eq(found, 1, "row %u is found %u times", i, found);
		cr_expect_eq(others, i % 4 == 3 || i % 4 == 0 ? 1u : 0u, "row %u: %u others", i, others);
		cr_expect_eq(*(uint32_t *)audit_rows_at(&rows, i), i);
	}
	uint32_t probe = audit_index_start(&index, 1);
	cr_expect_eq(audit_index_next(&index, 1, &probe), AUDIT_NONE);
	audit_index_fini(&index);
	audit_rows_fini(&rows);
}

Test(audit_index, empty)
{
	struct audit_index index;
	audit_index_init(&index);
	uint32_t probe = audit_index_start(&index, 7);
	cr_expect_eq(audit_index_next(&index, 7, &probe), AUDIT_NONE);
	audit_index_fini(&index);
}
