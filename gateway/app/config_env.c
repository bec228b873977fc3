/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_env.h"

#include "app/config_element.h"
#include "app/setting.h"
#include "base/suggest.h"

#include <stdio.h>
#include <stdlib.h>

#define PREFIX       "HONGYAN_"
#define VARIABLE_MAX 128 /* octets of a variable's name; longer ones are none of ours */

/* One variable that is looked for a home. */
struct variable {
	struct slice name;
	const char *value;
	struct config_report *report;
	unsigned home_count;
	bool wants_nearest; /* second round: nothing fits, look for what was meant */
	char nearest[VARIABLE_MAX + 1];
	unsigned nearest_distance;
};

/* What a variable's name is held against: a setting, or its twin that names a file. */
struct target {
	struct tree_node *container; /* the root, an account or a route */
	const struct setting *setting;
	bool is_file;
};

/* Reports the variable and a text behind its name. */
static void tell(const struct variable *variable, enum err err, const char *text)
{
	char name[VARIABLE_MAX + 1];
	snprintf(name, sizeof name, "%.*s", SLICE_ARG(variable->name));
	struct tree_node where = { .variable = name };
	config_report(variable->report, err, &where, false, NULL, "%s %s", name, text);
}

/* A node that remembers its variable. NULL (told) where memory is out. */
static struct tree_node *make_node(const struct variable *variable, enum tree_kind kind, struct slice text)
{
	struct tree_node *node = tree_create(kind, TREE_ENVIRONMENT, text.at, text.len);
	if (node)
		node->variable = strndup(variable->name.at, variable->name.len);
	if (node && node->variable)
		return node;
	tree_destroy(node);
	tell(variable, ERR_MEMORY, "does not fit into memory");
	return NULL;
}

/* “a,b” as a list. */
static struct tree_node *make_list(const struct variable *variable)
{
	struct tree_node *list = make_node(variable, TREE_LIST, (struct slice){ NULL, 0 });
	for (const char *at = variable->value; list && at;) {
		const char *comma = strchr(at, ',');
		struct slice text = { at, comma ? (size_t)(comma - at) : strlen(at) };
		while (text.len && *text.at == ' ')
			text = (struct slice){ text.at + 1, text.len - 1 };
		while (text.len && text.at[text.len - 1] == ' ')
			text.len--;
		struct tree_node *item = make_node(variable, TREE_SCALAR, text);
		if (item == NULL) {
			tree_destroy(list);
			return NULL;
		}
		tree_append(list, item);
		at = comma ? comma + 1 : NULL;
	}
	return list;
}

static void remove_key(struct tree_node *mapping, const char *key, bool from_file_only)
{
	struct tree_node *child = tree_find(mapping, slice_of(key));
	if (child && !(from_file_only && child->variable))
		tree_remove(mapping, child);
}

/* The mapping that path's last key lies in, made where it is missing. NULL where something else is in its place. */
static struct tree_node *mapping_for(const struct variable *variable, struct tree_node *container, const char **path)
{
	for (const char *dot; (dot = strchr(*path, '.')) != NULL; *path = dot + 1) {
		struct slice key = { *path, (size_t)(dot - *path) };
		struct tree_node *child = tree_find(container, key);
		if (child == NULL) {
			child = make_node(variable, TREE_MAPPING, (struct slice){ NULL, 0 });
			if (child == NULL)
				return NULL;
			child->key = strndup(key.at, key.len);
			if (child->key == NULL) {
				tree_destroy(child);
				return NULL;
			}
			tree_append(container, child);
		}
		if (child->kind == TREE_SCALAR && child->text == NULL)
			child->kind = TREE_MAPPING;
		if (child->kind != TREE_MAPPING)
			return NULL;
		container = child;
	}
	return container;
}

static void put(struct variable *variable, const struct target *target)
{
	variable->home_count++;
	if (target->setting->is_later) {
		tell(variable, ERR_UNSUPPORTED, "is not built yet");
		return;
	}
	const char *key = target->setting->path;
	struct tree_node *mapping = mapping_for(variable, target->container, &key);
	if (mapping == NULL)
		return; /* what stands there is wrong in itself and will be told */
	enum setting_kind kind = target->setting->kind;
	/* Of lines that are no keys and values; those may have commas in them. */
	bool is_plain_lines = kind == SETTING_LINES && target->setting->words == NULL;
	bool is_list = kind == SETTING_PREFIXES || kind == SETTING_ACCOUNTS || is_plain_lines;
	struct tree_node *node =
		is_list ? make_list(variable) : make_node(variable, TREE_SCALAR, slice_of(variable->value));
	if (node == NULL)
		return;
	/* The value and the file that holds it are one setting: the environment's form replaces the file's other form. */
	char twin[VARIABLE_MAX];
	snprintf(twin, sizeof twin, "%s_file", key);
	remove_key(mapping, target->is_file ? twin : key, false);
	if (setting_is_secret(target->setting))
		remove_key(mapping, target->is_file ? key : twin, true);
	node->key = strdup(target->is_file ? twin : key);
	if (node->key == NULL) {
		tree_destroy(node);
		tell(variable, ERR_MEMORY, "does not fit into memory");
		return;
	}
	tree_append(mapping, node);
}

/* Holds the variable against one name: prefix (“accounts.cmcc”, "" = none) and the target's path. */
static void try_target(struct variable *variable, const char *prefix, const struct target *target)
{
	char text[VARIABLE_MAX + 1];
	struct buf known = buf_over(text, VARIABLE_MAX);
	setting_format_variable(prefix, target->setting->path, &known);
	if (target->is_file)
		buf_put_text(&known, "_FILE");
	if (known.full)
		return;
	text[known.len] = '\0';
	if (slice_equal(variable->name, buf_slice(&known)))
		put(variable, target);
	if (!variable->wants_nearest)
		return;
	unsigned distance = suggest_distance(variable->name, buf_slice(&known));
	if (distance < variable->nearest_distance) {
		variable->nearest_distance = distance;
		memcpy(variable->nearest, text, known.len + 1);
	}
}

static void try_scope(struct variable *variable, enum setting_scope scope, const char *prefix,
		      struct tree_node *container)
{
	for (size_t i = 0; i < setting_count; i++) {
		/* The name of an account or a webhook is what the variable finds it by. */
		if (settings[i].scope != scope ||
		    (scope != SETTING_SCOPE_ROOT && strcmp(settings[i].path, "name") == 0))
			continue;
		struct target target = { container, &settings[i], false };
		try_target(variable, prefix, &target);
		target.is_file = true;
		if (setting_is_secret(&settings[i]))
			try_target(variable, prefix, &target);
	}
}

static void try_elements(struct variable *variable, const struct tree_node *root, const char *key,
			 enum setting_scope scope)
{
	const struct tree_node *list = tree_find(root, slice_of(key));
	if (list == NULL || list->kind != TREE_LIST)
		return;
	unsigned position = 0;
	for (struct tree_node *element = list->first; element; element = element->next) {
		position++;
		if (element->kind != TREE_MAPPING)
			continue;
		char prefix[VARIABLE_MAX];
		const struct tree_node *name = tree_find(element, SLICE("name"));
		if (scope == SETTING_SCOPE_ROUTE)
			snprintf(prefix, sizeof prefix, "%s.%u", key, position);
		else if (name && name->kind == TREE_SCALAR && name->text)
			snprintf(prefix, sizeof prefix, "%s.%.64s", key, name->text);
		else
			continue;
		try_scope(variable, scope, prefix, element);
		if (scope == SETTING_SCOPE_ACCOUNT)
			try_scope(variable, config_element_protocol(element), prefix, element);
	}
}

/* A service called hongyan or hongyan-redis makes Kubernetes set HONGYAN_PORT, HONGYAN_REDIS_SERVICE_HOST and the like
 * in every container of its namespace. */
static bool is_of_kubernetes(struct slice name, const char *value)
{
	static const char *const parts[] = { "_SERVICE_HOST", "_SERVICE_PORT", "_PORT_" };
	char text[VARIABLE_MAX + 1];
	snprintf(text, sizeof text, "%.*s", SLICE_ARG(name));
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strstr(text, parts[i]))
			return true;
	bool is_port = name.len > 5 && memcmp(name.at + name.len - 5, "_PORT", 5) == 0;
	return is_port && (strncmp(value, "tcp://", 6) == 0 || strncmp(value, "udp://", 6) == 0);
}

/* The first word after HONGYAN_ is a section of the settings, or nearly. */
static bool resembles_setting(struct slice name)
{
	struct slice word = { name.at + sizeof PREFIX - 1, name.len - (sizeof PREFIX - 1) };
	const char *end = memchr(word.at, '_', word.len);
	if (end)
		word.len = (size_t)(end - word.at);
	char text[VARIABLE_MAX + 1];
	snprintf(text, sizeof text, "%.*s", SLICE_ARG(word));
	for (char *c = text; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	char heads[64][32];
	const char *known[64] = { "accounts", "routes", "webhooks" };
	size_t count = 3;
	for (size_t i = 0; i < setting_count && count < 64; i++) {
		if (settings[i].scope != SETTING_SCOPE_ROOT)
			continue;
		snprintf(heads[count], sizeof heads[0], "%.*s", (int)strcspn(settings[i].path, "._"), settings[i].path);
		known[count] = heads[count];
		count++;
	}
	return suggest_nearest(slice_of(text), known, count) != NULL;
}

static void try_all(struct variable *variable, struct tree_node *root)
{
	try_scope(variable, SETTING_SCOPE_ROOT, "", root);
	try_elements(variable, root, "accounts", SETTING_SCOPE_ACCOUNT);
	try_elements(variable, root, "routes", SETTING_SCOPE_ROUTE);
	try_elements(variable, root, "webhooks", SETTING_SCOPE_WEBHOOK);
}

static void apply(struct tree_node *root, struct variable *variable)
{
	try_all(variable, root);
	if (variable->home_count > 1)
		tell(variable, ERR_DUPLICATE, "fits two accounts");
	if (variable->home_count || is_of_kubernetes(variable->name, variable->value) ||
	    !resembles_setting(variable->name))
		return;
	variable->wants_nearest = true;
	try_all(variable, root);
	char text[VARIABLE_MAX + 64];
	bool is_near = variable->nearest_distance <= variable->name.len / 3;
	snprintf(text, sizeof text, "is no setting%s%s%s", is_near ? " (did you mean “" : "",
		 is_near ? variable->nearest : "", is_near ? "”?)" : "");
	tell(variable, ERR_NOT_FOUND, text);
}

void config_env_apply(struct tree_node *root, char *const envp[], struct config_report *report)
{
	for (; envp && *envp; envp++) {
		const char *sign = strchr(*envp, '=');
		if (sign == NULL || sign[1] == '\0' || strncmp(*envp, PREFIX, sizeof PREFIX - 1) != 0)
			continue;
		struct slice name = { *envp, (size_t)(sign - *envp) };
		if (name.len > VARIABLE_MAX || name.len == sizeof PREFIX - 1 || slice_is(name, PREFIX "CONFIG"))
			continue;
		struct variable variable = {
			.name = name, .value = sign + 1, .report = report, .nearest_distance = UINT32_MAX
		};
		apply(root, &variable);
	}
}
