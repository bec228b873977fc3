/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/redis_ask.h"

/* Texts that nobody has published, under names of their own, so that a gateway can send one of them as a test: each is there for some
 * minutes. Errors as redis_ask_run has them. */

#define TEMPLATE_TEST_LIFE_MS 600000

/* Puts one in place, and makes the turn of the templates go on, so that gateways load it. name: “test.…”. document: JSON. turn: the one with
 * which they have it; set on success only. */
MUST_CHECK enum err template_tests_put(struct redis_ask *ask, struct slice name, struct slice document, uint64_t *turn,
				       struct err_at *at);

/* Takes those away of which is_over says so. Gateways see it with the next turn. */
MUST_CHECK enum err template_tests_sweep(struct redis_ask *ask, bool (*is_over)(void *ctx, struct slice document),
					 void *ctx, struct err_at *at);
