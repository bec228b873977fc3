/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "store/redis_ask.h"

/* Which process reads for a group whose events must go out in their order: one at a time. It says again and again that it lives;
 * one that has not said so in time is followed by another. */

/* Takes the group, or says that this process still has it, for ms from now on. process: who it is. dead: what the name of a process
 * begins with that is known to be dead, and from which it is taken ("" = none). is_held: whether it is this process's now; set on
 * success only. at: why not. Errors as redis_ask_run. */
MUST_CHECK enum err event_reader_hold(struct redis_ask *ask, const char *group, const char *process, const char *dead,
				      unsigned ms, bool *is_held, struct err_at *at);

/* Lets it go, where it is this process's. Errors likewise. */
MUST_CHECK enum err event_reader_leave(struct redis_ask *ask, const char *group, const char *process,
				       struct err_at *at);
