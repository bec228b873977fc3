/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "model/country.h"
#include "model/outcome.h"
#include "wire/http/http_code.h"
#include "wire/http/http_locator.h"
#include "wire/http/http_mapping.h"
#include "wire/http/http_template.h"

/* A compiled description, as the files of this room see it. */

#define HTTP_LINES_MAX  64
#define HTTP_RANGES_MAX 8

enum http_auth { HTTP_AUTH_NONE, HTTP_AUTH_BASIC, HTTP_AUTH_BEARER, HTTP_AUTH_HMAC, HTTP_AUTH_ACS3, HTTP_AUTH_TC3 };

/* A header, or a pair of query or form. */
struct http_line {
	struct slice name; /* of a pair: percent-encoded */
	struct http_template value;
};

struct http_line_list {
	const struct http_line *rows;
	unsigned count;
};

struct http_account {
	/* All that the account has lies in one block, which begins with this struct and is wiped as a whole; but for
	 * what regcomp took. */
	size_t block_octets;
	struct arena arena;

	const char *method; /* static */
	struct slice origin;
	struct slice host; /* with the port, as it stands in the URL */
	struct slice label;
	struct http_template path;
	struct http_line_list query;
	struct http_line_list form;
	struct http_line_list headers;
	struct http_template json; /* no pieces: there is none */
	const char *content_type;  /* NULL: no body, or the headers have their own */
	struct slice idempotency_header;
	struct slice authorization; /* the whole line, of basic and bearer */

	enum http_auth auth;
	struct slice username;
	struct slice password;
	struct slice token;
	struct slice account;
	struct slice region;
	struct slice service;
	struct slice source;
	const struct country *country;
	bool is_sha1;
	bool is_base64;
	bool signs_body; /* hmac_signs is “{body}” */
	struct http_template signs;

	unsigned batch_max;
	uint32_t validity_min_s;
	uint32_t validity_max_s; /* 0 = none */
	struct http_mappings mappings;
	uint64_t uses;      /* values said once in a request (http_template_uses) */
	uint64_t uses_each; /* values said of each message */

	struct http_range {
		unsigned from;
		unsigned to;
	} success_status[HTTP_RANGES_MAX];
	unsigned success_status_count;
	struct http_locator success;
	struct slice success_is; /* .at NULL: anything */
	struct http_locator message_id;
	bool is_id_of_request;
	struct http_locator error_code;
	struct http_locator error_text;
	struct http_locator request_code;
	struct http_locator request_text;
	struct http_locator answers;
	bool are_parts;
	struct http_locator answer_to;
	bool reads_json; /* some locator is a pointer */
	struct http_codes codes;
};
