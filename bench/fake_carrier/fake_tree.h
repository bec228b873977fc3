/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* JSON read strictly (RFC 8259) into a flat tree of nodes that point into the text. */

#include <stdbool.h>
#include <stdint.h>

#include "fake_slice.h"

enum fake_tree_kind { FAKE_TREE_NULL, FAKE_TREE_FALSE, FAKE_TREE_TRUE, FAKE_TREE_NUMBER, FAKE_TREE_STRING, FAKE_TREE_ARRAY, FAKE_TREE_OBJECT };

enum { FAKE_TREE_DEPTH_MAX = 32, FAKE_TREE_NODES_MAX = 32768 };

struct fake_node {
  enum fake_tree_kind kind;
  struct fake_slice name; /* of a member, unescaped */
  struct fake_slice text; /* of a string, unescaped; the digits of a number */
  uint32_t first;         /* child: index, 0 = none (the root is nobody's child) */
  uint32_t next;          /* sibling: the same */
  uint32_t count;         /* children */
};

struct fake_tree {
  struct fake_node *nodes; /* owned, FAKE_TREE_NODES_MAX; the root is the first */
  uint32_t count;
  const char *problem; /* static, after a failure */
  size_t offset;       /* where */
};

/* Read the whole of `text`. Escaped strings are unescaped into `scratch`. False with `problem` and `offset` if it is not JSON in UTF-8,
 * has over FAKE_TREE_NODES_MAX values, is deeper than FAKE_TREE_DEPTH_MAX, or an object has one name twice. */
bool fake_tree_read(struct fake_tree *tree, struct fake_slice text, struct fake_scratch *scratch);

/* The member `name` of the object `node`, NULL if it is no object or has none. */
const struct fake_node *fake_tree_member(const struct fake_tree *tree, const struct fake_node *node, const char *name);

/* The text of the string member `name`; `at` is NULL if there is none or it is no string. */
struct fake_slice fake_tree_text(const struct fake_tree *tree, const struct fake_node *node, const char *name);

/* The first child of `node`, and the sibling after `node`; NULL if there is none. */
const struct fake_node *fake_tree_first(const struct fake_tree *tree, const struct fake_node *node);
const struct fake_node *fake_tree_next(const struct fake_tree *tree, const struct fake_node *node);

/* Offset of the first octet of `text` that is not legal UTF-8 (RFC 3629), or its length. */
size_t fake_tree_utf8(struct fake_slice text);
