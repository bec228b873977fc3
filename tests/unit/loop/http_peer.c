/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/loop/http_peer.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in address_of(const struct http_peer *peer)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(peer->port) };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

void http_peer_listen(struct http_peer *peer, bool is_listening)
{
	if (peer->listener >= 0)
		close(peer->listener);
	peer->listener = -1;
	if (!is_listening)
		return;
	struct sockaddr_in address = address_of(peer);
	socklen_t len = sizeof address;
	int yes = 1;
	peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	cr_assert_geq(peer->listener, 0);
	cr_assert_eq(setsockopt(peer->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), 0);
	cr_assert_eq(bind(peer->listener, (struct sockaddr *)&address, sizeof address), 0);
	cr_assert_eq(listen(peer->listener, HTTP_PEER_CONNECTIONS), 0);
	cr_assert_eq(getsockname(peer->listener, (struct sockaddr *)&address, &len), 0);
	peer->port = ntohs(address.sin_port);
}

void http_peer_open(struct http_peer *peer, void (*on_request)(struct http_peer *, struct http_peer_connection *),
		    void *ctx)
{
	memset(peer, 0, sizeof *peer);
	peer->listener = -1;
	peer->on_request = on_request;
	peer->ctx = ctx;
	for (unsigned i = 0; i < HTTP_PEER_CONNECTIONS; i++)
		peer->connections[i].fd = -1;
	http_peer_listen(peer, true);
}

void http_peer_end(struct http_peer_connection *connection, bool is_reset)
{
	if (connection->fd < 0)
		return;
	struct linger linger = { .l_onoff = is_reset, .l_linger = 0 };
	setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	close(connection->fd);
	connection->fd = -1;
}

void http_peer_close(struct http_peer *peer)
{
	for (unsigned i = 0; i < HTTP_PEER_CONNECTIONS; i++)
		http_peer_end(&peer->connections[i], false);
	http_peer_listen(peer, false);
}

static void accept_one(struct http_peer *peer, struct http_peer_connection *connection)
{
	int fd = peer->listener >= 0 ? accept4(peer->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC) : -1;
	if (fd < 0)
		return;
	*connection = (struct http_peer_connection){ .fd = fd, .number = ++peer->accepted };
}

/* Octets that a request has in all; 0 where its head is not whole. */
static size_t whole_len(const struct http_peer_connection *connection)
{
	const char *end = strstr(connection->request, "\r\n\r\n");
	const char *length = strcasestr(connection->request, "\r\nContent-Length:");
	if (end == NULL)
		return 0;
	size_t body = length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0;
	return (size_t)(end - connection->request) + 4 + body;
}

static void read_one(struct http_peer *peer, struct http_peer_connection *connection)
{
	ssize_t got =
		read(connection->fd, connection->request + connection->len, HTTP_PEER_REQUEST_OCTETS - connection->len);
	if (got == 0 || (got < 0 && errno != EAGAIN)) {
		http_peer_end(connection, false);
		return;
	}
	if (got < 0)
		return;
	connection->len += (size_t)got;
	connection->request[connection->len] = '\0';
	size_t whole = whole_len(connection);
	cr_assert_lt(connection->len, (size_t)HTTP_PEER_REQUEST_OCTETS);
	if (whole == 0 || connection->len < whole)
		return;
	cr_assert_eq(connection->len, whole, "more than one request at once");
	connection->is_awaiting = true;
	peer->requests++;
	peer->on_request(peer, connection);
}

void http_peer_turn(struct http_peer *peer)
{
	for (unsigned i = 0; i < HTTP_PEER_CONNECTIONS; i++) {
		struct http_peer_connection *connection = &peer->connections[i];
		if (connection->fd < 0)
			accept_one(peer, connection);
		if (connection->fd >= 0 && !peer->is_deaf)
			read_one(peer, connection);
	}
}

void http_peer_write(struct http_peer_connection *connection, const char *octets, size_t len, bool is_last)
{
	for (size_t at = 0; at < len && connection->fd >= 0;) {
		ssize_t wrote = send(connection->fd, octets + at, len - at, MSG_NOSIGNAL);
		if (wrote <= 0)
			return; /* the other side has gone, or does not read */
		at += (size_t)wrote;
	}
	if (!is_last)
		return;
	connection->is_awaiting = false;
	connection->served++;
	connection->len = 0;
	connection->request[0] = '\0';
}

void http_peer_answer(struct http_peer_connection *connection, unsigned status, const char *headers, const char *body)
{
	char head[1024];
	int len = snprintf(head, sizeof head, "HTTP/1.1 %u Said\r\nContent-Length: %zu\r\n%s\r\n", status, strlen(body),
			   headers);
	cr_assert_lt((size_t)len, sizeof head);
	http_peer_write(connection, head, (size_t)len, false);
	http_peer_write(connection, body, strlen(body), true);
}
