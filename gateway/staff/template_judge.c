/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/template_judge.h"

#include <stdlib.h>

enum err template_judge(void *ctx, struct slice name, struct slice locale, struct slice source, struct err_at *at)
{
	const struct proof_rules *rules = ctx;
	const struct proof_variant variant = { .name = name, .locale = locale, .source = source };
	struct proof_marks marks = { .items = NULL };
	struct arena arena;
	void *block = malloc(PROOF_ARENA_OCTETS);
	if (block == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	arena_init(&arena, block, PROOF_ARENA_OCTETS, PROOF_ARENA_OCTETS);
	bool is_good = proof_source(&variant, rules, &arena, &marks, NULL);
	for (unsigned i = 0; i < marks.count && !is_good; i++) {
		if (marks.items[i].severity == PROOF_ERROR)
			err_at_set(at, ERR_FORMAT, 0, NULL, "%.*s",
				   SLICE_ARG(marks.items[i].message[TEMPLATE_TONGUE_EN]));
	}
	arena_fini(&arena);
	free(block);
	return is_good ? ERR_OK : err_at_set(at, ERR_FORMAT, 0, NULL, "the text has errors");
}
