/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_list.h"

#include "base/number.h"
#include "base/suggest.h"

#include <stdlib.h>

static bool is_prefix(const struct setting *setting, struct slice text)
{
	if ((int64_t)text.len < setting->least || (int64_t)text.len > setting->most || text.at[0] == '0')
		return false;
	return strspn(text.at, "0123456789") == text.len;
}

void config_list_set_prefixes(const struct config_value *value)
{
	struct config_route *route =
		(struct config_route *)((char *)value->field - offsetof(struct config_route, prefixes));
	const struct tree_node *only = value->node->kind == TREE_SCALAR ? value->node : NULL;
	unsigned count = only ? 1 : value->node->child_count;
	if (count == 0 || (only && only->text_len == 0))
		return;
	if (count > CONFIG_LIST_MAX) {
		config_value_tell(value, ERR_RANGE, "is too long a list");
		return;
	}
	char **prefixes = calloc(count, sizeof *prefixes);
	if (prefixes == NULL) {
		config_value_tell(value, ERR_MEMORY, "does not fit into memory");
		return;
	}
	route->prefixes = prefixes;
	for (const struct tree_node *node = only ? only : value->node->first; node; node = only ? NULL : node->next) {
		struct config_value item = *value;
		item.node = node;
		item.text = (struct slice){ node->text, node->text_len };
		item.field = &prefixes[route->prefix_count];
		if (node->kind != TREE_SCALAR || node->text == NULL)
			config_value_tell(&item, ERR_FORMAT, "holds something that is no text");
		else if (node->style == TREE_LITERAL)
			config_value_tell(&item, ERR_FORMAT, "must hold texts in quotes, not numbers");
		else if (!is_prefix(value->setting, item.text))
			config_value_wrong(&item, ERR_FORMAT,
					   *node->text == '+' || *node->text == '0'
						   ? "international form without “+” or zeros"
						   : "");
		else
			config_value_copy(&item);
		route->prefix_count += prefixes[route->prefix_count] != NULL;
	}
}

/* One line: an item of a list, or “key” and “value” of a mapping joined. */
static void add_line(const struct config_value *value, struct config_lines *lines)
{
	const struct tree_node *node = value->node;
	const char *key = node->key != NULL && value->setting->words != NULL ? node->key : NULL;
	if (node->kind != TREE_SCALAR || node->text == NULL) {
		config_value_tell(value, ERR_FORMAT, "holds something that is no text");
		return;
	}
	size_t key_len = key ? strlen(key) : 0;
	size_t join_len = key ? strlen(value->setting->words) : 0;
	size_t len = key_len + join_len + node->text_len;
	char *line = malloc(len + 1);
	if (line == NULL) {
		config_value_tell(value, ERR_MEMORY, "does not fit into memory");
		return;
	}
	if (key != NULL) {
		memcpy(line, key, key_len);
		memcpy(line + key_len, value->setting->words, join_len);
	}
	memcpy(line + key_len + join_len, node->text, node->text_len);
	line[len] = '\0';
	lines->at[lines->count++] = line;
	if (len == 0 || (int64_t)len > value->setting->most)
		config_value_tell(value, ERR_RANGE, "holds a text that is empty or too long");
	else if (!config_value_is_text((struct slice){ line, len }, false))
		config_value_tell(value, ERR_FORMAT, "holds control characters or is not UTF-8");
}

void config_list_set_lines(const struct config_value *value)
{
	struct config_lines *lines = value->field;
	const struct tree_node *only = value->node->kind == TREE_SCALAR ? value->node : NULL;
	unsigned count = only ? 1 : value->node->child_count;
	if (only && only->text_len == 0)
		return;
	if (count > CONFIG_LIST_MAX) {
		config_value_tell(value, ERR_RANGE, "is too long a list");
		return;
	}
	lines->at = calloc(count ? count : 1, sizeof *lines->at);
	if (lines->at == NULL) {
		config_value_tell(value, ERR_MEMORY, "does not fit into memory");
		return;
	}
	lines->is_set = true;
	for (const struct tree_node *node = only ? only : value->node->first; node; node = only ? NULL : node->next) {
		struct config_value item = *value;
		struct tree_node line = *node;
		if (only)
			line.key = NULL; /* it is the setting's own */
		item.node = &line;
		add_line(&item, lines);
	}
}

void config_list_fini_lines(struct config_lines *lines)
{
	for (unsigned i = 0; i < lines->count; i++) {
		explicit_bzero(lines->at[i], strlen(lines->at[i]));
		free(lines->at[i]);
	}
	free(lines->at);
}

static unsigned find_account(const struct config *config, struct slice name)
{
	for (unsigned i = 0; i < config->account_count; i++)
		if (config->accounts[i].name && slice_is(name, config->accounts[i].name))
			return i;
	return UINT32_MAX;
}

enum err config_account_find(const struct config *config, struct slice name, unsigned *out)
{
	unsigned index = find_account(config, name);
	if (index == UINT32_MAX)
		return ERR_NOT_FOUND;
	*out = index;
	return ERR_OK;
}

unsigned config_account_links(const struct config_account *account)
{
	return account->protocol == CONFIG_PROTOCOL_HTTP ? account->http.connections : account->binds;
}

/* The weight that an item names; 1 where it names none. */
static unsigned read_weight(const struct config_value *value, const struct tree_node *node)
{
	uint64_t weight = 1;
	if (node != NULL && (node->kind != TREE_SCALAR || node->text == NULL ||
			     !number_parse((struct slice){ node->text, node->text_len }, ROUTE_WEIGHT_MAX, &weight)))
		config_report(value->load->report, ERR_RANGE, node, false, value->path,
			      "%s: weight must be a whole number from 0 to %d", value->path, ROUTE_WEIGHT_MAX);
	return (unsigned)weight;
}

/* One name of a route's list of accounts. */
static void add_account(const struct config_value *value, struct config_route *route, unsigned weight)
{
	const struct config *config = value->load->config;
	if (value->node->kind != TREE_SCALAR || value->node->text == NULL || value->node->style == TREE_LITERAL) {
		config_value_tell(value, ERR_FORMAT, "holds something that is no name");
		return;
	}
	unsigned index = find_account(config, value->text);
	if (index == UINT32_MAX) {
		const char *names[CONFIG_ACCOUNTS_MAX];
		unsigned count = 0;
		for (unsigned i = 0; i < config->account_count; i++)
			if (config->accounts[i].name)
				names[count++] = config->accounts[i].name;
		const char *nearest = suggest_nearest(value->text, names, count);
		config_report(value->load->report, ERR_NOT_FOUND, value->node, false, value->path,
			      "%s: there is no account “%.40s”%s%s%s", value->path, value->text.at,
			      nearest ? " (did you mean “" : "", nearest ? nearest : "", nearest ? "”?)" : "");
		return;
	}
	for (unsigned i = 0; i < route->account_count; i++) {
		if (route->accounts[i] == index) {
			config_report(value->load->report, ERR_DUPLICATE, value->node, false, value->path,
				      "%s names account “%s” twice", value->path, value->text.at);
			return;
		}
	}
	if (config->accounts[index].bind == CONFIG_BIND_RECEIVER)
		config_report(value->load->report, ERR_RANGE, value->node, false, value->path,
			      "%s: account “%s” binds as a receiver, it cannot send", value->path, value->text.at);
	route->weights[route->account_count] = weight;
	route->accounts[route->account_count++] = index;
}

/* “{ account: NAME, weight: 70 }”. */
static void add_weighed(const struct config_value *value, struct config_route *route)
{
	struct config_value item = *value;
	const struct tree_node *name = tree_find(value->node, SLICE("account"));
	for (const struct tree_node *child = value->node->first; child; child = child->next) {
		if (strcmp(child->key, "account") == 0 || strcmp(child->key, "weight") == 0)
			continue;
		config_report(value->load->report, ERR_NOT_FOUND, child, true, value->path,
			      "%s: unknown key “%.64s”; an item has the keys account and weight", value->path,
			      child->key);
		return;
	}
	if (name == NULL) {
		config_value_tell(value, ERR_NOT_FOUND, "holds an item without the key account");
		return;
	}
	item.node = name;
	item.text = (struct slice){ name->text, name->text_len };
	add_account(&item, route, read_weight(value, tree_find(value->node, SLICE("weight"))));
}

void config_list_set_accounts(const struct config_value *value)
{
	struct config_route *route =
		(struct config_route *)((char *)value->field - offsetof(struct config_route, accounts));
	const struct tree_node *only = value->node->kind == TREE_SCALAR ? value->node : NULL;
	unsigned count = only ? 1 : value->node->child_count;
	if (count == 0 || count > CONFIG_ACCOUNTS_MAX) {
		config_value_tell(value, ERR_RANGE, count ? "is too long a list" : "is an empty list");
		return;
	}
	route->accounts = calloc(count, sizeof *route->accounts);
	route->weights = calloc(count, sizeof *route->weights);
	if (route->accounts == NULL || route->weights == NULL) {
		config_value_tell(value, ERR_MEMORY, "does not fit into memory");
		return;
	}
	for (const struct tree_node *node = only ? only : value->node->first; node; node = only ? NULL : node->next) {
		struct config_value item = *value;
		item.node = node;
		item.text = (struct slice){ node->text, node->text_len };
		if (node->kind == TREE_MAPPING)
			add_weighed(&item, route);
		else
			add_account(&item, route, 1);
	}
}
