/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "console/console.h"

#include <jansson.h>

/* Questions to `hongyan history`, over HTTP, within three seconds. Any thread. */

/* Once, before any thread asks. */
void console_history_prepare(void);

/* What it answered, owned, or NULL. body: posted as JSON; NULL = GET. status: of the answer; 0 = there was none. */
json_t *console_history_ask(const struct console_options *options, const char *path, const json_t *body,
			    unsigned *status);

/* Whether there is one to ask. */
bool console_history_is_there(const struct console_options *options);
