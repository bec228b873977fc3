/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_locator.h"

#include "http_bench.h"

static const char document[] =
	"{\"a\":[1,{\"b\":\"x\"}],\"~\":{\"/\":true},\"n\":null,\"big\":-90071992547409930071,\"f\":1.5,\"\":\"e\","
	"\"t\":1,\"u\":{\"t\":2},\"t\":3}";

static char memory[16384] __attribute__((aligned(16)));

Test(http_locator, finds)
{
	static const struct {
		const char *text;
		bool want_there;
		const char *want;
	} rows[] = {
		{ "/a/0", true, "1" },
		{ "/a/1/b", true, "x" },
		{ "/a/2", false, "" },
		{ "/a/01", false, "" },
		{ "/a/-1", false, "" },
		{ "/~0/~1", true, "true" },
		{ "/n", false, "" },
		{ "/big", true, "-90071992547409930071" },
		{ "/f", true, "1.5" },
		{ "/a", true, "" },
		{ "/", true, "e" },
		{ "/zz/zz", false, "" },
		{ "/t", false, "" }, /* there twice: nobody knows which is meant */
		{ "/u/t", true, "2" },
		{ "/a/1/b/c", false, "" },
		{ "regex:\"b\":\"([a-z])\"", true, "x" },
		{ "regex:-[0-9]+", true, "-90071992547409930071" },
		{ "regex:nothing", false, "" },
		{ "regex:(zz)?$", false, "" },
	};
	struct json_tree json;
	cr_assert_eq(json_tree_read(&json, slice_of(document), NULL), ERR_OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena arena;
		arena_init(&arena, memory, sizeof memory, 0);
		struct http_locator locator;
		cr_assert(http_locator_compile(rows[i].text, "f", &arena, &locator, NULL) == ERR_OK, "%s",
			  rows[i].text);
		struct http_found found;
		http_locator_find(&locator, json.nodes, slice_of(document), &found);
		cr_expect(found.is_there == rows[i].want_there, "%s is there", rows[i].text);
		cr_expect(slice_is(found.text, rows[i].want), "%s: “%.*s”", rows[i].text, SLICE_ARG(found.text));
		/* Nothing to look in. */
		http_locator_find(&locator, NULL, (struct slice){ NULL, 0 }, &found);
		cr_expect(!found.is_there, "%s in nothing", rows[i].text);
		http_locator_fini(&locator);
	}
	json_tree_fini(&json);
}

Test(http_locator, refuses)
{
	static const struct {
		const char *text;
		enum err want;
		const char *want_words;
	} rows[] = {
		{ "a/b", ERR_FORMAT, "JSON pointer" },
		{ "/~2", ERR_FORMAT, "RFC 6901" },
		{ "/~", ERR_FORMAT, "RFC 6901" },
		{ "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", ERR_RANGE, "deeper" },
		{ "regex:(", ERR_FORMAT, "no regular expression" },
		{ "regex:(a)\\1", ERR_UNSUPPORTED, "back-reference" },
		{ "regex:((((a{200}){200}){200}){200})", ERR_RANGE, "repeats too much" },
		{ "regex:a{1,30000}", ERR_RANGE, "repeats too much" },
		{ "regex:a{99999999999999999999}", ERR_RANGE, "repeats too much" },
		{ "regex:(((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)", ERR_RANGE, "repeats too much" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena arena;
		arena_init(&arena, memory, sizeof memory, 0);
		struct http_locator locator;
		struct err_at at = { 0 };
		cr_expect(http_locator_compile(rows[i].text, "success", &arena, &locator, &at) == rows[i].want, "%s",
			  rows[i].text);
		cr_expect_str_eq(at.field, "success");
		cr_expect(strstr(at.text, rows[i].want_words) != NULL, "%s: %s", rows[i].text, at.text);
	}
	struct arena arena;
	arena_init(&arena, memory, sizeof memory, 0);
	char longest[300];
	memset(longest, 'a', sizeof longest - 1);
	memcpy(longest, "regex:", 6);
	longest[sizeof longest - 1] = '\0';
	struct http_locator locator;
	cr_expect_eq(http_locator_compile(longest, "f", &arena, &locator, NULL), ERR_RANGE);
	/* An escaped backslash before a digit is no back-reference. */
	cr_expect_eq(http_locator_compile("regex:\\\\1", "f", &arena, &locator, NULL), ERR_OK);
	http_locator_fini(&locator);
	/* So is a modest repetition, an escaped one, and an open brace is regcomp's to refuse. */
	cr_expect_eq(http_locator_compile("regex:^[a-z]+ [0-9]{1,20} (x+)\\{9999\\}$", "f", &arena, &locator, NULL),
		     ERR_OK);
	http_locator_fini(&locator);
	cr_expect_eq(http_locator_compile("regex:a{1", "f", &arena, &locator, NULL), ERR_FORMAT);
	cr_expect_eq(http_locator_compile("", "f", &arena, &locator, NULL), ERR_OK);
	cr_expect_eq(locator.kind, HTTP_LOCATOR_NONE);
	cr_expect_eq(http_locator_compile("{id}", "f", &arena, &locator, NULL), ERR_OK);
	cr_expect_eq(locator.kind, HTTP_LOCATOR_OWN_ID);
}
