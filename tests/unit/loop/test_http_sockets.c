/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/http_sockets.h"

#include "loop/loop.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static struct {
	unsigned count;
	curl_socket_t fd;
	int events;
} told;

static void on_ready(void *ctx, curl_socket_t fd, int events)
{
	(void)ctx;
	told.count++;
	told.fd = fd;
	told.events = events;
}

static void turns(struct loop *loop)
{
	for (unsigned i = 0; i < 5; i++)
		uv_run(loop_uv(loop), UV_RUN_NOWAIT);
}

Test(http_sockets, watches_what_curl_wants)
{
	static const struct {
		const char *name;
		int what;
		bool has_octets;
		int want; /* 0 = nothing is told */
	} rows[] = {
		{ "to write", CURL_POLL_OUT, false, CURL_CSELECT_OUT },
		{ "to read, nothing there", CURL_POLL_IN, false, 0 },
		{ "to read", CURL_POLL_IN, true, CURL_CSELECT_IN },
		{ "both", CURL_POLL_INOUT, true, CURL_CSELECT_IN | CURL_CSELECT_OUT },
		{ "not any more", CURL_POLL_REMOVE, true, 0 },
		{ "again", CURL_POLL_IN, true, CURL_CSELECT_IN },
	};
	struct loop *loop = loop_create();
	struct http_sockets *sockets = http_sockets_create(loop_uv(loop), on_ready, NULL);
	int pair[2];
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char octet;
		told.count = 0;
		cr_assert(http_sockets_watch(sockets, pair[0], rows[i].what), "%s", rows[i].name);
		if (rows[i].has_octets)
			cr_assert_eq(write(pair[1], "x", 1), 1);
		turns(loop);
		cr_expect_eq(told.count > 0, rows[i].want != 0, "%s: told %u times", rows[i].name, told.count);
		cr_expect(rows[i].want == 0 || (told.events == rows[i].want && told.fd == pair[0]), "%s: %d",
			  rows[i].name, told.events);
		while (recv(pair[0], &octet, 1, MSG_DONTWAIT) == 1)
			;
	}
	cr_expect_eq(http_sockets_count(sockets), 0, "it was not opened here");
	http_sockets_watch(sockets, pair[0], CURL_POLL_REMOVE);
	http_sockets_destroy(sockets);
	loop_destroy(loop);
	close(pair[0]);
	close(pair[1]);
}

Test(http_sockets, what_is_opened_here_is_watched_until_it_is_closed)
{
	struct loop *loop = loop_create();
	struct http_sockets *sockets = http_sockets_create(loop_uv(loop), on_ready, NULL);
	struct curl_sockaddr address = { .family = AF_INET, .socktype = SOCK_DGRAM };
	for (unsigned round = 0; round < 2; round++) {
		curl_socket_t fd = http_sockets_open(sockets, &address);
		cr_assert_neq(fd, CURL_SOCKET_BAD);
		cr_expect_eq(http_sockets_count(sockets), 1);
		cr_assert(http_sockets_watch(sockets, fd, CURL_POLL_OUT));
		cr_assert(http_sockets_watch(sockets, fd, CURL_POLL_REMOVE));
		told.count = 0;
		turns(loop);
		cr_expect_eq(told.count, 0, "curl does not want to know");
		http_sockets_close(sockets, fd);
		cr_expect_eq(http_sockets_count(sockets), 0);
		cr_expect_eq(close(fd), -1, "it is closed");
	}
	address.family = -1;
	cr_expect_eq(http_sockets_open(sockets, &address), CURL_SOCKET_BAD);
	http_sockets_destroy(sockets);
	http_sockets_destroy(NULL);
	loop_destroy(loop);
}
