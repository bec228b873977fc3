/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/suggest.h"
#include "cli/cli_command.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_OCTETS (4 * 1024 * 1024)

static int show(const struct cli_call *call, struct buf *page)
{
	const struct config *config;
	struct cli_settings settings;
	int code = cli_load(call, &config, &settings);
	if (code == CLI_OK)
		call->env->show(config, cli_option(call, "origin") != NULL, page);
	return code;
}

static int run(const struct cli_call *call)
{
	const struct cli_env *env = call->env;
	const struct topic {
		const char *name;
		void (*write)(struct buf *out); /* NULL: show */
	} topics[] = { { "show", NULL },
		       { "reference", env->reference },
		       { "schema", env->schema },
		       { "example", env->example } };
	const char *names[sizeof topics / sizeof topics[0]];
	const struct topic *topic = NULL;
	for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
		names[i] = topics[i].name;
		if (strcmp(call->arguments[0], topics[i].name) == 0)
			topic = &topics[i];
	}
	if (topic == NULL) {
		const char *nearest =
			suggest_nearest(slice_of(call->arguments[0]), names, sizeof names / sizeof names[0]);
		return cli_usage(call, "“%s” is neither show, reference, schema nor example%s%s%s", call->arguments[0],
				 nearest ? " (did you mean “" : "", nearest ? nearest : "", nearest ? "”?)" : "");
	}
	char *octets = malloc(PAGE_OCTETS);
	if (octets == NULL) {
		fprintf(env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	struct buf page = buf_over(octets, PAGE_OCTETS);
	int code = CLI_OK;
	if (topic->write == NULL)
		code = show(call, &page);
	else
		topic->write(&page);
	fwrite(page.at, 1, page.len, env->out);
	free(octets);
	return code;
}

const struct cli_command cli_config = {
	.name = "config",
	.arguments = "show|reference|schema|example",
	.arguments_min = 1,
	.arguments_max = 1,
	.summary = "Print the configuration in force, or what all settings are",
	.details = "show: every setting with its value (YAML), secrets hidden.\n"
		   "reference: what docs/configuration.md holds.\n"
		   "schema: a JSON Schema (2020-12) of the file, for editors.\n"
		   "example: a complete file with comments, every setting at its default.\n",
	.options = { { "config", "FILE",
		       "Configuration (default: HONGYAN_CONFIG, hongyan.yaml, /etc/hongyan/hongyan.yaml)" },
		     { "origin", NULL, "With show: where each value comes from" } },
	.has_no_json = true,
	.run = run,
};
