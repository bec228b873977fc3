/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

#include <stdint.h>

/* A strict scanner over one JSON text (RFC 8259), pulled value by value: no tree, one pass, in place. Stricter than the
 * RFC asks: U+0000 is refused, and so is nesting deeper than JSON_SCAN_DEPTH_MAX. Numbers keep their digits as text, so
 * their size has no limit here. Whether a key comes twice is for the caller to see: it knows the keys. */

#define JSON_SCAN_DEPTH_MAX 16

enum json_scan_type {
	JSON_SCAN_STRING,
	JSON_SCAN_NUMBER,
	JSON_SCAN_TRUE,
	JSON_SCAN_FALSE,
	JSON_SCAN_NULL,
	JSON_SCAN_OBJECT,
	JSON_SCAN_ARRAY,
	JSON_SCAN_TYPE_COUNT
};

/* A type in a sentence (“an array”). Static storage. */
const char *json_scan_type_name(enum json_scan_type type);

/* A value, or the opening of an object or array. */
struct json_scan_value {
	enum json_scan_type type;
	struct slice text; /* string: unescaped; number: as written; else absent */
	size_t offset;     /* of its first octet in the JSON text */
};

struct json_scan {
	struct slice json;
	size_t used;
	struct arena *arena;
	struct err_at *at;
	unsigned depth;    /* containers open */
	uint32_t is_array; /* a bit per open container, the innermost lowest */
	bool is_first;     /* nothing read yet of the innermost container */
};

/* Starts over json. All is borrowed while the scanner and the values it gave are used. arena: takes the strings that
 * have escapes. at: may be NULL. */
void json_scan_init(struct json_scan *scan, struct slice json, struct arena *arena, struct err_at *at);

/* Reads the next value, or opens the next object or array: its members are then read until json_scan_next says no.
 * out: set on success only; strings are borrowed from the JSON text, or from the arena where they had escapes.
 * ERR_FORMAT: malformed; ERR_RANGE: nested too deep; ERR_FULL: no room in the arena. */
MUST_CHECK enum err json_scan_value(struct json_scan *scan, struct json_scan_value *out);

/* Inside an object or array: sets *more, and where it is true stands before the next value (of an object: key is set
 * and its colon passed); where it is false the container is closed.
 * key: for an object only, text and offset are set; NULL in an array. Errors as json_scan_value. */
MUST_CHECK enum err json_scan_next(struct json_scan *scan, bool *more, struct json_scan_value *key);

/* After the outermost value: nothing but blanks may follow. ERR_FORMAT otherwise. */
MUST_CHECK enum err json_scan_end(struct json_scan *scan);
