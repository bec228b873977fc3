/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdint.h>

/* An HTTP/1.1 server within a loop: a table of routes, each answered by its handler, at once or when it is ready. It never waits for a
 * client: headers, bodies, answers and idle connections have their deadlines, everything has its limit, and where all
 * connections are taken the one that has been idle the longest makes room. Requests that no route takes are answered
 * with a problem document (RFC 9457). */

enum httpd_method { HTTPD_GET, HTTPD_POST, HTTPD_PUT, HTTPD_DELETE, HTTPD_METHOD_COUNT };

struct httpd_client;
struct httpd_stream;
struct MHD_Connection;

/* One request, all here; borrowed until the handler returns. */
struct httpd_request {
	enum httpd_method method;    /* a HEAD comes as HTTPD_GET */
	struct slice path;           /* decoded, without the query; of a route that ends in “/” the whole of it */
	struct slice target;         /* as the client wrote it, with its query, encoded; only with keeps_target */
	struct slice body;           /* of a GET always empty */
	void *state;                 /* as given to httpd_wait, where the request has waited; else NULL */
	bool is_overdue;             /* it has waited for as long as it may */
	struct httpd_client *client; /* the server's, as is connection */
	struct MHD_Connection *connection;
};

/* The value of a header, whatever the case of its name; empty where it is not there. Borrowed like the request. */
struct slice httpd_header(const struct httpd_request *request, const char *name);

/* The same of the last one where it is there more than once: what a proxy of ours added comes behind what the client wrote. */
struct slice httpd_header_last(const struct httpd_request *request, const char *name);

/* The value behind a key of the query, decoded; empty where it is not there. Borrowed like the request. */
struct slice httpd_query(const struct httpd_request *request, const char *key);

/* A key of the query that is none of those in keys (NULL-terminated); NULL where there is none. Borrowed likewise. */
const char *httpd_query_other(const struct httpd_request *request, const char *const keys[]);

/* The value of a cookie, the first of that name, whose case counts; empty where there is none. Borrowed likewise. */
struct slice httpd_cookie(const struct httpd_request *request, const char *name);

#define HTTPD_PEER_OCTETS 64

/* Writes the address of the other end, without its port, NUL-terminated; "" where it has none. */
void httpd_peer(const struct httpd_request *request, char out[static HTTPD_PEER_OCTETS]);

/* Within a handler: the answer comes later, what the handler wrote now is thrown away. The connection rests until
 * httpd_resume, or for at_most_us; then the handler is called once more, with the same request and with state in it, and has to
 * answer. Where the request ends without that (its connection is cut, the server destroyed), options.on_dropped gets the
 * state instead. Returns what httpd_resume takes. */
struct httpd_client *httpd_wait(const struct httpd_request *request, void *state, mono_us at_most_us);

/* Calls the handler of a request that waits, in a later turn. Not within the handler that said httpd_wait; legal once, and only
 * until the handler is called again or the state was dropped. */
void httpd_resume(struct httpd_client *client);

#define HTTPD_HEADERS_MAX   8    /* that a handler adds to an answer */
#define HTTPD_HEADER_OCTETS 1024 /* all their values */

/* The answer that the handler fills in. What does not fit into body becomes a problem document of status 500. */
struct httpd_response {
	unsigned status;          /* 200 unless the handler sets another */
	const char *content_type; /* static storage; “application/json” unless the handler sets another */
	unsigned retry_after_s;   /* says when to come again; 0 = does not */
	const char *allow;        /* with 405: the methods that the page takes, “GET, HEAD”; NULL = says nothing */
	const char *challenge;    /* with 401: how to prove who one is, “Bearer”; NULL = says nothing */
	const char *cache;        /* static storage: Cache-Control; “no-store” unless the handler sets another */
	struct buf body;          /* room for HTTPD_BODY_OCTETS; for more ask httpd_response_room first */
	struct slice constant;    /* sent instead of body where it is not absent; lives longer than the server */
	unsigned header_count;    /* of httpd_response_header, as are the rest */
	bool has_lost_header;
	size_t header_len;
	const char *header_names[HTTPD_HEADERS_MAX];
	const char *header_values[HTTPD_HEADERS_MAX];
	char header_text[HTTPD_HEADER_OCTETS];
	struct httpd_answer *inner; /* the server's */
};

#define HTTPD_BODY_OCTETS 4096

/* Makes room for at least octets in all. Keeps what was written, but for body.full, which it clears. False where there is
 * no memory for it; then the answer is a problem document of status 503 already. */
MUST_CHECK bool httpd_response_room(struct httpd_response *response, size_t octets);

/* Adds a header, also to what becomes a problem document; printf style. name: static storage. Where there is no room, or the value
 * has a control character in it, the answer becomes a problem document of status 500. */
void httpd_response_header(struct httpd_response *response, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Makes the answer a problem document of that status, whatever was written before. format: printf style, one sentence
 * for people that says what was wrong and what to do. */
void httpd_problem(struct httpd_response *response, unsigned status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same, left open for further members; ends with json_close of “}”. Where they may be long, ask httpd_response_room before. */
void httpd_problem_open(struct httpd_response *response, unsigned status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* One row of the routes. */
struct httpd_route {
	enum httpd_method method;
	const char *path; /* whole and exact, “/v1/status”; one that ends in “/” is what paths begin with */
	/* Answers one request in the loop's thread. Must not block. ctx: as given to httpd_create. */
	void (*handler)(void *ctx, const struct httpd_request *request, struct httpd_response *response);
};

/* Within a handler: the answer has no end yet. Status, content type and headers of the response are sent, then what is put
 * into the stream; the response's body is thrown away. NULL where as many streams as options.streams_max are open, or no memory is
 * left: then the response is a problem document of status 503 already. The stream is there until options.on_stream_over got
 * its state, which comes once, whoever ended it. */
struct httpd_stream *httpd_stream_open(const struct httpd_request *request, struct httpd_response *response,
				       void *state);

/* Sends octets, all or none. False where the stream is over or its client does not read: what it has yet to read would be
 * more than options.stream_octets_max; then it is cut. Not within the handler that opened it. */
bool httpd_stream_put(struct httpd_stream *stream, struct slice octets);

/* No more is put into it; the client gets what was, and a proper end. */
void httpd_stream_end(struct httpd_stream *stream);

/* Paths that begin so may have larger bodies, or only smaller ones, than others. */
struct httpd_body_limit {
	const char *path;
	size_t octets_max;
};

/* A header that all answers have. */
struct httpd_header {
	const char *name;
	const char *value;
};

#define HTTPD_CONNECTIONS_DEFAULT 256

/* 0 stands for the default everywhere but in port. */
struct httpd_options {
	const char *host;  /* name or address, without brackets; borrowed until httpd_create returns */
	uint16_t port;     /* 0 = any that is free */
	bool is_shared;    /* several servers listen there, and the system gives each connection to one of them */
	bool keeps_target; /* requests have their target */
	void (*on_dropped)(void *ctx, void *state);     /* see httpd_wait; must be there where that is called */
	void (*on_stream_over)(void *ctx, void *state); /* see httpd_stream_open; likewise */
	const struct httpd_header *headers; /* of all answers, refusals too; ends with a name of NULL; borrowed */
	unsigned streams_max;               /* open at a time, default half the connections */
	size_t stream_octets_max;           /* that the client of a stream has yet to read, default 64 KiB */
	unsigned connections_max;           /* 2–4096, default HTTPD_CONNECTIONS_DEFAULT */
	size_t header_octets_max;           /* request line and headers, default 8 KiB */
	size_t body_octets_max;             /* of a request, default 64 KiB */
	const struct httpd_body_limit
		*body_limits;       /* the first that fits counts; ends with a path of NULL; borrowed; may be NULL */
	unsigned requests_per_s;    /* of one address; what is beyond gets 429; default: as many as it likes */
	const char *const *unrated; /* pages that do not count; ends with NULL; borrowed; may be NULL */
	unsigned requests_burst;    /* that an address may send at once, in requests; must be there with the former */
	size_t answer_octets_max;   /* of all larger answers that clients have yet to read, default 32 MiB */
	mono_us header_us;          /* from the connection to the end of its first headers, default 5 s */
	mono_us body_us;            /* from there to the end of the body, default 10 s */
	mono_us answer_us;          /* from there until the client took the whole answer, default 30 s */
	mono_us idle_us;            /* from there to the end of the next request's headers, default 30 s */
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

/* Takes an address for servers that share it, before the first of them listens and for as long as out is not closed; so
 * that an address which can't be had is known early, and port 0 is the same one for all. bound: the port. Errors as httpd_create. */
MUST_CHECK enum err httpd_reserve(const char *host, uint16_t port, int *out, uint16_t *bound, struct err_at *at);

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
