/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "render/catalogue.h"
#include "store/redis_ask.h"

/* The published templates as gateways use them: read from Redis, compiled, ready to send. */

/* Takes each thing that is wrong, as a line for people. */
typedef void live_catalogue_on_problem(void *ctx, const char *line);

struct live_catalogue {
	struct catalogue *catalogue; /* frozen; held by whoever asked */
	uint64_t turn;
	unsigned broken; /* names whose published version can't be used */
};

/* Reads everything that is published. What is in before (may be NULL) in the same version is shared with it. A version that can't be
 * used is told, and what before has under that name goes on; where it has nothing, there is no such template.
 * locale: the default one. out: set on success only. ERR_NOT_FOUND: nothing was ever published. Other errors as redis_ask_run has
 * them, and ERR_MEMORY. */
MUST_CHECK enum err live_catalogue_load(struct redis_ask *ask, const char *locale, const struct catalogue *before,
					live_catalogue_on_problem *on_problem, void *ctx, struct live_catalogue *out,
					struct err_at *at);

/* One variant of a template to begin with. Borrowed for the call. */
struct live_source {
	struct slice name;
	struct slice locale; /* absent = zh-CN */
	struct slice source;
};

/* Publishes these as the first versions of all templates, where nothing was ever published. They have been compiled before.
 * is_done: set on success only; whether it was this call that did it. */
MUST_CHECK enum err live_catalogue_fill(struct redis_ask *ask, const struct live_source *sources, unsigned count,
					bool *is_done, struct err_at *at);
