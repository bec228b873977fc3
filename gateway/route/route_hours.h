/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/civil.h"
#include "base/slice.h"

/* Hours of the week: one span of the day, on some days. A span over midnight belongs to the day that it begins on. */
struct route_hours {
	uint8_t days;  /* bit 0 = Monday … bit 6 = Sunday; 0 = always, whatever the span says */
	uint16_t from; /* minute of the day, 0–1439 */
	uint16_t to;   /* minute of the day that it ends before, 1–1440; below from: of the next day */
};

#define ROUTE_HOURS_TEXT 64 /* octets that the longest text takes */

/* Reads “08:00-20:00”, “Mon-Fri 08:00-20:00”, “Sat,Sun 22:00-06:00”. out: set on success only. False where it is
 * something else, or a span of no minute. */
bool route_hours_parse(struct slice text, struct route_hours *out);

/* Writes the same form; nothing for always. */
void route_hours_format(const struct route_hours *hours, struct buf *out);

/* Minutes from an instant until the hours are open, as the clocks go at that instant: 0 = they are. zone: NULL = UTC. */
unsigned route_hours_wait(const struct route_hours *hours, wall_ms at, const struct zone *zone);

/* The first instant from at on at which the hours are open, a change of the clocks in between minded; at itself where they
 * are. */
wall_ms route_hours_opens(const struct route_hours *hours, wall_ms at, const struct zone *zone);
