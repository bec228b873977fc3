/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/list.h"
#include "loop/loop.h"

/* Work that takes its time (waits for a server, computes for long) is done on threads of libuv's pool, a few pieces at once, and its end
 * is told in the loop's thread. What comes while as many as allowed are under way waits in order. */

/* One piece: the caller's memory until done. */
struct loop_work {
	/* In a thread of the pool: touches nothing that the loop's thread does meanwhile. */
	void (*run)(struct loop_work *work);
	/* In the loop's thread, once. has_run: false where it was called off before it began. */
	void (*done)(struct loop_work *work, bool has_run);
	struct loop_works *works; /* theirs from here on */
	struct list link;
	uv_work_t uv;
};

struct loop_works;

/* at_once: pieces that run at a time, at least 1. waiting_max: that wait at most. loop: borrowed until loop_works_destroy. NULL
 * where there is no memory. */
struct loop_works *loop_works_create(struct loop *loop, unsigned at_once, unsigned waiting_max);

/* Begins it, now or later. False where too many wait: then done does not come. */
MUST_CHECK bool loop_works_put(struct loop_works *works, struct loop_work *work);

/* Pieces that run or wait. */
unsigned loop_works_count(const struct loop_works *works);

/* Calls off what has not begun, waits for the rest (turning the loop's sockets meanwhile), tells all of it, and frees it. After
 * loop_run has returned, or before it runs. NULL is fine. */
void loop_works_destroy(struct loop_works *works);
