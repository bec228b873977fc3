/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

struct config_report;

/* A configuration text as a tree that remembers where each value stood, whether it came from YAML, from JSON or from
 * the environment. All text in it is overwritten when it is freed: some of it is secret. */

#define TREE_DEPTH_MAX 16
#define TREE_NODES_MAX 50000
#define TREE_KEYS_MAX  512 /* of one mapping */

enum tree_kind { TREE_SCALAR, TREE_LIST, TREE_MAPPING };

/* How a scalar was written, which says what types it can have. */
enum tree_style {
	TREE_PLAIN,       /* YAML without quotes: may be any type */
	TREE_QUOTED,      /* a text */
	TREE_LITERAL,     /* JSON's number, true or false: no text */
	TREE_ENVIRONMENT, /* may be any type */
};

struct tree_node {
	enum tree_kind kind;
	enum tree_style style;
	char *text; /* of a scalar, NUL-terminated, owned; NULL = null, or no scalar */
	size_t text_len;
	unsigned line;   /* 1-based; 0 = not from the file */
	unsigned column; /* 1-based, in characters */
	char *variable;  /* the environment variable that it came from, owned; NULL = from the file */
	/* Of a mapping the key; of a list's item NULL. */
	char *key;
	unsigned key_line;
	unsigned key_column;
	struct tree_node *first; /* children of a list or mapping, in order */
	struct tree_node *last;
	struct tree_node *next;
	unsigned child_count;
};

/* Makes a node without children. text: copied, NULL for null and for lists and mappings. NULL where there is no
 * memory. */
struct tree_node *tree_create(enum tree_kind kind, enum tree_style style, const char *text, size_t len);

/* Puts child last. child: taken. */
void tree_append(struct tree_node *parent, struct tree_node *child);

/* Takes child out of its parent and frees it. */
void tree_remove(struct tree_node *parent, struct tree_node *child);

/* The child of a mapping with that key; NULL where there is none, or node is no mapping (or NULL). */
struct tree_node *tree_find(const struct tree_node *node, struct slice key);

/* The node at a path such as “redis.url”; NULL where there is none. */
struct tree_node *tree_find_path(const struct tree_node *node, const char *path);

/* Frees node and all below it, text overwritten. NULL is fine. */
void tree_destroy(struct tree_node *node);

/* Reads a text: JSON where its first octet that is no blank is “{” and it is JSON, else YAML. Aliases, anchors, tags,
 * duplicate keys and second documents are errors. out: owned, set on success only; an empty text is an empty mapping. */
MUST_CHECK enum err tree_read(const char *text, size_t len, struct config_report *report, struct tree_node **out);

/* The two readers behind it. tree_read_json leaves the reporting to the caller: at is set, with line and
 * column, and must not be NULL. */
MUST_CHECK enum err tree_read_yaml(const char *text, size_t len, struct config_report *report, struct tree_node **out);
MUST_CHECK enum err tree_read_json(const char *text, size_t len, struct err_at *at, struct tree_node **out);
