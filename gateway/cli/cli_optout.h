/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "cli/cli_command.h"
#include "store/redis_ask.h"

/* What the verbs of “hongyan optout” share; inside the room only. */

#define CLI_OPTOUT_WHY_OCTETS 2048

/* Writes why a number is on the list, as JSON: since now, from that source, with the call's --by and --reason. Errors as
 * redis_ask_now has them. */
MUST_CHECK enum err cli_optout_why(const struct cli_call *call, struct redis_ask *ask, const char *source,
				   struct buf *out, struct err_at *at);

/* “import FILE”: puts the numbers of a file on the list, “-” is standard input. A line has its number first; what follows behind a
 * comma, semicolon or tab is not read, nor are lines that are empty or begin with “#”, nor a first line without digits. Lines that
 * hold no number are told with their place, and left out. Returns the exit code. */
int cli_optout_import(const struct cli_call *call, const struct cli_settings *settings, struct redis_ask *ask);
