/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "staff/own_factor.h"
#include "staff/user_inner.h"

/* Whether a code is of the user's factor, and was not taken before; then it is noted in user, which the caller keeps in the same change.
 * STAFF_INVALID, STAFF_MEMORY. */
MUST_CHECK enum staff_outcome own_factor_take(json_t *user, struct slice code, wall_ms now, struct err_at *at);

/* The user has none any more. */
MUST_CHECK enum staff_outcome own_factor_drop(json_t *user, struct err_at *at);
