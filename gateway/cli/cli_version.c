/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_command.h"

static int run(const struct cli_call *call)
{
	fprintf(call->env->out, call->wants_json ? "{\"version\":\"%s\"}\n" : "hongyan %s\n", call->env->version);
	return CLI_OK;
}

const struct cli_command cli_version = {
	.name = "version",
	.arguments = "",
	.summary = "Print the version",
	.details = "",
	.run = run,
};
