/* SPDX-License-Identifier: Apache-2.0 */
#include "route/route_rules.h"

#include <stdio.h>
#include <stdlib.h>

/* Rules of the configuration become a table: checked, counted, copied, and put in order. */

/* What a table needs. */
struct sums {
	size_t prefixes;
	size_t digits;
	size_t accounts;
	size_t names;
	size_t octets; /* of names */
};

static const char *rule_field(char out[64], size_t rule, const char *member, size_t index)
{
	snprintf(out, 64, "routes[%zu].%s[%zu]", rule, member, index);
	return out;
}

static enum err check_prefix(const struct route_rule *rule, size_t rule_index, size_t i, struct err_at *at)
{
	char field[64];
	struct slice prefix = rule->prefixes[i];
	if (prefix.len > ROUTE_PREFIX_MAX)
		return err_at_set(at, ERR_RANGE, 0, rule_field(field, rule_index, "prefix", i),
				  "has %zu digits, may have at most %d", prefix.len, ROUTE_PREFIX_MAX);
	if (!prefix_trie_takes(prefix))
		return err_at_set(at, ERR_FORMAT, 0, rule_field(field, rule_index, "prefix", i),
				  "must be digits of the international form without “+”, such as “86139”");
	return ERR_OK;
}

static enum err check_accounts(const struct route_rule *rule, size_t rule_index, struct err_at *at)
{
	char field[64];
	uint64_t seen = 0;
	if (rule->account_count == 0) {
		snprintf(field, sizeof field, "routes[%zu].accounts", rule_index);
		return err_at_set(at, ERR_RANGE, 0, field, "names no account");
	}
	for (unsigned i = 0; i < rule->account_count; i++) {
		unsigned account = rule->accounts[i];
		if (account >= ROUTE_ACCOUNTS_MAX)
			return err_at_set(at, ERR_RANGE, 0, rule_field(field, rule_index, "accounts", i),
					  "is account %u; there can be %d", account + 1, ROUTE_ACCOUNTS_MAX);
		if (seen >> account & 1)
			return err_at_set(at, ERR_DUPLICATE, 0, rule_field(field, rule_index, "accounts", i),
					  "is named twice in this route");
		if (rule->weights != NULL && rule->weights[i] > ROUTE_WEIGHT_MAX)
			return err_at_set(at, ERR_RANGE, 0, rule_field(field, rule_index, "accounts", i),
					  "has the weight %u, may have at most %d", rule->weights[i], ROUTE_WEIGHT_MAX);
		seen |= UINT64_C(1) << account;
	}
	return ERR_OK;
}

static void add_names(const struct slice *names, unsigned count, struct sums *sums)
{
	sums->names += count;
	for (unsigned i = 0; i < count; i++)
		sums->octets += names[i].len;
}

/* Adds up what the table needs and refuses what it cannot hold. */
static enum err check_rules(const struct route_rule *rules, size_t rule_count, struct sums *sums, struct err_at *at)
{
	if (rule_count > ROUTE_RULES_MAX)
		return err_at_set(at, ERR_RANGE, 0, "routes", "has %zu rules, may have at most %d", rule_count,
				  ROUTE_RULES_MAX);
	for (size_t i = 0; i < rule_count; i++) {
		const struct route_rule *rule = &rules[i];
		enum err err = check_accounts(rule, i, at);
		for (unsigned j = 0; err == ERR_OK && j < rule->prefix_count; j++) {
			err = check_prefix(rule, i, j, at);
			sums->digits += rule->prefixes[j].len;
		}
		if (err)
			return err;
		sums->prefixes += rule->prefix_count ? rule->prefix_count : 1;
		sums->accounts += rule->account_count;
		add_names(rule->tenants, rule->tenant_count, sums);
		add_names(rule->templates, rule->template_count, sums);
	}
	return ERR_OK;
}

static bool take_memory(struct route_table *table, const struct sums *sums, size_t rule_count)
{
	table->entries = calloc(sums->prefixes + 1, sizeof *table->entries);
	table->rules = calloc(rule_count + 1, sizeof *table->rules);
	table->accounts = calloc(sums->accounts + 1, sizeof *table->accounts);
	table->weights = calloc(sums->accounts + 1, sizeof *table->weights);
	table->names = calloc(sums->names + 1, sizeof *table->names);
	table->text = calloc(sums->octets + 1, 1);
	return table->entries && table->rules && table->accounts && table->weights && table->names && table->text &&
	       prefix_trie_init(&table->trie, sums->digits) == ERR_OK;
}

/* A rule's accounts in the order in which they are asked; equal costs stay as written. */
static void order_accounts(const struct route_rule *rule, uint8_t *accounts, unsigned *weights)
{
	unsigned order[ROUTE_ACCOUNTS_MAX];
	for (unsigned i = 0; i < rule->account_count; i++) {
		unsigned place = i;
		for (; rule->order == ROUTE_CHEAPEST && place > 0 && rule->costs[order[place - 1]] > rule->costs[i];
		     place--)
			order[place] = order[place - 1];
		order[place] = i;
	}
	for (unsigned i = 0; i < rule->account_count; i++) {
		accounts[i] = rule->accounts[order[i]];
		weights[i] = rule->weights != NULL ? rule->weights[order[i]] : 1;
	}
}

/* Where the next rule's parts go. */
struct cursor {
	uint8_t *accounts;
	unsigned *weights;
	struct slice *names;
	char *text;
};

static void copy_names(struct cursor *to, const struct slice *names, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (names[i].len)
			memcpy(to->text, names[i].at, names[i].len);
		*to->names++ = (struct slice){ to->text, names[i].len };
		to->text += names[i].len;
	}
}

static void compile(const struct route_rule *rule, unsigned index, struct cursor *to, struct route_compiled *out)
{
	*out = (struct route_compiled){
		.route = {
			.rule = index,
			.account_count = rule->account_count,
			.accounts = to->accounts,
			.weights = rule->order == ROUTE_WEIGHTED ? to->weights : NULL,
			.order = rule->order,
		},
		.condition_count = (unsigned)((rule->operators != 0) + (rule->classes != 0) + (rule->tenant_count != 0) +
					      (rule->template_count != 0) + (rule->hours.days != 0)),
		.operators = rule->operators,
		.classes = rule->classes,
		.names = to->names,
		.tenant_count = rule->tenant_count,
		.template_count = rule->template_count,
		.hours = rule->hours,
	};
	order_accounts(rule, to->accounts, to->weights);
	for (unsigned i = 0; i < rule->account_count; i++)
		out->route.accounts_mask |= UINT64_C(1) << rule->accounts[i];
	to->accounts += rule->account_count;
	to->weights += rule->account_count;
	copy_names(to, rule->tenants, rule->tenant_count);
	copy_names(to, rule->templates, rule->template_count);
}

/* A rule under one of its prefixes, with what its place among the others goes by. */
struct claim {
	struct slice prefix;
	uint16_t rule;
	bool asks_operator;
	unsigned condition_count;
};

static int compare_claims(const void *left, const void *right)
{
	const struct claim *a = left;
	const struct claim *b = right;
	int order = slice_compare(a->prefix, b->prefix);
	if (order == 0)
		order = b->asks_operator - a->asks_operator;
	if (order == 0)
		order = (b->condition_count > a->condition_count) - (b->condition_count < a->condition_count);
	return order ? order : (a->rule > b->rule) - (a->rule < b->rule);
}

static struct claim claim_of(const struct route_table *table, size_t rule, struct slice prefix)
{
	const struct route_compiled *compiled = &table->rules[rule];
	return (struct claim){ prefix, (uint16_t)rule, compiled->operators != 0, compiled->condition_count };
}

static bool put_entries(struct route_table *table, const struct route_rule *rules, size_t rule_count, size_t claim_max)
{
	struct claim *claims = calloc(claim_max + 1, sizeof *claims);
	if (claims == NULL)
		return false;
	size_t count = 0;
	for (size_t i = 0; i < rule_count; i++) {
		if (rules[i].prefix_count == 0)
			claims[count++] = claim_of(table, i, SLICE(""));
		for (unsigned j = 0; j < rules[i].prefix_count; j++)
			claims[count++] = claim_of(table, i, rules[i].prefixes[j]);
	}
	qsort(claims, count, sizeof *claims, compare_claims);
	for (size_t i = 0; i < count; i++) {
		uint32_t *start = prefix_trie_put(&table->trie, claims[i].prefix);
		if (*start == PREFIX_TRIE_NONE)
			*start = (uint32_t)i;
		table->entries[i] = (struct route_entry){
			.rule = claims[i].rule,
			.prefix_len = (uint8_t)claims[i].prefix.len,
			.is_last = i + 1 == count || !slice_equal(claims[i].prefix, claims[i + 1].prefix),
		};
	}
	free(claims);
	return true;
}

enum err route_create(const struct route_rule *rules, size_t rule_count, const struct number_plan_extra *extras,
		      size_t extra_count, struct route_table **out, struct err_at *at)
{
	struct sums sums = { 0 };
	enum err err = check_rules(rules, rule_count, &sums, at);
	struct number_plan *plan = NULL;
	if (err == ERR_OK)
		err = number_plan_create(extras, extra_count, &plan, at);
	if (err)
		return err;
	struct route_table *table = calloc(1, sizeof *table);
	if (table == NULL || !take_memory(table, &sums, rule_count)) {
		number_plan_destroy(plan);
		route_destroy(table);
		return err_at_set(at, ERR_MEMORY, 0, "routes", "no memory for %zu rules", rule_count);
	}
	table->plan = plan;
	table->rule_count = (unsigned)rule_count;
	struct cursor to = { table->accounts, table->weights, table->names, table->text };
	for (size_t i = 0; i < rule_count; i++)
		compile(&rules[i], (unsigned)i, &to, &table->rules[i]);
	if (!put_entries(table, rules, rule_count, sums.prefixes)) {
		route_destroy(table);
		return err_at_set(at, ERR_MEMORY, 0, "routes", "no memory for %zu rules", rule_count);
	}
	*out = table;
	return ERR_OK;
}

void route_destroy(struct route_table *table)
{
	if (table == NULL)
		return;
	number_plan_destroy(table->plan);
	prefix_trie_fini(&table->trie);
	free(table->entries);
	free(table->rules);
	free(table->accounts);
	free(table->weights);
	free(table->names);
	free(table->text);
	free(table);
}
