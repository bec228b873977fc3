/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_server.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fake_callback.h"
#include "fake_check.h"
#include "fake_http.h"
#include "fake_receipt.h"
#include "fake_session.h"
#include "fake_submit.h"
#include "fake_tls.h"

enum { BACKLOG = 256, SWEEP_MS = 250, SWEEP_MS_MIN = 10 };
#define MS_NS 1000000u

void fake_server_clock(struct fake_server *server) {
  struct timespec mono, wall;
  clock_gettime(CLOCK_MONOTONIC, &mono);
  clock_gettime(CLOCK_REALTIME, &wall);
  server->now_ns = (uint64_t)mono.tv_sec * 1000000000u + (uint64_t)mono.tv_nsec;
  server->now_wall_us = (int64_t)wall.tv_sec * 1000000 + wall.tv_nsec / 1000;
}

static void on_connection(uv_stream_t *listener, int status) {
  struct fake_server *server = listener->data;
  if (status != 0) return;
  fake_server_clock(server);
  fake_session_accept(server);
}

static void on_due(uv_timer_t *timer) {
  struct fake_server *server = timer->data;
  struct fake_due_item item;
  server->due_armed_ns = UINT64_MAX;
  fake_server_clock(server);
  while (fake_due_pop(&server->due, server->now_ns, &item)) {
    switch (item.kind) {
      case FAKE_DUE_ANSWER: fake_submit_answer_due(server, &item); break;
      case FAKE_DUE_RECEIPT: fake_receipt_due(server, &item); break;
      case FAKE_DUE_HTTP_ANSWER: fake_http_due(server, &item); break;
      case FAKE_DUE_CALLBACK: fake_callback_due(server, &item); break;
    }
  }
  if (server->http != NULL) fake_callback_pump_all(server->http->callbacks);
}

/* Before the loop sleeps: all output leaves, and the timer is set for what is due next. */
static void on_prepare(uv_prepare_t *prepare) {
  struct fake_server *server = prepare->data;
  if (server->dirty_count > 0) fake_session_flush_all(server);
  uint64_t next_ns = fake_due_next_ns(&server->due);
  if (next_ns == server->due_armed_ns) return;
  server->due_armed_ns = next_ns;
  if (next_ns == UINT64_MAX) {
    uv_timer_stop(&server->due_timer);
    return;
  }
  uint64_t target_ms = (next_ns + MS_NS - 1) / MS_NS, now_ms = uv_now(&server->loop); /* one clock, in ms */
  uv_timer_start(&server->due_timer, on_due, target_ms > now_ms ? target_ms - now_ms : 0, 0);
}

static void on_sweep(uv_timer_t *timer) {
  struct fake_server *server = timer->data;
  fake_server_clock(server);
  if (server->http != NULL) fake_callback_sweep(server->http->callbacks);
  for (uint32_t slot = 0; slot < server->slots_used; slot++)
    if (server->sessions[slot] != NULL) fake_session_sweep(server->sessions[slot]);
}

static void on_signal(uv_signal_t *handle, int signal_number) {
  (void)signal_number;
  fake_server_end(handle->data);
}

uint16_t fake_server_port(const struct fake_server *server) {
  struct sockaddr_storage address;
  int len = sizeof address;
  CHECK(uv_tcp_getsockname(&server->listener, (struct sockaddr *)&address, &len) == 0);
  const void *any = &address; /* the port lies at the same place in both families */
  return ntohs(((const struct sockaddr_in *)any)->sin_port);
}

bool fake_server_listen(struct fake_server *server, uv_tcp_t *listener, uint16_t port, int backlog, uv_connection_cb on_peer) {
  const struct fake_options *options = server->options;
  const char *host = strcmp(options->host, "localhost") == 0 ? "127.0.0.1" : options->host;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
  const void *address = &v4;
  int error = uv_ip4_addr(host, port, &v4);
  if (error != 0) {
    address = &v6;
    error = uv_ip6_addr(host, port, &v6);
  }
  if (error == 0) error = uv_tcp_init(&server->loop, listener);
  if (error == 0) error = uv_tcp_bind(listener, address, 0);
  if (error == 0) error = uv_listen((uv_stream_t *)listener, backlog, on_peer);
  if (error == 0) return true;
  fprintf(stderr, "fake-carrier: cannot listen on %s:%u: %s; choose another --listen HOST:PORT (numeric host)\n", options->host,
          port, uv_strerror(error));
  return false;
}

/* Whoever waits for the file never sees it half written. */
static bool write_port_file(const char *path, uint16_t port) {
  if (path == NULL) return true;
  char beside[4096];
  int len = snprintf(beside, sizeof beside, "%s.tmp", path);
  FILE *file = len < (int)sizeof beside ? fopen(beside, "we") : NULL;
  bool is_written = file != NULL && fprintf(file, "%u\n", port) > 0;
  if (file != NULL && fclose(file) != 0) is_written = false;
  if (is_written && rename(beside, path) == 0) return true;
  fprintf(stderr, "fake-carrier: cannot write the port file %s: %s\n", path, strerror(errno));
  return false;
}

static void start_timers(struct fake_server *server) {
  uint64_t sweep_ms = SWEEP_MS, enquire_ms = server->options->enquire_ms;
  if (enquire_ms > 0 && enquire_ms / 4 < sweep_ms) sweep_ms = enquire_ms / 4 > SWEEP_MS_MIN ? enquire_ms / 4 : SWEEP_MS_MIN;
  uv_timer_init(&server->loop, &server->due_timer);
  uv_timer_init(&server->loop, &server->sweep_timer);
  uv_timer_start(&server->sweep_timer, on_sweep, sweep_ms, sweep_ms);
  uv_prepare_init(&server->loop, &server->prepare);
  uv_prepare_start(&server->prepare, on_prepare);
  uv_signal_init(&server->loop, &server->on_terminate);
  uv_signal_init(&server->loop, &server->on_interrupt);
  uv_signal_start(&server->on_terminate, on_signal, SIGTERM);
  uv_signal_start(&server->on_interrupt, on_signal, SIGINT);
}

bool fake_server_open(struct fake_server *server, const struct fake_options *options) {
  server->options = options;
  server->due_armed_ns = UINT64_MAX;
  server->fate.options = options;
  server->fate.latency = options->latency;
  server->fate.shapes = options->shapes;
  CHECK(fake_pace_limit_init(&server->fate.pace, options->throttle_tps));
  CHECK(uv_loop_init(&server->loop) == 0);
  server->listener.data = server->prepare.data = server->due_timer.data = server;
  server->sweep_timer.data = server->on_terminate.data = server->on_interrupt.data = server;
  fake_server_clock(server);
  if (options->is_tls) server->tls = fake_tls_context_create(options->tls_certificate, options->tls_key, NULL);
  if (options->is_tls && server->tls == NULL) return false;
  if (!fake_server_listen(server, &server->listener, options->port, BACKLOG, on_connection)) return false;
  if (options->has_http && !fake_http_open(server)) return false;
  start_timers(server);
  if (options->has_http && !write_port_file(options->http_port_file, fake_http_port(server->http))) return false;
  if (!write_port_file(options->port_file, fake_server_port(server))) return false;
  fprintf(stderr, "fake-carrier: listening on %s:%u\n", options->host, fake_server_port(server));
  if (options->has_http) fprintf(stderr, "fake-carrier: HTTP on %s:%u\n", options->host, fake_http_port(server->http));
  return true;
}

void fake_server_run(struct fake_server *server) { uv_run(&server->loop, UV_RUN_DEFAULT); }

static void close_handle(uv_handle_t *handle, void *context) {
  (void)context;
  if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

void fake_server_end(struct fake_server *server) {
  if (server->is_ending) return;
  server->is_ending = true;
  fake_server_clock(server);
  for (uint32_t slot = 0; slot < server->slots_used; slot++) {
    struct fake_session *session = server->sessions[slot];
    if (session == NULL) continue;
    fake_session_flush(session);
    fake_session_close(session, false);
  }
  if (server->http != NULL) fake_http_end_all(server->http);
  uv_walk(&server->loop, close_handle, NULL);
}

void fake_server_close(struct fake_server *server) {
  uv_loop_close(&server->loop);
  fake_http_destroy(server->http);
  fake_tls_context_destroy(server->tls);
  fake_due_fini(&server->due);
  fake_receipt_fini(&server->receipts);
  fake_pace_limit_fini(&server->fate.pace);
}
