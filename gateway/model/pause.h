/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdbool.h>

/* What an operator has paused, as the queue keeps it: “all”, “template:NAME”, “tenant:NAME” or “batch:NAME”. */
enum pause_kind { PAUSE_ALL, PAUSE_TEMPLATE, PAUSE_TENANT, PAUSE_BATCH, PAUSE_KIND_COUNT };

#define PAUSE_NAME_OCTETS 68 /* a name of 64 and a NUL */
#define PAUSE_TEXT_OCTETS 80 /* the whole text and a NUL */

struct pause {
	enum pause_kind kind;
	char name[PAUSE_NAME_OCTETS]; /* NUL-terminated; "" of PAUSE_ALL */
};

/* Parses a pause. False where the kind is unknown, or the name is missing or too long. */
bool pause_parse(struct slice text, struct pause *out);

/* Writes a pause, NUL-terminated. out: PAUSE_TEXT_OCTETS. Returns the length. */
size_t pause_format(const struct pause *pause, char *out);
