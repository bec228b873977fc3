/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "encode/segmenter.h"
#include "proof/proof.h"

/* A text as a gateway would send it, and what it counts. */
struct proof_text {
	struct slice text; /* in the arena */
	struct segmenter_count count;
	struct template_problem problem; /* where it cannot be rendered */
};

/* Renders and counts. alert: its tenant chooses the signature. arena: takes text and segments. out: set. False where it cannot be
 * rendered, with the problem. */
bool proof_render(const struct template *template, const struct proof_rules *rules, const struct alert *alert,
		  struct arena *arena, struct proof_text *out);
