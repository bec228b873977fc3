/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "console/console.h"

#include <jansson.h>

/* How templates were used within the last seven days, as the history has it; asked anew every minute at most. Any thread. */

struct console_used;

/* options: borrowed. NULL where there is no memory. */
struct console_used *console_used_create(const struct console_options *options);

/* NULL is fine. */
void console_used_destroy(struct console_used *used);

/* Name → {"alerts_7d","accepted_7d","failed_7d","routes"}; owned. NULL where there is no history, or it does not answer. */
json_t *console_used_all(struct console_used *used, wall_ms now);
