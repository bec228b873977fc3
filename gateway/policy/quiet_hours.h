/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/civil.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* The hours of each day in which nobody's phone is to ring, in the service's zone. */
struct quiet_hours {
	uint16_t from; /* minutes since midnight, 0–1439 */
	uint16_t
		to; /* the first one in which it may ring again; before `from`: of the next day. The same as from = none */
};

/* Parses “22:00-08:00”; “24:00” is the midnight that ends a day. out: set on success only. False where it is malformed, empty, or
 * would be no time at all (“08:00-08:00”). */
bool quiet_hours_parse(struct slice text, struct quiet_hours *out);

/* Where an instant lies in them, the one at which they end; else 0. zone: NULL = UTC. Where clocks are set forward or back
 * in between, it is the zone's own time that counts. */
wall_ms quiet_hours_end(const struct quiet_hours *hours, wall_ms at, const struct zone *zone);
