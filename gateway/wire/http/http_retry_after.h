/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/slice.h"

/* The value of Retry-After (RFC 9110 §10.2.3): seconds, or a date in any of the three forms of §5.6.7, as “Wed, 21 Oct 2026
 * 07:28:00 GMT”. Returns milliseconds from now, at least 0 and at most max_ms; 0 where it is neither or lies in the past. */
int64_t http_retry_after_ms(struct slice text, wall_ms now, int64_t max_ms);
