/* SPDX-License-Identifier: Apache-2.0 */
#include "route/route.h"

#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

/* Prefixes are a trie of digits in one array; a node is its ten children and the rule that ends there.
 *
 *   node 0 ──8──► node 1 ──6──► node 2 ──1──► …        child 0 = none, since nothing leads back to the root
 *   rule of ""    rule of "8"   rule of "86"           rule NO_RULE = none ends here
 */
#define NO_RULE UINT16_MAX

struct node {
	uint32_t children[10];
	uint16_t rule;
};

struct route_table {
	struct node *nodes;
	uint32_t node_count;
	struct route *routes;
	uint8_t *accounts; /* of all routes, one behind another */
};

/* What a table needs, at most. */
struct sums {
	size_t nodes;
	size_t accounts;
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
	for (size_t j = 0; j < prefix.len; j++)
		if (prefix.at[j] < '0' || prefix.at[j] > '9')
			return err_at_set(at, ERR_FORMAT, j, rule_field(field, rule_index, "prefix", i),
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
		seen |= UINT64_C(1) << account;
	}
	return ERR_OK;
}

/* Adds up what the table needs and refuses what it cannot hold. */
static enum err check_rules(const struct route_rule *rules, size_t rule_count, struct sums *sums, struct err_at *at)
{
	if (rule_count > ROUTE_RULES_MAX)
		return err_at_set(at, ERR_RANGE, 0, "routes", "has %zu rules, may have at most %d", rule_count,
				  ROUTE_RULES_MAX);
	for (size_t i = 0; i < rule_count; i++) {
		enum err err = check_accounts(&rules[i], i, at);
		for (unsigned j = 0; err == ERR_OK && j < rules[i].prefix_count; j++) {
			err = check_prefix(&rules[i], i, j, at);
			sums->nodes += rules[i].prefixes[j].len;
		}
		if (err)
			return err;
		sums->accounts += rules[i].account_count;
	}
	if (sums->nodes > UINT32_MAX)
		return err_at_set(at, ERR_RANGE, 0, "routes", "has too many prefixes");
	return ERR_OK;
}

static struct route_table *table_alloc(const struct sums *sums, size_t rule_count)
{
	struct route_table *table = calloc(1, sizeof *table);
	if (table == NULL)
		return NULL;
	table->nodes = calloc(sums->nodes, sizeof *table->nodes);
	table->routes = calloc(rule_count + 1, sizeof *table->routes);
	table->accounts = calloc(sums->accounts + 1, 1);
	if (table->nodes == NULL || table->routes == NULL || table->accounts == NULL) {
		route_destroy(table);
		return NULL;
	}
	table->nodes[0].rule = NO_RULE;
	table->node_count = 1;
	return table;
}

/* Of equal prefixes the first rule stays. */
static void add_prefix(struct route_table *table, struct slice prefix, uint16_t rule)
{
	uint32_t at = 0;
	for (size_t i = 0; i < prefix.len; i++) {
		uint32_t *child = &table->nodes[at].children[prefix.at[i] - '0'];
		if (*child == 0) {
			*child = table->node_count++;
			table->nodes[*child].rule = NO_RULE;
		}
		at = *child;
	}
	if (table->nodes[at].rule == NO_RULE)
		table->nodes[at].rule = rule;
}

enum err route_create(const struct route_rule *rules, size_t rule_count, struct route_table **out, struct err_at *at)
{
	struct sums sums = { .nodes = 1 };
	enum err err = check_rules(rules, rule_count, &sums, at);
	if (err)
		return err;
	struct route_table *table = table_alloc(&sums, rule_count);
	if (table == NULL)
		return err_at_set(at, ERR_MEMORY, 0, "routes", "no memory for %zu rules", rule_count);
	uint8_t *accounts = table->accounts;
	for (size_t i = 0; i < rule_count; i++) {
		const struct route_rule *rule = &rules[i];
		struct route *route = &table->routes[i];
		*route = (struct route){ (unsigned)i, rule->account_count, 0, accounts };
		for (unsigned j = 0; j < rule->account_count; j++) {
			*accounts++ = rule->accounts[j];
			route->accounts_mask |= UINT64_C(1) << rule->accounts[j];
		}
		if (rule->prefix_count == 0)
			add_prefix(table, SLICE(""), (uint16_t)i);
		for (unsigned j = 0; j < rule->prefix_count; j++)
			add_prefix(table, rule->prefixes[j], (uint16_t)i);
	}
	*out = table;
	return ERR_OK;
}

void route_destroy(struct route_table *table)
{
	if (table == NULL)
		return;
	free(table->nodes);
	free(table->routes);
	free(table->accounts);
	free(table);
}

const struct route *route_find(const struct route_table *table, const struct msisdn *msisdn)
{
	CHECK(msisdn->len <= MSISDN_DIGITS_MAX);
	const struct node *node = &table->nodes[0];
	uint16_t rule = node->rule;
	for (unsigned i = 0; i < msisdn->len; i++) {
		unsigned digit = (unsigned char)msisdn->digits[i] - (unsigned)'0';
		CHECK(digit < 10);
		uint32_t child = node->children[digit];
		if (child == 0)
			break;
		node = &table->nodes[child];
		if (node->rule != NO_RULE)
			rule = node->rule;
	}
	return rule == NO_RULE ? NULL : &table->routes[rule];
}

int route_pick(const struct route_table *table, const struct msisdn *msisdn, uint64_t live)
{
	const struct route *route = route_find(table, msisdn);
	if (route == NULL)
		return ROUTE_NONE;
	for (unsigned i = 0; i < route->account_count; i++)
		if (live >> route->accounts[i] & 1)
			return route->accounts[i];
	return ROUTE_WAIT;
}
