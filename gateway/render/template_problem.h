/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

/* What can be wrong with a template or with the parameters that it is given, as data: the sentence is made when someone
 * reads it, in English (logs, dead letters) or in Chinese (staff). */

enum template_tongue { TEMPLATE_TONGUE_EN, TEMPLATE_TONGUE_ZH, TEMPLATE_TONGUE_COUNT };

enum template_problem_kind {
	PROBLEM_NONE = 0,
#define PROBLEM(name, err, english, chinese) PROBLEM_##name,
#include "render/problem_defs.def"
#undef PROBLEM
	PROBLEM_COUNT
};

#define TEMPLATE_PROBLEM_ARGS       4
#define TEMPLATE_PROBLEM_ARG_OCTETS 72

/* One problem. Zero-initialise before use; the first one noted stays. */
struct template_problem {
	enum template_problem_kind kind; /* PROBLEM_NONE = all is well */
	size_t offset;                   /* octets from the start of the file; 0 with values */
	unsigned line;                   /* 1-based; 0 with values */
	unsigned column;                 /* 1-based, in octets; 0 with values */
	char field[64];                  /* parameter or header key; "" = none */
	char args[TEMPLATE_PROBLEM_ARGS][TEMPLATE_PROBLEM_ARG_OCTETS];
};

/* Room that every sentence fits in, its NUL included. */
#define TEMPLATE_PROBLEM_SENTENCE_OCTETS 512

/* Notes a problem unless one is there already; returns its enum err, so that callers can return the call itself.
 * problem: may be NULL. arg_count: 0–TEMPLATE_PROBLEM_ARGS. field and args: absent slices stand for “none”; longer ones
 * are cut at a character. */
enum err template_problem_set(struct template_problem *problem, enum template_problem_kind kind, struct slice field,
			      const struct slice args[], unsigned arg_count);

/* The enum err that a kind stands for; ERR_OK for PROBLEM_NONE and for warnings. */
enum err template_problem_err(enum template_problem_kind kind);

/* Writes the sentence without a full stop, NUL-terminated, cut at a character where cap is short.
 * out: cap octets, cap >= 1. Returns the length without the NUL; 0 for PROBLEM_NONE. */
size_t template_problem_sentence(const struct template_problem *problem, enum template_tongue tongue, char *out,
				 size_t cap);

/* Copies a problem (English) into an err_at; nothing for PROBLEM_NONE. at: may be NULL. Returns the enum err. */
enum err template_problem_export(const struct template_problem *problem, struct err_at *at);
