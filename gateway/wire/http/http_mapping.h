/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "wire/http/http_account.h"

/* Our templates by the provider's codes, for providers that send their own registered texts. */

struct http_mapped_param {
	struct slice theirs;
	struct slice ours;
};

struct http_mapping {
	struct slice name; /* ours */
	struct slice code; /* theirs */
	const struct http_mapped_param *params;
	unsigned param_count;
};

struct http_mappings {
	const struct http_mapping *rows;
	unsigned count;
};

/* Reads “name = CODE” and “name = CODE (param, theirs=ours)” lines; rows and text are copied into arena.
 * ERR_FORMAT, ERR_DUPLICATE, ERR_FULL. */
MUST_CHECK enum err http_mappings_read(struct http_lines lines, struct arena *arena, struct http_mappings *out,
				       struct err_at *at);

/* The row of a template of ours; NULL where it is not mapped. */
const struct http_mapping *http_mapping_find(const struct http_mappings *mappings, struct slice name);

/* A parameter of the message by our name; absent where the message has none such. */
struct slice http_message_param(const struct http_message *message, struct slice name);
