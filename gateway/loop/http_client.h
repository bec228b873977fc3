/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/slice.h"
#include "loop/address_guard.h"
#include "loop/loop.h"

#include <stdbool.h>
#include <stddef.h>

/* Requests over HTTP/1.1 and, with TLS, HTTP/2, in a loop. Connections are kept and used again. Nothing is followed
 * anywhere, certificates are always checked, and no request is ever written twice: where a kept connection turns out to be
 * dead after the request was handed to it, the peer may have worked on it before it closed, so the request is lost and
 * whoever asked decides. Connections that have been idle for long are not used, which makes that rare. */

#define HTTP_CLIENT_PLACES_MAX        1000
#define HTTP_CLIENT_HEADERS_MAX       64
#define HTTP_CLIENT_HEADER_OCTETS_MAX 65536 /* of an answer, all lines together */

struct http_client_options {
	unsigned places; /* requests in flight, 1–HTTP_CLIENT_PLACES_MAX; and as many connections at most */
	mono_us connect_timeout_us;  /* name, connection and TLS */
	mono_us response_timeout_us; /* the whole request */
	size_t body_octets_max;      /* of an answer */
	const char *proxy;           /* http:// or https://, may hold user and password; copied; NULL = none */
	/* PEM, borrowed for the client's life; empty = none, and for ca the system's. */
	struct slice ca;                   /* trusted, of server and proxy */
	struct slice cert;                 /* our own, with key: both or none */
	struct slice key;                  /* without a passphrase */
	const struct address_guard *guard; /* of the host that is connected to; borrowed for the client's life */
};

/* Borrowed until on_done. */
struct http_call {
	const char *method;    /* static: GET, POST, PUT */
	const char *url;       /* http:// or https:// */
	const char *headers;   /* lines “Name: value”, each with its NUL */
	unsigned header_count; /* at most HTTP_CLIENT_HEADERS_MAX */
	struct slice body;
};

enum http_end {
	HTTP_END_ANSWERED,
	HTTP_END_UNSENT, /* no name, no connection, no TLS, an address that is not allowed: nothing of it was written */
	HTTP_END_LOST,   /* it, or a part, may have left, and there is no whole answer */
};

/* Borrowed until on_done returns. */
struct http_result {
	enum http_end end;
	unsigned status;          /* where answered */
	struct slice retry_after; /* value of that header; empty = not there */
	struct slice body;        /* empty where is_cut */
	bool is_cut;              /* the body was longer than allowed and not read to its end */
	const char *reason;       /* where not answered: what went wrong, for people; never NULL */
};

struct http_client_events {
	/* In the client's turn, never in a downcall. place is free again. */
	void (*on_done)(void *ctx, unsigned place, const struct http_result *result);
	/* A probe has ended. reason: where not is_reachable, for people, borrowed until return. */
	void (*on_probed)(void *ctx, bool is_reachable, const char *reason);
};

struct http_client;

/* events, ctx: borrowed. NULL where there is no memory. */
struct http_client *http_client_create(struct loop *loop, const struct http_client_options *options,
				       const struct http_client_events *events, void *ctx);

/* Ends whatever is under way without a word, and closes all connections. NULL is fine. */
void http_client_destroy(struct http_client *client);

/* Begins a request in a free place (from 0); it leaves at the latest with http_client_flush. */
void http_client_start(struct http_client *client, unsigned place, const struct http_call *call);
void http_client_flush(struct http_client *client);

/* Ends the request in place, without on_done. True where it, or a part, may have left. */
bool http_client_cancel(struct http_client *client, unsigned place);

/* Reads what has come by now, as the next turns would, and tells of what it ends. In a turn, not in a downcall. */
void http_client_look(struct http_client *client);

/* Connects to the URL's host (with TLS where it has it), closes again and says whether that worked. One at a time. */
void http_client_probe(struct http_client *client, const char *url);

/* Closes the connections that are kept. Legal where neither a request nor a probe is under way. */
void http_client_hang_up(struct http_client *client);

/* Connections that are open. */
unsigned http_client_connections(const struct http_client *client);
