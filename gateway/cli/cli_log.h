/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* The log level as the admin address tells it: {"level", "configured", "for_s"}. */

/* True where it is another one than the configuration's. */
bool cli_log_is_shifted(const json_t *log);

/* Writes “debug for 9 min 12 s, then info” and a newline. */
void cli_log_print(const json_t *log, FILE *out);
