/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/httpd.h"

#include "unit/httpd/http_client.h"

#define SHORT_US (50 * US_PER_MS)
#define LONG_US  (600 * US_PER_S)

/* A server whose pages below /wait/ wait until the test lets them go on. */
struct desk {
	struct loop *loop;
	struct httpd *httpd;
	struct httpd_client *waiting[4];
	unsigned waiting_count, overdue, dropped, answered;
	char target[128], peer[HTTPD_PEER_OCTETS], header[32];
	bool is_stopped;
	mono_us wait_us;
};

static void wait_page(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	struct desk *desk = ctx;
	if (request->state == NULL) {
		snprintf(desk->target, sizeof desk->target, "%.*s", SLICE_ARG(request->target));
		snprintf(desk->header, sizeof desk->header, "%.*s", SLICE_ARG(httpd_header(request, "x-thing")));
		httpd_peer(request, desk->peer);
		buf_put_text(&response->body, "never seen");
		desk->waiting[desk->waiting_count++] = httpd_wait(request, desk, desk->wait_us);
		return;
	}
	cr_expect_eq(request->state, desk);
	desk->overdue += request->is_overdue;
	desk->answered++;
	response->status = request->is_overdue ? 503 : 200;
	response->retry_after_s = request->is_overdue ? 7 : 0;
	buf_put_slice(&response->body, request->body);
}

static const struct httpd_route routes[] = {
	{ HTTPD_GET, "/wait/", wait_page },
	{ HTTPD_POST, "/wait/", wait_page },
};

static void on_dropped(void *ctx, void *state)
{
	struct desk *desk = ctx;
	cr_expect_eq(state, desk);
	desk->dropped++;
}

/* wait_us: how long a page waits at most. */
static void start(struct desk *desk, mono_us wait_us)
{
	*desk = (struct desk){ .loop = loop_create(), .wait_us = wait_us };
	struct httpd_options options = { .host = "127.0.0.1", .keeps_target = true, .on_dropped = on_dropped };
	cr_assert_eq(httpd_create(desk->loop, &options, routes, 2, desk, &desk->httpd, NULL), ERR_OK);
}

static struct http_client *ask(struct desk *desk, const char *text)
{
	struct http_client *client = calloc(1, sizeof *client);
	http_client_open(client, desk->loop, httpd_port(desk->httpd));
	unsigned before = desk->waiting_count;
	http_client_say(client, text);
	time_t until = http_client_seconds() + HTTP_PATIENCE_S;
	while (desk->waiting_count == before && http_client_seconds() < until)
		http_client_turn(desk->loop);
	cr_assert_eq(desk->waiting_count, before + 1);
	return client;
}

static void finish(struct desk *desk, struct http_client *client)
{
	http_client_close(client);
	free(client);
	httpd_destroy(desk->httpd);
	loop_destroy(desk->loop);
}

Test(httpd_wait, goes_on_when_told)
{
	struct desk desk;
	struct http_reply reply;
	start(&desk, LONG_US);
	struct http_client *client = ask(
		&desk, "POST /wait/a/b?q=%41&r HTTP/1.1\r\nHost: h\r\nX-Thing: some\r\nContent-Length: 3\r\n\r\nabc");
	cr_expect_str_eq(desk.target, "/wait/a/b?q=%41&r");
	cr_expect_str_eq(desk.header, "some");
	cr_expect_str_eq(desk.peer, "127.0.0.1");
	for (unsigned i = 0; i < 3; i++)
		http_client_step(client);
	cr_expect_eq(client->len, 0, "answered too early: %s", client->octets);
	httpd_resume(desk.waiting[0]);
	http_client_read(client, false, &reply);
	cr_expect_eq(reply.status, 200);
	cr_expect_str_eq(reply.body, "abc");
	char retry[16];
	cr_expect_str_eq(http_reply_header(&reply, "Retry-After", retry, sizeof retry), "");
	/* The connection lives on and can wait again. */
	http_client_say(client, "GET /wait/ HTTP/1.1\r\nHost: h\r\n\r\n");
	while (desk.waiting_count < 2)
		http_client_turn(desk.loop);
	httpd_resume(desk.waiting[1]);
	http_client_read(client, false, &reply);
	cr_expect_eq(reply.status, 200);
	cr_expect_eq(desk.answered, 2);
	cr_expect_eq(desk.dropped, 0);
	finish(&desk, client);
}

Test(httpd_wait, has_an_end)
{
	struct desk desk;
	struct http_reply reply;
	start(&desk, SHORT_US);
	struct http_client *client = ask(&desk, "GET /wait/ HTTP/1.1\r\nHost: h\r\n\r\n");
	http_client_read(client, false, &reply);
	cr_expect_eq(reply.status, 503);
	char retry[16];
	cr_expect_str_eq(http_reply_header(&reply, "Retry-After", retry, sizeof retry), "7");
	cr_expect_eq(desk.overdue, 1);
	cr_expect_eq(desk.dropped, 0);
	finish(&desk, client);
}

Test(httpd_wait, destroying_drops_those_that_wait)
{
	struct desk desk;
	start(&desk, LONG_US);
	struct http_client *client = ask(&desk, "GET /wait/ HTTP/1.1\r\nHost: h\r\n\r\n");
	httpd_destroy(desk.httpd);
	cr_expect_eq(desk.dropped + desk.answered, 1);
	cr_expect(http_client_wait_closed(client));
	desk.httpd = NULL;
	finish(&desk, client);
}

static void on_stopped(void *ctx)
{
	struct desk *desk = ctx;
	desk->is_stopped = true;
}

Test(httpd_wait, stopping_waits_for_them_and_no_longer_than_its_grace)
{
	static const mono_us graces[] = { LONG_US, 0 };
	for (unsigned i = 0; i < 2; i++) {
		struct desk desk;
		start(&desk, i == 0 ? SHORT_US : LONG_US);
		struct http_client *client = ask(&desk, "GET /wait/ HTTP/1.1\r\nHost: h\r\n\r\n");
		httpd_stop(desk.httpd, graces[i], on_stopped, &desk);
		time_t until = http_client_seconds() + HTTP_PATIENCE_S;
		while (!desk.is_stopped && http_client_seconds() < until)
			http_client_step(client);
		cr_expect(desk.is_stopped);
		cr_expect_eq(desk.overdue, i == 0, "row %u", i);
		cr_expect_eq(desk.dropped + desk.answered, 1, "row %u", i);
		finish(&desk, client);
	}
}

Test(httpd_wait, servers_share_an_address)
{
	struct loop *loop = loop_create();
	struct desk desks[2] = { { .loop = loop }, { .loop = loop } };
	int fd;
	uint16_t port;
	struct err_at at = { 0 };
	cr_assert_eq(httpd_reserve("127.0.0.1", 0, &fd, &port, &at), ERR_OK, "%s", at.text);
	struct httpd_options options = {
		.host = "127.0.0.1", .port = port, .is_shared = true, .on_dropped = on_dropped
	};
	for (unsigned i = 0; i < 2; i++)
		cr_assert_eq(httpd_create(loop, &options, routes, 2, &desks[i], &desks[i].httpd, &at), ERR_OK, "%s",
			     at.text);
	struct http_client *client = calloc(1, sizeof *client);
	for (unsigned i = 0; i < 4; i++) {
		http_client_open(client, loop, port);
		http_client_say(client, "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n");
		struct http_reply reply;
		http_client_read(client, false, &reply);
		cr_expect_eq(reply.status, 404);
		http_client_close(client);
	}
	free(client);
	close(fd);
	httpd_destroy(desks[0].httpd);
	httpd_destroy(desks[1].httpd);
	loop_destroy(loop);
}
