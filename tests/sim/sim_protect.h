/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/rng.h"
#include "policy/protection.h"

#include <stdbool.h>

/* The rules that protect recipients, in a third of the worlds: few numbers, texts that come again, customers who opt out,
 * a short night; and a judge of what was sent all the same. */

struct sim_alert;
struct sim_ledger;
struct sim_world;
struct sim_worker;
struct submit;

#define SIM_NUMBERS_MAX 160

struct sim_protect {
	bool is_on;
	struct rng rng; /* of its own: the other worlds stay as they are */
	struct protection_options options;
	unsigned numbers;
	mono_us opted_out_at[SIM_NUMBERS_MAX + 1]; /* by number; 0 = never */
	mono_us next_optout;
	uint64_t optouts;
};

/* Decides whether the seed's world has such rules, and which. */
void sim_protect_init(struct sim_world *world);

/* A producer's alert gets a number, a text, a class. */
void sim_protect_make(struct sim_world *world, struct sim_alert *alert);

/* Now and then somebody opts out. */
void sim_protect_step(struct sim_world *world);

/* Caps end, so that what waits for its place comes to its end; the workers that run are told as at a reload. */
void sim_protect_heal(struct sim_world *world);

/* A worker submits an alert: asked before its leave counts as used. has_arrived: a part of it was accepted before. */
void sim_protect_check_submit(struct sim_worker *worker, struct sim_alert *alert, bool has_arrived);

/* At the end: whoever was suppressed was suppressed rightly, and what was exempt is critical. */
void sim_protect_check_end(struct sim_world *world, const struct sim_alert *alert);
