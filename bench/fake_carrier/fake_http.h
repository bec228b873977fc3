/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The HTTP side: connections, what is read from them and how answers leave. One answer after the other on each connection, in the
 * order of its requests; a request behind one that still waits for its answer is not looked at. */

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "fake_buffer.h"
#include "fake_due.h"
#include "fake_http_parse.h"
#include "fake_measure.h"
#include "fake_repeat.h"
#include "fake_server.h"
#include "fake_tls.h"
#include "fake_tree.h"

enum { FAKE_HTTP_CONNECTIONS_MAX = 4096, FAKE_HTTP_ACCOUNT_CAP = 64 };

enum fake_http_dialect { FAKE_HTTP_GENERIC, FAKE_HTTP_TWILIO, FAKE_HTTP_VONAGE, FAKE_HTTP_KANNEL, FAKE_HTTP_ALIYUN, FAKE_HTTP_TENCENT };

enum fake_http_end { FAKE_HTTP_STAYS, FAKE_HTTP_FINISHES, FAKE_HTTP_RESETS };

struct fake_http_connection {
  uv_tcp_t tcp;
  uv_write_t write;
  uv_shutdown_t shutdown;
  struct fake_http *http;
  uint32_t slot;
  uint32_t serial; /* of the sessions' row: never used again */
  bool is_reading;
  bool is_writing;
  bool is_gone;
  bool is_waiting;        /* a request was read, its answer has not left */
  bool is_ending;         /* FIN once the output is flushed; input is ignored */
  bool is_shut;
  bool has_continued;     /* 100 Continue was sent for the request that is coming */
  enum fake_http_end end; /* after the held answer */
  uint64_t ending_ns;
  uint32_t trickle_ms;    /* the held answer leaves octet by octet, one each so often; 0 = at once */
  size_t held_at;
  char account[FAKE_HTTP_ACCOUNT_CAP]; /* whose messages came last, as the spool was told */
  struct fake_tls *tls; /* NULL = none */
  bool has_finished;    /* the end of what is said over TLS is in `wire` */
  struct fake_buffer in;
  struct fake_buffer out;
  struct fake_buffer wire; /* `out`, encrypted */
  struct fake_buffer sending;
  struct fake_buffer held; /* an answer whose time has not come */
};

/* What becomes of the answer to the request under way. */
struct fake_http_plan {
  uint64_t delay_ns;
  bool is_silent; /* never answered */
  bool is_late;   /* held longer than the rest */
  struct fake_http_fault fault;
};

struct fake_callbacks;

struct fake_http {
  struct fake_server *server;
  uv_tcp_t listener;
  uint32_t slots_used;
  struct fake_http_connection *connections[FAKE_HTTP_CONNECTIONS_MAX];
  /* The request under way. */
  struct fake_http_connection *connection;
  struct fake_http_request request;
  struct fake_http_plan plan;
  enum fake_http_dialect dialect;
  struct fake_http_refusal refusal; /* why it is refused as a whole */
  struct fake_scratch scratch;
  struct fake_tree tree;
  struct fake_buffer body; /* of the answer */
  struct fake_repeat repeat;
  struct fake_callbacks *callbacks; /* owned */
  struct fake_tls_context *tls;     /* owned, NULL = plain HTTP */
  char *room;                       /* owned: where ciphertext is read to */
};

/* Listen where --http-port says. False, with a line on stderr, if that fails. */
bool fake_http_open(struct fake_server *server);

/* The port listened on. */
uint16_t fake_http_port(const struct fake_http *http);

/* End of the run: flush and close all connections. */
void fake_http_end_all(struct fake_http *http);

/* Free what it used; after the loop has ended. `http` may be NULL. */
void fake_http_destroy(struct fake_http *http);

/* Give the request under way its answer: `http->body` under `status`, as the plan says. `headers` are further lines, each with its
 * CRLF, or NULL. Once for each request. */
void fake_http_answer(struct fake_http *http, unsigned status, const char *content_type, const char *headers);

/* A held answer's time has come, or its next octet's. */
void fake_http_due(struct fake_server *server, const struct fake_due_item *item);

/* Close at once; with RST if `with_reset`. */
void fake_http_close(struct fake_http_connection *connection, bool with_reset);

/* FIN once the output is flushed. */
void fake_http_finish(struct fake_http_connection *connection);

/* Start or stop reading as the server is frozen or not. */
void fake_http_update_reading(struct fake_http_connection *connection);

/* Count a violation of the request under way: `kind` with words. `to` as it was sent, or empty. */
void fake_http_violation(struct fake_http *http, enum fake_violation kind, struct fake_slice to, const char *format, ...)
    __attribute__((format(printf, 4, 5), cold));
