/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/redis_ask.h"

/* A board in Redis on which each gateway writes, every second, what it does: for whoever wants to see all of them. */

#define GATEWAY_BOARD_STALE_MS 10000 /* one whose line is older is gone, or in trouble */

/* Writes a gateway's line in place of its former one. instance: its name. line: JSON. */
MUST_CHECK enum err gateway_board_put(struct redis_ask *ask, const char *instance, struct slice line,
				      struct err_at *at);

/* Takes it off: the gateway ends in good order. */
MUST_CHECK enum err gateway_board_remove(struct redis_ask *ask, const char *instance, struct err_at *at);

/* Reads all of them. visit: called for each; slices are borrowed until it returns. ERR_FORMAT also where Redis' answer has another form. */
MUST_CHECK enum err gateway_board_read(struct redis_ask *ask,
				       void (*visit)(void *ctx, struct slice instance, struct slice line), void *ctx,
				       struct err_at *at);
