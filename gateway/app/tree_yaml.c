/* SPDX-License-Identifier: Apache-2.0 */
#include "app/tree.h"

#include "app/config_report.h"
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

/* libyaml's events become the tree. Whatever YAML offers beyond plain mappings, lists and scalars (anchors, aliases,
 * tags, merge keys, several documents) is refused: none of it makes a setting clearer, all of it can hide one. */

struct reader {
	yaml_parser_t parser;
	struct config_report *report;
	struct tree_node *open[TREE_DEPTH_MAX]; /* lists and mappings not yet ended, outermost first */
	unsigned depth;
	struct tree_node *root;
	struct tree_node *key; /* a mapping's key whose value comes next; its text is what counts */
	unsigned node_count;
	bool is_over; /* the document ended */
};

static unsigned place(size_t from_zero)
{
	return from_zero < UINT32_MAX ? (unsigned)from_zero + 1 : UINT32_MAX;
}

static enum err refuse(struct reader *reader, enum err err, yaml_mark_t mark, const char *text)
{
	struct tree_node where = { .line = place(mark.line), .column = place(mark.column) };
	return config_report(reader->report, err, &where, false, NULL, "%s", text);
}

/* Hangs a node (taken) under the innermost open one. */
static enum err hang(struct reader *reader, struct tree_node *node)
{
	struct tree_node *parent = reader->depth ? reader->open[reader->depth - 1] : NULL;
	if (parent == NULL) {
		reader->root = node;
		return ERR_OK;
	}
	if (parent->kind == TREE_MAPPING) {
		CHECK(reader->key != NULL);
		node->key = reader->key->text;
		node->key_line = reader->key->line;
		node->key_column = reader->key->column;
		reader->key->text = NULL;
		tree_destroy(reader->key);
		reader->key = NULL;
	}
	tree_append(parent, node);
	return ERR_OK;
}

/* A scalar in a mapping where a key is due. node: taken. */
static enum err take_key(struct reader *reader, struct tree_node *node)
{
	const struct tree_node *parent = reader->open[reader->depth - 1];
	reader->key = node;
	if (node->text == NULL)
		return config_report(reader->report, ERR_FORMAT, node, false, NULL, "a key is missing");
	if (parent->child_count >= TREE_KEYS_MAX)
		return config_report(reader->report, ERR_RANGE, node, false, NULL, "too many keys in one mapping");
	const struct tree_node *twin = tree_find(parent, slice_of(node->text));
	if (twin)
		return config_report(reader->report, ERR_DUPLICATE, node, false, NULL,
				     "key “%.64s” is there twice, first in line %u", node->text, twin->key_line);
	return ERR_OK;
}

static bool key_is_due(const struct reader *reader)
{
	return reader->depth && reader->open[reader->depth - 1]->kind == TREE_MAPPING && reader->key == NULL;
}

static bool is_null(const char *text, size_t len)
{
	return len == 0 || (len == 1 && *text == '~') || (len == 4 && memcmp(text, "null", 4) == 0);
}

static enum err take_node(struct reader *reader, const yaml_event_t *event, enum tree_kind kind, bool has_anchor,
			  bool has_tag)
{
	if (has_anchor)
		return refuse(reader, ERR_UNSUPPORTED, event->start_mark,
			      "anchors (&name) are not used here; write the value out");
	if (has_tag)
		return refuse(reader, ERR_UNSUPPORTED, event->start_mark, "tags (!name) are not used here");
	if (++reader->node_count > TREE_NODES_MAX)
		return refuse(reader, ERR_RANGE, event->start_mark, "too many values");
	struct tree_node *node;
	if (kind == TREE_SCALAR) {
		const char *text = (const char *)event->data.scalar.value;
		size_t len = event->data.scalar.length;
		bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
		if (memchr(text, 0, len))
			return refuse(reader, ERR_FORMAT, event->start_mark, "a text holds a NUL character");
		node = tree_create(kind, is_plain ? TREE_PLAIN : TREE_QUOTED,
				   is_plain && is_null(text, len) ? NULL : text, len);
	} else {
		node = tree_create(kind, TREE_PLAIN, NULL, 0);
	}
	if (node == NULL)
		return refuse(reader, ERR_MEMORY, event->start_mark, "out of memory");
	node->line = place(event->start_mark.line);
	node->column = place(event->start_mark.column);
	if (key_is_due(reader)) {
		if (kind == TREE_SCALAR)
			return take_key(reader, node);
		tree_destroy(node);
		return refuse(reader, ERR_FORMAT, event->start_mark, "a key must be a word, not a list or mapping");
	}
	enum err err = hang(reader, node);
	if (err != ERR_OK || kind == TREE_SCALAR)
		return err;
	if (reader->depth == TREE_DEPTH_MAX)
		return refuse(reader, ERR_RANGE, event->start_mark, "nested too deeply");
	reader->open[reader->depth++] = node;
	return ERR_OK;
}

static enum err take_event(struct reader *reader, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (reader->is_over)
			return refuse(reader, ERR_UNSUPPORTED, event->start_mark,
				      "a second document begins here; the file must hold one");
		return ERR_OK;
	case YAML_DOCUMENT_END_EVENT:
		reader->is_over = true;
		return ERR_OK;
	case YAML_ALIAS_EVENT:
		return refuse(reader, ERR_UNSUPPORTED, event->start_mark,
			      "aliases (*name) are not used here; write the value out");
	case YAML_SCALAR_EVENT:
		return take_node(reader, event, TREE_SCALAR, event->data.scalar.anchor, event->data.scalar.tag);
	case YAML_SEQUENCE_START_EVENT:
		return take_node(reader, event, TREE_LIST, event->data.sequence_start.anchor,
				 event->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return take_node(reader, event, TREE_MAPPING, event->data.mapping_start.anchor,
				 event->data.mapping_start.tag);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		CHECK(reader->depth > 0);
		reader->depth--;
		return ERR_OK;
	default:
		return ERR_OK;
	}
}

static enum err tell_syntax(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	if (parser->error == YAML_MEMORY_ERROR)
		return config_report(reader->report, ERR_MEMORY, NULL, false, NULL, "out of memory");
	if (parser->error == YAML_READER_ERROR) {
		/* The reader knows an offset only; the mark is where the scanner last was. */
		return refuse(reader, ERR_FORMAT, parser->mark, "not valid UTF-8 text from about here on");
	}
	char text[200];
	snprintf(text, sizeof text, "not valid YAML: %s%s%s", parser->problem ? parser->problem : "syntax error",
		 parser->context ? " " : "", parser->context ? parser->context : "");
	return refuse(reader, ERR_FORMAT, parser->problem_mark, text);
}

enum err tree_read_yaml(const char *text, size_t len, struct config_report *report, struct tree_node **out)
{
	struct reader reader = { .report = report };
	if (!yaml_parser_initialize(&reader.parser))
		return config_report(report, ERR_MEMORY, NULL, false, NULL, "out of memory");
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, len);
	yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
	enum err err = ERR_OK;
	for (bool is_end = false; err == ERR_OK && !is_end;) {
		yaml_event_t event;
		if (!yaml_parser_parse(&reader.parser, &event)) {
			err = tell_syntax(&reader);
			break;
		}
		is_end = event.type == YAML_STREAM_END_EVENT;
		err = take_event(&reader, &event);
		yaml_event_delete(&event);
	}
	if (err == ERR_OK && reader.root == NULL) {
		reader.root = tree_create(TREE_MAPPING, TREE_PLAIN, NULL, 0);
		if (reader.root == NULL)
			err = config_report(report, ERR_MEMORY, NULL, false, NULL, "out of memory");
	}
	yaml_parser_delete(&reader.parser);
	tree_destroy(reader.key);
	if (err != ERR_OK)
		tree_destroy(reader.root);
	else
		*out = reader.root;
	return err;
}
