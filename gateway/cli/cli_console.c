/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_command.h"

static int run(const struct cli_call *call)
{
	const struct config *config;
	struct cli_settings settings;
	int code = cli_load(call, &config, &settings);
	return code == CLI_OK ? call->env->console(config) : code;
}

const struct cli_command cli_console = {
	.name = "console",
	.arguments = "",
	.summary = "Serve the staff's web console",
	.details = "Runs until SIGTERM or SIGINT. Serves the pages on which staff write and publish templates, and see "
		   "how "
		   "sending goes,\n"
		   "at console.listen. It shares nothing with gateways but Redis; several processes may run. The first "
		   "user is "
		   "made with\n"
		   "“hongyan user add”. Logs are JSON lines on stderr; /livez, /readyz and /metrics are at the same "
		   "address.\n",
	.options = { { "config", "FILE",
		       "Configuration (default: HONGYAN_CONFIG, hongyan.yaml, /etc/hongyan/hongyan.yaml)" } },
	.has_no_json = true,
	.run = run,
};
