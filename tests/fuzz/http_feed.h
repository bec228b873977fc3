/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* A client in the same thread as the server that is fuzzed: gives it octets in pieces, lets its loop turn, and keeps what it answers. It
 * goes by a reset, so that no port of this machine rests afterwards. */

#include "base/check.h"
#include "base/slice.h"
#include "loop/loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define HTTP_FEED_OCTETS (256 * 1024)
#define HTTP_FEED_QUIET  4 /* turns in which nothing happened: nothing more will */

struct http_feed {
	struct loop *loop;
	uint16_t port;
	char octets[HTTP_FEED_OCTETS]; /* answered */
	size_t len;
	bool is_closed; /* by the server */
};

static inline void http_feed_turn(struct loop *loop)
{
	uv_run(loop_uv(loop), UV_RUN_NOWAIT);
}

/* True where something came. */
static inline bool http_feed_receive(struct http_feed *feed, int fd)
{
	ssize_t got = recv(fd, feed->octets + feed->len, sizeof feed->octets - feed->len, MSG_DONTWAIT);
	if (got > 0)
		feed->len += (size_t)got;
	else if (got == 0 || errno != EAGAIN)
		feed->is_closed = true;
	return got > 0;
}

/* Each time from another address of this machine, so that no lack of ports ends it. */
static inline int http_feed_connect(const struct http_feed *feed)
{
	static uint16_t turn;
	static const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(feed->port) };
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7F010001u + turn++ % 65000) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&from, sizeof from) == 0);
	CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0);
	/* The fuzzer's clock interrupts it now and then; it goes on behind that. */
	if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
		struct pollfd ready = { .fd = fd, .events = POLLOUT };
		CHECK(errno == EINTR);
		while (poll(&ready, 1, 1000) <= 0)
			CHECK(errno == EINTR || errno == 0);
	}
	return fd;
}

/* Sends all, piece octets at a time, and waits for whatever is answered. */
static inline struct slice http_feed_say(struct http_feed *feed, const char *octets, size_t len, size_t piece)
{
	int fd = http_feed_connect(feed);
	feed->len = 0;
	feed->is_closed = false;
	http_feed_turn(feed->loop);
	for (size_t at = 0; at < len && !feed->is_closed; at += piece) {
		size_t left = len - at < piece ? len - at : piece;
		if (send(fd, octets + at, left, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)left)
			break;
		http_feed_turn(feed->loop);
		http_feed_receive(feed, fd);
	}
	for (unsigned quiet = 0; quiet < HTTP_FEED_QUIET && !feed->is_closed && feed->len < sizeof feed->octets;) {
		http_feed_turn(feed->loop);
		quiet = http_feed_receive(feed, fd) ? 0 : quiet + 1;
	}
	close(fd);
	http_feed_turn(feed->loop);
	http_feed_turn(feed->loop);
	return (struct slice){ feed->octets, feed->len };
}

/* Status of the answer that begins here; 0 where none does. body: what it brings. rest moves behind it. */
static inline unsigned http_feed_answer(struct slice *rest, struct slice *head, struct slice *body)
{
	const char *end = rest->len > 0 ? memmem(rest->at, rest->len, "\r\n\r\n", 4) : NULL;
	if (end == NULL || !slice_starts(*rest, SLICE("HTTP/1.")))
		return 0;
	*head = (struct slice){ rest->at, (size_t)(end - rest->at) + 4 };
	const char *length = memmem(head->at, head->len, "\r\nContent-Length: ", 18);
	size_t octets = 0;
	for (length = length != NULL ? length + 18 : ""; *length >= '0' && *length <= '9'; length++)
		octets = octets * 10 + (size_t)(*length - '0');
	size_t left = rest->len - head->len;
	*body = (struct slice){ head->at + head->len, octets < left ? octets : left };
	*rest = (struct slice){ body->at + body->len, left - body->len };
	return (unsigned)(head->at[9] - '0') * 100 + (unsigned)(head->at[10] - '0') * 10 +
	       (unsigned)(head->at[11] - '0');
}
