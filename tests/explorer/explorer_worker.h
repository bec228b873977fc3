/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "explorer/explorer_world.h"

/* A worker that does what store and pipeline do, one call after the other. What it would do next is a list; the first is
 * usual. A step's commands are written, and its answer is taken or lost. */

/* The steps that are open to it, the usual one first; out: STEP_COUNT. Returns how many. */
unsigned explorer_worker_steps(const struct explorer_world *world, const struct explorer_worker *worker,
			       enum explorer_step *out);

/* True where it may sign off: what it has, if anything, is not begun. */
bool explorer_worker_may_leave(const struct explorer_worker *worker);

/* False for what happens in the worker, or between it and the carrier, without Redis. */
bool explorer_step_asks_redis(enum explorer_step step);
const char *explorer_step_name(enum explorer_step step);

/* What a step does without Redis: all of it, or what comes before its commands. */
void explorer_worker_prepare(struct explorer_world *world, struct explorer_worker *worker, enum explorer_step step);

/* Writes its commands. */
void explorer_worker_write(struct explorer_world *world, struct explorer_worker *worker, enum explorer_step step);

/* Its answer came: the last of its replies is what counts. */
void explorer_worker_take(struct explorer_world *world, struct explorer_worker *worker, enum explorer_step step,
			  const redisReply *reply);

/* Its connection broke before the answer. */
void explorer_worker_lose(struct explorer_worker *worker, enum explorer_step step);

/* All its connections broke, while nothing was under way. */
void explorer_worker_disconnect(struct explorer_worker *worker);

/* kill -9. */
void explorer_worker_die(struct explorer_worker *worker);

/* Others took it for dead (it learns of it by FENCED). */
void explorer_worker_fenced(struct explorer_world *world, struct explorer_worker *worker);

/* It begins to take over from a consumer: the next step fences that one. */
void explorer_worker_adopts(struct explorer_worker *worker, const char *orphan);

/* The carrier's answer to a copy that was given up comes after all. */
void explorer_worker_late(struct explorer_world *world, struct explorer_worker *worker, struct explorer_record *record);

/* The item that has an entry of a record in memory, or NULL. */
struct explorer_item *explorer_worker_item(struct explorer_worker *worker, const struct explorer_record *record);

/* The lane that its next look is on. */
unsigned explorer_worker_look_lane(const struct explorer_worker *worker);

/* explorer_settle.c: the commands of RECEIPTS, SETTLE and LATE. */
void explorer_settle_write(struct explorer_world *world, const struct explorer_worker *worker, enum explorer_step step);

/* explorer_entry.c: entries that a reply brought go to the worker. reclaimed: others had them, or it had. Returns how
 * many it did not have. */
unsigned explorer_deliver(struct explorer_world *world, struct explorer_worker *worker, enum lane lane,
			  const redisReply *entries, bool reclaimed);
