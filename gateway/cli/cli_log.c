/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_log.h"

#include "cli/cli_admin.h"
#include "cli/cli_command.h"
#include "cli/cli_fetch.h"
#include "cli/cli_printable.h"
#include "cli/cli_time.h"

#include "base/log.h"

#include <stdlib.h>

#define BODY_OCTETS 80

bool cli_log_is_shifted(const json_t *log)
{
	const json_t *level = json_object_get(log, "level");
	return json_is_string(level) && !json_equal(level, json_object_get(log, "configured"));
}

void cli_log_print(const json_t *log, FILE *out)
{
	char level[CLI_PRINTABLE_OCTETS];
	char configured[CLI_PRINTABLE_OCTETS];
	char span[CLI_SPAN_OCTETS];
	const json_t *for_s = json_object_get(log, "for_s");
	cli_printable(log, "level", level);
	cli_printable(log, "configured", configured);
	if (!cli_log_is_shifted(log))
		fprintf(out, "%s, as configured\n", level);
	else if (json_is_number(for_s))
		fprintf(out, "%s for %s, then %s\n", level, cli_span_format(json_number_value(for_s), span),
			configured);
	else
		fprintf(out, "%s until the next start; configured is %s\n", level, configured);
}

static int show(const struct cli_call *call, const char *url)
{
	json_t *status = NULL;
	int code = cli_admin_fetch(call, url, &status, NULL, NULL);
	if (code != CLI_OK)
		return code;
	const json_t *log = json_object_get(status, "log");
	if (call->wants_json) {
		json_dumpf(log, call->env->out, JSON_COMPACT | JSON_PRESERVE_ORDER);
		fputc('\n', call->env->out);
	} else {
		cli_log_print(log, call->env->out);
	}
	json_decref(status);
	return CLI_OK;
}

/* What the gateway answered to a change. */
static int judge(const struct cli_call *call, unsigned status, const char *body, size_t len)
{
	char detail[CLI_PRINTABLE_OCTETS];
	json_t *answer = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
	if (status == 200 && call->wants_json)
		fwrite(body, 1, len, call->env->out);
	else if (status == 200)
		cli_log_print(answer, call->env->out);
	else
		fprintf(call->env->err, "hongyan: the level is as it was (status %u): %s\n", status,
			cli_printable(answer, "detail", detail));
	json_decref(answer);
	return status == 200 ? CLI_OK : CLI_FAILED;
}

static int change(const struct cli_call *call, const char *url, const char *token, wall_ms for_ms)
{
	char body[BODY_OCTETS];
	char *answer = NULL;
	size_t len = 0;
	unsigned status = 0;
	struct err_at at = { .err = ERR_OK };
	if (for_ms > 0)
		snprintf(body, sizeof body, "{\"level\":\"%s\",\"for_s\":%lld}", call->arguments[0],
			 (long long)(for_ms / MS_PER_S));
	else
		snprintf(body, sizeof body, "{\"level\":\"%s\"}", call->arguments[0]);
	if (cli_fetch_post(url, token, body, &status, &answer, &len, &at) != ERR_OK) {
		fprintf(call->env->err, "hongyan: %s; does the gateway run?\n", at.text);
		return CLI_UNREACHABLE;
	}
	int code = judge(call, status, answer, len);
	free(answer);
	return code;
}

static int run(const struct cli_call *call)
{
	const struct cli_env *env = call->env;
	const struct config *config = NULL;
	struct cli_settings settings = { 0 };
	enum log_level level;
	wall_ms for_ms = 0;
	const char *span = cli_option(call, "for");
	const char *file = cli_option(call, "config");
	bool is_change = call->argument_count > 0;
	if (is_change && !log_level_parse(slice_of(call->arguments[0]), &level))
		return cli_usage(call, "“%s” is no level; there are debug, info, warn and error", call->arguments[0]);
	if (span != NULL && !is_change)
		return cli_usage(call, "--for needs a level: which one is it to be?");
	if (span != NULL && (!cli_time_span(slice_of(span), &for_ms) || for_ms == 0))
		return cli_usage(call, "“%s” is no time; write it as 30s, 10m, 2h or 1d", span);
	/* Its token is needed, whatever the address. */
	enum err err = env->load(file, &config, &settings, cli_tell_problem, env->err);
	if (err == ERR_NOT_FOUND && file == NULL)
		fprintf(env->err, "hongyan: there is no configuration to take address and token from; name its file "
				  "with --config\n");
	if (err != ERR_OK)
		return CLI_CONFIG;
	char *url = NULL;
	int code = cli_admin_url_by(call, &settings, is_change ? "/v1/log" : "/v1/status", &url);
	if (code == CLI_OK)
		code = is_change ? change(call, url, settings.admin_token, for_ms) : show(call, url);
	free(url);
	return code;
}

const struct cli_command cli_log = {
	.name = "log",
	.arguments = "[debug|info|warn|error]",
	.arguments_max = 1,
	.summary = "Tell or change the log level of a running gateway",
	.details = "A change is gone with the next start, or after --for. It needs admin.token in the configuration.\n",
	.options = { { "for", "TIME", "Go back to the configuration's level after 30s, 10m, 2h or 1d" },
		     { "url", "URL", "The gateway's admin address (default: admin.listen of the configuration)" },
		     { "config", "FILE",
		       "Configuration (default: HONGYAN_CONFIG, hongyan.yaml, /etc/hongyan/hongyan.yaml)" } },
	.run = run,
};
