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
