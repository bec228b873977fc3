/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A server of HTTP/1.1 that a test holds in its hand: plain sockets, no thread; it moves when it is given a turn. */

#define HTTP_PEER_CONNECTIONS    64
#define HTTP_PEER_REQUEST_OCTETS 65536

struct http_peer_connection {
	int fd;           /* -1 = none */
	unsigned number;  /* from 1, in the order they came */
	unsigned served;  /* requests so far */
	bool is_awaiting; /* a request is here and has no answer yet */
	size_t len;
	char request[HTTP_PEER_REQUEST_OCTETS + 1];
};

struct http_peer {
	int listener;
	uint16_t port;
	unsigned accepted; /* connections */
	unsigned requests;
	bool is_deaf; /* reads nothing from now on */
	/* A whole request, head and body, NUL-terminated. Answers it now or later, or not at all. */
	void (*on_request)(struct http_peer *peer, struct http_peer_connection *connection);
	void *ctx;
	struct http_peer_connection connections[HTTP_PEER_CONNECTIONS];
};

/* Listens on a free port of 127.0.0.1. */
void http_peer_open(struct http_peer *peer, void (*on_request)(struct http_peer *, struct http_peer_connection *),
		    void *ctx);
void http_peer_close(struct http_peer *peer);

/* Accepts, reads, and tells whole requests. */
void http_peer_turn(struct http_peer *peer);

/* Writes octets as they are. is_last: the request is answered, the next one is awaited. */
void http_peer_write(struct http_peer_connection *connection, const char *octets, size_t len, bool is_last);

/* Answers with status, header lines (each with its CR LF; may be "") and body. */
void http_peer_answer(struct http_peer_connection *connection, unsigned status, const char *headers, const char *body);

/* Ends a connection: with a reset, or in order. */
void http_peer_end(struct http_peer_connection *connection, bool is_reset);

/* Stops listening, or listens again on the same port. */
void http_peer_listen(struct http_peer *peer, bool is_listening);
