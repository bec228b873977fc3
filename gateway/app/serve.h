/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"

/* Runs the service until it is told to stop (SIGTERM, SIGINT): starts the workers, serves the admin address, drains.
 * config: borrowed until return; template problems and what cannot be opened are told on stderr.
 * Returns the process's exit code: 0 after an orderly stop, 1 where it failed, 78 where the configuration cannot work. */
int serve_run(const struct config *config);
