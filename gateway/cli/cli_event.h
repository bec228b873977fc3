/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/civil.h"
#include "history/history_event.h"

#include <stdio.h>

/* Events as people see them: numbers masked, and nothing that a terminal would obey. */

/* True where a stream is a terminal that wants colours (https://no-color.org). */
bool cli_event_has_colours(FILE *out);

/* What happened, in one line without its end: “accepted      by cmcc, 1 segment, attempt 1, ids 5769e916”. is_coloured: the word
 * is, by how good it is. */
void cli_event_print_what(const struct history_event *event, bool is_coloured, FILE *out);

/* “2026-02-13 08:00:00.123” in the zone; the time alone where has_date is false. */
void cli_event_print_time(wall_ms at, const struct zone *zone, bool has_date, FILE *out);

/* Whose event it is: “id  139****0001  template balance  tenant north”. */
void cli_event_print_whose(const struct history_event *event, FILE *out);
