/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/httpd.h"

#include "unit/httpd/http_server.h"

#include <fcntl.h>
#include <sys/resource.h>

Test(httpd, idle_connections_block_nobody)
{
	static const struct {
		const char *name;
		unsigned connections_max, idlers;
	} rows[] = {
		{ "room for all", 256, 100 },
		{ "the last place", 101, 100 },
		{ "more than there is room for", 20, 100 },
		{ "the fewest", 2, 10 },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct setup setup;
		http_server_start(&setup, &(struct httpd_options){ .connections_max = rows[i].connections_max });
		struct http_client *all = http_clients(rows[i].idlers + 1);
		for (unsigned idler = 0; idler < rows[i].idlers; idler++) {
			http_client_open(&all[idler], setup.loop, setup.port);
			if (idler % 2)
				http_client_say(&all[idler], "GET /hello HT");
			http_client_turn(setup.loop);
		}
		struct http_client *client = &all[rows[i].idlers];
		http_client_open(client, setup.loop, setup.port);
		for (unsigned times = 0; times < 5; times++) {
			struct http_reply reply;
			http_client_say(client, "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
			http_client_read(client, false, &reply);
			cr_expect_eq(reply.status, 200, "%s", rows[i].name);
		}
		unsigned want =
			rows[i].idlers + 1 < rows[i].connections_max ? rows[i].idlers + 1 : rows[i].connections_max;
		cr_expect_eq(httpd_connection_count(setup.httpd), want, "%s: %u", rows[i].name,
			     httpd_connection_count(setup.httpd));
		for (unsigned at = 0; at <= rows[i].idlers; at++)
			http_client_close(&all[at]);
		http_server_finish(&setup);
		free(all);
	}
}

/* All places taken by clients in the middle of a body: a newcomer waits until one of them is cut. */
Test(httpd, newcomers_wait_for_busy_connections)
{
	struct setup setup;
	http_server_start(&setup, &(struct httpd_options){ .connections_max = 2, .body_us = 50 * US_PER_MS });
	struct http_client *all = http_clients(3);
	struct http_reply reply;
	for (unsigned i = 0; i < 2; i++) {
		http_client_open(&all[i], setup.loop, setup.port);
		http_client_say(&all[i],
				"POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
		http_client_read(&all[i], false, &reply);
		cr_expect_eq(reply.status, 100);
	}
	http_client_open(&all[2], setup.loop, setup.port);
	http_client_say(&all[2], "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
	http_client_read(&all[2], false, &reply);
	cr_expect_eq(reply.status, 200);
	for (unsigned i = 0; i < 3; i++)
		http_client_close(&all[i]);
	http_server_finish(&setup);
	free(all);
}

/* Out of descriptors: accepting pauses, the loop does not spin, and goes on when there are some again. */
Test(httpd, lack_of_descriptors_is_outlived)
{
	struct setup setup;
	http_server_start(&setup, NULL);
	struct http_client *client = http_clients(1);
	http_client_open(client, setup.loop, setup.port);
	int highest = fcntl(client->fd, F_DUPFD, 0);
	close(highest);
	struct rlimit before, now;
	getrlimit(RLIMIT_NOFILE, &before);
	now = (struct rlimit){ (rlim_t)highest, before.rlim_max };
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &now), 0);
	for (unsigned i = 0; i < 10; i++)
		http_client_turn(setup.loop);
	cr_expect_eq(httpd_connection_count(setup.httpd), 0);
	/* None is waited at the instant at which accepting is tried again, but else. */
	time_t until = http_client_seconds() + HTTP_PATIENCE_S;
	while (uv_backend_timeout(loop_uv(setup.loop)) <= 0 && http_client_seconds() < until)
		uv_run(loop_uv(setup.loop), UV_RUN_NOWAIT);
	cr_expect_gt(uv_backend_timeout(loop_uv(setup.loop)), 0, "the loop spins");
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	struct http_reply reply;
	http_client_say(client, "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
	http_client_read(client, false, &reply);
	cr_expect_eq(reply.status, 200);
	http_client_close(client);
	http_server_finish(&setup);
	free(client);
}

static void on_stopped(void *ctx)
{
	struct setup *setup = ctx;
	setup->seen.is_stopped = true;
	httpd_destroy(setup->httpd);
	setup->httpd = NULL;
}

static void wait_stopped(struct setup *setup)
{
	time_t until = http_client_seconds() + HTTP_PATIENCE_S;
	while (!setup->seen.is_stopped && http_client_seconds() < until)
		http_client_turn(setup->loop);
	cr_expect(setup->seen.is_stopped);
}

Test(httpd, stop_lets_requests_end)
{
	struct setup setup;
	http_server_start(&setup, NULL);
	struct http_client *all = http_clients(3);
	struct http_client *busy = &all[0], *idle = &all[1], *late = &all[2];
	http_client_open(busy, setup.loop, setup.port);
	http_client_open(idle, setup.loop, setup.port);
	http_client_say(busy, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
	while (httpd_connection_count(setup.httpd) != 2)
		http_client_turn(setup.loop);
	http_client_turn(setup.loop);
	httpd_stop(setup.httpd, 60 * US_PER_S, on_stopped, &setup);
	cr_expect(http_client_wait_closed(idle));
	cr_expect(!setup.seen.is_stopped);
	late->loop = setup.loop;
	late->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(setup.port) };
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	cr_expect_neq(connect(late->fd, (struct sockaddr *)&to, sizeof to), 0, "still listening");
	http_client_say(busy, "cd");
	struct http_reply reply;
	char connection[16];
	http_client_read(busy, false, &reply);
	cr_expect_eq(reply.status, 201);
	cr_expect_str_eq(reply.body, "abcd");
	cr_expect_str_eq(http_reply_header(&reply, "Connection", connection, sizeof connection), "close");
	wait_stopped(&setup);
	for (unsigned i = 0; i < 3; i++)
		http_client_close(&all[i]);
	http_server_finish(&setup);
	free(all);
}

Test(httpd, stop_ends_with_its_grace)
{
	static const struct {
		const char *name;
		bool is_busy;
		mono_us grace_us;
	} rows[] = {
		{ "nobody there", false, 60 * US_PER_S },
		{ "a slow request", true, 30 * US_PER_MS },
		{ "a slow request, no grace", true, 0 },
	};
	struct http_client *client = http_clients(1);
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct setup setup;
		http_server_start(&setup, NULL);
		if (rows[i].is_busy) {
			http_client_open(client, setup.loop, setup.port);
			http_client_say(client, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
			while (httpd_connection_count(setup.httpd) != 1)
				http_client_turn(setup.loop);
			http_client_turn(setup.loop);
		}
		httpd_stop(setup.httpd, rows[i].grace_us, on_stopped, &setup);
		wait_stopped(&setup);
		if (rows[i].is_busy) {
			cr_expect(http_client_wait_closed(client), "%s", rows[i].name);
			http_client_close(client);
		}
		http_server_finish(&setup);
	}
	free(client);
}

Test(httpd, destroy_closes_what_is_open)
{
	struct setup setup;
	http_server_start(&setup, NULL);
	struct http_client *all = http_clients(3);
	static const char *const said[] = { "", "GET /hel",
					    "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab" };
	for (unsigned i = 0; i < 3; i++) {
		http_client_open(&all[i], setup.loop, setup.port);
		http_client_say(&all[i], said[i]);
	}
	while (httpd_connection_count(setup.httpd) != 3)
		http_client_turn(setup.loop);
	httpd_destroy(setup.httpd);
	for (unsigned i = 0; i < 3; i++) {
		cr_expect(http_client_wait_closed(&all[i]), "%u", i);
		http_client_close(&all[i]);
	}
	httpd_destroy(NULL);
	loop_destroy(setup.loop);
	free(all);
}
