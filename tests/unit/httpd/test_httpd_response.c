/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/httpd.h"

#include "unit/httpd/http_server.h"

Test(httpd_response, large_answers_arrive_whole)
{
	struct setup setup;
	http_server_start(&setup, NULL);
	struct http_client *client = http_clients(1);
	struct http_reply reply;
	http_client_open(client, setup.loop, setup.port);
	for (unsigned i = 0; i < 3; i++) {
		http_client_say(client, "GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
		http_client_read(client, false, &reply);
		cr_assert_eq(reply.body_len, BIG_OCTETS);
		for (unsigned at = 0; at < BIG_OCTETS; at++)
			cr_assert_eq(reply.body[at], (char)('a' + at % 26), "octet %u", at);
	}
	http_client_close(client);
	http_server_finish(&setup);
	free(client);
}

Test(httpd_response, clients_that_do_not_read_are_cut)
{
	struct setup setup;
	http_server_start(&setup, &(struct httpd_options){ .answer_us = 50 * US_PER_MS });
	struct http_client *client = http_clients(1);
	http_client_open(client, setup.loop, setup.port);
	/* Until the sockets' buffers are full. */
	for (unsigned i = 0; i < 200; i++)
		http_client_say(client, "GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
	time_t until = http_client_seconds() + HTTP_PATIENCE_S;
	while (httpd_connection_count(setup.httpd) != 0 && http_client_seconds() < until)
		http_client_turn(setup.loop);
	cr_expect_eq(httpd_connection_count(setup.httpd), 0);
	http_client_close(client);
	http_server_finish(&setup);
	free(client);
}

/* Clients that ask for much and read nothing: others still get small answers, large ones are refused. */
Test(httpd_response, unread_answers_are_bounded)
{
	struct setup setup;
	http_server_start(&setup, &(struct httpd_options){ .answer_octets_max = 3 * BIG_OCTETS });
	enum { HOGS = 8 };
	struct http_client *all = http_clients(HOGS + 1);
	unsigned refused = 0;
	for (unsigned i = 0; i < HOGS; i++) {
		http_client_open(&all[i], setup.loop, setup.port);
		for (unsigned times = 0; times < 40; times++)
			http_client_say(&all[i], "GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
	}
	struct http_client *client = &all[HOGS];
	struct http_reply reply;
	http_client_open(client, setup.loop, setup.port);
	http_client_say(client, "GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
	http_client_read(client, false, &reply);
	refused += reply.status == 503;
	cr_expect_eq(refused, 1, "status %u", reply.status);
	http_client_say(client, "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
	http_client_read(client, false, &reply);
	cr_expect_eq(reply.status, 200, "status %u", reply.status);
	for (unsigned i = 0; i < HOGS; i++)
		http_client_close(&all[i]);
	/* Once they are gone all is as before. */
	do {
		http_client_turn(setup.loop);
	} while (httpd_connection_count(setup.httpd) > 1);
	http_client_say(client, "GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
	http_client_read(client, false, &reply);
	cr_expect_eq(reply.status, 200);
	http_client_close(client);
	http_server_finish(&setup);
	free(all);
}
