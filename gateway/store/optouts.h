/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/redis_ask.h"

/* The opt-out list, for the command line: numbers in international form without “+”, each with a JSON object that says since when
 * and why. Texts that come out are borrowed until the next run of the connection. Errors as redis_ask_run has them. */

/* Puts a number on the list. was_on: it was there already, and keeps its why. */
MUST_CHECK enum err optouts_add(struct redis_ask *ask, struct slice number, struct slice why, bool *was_on,
				struct err_at *at);

#define OPTOUTS_BATCH 500

/* Puts count 1…OPTOUTS_BATCH numbers on the list, for one and the same reason. added: how many were not there before; the others
 * keep their why. */
MUST_CHECK enum err optouts_add_many(struct redis_ask *ask, const struct slice *numbers, unsigned count,
				     struct slice why, uint64_t *added, struct err_at *at);

/* Takes it off the list. was_on: it was there. */
MUST_CHECK enum err optouts_remove(struct redis_ask *ask, struct slice number, bool *was_on, struct err_at *at);

/* Why it is on the list; absent where it is not. */
MUST_CHECK enum err optouts_find(struct redis_ask *ask, struct slice number, struct slice *why, struct err_at *at);

/* A walk through the list. Zero-initialise it. */
struct optouts_walk {
	char cursor[24];
	bool is_over;
};

/* The next step of the walk: about 500 numbers, in no order. One that is there all the while is told once, rarely twice. */
MUST_CHECK enum err optouts_step(struct redis_ask *ask, struct optouts_walk *walk,
				 void (*visit)(void *ctx, struct slice number, struct slice why), void *ctx,
				 struct err_at *at);
