/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "console/console_board.h"
#include "console/console_inner.h"

/* How it goes: looked at every second, whether somebody asks or not, for some of it shows only over time. */

struct console_overview;

/* Begins to look. NULL where there is no memory. */
struct console_overview *console_overview_create(struct console *console);

/* After the console's works are destroyed. NULL is fine. */
void console_overview_destroy(struct console_overview *overview);

/* A copy of the last look as JSON, to be freed; NULL where there was none yet. Any thread. */
char *console_overview_copy(struct console_overview *overview);

/* One look now, by a connection of the caller's. out: its parts are owned, console_board_fini ends it. Any thread. */
MUST_CHECK enum err console_board_look(struct redis_ask *ask, struct console_board *out, struct err_at *at);
void console_board_fini(struct console_board *board);

/* Handler. */
void console_overview_get(struct console_call *call);
