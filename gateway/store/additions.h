/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/entry.h"
#include "store/redis_ask.h"

/* Alerts that people add, for the command line. Errors as redis_ask_run has them; after ERR_IO they may be on the queue or not, and
 * adding them once more with the same ids is safe. */

#define ADDITIONS_BATCH 500

/* Adds count 1…ADDITIONS_BATCH alerts (JSON, checked) to a producers' lane, all of them or none. last: the last one's entry. */
MUST_CHECK enum err additions_put(struct redis_ask *ask, enum lane lane, const struct slice *alerts, unsigned count,
				  char last[static ENTRY_ID_OCTETS], struct err_at *at);
