/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/civil.h"
#include "model/country.h"
#include "staff/staff_outcome.h"

#include <jansson.h>

/* Whether a template may be published: all its languages compile and agree, its sample sets give the texts that are expected of them, and
 * accounts that demand a registration have one. The same checks are made when it is sent to review, published, and published at its time. */

/* What holds for all templates. Everything is borrowed. */
struct template_rules {
	struct slice signature; /* the configured one, without 【】; absent = none */
	const struct zone *zone;
	const struct country *country;
	const char *const *registered; /* names of accounts that want templates registered, registered_count of them */
	unsigned registered_count;
	/* A further judge of one language's text; at: why not, for people. NULL = none. */
	enum err (*judge)(void *ctx, struct slice name, struct slice locale, struct slice source, struct err_at *at);
	void *judge_ctx;
};

/* Checks the words of a draft or of a version (its variants, samples, registrations). at: the first thing that is wrong, with the language
 * and the line or the sample that it is about. STAFF_INVALID, STAFF_MEMORY. */
MUST_CHECK enum staff_outcome template_check(const struct template_rules *rules, struct slice name,
					     const json_t *content, struct err_at *at);
