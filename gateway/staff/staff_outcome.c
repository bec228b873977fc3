/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/staff_outcome.h"

#include "base/check.h"

const char *staff_outcome_name(enum staff_outcome outcome)
{
	static const char *const names[STAFF_OUTCOME_COUNT] = {
		[STAFF_OK] = "ok",
		[STAFF_NOT_FOUND] = "not_found",
		[STAFF_EXISTS] = "exists",
		[STAFF_CONFLICT] = "conflict",
		[STAFF_LOCKED] = "locked",
		[STAFF_WRONG_STATE] = "wrong_state",
		[STAFF_OUTDATED] = "outdated",
		[STAFF_OWN_TEXT] = "own_text",
		[STAFF_FORBIDDEN] = "forbidden",
		[STAFF_NEEDS_CODE] = "needs_code",
		[STAFF_INVALID] = "invalid",
		[STAFF_TOO_SOON] = "too_soon",
		[STAFF_BUSY] = "busy",
		[STAFF_BROKEN] = "broken",
		[STAFF_UNREACHABLE] = "unreachable",
		[STAFF_MEMORY] = "memory",
	};
	CHECK((unsigned)outcome < STAFF_OUTCOME_COUNT);
	return names[outcome];
}

enum staff_outcome staff_outcome_of(enum err err)
{
	if (err == ERR_OK)
		return STAFF_OK;
	return err == ERR_MEMORY ? STAFF_MEMORY : STAFF_UNREACHABLE;
}
