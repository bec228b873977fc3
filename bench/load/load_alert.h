/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Alerts as a utility's fee control sends them: one JSON object each, its number decides all about it. */

#define LOAD_ALERT_CAP 1024 /* octets of one alert's JSON, with a NUL */

enum load_lane { LOAD_LANE_URGENT, LOAD_LANE_NORMAL, LOAD_LANE_BULK, LOAD_LANE_COUNT };

/* Name of a lane (“urgent”), which is also the end of its stream's key. */
const char *load_lane_name(enum load_lane lane);

struct load_template;

/* What a run's alerts have in common. */
struct load_alert_plan {
	const struct load_template *template; /* NULL = all in turn */
	const char *id_prefix;                /* printable ASCII without quotes, at most 40 octets */
	uint64_t seed;
	bool supersedes;     /* each has a subject of its own, and takes the place of what is unsent about it */
	bool is_mixed;       /* lanes by turns: one urgent, six normal, three bulk out of ten */
	enum load_lane lane; /* otherwise */
};

/* The template of that name; NULL where there is none. */
const struct load_template *load_alert_template(const char *name);

/* Name of the index-th template, NULL behind the last. */
const char *load_alert_template_name(size_t index);

/* Writes alert `number` as JSON, NUL-terminated; as_of is now. Numbers below 2,000,000,000 have different ids and
 * different phone numbers. Returns its length; *lane is where it goes. */
size_t load_alert_format(const struct load_alert_plan *plan, uint64_t number, int64_t now_ms, char out[LOAD_ALERT_CAP],
			 enum load_lane *lane);
