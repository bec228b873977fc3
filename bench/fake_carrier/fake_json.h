/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* JSON written front to back into a buffer. Commas come by themselves. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fake_buffer.h"

/* Open or close an object or array: `mark` is one of { } [ ]. */
void fake_json_mark(struct fake_buffer *json, char mark);

/* Begin a member: the comma if one is due, and `"name":`. `name` needs no escapes. */
void fake_json_name(struct fake_buffer *json, const char *name);

/* A string of `len` octets of UTF-8, escaped; also an array's element. */
void fake_json_string(struct fake_buffer *json, const char *text, size_t len);

/* A number, a number with `decimals` (0 to 6) decimals, null, or true and false. */
void fake_json_uint(struct fake_buffer *json, uint64_t value);
void fake_json_fixed(struct fake_buffer *json, double value, int decimals);
void fake_json_millis(struct fake_buffer *json, int64_t value_us); /* microseconds, written as milliseconds with 3 decimals */
void fake_json_null(struct fake_buffer *json);
void fake_json_bool(struct fake_buffer *json, bool value);

/* A whole member: name and value. The text of fake_json_member is NUL-terminated. */
void fake_json_member(struct fake_buffer *json, const char *name, const char *text);
void fake_json_member_uint(struct fake_buffer *json, const char *name, uint64_t value);
void fake_json_member_bool(struct fake_buffer *json, const char *name, bool value);
