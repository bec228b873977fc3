/* SPDX-License-Identifier: Apache-2.0 */
#include "route/number_plan.h"

#include "base/check.h"
#include "route/prefix_trie.h"

#include <stdio.h>
#include <stdlib.h>

static const struct number_block table[] = {
#define BLOCK(prefix, owner, kind, portable) { prefix, OPERATOR_##owner, NUMBER_##kind, portable, false },
#include "route/number_plan.def"
#undef BLOCK
};
#define TABLE_COUNT (sizeof table / sizeof table[0])

struct number_plan {
	struct prefix_trie trie; /* value: index in blocks */
	struct number_block *blocks;
};

const char *number_operator_name(enum number_operator owner)
{
	static const char *const names[OPERATOR_COUNT] = {
		[OPERATOR_UNKNOWN] = "unknown", [OPERATOR_MOBILE] = "mobile",     [OPERATOR_UNICOM] = "unicom",
		[OPERATOR_TELECOM] = "telecom", [OPERATOR_BROADNET] = "broadnet",
	};
	CHECK((unsigned)owner < OPERATOR_COUNT);
	return names[owner];
}

const char *number_kind_name(enum number_kind kind)
{
	static const char *const names[NUMBER_KIND_COUNT] = {
		[NUMBER_ORDINARY] = "ordinary",   [NUMBER_MVNO] = "virtual operator",
		[NUMBER_SATELLITE] = "satellite", [NUMBER_EMERGENCY] = "emergency",
		[NUMBER_IOT] = "things",
	};
	CHECK((unsigned)kind < NUMBER_KIND_COUNT);
	return names[kind];
}

static enum err check_extras(const struct number_plan_extra *extras, size_t count, size_t *digits, struct err_at *at)
{
	char field[64];
	if (count > NUMBER_PLAN_EXTRAS_MAX)
		return err_at_set(at, ERR_RANGE, 0, "number_plan", "has %zu blocks, may have at most %d", count,
				  NUMBER_PLAN_EXTRAS_MAX);
	for (size_t i = 0; i < count; i++) {
		snprintf(field, sizeof field, "number_plan[%zu].prefix", i + 1);
		if (extras[i].prefix.len == 0 || !prefix_trie_takes(extras[i].prefix))
			return err_at_set(at, ERR_FORMAT, 0, field,
					  "must be 1 to %d digits of the international form without “+”, such as "
					  "“86192”",
					  MSISDN_DIGITS_MAX);
		*digits += extras[i].prefix.len;
	}
	return ERR_OK;
}

static enum err add_extras(struct number_plan *plan, const struct number_plan_extra *extras, size_t count,
			   struct err_at *at)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t *value = prefix_trie_put(&plan->trie, extras[i].prefix);
		if (*value != PREFIX_TRIE_NONE && *value >= TABLE_COUNT) {
			char field[64];
			snprintf(field, sizeof field, "number_plan[%zu].prefix", i + 1);
			return err_at_set(at, ERR_DUPLICATE, 0, field, "is in number_plan[%zu] already",
					  *value - TABLE_COUNT + 1);
		}
		/* A block that only changes hands stays what it is. */
		struct number_block *block = &plan->blocks[TABLE_COUNT + i];
		if (*value != PREFIX_TRIE_NONE)
			*block = table[*value];
		memcpy(block->prefix, extras[i].prefix.at, extras[i].prefix.len);
		block->owner = extras[i].owner;
		block->is_configured = true;
		*value = (uint32_t)(TABLE_COUNT + i);
	}
	return ERR_OK;
}

enum err number_plan_create(const struct number_plan_extra *extras, size_t extra_count, struct number_plan **out,
			    struct err_at *at)
{
	size_t digits = 0;
	enum err err = check_extras(extras, extra_count, &digits, at);
	if (err)
		return err;
	for (size_t i = 0; i < TABLE_COUNT; i++)
		digits += strlen(table[i].prefix);
	struct number_plan *plan = calloc(1, sizeof *plan);
	if (plan != NULL)
		plan->blocks = calloc(TABLE_COUNT + extra_count, sizeof *plan->blocks);
	if (plan == NULL || plan->blocks == NULL || prefix_trie_init(&plan->trie, digits) != ERR_OK) {
		number_plan_destroy(plan);
		return err_at_set(at, ERR_MEMORY, 0, "number_plan", "no memory for the number plan");
	}
	memcpy(plan->blocks, table, sizeof table);
	for (uint32_t i = 0; i < TABLE_COUNT; i++)
		*prefix_trie_put(&plan->trie, slice_of(table[i].prefix)) = i;
	err = add_extras(plan, extras, extra_count, at);
	if (err)
		number_plan_destroy(plan);
	else
		*out = plan;
	return err;
}

void number_plan_destroy(struct number_plan *plan)
{
	if (plan == NULL)
		return;
	prefix_trie_fini(&plan->trie);
	free(plan->blocks);
	free(plan);
}

const struct number_block *number_plan_find(const struct number_plan *plan, const struct msisdn *msisdn)
{
	uint32_t values[PREFIX_TRIE_DEPTH];
	unsigned count = prefix_trie_find(&plan->trie, msisdn, values);
	return count ? &plan->blocks[values[count - 1]] : NULL;
}
