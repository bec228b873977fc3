/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "loop/stream.h"

#include <sys/socket.h>

/* What the stream's two files share: stream.c is the connection, stream_tls.c what lies between it and its owner where it
 * is encrypted. */

#define STREAM_PENDING_OCTETS 65536u

/* One connection: handle, requests and the octets of a write under way. */
struct stream_link {
	struct stream *stream; /* NULL once the stream has let go */
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} uv;
	bool is_pipe;
	bool is_open;
	bool is_writing;
	bool is_put_off; /* the owner wanted to write when TLS could not */
	bool is_resolving;
	bool has_tried; /* to connect */
	bool is_closed;
	struct tls *tls; /* owned; NULL = plain */
	uv_getaddrinfo_t resolve;
	uv_connect_t connect;
	uv_write_t write;
	struct addrinfo *addresses; /* as resolved, owned */
	struct addrinfo *next_address;
	const struct addrinfo *trying; /* of addresses; NULL = none yet */
	char pending[STREAM_PENDING_OCTETS];
};

struct stream {
	struct loop *loop;
	const struct stream_address *address;
	const struct stream_events *events;
	void *ctx;
	struct stream_link *link;      /* NULL = no connection */
	uv_timer_t *end_timer;         /* tells on_end outside of the downcall that caused it */
	const struct tls_context *tls; /* NULL = plain */
	const char *end_reason;
	char reason[320]; /* what tls said, behind the link's life */
	size_t unsent;    /* of the last connection */
	bool is_paused;
	struct sockaddr_storage given_up; /* the last address that was; ss_family 0 = none */
};

/* Hands octets, which may lie in pending, to the kernel, and as much of the rest as pending holds to libuv; returns how many.
 * Legal while no write is under way. Where the connection fails it has ended (stream->link is NULL), and its owner hears of
 * it in the next turn. */
size_t stream_send(struct stream *stream, const char *octets, size_t len);

/* The connection is there: tells the owner. */
void stream_opened(struct stream *stream);

/* From a callback of libuv's: ends the connection; the owner is told at once. reason: as of on_end. */
void stream_end_now(struct stream *stream, const char *reason);

/* Ends the connection now and tells the owner in the next turn. */
void stream_end_later(struct stream *stream, const char *reason, bool abort);

/* Begins the handshake on a connection just made. */
void stream_tls_begin(struct stream *stream);

/* Octets came. spare: memory to decrypt into, cap octets; octets may lie in it. */
void stream_tls_read(struct stream_link *link, const char *octets, size_t len, char *spare, size_t cap);

/* The peer ended the connection below TLS. */
void stream_tls_eof(struct stream *stream);

/* As stream_write. */
size_t stream_tls_write(struct stream *stream, const char *octets, size_t len);

/* A write is done: what waits behind it follows. False where the connection has ended by that. */
bool stream_tls_written(struct stream *stream);

/* Says goodbye, as far as the kernel takes it. */
void stream_tls_end(struct stream_link *link);
