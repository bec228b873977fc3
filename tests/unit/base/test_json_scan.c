/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_scan.h"

#include <criterion/criterion.h>
#include <stdalign.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static alignas(max_align_t) char block[4096];

/* Reads the next value and all that it holds. */
static enum err walk(struct json_scan *scan)
{
	struct json_scan_value value;
	enum err err = json_scan_value(scan, &value);
	if (err || value.type < JSON_SCAN_OBJECT)
		return err;
	struct json_scan_value key;
	for (;;) {
		bool more;
		err = json_scan_next(scan, &more, value.type == JSON_SCAN_OBJECT ? &key : NULL);
		if (err || !more)
			return err;
		err = walk(scan);
		if (err)
			return err;
	}
}

static enum err walk_all(struct slice json, struct err_at *at)
{
	struct arena arena;
	struct json_scan scan;
	arena_init(&arena, block, sizeof block, 1 << 16);
	json_scan_init(&scan, json, &arena, at);
	enum err err = walk(&scan);
	if (err == ERR_OK)
		err = json_scan_end(&scan);
	arena_fini(&arena);
	return err;
}

Test(json_scan, strings)
{
	static const struct {
		struct slice json;
		struct slice want;
	} rows[] = {
		{ SLICE("\"\""), SLICE("") },
		{ SLICE(" \t\r\n\"a\" "), SLICE("a") },
		{ SLICE("\"a string longer than two words of eight\""),
		  SLICE("a string longer than two words of eight") },
		{ SLICE("\"余额不足，请及时缴费\""), SLICE("余额不足，请及时缴费") },
		{ SLICE("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), SLICE("\"\\/\b\f\n\r\t") },
		{ SLICE("\"\\u4f59\\u989D\""), SLICE("余额") },
		{ SLICE("\"\\uD83D\\uDE00\""), SLICE("😀") },
		{ SLICE("\"a\\u0041b\""), SLICE("aAb") },
		{ SLICE("\"\\u00e9\\u007f\""), SLICE("é\x7F") },
		{ SLICE("\"\\\\\""), SLICE("\\") },
		{ SLICE("\"\x7F\""), SLICE("\x7F") },
		{ SLICE("\"余\\n额\""), SLICE("余\n额") },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err_at at = { 0 };
		struct arena arena;
		struct json_scan scan;
		struct json_scan_value value = { 0 };
		arena_init(&arena, block, sizeof block, 0);
		json_scan_init(&scan, rows[i].json, &arena, &at);
		cr_expect_eq(json_scan_value(&scan, &value), ERR_OK, "%s: %s", rows[i].json.at, at.text);
		cr_expect_eq(value.type, JSON_SCAN_STRING, "%s", rows[i].json.at);
		cr_expect(slice_equal(value.text, rows[i].want), "%s: “%.*s”", rows[i].json.at, SLICE_ARG(value.text));
		cr_expect_eq(json_scan_end(&scan), ERR_OK, "%s", rows[i].json.at);
		bool is_copy = value.text.at < rows[i].json.at || value.text.at > rows[i].json.at + rows[i].json.len;
		cr_expect_eq(is_copy, memchr(rows[i].json.at, '\\', rows[i].json.len) != NULL, "%s", rows[i].json.at);
	}
}

Test(json_scan, accepts)
{
	static const char *const rows[] = {
		"0",
		"-0",
		"10",
		"-1.5",
		"1e5",
		"1E+05",
		"1.25e-7",
		"123456789012345678901234567890",
		"true",
		"false",
		"null",
		"{}",
		"[]",
		"{ }",
		"[ ]",
		"[1,2]",
		"{\"a\":1,\"b\":[{},[]]}",
		"[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
		"{\"a\" : 1 , \"\" : null}",
		"[{\"a\":[]},{\"b\":{}}]",
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err_at at = { 0 };
		cr_expect_eq(walk_all(slice_of(rows[i]), &at), ERR_OK, "%s: %s", rows[i], at.text);
	}
}

Test(json_scan, refuses)
{
	static const struct {
		struct slice json;
		size_t want_offset;
		const char *want;
	} rows[] = {
		{ SLICE(""), 0, "a value expected, but it ends here" },
		{ SLICE("  "), 2, "ends here" },
		{ SLICE("\0"), 0, "octet 0x00" },
		{ SLICE("tru"), 0, "a value expected" },
		{ SLICE("truex"), 4, "something follows its end" },
		{ SLICE("nul"), 0, "a value expected" },
		{ SLICE("'a'"), 0, "found “'”" },
		{ SLICE("01"), 0, "leading zero" },
		{ SLICE("-"), 1, "a digit expected" },
		{ SLICE("-a"), 1, "a digit expected" },
		{ SLICE("+1"), 0, "a value expected" },
		{ SLICE(".5"), 0, "a value expected" },
		{ SLICE("1."), 2, "a digit expected" },
		{ SLICE("1.e5"), 2, "a digit expected" },
		{ SLICE("1e"), 2, "a digit expected" },
		{ SLICE("1e+"), 3, "a digit expected" },
		{ SLICE("0x10"), 1, "something follows" },
		{ SLICE("NaN"), 0, "a value expected" },
		{ SLICE("{"), 1, "a name in quotes expected, but it ends here" },
		{ SLICE("{\"a\"}"), 4, "“:” expected" },
		{ SLICE("{\"a\":}"), 5, "a value expected" },
		{ SLICE("{\"a\":1,}"), 7, "a name in quotes expected" },
		{ SLICE("{,}"), 1, "a name in quotes expected" },
		{ SLICE("{a:1}"), 1, "a name in quotes expected" },
		{ SLICE("{\"a\":1 \"b\":2}"), 7, "“,” or “}” expected" },
		{ SLICE("{\"a\":1]"), 6, "“,” or “}” expected" },
		{ SLICE("[1,]"), 3, "a value expected" },
		{ SLICE("[1}"), 2, "“,” or “]” expected" },
		{ SLICE("[1"), 2, "ends here" },
		{ SLICE("{}x"), 2, "something follows its end" },
		{ SLICE("{}\0"), 2, "something follows its end" },
		{ SLICE("\"abc"), 4, "does not end" },
		{ SLICE("\"abc\\\""), 6, "does not end" },
		{ SLICE("\"abc\\"), 4, "unknown escape" },
		{ SLICE("\"\\x41\""), 1, "unknown escape" },
		{ SLICE("\"\\\0\""), 1, "unknown escape" },
		{ SLICE("\"\\u12\""), 1, "without four hexadecimal digits" },
		{ SLICE("\"\\u12"), 1, "without four hexadecimal digits" },
		{ SLICE("\"\\u12g4\""), 1, "without four hexadecimal digits" },
		{ SLICE("\"\\u0000\""), 1, "\\u0000 is not allowed" },
		{ SLICE("\"\\uD800\""), 1, "first half of a surrogate pair without the second" },
		{ SLICE("\"\\uD800\\n\""), 1, "first half of a surrogate pair without the second" },
		{ SLICE("\"\\uD800\\u0041\""), 1, "first half of a surrogate pair without the second" },
		{ SLICE("\"\\uD800\\uD800\""), 1, "first half of a surrogate pair without the second" },
		{ SLICE("\"\\uD800"), 1, "first half of a surrogate pair without the second" },
		{ SLICE("\"\\uDC00\""), 1, "second half of a surrogate pair without the first" },
		{ SLICE("\"a\nb\""), 2, "control character 0x0A in a string; write it as \\u000a" },
		{ SLICE("\"abcdefgh\x01\""), 9, "control character 0x01" },
		{ SLICE("\"a\0b\""), 2, "control character 0x00" },
		{ SLICE("\"\xC0\xAF\""), 1, "not valid UTF-8" },
		{ SLICE("\"\xED\xA0\x80\""), 1, "not valid UTF-8" },
		{ SLICE("\"\xF4\x90\x80\x80\""), 1, "not valid UTF-8" },
		{ SLICE("\"余\xE4\xBD\""), 4, "not valid UTF-8" },
		{ SLICE("\"\xE4\xBD"), 1, "not valid UTF-8" },
		{ SLICE("{\"\xFF\":1}"), 2, "not valid UTF-8" },
		{ SLICE("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]"), 16, "nested deeper than 16" },
		{ SLICE("\xEF\xBB\xBF{}"), 0, "octet 0xEF" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err_at at = { 0 };
		enum err err = walk_all(rows[i].json, &at);
		cr_expect_neq(err, ERR_OK, "%s is accepted", rows[i].json.at);
		cr_expect_eq(at.err, err, "%s", rows[i].json.at);
		cr_expect_eq(at.offset, rows[i].want_offset, "%s: offset %zu", rows[i].json.at, at.offset);
		cr_expect(strstr(at.text, rows[i].want), "%s: “%s”", rows[i].json.at, at.text);
		cr_expect_eq(walk_all(rows[i].json, NULL), err, "%s", rows[i].json.at);
	}
}

/* Each octet that may not stand bare in a string stops it, wherever it lies in a word of eight. */
Test(json_scan, each_octet_at_each_place)
{
	for (unsigned place = 0; place < 20; place++) {
		for (unsigned octet = 0; octet < 256; octet++) {
			char json[23] = "\"aaaaaaaaaaaaaaaaaaaa\"";
			json[1 + place] = (char)octet;
			bool want = octet >= 0x20 && octet < 0x80 && octet != '"' && octet != '\\';
			cr_expect_eq(walk_all((struct slice){ json, 22 }, NULL) == ERR_OK, want, "octet 0x%02X at %u",
				     octet, place);
		}
	}
}

Test(json_scan, arena_without_room)
{
	struct arena arena;
	struct json_scan scan;
	struct json_scan_value value;
	struct err_at at = { 0 };
	arena_init(&arena, block, 16, 0);
	json_scan_init(&scan, SLICE("\"\\n and more than sixteen octets\""), &arena, &at);
	cr_expect_eq(json_scan_value(&scan, &value), ERR_FULL);
	cr_expect(strstr(at.text, "memory"));
}

Test(json_scan, type_names)
{
	for (unsigned i = 0; i < JSON_SCAN_TYPE_COUNT; i++)
		cr_expect(json_scan_type_name((enum json_scan_type)i) != NULL, "type %u", i);
}
