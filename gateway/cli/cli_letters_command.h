/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/cli_command.h"
#include "cli/cli_letters.h"
#include "cli/cli_verb.h"

/* A command about letters (“hongyan dead …”): list, show, and some steps. */

/* Its verbs: these two, then the steps. */
enum { CLI_LETTERS_LIST, CLI_LETTERS_SHOW, CLI_LETTERS_STEPS };

struct cli_letters_command {
	const struct cli_letters_source *source;
	const struct cli_verb *verbs;
	const struct cli_letters_step *const *steps; /* by verb; NULL for list and show */
	unsigned verb_count;
	bool has_reasons; /* letters have a reason to be filtered by */
};

/* Reads the words, connects, and does what the verb says. ctx: for source and steps. ask: set to the connection while they
 * are called. Returns the exit code. */
int cli_letters_command_run(const struct cli_call *call, const struct cli_letters_command *command, void *ctx,
			    struct redis_ask **ask);
