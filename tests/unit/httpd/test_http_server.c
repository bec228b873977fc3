/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/httpd/http_server.h"

static void hello(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	struct seen *seen = ctx;
	seen->calls++;
	cr_expect_eq(request->method, HTTPD_GET);
	cr_expect_eq(request->body.len, 0);
	buf_put_text(&response->body, "{\"hello\":1}");
}

static void echo(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	struct seen *seen = ctx;
	seen->calls++;
	seen->body_len = request->body.len;
	response->status = 201;
	response->content_type = "text/plain";
	if (httpd_response_room(response, request->body.len))
		buf_put_slice(&response->body, request->body);
}

static void big(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	(void)ctx;
	(void)request;
	if (!httpd_response_room(response, BIG_OCTETS))
		return;
	for (unsigned i = 0; i < BIG_OCTETS; i++)
		buf_put_u8(&response->body, (uint8_t)('a' + i % 26));
}

static void overflow(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	(void)ctx;
	(void)request;
	for (unsigned i = 0; i <= HTTPD_BODY_OCTETS; i++)
		buf_put_u8(&response->body, 'x');
}

static void greedy(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	(void)ctx;
	(void)request;
	cr_expect(!httpd_response_room(response, (size_t)1 << 40));
}

const struct httpd_route http_server_routes[] = {
	{ HTTPD_GET, "/hello", hello }, { HTTPD_POST, "/echo", echo },        { HTTPD_PUT, "/echo", echo },
	{ HTTPD_GET, "/big", big },     { HTTPD_GET, "/overflow", overflow }, { HTTPD_GET, "/greedy", greedy },
};

void http_server_start(struct setup *setup, const struct httpd_options *wanted)
{
	*setup = (struct setup){ .loop = loop_create() };
	struct httpd_options options = wanted ? *wanted : (struct httpd_options){ 0 };
	options.host = "127.0.0.1";
	struct err_at at = { 0 };
	enum err err = httpd_create(setup->loop, &options, http_server_routes,
				    sizeof http_server_routes / sizeof http_server_routes[0], &setup->seen,
				    &setup->httpd, &at);
	cr_assert_eq(err, ERR_OK, "%s", at.text);
	setup->port = httpd_port(setup->httpd);
	cr_assert_neq(setup->port, 0);
	setup->seen.httpd = setup->httpd;
}

void http_server_finish(struct setup *setup)
{
	httpd_destroy(setup->httpd);
	loop_destroy(setup->loop);
}

/* Memory for clients: too large for the stack, released by the test's end. */
struct http_client *http_clients(unsigned count)
{
	struct http_client *made = calloc(count, sizeof *made);
	cr_assert_not_null(made);
	return made;
}
