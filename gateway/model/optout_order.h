/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/msisdn.h"

/* What somebody wants of the opt-out list by the API, and what became of it. */

enum optout_verb { OPTOUT_ADD, OPTOUT_REMOVE, OPTOUT_CHECK };

#define OPTOUT_WHY_MAX 1000 /* octets of a why that is told; of a longer one nothing is */

struct optout_order {
	enum optout_verb verb;
	struct msisdn number;
	const char *who; /* as of struct account_change; "" = nobody is named */
	const char *reason;
};

struct optout_answer {
	bool was_on; /* it is on the list; of a change: it was, before */
	char why[OPTOUT_WHY_MAX +
		 1]; /* of OPTOUT_CHECK: what the list holds, most likely JSON; "" = nothing that is told */
};
