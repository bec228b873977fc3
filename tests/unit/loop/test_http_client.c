/* SPDX-License-Identifier: Apache-2.0 */

/* The client against a server that the test plays with plain sockets. */

#include "loop/http_client.h"

#include "unit/loop/http_peer.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUARD_US (60 * (mono_us)US_PER_S)
#define PLACES   4

struct told {
	unsigned count;
	enum http_end end;
	unsigned status;
	bool is_cut;
	char body[256];
	char retry_after[64];
	char reason[256];
};

static struct rig {
	struct loop *loop;
	struct http_client *client;
	struct address_guard *guard;
	struct http_peer peer;
	char url[128];
	struct told told[PLACES];
	unsigned probed;
	bool is_reachable;
	char probe_reason[256];
	bool in_downcall;
	/* What the peer does with a request. */
	unsigned status;
	const char *headers;
	const char *body;
	void (*instead)(struct http_peer_connection *connection);
	char request[4096];
} rig;

static void on_request(struct http_peer *peer, struct http_peer_connection *connection)
{
	(void)peer;
	snprintf(rig.request, sizeof rig.request, "%.4000s", connection->request);
	if (rig.instead != NULL)
		rig.instead(connection);
	else
		http_peer_answer(connection, rig.status, rig.headers, rig.body);
}

static void on_done(void *ctx, unsigned place, const struct http_result *result)
{
	(void)ctx;
	struct told *told = &rig.told[place];
	cr_assert_not(rig.in_downcall, "an upcall inside a downcall");
	cr_assert_not_null(result->reason);
	told->count++;
	told->end = result->end;
	told->status = result->status;
	told->is_cut = result->is_cut;
	snprintf(told->body, sizeof told->body, "%.*s", SLICE_ARG(result->body));
	snprintf(told->retry_after, sizeof told->retry_after, "%.*s", SLICE_ARG(result->retry_after));
	snprintf(told->reason, sizeof told->reason, "%s", result->reason);
}

static void on_probed(void *ctx, bool is_reachable, const char *reason)
{
	(void)ctx;
	cr_assert_not(rig.in_downcall, "an upcall inside a downcall");
	rig.probed++;
	rig.is_reachable = is_reachable;
	snprintf(rig.probe_reason, sizeof rig.probe_reason, "%s", reason);
}

static void set_up_with(struct http_client_options *options, const char *allow)
{
	static const struct http_client_events events = { .on_done = on_done, .on_probed = on_probed };
	memset(&rig, 0, sizeof rig); /* no literal: it would not fit on the stack */
	rig.status = 200;
	rig.headers = "";
	rig.body = "yes";
	http_peer_open(&rig.peer, on_request, NULL);
	snprintf(rig.url, sizeof rig.url, "http://127.0.0.1:%u/sms", (unsigned)rig.peer.port);
	cr_assert_eq(address_guard_create(&allow, 1, "127.0.0.1", &rig.guard, NULL), ERR_OK);
	options->guard = rig.guard;
	options->places = PLACES;
	options->body_octets_max = options->body_octets_max ? options->body_octets_max : 1024;
	options->connect_timeout_us = options->connect_timeout_us ? options->connect_timeout_us : 2 * (mono_us)US_PER_S;
	options->response_timeout_us =
		options->response_timeout_us ? options->response_timeout_us : 5 * (mono_us)US_PER_S;
	rig.loop = loop_create();
	rig.client = http_client_create(rig.loop, options, &events, NULL);
	cr_assert_not_null(rig.client);
}

static void set_up(void)
{
	set_up_with(&(struct http_client_options){ .places = PLACES }, "127.0.0.0/8");
}

static void tear_down(void)
{
	http_client_destroy(rig.client);
	loop_destroy(rig.loop);
	address_guard_destroy(rig.guard);
	http_peer_close(&rig.peer);
}

static void turn(void)
{
	struct pollfd ready = { .fd = uv_backend_fd(loop_uv(rig.loop)), .events = POLLIN };
	uv_run(loop_uv(rig.loop), UV_RUN_NOWAIT);
	http_peer_turn(&rig.peer);
	poll(&ready, 1, 1);
}

static void run_until(const unsigned *count, unsigned least, const char *what)
{
	mono_us end = loop_now(rig.loop).mono + GUARD_US;
	while (*count < least) {
		turn();
		cr_assert_lt(loop_now(rig.loop).mono, end, "it does not come: %s", what);
	}
}

static void start_with(unsigned place, const char *method, const char *url, struct slice body)
{
	static const char headers[] = "Content-Type: application/json\0X-Id: 7";
	struct http_call call = { .method = method, .url = url, .headers = headers, .header_count = 2, .body = body };
	rig.in_downcall = true;
	http_client_start(rig.client, place, &call);
	http_client_flush(rig.client);
	rig.in_downcall = false;
}

static void start(unsigned place)
{
	start_with(place, "POST", rig.url, SLICE("{\"to\":\"1\"}"));
}

Test(http_client, says_what_it_is_told_and_keeps_the_connection)
{
	static const struct {
		const char *method;
		struct slice body;
		const char *want[4];
	} rows[] = {
		{ "POST",
		  SLICE("{\"a\":1}"),
		  { "POST /sms HTTP/1.1\r\n", "\r\nX-Id: 7\r\n", "\r\n\r\n{\"a\":1}", NULL } },
		{ "GET", { NULL, 0 }, { "GET /sms HTTP/1.1\r\n", "\r\nX-Id: 7\r\n", NULL } },
		{ "PUT", SLICE("x"), { "PUT /sms HTTP/1.1\r\n", "Content-Length: 1\r\n", "\r\n\r\nx", NULL } },
		{ "POST", { NULL, 0 }, { "POST /sms HTTP/1.1\r\n", "Content-Length: 0\r\n", NULL } },
		{ "POST", SLICE("again"), { "Content-Type: application/json\r\n", "\r\n\r\nagain", NULL } },
	};
	set_up();
	rig.headers = "Retry-After: 12 \r\nX-Other: 1\r\n";
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		start_with(0, rows[i].method, rig.url, rows[i].body);
		run_until(&rig.told[0].count, i + 1, rows[i].method);
		cr_expect_eq(rig.told[0].end, HTTP_END_ANSWERED, "%s: %s", rows[i].method, rig.told[0].reason);
		cr_expect_eq(rig.told[0].status, 200, "%s", rows[i].method);
		cr_expect_str_eq(rig.told[0].body, "yes");
		cr_expect_str_eq(rig.told[0].retry_after, "12");
		for (unsigned k = 0; rows[i].want[k] != NULL; k++)
			cr_expect_not_null(strstr(rig.request, rows[i].want[k]), "row %u: %s", i, rig.request);
		cr_expect_null(strstr(rig.request, "Expect:"), "%s", rig.request);
	}
	cr_expect_eq(rig.peer.accepted, 1, "%u connections", rig.peer.accepted);
	cr_expect_eq(http_client_connections(rig.client), 1);
	tear_down();
}

Test(http_client, several_at_once_each_with_its_answer)
{
	set_up();
	for (unsigned round = 1; round <= 3; round++) {
		for (unsigned i = 0; i < PLACES; i++)
			start(i);
		for (unsigned i = 0; i < PLACES; i++)
			run_until(&rig.told[i].count, round, "an answer");
	}
	cr_expect_leq(rig.peer.accepted, (unsigned)PLACES);
	cr_expect_eq(rig.peer.requests, 3u * PLACES);
	tear_down();
}

static void never(struct http_peer_connection *connection)
{
	(void)connection;
}

static void reset(struct http_peer_connection *connection)
{
	http_peer_end(connection, true);
}

static void hang_up(struct http_peer_connection *connection)
{
	http_peer_end(connection, false);
}

static void half(struct http_peer_connection *connection)
{
	static const char octets[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
	http_peer_write(connection, octets, sizeof octets - 1, false);
	http_peer_end(connection, false);
}

static void garbage(struct http_peer_connection *connection)
{
	static const char octets[] = "\x01\x02 this is no HTTP\r\n\r\n";
	http_peer_write(connection, octets, sizeof octets - 1, false);
	http_peer_end(connection, false);
}

static void many_headers(struct http_peer_connection *connection)
{
	char line[1024];
	memset(line, 'x', sizeof line);
	memcpy(line, "X-Long: ", 8);
	memcpy(line + sizeof line - 2, "\r\n", 2);
	http_peer_write(connection, "HTTP/1.1 200 OK\r\n", 17, false);
	for (unsigned i = 0; i < 80; i++)
		http_peer_write(connection, line, sizeof line, false);
}

static void interim(struct http_peer_connection *connection)
{
	static const char octets[] = "HTTP/1.1 103 Early\r\nRetry-After: 9\r\n\r\n";
	http_peer_write(connection, octets, sizeof octets - 1, false);
	http_peer_answer(connection, 201, "", "made");
}

static void elsewhere(struct http_peer_connection *connection)
{
	http_peer_answer(connection, 302, "Location: /other\r\n", "go");
}

static void long_body(struct http_peer_connection *connection)
{
	static char body[4096];
	memset(body, 'b', sizeof body - 1);
	http_peer_answer(connection, 418, "", body);
}

Test(http_client, tells_how_far_a_request_got)
{
	static const struct {
		const char *name;
		void (*instead)(struct http_peer_connection *);
		enum http_end want;
		unsigned want_status;
		bool want_cut;
		const char *want_body;
		const char *want_reason;
	} rows[] = {
		{ "no answer", never, HTTP_END_LOST, 0, false, "", "timed out" },
		{ "reset", reset, HTTP_END_LOST, 0, false, "", "" },
		{ "closed", hang_up, HTTP_END_LOST, 0, false, "", "" },
		{ "half an answer", half, HTTP_END_LOST, 200, false, "half", "" },
		{ "garbage", garbage, HTTP_END_LOST, 0, false, "", "" },
		{ "headers without end", many_headers, HTTP_END_LOST, 200, false, "", "octets of headers" },
		{ "an interim answer first", interim, HTTP_END_ANSWERED, 201, false, "made", "" },
		{ "a redirect is an answer", elsewhere, HTTP_END_ANSWERED, 302, false, "go", "" },
		{ "a long body", long_body, HTTP_END_ANSWERED, 418, true, "", "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up_with(&(struct http_client_options){ .response_timeout_us = 300 * US_PER_MS }, "127.0.0.1");
		/* A kept connection first, on which the fault then comes. */
		start(0);
		run_until(&rig.told[0].count, 1, rows[i].name);
		unsigned before = rig.peer.requests;
		rig.instead = rows[i].instead;
		start(0);
		run_until(&rig.told[0].count, 2, rows[i].name);
		const struct told *told = &rig.told[0];
		cr_expect_eq(told->end, rows[i].want, "%s: end %d, %s", rows[i].name, (int)told->end, told->reason);
		cr_expect_eq(told->status, rows[i].want_status, "%s: %u", rows[i].name, told->status);
		cr_expect_eq(told->is_cut, rows[i].want_cut, "%s", rows[i].name);
		cr_expect_str_eq(told->body, rows[i].want_body, "%s: %s", rows[i].name, told->body);
		cr_expect_str_eq(told->retry_after, "", "%s", rows[i].name);
		cr_expect_not_null(strstr(told->reason, rows[i].want_reason), "%s: %s", rows[i].name, told->reason);
		cr_expect_eq(rig.peer.requests, before + 1, "%s: it was written %u times", rows[i].name,
			     rig.peer.requests - before);
		rig.instead = NULL;
		start(0);
		run_until(&rig.told[0].count, 3, rows[i].name);
		cr_expect_eq(told->end, HTTP_END_ANSWERED, "%s: it works again: %s", rows[i].name, told->reason);
		tear_down();
	}
}

Test(http_client, a_kept_connection_that_was_closed_meanwhile_is_not_used)
{
	set_up();
	start(0);
	run_until(&rig.told[0].count, 1, "the first");
	http_peer_end(&rig.peer.connections[0], false);
	turn();
	start(0);
	run_until(&rig.told[0].count, 2, "the second");
	cr_expect_eq(rig.told[0].end, HTTP_END_ANSWERED, "%s", rig.told[0].reason);
	cr_expect_eq(rig.peer.accepted, 2);
	tear_down();
}

Test(http_client, what_was_never_connected_was_not_sent)
{
	static const struct {
		const char *name;
		const char *url; /* NULL = the peer's, with nobody listening */
		const char *allow;
		const char *want_reason;
	} rows[] = {
		{ "nobody listens", NULL, "127.0.0.1", "" },
		{ "an address that is not allowed", NULL, "10.0.0.0/8", "127.0.0.1 is loopback and not among" },
		{ "the same by name", "http://localhost:1/", "10.0.0.0/8", " is loopback and not among" },
		{ "the same in another spelling", "http://0x7f.1:1/", "10.0.0.0/8", " is loopback and not among" },
		{ "a cloud's metadata", "http://169.254.169.254/latest", "127.0.0.1", "is link-local" },
		{ "no such name", "http://nobody.invalid/", "127.0.0.1", "" },
		{ "another scheme", "file:///etc/passwd", "127.0.0.1", "" },
		{ "another scheme that curl knows", "gopher://127.0.0.1:1/", "127.0.0.1", "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up_with(&(struct http_client_options){ .connect_timeout_us = US_PER_S }, rows[i].allow);
		http_peer_listen(&rig.peer, false);
		start_with(1, "POST", rows[i].url ? rows[i].url : rig.url, SLICE("x"));
		run_until(&rig.told[1].count, 1, rows[i].name);
		cr_expect_eq(rig.told[1].end, HTTP_END_UNSENT, "%s", rows[i].name);
		cr_expect_not_null(strstr(rig.told[1].reason, rows[i].want_reason), "%s: %s", rows[i].name,
				   rig.told[1].reason);
		cr_expect_neq(rig.told[1].reason[0], '\0', "%s", rows[i].name);
		tear_down();
	}
}

Test(http_client, the_account_s_proxy_counts_and_is_judged)
{
	static const struct {
		const char *name;
		const char *proxy;
		const char *allow;
		enum http_end want;
		const char *want_reason;
	} rows[] = {
		{ "none: the environment's is not asked", NULL, "127.0.0.1", HTTP_END_ANSWERED, "" },
		{ "one that has gone", "http://127.0.0.1:1", "127.0.0.1", HTTP_END_UNSENT, "" },
		{ "one that is not allowed", "http://127.0.0.1:1", "10.0.0.0/8", HTTP_END_UNSENT, "is loopback" },
	};
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("no_proxy", "*", 1);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up_with(&(struct http_client_options){ .proxy = rows[i].proxy }, rows[i].allow);
		start(0);
		run_until(&rig.told[0].count, 1, rows[i].name);
		cr_expect_eq(rig.told[0].end, rows[i].want, "%s: %s", rows[i].name, rig.told[0].reason);
		cr_expect_not_null(strstr(rig.told[0].reason, rows[i].want_reason), "%s: %s", rows[i].name,
				   rig.told[0].reason);
		tear_down();
	}
}

static void as_proxy(struct http_peer_connection *connection)
{
	http_peer_answer(connection, 200, "", "through");
}

Test(http_client, through_a_proxy)
{
	struct http_peer proxy;
	http_peer_open(&proxy, on_request, NULL);
	char url[64];
	snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)proxy.port);
	set_up_with(&(struct http_client_options){ .proxy = url }, "127.0.0.1");
	rig.instead = as_proxy;
	start_with(0, "POST", "http://sms.example.com/send", SLICE("x"));
	mono_us end = loop_now(rig.loop).mono + GUARD_US;
	while (rig.told[0].count == 0) {
		turn();
		http_peer_turn(&proxy);
		cr_assert_lt(loop_now(rig.loop).mono, end);
	}
	cr_expect_str_eq(rig.told[0].body, "through", "%s", rig.told[0].reason);
	cr_expect_not_null(strstr(rig.request, "POST http://sms.example.com/send HTTP/1.1\r\n"), "%s", rig.request);
	tear_down();
	http_peer_close(&proxy);
}

Test(http_client, cancels)
{
	set_up();
	rig.instead = never;
	start(0);
	run_until(&rig.peer.requests, 1, "the request");
	cr_expect(http_client_cancel(rig.client, 0), "it had left");
	for (unsigned i = 0; i < 20; i++)
		turn();
	cr_expect_eq(rig.told[0].count, 0, "told after it was cancelled");
	start_with(1, "POST", "http://10.255.255.1/", SLICE("x")); /* the guard: it cannot leave */
	cr_expect_not(http_client_cancel(rig.client, 1), "nothing had left");
	rig.instead = NULL;
	start(0);
	run_until(&rig.told[0].count, 1, "the place works again");
	start(1);
	tear_down(); /* with a request under way */
}

Test(http_client, hangs_up)
{
	set_up();
	for (unsigned i = 1; i <= 3; i++) {
		start(0);
		run_until(&rig.told[0].count, i, "an answer");
		cr_expect_eq(http_client_connections(rig.client), 1);
		http_client_hang_up(rig.client);
		cr_expect_eq(http_client_connections(rig.client), 0);
		cr_expect_eq(rig.peer.accepted, i, "a new connection each time");
	}
	tear_down();
}

Test(http_client, a_probe_makes_no_more_connections_than_there_may_be)
{
	unsigned open = 0;
	set_up();
	rig.instead = never;
	for (unsigned i = 0; i < PLACES; i++)
		start(i);
	run_until(&rig.peer.requests, PLACES, "all places are busy");
	http_client_probe(rig.client, rig.url);
	for (unsigned i = 0; i < 20; i++)
		turn();
	cr_expect_eq(rig.peer.accepted, PLACES, "%u connections", rig.peer.accepted);
	for (unsigned i = 0; i < HTTP_PEER_CONNECTIONS; i++)
		if (rig.peer.connections[i].is_awaiting && open++ == 0)
			http_peer_answer(&rig.peer.connections[i], 200, "", "yes");
	run_until(&rig.probed, 1, "the probe has its turn");
	cr_expect(rig.is_reachable, "%s", rig.probe_reason);
	tear_down();
}

Test(http_client, probes)
{
	set_up();
	for (unsigned i = 1; i <= 2; i++) {
		rig.in_downcall = true;
		http_client_probe(rig.client, rig.url);
		rig.in_downcall = false;
		run_until(&rig.probed, 2 * i - 1, "a probe");
		cr_expect(rig.is_reachable, "%s", rig.probe_reason);
		http_peer_listen(&rig.peer, false);
		rig.in_downcall = true;
		http_client_probe(rig.client, rig.url);
		rig.in_downcall = false;
		run_until(&rig.probed, 2 * i, "another one");
		cr_expect_not(rig.is_reachable);
		cr_expect_neq(rig.probe_reason[0], '\0');
		http_peer_listen(&rig.peer, true);
	}
	cr_expect_eq(rig.peer.requests, 0, "a probe says nothing");
	cr_expect_eq(http_client_connections(rig.client), 0, "and leaves nothing open");
	tear_down();
}
