/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/suggest.h"
#include "cli/cli_command.h"

#include <stdlib.h>

#define PAGE_OCTETS (4 * 1024 * 1024)

static int show(const struct cli_call *call, struct buf *page)
{
	const struct cli_env *env = call->env;
	const struct config *config = NULL;
	struct cli_settings settings;
	enum err err = env->load(cli_option(call, "config"), &config, &settings, cli_tell_problem, env->err);
	if (err == ERR_NOT_FOUND && cli_option(call, "config") == NULL)
		fprintf(env->err, "hongyan: there is no configuration; name its file with --config\n");
	if (err != ERR_OK)
		return CLI_CONFIG;
	env->show(config, page);
	return CLI_OK;
}

static int run(const struct cli_call *call)
{
	static const char *const topics[] = { "show", "reference" };
	struct slice topic = slice_of(call->arguments[0]);
	bool is_show = slice_is(topic, "show");
	if (!is_show && !slice_is(topic, "reference")) {
		const char *nearest = suggest_nearest(topic, topics, 2);
		return cli_usage(call, "“%s” is neither show nor reference%s%s%s", call->arguments[0],
				 nearest ? " (did you mean “" : "", nearest ? nearest : "", nearest ? "”?)" : "");
	}
	char *octets = malloc(PAGE_OCTETS);
	if (octets == NULL) {
		fprintf(call->env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	struct buf page = buf_over(octets, PAGE_OCTETS);
	int code = CLI_OK;
	if (is_show)
		code = show(call, &page);
	else
		call->env->reference(&page);
	fwrite(page.at, 1, page.len, call->env->out);
	free(octets);
	return code;
}

const struct cli_command cli_config = {
	.name = "config",
	.arguments = "show|reference",
	.arguments_min = 1,
	.arguments_max = 1,
	.summary = "Print the configuration in force, or the page about all settings",
	.details = "show: every setting with its value (YAML), secrets hidden.\n"
		   "reference: what docs/configuration.md holds.\n",
	.options = { { "config", "FILE",
		       "Configuration (default: HONGYAN_CONFIG, hongyan.yaml, /etc/hongyan/hongyan.yaml)" } },
	.has_no_json = true,
	.run = run,
};
