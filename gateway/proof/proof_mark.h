/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/slice.h"
#include "render/template_problem.h"

#include <stdint.h>

/* What an editor marks in a template's source, and how it can be mended. */

enum proof_severity { PROOF_ERROR, PROOF_WARNING, PROOF_COST, PROOF_SEVERITY_COUNT };

#define PROOF_MARKS_MAX 128
#define PROOF_FIXES_MAX 2

/* Replaces what stands from … to in the source. */
struct proof_fix {
	struct slice title[TEMPLATE_TONGUE_COUNT];
	uint32_t from; /* UTF-16 units from the start of the source */
	uint32_t to;
	struct slice insert; /* empty = take away */
};

/* One mark. Texts lie in the arena that the proof was given, or in the source. */
struct proof_mark {
	uint32_t from; /* UTF-16 units from the start of the source as given, BOM and CR counted */
	uint32_t to;
	unsigned line;     /* 1-based, of from */
	bool is_compilers; /* template_compile_report says it too */
	enum proof_severity severity;
	const char *kind;      /* “unknown_parameter”; static storage */
	struct slice category; /* of a forbidden word; absent for all others */
	struct slice locale;   /* of the variant */
	struct slice message[TEMPLATE_TONGUE_COUNT];
	struct proof_fix fixes[PROOF_FIXES_MAX];
	unsigned fix_count;
};

/* Marks in the order of their places within each variant. Zero-initialise before use. */
struct proof_marks {
	struct proof_mark *items; /* count of them, in the arena */
	unsigned count;
	unsigned error_count;
	bool more; /* there were more than PROOF_MARKS_MAX */
};

/* Name of a severity (“error”). Static storage. */
const char *proof_severity_name(enum proof_severity severity);

/* Writes the marks as an array of JSON. with_locale: each names its variant. */
void proof_marks_write(const struct proof_marks *marks, bool with_locale, struct buf *out);
