/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/civil.h"
#include "base/err.h"
#include "model/alert.h"
#include "model/sms.h"
#include "render/template.h"

/* alert + template → sms: checks every parameter, writes the text once. No malloc, no clock, no state. */

enum render_signature {
	RENDER_SIGNATURE_FIRST, /* 【signature】 before the text, unless the template brings its own or wants none */
	RENDER_SIGNATURE_NONE   /* the carrier adds it */
};

struct render_options {
	struct slice signature;                 /* the configured one, without 【】; absent = none */
	const struct tenant_signature *tenants; /* tenant_count of them, that have another one */
	unsigned tenant_count;
	const struct zone *zone; /* for date-times in parameters; NULL = UTC; borrowed during the call */
	enum render_signature signature_mode;
};

/* Octets that a rendered text can have: TEMPLATE_LENGTH_MAX characters of 4 octets. */
#define RENDER_OCTETS_MAX 8000

/* Renders an alert.
 * template: outlives out. alert: kind ALERT_SEND; its params are checked against the header: unknown (with the nearest
 * name), given twice, missing or empty, too long, of the wrong form. arena: takes the text, at most about 8 KiB,
 * usually little more than the text itself. out: set on success only; text in the arena, names borrowed from the template.
 * at: the English sentence, field = the parameter; values are never shown, only their shape; may be NULL.
 * ERR_NOT_FOUND (unknown, missing), ERR_DUPLICATE, ERR_RANGE (value or text too long), ERR_FORMAT (wrong form, invalid
 * UTF-8, nothing left to send), ERR_FULL (arena). */
MUST_CHECK enum err render_alert(const struct template *template, const struct alert *alert,
				 const struct render_options *options, struct arena *arena, struct sms *out,
				 struct err_at *at);

/* The same with the problem as data, for a sentence in the reader's language. problem: may be NULL. */
MUST_CHECK enum err render_alert_report(const struct template *template, const struct alert *alert,
					const struct render_options *options, struct arena *arena, struct sms *out,
					struct template_problem *problem);
