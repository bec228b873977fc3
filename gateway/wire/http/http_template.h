/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "wire/http/http_escape.h"

#include <stdint.h>

/* Text with placeholders, compiled to pieces. */

enum http_value {
#define VALUE(name, written, where, kind) HTTP_VALUE_##name,
#include "wire/http/http_values.def"
#undef VALUE
	HTTP_VALUE_COUNT,
	HTTP_VALUE_PARAM = HTTP_VALUE_COUNT, /* {param.NAME} */
	HTTP_VALUE_LITERAL,
	HTTP_VALUE_EACH, /* {each}: the pieces behind it, up to reach, are there once for each message */
};

/* Where a template stands. */
enum http_place {
	HTTP_PLACE_PATH,   /* of the URL: what is literal stays as it is */
	HTTP_PLACE_PAIR,   /* a value of query or form: what is literal is percent-encoded as well */
	HTTP_PLACE_HEADER, /* a header's value */
	HTTP_PLACE_JSON,
	HTTP_PLACE_SIGNED, /* what an HMAC is made over */
};

struct http_piece {
	uint8_t value;  /* enum http_value */
	uint8_t escape; /* enum http_escape */
	bool is_bare;   /* stands for a JSON value */
	bool has_condition;
	uint16_t reach;         /* of HTTP_VALUE_EACH: pieces that are repeated */
	struct slice text;      /* literal, or the name of a parameter */
	struct slice yes;       /* of a condition, escaped already */
	struct slice otherwise; /* the same */
};

struct http_template {
	const struct http_piece *pieces;
	unsigned count;
};

/* Compiles text, which stands in field, for a place. arena: owns the pieces and all of their text.
 * out: set on success only. ERR_NOT_FOUND: no such placeholder, or not here; ERR_FORMAT; ERR_FULL: the arena is. */
MUST_CHECK enum err http_template_compile(struct slice text, enum http_place place, const char *field,
					  struct arena *arena, struct http_template *out, struct err_at *at);

/* A bit for each value that a template has outside of {each} (1 << enum http_value), or, with within, inside of it. */
uint64_t http_template_uses(const struct http_template *template, bool within);

/* True where a value is a number. */
bool http_value_is_number(enum http_value value);
