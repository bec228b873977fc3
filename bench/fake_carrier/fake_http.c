/* SPDX-License-Identifier: Apache-2.0 */
/* Octets are read behind what is left of the last ones, parsed in place; answers of one read leave in one write. */
#include "fake_http.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "fake_callback.h"
#include "fake_check.h"
#include "fake_http_route.h"

enum { READ_LEN = 64 * 1024, INPUT_MAX = 2 * 1024 * 1024, SCRATCH_LEN = 32 * 1024 * 1024, BACKLOG = 1024 };

static void close_then_free(uv_handle_t *handle) {
  struct fake_http_connection *connection = handle->data;
  fake_buffer_fini(&connection->in);
  fake_buffer_fini(&connection->out);
  fake_buffer_fini(&connection->wire);
  fake_tls_close(connection->tls);
  fake_buffer_fini(&connection->sending);
  fake_buffer_fini(&connection->held);
  free(connection);
}

void fake_http_close(struct fake_http_connection *connection, bool with_reset) {
  if (connection->is_gone) return;
  connection->is_gone = true;
  connection->http->connections[connection->slot] = NULL;
  if (!with_reset || uv_tcp_close_reset(&connection->tcp, close_then_free) != 0)
    uv_close((uv_handle_t *)&connection->tcp, close_then_free);
}

static void on_shut(uv_shutdown_t *request, int status) {
  (void)request;
  (void)status; /* the peer's FIN, or the end of the run, closes in any case */
}

static void shut_if_flushed(struct fake_http_connection *connection) {
  if (!connection->is_ending || connection->is_shut || connection->is_gone) return;
  if (connection->out.len + connection->wire.len + connection->sending.len > 0) return;
  connection->is_shut = true;
  if (uv_shutdown(&connection->shutdown, (uv_stream_t *)&connection->tcp, on_shut) != 0) fake_http_close(connection, false);
}

static void flush(struct fake_http_connection *connection);

static void on_written(uv_write_t *request, int status) {
  struct fake_http_connection *connection = request->data;
  connection->is_writing = false;
  connection->sending.len = 0;
  if (connection->is_gone) return;
  if (status != 0)
    fake_http_close(connection, false);
  else
    flush(connection);
}

/* Everything in `out` onto `wire`, and the end of it if it is that. */
static bool encrypt(struct fake_http_connection *connection) {
  bool is_sent = connection->out.len == 0 || fake_tls_send(connection->tls, connection->out.at, connection->out.len, &connection->wire);
  connection->out.len = 0;
  if (connection->is_ending && !connection->has_finished) {
    connection->has_finished = true;
    fake_tls_finish(connection->tls, &connection->wire);
  }
  return is_sent;
}

static void flush(struct fake_http_connection *connection) {
  struct fake_buffer *from = connection->tls != NULL ? &connection->wire : &connection->out;
  if (!connection->is_gone && !connection->is_writing && connection->tls != NULL && !encrypt(connection)) {
    fake_http_close(connection, false);
    return;
  }
  if (connection->is_gone || connection->is_writing || from->len == 0) {
    shut_if_flushed(connection);
    return;
  }
  uv_buf_t octets = uv_buf_init((char *)from->at, (unsigned)from->len);
  int written = uv_try_write((uv_stream_t *)&connection->tcp, &octets, 1);
  if (written < 0 && written != UV_EAGAIN) {
    fake_http_close(connection, false);
    return;
  }
  size_t done = written < 0 ? 0 : (size_t)written;
  if (done == from->len) {
    from->len = 0;
    shut_if_flushed(connection);
    return;
  }
  struct fake_buffer swap = connection->sending;
  connection->sending = *from;
  *from = swap;
  octets = uv_buf_init((char *)connection->sending.at + done, (unsigned)(connection->sending.len - done));
  connection->write.data = connection;
  connection->is_writing = true;
  if (uv_write(&connection->write, (uv_stream_t *)&connection->tcp, &octets, 1, on_written) == 0) return;
  connection->is_writing = false;
  fake_http_close(connection, false);
}

void fake_http_finish(struct fake_http_connection *connection) {
  connection->is_ending = true;
  flush(connection);
}

static void end_as(struct fake_http_connection *connection, enum fake_http_end end) {
  if (end == FAKE_HTTP_RESETS) {
    flush(connection);
    fake_http_close(connection, true);
  } else if (end == FAKE_HTTP_FINISHES) {
    connection->is_ending = true;
  }
}

void fake_http_violation(struct fake_http *http, enum fake_violation kind, struct fake_slice to, const char *format, ...) {
  struct fake_violation_found found = {.kind = kind};
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(found.detail, sizeof found.detail, format, arguments);
  va_end(arguments);
  char who[128];
  snprintf(who, sizeof who, "connection %u of %s", http->connection->serial,
           http->connection->account[0] != '\0' ? http->connection->account : "nobody yet");
  fake_violation_report(&http->server->violations, &found, who, "request", to.at, (uint32_t)to.len);
}

/* Whole requests at the beginning of the input, as far as their answers go out at once. */
static void take_requests(struct fake_http_connection *connection) {
  struct fake_http *http = connection->http;
  size_t at = 0;
  while (!connection->is_waiting && !connection->is_ending && !connection->is_gone && at < connection->in.len) {
    size_t used = 0;
    unsigned status = 400;
    const char *problem = "";
    http->connection = connection;
    http->scratch.used = 0;
    enum fake_http_parsed parsed = fake_http_parse((char *)connection->in.at + at, connection->in.len - at, &http->request, &used,
                                                   &status, &problem);
    if (parsed == FAKE_HTTP_MORE) {
      static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
      if (http->request.wants_continue && !connection->has_continued) {
        fake_buffer_append(&connection->out, go_on, sizeof go_on - 1);
        connection->has_continued = true;
      }
      break;
    }
    connection->is_waiting = true;
    connection->has_continued = false;
    at += used;
    if (parsed == FAKE_HTTP_WHOLE)
      fake_http_route(http);
    else
      fake_http_route_malformed(http, status, problem);
  }
  if (connection->is_gone) return;
  if (connection->is_ending) at = connection->in.len;
  memmove(connection->in.at, connection->in.at + at, connection->in.len - at);
  connection->in.len -= at;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *room) {
  (void)suggested;
  struct fake_http_connection *connection = handle->data;
  if (connection->tls != NULL) {
    *room = uv_buf_init(connection->http->room, READ_LEN);
    return;
  }
  char *at = (char *)fake_buffer_extend(&connection->in, READ_LEN);
  connection->in.len -= READ_LEN;
  *room = uv_buf_init(at, READ_LEN);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *room) {
  struct fake_http_connection *connection = stream->data;
  if (count == 0) return;
  if (count < 0) {
    fake_http_close(connection, false);
    return;
  }
  if (connection->is_ending) return;
  fake_server_clock(connection->http->server);
  if (connection->tls == NULL) {
    connection->in.len += (size_t)count;
  } else if (!fake_tls_receive(connection->tls, room->base, (size_t)count, &connection->in, &connection->wire)) {
    fake_http_finish(connection); /* no TLS, or the peer's end of it */
    return;
  }
  take_requests(connection);
  if (connection->is_gone) return;
  flush(connection);
  fake_http_update_reading(connection);
}

void fake_http_update_reading(struct fake_http_connection *connection) {
  if (connection->is_gone) return;
  bool want = !connection->http->server->is_frozen && connection->in.len < INPUT_MAX;
  if (want == connection->is_reading) return;
  connection->is_reading = want;
  if (want)
    uv_read_start((uv_stream_t *)&connection->tcp, on_alloc, on_read);
  else
    uv_read_stop((uv_stream_t *)&connection->tcp);
}

static void on_refused_closed(uv_handle_t *handle) { free(handle); }

/* A connection over the limit is accepted only to be closed. */
static void refuse(struct fake_http *http) {
  uv_tcp_t *tcp = malloc(sizeof *tcp);
  CHECK(tcp != NULL);
  uv_tcp_init(&http->server->loop, tcp);
  uv_accept((uv_stream_t *)&http->listener, (uv_stream_t *)tcp);
  uv_close((uv_handle_t *)tcp, on_refused_closed);
}

static void on_connection(uv_stream_t *listener, int status) {
  struct fake_http *http = listener->data;
  if (status != 0) return;
  uint32_t slot = 0;
  while (slot < http->slots_used && http->connections[slot] != NULL) slot++;
  struct fake_http_connection *connection = slot < FAKE_HTTP_CONNECTIONS_MAX ? calloc(1, sizeof *connection) : NULL;
  if (connection == NULL) {
    refuse(http);
    return;
  }
  uv_tcp_init(&http->server->loop, &connection->tcp);
  connection->tcp.data = connection;
  connection->http = http;
  if (http->tls != NULL) connection->tls = fake_tls_open(http->tls);
  connection->slot = slot;
  connection->serial = ++http->server->session_count;
  http->connections[slot] = connection;
  if (slot == http->slots_used) http->slots_used++;
  if (uv_accept(listener, (uv_stream_t *)&connection->tcp) != 0) {
    fake_http_close(connection, false);
    return;
  }
  http->server->counters.http_connections++;
  uv_tcp_nodelay(&connection->tcp, 1);
  fake_http_update_reading(connection);
}

static const char *reason_of(unsigned status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 302: return "Found";
    case 307: return "Temporary Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Other";
  }
}

/* The answer's head behind what is in `out` already; returns its length. */
static size_t put_head(struct fake_http *http, struct fake_buffer *out, unsigned status, const char *content_type,
                       const char *headers) {
  char head[1024];
  int len = snprintf(head, sizeof head, "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s%s\r\n", status,
                     reason_of(status), content_type, http->body.len, http->request.is_kept ? "" : "Connection: close\r\n",
                     headers != NULL ? headers : "");
  CHECK(len > 0 && len < (int)sizeof head);
  fake_buffer_append(out, head, (size_t)len);
  return (size_t)len;
}

static bool hold(struct fake_http_connection *connection, uint64_t delay_ns) {
  struct fake_server *server = connection->http->server;
  struct fake_due_item item = {.due_ns = server->now_ns + delay_ns,
                               .session_slot = connection->slot,
                               .session_serial = connection->serial,
                               .kind = FAKE_DUE_HTTP_ANSWER};
  return fake_due_push(&server->due, &item);
}

void fake_http_answer(struct fake_http *http, unsigned status, const char *content_type, const char *headers) {
  struct fake_http_connection *connection = http->connection;
  const struct fake_http_plan *plan = &http->plan;
  const struct fake_http_fault *fault = &plan->fault;
  if (plan->is_silent) return;
  if (fault->kind == FAKE_HTTP_FAULT_CLOSE || fault->kind == FAKE_HTTP_FAULT_RESET) {
    end_as(connection, fault->kind == FAKE_HTTP_FAULT_RESET ? FAKE_HTTP_RESETS : FAKE_HTTP_FINISHES);
    return;
  }
  if (fault->kind == FAKE_HTTP_FAULT_GARBAGE) fake_http_fault_garble(http->server->fate.seed, connection->serial, &http->body);
  while (fault->kind == FAKE_HTTP_FAULT_HUGE && http->body.len < fault->number) *fake_buffer_extend(&http->body, 1) = ' ';
  bool is_held = plan->delay_ns > 0 || fault->kind == FAKE_HTTP_FAULT_TRICKLE;
  struct fake_buffer *out = is_held ? &connection->held : &connection->out;
  put_head(http, out, status, content_type, headers);
  bool is_cut = fault->kind == FAKE_HTTP_FAULT_CUT && fault->number < http->body.len;
  fake_buffer_append(out, http->body.at, is_cut ? fault->number : http->body.len);
  connection->end = is_cut || !http->request.is_kept ? FAKE_HTTP_FINISHES : FAKE_HTTP_STAYS;
  connection->trickle_ms = fault->kind == FAKE_HTTP_FAULT_TRICKLE ? fault->number : 0;
  connection->held_at = 0;
  http->server->counters.http_answers++;
  if (is_held && hold(connection, plan->delay_ns)) return;
  if (is_held) {
    fake_buffer_append(&connection->out, connection->held.at, connection->held.len);
    connection->held.len = 0;
  }
  connection->is_waiting = false;
  end_as(connection, connection->end);
}

void fake_http_due(struct fake_server *server, const struct fake_due_item *item) {
  struct fake_http_connection *connection = server->http->connections[item->session_slot];
  if (connection == NULL || connection->serial != item->session_serial || connection->is_ending) {
    server->counters.answers_lost++;
    return;
  }
  size_t step = connection->held.len - connection->held_at;
  if (connection->trickle_ms > 0 && step > 1) step = 1;
  fake_buffer_append(&connection->out, connection->held.at + connection->held_at, step);
  connection->held_at += step;
  bool is_done = connection->held_at == connection->held.len;
  if (!is_done && hold(connection, connection->trickle_ms * 1000000ull)) {
    flush(connection);
    return;
  }
  connection->held.len = connection->held_at = 0;
  connection->is_waiting = false;
  end_as(connection, connection->end);
  take_requests(connection);
  if (!connection->is_gone) flush(connection);
}

uint16_t fake_http_port(const struct fake_http *http) {
  struct sockaddr_storage address;
  int len = sizeof address;
  CHECK(uv_tcp_getsockname(&http->listener, (struct sockaddr *)&address, &len) == 0);
  const void *any = &address; /* the port lies at the same place in both families */
  return ntohs(((const struct sockaddr_in *)any)->sin_port);
}

bool fake_http_open(struct fake_server *server) {
  struct fake_http *http = calloc(1, sizeof *http);
  CHECK(http != NULL);
  http->server = server;
  http->scratch = (struct fake_scratch){.at = malloc(SCRATCH_LEN), .cap = SCRATCH_LEN};
  http->tree.nodes = malloc(FAKE_TREE_NODES_MAX * sizeof *http->tree.nodes);
  http->callbacks = calloc(1, sizeof *http->callbacks);
  CHECK(http->scratch.at != NULL && http->tree.nodes != NULL && http->callbacks != NULL);
  http->callbacks->server = server;
  http->listener.data = http;
  server->http = http;
  const struct fake_options *options = server->options;
  if (options->is_http_tls) {
    http->room = malloc(READ_LEN);
    http->tls = fake_tls_context_create(options->tls_certificate, options->tls_key, "http/1.1");
    CHECK(http->room != NULL);
    if (http->tls == NULL) return false;
  }
  fake_measure_init();
  return fake_server_listen(server, &http->listener, server->options->http_port, BACKLOG, on_connection);
}

void fake_http_end_all(struct fake_http *http) {
  fake_callback_end_all(http->callbacks);
  for (uint32_t slot = 0; slot < http->slots_used; slot++) {
    struct fake_http_connection *connection = http->connections[slot];
    if (connection == NULL) continue;
    flush(connection);
    fake_http_close(connection, false);
  }
}

void fake_http_destroy(struct fake_http *http) {
  if (http == NULL) return;
  fake_callback_destroy(http->callbacks);
  free(http->scratch.at);
  free(http->tree.nodes);
  free(http->room);
  fake_tls_context_destroy(http->tls);
  fake_buffer_fini(&http->body);
  fake_repeat_fini(&http->repeat);
  free(http);
}
