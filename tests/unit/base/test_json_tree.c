/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_tree.h"

#include "base/buf.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct json_tree tree;

Test(json_tree, says_where_a_value_ends)
{
	static const char json[] = "{\"a\":[1,[],{\"b\":\"\\u0078\"}],\"c\":null,\"\":true}";
	cr_assert_eq(json_tree_read(&tree, slice_of(json), NULL), ERR_OK);
	const struct json_node *root = tree.nodes;
	cr_expect_eq(root->type, JSON_SCAN_OBJECT);
	cr_expect_eq(root->count, 3);
	cr_expect_eq(root->span, 8);
	const struct json_node *a = json_node_member(root, SLICE("a"));
	cr_assert_not_null(a);
	cr_expect_eq(a->count, 3);
	cr_expect_eq(a->span, 5);
	cr_expect(slice_is(json_node_element(a, 0)->text, "1"));
	cr_expect_eq(json_node_element(a, 1)->count, 0);
	const struct json_node *b = json_node_member(json_node_element(a, 2), SLICE("b"));
	cr_assert_not_null(b);
	cr_expect(slice_is(b->text, "x"));
	cr_expect(slice_is(json_node_next(a)->key, "c"));
	cr_expect_eq(json_node_next(a)->type, JSON_SCAN_NULL);
	cr_expect_eq(json_node_member(root, SLICE(""))->type, JSON_SCAN_TRUE);
	json_tree_fini(&tree);
}

Test(json_tree, has_no_such_value)
{
	static const char json[] = "{\"a\":[1],\"twice\":1,\"twice\":2,\"s\":\"\"}";
	cr_assert_eq(json_tree_read(&tree, slice_of(json), NULL), ERR_OK);
	const struct json_node *root = tree.nodes;
	const struct json_node *a = json_node_member(root, SLICE("a"));
	cr_expect_null(json_node_member(root, SLICE("b")));
	cr_expect_null(json_node_member(root, SLICE("twice")));
	cr_expect_null(json_node_member(a, SLICE("a")));
	cr_expect_null(json_node_member(json_node_member(root, SLICE("s")), SLICE("a")));
	cr_expect_null(json_node_member(NULL, SLICE("a")));
	cr_expect_null(json_node_element(a, 1));
	cr_expect_null(json_node_element(root, 0));
	cr_expect_null(json_node_element(NULL, 0));
	json_tree_fini(&tree);
}

/* [0,1,2,…]: as many values as wanted. */
static struct slice numbers(unsigned count)
{
	char *text = malloc((size_t)count * 8 + 3);
	cr_assert_not_null(text);
	char *to = text;
	*to++ = '[';
	for (unsigned i = 0; i < count; i++)
		to += snprintf(to, 8, "%s%u", i > 0 ? "," : "", i);
	*to++ = ']';
	return (struct slice){ text, (size_t)(to - text) };
}

Test(json_tree, grows)
{
	static const unsigned rows[] = { JSON_TREE_NODES - 2, JSON_TREE_NODES - 1, JSON_TREE_NODES, 5000 };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct slice json = numbers(rows[i]);
		char last[16];
		snprintf(last, sizeof last, "%u", rows[i] - 1);
		cr_assert_eq(json_tree_read(&tree, json, NULL), ERR_OK, "%u", rows[i]);
		cr_expect_eq(tree.count, rows[i] + 1, "%u", rows[i]);
		cr_expect(slice_is(json_node_element(tree.nodes, 0)->text, "0"), "%u", rows[i]);
		cr_expect(slice_is(json_node_element(tree.nodes, rows[i] - 1)->text, last), "%u", rows[i]);
		json_tree_fini(&tree);
		free((char *)(uintptr_t)json.at);
	}
}

/* However many strings have escapes, and however short they are. */
Test(json_tree, takes_short_strings_with_escapes)
{
	static const char *const rows[] = { "\"\\n\"", "{\"a\":\"\\\"\",\"b\":\"\\/\"}", "\"2026\\/11\\/25\"",
					    "\"\\u4f59\"" };
	static char text[64 * 1024];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf buf = buf_over(text, sizeof text);
		for (unsigned k = 0; k < 1000; k++) {
			buf_put_u8(&buf, k == 0 ? '[' : ',');
			buf_put_text(&buf, rows[i]);
		}
		buf_put_u8(&buf, ']');
		struct err_at at = { 0 };
		cr_expect_eq(json_tree_read(&tree, buf_slice(&buf), &at), ERR_OK, "%s: %s", rows[i], at.text);
		json_tree_fini(&tree);
	}
}

Test(json_tree, refuses)
{
	static const struct {
		struct slice json;
		enum err want;
	} rows[] = {
		{ SLICE(""), ERR_FORMAT },
		{ SLICE("{"), ERR_FORMAT },
		{ SLICE("{\"a\":1"), ERR_FORMAT },
		{ SLICE("{\"a\":}"), ERR_FORMAT },
		{ SLICE("{} x"), ERR_FORMAT },
		{ SLICE("\"\xff\""), ERR_FORMAT },
		{ SLICE("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]"), ERR_RANGE },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		cr_expect_eq(json_tree_read(&tree, rows[i].json, NULL), rows[i].want, "%s", rows[i].json.at);
		json_tree_fini(&tree);
	}
	struct slice many = numbers(JSON_TREE_NODES_MAX + 1);
	struct err_at at = { 0 };
	cr_expect_eq(json_tree_read(&tree, many, &at), ERR_RANGE);
	cr_expect(strstr(at.text, "more than 32768 values") != NULL, "%s", at.text);
	json_tree_fini(&tree);
	free((char *)(uintptr_t)many.at);
}
