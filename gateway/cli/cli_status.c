/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_admin.h"
#include "cli/cli_fetch.h"
#include "cli/cli_status_page.h"

#include <stdlib.h>

static int print(const struct cli_call *call, const char *url, const char *body, size_t len)
{
	const struct cli_env *env = call->env;
	json_t *status = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
	if (!cli_status_is_status(status)) {
		fprintf(env->err, "hongyan: what answers at %s is no gateway; is the port the one of admin.listen?\n",
			url);
		json_decref(status);
		return CLI_UNREACHABLE;
	}
	unsigned problem_count;
	if (call->wants_json) {
		problem_count = cli_status_problems(status, NULL);
		fwrite(body, 1, len, env->out);
	} else {
		problem_count = cli_status_page(status, env->out);
	}
	json_decref(status);
	return problem_count == 0 ? CLI_OK : CLI_FAILED;
}

static int run(const struct cli_call *call)
{
	char *url = NULL;
	int code = cli_admin_url(call, "/v1/status", &url);
	if (code != CLI_OK)
		return code;
	char *body = NULL;
	size_t len = 0;
	struct err_at at = { .err = ERR_OK };
	if (cli_fetch(url, &body, &len, &at) == ERR_OK) {
		code = print(call, url, body, len);
	} else {
		fprintf(call->env->err, "hongyan: %s; does the gateway run?\n", at.text);
		code = CLI_UNREACHABLE;
	}
	free(body);
	free(url);
	return code;
}

const struct cli_command cli_status = {
	.name = "status",
	.arguments = "",
	.summary = "Tell how a running gateway is",
	.details =
		"What is wrong comes first: Redis away, accounts down or refused, entries that wait for too long "
		"(urgent\n"
		"1 min, normal and ready 5 min, bulk 1 h), a standstill, dead letters that grow, an account that does "
		"not\n"
		"balance, Redis over half full, readers that keep events from being trimmed. Exit 0 where nothing is, "
		"1 "
		"where\n"
		"something is, 69 where no gateway answers.\n",
	.options = { { "url", "URL", "The gateway's admin address (default: admin.listen of the configuration)" },
		     { "config", "FILE",
		       "Configuration (default: HONGYAN_CONFIG, hongyan.yaml, /etc/hongyan/hongyan.yaml)" } },
	.run = run,
};
