/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/rng.h"

/* How long to wait before a request that failed is sent again. */

#define WEBHOOK_ASKED_MAX_MS ((int64_t)24 * 60 * 60 * MS_PER_S) /* more is not waited at an endpoint's wish */

/* failures: in a row, from 1. asked_ms: what Retry-After said, 0 = nothing. The wait doubles from base_us up to max_us; of it the
 * second half is drawn, so that endpoints which failed together are not asked together. Never less than was asked for. */
mono_us webhook_wait(unsigned failures, mono_us base_us, mono_us max_us, int64_t asked_ms, struct rng *rng);
