/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_rows.h"

#include <stdlib.h>

void audit_rows_init(struct audit_rows *rows, size_t row_octets)
{
	*rows = (struct audit_rows){ .row_octets = row_octets };
}

void audit_rows_fini(struct audit_rows *rows)
{
	for (uint32_t i = 0; i < rows->chunk_count; i++)
		free(rows->chunks[i]);
	free(rows->chunks);
	audit_rows_init(rows, rows->row_octets);
}

static bool add_chunk(struct audit_rows *rows)
{
	if (rows->chunk_count == rows->chunk_cap) {
		uint32_t cap = rows->chunk_cap ? 2 * rows->chunk_cap : 16;
		char **chunks = realloc(rows->chunks, cap * sizeof *chunks);
		if (chunks == NULL)
			return false;
		rows->chunks = chunks;
		rows->chunk_cap = cap;
	}
	char *chunk = calloc(AUDIT_ROWS_PER_CHUNK, rows->row_octets);
	if (chunk == NULL)
		return false;
	rows->chunks[rows->chunk_count++] = chunk;
	return true;
}

void *audit_rows_add(struct audit_rows *rows)
{
	if (rows->count == AUDIT_NONE - 1)
		return NULL;
	if (rows->count / AUDIT_ROWS_PER_CHUNK == rows->chunk_count && !add_chunk(rows))
		return NULL;
	return audit_rows_at(rows, rows->count++);
}
