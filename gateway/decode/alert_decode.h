/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"
#include "model/alert.h"

/* The JSON of a stream entry becomes an alert. Strict: an unknown key, a wrong type or a value out of its limits is an
 * error that names the field, since an alert that is sent otherwise than meant is worse than one that waits in the
 * dead letters with its reason. Limits are those of model/alert.h, in octets of UTF-8. */

struct decode_options {
	const struct country *country; /* whose national numbers `to` may use; borrowed */
};

/* Decodes one alert, or one cancel, which then has its kind and what it cancels in id (and template_name, for
 * cancel_subject). json: borrowed as long as out is used. arena: takes params and strings that had escapes.
 * out: set on success only. An instant of exactly 1970-01-01T00:00:00Z becomes one millisecond later, since 0 means
 * absent.
 * at: field (“params.balance”), offset in json, and a text that reads on from the field's name (“must be a string or
 * number, is an array”); phone numbers are masked. May be NULL.
 * ERR_FORMAT: malformed, wrong type, missing or unknown field; ERR_RANGE: outside its limits; ERR_DUPLICATE: a key
 * given twice; ERR_FULL: no room in the arena. */
MUST_CHECK enum err alert_decode(struct slice json, const struct decode_options *options, struct arena *arena,
				 struct alert *out, struct err_at *at);
