/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/cli_command.h"

/* What a command with several verbs (“hongyan dead list”) takes behind each of them. */
struct cli_verb {
	const char *name;
	unsigned arguments_min; /* behind the verb */
	unsigned arguments_max;
	const char *options; /* names, a blank between two; “config” goes with each */
};

/* Finds the verb that the first argument names, and checks arguments and options. out: its index, set where CLI_OK is
 * returned; else CLI_USAGE, and err was told. */
int cli_verb_read(const struct cli_call *call, const struct cli_verb *verbs, unsigned count, unsigned *out);
