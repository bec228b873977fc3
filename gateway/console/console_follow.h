/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "console/console_inner.h"

/* A test on its way: the events of one alert, out of the stream of events. */

struct console_follow;

/* Of the test that the call's path names; NULL where it is not the caller's own, or over: the call is refused then. In the call's thread. */
struct console_follow *console_follow_begin(struct console_call *call);

/* Looks for what has come. Not while another thread uses it. Errors as redis_ask_run. */
MUST_CHECK enum err console_follow_look(struct console_follow *follow, struct redis_ask *ask, struct err_at *at);

/* The next step that was not given yet, a JSON object, borrowed until the next look. */
bool console_follow_next(struct console_follow *follow, struct slice *step);

/* True where no more steps will come. */
bool console_follow_is_over(const struct console_follow *follow);

/* NULL is fine. */
void console_follow_free(struct console_follow *follow);
