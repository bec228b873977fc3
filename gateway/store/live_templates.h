/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/redis_ask.h"

/* The templates that are published, in Redis: what all gateways send. A counter, the turn, moves with each change. */

/* The turn of what is there; 0 = nothing was ever published. */
MUST_CHECK enum err live_templates_turn(struct redis_ask *ask, uint64_t *out, struct err_at *at);

struct live_template {
	struct slice name;
	struct slice document; /* JSON: a version's number and texts, or a test's text */
	bool is_test;          /* a draft's text under a name of its own, of use for some minutes */
};

/* Everything, as it is at one instant, and its turn. visit: called for each; slices are borrowed until it returns. ERR_FORMAT also where
 * Redis' answer has another form. */
MUST_CHECK enum err live_templates_read(struct redis_ask *ask, uint64_t *turn,
					void (*visit)(void *ctx, const struct live_template *template), void *ctx,
					struct err_at *at);

/* One template to begin with. Slices are borrowed for the call. */
struct live_template_first {
	struct slice name;
	struct slice document; /* for gateways: its number (1) and texts */
	struct slice version;  /* the same as its first version, for the record */
};

/* Publishes what there is to begin with, all of it or, where anything was ever published, nothing. is_done: set on success only; whether it
 * was this call that did it. */
MUST_CHECK enum err live_templates_fill(struct redis_ask *ask, const struct live_template_first *templates,
					unsigned count, bool *is_done, struct err_at *at);
