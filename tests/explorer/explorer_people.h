/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "explorer/explorer_world.h"

/* Who acts on the queue from outside: the producer, and somebody with the gateway's commands. */

/* Writes the commands that make the streams and add what is there at the start. */
void explorer_producer_start(struct explorer_world *world);

/* The next entry that is added at some time; NULL where there is none. */
struct explorer_record *explorer_producer_next(struct explorer_world *world);

/* Writes the command that adds an entry. */
void explorer_producer_write(struct explorer_world *world, struct explorer_record *record);

/* True where a command of the scenario is to be run, or is under way. */
bool explorer_human_has_act(const struct explorer_world *world);
const char *explorer_human_name(const struct explorer_world *world);

/* Writes its next call to Redis, and takes the answer. */
void explorer_human_write(struct explorer_world *world);
void explorer_human_take(struct explorer_world *world, const redisReply *reply);

/* The command was killed, or lost its connection: it is said again. */
void explorer_human_lose(struct explorer_world *world);
