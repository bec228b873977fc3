/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inner.h"

#include <stdlib.h>
#include <strings.h>

#define ARENA_OCTETS (512 * 1024)
#define SCHEME       "Bearer "

static const struct httpd_route routes[] = {
	{ HTTPD_POST, "/v1/alerts", api_submit },
	{ HTTPD_DELETE, "/v1/alerts/", api_withdraw },
	{ HTTPD_GET, "/openapi.json", api_describe },
};
#define ROUTE_COUNT (sizeof routes / sizeof routes[0])

static enum err find_token(const struct api *api, const struct httpd_request *request, const struct api_token **out)
{
	struct slice given = httpd_header(request, "Authorization");
	size_t scheme_len = strlen(SCHEME); /* its case does not matter (RFC 9110 §11.1) */
	*out = NULL;
	if (given.len <= scheme_len || strncasecmp(given.at, SCHEME, scheme_len) != 0)
		return ERR_NOT_FOUND;
	return api_tokens_find(api->view.tokens(api->view.ctx),
			       (struct slice){ given.at + scheme_len, given.len - scheme_len },
			       loop_now(api->loop).wall, out);
}

const struct api_token *api_admit(const struct api *api, const struct httpd_request *request, enum api_scope scope,
				  struct httpd_response *response)
{
	const struct api_token *token;
	enum err err = find_token(api, request, &token);
	if (token != NULL && token->scopes & scope)
		return token;
	if (err == ERR_MEMORY) {
		httpd_problem(response, 503, "there is no memory to look at the token; come again");
		return NULL;
	}
	metrics_add(api->metrics, METRIC_API_UNAUTHORIZED, 1);
	if (token != NULL) {
		httpd_problem(response, 403, "the token “%s” may not do that; its scopes say so", token->name);
		return NULL;
	}
	httpd_problem(
		response, 401, "%s",
		err == ERR_TIMEOUT
			? "the time of this token is over; ask the gateway's operators for another one"
			: "send “Authorization: Bearer …” with a token of this gateway; its operators make one with "
			  "“hongyan token”");
	response->challenge = "Bearer";
	return NULL;
}

enum err api_start(struct loop *loop, const struct api_options *options, const struct api_view *view, struct api **out,
		   struct err_at *at)
{
	struct api *api = calloc(1, sizeof *api);
	void *block = malloc(ARENA_OCTETS);
	if (api == NULL || block == NULL) {
		free(api);
		free(block);
		return err_at_set(at, ERR_MEMORY, 0, NULL, "no memory for the API");
	}
	*api = (struct api){ .loop = loop, .view = *view, .metrics = options->metrics, .arena_block = block };
	list_init(&api->calls);
	arena_init(&api->arena, block, ARENA_OCTETS, ARENA_OCTETS);
	struct httpd_options limits = {
		.host = options->host,
		.port = options->port,
		.connections_max = API_CONNECTIONS_MAX,
		.body_octets_max = API_BODY_OCTETS_MAX,
		.on_dropped = api_submit_dropped,
	};
	enum err err = httpd_create(loop, &limits, routes, ROUTE_COUNT, api, &api->httpd, at);
	if (err != ERR_OK)
		api_destroy(api);
	else
		*out = api;
	return err;
}

uint16_t api_port(const struct api *api)
{
	return httpd_port(api->httpd);
}

void api_use(struct api *api, struct adder *adder)
{
	api->adder = adder;
}

void api_destroy(struct api *api)
{
	if (api == NULL)
		return;
	httpd_destroy(api->httpd);
	api_forget_calls(api);
	arena_fini(&api->arena);
	free(api->arena_block);
	free(api);
}
