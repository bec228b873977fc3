/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/json_tree.h"
#include "base/slice.h"

#include <regex.h>

/* Where in an answer something stands: a JSON pointer (RFC 6901) or a regular expression. */

#define HTTP_REGEX_BODY_MAX 4096 /* octets of a body that a regular expression looks at */

enum http_locator_kind { HTTP_LOCATOR_NONE, HTTP_LOCATOR_POINTER, HTTP_LOCATOR_REGEX, HTTP_LOCATOR_OWN_ID };

struct http_locator {
	enum http_locator_kind kind;
	const struct slice *tokens; /* of a pointer, unescaped, each with a NUL behind it */
	unsigned token_count;
	regex_t *regex;
};

/* Compiles what was written in field; NULL gives HTTP_LOCATOR_NONE. Back-references are refused: they can take
 * exponential time. out: set on success only; http_locator_fini frees what regcomp took. ERR_FORMAT, ERR_FULL, ERR_MEMORY. */
MUST_CHECK enum err http_locator_compile(const char *text, const char *field, struct arena *arena,
					 struct http_locator *out, struct err_at *at);

void http_locator_fini(struct http_locator *locator);

/* What a locator found. */
struct http_found {
	bool is_there;
	bool is_blind;     /* there was no memory to look: it may be there */
	struct slice text; /* a string, number or bool as text; empty of an array or object */
};

/* Looks in json (may be NULL) or body. found: text is borrowed from these. Null counts as not being there, and so does
 * what stands twice in its object. */
void http_locator_find(const struct http_locator *locator, const struct json_node *json, struct slice body,
		       struct http_found *found);

/* The JSON value that a pointer names; NULL where there is none. */
const struct json_node *http_locator_value(const struct http_locator *locator, const struct json_node *json);
