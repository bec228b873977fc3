/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/json.h"
#include "cli/cli_command.h"
#include "cli/cli_proof.h"
#include "render/catalogue.h"

#include <stdlib.h>

#define PROBLEMS_OCTETS (1024 * 1024)

/* Problems as they come: lines on err, or two lists of texts for --json. */
struct findings {
	const struct cli_env *env;
	bool wants_json;
	struct buf errors;
	struct buf warnings;
};

static void take(void *ctx, const char *line, bool is_warning)
{
	struct findings *findings = ctx;
	if (findings->wants_json)
		json_text(is_warning ? &findings->warnings : &findings->errors, slice_of(line));
	else
		cli_tell_problem(findings->env->err, line, is_warning);
}

/* What is never sent twice by itself is worth a look: somebody must decide about it. */
static void tell_held(FILE *out, const struct catalogue *catalogue)
{
	unsigned told = 0;
	for (unsigned i = 0; catalogue != NULL && i < catalogue_count(catalogue); i++) {
		const struct template_header *header = template_header(catalogue_at(catalogue, i));
		if (sms_on_unknown(header->sms_class, header->on_unknown) != ON_UNKNOWN_HOLD)
			continue;
		fprintf(out, "%s%.*s", told++ == 0 ? "held where no answer comes: " : ", ", SLICE_ARG(header->name));
		if (header->locale.len > 0)
			fprintf(out, " (%.*s)", SLICE_ARG(header->locale));
	}
	if (told > 0)
		fputc('\n', out);
}

static void conclude(struct findings *findings, const struct cli_settings *settings, unsigned template_count, int code)
{
	FILE *out = findings->env->out;
	if (findings->wants_json) {
		fprintf(out,
			"{\"ok\":%s,\"accounts\":%u,\"routes\":%u,\"templates\":%u,\"errors\":[%.*s],\"warnings\":[%.*"
			"s]}\n",
			code == CLI_OK ? "true" : "false", settings->account_count, settings->route_count,
			template_count, (int)findings->errors.len, findings->errors.at, (int)findings->warnings.len,
			findings->warnings.at);
	} else if (code == CLI_OK) {
		fprintf(out, "%s: all is well (accounts %u, routes %u, templates %u in %s)\n", settings->path,
			settings->account_count, settings->route_count, template_count, settings->templates_dir);
	}
}

static int check(const struct cli_call *call, struct findings *findings)
{
	const struct cli_env *env = call->env;
	const struct config *config = NULL;
	struct cli_settings settings = { 0 };
	const char *path = call->argument_count ? call->arguments[0] : cli_option(call, "config");
	enum err err = env->load(path, &config, &settings, take, findings);
	if (err == ERR_NOT_FOUND && path == NULL)
		take(findings, "there is no configuration; name its file", false);
	int code = err == ERR_OK ? CLI_OK : CLI_CONFIG;
	/* Broken settings do not keep the templates from being looked at where their folder is known. */
	const char *dir = cli_option(call, "templates");
	if (dir == NULL)
		dir = settings.templates_dir;
	struct catalogue *catalogue = NULL;
	unsigned template_count = 0;
	if (dir && env->load_templates(dir, settings.locale ? settings.locale : TEMPLATE_DEFAULT_LOCALE, &catalogue,
				       take, findings) != ERR_OK)
		code = code == CLI_OK ? CLI_DATA : code;
	if (dir && !cli_proof_templates(env, &settings, dir, take, findings))
		code = code == CLI_OK ? CLI_DATA : code;
	if (catalogue)
		template_count = catalogue_count(catalogue);
	conclude(findings, &settings, template_count, code);
	if (code == CLI_OK && !findings->wants_json)
		tell_held(env->out, catalogue);
	catalogue_release(catalogue);
	return code;
}

static int run(const struct cli_call *call)
{
	char *octets = malloc(2 * PROBLEMS_OCTETS);
	if (octets == NULL) {
		fprintf(call->env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	struct findings findings = { .env = call->env,
				     .wants_json = call->wants_json,
				     .errors = buf_over(octets, PROBLEMS_OCTETS),
				     .warnings = buf_over(octets + PROBLEMS_OCTETS, PROBLEMS_OCTETS) };
	int code = check(call, &findings);
	free(octets);
	return code;
}

const struct cli_command cli_check = {
	.name = "check",
	.arguments = "[FILE]",
	.arguments_max = 1,
	.summary = "Check a configuration and all templates",
	.details = "Tells every error, not only the first. Exit 0 where all is well (warnings do not count), 78 where "
		   "the\n"
		   "configuration is wrong, 65 where only templates are. With console.forbidden_words or "
		   "console.link_domains texts are\n"
		   "proofread too: words and links that are not allowed are errors, rare characters, pictures and what "
		   "makes a text\n"
		   "dear are warnings.\n",
	.options = { { "config", "FILE", "The same as FILE" },
		     { "templates", "DIR", "Folder of templates instead of the configured one" } },
	.run = run,
};
