/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "model/alert.h"

/* What can be read of an alert that may be broken: for people who look at dead letters, never for sending. It takes what
 * comes before the first mistake in the JSON, and of a field only a text or a number; nothing is checked beyond that. */
struct alert_glance {
	struct slice id;
	struct slice to; /* as it was written: a phone number, to be masked before anyone sees it */
	struct slice template_name;
	struct slice tenant;
	struct slice batch;
	struct slice subject;
	struct slice priority;
	struct slice locale;
	struct slice as_of;
	struct slice expires_at;
	struct slice not_before;
	struct alert_param *params; /* a value that is neither text nor number is absent */
	unsigned param_count;       /* at most ALERT_PARAMS_MAX; further ones are left out */
	bool is_whole;              /* the JSON is well formed, and an object */
};

/* json: borrowed as long as out is used; longer than ALERT_OCTETS_MAX gives nothing. arena: takes params and strings that
 * had escapes; what it has no room for is left out. */
void alert_glance(struct slice json, struct arena *arena, struct alert_glance *out);
