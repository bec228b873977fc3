/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Times of SMPP 3.4 §7.1.1: YYMMDDhhmmsstnnp. */

#include <stdbool.h>
#include <stdint.h>

#include "fake_violation.h"

/* True if the `len` characters at `text` are a legal absolute or relative time that does not lie more than 2 s before
 * `wall_s` (seconds since 1970): the slack covers times cut to whole seconds. An empty text is legal. Else false, and `found` of
 * `kind` says what is wrong. */
bool fake_time_check(const char *text, uint32_t len, int64_t wall_s, enum fake_violation kind,
                     struct fake_violation_found *found);

/* Write the receipt date YYMMDDhhmm of `wall_s` in local time and a NUL into `out`. */
void fake_time_put_minute(int64_t wall_s, char out[11]);
