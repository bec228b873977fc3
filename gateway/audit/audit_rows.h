/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing table of rows of one size that never move, so that growing copies nothing and needs no second table's room. */

#define AUDIT_NONE           UINT32_MAX /* no row */
#define AUDIT_ROWS_PER_CHUNK 65536u

struct audit_rows {
	char **chunks;
	size_t row_octets;
	uint32_t count;
	uint32_t chunk_count;
	uint32_t chunk_cap;
};

/* An empty table. Memory comes with the first row. */
void audit_rows_init(struct audit_rows *rows, size_t row_octets);
void audit_rows_fini(struct audit_rows *rows);

/* Adds a row of zeros; NULL where there is no memory. Its number is rows->count - 1. */
void *audit_rows_add(struct audit_rows *rows);

/* The row of that number, which must be below count. */
static inline void *audit_rows_at(const struct audit_rows *rows, uint32_t number)
{
	return rows->chunks[number / AUDIT_ROWS_PER_CHUNK] + (number % AUDIT_ROWS_PER_CHUNK) * rows->row_octets;
}
