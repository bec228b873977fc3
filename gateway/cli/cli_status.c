/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_admin.h"
#include "cli/cli_fetch.h"
#include "cli/cli_progress.h"
#include "cli/cli_status_page.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define WATCH_S 2

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

static int tell(const struct cli_call *call, const char *url)
{
	char *body = NULL;
	size_t len = 0;
	struct err_at at = { .err = ERR_OK };
	int code = CLI_UNREACHABLE;
	if (cli_fetch(url, &body, &len, &at) != ERR_OK)
		fprintf(call->env->err, "hongyan: %s; does the gateway run?\n", at.text);
	else if (cli_option(call, "alive") != NULL)
		code = CLI_OK;
	else
		code = print(call, url, body, len);
	free(body);
	return code;
}

/* Again and again, on a clean screen where that is one, until somebody wants it to end. Returns the last code. */
static int watch(const struct cli_call *call, const char *url)
{
	static const char *const clean = "\033[H\033[2J";
	const struct timespec pause = { .tv_sec = WATCH_S };
	struct cli_progress wish; /* to stop */
	int fd = fileno(call->env->out);
	bool is_screen = fd >= 0 && isatty(fd) == 1;
	int code = CLI_OK;
	cli_progress_begin(&wish, call->env->err, 0);
	while (!cli_progress_is_stopped()) {
		if (is_screen)
			fputs(clean, call->env->out);
		code = tell(call, url);
		if (fflush(call->env->out) != 0)
			break;
		nanosleep(&pause, NULL);
	}
	cli_progress_end(&wish);
	return code;
}

static int run(const struct cli_call *call)
{
	char *url = NULL;
	bool is_alive = cli_option(call, "alive") != NULL;
	bool is_watch = cli_option(call, "watch") != NULL;
	if (is_alive && is_watch)
		return cli_usage(call, "--alive answers once, and --watch goes on: one of them");
	int code = cli_admin_url(call, is_alive ? "/livez" : "/v1/status", &url);
	if (code != CLI_OK)
		return code;
	code = is_watch ? watch(call, url) : tell(call, url);
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
		       "Configuration (default: HONGYAN_CONFIG, hongyan.yaml, /etc/hongyan/hongyan.yaml)" },
		     { "watch", NULL, "Again every two seconds, until Ctrl-C" },
		     { "alive", NULL,
		       "Only whether it answers: 0 or 69, whatever is wrong; for health checks of containers" } },
	.run = run,
};
