/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "console/console_inner.h"

/* The life of a request in a thread. */

/* Copies what the thread needs. NULL where there is no memory. */
struct console_call *console_call_create(struct console *console, const struct httpd_request *request,
					 const struct console_route *route,
					 const struct slice params[static CONSOLE_PARAMS_MAX], const char *address);

/* False where as much is under way as may be. */
MUST_CHECK bool console_call_start(struct console_call *call);

/* NULL is fine. Not while it runs. */
void console_call_free(struct console_call *call);
