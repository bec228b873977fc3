/* SPDX-License-Identifier: Apache-2.0 */
#include "model/closing.h"

#include "base/check.h"

const char *closing_name(enum closing closing)
{
	static const char *const names[CLOSING_COUNT] = {
		[CLOSING_ACCEPTED] = "accepted",
		[CLOSING_EXPIRED] = "expired",
		[CLOSING_CANCELLED] = "cancelled",
		[CLOSING_SUPERSEDED] = "superseded",
		[CLOSING_SUPPRESSED] = "suppressed",
		[CLOSING_DUPLICATE] = "duplicate",
		[CLOSING_DEAD] = "dead",
		[CLOSING_CONTROL] = "control",
	};
	CHECK((unsigned)closing < CLOSING_COUNT);
	return names[closing];
}
