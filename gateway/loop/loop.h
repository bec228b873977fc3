/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/list.h"

#include <stdbool.h>
#include <uv.h>

/* One thread's event loop. Its members take part in every turn: after the sockets were read, each member's turn runs,
 * then one timer is set for the earliest of their deadlines. The clock is read once a turn. */

struct loop;

struct loop_member {
	/* Time passed, sockets were read. Runs at least once a turn, in the order of loop_add. */
	void (*turn)(void *ctx, struct now now);
	/* When turn must run next at the latest (monotonic); INT64_MAX = only when something happens. */
	mono_us (*next_deadline)(void *ctx);
	void *ctx;
	struct list link; /* the loop's, as is loop */
	struct loop *loop;
};

/* Makes a loop; NULL where the system gives none (out of memory or file descriptors). */
struct loop *loop_create(void);

/* Frees it; every handle on it must be closed. CHECKs that. */
void loop_destroy(struct loop *loop);

/* Runs turns until loop_stop was called. */
void loop_run(struct loop *loop);

/* From any thread, while loop_run runs: ends it with the turn under way. A call that comes before is not kept. */
void loop_stop(struct loop *loop);

/* From any thread: calls on_wake (given at loop_on_wake) in the loop's thread. Calls may merge. */
void loop_wake(struct loop *loop);
void loop_on_wake(struct loop *loop, void (*on_wake)(void *ctx), void *ctx);

/* Adds a member; borrowed until loop_remove. */
void loop_add(struct loop *loop, struct loop_member *member);
void loop_remove(struct loop_member *member);

/* Makes the turn that follows come without waiting for a socket. For drivers whose upcalls come from libuv's timers,
 * which run before it polls. */
void loop_turn_soon(struct loop *loop);

/* The time of this turn. */
struct now loop_now(struct loop *loop);

/* The monotonic time as of now, for the few things that may not be late by a turn's length. */
mono_us loop_fresh(void);

/* Time from when sockets were ready to the end of the turn, the longest since last asked, in µs. */
mono_us loop_take_longest_turn(struct loop *loop);

/* The libuv loop, for drivers of this rank and above that bring handles of their own. */
uv_loop_t *loop_uv(struct loop *loop);
