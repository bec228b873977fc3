/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "console/console_inner.h"

/* Live answers (server-sent events): how it goes, every second, and what becomes of a test. Whoever follows one must have a session all the
 * time: it is looked at every few seconds, without being prolonged. */

struct console_watch;
struct console_stream_desk;

/* NULL where there is no memory. */
struct console_stream_desk *console_stream_desk_create(struct console *console);

/* After the server and the works are destroyed. NULL is fine. */
void console_stream_desk_destroy(struct console_stream_desk *desk);

/* Makes the answer of a call whose handler has set watch a stream. The watch is taken. In the loop's thread, as the next two. */
void console_stream_open(struct console_stream_desk *desk, const struct httpd_request *request,
			 struct httpd_response *response, struct console_call *call);

/* Sends an event to all that follow the overview. event: “overview”. data: one line of JSON. */
void console_stream_tell(struct console_stream_desk *desk, const char *event, struct slice data);

/* httpd's upcall: state is a watch. */
void console_on_stream_over(void *ctx, void *state);

/* Handlers, in the call's thread. */
void console_stream_overview(struct console_call *call);
void console_stream_test(struct console_call *call);

/* One that was not opened. NULL is fine. */
void console_watch_free(struct console_watch *watch);
