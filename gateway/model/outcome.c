/* SPDX-License-Identifier: Apache-2.0 */
#include "model/outcome.h"

#include "base/check.h"

const char *outcome_class_name(enum outcome_class outcome_class)
{
	static const char *const names[OUTCOME_COUNT] = {
		[OUTCOME_ACCEPTED] = "accepted",         [OUTCOME_THROTTLED] = "throttled",
		[OUTCOME_TEMPORARY] = "temporary",       [OUTCOME_REJECTED] = "rejected",
		[OUTCOME_LINK_REFUSED] = "link_refused", [OUTCOME_UNKNOWN] = "unknown",
	};
	CHECK((unsigned)outcome_class < OUTCOME_COUNT);
	return names[outcome_class];
}
