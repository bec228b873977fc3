/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_report.h"
#include "app/tree.h"
#include "base/check.h"
#include "base/json_scan.h"

#include <stdlib.h>

#define STRINGS_OCTETS_MAX (2 * CONFIG_OCTETS_MAX) /* for strings with escapes */

struct reader {
	struct json_scan scan;
	struct err_at *at;
	const char *text;
	size_t located; /* line and column are those of this offset */
	unsigned line;
	unsigned column;
	unsigned node_count;
};

/* Line and column of an offset; offsets come in rising order. */
static void locate(struct reader *reader, size_t offset)
{
	for (; reader->located < offset; reader->located++) {
		unsigned char octet = (unsigned char)reader->text[reader->located];
		if (octet == '\n') {
			reader->line++;
			reader->column = 1;
		} else if ((octet & 0xC0) != 0x80) {
			reader->column++;
		}
	}
}

static enum err refuse(struct reader *reader, enum err err, size_t offset, const char *text)
{
	return err_at_set(reader->at, err, offset, NULL, "%s", text);
}

static enum err read_value(struct reader *reader, struct tree_node **out);

static enum err read_children(struct reader *reader, struct tree_node *node)
{
	bool is_mapping = node->kind == TREE_MAPPING;
	struct json_scan_value key;
	bool more;
	enum err err;
	while ((err = json_scan_next(&reader->scan, &more, is_mapping ? &key : NULL)) == ERR_OK && more) {
		unsigned line = 0;
		unsigned column = 0;
		if (is_mapping) {
			locate(reader, key.offset);
			line = reader->line;
			column = reader->column;
			const struct tree_node *twin = tree_find(node, key.text);
			if (twin)
				return err_at_set(reader->at, ERR_DUPLICATE, key.offset, NULL,
						  "key “%.64s” is there twice, first in line %u", twin->key,
						  twin->key_line);
			if (node->child_count >= TREE_KEYS_MAX)
				return refuse(reader, ERR_RANGE, key.offset, "too many keys in one mapping");
		}
		struct tree_node *child = NULL;
		err = read_value(reader, &child);
		if (err != ERR_OK)
			return err;
		tree_append(node, child);
		child->key_line = line;
		child->key_column = column;
		if (is_mapping && (child->key = strndup(key.text.len ? key.text.at : "", key.text.len)) == NULL)
			return refuse(reader, ERR_MEMORY, key.offset, "out of memory");
	}
	return err;
}

static struct tree_node *make_node(const struct json_scan_value *value)
{
	switch (value->type) {
	case JSON_SCAN_OBJECT:
		return tree_create(TREE_MAPPING, TREE_PLAIN, NULL, 0);
	case JSON_SCAN_ARRAY:
		return tree_create(TREE_LIST, TREE_PLAIN, NULL, 0);
	case JSON_SCAN_STRING:
		return tree_create(TREE_SCALAR, TREE_QUOTED, value->text.len ? value->text.at : "", value->text.len);
	case JSON_SCAN_NUMBER:
		return tree_create(TREE_SCALAR, TREE_LITERAL, value->text.at, value->text.len);
	case JSON_SCAN_TRUE:
		return tree_create(TREE_SCALAR, TREE_LITERAL, "true", 4);
	case JSON_SCAN_FALSE:
		return tree_create(TREE_SCALAR, TREE_LITERAL, "false", 5);
	default:
		CHECK(value->type == JSON_SCAN_NULL);
		return tree_create(TREE_SCALAR, TREE_LITERAL, NULL, 0);
	}
}

static enum err read_value(struct reader *reader, struct tree_node **out)
{
	struct json_scan_value value;
	enum err err = json_scan_value(&reader->scan, &value);
	if (err != ERR_OK)
		return err;
	if (++reader->node_count > TREE_NODES_MAX)
		return refuse(reader, ERR_RANGE, value.offset, "too many values");
	struct tree_node *node = make_node(&value);
	if (node == NULL)
		return refuse(reader, ERR_MEMORY, value.offset, "out of memory");
	locate(reader, value.offset);
	node->line = reader->line;
	node->column = reader->column;
	if (node->kind != TREE_SCALAR)
		err = read_children(reader, node);
	if (err == ERR_OK)
		*out = node;
	else
		tree_destroy(node);
	return err;
}

enum err tree_read_json(const char *text, size_t len, struct err_at *at, struct tree_node **out)
{
	CHECK(at != NULL);
	struct arena arena;
	arena_init(&arena, NULL, 0, STRINGS_OCTETS_MAX);
	struct reader reader = { .at = at, .text = text, .line = 1, .column = 1 };
	json_scan_init(&reader.scan, (struct slice){ text, len }, &arena, at);
	struct tree_node *root = NULL;
	enum err err = read_value(&reader, &root);
	if (err == ERR_OK)
		err = json_scan_end(&reader.scan);
	if (err == ERR_OK) {
		*out = root;
	} else {
		tree_destroy(root);
		reader = (struct reader){ .text = text, .line = 1, .column = 1 };
		locate(&reader, at->offset < len ? at->offset : len);
		at->line = reader.line;
		at->column = reader.column;
	}
	arena_fini(&arena);
	return err;
}
