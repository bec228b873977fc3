/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_command.h"

static int run(const struct cli_call *call)
{
	const struct config *config;
	struct cli_settings settings;
	int code = cli_load(call, &config, &settings);
	return code == CLI_OK ? call->env->serve(config) : code;
}

const struct cli_command cli_serve = {
	.name = "serve",
	.arguments = "",
	.summary = "Run the gateway",
	.details = "Runs until SIGTERM or SIGINT, then finishes what is under way. Logs are JSON lines on stderr.\n",
	.options = { { "config", "FILE",
		       "Configuration (default: HONGYAN_CONFIG, hongyan.yaml, /etc/hongyan/hongyan.yaml)" } },
	.has_no_json = true,
	.run = run,
};
