/* SPDX-License-Identifier: Apache-2.0 */
#include "model/protection.h"

#include "base/check.h"

static const char *const names[PROTECTION_COUNT] = {
	[PROTECTION_OPTED_OUT] = "opted_out",     [PROTECTION_IDENTICAL] = "identical",
	[PROTECTION_DAY_CAP] = "day_cap",         [PROTECTION_MINUTE_CAP] = "minute_cap",
	[PROTECTION_QUIET_HOURS] = "quiet_hours", [PROTECTION_NO_CONSENT] = "no_consent",
	[PROTECTION_UNCHECKED] = "unchecked",
};

const char *protection_name(enum protection_rule rule)
{
	CHECK((unsigned)rule < PROTECTION_COUNT);
	return rule == PROTECTION_NONE ? "none" : names[rule];
}

const char *const *protection_labels(void)
{
	return names;
}
