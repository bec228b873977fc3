/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config.h"

#include "app/config_address.h"
#include "app/config_api.h"
#include "app/config_check.h"
#include "app/config_element.h"
#include "app/config_env.h"
#include "app/config_file.h"
#include "app/config_list.h"
#include "app/config_origin.h"
#include "app/config_redis.h"
#include "app/config_tenants.h"
#include "app/config_tls.h"
#include "app/config_value.h"
#include "app/config_warning.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* file -> tree -> overrides -> every key is known? -> values by the table -> do they fit one another? Each step goes on
 * after an error, so that one start tells all of them; the config is handed out only where there was none. */

/* Reads accounts, routes or webhooks: a list of mappings. each: reads one, given its position from 0. */
static void read_list(struct config_load *load, const char *key, unsigned count_max,
		      void (*each)(struct config_load *, const struct tree_node *, unsigned))
{
	const struct tree_node *list = tree_find(load->root, slice_of(key));
	if (list == NULL || (list->kind == TREE_SCALAR && list->text == NULL))
		return;
	if (list->kind != TREE_LIST) {
		config_report(load->report, ERR_FORMAT, list, true, key, "“%s” must be a list", key);
		return;
	}
	unsigned position = 0;
	for (const struct tree_node *node = list->first; node; node = node->next, position++) {
		if (position == count_max) {
			config_report(load->report, ERR_RANGE, node, false, key, "more than %u %s", count_max, key);
			return;
		}
		if (node->kind == TREE_MAPPING)
			each(load, node, position);
		else
			config_report(load->report, ERR_FORMAT, node, false, key, "%s[%u] must be a mapping", key,
				      position + 1);
	}
}

static void read_account(struct config_load *load, const struct tree_node *node, unsigned position)
{
	struct config_account *account = &load->config->accounts[load->config->account_count];
	struct config_element element = {
		.scope = SETTING_SCOPE_ACCOUNT,
		.inner_scope = config_element_protocol(node),
		.node = node,
		.base = account,
	};
	const struct tree_node *name = tree_find(node, SLICE("name"));
	if (name && name->kind == TREE_SCALAR && name->text && name->text_len)
		snprintf(element.prefix, sizeof element.prefix, "accounts[%.32s].", name->text);
	else
		snprintf(element.prefix, sizeof element.prefix, "accounts[%u].", position + 1);
	config_element_read(load, &element);
	/* Checks that follow read these; where one could not be set, an error has been told. */
	char **texts[] = { &account->name,         &account->system_id,     &account->password, &account->system_type,
			   &account->service_type, &account->address_range, &account->source,   &account->cost_text };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (*texts[i] == NULL && (*texts[i] = strdup("")) == NULL)
			config_report(load->report, ERR_MEMORY, NULL, false, NULL, "out of memory");
	load->account_nodes[load->config->account_count++] = node;
}

static void read_route(struct config_load *load, const struct tree_node *node, unsigned position)
{
	struct config_element element = { .scope = SETTING_SCOPE_ROUTE,
					  .inner_scope = SETTING_SCOPE_ROUTE,
					  .node = node,
					  .base = &load->config->routes[load->config->route_count] };
	snprintf(element.prefix, sizeof element.prefix, "routes[%u].", position + 1);
	config_element_read(load, &element);
	load->route_nodes[load->config->route_count++] = node;
}

static void read_webhook(struct config_load *load, const struct tree_node *node, unsigned position)
{
	struct config_element element = { .scope = SETTING_SCOPE_WEBHOOK,
					  .inner_scope = SETTING_SCOPE_WEBHOOK,
					  .node = node,
					  .base = &load->config->webhooks[load->config->webhook_count] };
	snprintf(element.prefix, sizeof element.prefix, "webhooks[%u].", position + 1);
	config_element_read(load, &element);
	load->webhook_nodes[load->config->webhook_count++] = node;
}

static void name_instance(struct config_load *load)
{
	struct config_instance *instance = &load->config->instance;
	char host[65] = "";
	if (instance->name)
		return;
	if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0')
		config_report(load->report, ERR_NOT_FOUND, NULL, false, "instance.name",
			      "instance.name is missing, and this host has no name");
	else if ((instance->name = strdup(host)) == NULL)
		config_report(load->report, ERR_MEMORY, NULL, false, NULL, "out of memory");
}

static void read_tree(struct config_load *load)
{
	struct config *config = load->config;
	if (load->root->kind != TREE_MAPPING) {
		config_report(load->report, ERR_FORMAT, load->root, false, NULL,
			      "the file must hold a mapping: “key: value”");
		return;
	}
	const struct tree_node *accounts = tree_find(load->root, SLICE("accounts"));
	const struct tree_node *routes = tree_find(load->root, SLICE("routes"));
	config->accounts = calloc(CONFIG_ACCOUNTS_MAX, sizeof *config->accounts);
	config->routes = calloc(CONFIG_ROUTES_MAX, sizeof *config->routes);
	config->webhooks = calloc(CONFIG_WEBHOOKS_MAX, sizeof *config->webhooks);
	if (config->accounts == NULL || config->routes == NULL || config->webhooks == NULL) {
		config_report(load->report, ERR_MEMORY, NULL, false, NULL, "out of memory");
		return;
	}
	struct config_element root = {
		.scope = SETTING_SCOPE_ROOT,
		.inner_scope = SETTING_SCOPE_ROOT,
		.node = load->root,
		.base = config,
	};
	config_element_read(load, &root);
	name_instance(load);
	read_list(load, "accounts", CONFIG_ACCOUNTS_MAX, read_account);
	/* Routes name accounts: read when those are known, wherever they stand in the file. */
	read_list(load, "routes", CONFIG_ROUTES_MAX, read_route);
	read_list(load, "webhooks", CONFIG_WEBHOOKS_MAX, read_webhook);
	if (accounts == NULL || (accounts->kind != TREE_SCALAR && accounts->first == NULL) ||
	    (accounts->kind == TREE_SCALAR && accounts->text == NULL))
		config_report(load->report, ERR_NOT_FOUND, accounts, true, "accounts",
			      "there is no account; “accounts” needs at least one");
	if (routes && routes->kind == TREE_LIST && routes->first == NULL)
		config_report(load->report, ERR_NOT_FOUND, routes, true, "routes",
			      "“routes” is empty; without the key all numbers go to all accounts");
	if (!load->report->has_no_memory) /* or what is checked would not be there */
		config_check(load);
}

static void load_file(struct config_load *load, char *const envp[])
{
	char *text = NULL;
	size_t len = 0;
	struct err_at at = { 0 };
	enum err err = config_file_read(load->config->path, CONFIG_OCTETS_MAX, &text, &len, &at);
	if (err != ERR_OK) {
		config_report(load->report, err, NULL, false, NULL, "%s", at.text);
		return;
	}
	struct tree_node *root = NULL;
	err = tree_read(text, len, load->report, &root);
	explicit_bzero(text, len);
	free(text);
	if (err != ERR_OK)
		return;
	config_env_apply(root, envp, load->report);
	load->root = root;
	read_tree(load);
	tree_destroy(root);
}

static wall_ms read_clock(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (wall_ms)now.tv_sec * MS_PER_S + now.tv_nsec / 1000000;
}

enum err config_load_all(const char *path, char *const envp[], struct config **out, config_on_error *on_error,
			 void *ctx)
{
	struct config *config = calloc(1, sizeof *config);
	struct config_load *load = calloc(1, sizeof *load);
	struct config_report *report = calloc(1, sizeof *report);
	char *copy = strdup(path);
	enum err err = ERR_MEMORY;
	if (config && load && report && copy) {
		config->path = copy;
		copy = NULL;
		*load = (struct config_load){ .config = config, .report = report, .now = read_clock() };
		load_file(load, envp);
		config_report_sort(report);
		for (unsigned i = 0; i < report->count && on_error; i++)
			on_error(ctx, &report->errors[i]);
		err = report->count ? report->errors[0].err : ERR_OK;
	} else if (on_error != NULL) {
		struct err_at at;
		config_report_fill(&at, ERR_MEMORY, NULL, false, NULL, "out of memory");
		on_error(ctx, &at);
	}
	if (err == ERR_OK) {
		*out = config;
		config = NULL;
	}
	config_destroy(config);
	free(load);
	free(report);
	free(copy);
	return err;
}

static void keep_first(void *ctx, const struct err_at *at)
{
	struct err_at *first = ctx;
	if (first && first->err == ERR_OK)
		*first = *at;
}

enum err config_load(const char *path, char *const envp[], struct config **out, struct err_at *at)
{
	return config_load_all(path, envp, out, keep_first, at);
}

void config_error_format(const char *path, const struct err_at *at, struct buf *out)
{
	if (at->line)
		buf_put_format(out, "%s:%u:%u: %s", path, at->line, at->column, at->text);
	else if (strncmp(at->field, "HONGYAN_", 8) != 0)
		buf_put_format(out, "%s: %s", path, at->text);
	else if (strncmp(at->text, at->field, strlen(at->field)) == 0)
		buf_put_text(out, at->text);
	else
		buf_put_format(out, "%s: %s", at->field, at->text);
}

/* Frees what one field owns. */
static void fini_field(const struct setting *setting, void *base)
{
	void *field = (char *)base + setting->offset;
	struct config_route *route = base;
	switch (setting->kind) {
	case SETTING_SECRET:
		if (*(char **)field)
			explicit_bzero(*(char **)field, strlen(*(char **)field));
		free(*(char **)field);
		*(char **)field = NULL;
		break;
	case SETTING_LINES:
		config_list_fini_lines(field);
		break;
	case SETTING_TEXT:
	case SETTING_BLOCK:
	case SETTING_NAME:
	case SETTING_HOSTNAME:
	case SETTING_PATH:
	case SETTING_LOCALE:
	case SETTING_TIMEZONE:
		free(*(char **)field);
		break;
	case SETTING_ADDRESS:
		free(((struct config_address *)field)->host);
		break;
	case SETTING_REDIS_URL:
		config_redis_url_fini(field);
		break;
	case SETTING_PREFIXES:
		for (unsigned i = 0; i < route->prefix_count; i++)
			free(route->prefixes[i]);
		free(route->prefixes);
		break;
	case SETTING_ACCOUNTS:
		free(route->accounts);
		free(route->weights);
		break;
	default:
		break;
	}
}

static void fini_element(enum setting_scope scope, void *base)
{
	for (size_t i = 0; i < setting_count; i++)
		if (settings[i].scope == scope && !settings[i].is_later)
			fini_field(&settings[i], base);
}

void config_destroy(struct config *config)
{
	if (config == NULL)
		return;
	for (unsigned i = 0; i < config->account_count; i++) {
		fini_element(SETTING_SCOPE_ACCOUNT, &config->accounts[i]);
		fini_element(SETTING_SCOPE_SMPP, &config->accounts[i]);
		fini_element(SETTING_SCOPE_HTTP, &config->accounts[i]);
		config_tls_fini(&config->accounts[i].pems);
	}
	for (unsigned i = 0; i < config->route_count; i++)
		fini_element(SETTING_SCOPE_ROUTE, &config->routes[i]);
	for (unsigned i = 0; i < config->webhook_count; i++)
		fini_element(SETTING_SCOPE_WEBHOOK, &config->webhooks[i]);
	fini_element(SETTING_SCOPE_ROOT, config);
	free(config->webhooks);
	free(config->accounts);
	free(config->routes);
	free(config->plan_extras);
	config_tenants_fini(&config->tenants);
	config_origin_fini(config);
	config_warning_fini(config);
	config_redis_tls_fini(&config->redis);
	config_redis_finder_fini(&config->redis);
	config_api_fini(&config->api);
	free(config->path);
	free(config);
}

const char *config_protocol_name(enum config_protocol protocol)
{
	static const char *const names[] = { [CONFIG_PROTOCOL_SMPP] = "smpp", [CONFIG_PROTOCOL_HTTP] = "http" };
	return names[protocol];
}
