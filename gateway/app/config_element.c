/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_element.h"

#include "app/config_file.h"
#include "app/config_origin.h"
#include "app/config_warning.h"
#include "base/suggest.h"

#include <stdio.h>
#include <stdlib.h>

#define PATH_MAX_OCTETS 128 /* of a setting's name with its element */
#define SECRET_FILE_MAX 4096
#define LISTS           3   /* lists of mappings in the root */
#define SIBLINGS_MAX    256 /* keys that one mapping may have, for suggestions */

enum setting_scope config_element_protocol(const struct tree_node *node)
{
	const struct tree_node *protocol = tree_find(node, SLICE("protocol"));
	bool is_http = protocol && protocol->text && strcmp(protocol->text, "http") == 0;
	return is_http ? SETTING_SCOPE_HTTP : SETTING_SCOPE_SMPP;
}

static bool is_of(const struct config_element *element, const struct setting *setting)
{
	return setting->scope == element->scope || setting->scope == element->inner_scope;
}

/* It is of the struct, but of another protocol than the account speaks. */
static bool is_of_other_protocol(const struct config_element *element, const struct setting *setting)
{
	bool is_protocol_s = setting->scope == SETTING_SCOPE_SMPP || setting->scope == SETTING_SCOPE_HTTP;
	return element->scope == SETTING_SCOPE_ACCOUNT && is_protocol_s && setting->scope != element->inner_scope;
}

/* The keys of one level (prefix “redis.” or "") as texts in names; returns how many. */
static size_t collect_keys(const struct config_element *element, const char *prefix, char names[SIBLINGS_MAX][64],
			   const char *keys[SIBLINGS_MAX])
{
	size_t count = 0;
	size_t prefix_len = strlen(prefix);
	for (size_t i = 0; i < setting_count && count + LISTS < SIBLINGS_MAX; i++) {
		if (!is_of(element, &settings[i]) || strncmp(settings[i].path, prefix, prefix_len) != 0 ||
		    settings[i].is_later)
			continue;
		const char *key = settings[i].path + prefix_len;
		snprintf(names[count++], 64, "%.*s", (int)strcspn(key, "."), key);
		if (setting_is_secret(&settings[i]))
			snprintf(names[count++], 64, "%s_file", key);
	}
	for (size_t i = 0; i < count; i++)
		keys[i] = names[i];
	if (element->scope == SETTING_SCOPE_ROOT && prefix_len == 0) {
		keys[count++] = "accounts";
		keys[count++] = "routes";
		keys[count++] = "webhooks";
	}
	return count;
}

static void tell_unknown(struct config_load *load, struct config_element *element, const char *prefix,
			 const struct tree_node *child)
{
	char names[SIBLINGS_MAX][64];
	const char *keys[SIBLINGS_MAX];
	size_t count = collect_keys(element, prefix, names, keys);
	const char *nearest = suggest_nearest(slice_of(child->key), keys, count);
	element->has_unknown = true;
	config_report(load->report, ERR_NOT_FOUND, child, true, child->key, "unknown key “%.64s”%s%s%s", child->key,
		      nearest ? " (did you mean “" : "", nearest ? nearest : "", nearest ? "”?)" : "");
}

/* What a key of the file is. */
enum key { KEY_UNKNOWN, KEY_SETTING, KEY_LATER, KEY_SECTION, KEY_OTHER_PROTOCOL };

/* What a key is to one setting. */
static enum key match_key(const struct setting *setting, const char *path, const char *section)
{
	size_t len = strlen(setting->path);
	if (strcmp(path, setting->path) == 0)
		return setting->is_later ? KEY_LATER : KEY_SETTING;
	if (setting_is_secret(setting) && strncmp(path, setting->path, len) == 0 && strcmp(path + len, "_file") == 0)
		return KEY_SETTING;
	return strncmp(section, setting->path, strlen(section)) == 0 ? KEY_SECTION : KEY_UNKNOWN;
}

static enum key judge_key(const struct config_element *element, const char *path)
{
	char section[PATH_MAX_OCTETS + 2];
	snprintf(section, sizeof section, "%s.", path);
	enum key kind = KEY_UNKNOWN;
	for (size_t i = 0; i < setting_count; i++) {
		enum key found = match_key(&settings[i], path, section);
		if (found == KEY_UNKNOWN)
			continue;
		if (is_of(element, &settings[i]))
			return found;
		if (is_of_other_protocol(element, &settings[i]))
			kind = KEY_OTHER_PROTOCOL;
	}
	return kind;
}

static bool is_list(const char *key)
{
	return strcmp(key, "accounts") == 0 || strcmp(key, "routes") == 0 || strcmp(key, "webhooks") == 0;
}

/* Tells every key below node that is no setting. prefix: "" or “redis.”. */
static void check_keys(struct config_load *load, struct config_element *element, const struct tree_node *node,
		       const char *prefix)
{
	for (const struct tree_node *child = node->first; child; child = child->next) {
		bool is_root = element->scope == SETTING_SCOPE_ROOT && *prefix == '\0';
		if (is_root && is_list(child->key))
			continue;
		char path[PATH_MAX_OCTETS];
		int len = snprintf(path, sizeof path, "%s%s", prefix, child->key);
		enum key kind = len < (int)sizeof path ? judge_key(element, path) : KEY_UNKNOWN;
		const char *dot = strchr(child->key, '.');
		if (dot && kind == KEY_SETTING) {
			element->has_unknown = true;
			config_report(load->report, ERR_FORMAT, child, true, path,
				      "“%.64s” is written as a mapping: %.*s: { %.64s: … }", child->key,
				      (int)(dot - child->key), child->key, dot + 1);
		} else if (kind == KEY_UNKNOWN || dot) {
			tell_unknown(load, element, prefix, child);
		} else if (kind == KEY_OTHER_PROTOCOL) {
			bool is_http = element->inner_scope == SETTING_SCOPE_HTTP;
			config_report(load->report, ERR_UNSUPPORTED, child, true, path,
				      "“%s” is a setting of protocol %s, and this account speaks %s", path,
				      is_http ? "smpp" : "http", is_http ? "http" : "smpp");
		} else if (kind == KEY_LATER) {
			element->has_unknown = true;
			config_report(load->report, ERR_UNSUPPORTED, child, true, path, "“%s” is not built yet", path);
		} else if (kind == KEY_SECTION && child->kind == TREE_MAPPING) {
			char section[PATH_MAX_OCTETS + 2];
			snprintf(section, sizeof section, "%s.", path);
			check_keys(load, element, child, section);
		} else if (kind == KEY_SECTION && child->kind == TREE_LIST && strcmp(path, "redis") == 0) {
			config_report(load->report, ERR_UNSUPPORTED, child, false, path,
				      "a list of Redis servers is not built yet; write redis: { url: … }");
		} else if (kind == KEY_SECTION && (child->kind == TREE_LIST || child->text)) {
			config_report(load->report, ERR_FORMAT, child, false, path, "“%s” must be a mapping with keys",
				      path);
		}
	}
}

/* Sets a secret from the file that node names. */
static void set_from_file(struct config_load *load, const struct setting *setting, const struct tree_node *node,
			  const char *path, void *base)
{
	if (node->kind != TREE_SCALAR || node->text == NULL || node->style == TREE_LITERAL) {
		config_report(load->report, ERR_FORMAT, node, false, path, "%s_file must be a path", path);
		return;
	}
	char *file = config_file_resolve(load->config->path, node->text);
	struct err_at at = { 0 };
	char *text = NULL;
	size_t len = 0;
	bool is_open = false;
	enum err err = file ? config_file_read_secret(file, SECRET_FILE_MAX, &text, &len, &is_open, &at)
			    : err_at_set(&at, ERR_MEMORY, 0, NULL, "does not fit into memory");
	free(file);
	if (err != ERR_OK) {
		config_report(load->report, err, node, false, path, "%s_file: “%.100s” %s", path, node->text, at.text);
		return;
	}
	if (is_open) {
		char name[PATH_MAX_OCTETS + sizeof "_file"];
		snprintf(name, sizeof name, "%s_file", path);
		config_warn_open(load, node, name, node->text);
	}
	size_t text_len = len;
	while (text_len && (text[text_len - 1] == '\n' || text[text_len - 1] == '\r'))
		text_len--;
	struct tree_node value = { .kind = TREE_SCALAR,
				   .style = TREE_QUOTED,
				   .text = text,
				   .text_len = text_len,
				   .line = node->line,
				   .column = node->column,
				   .variable = node->variable };
	text[text_len] = '\0';
	if (text_len)
		config_value_set(load, setting, &value, path, base);
	else
		config_report(load->report, ERR_FORMAT, node, false, path, "%s_file: “%.100s” is empty", path,
			      node->text);
	explicit_bzero(text, len);
	free(text);
}

static void set_fallback(struct config_load *load, struct config_element *element, const struct setting *setting,
			 const char *path)
{
	if (setting->fallback) {
		struct tree_node value = { .kind = TREE_SCALAR,
					   .style = TREE_ENVIRONMENT,
					   .text = (char *)setting->fallback,
					   .text_len = strlen(setting->fallback) };
		config_value_set(load, setting, &value, path, element->base);
	} else if (!element->has_unknown) {
		/* An unknown key is most likely the one that is missing, misspelt. */
		config_report(load->report, ERR_NOT_FOUND, element->node, false, path, "%s is missing", path);
	}
}

/* Sets one setting of the element's own from wherever it is given. */
static void read_setting(struct config_load *load, struct config_element *element, const struct setting *setting)
{
	char path[PATH_MAX_OCTETS];
	char twin[PATH_MAX_OCTETS];
	snprintf(path, sizeof path, "%s%s", element->prefix, setting->path);
	snprintf(twin, sizeof twin, "%s_file", setting->path);
	const struct tree_node *node = tree_find_path(element->node, setting->path);
	const struct tree_node *file = setting_is_secret(setting) ? tree_find_path(element->node, twin) : NULL;
	const struct tree_node *given = file ? file : node;
	if (given && config_origin_note(load->config, element->base, setting, given, file != NULL) != ERR_OK)
		config_report(load->report, ERR_MEMORY, NULL, false, NULL, "out of memory");
	if (node && file)
		config_report(load->report, ERR_DUPLICATE, file, false, path, "both %s and %s_file are given", path,
			      path);
	else if (file)
		set_from_file(load, setting, file, path, element->base);
	else if (node)
		config_value_set(load, setting, node, path, element->base);
	else
		set_fallback(load, element, setting, path);
}

void config_element_read(struct config_load *load, struct config_element *element)
{
	check_keys(load, element, element->node, "");
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *setting = &settings[i];
		if (setting->is_later)
			continue;
		if (is_of(element, setting))
			read_setting(load, element, setting);
		else if (is_of_other_protocol(element, setting) && setting->fallback)
			/* What does not count has its default all the same. */
			set_fallback(load, element, setting, setting->path);
	}
}
