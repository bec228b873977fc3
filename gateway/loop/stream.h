/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"
#include "loop/loop.h"

/* A connection that we open: TCP (host name, IPv4, IPv6) or a unix socket. One object serves one connection after the
 * other; what reconnects, and when, is its owner's affair. */

/* Where to. Parsed once from “host:port”, “[::1]:port” or “unix:/path”. */
struct stream_address {
	char host[256]; /* or the path of a unix socket */
	uint16_t port;  /* 0 = unix socket */
};

/* Parses an address. at: says what is wrong; may be NULL. */
MUST_CHECK enum err stream_address_parse(struct slice text, struct stream_address *out, struct err_at *at);

struct stream_events {
	void (*on_open)(void *ctx);
	/* Octets arrived; borrowed until return. */
	void (*on_octets)(void *ctx, const uint8_t *octets, size_t len);
	/* What stream_write could not take may be offered again. */
	void (*on_writable)(void *ctx);
	/* The connection ended or could not be made; the stream may connect again. reason: for people; stays until the
	 * next end.
	 * Comes once for each stream_connect, also after stream_close, never inside a downcall. */
	void (*on_end)(void *ctx, const char *reason);
};

struct stream;
struct tls_context;

/* Makes a stream. events, address: borrowed for its life. NULL where there is no memory. */
struct stream *stream_create(struct loop *loop, const struct stream_address *address,
			     const struct stream_events *events, void *ctx);

/* From the next connection on what goes over the wire is TLS, and on_open comes after its handshake. context: borrowed for the
 * stream's life; NULL = plain. Legal while not connected. */
void stream_use_tls(struct stream *stream, const struct tls_context *context);

/* Frees it as soon as its handles are closed; no upcall comes after this. */
void stream_destroy(struct stream *stream);

/* Starts connecting; legal when no connection is there or under way. Failures come by on_end. */
void stream_connect(struct stream *stream);

/* Ends the connection. abort: true resets it (SO_LINGER 0), so that nothing unsent leaves any more. While a name's address
 * is being tried this gives that one up, as a failed TLS handshake does: the next stream_connect begins with the address
 * behind it. */
void stream_close(struct stream *stream, bool abort);

/* Hands octets to the kernel as far as it takes them, and up to 64 KiB more into a buffer of its own. Returns how many
 * were taken; where fewer than len, on_writable says when to offer the rest. 0 while connecting. */
size_t stream_write(struct stream *stream, const void *octets, size_t len);

/* Of the octets that stream_write took on the connection that ended last: how many, at their end, have surely not left
 * and never will. To be asked in on_end. 0 under TLS. */
size_t stream_unsent(const struct stream *stream);

/* Stops and resumes reading, for backpressure. What was decrypted already still comes. */
void stream_pause(struct stream *stream, bool is_paused);

/* True from on_open to stream_close or on_end. */
bool stream_is_open(const struct stream *stream);
