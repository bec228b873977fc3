/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "loop/loop.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

/* A plain client in the same thread as the server: whenever it has to wait, the server's loop turns. For the tests of
 * this room and of those that serve pages through it. */

#define HTTP_CLIENT_OCTETS (256 * 1024)
#define HTTP_PATIENCE_S    60 /* only something that hangs takes so long, however busy the machine is */

struct http_client {
	struct loop *loop;
	int fd;
	char octets[HTTP_CLIENT_OCTETS + 1]; /* received, not yet taken; ends in a NUL */
	size_t len;
	bool is_closed; /* by the server */
};

struct http_reply {
	unsigned status; /* 0 = the server closed without an answer */
	char head[2048]; /* status line and headers */
	char *body;      /* NUL-terminated, borrowed from the client until the next call */
	size_t body_len;
};

static inline time_t http_client_seconds(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec;
}

/* Turns the loop once; waits for at most a millisecond. */
static inline void http_client_turn(struct loop *loop)
{
	uv_run(loop_uv(loop), UV_RUN_NOWAIT);
	/* The loop's own descriptor is ready as soon as one of its sockets is; else its timers may be due soon. */
	struct pollfd ready = { .fd = uv_backend_fd(loop_uv(loop)), .events = POLLIN };
	poll(&ready, 1, 1);
}

/* Connects to 127.0.0.1. client: the caller's memory; http_client_close ends it. */
static inline void http_client_open(struct http_client *client, struct loop *loop, uint16_t port)
{
	client->loop = loop;
	client->len = 0;
	client->octets[0] = '\0';
	client->is_closed = false;
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	cr_assert_eq(connect(client->fd, (struct sockaddr *)&to, sizeof to), 0, "connect: %s", strerror(errno));
}

static inline void http_client_close(struct http_client *client)
{
	close(client->fd);
}

/* Sends all of text; what the server does not take any more is left out. */
static inline void http_client_send(struct http_client *client, const char *text, size_t len)
{
	time_t until = http_client_seconds() + HTTP_PATIENCE_S;
	while (len) {
		ssize_t sent = send(client->fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN)
			return;
		if (sent > 0) {
			text += sent;
			len -= (size_t)sent;
		}
		http_client_turn(client->loop);
		cr_assert_lt(http_client_seconds(), until, "the server takes no more");
	}
}

static inline void http_client_say(struct http_client *client, const char *text)
{
	http_client_send(client, text, strlen(text));
}

/* One turn, and what came in it. */
static inline void http_client_step(struct http_client *client)
{
	http_client_turn(client->loop);
	ssize_t got = recv(client->fd, client->octets + client->len, HTTP_CLIENT_OCTETS - client->len, MSG_DONTWAIT);
	if (got > 0)
		client->len += (size_t)got;
	else if (got == 0 || errno != EAGAIN)
		client->is_closed = true;
	client->octets[client->len] = '\0';
}

/* Waits until the server has closed the connection. False where it did not within its time. */
static inline bool http_client_wait_closed(struct http_client *client)
{
	time_t until = http_client_seconds() + HTTP_PATIENCE_S;
	while (!client->is_closed && http_client_seconds() < until)
		http_client_step(client);
	return client->is_closed;
}

static inline void http_client_take(struct http_client *client, size_t len)
{
	memmove(client->octets, client->octets + len, client->len - len + 1);
	client->len -= len;
}

/* Value of a header of the reply, copied to out of cap octets; "" where there is none. */
static inline const char *http_reply_header(const struct http_reply *reply, const char *name, char *out, size_t cap)
{
	out[0] = '\0';
	size_t name_len = strlen(name);
	for (const char *line = strstr(reply->head, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n")) {
		const char *at = line + 2;
		if (strncasecmp(at, name, name_len) != 0 || at[name_len] != ':')
			continue;
		at += name_len + 1 + strspn(at + name_len + 1, " ");
		size_t len = strcspn(at, "\r");
		len = len < cap ? len : cap - 1;
		memcpy(out, at, len);
		out[len] = '\0';
		break;
	}
	return out;
}

/* Waits for one whole reply; fails the test where none comes. is_head: to a HEAD, has no body. */
static inline void http_client_read(struct http_client *client, bool is_head, struct http_reply *out)
{
	static char body[HTTP_CLIENT_OCTETS + 1];
	time_t until = http_client_seconds() + HTTP_PATIENCE_S;
	memset(out, 0, sizeof *out);
	out->body = body;
	body[0] = '\0';
	char *end;
	while ((end = strstr(client->octets, "\r\n\r\n")) == NULL) {
		if (client->is_closed)
			return;
		http_client_step(client);
		cr_assert_lt(http_client_seconds(), until, "no reply; so far: %s", client->octets);
	}
	size_t head_len = (size_t)(end - client->octets) + 4;
	cr_assert_lt(head_len, sizeof out->head);
	memcpy(out->head, client->octets, head_len);
	http_client_take(client, head_len);
	cr_assert_eq(strncmp(out->head, "HTTP/1.", 7), 0, "%s", out->head);
	out->status = (unsigned)strtoul(out->head + 9, NULL, 10);
	char length[32];
	size_t body_len = strtoul(http_reply_header(out, "Content-Length", length, sizeof length), NULL, 10);
	if (is_head || out->status == 100)
		return;
	while (client->len < body_len && !client->is_closed) {
		http_client_step(client);
		cr_assert_lt(http_client_seconds(), until, "the body does not end");
	}
	cr_assert_geq(client->len, body_len, "closed within the body");
	memcpy(body, client->octets, body_len);
	body[body_len] = '\0';
	out->body_len = body_len;
	http_client_take(client, body_len);
}
