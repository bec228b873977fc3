/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "render/param_value.h"
#include "render/template.h"

/* How values are written: {{date}} in the type's own way, {{date:年月日}} in a named one. */

/* Index into the table of formats; 0 is the type's own. */
typedef uint8_t value_format;

/* The format of a word, Chinese or English, for a type.
 * nearest: the nearest word of that type or NULL, set where the answer is false. */
bool value_format_parse(enum template_type type, struct slice word, value_format *out, const char **nearest);

/* Writes the words that a type allows, in Chinese and English, comma-separated; nothing where it has none. */
void value_format_list(enum template_type type, struct buf *out);

/* Octets that the value takes at most in any format. */
size_t value_format_room(enum template_type type, const struct param_value *value);

/* Appends the value. tongue: language of dates. A value that is not given writes nothing. */
void value_format_write(enum template_type type, value_format format, enum template_tongue tongue,
			const struct param_value *value, struct buf *out);
