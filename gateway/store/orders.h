/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/account_order.h"
#include "store/redis_ask.h"

/* What operators want of accounts, for the command line. */

/* Notes a change for all gateways. was_so: set where it was noted already; then it keeps its time and name. out: the
 * account's order as it is now, of which a change of the rate tells the rate only, and another one the rest. Errors as
 * redis_ask_run has them. */
MUST_CHECK enum err orders_change(struct redis_ask *ask, const struct account_change *change, bool *was_so,
				  struct account_order *out, struct err_at *at);
