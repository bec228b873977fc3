/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/httpd.h"

#include "unit/httpd/http_client.h"

#define LONG_US (600 * US_PER_S)

/* A server of live answers at /live, headers at /headers, constant memory at /constant. */
struct studio {
	struct loop *loop;
	struct httpd *httpd;
	struct httpd_stream *stream;
	unsigned opened, over, refused;
	char cookie[64];
	bool is_stopped;
};

static void live_page(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	struct studio *studio = ctx;
	response->content_type = "text/event-stream";
	httpd_response_header(response, "X-Live", "%d", 1);
	buf_put_text(&response->body, "never seen");
	struct httpd_stream *stream = httpd_stream_open(request, response, studio);
	if (stream == NULL) {
		studio->refused++;
		return;
	}
	studio->stream = stream;
	studio->opened++;
}

static void headers_page(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	struct studio *studio = ctx;
	snprintf(studio->cookie, sizeof studio->cookie, "%.*s", SLICE_ARG(httpd_cookie(request, "__Host-name")));
	response->cache = "max-age=1";
	httpd_response_header(response, "ETag", "\"%u\"", 7u);
	httpd_response_header(response, "Set-Cookie", "a=%s; Secure", "b");
	struct slice wanted = httpd_query(request, "bad");
	if (wanted.len > 0)
		httpd_response_header(response, "X-Bad", "%.*s", SLICE_ARG(wanted));
	for (unsigned i = 0; i < 10 && httpd_query(request, "many").len > 0; i++)
		httpd_response_header(response, "X-Many", "%u", i);
}

static const char constant[] = "constant memory";

static void constant_page(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	(void)ctx;
	(void)request;
	response->content_type = "text/plain";
	response->constant = SLICE(constant);
}

static const struct httpd_route routes[] = {
	{ HTTPD_GET, "/live", live_page },
	{ HTTPD_GET, "/headers", headers_page },
	{ HTTPD_GET, "/constant", constant_page },
};

static const struct httpd_header headers[] = { { "X-Frame-Options", "DENY" }, { NULL, NULL } };

static void on_over(void *ctx, void *state)
{
	struct studio *studio = ctx;
	cr_expect_eq(state, studio);
	studio->over++;
	studio->stream = NULL;
}

static void start(struct studio *studio, struct httpd_options options)
{
	*studio = (struct studio){ .loop = loop_create() };
	options.host = "127.0.0.1";
	options.on_stream_over = on_over;
	options.headers = headers;
	cr_assert_eq(httpd_create(studio->loop, &options, routes, 3, studio, &studio->httpd, NULL), ERR_OK);
}

static struct http_client *ask(struct studio *studio, const char *page)
{
	char request[256];
	struct http_client *client = calloc(1, sizeof *client);
	cr_assert_not_null(client);
	http_client_open(client, studio->loop, httpd_port(studio->httpd));
	snprintf(request, sizeof request,
		 "GET %s HTTP/1.1\r\nHost: h\r\nCookie: x=y; __host-Name=v0; __Host-name=v1\r\n\r\n", page);
	http_client_say(client, request);
	return client;
}

static void leave(struct http_client *client)
{
	http_client_close(client);
	free(client);
}

static void finish(struct studio *studio)
{
	httpd_destroy(studio->httpd);
	loop_destroy(studio->loop);
}

static void wait_for(struct http_client *client, const char *text)
{
	time_t until = http_client_seconds() + HTTP_PATIENCE_S;
	while (strstr(client->octets, text) == NULL) {
		cr_assert_not(client->is_closed, "closed: %s", client->octets);
		http_client_step(client);
		cr_assert_lt(http_client_seconds(), until, "no “%s”: %s", text, client->octets);
	}
}

static struct http_client *ask_live(struct studio *studio)
{
	unsigned before = studio->opened;
	struct http_client *client = ask(studio, "/live");
	wait_for(client, "\r\n\r\n");
	cr_assert_eq(studio->opened, before + 1);
	return client;
}

Test(httpd_stream, octets_arrive_when_they_are_put)
{
	struct studio studio;
	start(&studio, (struct httpd_options){ 0 });
	struct http_client *client = ask_live(&studio);
	cr_expect_not_null(strstr(client->octets, "text/event-stream"));
	cr_expect_not_null(strstr(client->octets, "X-Live: 1"));
	cr_expect_not_null(strstr(client->octets, "X-Frame-Options: DENY"));
	cr_expect_null(strstr(client->octets, "never seen"));
	cr_expect(httpd_stream_put(studio.stream, SLICE("data: one\n\n")));
	wait_for(client, "data: one\n\n");
	for (unsigned i = 0; i < 20; i++)
		http_client_step(client);
	cr_expect(httpd_stream_put(studio.stream, SLICE("data: two\n\n")));
	cr_expect(httpd_stream_put(studio.stream, SLICE("data: three\n\n")));
	wait_for(client, "data: three\n\n");
	httpd_stream_end(studio.stream);
	cr_expect_not(httpd_stream_put(studio.stream, SLICE("no")));
	wait_for(client, "\r\n0\r\n\r\n");
	cr_expect_eq(studio.over, 1);
	/* The connection lives on. */
	http_client_take(client, client->len);
	http_client_say(client, "GET /constant HTTP/1.1\r\nHost: h\r\n\r\n");
	wait_for(client, constant);
	leave(client);
	finish(&studio);
}

Test(httpd_stream, a_stream_that_nothing_is_put_into_costs_no_turns)
{
	struct studio studio;
	start(&studio, (struct httpd_options){ .answer_us = 20 * US_PER_MS });
	struct http_client *client = ask_live(&studio);
	mono_us until = loop_fresh() + 200 * US_PER_MS;
	unsigned turns = 0;
	for (; loop_fresh() < until; turns++)
		http_client_step(client);
	cr_expect_lt(turns, 400, "%u turns", turns);
	cr_expect_eq(studio.over, 0, "it has no end by itself");
	leave(client);
	finish(&studio);
	cr_expect_eq(studio.over, 1);
}

Test(httpd_stream, who_has_gone_is_found_out)
{
	struct studio studio;
	start(&studio, (struct httpd_options){ 0 });
	leave(ask_live(&studio));
	time_t until = http_client_seconds() + HTTP_PATIENCE_S;
	while (studio.stream != NULL && http_client_seconds() < until) {
		(void)httpd_stream_put(studio.stream, SLICE("data: x\n\n"));
		http_client_turn(studio.loop);
	}
	cr_expect_eq(studio.over, 1);
	finish(&studio);
}

Test(httpd_stream, who_does_not_read_is_cut)
{
	struct studio studio;
	static char block[8000];
	memset(block, 'x', sizeof block);
	for (unsigned row = 0; row < 2; row++) {
		/* By the room for what is unread, or by the time. */
		start(&studio, (struct httpd_options){ .stream_octets_max = row == 0 ? 20000 : 64 * 1024 * 1024,
						       .answer_us = row == 0 ? LONG_US : 50 * US_PER_MS });
		struct http_client *client = ask_live(&studio);
		time_t until = http_client_seconds() + HTTP_PATIENCE_S;
		unsigned puts = 0;
		while (studio.stream != NULL && http_client_seconds() < until) {
			if (puts < 4000)
				puts += httpd_stream_put(studio.stream, (struct slice){ block, sizeof block });
			http_client_turn(studio.loop);
		}
		cr_expect_eq(studio.over, 1, "row %u", row);
		leave(client);
		finish(&studio);
	}
}

Test(httpd_stream, there_are_so_many_and_no_more)
{
	struct studio studio;
	start(&studio, (struct httpd_options){ .streams_max = 1 });
	struct http_client *first = ask_live(&studio);
	struct http_client *second = ask(&studio, "/live");
	struct http_reply reply;
	http_client_read(second, false, &reply);
	cr_expect_eq(reply.status, 503);
	cr_expect_eq(studio.refused, 1);
	httpd_stream_end(studio.stream);
	wait_for(first, "\r\n0\r\n\r\n");
	leave(ask_live(&studio));
	leave(first);
	leave(second);
	finish(&studio);
}

static void on_stopped(void *ctx)
{
	struct studio *studio = ctx;
	studio->is_stopped = true;
}

Test(httpd_stream, stopping_ends_them)
{
	struct studio studio;
	start(&studio, (struct httpd_options){ 0 });
	struct http_client *client = ask_live(&studio);
	cr_expect(httpd_stream_put(studio.stream, SLICE("data: last\n\n")));
	httpd_stop(studio.httpd, LONG_US, on_stopped, &studio);
	cr_expect(http_client_wait_closed(client));
	cr_expect_not_null(strstr(client->octets, "data: last\n\n\r\n0\r\n\r\n"), "%s", client->octets);
	while (!studio.is_stopped)
		http_client_turn(studio.loop);
	cr_expect_eq(studio.over, 1);
	leave(client);
	finish(&studio);
}

Test(httpd_stream, answers_have_headers_of_all_and_their_own)
{
	struct studio studio;
	start(&studio, (struct httpd_options){ 0 });
	static const struct row {
		const char *page;
		unsigned want_status;
	} rows[] = {
		{ "/headers", 200 },
		{ "/headers?bad=a%0D%0ASet-Cookie:%20c=d", 500 },
		{ "/headers?many=1", 500 },
		{ "/nothing", 404 },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_reply reply;
		char text[64];
		struct http_client *client = ask(&studio, rows[i].page);
		http_client_read(client, false, &reply);
		cr_expect_eq(reply.status, rows[i].want_status, "%s: %u", rows[i].page, reply.status);
		cr_expect_str_eq(http_reply_header(&reply, "X-Frame-Options", text, sizeof text), "DENY");
		cr_expect_str_eq(http_reply_header(&reply, "Cache-Control", text, sizeof text),
				 i == 0 ? "max-age=1" : "no-store");
		if (i == 0) {
			cr_expect_str_eq(http_reply_header(&reply, "ETag", text, sizeof text), "\"7\"");
			cr_expect_str_eq(http_reply_header(&reply, "Set-Cookie", text, sizeof text), "a=b; Secure");
			cr_expect_str_eq(studio.cookie, "v1");
		}
		cr_expect_null(strstr(reply.head, "c=d"));
		leave(client);
	}
	struct http_reply reply;
	struct http_client *client = ask(&studio, "/constant");
	http_client_read(client, false, &reply);
	cr_expect_str_eq(reply.body, constant);
	leave(client);
	finish(&studio);
}
