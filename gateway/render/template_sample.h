/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/alert.h"
#include "render/template.h"

/* Alerts made from a template's own header, to see what it will look like before a customer does. */

enum template_sample {
	TEMPLATE_SAMPLE_SHORTEST, /* optional parameters absent, the others as short as allowed */
	TEMPLATE_SAMPLE_TYPICAL,  /* the header's samples, optional parameters present */
	TEMPLATE_SAMPLE_LONGEST,  /* every value as long as allowed */
	TEMPLATE_SAMPLE_COUNT
};

/* Name of a sample (“longest”). Static storage. */
const char *template_sample_name(enum template_sample which);

/* Fills an alert with template name, locale and parameters; `to` stays empty.
 * arena: takes values and params. out: set on success only; borrows from the arena and the template.
 * ERR_FULL where the arena has no room. */
MUST_CHECK enum err template_sample_alert(const struct template *template, enum template_sample which,
					  struct arena *arena, struct alert *out);
