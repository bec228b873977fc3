/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/protection.h"
#include "model/sms.h"
#include "policy/policy.h"
#include "policy/quiet_hours.h"

/* What protects recipients, by the class of the sms. What needs no store is judged by the rules below; limits the store
 * keeps. */
struct protection_options {
	struct protection_limits limits[SMS_CLASS_COUNT];
	struct quiet_hours quiet[SMS_CLASS_COUNT]; /* of the critical class: they only tell */
	int64_t spread_ms;  /* what was held back by night goes out within that time, not all at once; 0 = at once */
	bool needs_consent; /* marketing goes only with a reference to the customer's consent */
};

/* SUPPRESSED where consent is needed and there is none. */
bool protection_no_consent(const struct policy_facts *facts, struct judgement *out);

/* WAIT in quiet hours until they end, and for a share of the spread behind it that is the alert's own; SUPPRESSED where
 * it is of no use by then. One whose use ends within the spread gets its share of the first half of what is left. */
bool protection_quiet(const struct policy_facts *facts, struct judgement *out);
