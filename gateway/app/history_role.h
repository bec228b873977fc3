/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

struct config;

/* “hongyan history”: a process that takes events into the history and answers questions about it, until SIGTERM or SIGINT.
 * Returns the exit code. */
int history_role_run(const struct config *config);
