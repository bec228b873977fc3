/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_api.h"

#include "api/api_tokens.h"
#include "app/config_check.h"
#include "app/config_file.h"

#include <stdlib.h>

#define PATH       "api.tokens_file"
#define OCTETS_MAX (256u * 1024u)

void config_check_api(struct config_load *load)
{
	struct config_api *api = &load->config->api;
	struct err_at at = { .err = ERR_OK };
	const struct tree_node *place = config_check_place(load->root, PATH);
	char *text = NULL;
	size_t len;
	bool has_file = api->tokens_file != NULL && *api->tokens_file != '\0';
	api->tokens = calloc(1, sizeof *api->tokens);
	if (api->tokens == NULL) {
		config_report(load->report, ERR_MEMORY, NULL, false, NULL, "out of memory");
		return;
	}
	if (!has_file && api->listen.host != NULL)
		config_report(load->report, ERR_NOT_FOUND, place, false, PATH,
			      "api.listen is set, but api.tokens_file says of nobody that he may ask there; “hongyan "
			      "token” makes "
			      "its lines");
	if (!has_file)
		return;
	/* Whoever may read it gets hashes only. */
	if (config_file_read_secret(api->tokens_file, OCTETS_MAX, &text, &len, NULL, &at) != ERR_OK)
		config_report(load->report, at.err, place, false, PATH, PATH ": “%.100s” %s", api->tokens_file,
			      at.text);
	else if (api_tokens_parse((struct slice){ text, len }, &load->config->zone, api->tokens, &at) != ERR_OK)
		config_report(load->report, at.err, place, false, PATH, "%.200s:%u: %s", api->tokens_file, at.line,
			      at.text);
	free(text);
}

void config_api_fini(struct config_api *api)
{
	free(api->tokens);
	api->tokens = NULL;
}
