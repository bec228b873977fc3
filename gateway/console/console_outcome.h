/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "console/console_inner.h"

/* Says how something has ended that was not STAFF_OK. at: its sentence. */
void console_outcome_refuse(struct console_call *call, enum staff_outcome outcome, const struct err_at *at);

/* The same with members beside the usual ones: an object, taken; NULL = none. */
void console_outcome_refuse_with(struct console_call *call, enum staff_outcome outcome, const struct err_at *at,
				 json_t *more);
