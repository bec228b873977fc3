/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

struct config;

/* “hongyan webhook”: a process that posts events to the endpoints of the configuration, until SIGTERM or SIGINT. Returns the exit
 * code. */
int webhook_role_run(const struct config *config);
