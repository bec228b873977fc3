/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <criterion/criterion.h>
#include <math.h>

static char memory[512];

static void assert_is(const struct buf *buf, const char *want)
{
	cr_assert(!buf->full);
	cr_assert(slice_is(buf_slice(buf), want), "%.*s\nis not\n%s", SLICE_ARG(buf_slice(buf)), want);
}

Test(json, commas)
{
	struct buf buf = buf_over(memory, sizeof memory);
	json_open(&buf, '{');
	json_key_text(&buf, "id", SLICE("a:"));
	json_key(&buf, "refs");
	json_open(&buf, '[');
	json_uint(&buf, 1);
	json_int(&buf, -2);
	json_text(&buf, SLICE("{"));
	json_absent(&buf);
	json_open(&buf, '[');
	json_close(&buf, ']');
	json_open(&buf, '{');
	json_close(&buf, '}');
	json_bool(&buf, true);
	json_close(&buf, ']');
	json_key(&buf, "empty");
	json_open(&buf, '{');
	json_close(&buf, '}');
	json_key_uint(&buf, "n", 0);
	json_key_uint_if(&buf, "none", 0);
	json_key_text_if(&buf, "none", SLICE(""));
	json_key_uint_if(&buf, "m", 5);
	json_key_text_if(&buf, "t", SLICE("x"));
	json_close(&buf, '}');
	assert_is(&buf,
		  "{\"id\":\"a:\",\"refs\":[1,-2,\"{\",null,[],{},true],\"empty\":{},\"n\":0,\"m\":5,\"t\":\"x\"}");
}

Test(json, one_object_a_line)
{
	struct buf buf = buf_over(memory, sizeof memory);
	for (unsigned i = 0; i < 2; i++) {
		json_open(&buf, '{');
		json_key_uint(&buf, "n", i);
		json_close(&buf, '}');
		buf_put_text(&buf, "\n");
	}
	assert_is(&buf, "{\"n\":0}\n{\"n\":1}\n");
}

Test(json, texts)
{
	static const struct {
		const char *name;
		struct slice text;
		const char *want;
	} rows[] = {
		{ "absent", { NULL, 0 }, "null" },
		{ "empty", SLICE(""), "\"\"" },
		{ "plain", SLICE("due"), "\"due\"" },
		{ "quotes", SLICE("\"\\/"), "\"\\\"\\\\/\"" },
		{ "controls", SLICE("\n\r\t\b\x01\x1F\x7F"), "\"\\n\\r\\t\\u0008\\u0001\\u001f\\u007f\"" },
		{ "NUL inside", SLICE("a\0b"), "\"a\\u0000b\"" },
		{ "Chinese", SLICE("【国网】电费"), "\"【国网】电费\"" },
		{ "emoji", SLICE("😀"), "\"😀\"" },
		{ "malformed",
		  SLICE("a\xFF"
			"b"),
		  "\"a\xEF\xBF\xBD"
		  "b\"" },
		{ "cut", SLICE("a\xE6\xB1"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"" },
		{ "surrogate", SLICE("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf buf = buf_over(memory, sizeof memory);
		json_text(&buf, rows[i].text);
		cr_assert(slice_is(buf_slice(&buf), rows[i].want), "%s: %.*s", rows[i].name,
			  SLICE_ARG(buf_slice(&buf)));
	}
}

Test(json, reals)
{
	static const struct {
		double value;
		int decimals;
		const char *want;
	} rows[] = {
		{ 0, 0, "0" },      { 1.5, 2, "1.50" },      { -0.125, 3, "-0.125" },  { 1e15, 0, "1000000000000000" },
		{ NAN, 2, "null" }, { INFINITY, 2, "null" }, { -INFINITY, 2, "null" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf buf = buf_over(memory, sizeof memory);
		json_decimal(&buf, rows[i].value, rows[i].decimals);
		assert_is(&buf, rows[i].want);
	}
}

Test(json, full)
{
	char small[8];
	struct buf buf = buf_over(small, sizeof small);
	json_open(&buf, '{');
	json_key_text(&buf, "name", SLICE("value"));
	json_close(&buf, '}');
	cr_assert(buf.full);
	cr_assert_leq(buf.len, sizeof small);
}
