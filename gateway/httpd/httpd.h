/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdint.h>

/* An HTTP/1.1 server within a loop: a table of routes, each answered at once by its handler. It never waits for a
 * client: headers, bodies, answers and idle connections have their deadlines, everything has its limit, and where all
 * connections are taken the one that has been idle the longest makes room. Requests that no route takes are answered
 * with a problem document (RFC 9457). */

enum httpd_method { HTTPD_GET, HTTPD_POST, HTTPD_PUT, HTTPD_DELETE, HTTPD_METHOD_COUNT };

/* One request, all here; borrowed until the handler returns. */
struct httpd_request {
	enum httpd_method method; /* a HEAD comes as HTTPD_GET */
	struct slice path;        /* that of the route */
	struct slice body;        /* of a GET always empty */
};

/* The answer that the handler fills in. What does not fit into body becomes a problem document of status 500. */
struct httpd_response {
	unsigned status;            /* 200 unless the handler sets another */
	const char *content_type;   /* static storage; “application/json” unless the handler sets another */
	struct buf body;            /* room for HTTPD_BODY_OCTETS; for more ask httpd_response_room first */
	struct httpd_answer *inner; /* the server's */
};

#define HTTPD_BODY_OCTETS 4096

/* Makes room for at least octets in all. Keeps what was written, but for body.full, which it clears. False where there is
 * no memory for it; then the answer is a problem document of status 503 already. */
MUST_CHECK bool httpd_response_room(struct httpd_response *response, size_t octets);

/* Makes the answer a problem document of that status, whatever was written before. format: printf style, one sentence
 * for people that says what was wrong and what to do. */
void httpd_problem(struct httpd_response *response, unsigned status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* One row of the routes. */
struct httpd_route {
	enum httpd_method method;
	const char *path; /* whole and exact, “/v1/status” */
	/* Answers one request in the loop's thread. Must not block. ctx: as given to httpd_create. */
	void (*handler)(void *ctx, const struct httpd_request *request, struct httpd_response *response);
};

/* 0 stands for the default everywhere but in port. */
struct httpd_options {
	const char *host;         /* name or address, without brackets; borrowed until httpd_create returns */
	uint16_t port;            /* 0 = any that is free */
	unsigned connections_max; /* 2–4096, default 256 */
	size_t header_octets_max; /* request line and headers, default 8 KiB */
	size_t body_octets_max;   /* of a request, default 64 KiB */
	size_t answer_octets_max; /* of all larger answers that clients have yet to read, default 32 MiB */
	mono_us header_us;        /* from the connection to the end of its first headers, default 5 s */
	mono_us body_us;          /* from there to the end of the body, default 10 s */
	mono_us answer_us;        /* from there until the client took the whole answer, default 30 s */
	mono_us idle_us;          /* from there to the end of the next request's headers, default 30 s */
};

struct httpd;
struct httpd_answer;
struct loop;

/* Listens on the first address that host has. loop: borrowed until httpd_destroy. routes: count rows, borrowed likewise;
 * the same path may come with several methods. ctx: the handlers'. out: owned, set on success only. at: why not, a
 * sentence with host and port. ERR_NOT_FOUND where host is unknown, ERR_IO where the system refused the address,
 * ERR_MEMORY. */
MUST_CHECK enum err httpd_create(struct loop *loop, const struct httpd_options *options,
				 const struct httpd_route *routes, unsigned count, void *ctx, struct httpd **out,
				 struct err_at *at);

/* The port that it listens on. */
uint16_t httpd_port(const struct httpd *httpd);

/* Connections open now. */
unsigned httpd_connection_count(const struct httpd *httpd);

/* Stops in good order: takes no new connections, closes those that idle, lets requests that have begun get their
 * answers, at most for grace_us. on_stopped (may be NULL) is called once, in a later turn, when no connection is left.
 * Legal once. */
void httpd_stop(struct httpd *httpd, mono_us grace_us, void (*on_stopped)(void *ctx), void *ctx);

/* Closes everything at once and frees it; on_stopped is not called any more. Legal at any time but inside a handler;
 * inside on_stopped too. NULL is fine. */
void httpd_destroy(struct httpd *httpd);
