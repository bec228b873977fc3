/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <hiredis/hiredis.h>
#include <stdint.h>

/* The scenario's own redis-server, on a unix socket in the world's folder, with an append-only file. */

/* Starts it, or starts it again on what it had on disk, and waits until it answers. */
void redis_server_start(void);

/* SIGKILL, once all that was answered is written to its file. */
void redis_server_kill(void);

/* SIGTERM, at the end. */
void redis_server_stop(void);

/* From here on all of this is about the Redis on that port of 127.0.0.1, which the scenario has started itself. Waits until it answers. */
void redis_server_use(uint16_t port);

/* Where it listens, for a configuration. */
const char *redis_server_url(void);

/* One command; fails where Redis answers with an error. Free the reply. */
redisReply *redis_server_call(const char *format, ...);
redisReply *redis_server_call_argv(int count, const char **argv, const size_t *lens);

/* One command whose answer does not matter. */
void redis_server_do(const char *format, ...);

/* One command whose answer is a number. */
long long redis_server_int(const char *format, ...);

/* For many commands at once. Fails where one was answered with an error. */
void redis_server_queue(const char *format, ...);
void redis_server_drain(void);

/* Sum of the lengths of all places where an alert may wait: the lanes, ready, later and held. */
long long redis_server_waiting(void);
