/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/cli_command.h"

/* Proofreads the templates of a folder for what carriers refuse, what phones don't show and what costs more than it need, where the
 * configuration names words or domains; else does nothing. take: gets a line for each mark that the compiler does not make anyway. False where
 * one is an error, or the list of words is none. */
bool cli_proof_templates(const struct cli_env *env, const struct cli_settings *settings, const char *dir,
			 cli_on_problem *take, void *ctx);
