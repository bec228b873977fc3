/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "explorer/explorer_world.h"

/* What must be true of the queue, counted by the explorer itself. */

/* The script that looks at the queue behind each step. */
extern const char explorer_check_text[];

/* Adds the look behind the commands of a step. */
void explorer_check_write(struct explorer_world *world);

/* Takes its answer: fails the run where something is wrong, and keeps what it saw. */
void explorer_check_take(struct explorer_world *world, const redisReply *reply);

/* After all has come to rest: each entry has ended exactly once, and nothing is left over. */
void explorer_check_end(struct explorer_world *world);
