/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_redis.h"

int cli_redis_failed(const struct cli_call *call, const struct err_at *at)
{
	fprintf(call->env->err, "hongyan: %s\n", at->text);
	return at->err == ERR_IO ? CLI_UNREACHABLE : CLI_FAILED;
}

int cli_redis_settings(const struct cli_call *call, struct cli_settings *settings)
{
	const struct cli_env *env = call->env;
	const struct config *config = NULL;
	const char *path = cli_option(call, "config");
	enum err err = env->load(path, &config, settings, cli_tell_problem, env->err);
	if (err == ERR_NOT_FOUND && path == NULL)
		fprintf(env->err, "hongyan: there is no configuration to tell where Redis is; name its file with "
				  "--config\n");
	return err == ERR_OK ? CLI_OK : CLI_CONFIG;
}

int cli_redis_connect(const struct cli_call *call, const struct cli_settings *settings, struct redis_ask **ask)
{
	struct err_at at = { .err = ERR_OK };
	enum err err = redis_ask_open(&settings->redis, ask, &at);
	if (err == ERR_OK)
		return CLI_OK;
	/* A Redis that refuses us is as good as none. */
	cli_redis_failed(call, &at);
	return err == ERR_MEMORY ? CLI_FAILED : CLI_UNREACHABLE;
}
