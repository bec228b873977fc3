/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

struct config;

/* “hongyan console”: a process that serves the staff's web console, until SIGTERM or SIGINT. Returns the exit code. */
int console_role_run(const struct config *config);
