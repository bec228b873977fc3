/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/cli_command.h"
#include "model/entry.h"

/* What the two forms of “hongyan send” share; inside the room only. */

/* Sends all alerts of a file. Returns the exit code. */
int cli_send_file(const struct cli_call *call, const struct cli_settings *settings, enum lane lane);
