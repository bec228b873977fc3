/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* A Redis that says what it is told to say, whatever it is asked: pieces of octets with NULs between, one for each time that somebody waits
 * for it; then it is gone. The harness is linked with --wrap of the functions below. */

#include "base/check.h"
#include "store/ask_wire.h"
#include "store/redis_ask.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <sys/socket.h>

redisContext *__wrap_redisConnectUnixWithTimeout(const char *path, struct timeval timeout);
bool __wrap_ask_wire_write(struct ask_wire *wire, struct slice octets);
bool __wrap_ask_wire_read(struct ask_wire *wire, bool (*take)(void *ctx, struct slice piece), void *ctx);

static struct slice redis_script;
static bool redis_script_is_greeted;

redisContext *__wrap_redisConnectUnixWithTimeout(const char *path, struct timeval timeout)
{
	(void)path;
	(void)timeout;
	redis_script_is_greeted = false;
	redisContext *context = redisConnectFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
	CHECK(context != NULL && context->err == 0);
	return context;
}

bool __wrap_ask_wire_write(struct ask_wire *wire, struct slice octets)
{
	(void)wire;
	CHECK(octets.len > 0 && octets.at[0] == '*');
	return true;
}

bool __wrap_ask_wire_read(struct ask_wire *wire, bool (*take)(void *ctx, struct slice piece), void *ctx)
{
	if (!redis_script_is_greeted) {
		redis_script_is_greeted = true;
		return take(ctx, SLICE("+OK\r\n"));
	}
	while (redis_script.len > 0) {
		struct slice piece = slice_cut(&redis_script, '\0');
		if (piece.len > 0)
			return take(ctx, piece);
	}
	snprintf(wire->why, sizeof wire->why, "it closed the connection");
	return false;
}

/* Where it is. */
static inline struct redis_place redis_script_place(void)
{
	return (struct redis_place){ .path = "/s", .tag = "{hongyan}" };
}
