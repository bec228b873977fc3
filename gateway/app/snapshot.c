/* SPDX-License-Identifier: Apache-2.0 */
#include "app/snapshot.h"

#include <stdio.h>
#include <stdlib.h>

/* The slot of an account, a new one where it has none; ROUTE_ACCOUNTS_MAX where there is none left. */
static unsigned take_slot(struct slot_names *names, const char *name)
{
	unsigned slot = 0;
	while (slot < ROUTE_ACCOUNTS_MAX && names->names[slot] != NULL && strcmp(names->names[slot], name) != 0)
		slot++;
	if (slot < ROUTE_ACCOUNTS_MAX && names->names[slot] == NULL) {
		snprintf(names->octets[slot], sizeof names->octets[slot], "%s", name);
		names->names[slot] = names->octets[slot];
	}
	return slot;
}

static unsigned slots_free(const struct slot_names *names)
{
	unsigned count = 0;
	for (unsigned i = 0; i < ROUTE_ACCOUNTS_MAX; i++)
		count += names->names[i] == NULL;
	return count;
}

static bool has_slot(const struct slot_names *names, const char *name)
{
	for (unsigned i = 0; i < ROUTE_ACCOUNTS_MAX && names->names[i] != NULL; i++) {
		if (strcmp(names->names[i], name) == 0)
			return true;
	}
	return false;
}

static enum err check_slots(const struct config *config, const struct slot_names *names, struct err_at *at)
{
	unsigned wanted = 0;
	for (unsigned i = 0; i < config->account_count; i++)
		wanted += !has_slot(names, config->accounts[i].name);
	if (wanted <= slots_free(names))
		return ERR_OK;
	return err_at_set(at, ERR_FULL, 0, "accounts",
			  "%u accounts are new, but only %u more can be named until the next start: those that were "
			  "taken out count until then",
			  wanted, slots_free(names));
}

static void fill_slots(struct snapshot *snapshot, struct slot_names *names)
{
	memset(snapshot->accounts, SNAPSHOT_NO_ACCOUNT, sizeof snapshot->accounts);
	for (unsigned i = 0; i < snapshot->config->account_count; i++)
		snapshot->accounts[take_slot(names, snapshot->config->accounts[i].name)] = (uint8_t)i;
}

static uint8_t slot_of(const struct snapshot *snapshot, unsigned account)
{
	uint8_t slot = 0;
	while (snapshot->accounts[slot] != account)
		slot++;
	return slot;
}

/* Texts of a rule's conditions, one rule behind another. */
static struct slice *put_names(struct slice **to, const struct config_lines *lines)
{
	struct slice *names = *to;
	for (unsigned i = 0; i < lines->count; i++)
		*(*to)++ = slice_of(lines->at[i]);
	return names;
}

static size_t count_names(const struct config *config)
{
	size_t count = 0;
	for (unsigned i = 0; i < config->route_count; i++)
		count += config->routes[i].prefix_count + config->routes[i].tenants.count +
			 config->routes[i].templates.count;
	return count;
}

static enum err make_routes(struct snapshot *snapshot, struct err_at *at)
{
	const struct config *config = snapshot->config;
	size_t account_count = (size_t)config->route_count * CONFIG_ACCOUNTS_MAX;
	struct route_rule *rules = calloc(config->route_count, sizeof *rules);
	struct slice *names = calloc(count_names(config) + 1, sizeof *names);
	uint8_t *accounts = calloc(account_count, sizeof *accounts);
	uint64_t *costs = calloc(account_count, sizeof *costs);
	enum err err = ERR_OK;
	if (rules == NULL || names == NULL || accounts == NULL || costs == NULL)
		err = err_at_set(at, ERR_MEMORY, 0, "routes", "out of memory");
	struct slice *next_name = names;
	for (unsigned i = 0; err == ERR_OK && i < config->route_count; i++) {
		const struct config_route *route = &config->routes[i];
		struct route_rule *rule = &rules[i];
		uint8_t *rule_accounts = accounts + (size_t)i * CONFIG_ACCOUNTS_MAX;
		uint64_t *rule_costs = costs + (size_t)i * CONFIG_ACCOUNTS_MAX;
		for (unsigned k = 0; k < route->account_count; k++) {
			rule_accounts[k] = slot_of(snapshot, route->accounts[k]);
			rule_costs[k] = config->accounts[route->accounts[k]].cost;
		}
		*rule = (struct route_rule){
			.prefixes = next_name,
			.prefix_count = route->prefix_count,
			.accounts = rule_accounts,
			.account_count = route->account_count,
			.weights = route->weights,
			.costs = rule_costs,
			.order = route->pick,
			.operators = route->operators,
			.classes = route->classes,
			.tenant_count = route->tenants.count,
			.template_count = route->templates.count,
			.hours = route->hours,
		};
		for (unsigned k = 0; k < route->prefix_count; k++)
			*next_name++ = slice_of(route->prefixes[k]);
		rule->tenants = put_names(&next_name, &route->tenants);
		rule->templates = put_names(&next_name, &route->templates);
	}
	if (err == ERR_OK)
		err = route_create(rules, config->route_count, config->plan_extras, config->number_plan.count,
				   &snapshot->routes, at);
	free(rules);
	free(names);
	free(accounts);
	free(costs);
	return err;
}

enum err snapshot_create(const struct config *config, struct config *owned, struct slot_names *names,
			 struct snapshot **out, struct err_at *at)
{
	struct slot_names new_names = *names;
	enum err err = check_slots(config, names, at);
	if (err != ERR_OK)
		return err;
	struct snapshot *snapshot = calloc(1, sizeof *snapshot);
	if (snapshot == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	atomic_init(&snapshot->holders, 1);
	snapshot->config = config;
	fill_slots(snapshot, &new_names);
	err = make_routes(snapshot, at);
	if (err != ERR_OK) {
		free(snapshot);
		return err;
	}
	/* Where nothing can fail any more: a name that is taken stays taken. */
	fill_slots(snapshot, names);
	snapshot->owned = owned;
	*out = snapshot;
	return ERR_OK;
}

struct snapshot *snapshot_hold(struct snapshot *snapshot)
{
	atomic_fetch_add(&snapshot->holders, 1);
	return snapshot;
}

void snapshot_release(struct snapshot *snapshot)
{
	if (snapshot == NULL || atomic_fetch_sub(&snapshot->holders, 1) > 1)
		return;
	route_destroy(snapshot->routes);
	config_destroy(snapshot->owned);
	free(snapshot);
}

const struct config_account *snapshot_account(const struct snapshot *snapshot, unsigned slot)
{
	uint8_t account = snapshot->accounts[slot];
	return account == SNAPSHOT_NO_ACCOUNT ? NULL : &snapshot->config->accounts[account];
}
