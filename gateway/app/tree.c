/* SPDX-License-Identifier: Apache-2.0 */
#include "app/tree.h"

#include "app/config_report.h"
#include "base/check.h"

#include <stdlib.h>

struct tree_node *tree_create(enum tree_kind kind, enum tree_style style, const char *text, size_t len)
{
	struct tree_node *node = calloc(1, sizeof *node);
	if (node == NULL)
		return NULL;
	node->kind = kind;
	node->style = style;
	if (text == NULL)
		return node;
	node->text = malloc(len + 1);
	if (node->text == NULL) {
		free(node);
		return NULL;
	}
	memcpy(node->text, text, len);
	node->text[len] = '\0';
	node->text_len = len;
	return node;
}

void tree_append(struct tree_node *parent, struct tree_node *child)
{
	CHECK(child->next == NULL);
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	parent->child_count++;
}

void tree_remove(struct tree_node *parent, struct tree_node *child)
{
	struct tree_node *before = NULL;
	struct tree_node **link = &parent->first;
	while (*link != child) {
		CHECK(*link != NULL);
		before = *link;
		link = &before->next;
	}
	*link = child->next;
	if (parent->last == child)
		parent->last = before;
	child->next = NULL;
	parent->child_count--;
	tree_destroy(child);
}

struct tree_node *tree_find(const struct tree_node *node, struct slice key)
{
	if (node == NULL || node->kind != TREE_MAPPING)
		return NULL;
	for (struct tree_node *child = node->first; child; child = child->next)
		if (slice_is(key, child->key))
			return child;
	return NULL;
}

struct tree_node *tree_find_path(const struct tree_node *node, const char *path)
{
	for (;;) {
		const char *dot = strchr(path, '.');
		if (dot == NULL)
			return tree_find(node, slice_of(path));
		node = tree_find(node, (struct slice){ path, (size_t)(dot - path) });
		path = dot + 1;
	}
}

static void destroy_one(struct tree_node *node)
{
	if (node->text)
		explicit_bzero(node->text, node->text_len);
	free(node->text);
	free(node->key);
	free(node->variable);
	free(node);
}

/* Depth is bounded by the readers, so this may call itself. */
void tree_destroy(struct tree_node *node)
{
	if (node == NULL)
		return;
	for (struct tree_node *child = node->first; child;) {
		struct tree_node *next = child->next;
		tree_destroy(child);
		child = next;
	}
	destroy_one(node);
}

enum err tree_read(const char *text, size_t len, struct config_report *report, struct tree_node **out)
{
	size_t lead = len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	size_t first = lead;
	while (first < len && strchr(" \t\r\n", text[first]) && text[first])
		first++;
	if (first == len || text[first] != '{')
		return tree_read_yaml(text, len, report, out);
	struct err_at at = { 0 };
	enum err err = tree_read_json(text + lead, len - lead, &at, out);
	struct tree_node where = { .line = at.line, .column = at.column };
	if (err == ERR_OK)
		return ERR_OK;
	if (err != ERR_FORMAT)
		return config_report(report, err, &where, false, NULL, "%s", at.text);
	/* YAML's own “{ key: value }” begins alike. Only what is neither is told as broken JSON. */
	struct config_report *silent = calloc(1, sizeof *silent);
	if (silent == NULL)
		return config_report(report, ERR_MEMORY, NULL, false, NULL, "out of memory");
	err = tree_read_yaml(text, len, silent, out);
	free(silent);
	if (err == ERR_OK)
		return ERR_OK;
	if (err != ERR_FORMAT)
		return tree_read_yaml(text, len, report, out);
	return config_report(report, ERR_FORMAT, &where, false, NULL, "%s", at.text);
}
