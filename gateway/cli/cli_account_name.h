/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/cli_command.h"

/* Names of accounts that people type. */

/* Looks an account up by its name. out: its index in settings->account_names, set on success only. Returns CLI_OK, or CLI_USAGE with the
 * problem told: a name that is written wrong would mean nothing, and nobody would notice. */
int cli_account_name_find(const struct cli_call *call, const struct cli_settings *settings, const char *name,
			  unsigned *out);
