/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/json_scan.h"

/* One JSON text that is looked into here and there: read once, into a flat row of nodes in which a value stands before
 * all that it holds. What json_scan refuses is refused. */

#define JSON_TREE_NODES_MAX (32 * 1024)
#define JSON_TREE_NODES     48  /* so many need no heap */
#define JSON_TREE_OCTETS    512 /* of strings with escapes; more come from the heap */

struct json_node {
	enum json_scan_type type;
	unsigned span;     /* nodes: this one and all that it holds */
	unsigned count;    /* members or elements */
	struct slice key;  /* of a member, unescaped */
	struct slice text; /* string: unescaped; number: as written; else absent */
};

struct json_tree {
	struct json_node *nodes; /* the first one is the outermost value */
	unsigned count;
	unsigned cap;
	struct arena strings;
	struct json_node own[JSON_TREE_NODES];
	_Alignas(max_align_t) char octets[JSON_TREE_OCTETS];
};

/* Reads json, which is borrowed as long as the tree is used. tree: to be ended with json_tree_fini, also after an error;
 * not to be moved. at: may be NULL. ERR_FORMAT, ERR_RANGE (too deep, too many values), ERR_FULL (no memory). */
MUST_CHECK enum err json_tree_read(struct json_tree *tree, struct slice json, struct err_at *at);

void json_tree_fini(struct json_tree *tree);

/* The member of that name; NULL where object is NULL or none, and where there is none or more than one. */
const struct json_node *json_node_member(const struct json_node *object, struct slice key);

/* The element of an array; NULL where array is NULL or none, or too short. */
const struct json_node *json_node_element(const struct json_node *array, uint64_t index);

/* A string, number or bool as text, borrowed; absent where node is NULL, null, an object or an array. */
struct slice json_node_text(const struct json_node *node);

/* The value behind node in the same array or object; node is not the last one. */
static inline const struct json_node *json_node_next(const struct json_node *node)
{
	return node + node->span;
}
