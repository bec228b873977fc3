/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/account_change.h"
#include "store/command.h"
#include "store/redis_ask.h"

/* How a change of what operators want of an account is asked of Redis: by the command line, which waits for the answer, and by a
 * running gateway, which does not (redis_store_order). */

/* Adds the arguments of the script “order” to its call, behind the key. */
void orders_put(struct command *command, const struct account_change *change);

/* Reads what the script answers. False where that has another form. out: set on success only. */
MUST_CHECK bool orders_read(const struct account_change *change, const struct reply *reply, struct account_answer *out);

/* Notes a change for all gateways, and waits for it. out: set on success only. Errors as redis_ask_run has them. */
MUST_CHECK enum err orders_change(struct redis_ask *ask, const struct account_change *change,
				  struct account_answer *out, struct err_at *at);
