/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "console/console_inner.h"
#include "proof/proof.h"
#include "staff/template_check.h"

/* The rules that all texts are held against, and what room proof says of one. */

/* Borrowed for the console's life; any thread. */
const struct template_rules *console_proof_rules(const struct console *console);
const struct proof_rules *console_proof_reading(const struct console *console);

/* The categories of forbidden words: an array of texts, owned. */
json_t *console_proof_categories(const struct console *console);

/* Whether a text could be sent as a test; where not, the call is refused with its marks. */
bool console_proof_admits(struct console_call *call, const char *locale, const char *source);

/* What is wrong with a draft, for a refusal: {"marks":{LOCALE:[…]}}; owned; NULL where there is no memory, or no draft. */
json_t *console_proof_marks(const struct console *console, const char *name, const json_t *draft);
