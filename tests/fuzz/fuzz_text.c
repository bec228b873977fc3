/* SPDX-License-Identifier: Apache-2.0 */
/* The helpers that all parsers stand on: UTF-8, numbers, dates, JSON texts. What one of them writes another reads as it was. */
#include "base/check.h"
#include "base/civil.h"
#include "base/json.h"
#include "base/json_scan.h"
#include "base/json_tree.h"
#include "base/number.h"
#include "base/utf8.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static void check_utf8(struct slice text)
{
	size_t valid = utf8_valid(text.at, text.len);
	size_t count = 0, used = 0;
	CHECK(valid <= text.len);
	while (used < valid) {
		uint32_t code, again;
		char out[4];
		size_t octets = utf8_decode(text.at + used, text.len - used, &code);
		CHECK(octets >= 1 && octets <= 4 && used + octets <= valid);
		CHECK(utf8_decode_any(text.at + used, text.len - used, &again) == octets && again == code);
		CHECK(utf8_encode(code, out) == octets && memcmp(out, text.at + used, octets) == 0);
		used += octets;
		count++;
	}
	CHECK(utf8_count(text.at, valid) == count && utf8_count(text.at, text.len) <= text.len);
	for (size_t cut = 0; cut <= text.len && cut <= 64; cut++) {
		size_t whole = utf8_whole(text.at, cut);
		CHECK(whole <= cut && cut - whole < 4);
		CHECK(cut > valid || utf8_valid(text.at, whole) == whole);
	}
	if (valid < text.len) {
		uint32_t code;
		CHECK(utf8_decode(text.at + valid, text.len - valid, &code) == 0);
	}
}

static void check_number(struct slice text)
{
	uint64_t value = 7, small = 7, hex = 7;
	char digits[24];
	struct buf buf = buf_over(digits, sizeof digits);
	if (number_parse(text, UINT64_MAX, &value)) {
		buf_put_uint(&buf, value);
		CHECK(slice_equal(buf_slice(&buf), text));
	} else {
		CHECK(value == 7);
	}
	CHECK(!number_parse(text, 1000, &small) || (small == value && small <= 1000));
	if (number_parse_hex(text, &hex))
		CHECK(text.len >= 1 && text.len <= 18);
	else
		CHECK(hex == 7);
}

static void check_civil(struct slice text)
{
	wall_ms at, again;
	struct civil civil;
	char out[32];
	if (civil_parse_rfc3339(text, &at)) {
		for (int32_t offset = -14 * 3600; offset <= 14 * 3600; offset += 7 * 3600) {
			struct civil seen = civil_from_wall(at, offset);
			CHECK(civil_is_date(seen.year, seen.month, seen.day));
			size_t len = civil_format_rfc3339(at, offset, out);
			CHECK(len < sizeof out);
			/* Near the ends of the calendar another zone's date is none that can be written. */
			if (civil_to_wall(&seen, offset) == at)
				CHECK(civil_parse_rfc3339((struct slice){ out, len }, &again) && again == at);
			else
				CHECK(seen.year == 1 || seen.year == 9999);
		}
	}
	if (civil_parse_date(text, &civil)) {
		CHECK(text.len == 10 && civil_is_date(civil.year, civil.month, civil.day));
		CHECK(civil_from_wall(civil_to_wall(&civil, 0), 0).day == civil.day);
	}
}

/* Whatever the octets, what is written is JSON that reads as they were, but for U+FFFD in place of what is malformed. */
static void check_escape(struct slice text)
{
	size_t cap = text.len * 6 + 16;
	char *json = malloc(cap);
	CHECK(json != NULL);
	struct buf buf = buf_over(json, cap);
	json_text(&buf, text.at != NULL ? text : SLICE(""));
	CHECK(!buf.full && utf8_valid(json, buf.len) == buf.len);
	json_t *value = json_loadb(json, buf.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	CHECK(json_is_string(value));
	struct slice back = { json_string_value(value), json_string_length(value) };
	CHECK(utf8_valid(text.at, text.len) != text.len || slice_equal(back, text));
	json_decref(value);
	free(json);
}

static void check_node(const struct json_node *node, const json_t *oracle)
{
	const struct json_node *held = node + 1;
	switch (node->type) {
	case JSON_SCAN_STRING:
		CHECK(json_is_string(oracle));
		CHECK(slice_equal(node->text, (struct slice){ json_string_value(oracle), json_string_length(oracle) }));
		break;
	case JSON_SCAN_NUMBER:
		CHECK(json_is_number(oracle));
		break;
	case JSON_SCAN_TRUE:
	case JSON_SCAN_FALSE:
		CHECK(json_is_boolean(oracle) && json_is_true(oracle) == (node->type == JSON_SCAN_TRUE));
		break;
	case JSON_SCAN_NULL:
		CHECK(json_is_null(oracle));
		break;
	case JSON_SCAN_ARRAY:
		CHECK(json_array_size(oracle) == node->count);
		for (unsigned i = 0; i < node->count; i++, held = json_node_next(held)) {
			CHECK(json_node_element(node, i) == held);
			check_node(held, json_array_get(oracle, i));
		}
		CHECK(json_node_element(node, node->count) == NULL);
		break;
	default:
		CHECK(json_is_object(oracle));
		for (unsigned i = 0; i < node->count; i++, held = json_node_next(held)) {
			const struct json_node *only = json_node_member(node, held->key);
			if (only != NULL) /* what comes twice is nothing */
				check_node(held, json_object_getn(oracle, held->key.at, held->key.len));
		}
	}
}

/* What the scanner takes another parser takes too, and finds the same in it. */
static void check_json(struct slice text)
{
	static struct json_tree tree;
	struct err_at at = { .err = ERR_OK };
	enum err err = json_tree_read(&tree, text, &at);
	CHECK(err == at.err);
	if (err == ERR_OK) {
		json_error_t why;
		json_t *oracle =
			json_loadb(text.at, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &why);
		CHECK(tree.count >= 1 && tree.nodes[0].span == tree.count);
		/* The other one has doubles only. */
		CHECK(oracle != NULL || json_error_code(&why) == json_error_numeric_overflow);
		if (oracle != NULL)
			check_node(tree.nodes, oracle);
		json_decref(oracle);
	} else {
		CHECK(at.text[0] != '\0' && at.offset <= text.len);
	}
	json_tree_fini(&tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct slice text = { (const char *)octets, len };
	check_utf8(text);
	check_number(text);
	check_civil(text);
	check_escape(text);
	check_json(text);
	return 0;
}
