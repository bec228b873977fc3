/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_index.h"
#include "fakes/alloc_sweep.h"

/* What could not be added is told, and what is there is found. */
static enum alloc_end adds_rows(void *ctx)
{
	(void)ctx;
	struct audit_rows rows;
	struct audit_index index;
	enum alloc_end end = ALLOC_WELL;
	audit_rows_init(&rows, 64);
	audit_index_init(&index);
	uint32_t count = 0;
	for (uint32_t i = 0; i < 100000 && end == ALLOC_WELL; i++) {
		if (audit_rows_add(&rows) == NULL || !audit_index_add(&index, i * 2654435761u, i))
			end = ALLOC_TOLD;
		else
			count++;
	}
	for (uint32_t i = 0; i < count; i += 1001) {
		uint32_t hash = i * 2654435761u;
		uint32_t probe = audit_index_start(&index, hash);
		if (audit_index_next(&index, hash, &probe) != i)
			end = alloc_wrong("row %u is not found", i);
	}
	audit_index_fini(&index);
	audit_rows_fini(&rows);
	return end;
}

Test(no_memory, audit_index)
{
	alloc_sweep("rows", adds_rows, NULL);
}
