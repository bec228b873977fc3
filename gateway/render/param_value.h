/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/civil.h"
#include "render/template.h"

/* One parameter's value after its check: taken apart, so that writing it in any format needs no further look. */
struct param_value {
	struct slice text;     /* text: cleaned; enum: the choice's words; numbers: digits before the point */
	struct slice fraction; /* numbers: digits behind the point */
	struct civil civil;    /* dates and times, in the service's zone */
	bool is_negative;      /* numbers other than zero */
	bool is_seen;          /* the alert names the parameter */
	bool is_given;         /* … and it is not empty */
	bool is_truthy;        /* shows {{#sections}}: given, and not the word “false” */
};

/* Checks a value against its parameter.
 * text: as the alert has it; blanks and newlines at its ends are dropped, and an empty rest is “not given”. In texts,
 * control and invisible characters are dropped, tabs and (unless multiline) newlines become one blank, and 【】 become
 * 〔〕, since they are kept for the signature. zone: NULL = UTC. arena: used only for texts that had to be cleaned.
 * out: is_seen is left alone; set on success only, borrows from text, param and arena.
 * ERR_FORMAT, ERR_RANGE, ERR_FULL with the problem noted. */
MUST_CHECK enum err param_value_parse(const struct template_param *param, struct slice text, const struct zone *zone,
				      struct arena *arena, struct param_value *out, struct template_problem *problem);

/* text without the blanks and newlines at its ends, as values are taken; borrowed from text. */
struct slice param_value_trim(struct slice text);
