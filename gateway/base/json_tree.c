/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_tree.h"

#include <stdlib.h>

static enum err grow(struct json_tree *tree, struct err_at *at)
{
	unsigned cap = tree->cap * 2;
	if (cap > JSON_TREE_NODES_MAX)
		return err_at_set(at, ERR_RANGE, 0, NULL, "has more than %d values", JSON_TREE_NODES_MAX);
	bool is_own = tree->nodes == tree->own;
	struct json_node *grown = realloc(is_own ? NULL : tree->nodes, cap * sizeof *grown);
	if (grown == NULL)
		return err_at_set(at, ERR_FULL, 0, NULL, "finds no memory for its %u values", cap);
	if (is_own)
		memcpy(grown, tree->own, sizeof tree->own);
	tree->nodes = grown;
	tree->cap = cap;
	return ERR_OK;
}

static enum err read_value(struct json_tree *tree, struct json_scan *scan, struct slice key);

/* What the node at index holds. The scanner bounds the depth. */
static enum err read_held(struct json_tree *tree, struct json_scan *scan, unsigned index)
{
	bool is_object = tree->nodes[index].type == JSON_SCAN_OBJECT;
	for (;;) {
		struct json_scan_value key = { .text = { NULL, 0 } };
		bool more;
		enum err err = json_scan_next(scan, &more, is_object ? &key : NULL);
		if (err || !more)
			return err;
		tree->nodes[index].count++;
		err = read_value(tree, scan, key.text);
		if (err)
			return err;
	}
}

static enum err read_value(struct json_tree *tree, struct json_scan *scan, struct slice key)
{
	struct json_scan_value value;
	enum err err = json_scan_value(scan, &value);
	if (err == ERR_OK && tree->count == tree->cap)
		err = grow(tree, scan->at);
	if (err)
		return err;
	unsigned index = tree->count++;
	tree->nodes[index] = (struct json_node){ .type = value.type, .key = key, .text = value.text };
	if (value.type == JSON_SCAN_OBJECT || value.type == JSON_SCAN_ARRAY)
		err = read_held(tree, scan, index);
	tree->nodes[index].span = tree->count - index;
	return err;
}

enum err json_tree_read(struct json_tree *tree, struct slice json, struct err_at *at)
{
	struct json_scan scan;
	tree->nodes = tree->own;
	tree->count = 0;
	tree->cap = JSON_TREE_NODES;
	/* What the arena rounds up most is “\\n”, a piece of 5 octets with its quotes and comma. */
	arena_init(&tree->strings, tree->octets, sizeof tree->octets, 4 * json.len);
	json_scan_init(&scan, json, &tree->strings, at);
	enum err err = read_value(tree, &scan, (struct slice){ NULL, 0 });
	return err ? err : json_scan_end(&scan);
}

void json_tree_fini(struct json_tree *tree)
{
	if (tree->nodes != tree->own)
		free(tree->nodes);
	arena_fini(&tree->strings);
}

const struct json_node *json_node_member(const struct json_node *object, struct slice key)
{
	if (object == NULL || object->type != JSON_SCAN_OBJECT)
		return NULL;
	const struct json_node *found = NULL;
	const struct json_node *member = object + 1;
	for (unsigned i = 0; i < object->count; i++, member = json_node_next(member)) {
		if (!slice_equal(member->key, key))
			continue;
		if (found != NULL)
			return NULL;
		found = member;
	}
	return found;
}

const struct json_node *json_node_element(const struct json_node *array, uint64_t index)
{
	if (array == NULL || array->type != JSON_SCAN_ARRAY || index >= array->count)
		return NULL;
	const struct json_node *element = array + 1;
	for (; index > 0; index--)
		element = json_node_next(element);
	return element;
}

struct slice json_node_text(const struct json_node *node)
{
	if (node == NULL)
		return (struct slice){ NULL, 0 };
	if (node->type == JSON_SCAN_TRUE || node->type == JSON_SCAN_FALSE)
		return slice_of(json_scan_type_name(node->type));
	return node->text;
}
