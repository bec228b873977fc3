/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "render/template.h"

/* The table of parameter types, and looking parameters up by name. */

struct template_type_row {
	const char *name;
	const char *chinese;
	const char *example;     /* a valid value, for error messages and as the default sample */
	uint16_t length_default; /* characters */
	bool takes_max;
};

/* The row of a type; static storage. */
const struct template_type_row *template_param_type_row(enum template_type type);

/* The type of a word, English or Chinese. False where there is none; nearest is then the nearest known word or NULL. */
bool template_param_type_parse(struct slice word, enum template_type *out, const char **nearest);

#define TEMPLATE_PARAM_NONE UINT32_MAX

/* Index of the parameter of that name, TEMPLATE_PARAM_NONE where there is none. hint: where to look first. */
unsigned template_param_find(const struct template_param *params, unsigned count, struct slice name, unsigned hint);

/* The parameter name (or, with_labels, name or label) nearest to word; borrowed; absent where none is near. */
struct slice template_param_nearest(const struct template_param *params, unsigned count, struct slice word,
				    bool with_labels);

/* True where text may name a parameter: 1–64 octets of UTF-8; ASCII letters, digits, “_”, “-” and anything beyond ASCII
 * but blanks, invisible characters and full-width punctuation; no digit or “-” first. */
bool template_param_name_ok(struct slice text);
