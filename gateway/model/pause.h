/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
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

#define PAUSE_WHO_MAX 64 /* octets */

/* What the queue keeps beside a pause. */
struct pause_note {
	wall_ms since;               /* 0 = not known */
	char who[PAUSE_WHO_MAX + 1]; /* NUL-terminated; "" = nobody is named */
};

struct pause_in_force {
	struct pause pause;
	struct pause_note note;
};

/* Reads “since_ms who”. What somebody else wrote in another form has no time; a longer name is cut at a character. */
struct pause_note pause_note_read(struct slice value);

/* Parses a pause. False where the kind is unknown, or the name is missing or too long. */
bool pause_parse(struct slice text, struct pause *out);

/* Writes a pause, NUL-terminated. out: PAUSE_TEXT_OCTETS. Returns the length. */
size_t pause_format(const struct pause *pause, char *out);
