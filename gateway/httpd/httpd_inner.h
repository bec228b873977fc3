/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/list.h"
#include "httpd/httpd.h"
#include "httpd/httpd_rate.h"
#include "loop/loop.h"

#include <microhttpd.h>

/* What the files of the server share. */

/* Where a connection is; each phase has its deadline, and one that misses it is cut.
 *
 *   accepted → IDLE ──headers──► BODY ──all here──► ANSWER ──taken by the client──► IDLE …
 *                                         ├──httpd_wait──► WAIT ──httpd_resume──┘
 *                                         └──httpd_stream_open──► STREAM ──ended, all taken──► IDLE
 */
enum httpd_phase {
	HTTPD_PHASE_IDLE,   /* no whole headers yet */
	HTTPD_PHASE_BODY,   /* the headers are here */
	HTTPD_PHASE_WAIT,   /* the handler is not ready; microhttpd does not look at the connection */
	HTTPD_PHASE_ANSWER, /* the answer is on its way */
	HTTPD_PHASE_STREAM, /* the answer has no end yet */
};

/* Why a request does not get to a handler; the texts are httpd_client.c's. */
enum httpd_refusal {
	HTTPD_REFUSAL_NONE,
	HTTPD_REFUSAL_PATH,
	HTTPD_REFUSAL_METHOD,
	HTTPD_REFUSAL_BODY,
	HTTPD_REFUSAL_HEADERS,
	HTTPD_REFUSAL_FRAMING,
	HTTPD_REFUSAL_CODING,
	HTTPD_REFUSAL_MEMORY,
	HTTPD_REFUSAL_RATE,
};

/* An answer without an end. What was put and not yet taken by microhttpd lies from octets on. */
struct httpd_stream {
	struct httpd_client *client;
	struct MHD_Connection *connection; /* while it is suspended, for there is nothing to send; else NULL */
	void *state;
	bool is_ended;
	size_t len;
	char octets[]; /* options.stream_octets_max */
};

/* One connection and the request on it. */
struct httpd_client {
	struct list link; /* on httpd.live in order of its last change of phase, or on httpd.unused */
	struct httpd *httpd;
	int fd; /* microhttpd's */
	enum httpd_phase phase;
	mono_us deadline;
	bool is_cut;      /* shut down already; microhttpd closes it when it sees that */
	bool is_draining; /* refused with a body still coming: it is read, so that the client gets to see the answer */
	enum httpd_refusal refusal;
	const struct httpd_route *route;
	struct MHD_Connection *mhd;        /* its connection */
	struct MHD_Connection *connection; /* while it waits */
	void *state;                       /* the handler's; NULL = it does not wait */
	bool will_wait;                    /* the handler under way has called httpd_wait */
	bool is_overdue;
	mono_us wait_us;
	struct httpd_stream *stream; /* owned; NULL = the answer is none */
	char *target;                /* owned; NULL = not kept */
	char *body;                  /* owned; NULL = none */
	size_t body_len;
	size_t body_cap;
	size_t body_max;
	size_t drained_octets;
};

struct httpd {
	struct loop *loop;
	struct loop_member member;
	struct httpd_options options; /* defaults filled in; host is gone */
	const struct httpd_route *routes;
	unsigned route_count;
	void *ctx;
	struct MHD_Daemon *mhd;
	uv_poll_t mhd_poll; /* of microhttpd's epoll descriptor */
	int listen_fd;      /* -1 = not listening any more */
	uint16_t port;
	uv_poll_t listen_poll;
	bool is_accepting; /* listen_poll runs */
	mono_us accept_at; /* when it runs again after a lack of descriptors; INT64_MAX = it does not wait for that */
	mono_us run_at;    /* when microhttpd wants to run again; INT64_MAX = when something happens */
	bool is_running;   /* inside microhttpd */
	unsigned open_handles;
	struct httpd_client *clients; /* options.connections_max */
	struct list live;
	struct list unused;
	unsigned client_count;
	unsigned stream_count;
	struct httpd_rate rate;
	size_t answer_octets; /* of answers not yet taken by clients */
	bool is_stopping;
	mono_us stop_deadline;
	void (*on_stopped)(void *ctx); /* NULL = was called */
	void *stop_ctx;
};

/* httpd_listen.c: a listening socket that does not block. is_shared: others may listen there too. out, port: set on success
 * only. */
MUST_CHECK enum err httpd_listen(const char *host, uint16_t port, bool is_shared, int *out, uint16_t *bound,
				 struct err_at *at);

/* httpd_wait.c: wakes one whose time is over, or that is to be cut. */
void httpd_wait_end(struct httpd_client *client, bool is_overdue);

/* httpd_stream.c: microhttpd's upcall for more of it, cls is the stream. */
ssize_t httpd_stream_read(void *cls, uint64_t position, char *out, size_t max);

/* Lets microhttpd look at its connection again. */
void httpd_stream_wake(struct httpd_stream *stream);

/* The connection or the answer is over: tells whoever put into it, and frees it. */
void httpd_stream_close(struct httpd_client *client);

/* httpd.c: takes connections again after httpd_client_close made room. */
void httpd_accept_again(struct httpd *httpd);

/* httpd_client.c: microhttpd's upcalls, cls is the httpd. */
void httpd_client_notify(void *cls, struct MHD_Connection *connection, void **socket_context,
			 enum MHD_ConnectionNotificationCode code);
enum MHD_Result httpd_client_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
				     const char *version, const char *upload, size_t *upload_len, void **request);
void httpd_client_completed(void *cls, struct MHD_Connection *connection, void **request,
			    enum MHD_RequestTerminationCode code);

void *httpd_client_target(void *cls, const char *target, struct MHD_Connection *connection);

/* Shuts the connection down; it is gone after microhttpd ran. */
void httpd_client_cut(struct httpd_client *client);

/* httpd_request.c: looks at the headers. method, version: as microhttpd gave them. body_len: what Content-Length says, 0 without
 * it. is_chunked: the length is not known. */
enum httpd_refusal httpd_request_check(struct MHD_Connection *connection, const char *method, const char *version,
				       uint64_t *body_len, bool *is_chunked);

/* How large the body may be. */
size_t httpd_request_body_max(const struct httpd *httpd, const char *path);

/* The route of method and path; NULL and why not. method: as the client wrote it. */
const struct httpd_route *httpd_request_route(const struct httpd *httpd, const char *method, const char *path,
					      enum httpd_refusal *why);

/* Makes the answer that a refused request gets. allow: room for the Allow header's text, HTTPD_ALLOW_OCTETS; borrowed until the
 * answer is sent. */
void httpd_request_refuse(const struct httpd *httpd, enum httpd_refusal refusal, const char *path,
			  struct httpd_response *response, char *allow);

#define HTTPD_ALLOW_OCTETS 64

/* httpd_response.c: an empty answer; false where there is no memory. */
MUST_CHECK bool httpd_response_init(struct httpd_response *response, struct httpd *httpd);

/* Throws it away. */
void httpd_response_drop(struct httpd_response *response);

/* Queues it; what response holds is taken. stream: what follows the headers instead of a body; NULL = none. must_close: the
 * connection ends with it. */
enum MHD_Result httpd_response_send(struct httpd_response *response, struct MHD_Connection *connection,
				    struct httpd_stream *stream, bool must_close);
