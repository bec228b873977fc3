/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_outcome.h"

#include "base/check.h"

static const enum console_problem problems[STAFF_OUTCOME_COUNT] = {
	[STAFF_OK] = CONSOLE_FAILED,
	[STAFF_NOT_FOUND] = CONSOLE_NOT_FOUND,
	[STAFF_EXISTS] = CONSOLE_EXISTS,
	[STAFF_CONFLICT] = CONSOLE_STALE,
	[STAFF_OUTDATED] = CONSOLE_BASE_CHANGED,
	[STAFF_LOCKED] = CONSOLE_LOCKED,
	[STAFF_WRONG_STATE] = CONSOLE_STATE,
	[STAFF_OWN_TEXT] = CONSOLE_OWN_TEXT,
	[STAFF_FORBIDDEN] = CONSOLE_NO_PERMISSION,
	[STAFF_NEEDS_CODE] = CONSOLE_NEEDS_CODE,
	[STAFF_INVALID] = CONSOLE_INVALID,
	[STAFF_TOO_SOON] = CONSOLE_BACKOFF,
	[STAFF_BUSY] = CONSOLE_BUSY,
	[STAFF_BROKEN] = CONSOLE_FAILED,
	[STAFF_UNREACHABLE] = CONSOLE_UNREACHABLE,
	[STAFF_MEMORY] = CONSOLE_BUSY,
};

void console_outcome_refuse_with(struct console_call *call, enum staff_outcome outcome, const struct err_at *at,
				 json_t *more)
{
	CHECK((unsigned)outcome < STAFF_OUTCOME_COUNT);
	console_refuse_with(call, problems[outcome], at->text[0] != '\0' ? at->text : NULL, more);
}

void console_outcome_refuse(struct console_call *call, enum staff_outcome outcome, const struct err_at *at)
{
	console_outcome_refuse_with(call, outcome, at, NULL);
}
