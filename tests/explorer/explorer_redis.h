/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/scripts.h"

#include <hiredis/hiredis.h>

/* A private redis-server on a unix socket, with the scripts of the store, or with one of them spoilt. What goes wrong
 * here ends the program: it is the machine's fault, not the scripts'. */

struct explorer_redis;

/* Starts it. is_durable: with an append-only file, written at once. plant: NULL, or a fault from explorer_plants.h that
 * a script gets. Never NULL. */
struct explorer_redis *explorer_redis_start(bool is_durable);

/* Stops it and removes its folder. */
void explorer_redis_end(struct explorer_redis *redis);

/* SIGKILL and a start on what it had on disk; scripts are loaded anew. */
void explorer_redis_kill(struct explorer_redis *redis);

/* Loads a script in place of the store's own. */
void explorer_redis_load(struct explorer_redis *redis, enum script script, const char *text);

/* The store's own scripts again. */
void explorer_redis_load_own(struct explorer_redis *redis);

/* The SHA-1 of a script, and that of one of the explorer's own. */
const char *explorer_redis_sha(const struct explorer_redis *redis, enum script script);
const char *explorer_redis_load_check(struct explorer_redis *redis, const char *text);

/* Writes octets (whole commands) and reads so many replies. Free each reply. */
void explorer_redis_ask(struct explorer_redis *redis, const char *octets, size_t len, redisReply **replies,
			unsigned count);

/* One command; fails where Redis answers with an error. Free the reply. */
redisReply *explorer_redis_call(struct explorer_redis *redis, const char *format, ...);
