/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/rng.h"
#include "sim/sim_ledger.h"

#include <stdbool.h>

/* Accounts that permit so many links, in some of the worlds: all workers share them. What the product promises:
 *
 * - At no moment there are more links than an account permits; only a worker that stands still for so long that it can't end its
 *   own in time breaks that, until it goes on.
 * - When nothing goes wrong any more, all of them are used, and each worker has its share. */

struct sim_world;
struct sim_worker;

struct sim_bind {
	bool is_on;
	struct rng rng;    /* of its own: the other worlds stay as they are */
	unsigned binds[2]; /* of each account */
	mono_us late_until
		[SIM_WORKERS_MAX]; /* a worker that stood still for too long has links that are others' by now */
};

/* Decides whether the seed's world shares links, and how many. Its workers are taken for dead as late as the service does it, since
 * how long links hold does not change with the world. */
void sim_bind_init(struct sim_world *world);

/* Links of an account over all workers are no more than it permits. */
void sim_bind_check(struct sim_world *world);

/* True where all workers go on, and reach the queue. */
bool sim_bind_may_be_shared(const struct sim_world *world);

/* True when all links are used, and each worker has its share. */
bool sim_bind_is_shared(const struct sim_world *world);
