/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"

/* Times as SMPP writes them, SMPP 3.4 §7.1.1: “YYMMDDhhmmsstnnp”. */

#define SMPP_TIME_OCTETS 16 /* without the NUL */

/* “YYMMDDhhmmsstnn” and “+” or “-”: the instant in a zone so many quarter hours east of UTC (-48…48), cut to tenths.
 * out: SMPP_TIME_OCTETS octets, no NUL. */
void smpp_time_absolute(wall_ms at, int utc_quarters, char *out);

/* “0000DDhhmmss000R”: so long from now on. Whole seconds, rounded down, at least one (0 means “the default” to some)
 * and less than 32 days; no months, which have no fixed length. out: as above. */
void smpp_time_relative(int64_t span_ms, char *out);
