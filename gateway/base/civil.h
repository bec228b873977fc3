/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/slice.h"

/* Dates and times as people write them, without libc's time zone data or any clock. */

struct civil {
	int year;        /* 1–9999 */
	int month;       /* 1–12 */
	int day;         /* 1–31 */
	int hour;        /* 0–23 */
	int minute;      /* 0–59 */
	int second;      /* 0–60; 60 is a leap second and counts as 59.999 s */
	int millisecond; /* 0–999 */
};

/* A service's time zone: its offsets from UTC over a few years, oldest first. Filled once at start by whoever may read
 * the system's zone files; immutable afterwards. */
#define ZONE_SPANS_MAX 16
struct zone {
	struct zone_span {
		wall_ms from;     /* valid from this instant on */
		int32_t offset_s; /* east of UTC is positive */
	} spans[ZONE_SPANS_MAX];
	unsigned span_count; /* 0 = UTC */
};

/* Offset from UTC in seconds at an instant; before the first span the first one counts. */
int32_t zone_offset_s(const struct zone *zone, wall_ms at);

/* When the offset changes next, after an instant; INT64_MAX = never, as far as is known. zone: NULL = UTC. */
wall_ms zone_next_change(const struct zone *zone, wall_ms at);

/* The date at an instant, as a number: 20260213. zone: NULL = UTC. */
int32_t zone_date(const struct zone *zone, wall_ms at);

/* When the next day begins. zone: NULL = UTC. */
wall_ms zone_next_day(const struct zone *zone, wall_ms at);

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar (negative before). */
int64_t civil_days(int year, int month, int day);

/* True where year, month and day name a real date of the years 1–9999. */
bool civil_is_date(int year, int month, int day);

/* An instant as seen in a zone offset_s seconds east of UTC; one outside the years 1–9999 as the nearest within. */
struct civil civil_from_wall(wall_ms at, int32_t offset_s);

/* The instant of a civil time in a zone offset_s seconds east of UTC. */
wall_ms civil_to_wall(const struct civil *civil, int32_t offset_s);

/* Parses an RFC 3339 date-time (§5.6: “2026-02-13T08:00:00+08:00”, “Z”, fraction of any length, “t”, “z” and a blank
 * for “T” allowed). out: set on success only. False where it is malformed or names no real time. */
bool civil_parse_rfc3339(struct slice text, wall_ms *out);

/* Parses “2026-02-13”. False where it is no real date. */
bool civil_parse_date(struct slice text, struct civil *out);

/* Writes “2026-02-13T08:00:00.123+08:00” with the offset in whole minutes (“Z” for 0). out: room for 32 octets.
 * Returns the length. */
size_t civil_format_rfc3339(wall_ms at, int32_t offset_s, char *out);
