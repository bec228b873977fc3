/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_command.h"

static int run(const struct cli_call *call)
{
	const struct config *config;
	struct cli_settings settings;
	int code = cli_load(call, &config, &settings);
	return code == CLI_OK ? call->env->webhook(config) : code;
}

const struct cli_command cli_webhook = {
	.name = "webhook",
	.arguments = "",
	.summary = "Post events to the endpoints of the configuration",
	.details = "Runs until SIGTERM or SIGINT. Reads events from Redis by a group of readers for each of webhooks, "
		   "and\n"
		   "posts them, signed. Several processes may run: of these one sends to an endpoint. Logs are JSON "
		   "lines\n"
		   "on stderr; health and metrics are at webhook.listen.\n",
	.options = { { "config", "FILE",
		       "Configuration (default: HONGYAN_CONFIG, hongyan.yaml, /etc/hongyan/hongyan.yaml)" } },
	.has_no_json = true,
	.run = run,
};
