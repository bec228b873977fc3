/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/civil.h"
#include "base/err.h"
#include "model/alert.h"

/* What the pipeline would find wrong with an alert, told before the alert is on the queue: fields, number, template, parameters, and
 * whether a route covers it. */

struct catalogue;
struct country;
struct route_table;

/* All is borrowed. */
struct alert_vet {
	const struct country *country;
	const struct catalogue *catalogue;
	struct slice signature; /* empty = none */
	const struct zone *zone;
	const struct route_table *routes; /* NULL = routes are not asked */
	wall_ms now;                      /* for routes */
};

/* Checks one. json: borrowed as long as out is used. arena: takes what the alert and its text need. out: set on success only.
 * segments: as many as its text takes in an alphabet of the phones' choice; 0 for a cancel. at: what is wrong, a sentence, with the
 * field. Errors as alert_decode and render_alert; ERR_NOT_FOUND also: no such template, no route. */
MUST_CHECK enum err alert_vet(const struct alert_vet *vet, struct slice json, struct arena *arena, struct alert *out,
			      unsigned *segments, struct err_at *at);
