/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_escape.h"

#include "http_bench.h"

Test(http_escape, each_way)
{
	static const struct {
		const char *name;
		enum http_escape escape;
		const char *text, *want;
	} rows[] = {
		{ "nothing", HTTP_ESCAPE_NONE, "a \"b\"\n", "a \"b\"\n" },
		{ "unreserved", HTTP_ESCAPE_PERCENT, "AZaz09-._~", "AZaz09-._~" },
		{ "the rest", HTTP_ESCAPE_PERCENT, " +*/=&%#?@:\"'()\r\n\x7f",
		  "%20%2B%2A%2F%3D%26%25%23%3F%40%3A%22%27%28%29%0D%0A%7F" },
		{ "utf-8", HTTP_ESCAPE_PERCENT, "鸿", "%E9%B8%BF" },
		{ "JSON", HTTP_ESCAPE_JSON, "a\"b\\c/\b\f\n\r\t\x01\x1f\x7f鸿𝄞",
		  "a\\\"b\\\\c/\\u0008\\u000c\\n\\r\\t\\u0001\\u001f\\u007f鸿𝄞" },
		{ "malformed", HTTP_ESCAPE_JSON, "a\xff\xe9\xb8z\xed\xa0\x80",
		  "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
		{ "empty", HTTP_ESCAPE_PERCENT, "", "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char memory[256] = { 0 };
		struct buf buf = buf_over(memory, sizeof memory - 1);
		http_escape_put(&buf, rows[i].escape, slice_of(rows[i].text));
		cr_expect(!buf.full);
		bench_equal(rows[i].name, "escaped", memory, rows[i].want);
	}
}

Test(http_escape, never_writes_half_an_escape)
{
	static const char text[] = "ab鸿\"";
	for (int escape = HTTP_ESCAPE_NONE; escape <= HTTP_ESCAPE_JSON; escape++) {
		for (size_t cap = 0; cap < 8; cap++) {
			char memory[16];
			memset(memory, '#', sizeof memory);
			struct buf buf = buf_over(memory, cap);
			http_escape_put(&buf, (enum http_escape)escape, slice_of(text));
			cr_expect(buf.len <= cap);
			cr_expect(memory[cap] == '#');
			if (cap < 6 && escape != HTTP_ESCAPE_NONE)
				cr_expect(buf.full);
			if (escape == HTTP_ESCAPE_PERCENT && buf.len > 2)
				cr_expect((buf.len - 2) % 3 == 0);
		}
	}
}
