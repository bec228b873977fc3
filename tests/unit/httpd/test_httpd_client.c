/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/httpd.h"

#include "unit/httpd/http_server.h"

#include <stdio.h>

Test(httpd_client, keeps_connections_and_answers_in_order)
{
	struct setup setup;
	http_server_start(&setup, NULL);
	struct http_client *client = http_clients(1);
	struct http_reply reply;
	http_client_open(client, setup.loop, setup.port);
	for (unsigned i = 0; i < 3; i++) {
		http_client_say(client, "HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\n");
		http_client_read(client, true, &reply);
		char length[16];
		cr_expect_eq(reply.status, 200);
		cr_expect_str_eq(http_reply_header(&reply, "Content-Length", length, sizeof length), "11");
	}
	/* All at once, a refused one with a body among them. */
	http_client_say(client, "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"
				"POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n12345"
				"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"
				"GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	static const unsigned want[] = { 200, 404, 201, 200 };
	for (unsigned i = 0; i < 4; i++) {
		http_client_read(client, false, &reply);
		cr_expect_eq(reply.status, want[i], "reply %u: %u", i, reply.status);
	}
	cr_expect(http_client_wait_closed(client));
	cr_expect_eq(setup.seen.calls, 6);
	http_client_close(client);
	http_server_finish(&setup);
	free(client);
}

Test(httpd_client, limits_hold)
{
	static const struct {
		const char *name, *start;
		size_t filler;
		const char *end;
		size_t body;
		bool is_chunked;
		unsigned want_status; /* 0 = closed */
	} rows[] = {
		{ "body just fits", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n", 0, "", 1000,
		  false, 201 },
		{ "body one too long", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n", 0, "", 1001,
		  false, 413 },
		{ "body much too long", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n", 0, "",
		  300000, false, 413 },
		{ "body that would never end", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000000\r\n\r\n",
		  0, "", 0, false, 413 },
		{ "body that waits for leave",
		  "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n", 0, "", 0,
		  false, 413 },
		{ "chunks just fit", "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", 0, "",
		  1000, true, 201 },
		{ "chunks too long", "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", 0, "",
		  5000, true, 413 },
		{ "chunks without end", "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", 0, "",
		  3000000, true, 0 },
		{ "header fits", "GET /hello HTTP/1.1\r\nHost: h\r\nX-Filler: ", 1500, "\r\n\r\n", 0, false, 200 },
		{ "header too long", "GET /hello HTTP/1.1\r\nHost: h\r\nX-Filler: ", 2500, "\r\n\r\n", 0, false, 431 },
		{ "header much too long", "GET /hello HTTP/1.1\r\nHost: h\r\nX-Filler: ", 100000, "\r\n\r\n", 0, false,
		  431 },
		{ "path too long", "GET /", 2500, " HTTP/1.1\r\nHost: h\r\n\r\n", 0, false, 431 },
	};
	struct setup setup;
	http_server_start(&setup, &(struct httpd_options){ .body_octets_max = 1000, .header_octets_max = 2048 });
	struct http_client *client = http_clients(1);
	char *filler = malloc(3000000);
	memset(filler, 'f', 3000000);
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_reply reply;
		http_client_open(client, setup.loop, setup.port);
		http_client_say(client, rows[i].start);
		http_client_send(client, filler, rows[i].filler);
		http_client_say(client, rows[i].end);
		if (rows[i].is_chunked) {
			char size[16];
			snprintf(size, sizeof size, "%zx\r\n", rows[i].body);
			http_client_say(client, size);
		}
		http_client_send(client, filler, rows[i].body);
		if (rows[i].is_chunked)
			http_client_say(client, "\r\n0\r\n\r\n");
		http_client_read(client, false, &reply);
		cr_expect_eq(reply.status, rows[i].want_status, "%s: status %u", rows[i].name, reply.status);
		http_client_close(client);
	}
	free(filler);
	http_server_finish(&setup);
	free(client);
}

/* A token comes back each second: of twelve requests that come at once some are too many, however slow this machine is. */
Test(httpd_client, an_address_that_asks_too_often_waits)
{
	enum { REQUESTS = 12, BURST = 2 };
	struct setup setup;
	http_server_start(&setup, &(struct httpd_options){ .requests_per_s = 1, .requests_burst = BURST });
	struct http_client *client = http_clients(1);
	struct http_reply reply;
	char header[16];
	unsigned refused = 0;
	http_client_open(client, setup.loop, setup.port);
	for (unsigned i = 0; i < REQUESTS; i++)
		http_client_say(client, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
	for (unsigned i = 0; i < REQUESTS; i++) {
		http_client_read(client, false, &reply);
		if (reply.status == 429)
			cr_expect_str_eq(http_reply_header(&reply, "Retry-After", header, sizeof header), "1");
		else
			cr_expect_eq(reply.status, 201, "reply %u: %u", i, reply.status);
		cr_expect(i >= BURST || reply.status == 201, "reply %u: %u", i, reply.status);
		refused += reply.status == 429;
	}
	cr_expect(refused > 0);
	cr_expect_eq(setup.seen.calls, REQUESTS - refused);
	http_client_close(client);
	http_server_finish(&setup);
	free(client);
}

Test(httpd_client, leave_to_send_a_body_is_given)
{
	struct setup setup;
	http_server_start(&setup, NULL);
	struct http_client *client = http_clients(1);
	struct http_reply reply;
	http_client_open(client, setup.loop, setup.port);
	http_client_say(client, "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
	http_client_read(client, false, &reply);
	cr_expect_eq(reply.status, 100);
	http_client_say(client, "abc");
	http_client_read(client, false, &reply);
	cr_expect_eq(reply.status, 201);
	cr_expect_str_eq(reply.body, "abc");
	http_client_close(client);
	http_server_finish(&setup);
	free(client);
}

Test(httpd_client, slow_clients_are_cut)
{
	static const struct {
		const char *name, *first; /* then one octet a turn */
		struct httpd_options options;
		bool answers_first;
	} rows[] = {
		{ "silent", "", { .header_us = 50 * US_PER_MS }, false },
		{ "headers by the octet", "GET /hello HTTP/1.1\r\nX: ", { .header_us = 50 * US_PER_MS }, false },
		{ "body by the octet",
		  "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n",
		  { .body_us = 50 * US_PER_MS },
		  false },
		{ "body of chunks by the octet",
		  "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfff0\r\n",
		  { .body_us = 50 * US_PER_MS },
		  false },
		{ "refused body by the octet",
		  "POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n",
		  { .body_us = 50 * US_PER_MS },
		  false },
		{ "second request by the octet",
		  "GET /hello HTTP/1.1\r\nHost: h\r\n\r\nGET /hello HTTP/1.1\r\nX: ",
		  { .idle_us = 50 * US_PER_MS },
		  true },
		{ "idle after a request",
		  "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n",
		  { .idle_us = 50 * US_PER_MS },
		  true },
	};
	struct http_client *client = http_clients(1);
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct setup setup;
		/* What a row does not say would come too late. */
		struct httpd_options options = rows[i].options;
		mono_us *others[] = { &options.header_us, &options.body_us, &options.idle_us };
		for (unsigned k = 0; k < 3; k++)
			*others[k] = *others[k] ? *others[k] : 600 * US_PER_S;
		http_server_start(&setup, &options);
		bool is_silent = rows[i].first[0] == '\0' || strstr(rows[i].name, "idle") != NULL;
		http_client_open(client, setup.loop, setup.port);
		http_client_say(client, rows[i].first);
		if (rows[i].answers_first) {
			struct http_reply reply;
			http_client_read(client, false, &reply);
			cr_expect_eq(reply.status, 200, "%s", rows[i].name);
		}
		time_t until = http_client_seconds() + HTTP_PATIENCE_S;
		unsigned turns = 0;
		do {
			if (!is_silent)
				http_client_say(client, "x");
			http_client_turn(setup.loop);
			turns++;
		} while ((httpd_connection_count(setup.httpd) != 0 || turns == 1) && http_client_seconds() < until);
		cr_assert_eq(httpd_connection_count(setup.httpd), 0, "%s", rows[i].name);
		cr_expect(http_client_wait_closed(client), "%s", rows[i].name);
		http_client_close(client);
		http_server_finish(&setup);
	}
	free(client);
}
