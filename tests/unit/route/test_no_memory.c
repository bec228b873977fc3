/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_sweep.h"
#include "route/number_plan.h"
#include "route/route.h"
#include "route/route_answer.h"
#include "route/route_memory.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const struct slice prefixes[] = { SLICE("86"), SLICE("86139"), SLICE("8613900010001") };
static const struct slice tenants[] = { SLICE("grid"), SLICE("shop") };
static const struct slice templates[] = { SLICE("balance") };
static const uint8_t accounts[] = { 0, 1 };
static const unsigned weights[] = { 3, 1 };
static const struct route_rule rules[] = {
	{ .prefixes = prefixes, .prefix_count = COUNT(prefixes), .accounts = accounts, .account_count = 2 },
	{ .accounts = accounts, .account_count = 2, .weights = weights, .order = ROUTE_WEIGHTED },
	{ .prefixes = prefixes,
	  .prefix_count = 1,
	  .accounts = accounts,
	  .account_count = 1,
	  .tenants = tenants,
	  .tenant_count = 2,
	  .templates = templates,
	  .template_count = 1 },
};
static const struct number_plan_extra extras[] = { { SLICE("8619999"), OPERATOR_TELECOM } };
static const struct msisdn number = { .digits = "8613900010001", .len = 13 };

static enum alloc_end makes_a_table(void *ctx)
{
	(void)ctx;
	struct route_table *table = NULL;
	struct err_at at = { 0 };
	enum err err = route_create(rules, COUNT(rules), extras, COUNT(extras), &table, &at);
	enum alloc_end end = alloc_end_of(err);
	if (err != ERR_OK && (table != NULL || at.text[0] == '\0'))
		end = alloc_wrong("a table, or no sentence");
	const struct route_query query = { .to = &number, .tenant = tenants[1], .template_name = templates[0] };
	if (err == ERR_OK && route_find(table, &query)->rule != 0)
		end = alloc_wrong("another rule");
	route_destroy(table);
	return end;
}

static enum alloc_end makes_a_plan(void *ctx)
{
	(void)ctx;
	struct number_plan *plan = NULL;
	struct err_at at = { 0 };
	enum err err = number_plan_create(extras, COUNT(extras), &plan, &at);
	enum alloc_end end = alloc_end_of(err);
	if (err != ERR_OK && (plan != NULL || at.text[0] == '\0'))
		end = alloc_wrong("a plan, or no sentence");
	else if (err == ERR_OK && number_plan_find(plan, &number)->owner != OPERATOR_MOBILE)
		end = alloc_wrong("another operator");
	number_plan_destroy(plan);
	return end;
}

static enum alloc_end makes_a_memory(void *ctx)
{
	(void)ctx;
	struct route_memory *memory = route_memory_create(64);
	if (memory == NULL)
		return ALLOC_TOLD;
	route_memory_refused(memory, &number, 1, 1000);
	bool knows = route_memory_find(memory, &number, 1000) == 2;
	route_memory_destroy(memory);
	return knows ? ALLOC_WELL : alloc_wrong("it does not know the number");
}

static enum alloc_end answers(void *ctx)
{
	const struct route_table *table = ctx;
	static const char *const names[] = { "one", "two" };
	static char octets[8192];
	struct buf out = buf_over(octets, sizeof octets);
	const struct route_query query = { .to = &number };
	const struct route_asked asked = {
		.table = table, .rule_count = COUNT(rules), .query = &query, .account_names = names
	};
	bool gets_it = false;
	enum err err = route_answer_write(&asked, &out, &gets_it);
	if (err == ERR_OK && (!gets_it || out.full))
		return alloc_wrong("nobody gets it");
	return alloc_end_of(err);
}

Test(no_memory, route)
{
	alloc_sweep("a table", makes_a_table, NULL);
	alloc_sweep("a number plan", makes_a_plan, NULL);
	alloc_sweep("what is known of numbers", makes_a_memory, NULL);
	struct route_table *table = NULL;
	cr_assert_eq(route_create(rules, COUNT(rules), extras, COUNT(extras), &table, NULL), ERR_OK);
	alloc_sweep("an answer", answers, table);
	route_destroy(table);
}
