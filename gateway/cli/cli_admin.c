/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_admin.h"

#include "cli/cli_fetch.h"

#include <stdlib.h>

int cli_admin_url_by(const struct cli_call *call, const struct cli_settings *settings, const char *path, char **url)
{
	const char *given = cli_option(call, "url");
	char *base = given ? NULL : cli_fetch_listener(settings->admin_host, settings->admin_port);
	given = given ? given : base;
	*url = given ? cli_fetch_url(given, path) : NULL;
	free(base);
	if (*url == NULL) {
		fprintf(call->env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	return CLI_OK;
}

int cli_admin_url(const struct cli_call *call, const char *path, char **url)
{
	const struct cli_env *env = call->env;
	const struct config *config = NULL;
	struct cli_settings settings = { 0 };
	const char *file = cli_option(call, "config");
	if (cli_option(call, "url") == NULL) {
		enum err err = env->load(file, &config, &settings, cli_tell_problem, env->err);
		if (err == ERR_NOT_FOUND && file == NULL)
			fprintf(env->err,
				"hongyan: there is no configuration to take the address from; name it with --url\n");
		if (err != ERR_OK)
			return CLI_CONFIG;
	}
	return cli_admin_url_by(call, &settings, path, url);
}

int cli_admin_fetch(const struct cli_call *call, const char *url, json_t **page, char **body, size_t *len)
{
	struct err_at at = { .err = ERR_OK };
	char *text = NULL;
	size_t text_len = 0;
	if (cli_fetch(url, &text, &text_len, &at) != ERR_OK) {
		fprintf(call->env->err, "hongyan: %s; does the gateway run?\n", at.text);
		return CLI_UNREACHABLE;
	}
	*page = json_loadb(text, text_len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(*page)) {
		fprintf(call->env->err,
			"hongyan: what answers at %s is no gateway; is the port the one of admin.listen?\n", url);
		json_decref(*page);
		free(text);
		return CLI_UNREACHABLE;
	}
	if (body != NULL) {
		*body = text;
		*len = text_len;
	} else {
		free(text);
	}
	return CLI_OK;
}
