/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "console/console_inner.h"
#include "staff/template_check.h"

/* The rules that all texts are held against before they are published. */

struct console_proof;

/* Of the options, which are borrowed. NULL where there is no memory: at says so. */
struct console_proof *console_proof_create(const struct console_options *options, struct err_at *at);

/* NULL is fine. */
void console_proof_destroy(struct console_proof *proof);

/* Borrowed for the console's life. */
const struct template_rules *console_proof_rules(const struct console *console);

/* The categories of forbidden words: an array of texts, owned. */
json_t *console_proof_categories(const struct console *console);

/* Whether a text could be sent as a test; where not, the call is refused. */
bool console_proof_admits(struct console_call *call, const char *locale, const char *source);
