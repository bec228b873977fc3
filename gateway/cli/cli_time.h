/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/civil.h"

/* Times as people write and read them at a terminal. */

/* Parses “2026-02-13T08:00:00+08:00”, “2026-02-13 08:00[:00]” and “2026-02-13” in the zone, or a span before now: “90s”,
 * “30m”, “2h”, “3d”. zone: NULL = UTC. out: set on success only. False where it is none of these. */
bool cli_time_parse(struct slice text, wall_ms now, const struct zone *zone, wall_ms *out);

/* Parses “90s”, “30m”, “2h”, “3d”. out: set on success only. */
bool cli_time_span(struct slice text, wall_ms *out);

#define CLI_TIME_OCTETS 24

/* Writes “2026-02-13 08:00:00” in the zone, NUL-terminated. Returns out. */
char *cli_time_format(wall_ms at, const struct zone *zone, char out[static CLI_TIME_OCTETS]);
