/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "render/template_node.h"

/* A template while it is being compiled: fixed tables that its readers fill, and the place where problems are noted. */

#define TEMPLATE_NODES_MAX 1024

struct template_draft {
	struct slice original; /* the file as given; borrowed */
	struct slice source;   /* the same without BOM and with LF line ends; all slices below point into it */
	struct slice text_part;

	struct template_header header;
	bool has_class;
	struct template_param params[TEMPLATE_PARAMS_MAX];
	struct template_choice choices[TEMPLATE_CHOICES_MAX];
	unsigned choice_count;
	struct template_node nodes[TEMPLATE_NODES_MAX];
	unsigned node_count;

	struct template_problem *problem;   /* may be NULL */
	struct template_warnings *warnings; /* may be NULL */
};

/* Notes an error at a place in draft->source, with up to four arguments; absent ones are {NULL, 0}. Returns its enum
 * err. */
enum err template_draft_fail(struct template_draft *draft, enum template_problem_kind kind, const char *at,
			     struct slice field, const struct slice args[], unsigned arg_count);

/* The same without arguments, and with one. */
enum err template_draft_fail_bare(struct template_draft *draft, enum template_problem_kind kind, const char *at);
enum err template_draft_fail_one(struct template_draft *draft, enum template_problem_kind kind, const char *at,
				 struct slice arg);
enum err template_draft_fail_number(struct template_draft *draft, enum template_problem_kind kind, const char *at,
				    unsigned number);

/* Notes a warning at a place in draft->source. field, arg: absent = none. */
void template_draft_warn(struct template_draft *draft, enum template_problem_kind kind, const char *at,
			 struct slice field, struct slice arg);

/* 1-based line of a place in draft->source. */
unsigned template_draft_line(const struct template_draft *draft, const char *at);

/* text without blanks, tabs and U+3000 at its ends (with_newlines: and newlines). */
struct slice template_draft_trim(struct slice text, bool with_newlines);
