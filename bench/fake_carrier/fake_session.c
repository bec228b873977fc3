/* SPDX-License-Identifier: Apache-2.0 */
/* A read of up to 256 KiB is parsed in place; all answers to it leave in one write. Output that the kernel does not take waits in
 * `sending`, what is made meanwhile in `out`; a session with over a MiB of both is not read from until half of it is gone. */
#include "fake_session.h"

#include <stdlib.h>
#include <string.h>

#include "fake_check.h"
#include "fake_dispatch.h"
#include "fake_receipt.h"

enum { BACKLOG_HIGH = 1 << 20, BACKLOG_LOW = 1 << 19 };
#define MS_NS 1000000u
#define ENDING_NS (1000u * MS_NS)
#define UNBINDING_NS (1000u * MS_NS)
#define UNBIND_ASKED_NS (5000ull * MS_NS)

const char *fake_session_label(const struct fake_session *session, char out[64]) {
  if (session->account != NULL)
    snprintf(out, 64, "session %u of %s", session->serial, session->account->system_id);
  else
    snprintf(out, 64, "session %u (not bound)", session->serial);
  return out;
}

unsigned char *fake_session_extend(struct fake_session *session, size_t len) {
  if (!session->is_dirty) {
    session->is_dirty = true;
    session->server->dirty_count++;
  }
  return fake_buffer_extend(&session->out, len);
}

void fake_session_put_header(struct fake_session *session, uint32_t command_id, uint32_t status, uint32_t sequence_number) {
  unsigned char *room = fake_session_extend(session, FAKE_SMPP_HEADER_LEN);
  fake_smpp_put_header(room, FAKE_SMPP_HEADER_LEN, command_id, status, sequence_number);
}

size_t fake_session_backlog(const struct fake_session *session) { return session->out.len + session->wire.len + session->sending.len; }

uint32_t fake_session_next_sequence(struct fake_session *session) {
  session->sequence_last = session->sequence_last >= 0x7FFFFFFF ? 1 : session->sequence_last + 1;
  return session->sequence_last;
}

/* Whatever the session holds of its account goes back: the bind, and receipts that were not answered. */
static void leave_account(struct fake_session *session) {
  struct fake_account *account = session->account;
  if (account == NULL) return;
  account->binds_count--;
  session->account = NULL;
  fake_receipt_take_back(session, account);
}

static void on_closed(uv_handle_t *handle) {
  struct fake_session *session = handle->data;
  fake_buffer_fini(&session->out);
  fake_buffer_fini(&session->wire);
  fake_tls_close(session->tls);
  fake_buffer_fini(&session->sending);
  fake_buffer_fini(&session->rest);
  free(session->receipt_slots);
  free(session->outstanding);
  free(session);
}

void fake_session_close(struct fake_session *session, bool with_reset) {
  if (session->is_gone) return;
  session->is_gone = true;
  session->state = FAKE_SESSION_ENDING;
  if (session->is_dirty) session->server->dirty_count--;
  session->is_dirty = false;
  leave_account(session);
  session->server->sessions[session->slot] = NULL;
  if (!with_reset || uv_tcp_close_reset(&session->tcp, on_closed) != 0) uv_close((uv_handle_t *)&session->tcp, on_closed);
}

static void on_shut(uv_shutdown_t *request, int status) {
  (void)request;
  (void)status; /* the sweep closes in any case */
}

static void shut_if_flushed(struct fake_session *session) {
  if (session->state != FAKE_SESSION_ENDING || session->is_shut || session->is_gone) return;
  if (fake_session_backlog(session) > 0) return;
  session->is_shut = true;
  if (uv_shutdown(&session->shutdown, (uv_stream_t *)&session->tcp, on_shut) != 0) fake_session_close(session, false);
}

void fake_session_end(struct fake_session *session) {
  if (session->state == FAKE_SESSION_ENDING) return;
  session->state = FAKE_SESSION_ENDING;
  session->state_ns = session->server->now_ns;
  leave_account(session);
  fake_session_flush(session);
  shut_if_flushed(session);
}

static void on_written(uv_write_t *request, int status) {
  struct fake_session *session = request->data;
  session->is_writing = false;
  session->sending.len = 0;
  if (session->is_gone) return;
  if (status != 0) {
    fake_session_close(session, false);
    return;
  }
  fake_session_flush(session);
  if (session->is_gone) return;
  fake_session_update_reading(session);
  if (session->account != NULL) fake_receipt_pump(session->server, session->account);
}

/* Everything in `out` onto `wire`, and the end of it if it is that. */
static bool encrypt(struct fake_session *session) {
  bool is_sent = session->out.len == 0 || fake_tls_send(session->tls, session->out.at, session->out.len, &session->wire);
  session->out.len = 0;
  if (session->state == FAKE_SESSION_ENDING && !session->has_finished) {
    session->has_finished = true;
    fake_tls_finish(session->tls, &session->wire);
  }
  return is_sent;
}

void fake_session_flush(struct fake_session *session) {
  struct fake_buffer *from = session->tls != NULL ? &session->wire : &session->out;
  if (session->is_dirty) session->server->dirty_count--;
  session->is_dirty = false;
  if (session->is_gone || session->is_writing) return;
  if (session->tls != NULL && !encrypt(session)) {
    fake_session_close(session, false);
    return;
  }
  if (from->len == 0) return;
  uv_buf_t octets = uv_buf_init((char *)from->at, (unsigned)from->len);
  int written = uv_try_write((uv_stream_t *)&session->tcp, &octets, 1);
  if (written < 0 && written != UV_EAGAIN) {
    fake_session_close(session, false);
    return;
  }
  size_t done = written < 0 ? 0 : (size_t)written;
  if (done == from->len) {
    from->len = 0;
    shut_if_flushed(session);
    return;
  }
  struct fake_buffer swap = session->sending;
  session->sending = *from;
  *from = swap;
  octets = uv_buf_init((char *)session->sending.at + done, (unsigned)(session->sending.len - done));
  session->write.data = session;
  session->is_writing = true;
  if (uv_write(&session->write, (uv_stream_t *)&session->tcp, &octets, 1, on_written) != 0) {
    session->is_writing = false;
    fake_session_close(session, false);
  }
}

void fake_session_flush_all(struct fake_server *server) {
  for (uint32_t slot = 0; slot < server->slots_used && server->dirty_count > 0; slot++) {
    struct fake_session *session = server->sessions[slot];
    if (session != NULL && session->is_dirty) fake_session_flush(session);
  }
}

void fake_session_settle_unbind(struct fake_session *session) {
  if (session->state != FAKE_SESSION_UNBINDING || session->unanswered > 0) return;
  fake_session_put_header(session, FAKE_COMMAND_UNBIND | FAKE_COMMAND_RESP, FAKE_STATUS_ROK, session->unbind_owed);
  fake_session_end(session);
}

/* Split `len` octets into frames; returns how many are used up. */
static size_t take_frames(struct fake_session *session, const unsigned char *octets, size_t len) {
  size_t at = 0;
  while (len - at >= 4 && session->state != FAKE_SESSION_ENDING) {
    uint32_t length = fake_smpp_get32(octets + at);
    if (length < FAKE_SMPP_HEADER_LEN || length > FAKE_SMPP_FRAME_MAX) {
      fake_dispatch_bad_length(session, octets + at, len - at);
      return len;
    }
    if (len - at < length) break;
    fake_dispatch_frame(session, octets + at, length);
    at += length;
  }
  return session->state == FAKE_SESSION_ENDING ? len : at;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *room) {
  (void)suggested;
  struct fake_session *session = handle->data;
  *room = uv_buf_init((char *)session->server->input + FAKE_SMPP_FRAME_MAX, FAKE_INPUT_LEN);
}

/* The frames in what was read, in front of which the rest of the last read is put. */
static void take_plain(struct fake_session *session, char *read, size_t count) {
  size_t rest_len = session->rest.len, len = rest_len + count;
  unsigned char *octets = (unsigned char *)read - rest_len;
  if (rest_len > 0) memcpy(octets, session->rest.at, rest_len);
  session->rest.len = 0;
  size_t used = take_frames(session, octets, len);
  if (!session->is_gone) fake_buffer_append(&session->rest, octets + used, len - used);
}

/* The same of what TLS makes of it. A peer that ends TLS has ended the connection. */
static void take_encrypted(struct fake_session *session, const char *read, size_t count) {
  struct fake_buffer *rest = &session->rest;
  bool is_fine = fake_tls_receive(session->tls, read, count, rest, &session->wire);
  size_t used = take_frames(session, rest->at, rest->len);
  if (session->is_gone) return;
  if (used > 0) memmove(rest->at, rest->at + used, rest->len - used);
  rest->len -= used;
  if (!is_fine) fake_session_end(session);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *room) {
  struct fake_session *session = stream->data;
  struct fake_server *server = session->server;
  if (count == 0) return;
  if (count < 0) {
    fake_session_close(session, false);
    return;
  }
  if (session->state == FAKE_SESSION_ENDING) return;
  fake_server_clock(server);
  session->heard_ns = server->now_ns;
  if (session->tls != NULL)
    take_encrypted(session, room->base, (size_t)count);
  else
    take_plain(session, room->base, (size_t)count);
  if (session->is_gone) return;
  /* Others first: an early receipt must reach the wire before the answer it forestalls. */
  bool is_dirty = session->is_dirty;
  if (server->dirty_count > (is_dirty ? 1u : 0u)) fake_session_flush_all(server);
  fake_session_flush(session);
  if (!session->is_gone) fake_session_update_reading(session);
}

void fake_session_update_reading(struct fake_session *session) {
  if (session->is_gone) return;
  size_t backlog = fake_session_backlog(session);
  bool want = !session->server->is_frozen && backlog <= (session->is_reading ? (size_t)BACKLOG_HIGH : (size_t)BACKLOG_LOW);
  if (want == session->is_reading) return;
  session->is_reading = want;
  if (want)
    uv_read_start((uv_stream_t *)&session->tcp, on_alloc, on_read);
  else
    uv_read_stop((uv_stream_t *)&session->tcp);
}

static void on_refused_closed(uv_handle_t *handle) { free(handle); }

/* A connection over the limit is accepted only to be closed. */
static void refuse(struct fake_server *server) {
  uv_tcp_t *tcp = malloc(sizeof *tcp);
  CHECK(tcp != NULL);
  uv_tcp_init(&server->loop, tcp);
  server->counters.sessions_refused++;
  uv_accept((uv_stream_t *)&server->listener, (uv_stream_t *)tcp);
  uv_close((uv_handle_t *)tcp, on_refused_closed);
}

void fake_session_accept(struct fake_server *server) {
  uint32_t slot = 0;
  while (slot < server->slots_used && server->sessions[slot] != NULL) slot++;
  struct fake_session *session = slot < FAKE_SESSIONS_MAX ? calloc(1, sizeof *session) : NULL;
  if (session == NULL) {
    refuse(server);
    return;
  }
  uv_tcp_init(&server->loop, &session->tcp);
  session->tcp.data = session;
  session->server = server;
  if (server->tls != NULL) session->tls = fake_tls_open(server->tls);
  session->slot = slot;
  session->serial = ++server->session_count;
  session->state_ns = session->heard_ns = server->now_ns;
  server->sessions[slot] = session;
  if (slot == server->slots_used) server->slots_used++;
  if (uv_accept((uv_stream_t *)&server->listener, (uv_stream_t *)&session->tcp) != 0) {
    fake_session_close(session, false);
    return;
  }
  server->counters.sessions++;
  uv_tcp_nodelay(&session->tcp, 1);
  fake_session_update_reading(session);
}

static void sweep_enquire(struct fake_session *session) {
  struct fake_server *server = session->server;
  uint64_t wait_ns = (uint64_t)server->options->enquire_ms * MS_NS;
  if (wait_ns == 0 || session->state != FAKE_SESSION_BOUND || !session->is_reading) return;
  if (session->unbind_asked != 0) return; /* a peer that takes its leave need not answer */
  if (session->enquire_asked == 0) {
    if (server->now_ns - session->heard_ns < wait_ns) return;
    session->enquire_asked = fake_session_next_sequence(session);
    session->enquired_ns = server->now_ns;
    server->counters.enquires_sent++;
    fake_session_put_header(session, FAKE_COMMAND_ENQUIRE_LINK, FAKE_STATUS_ROK, session->enquire_asked);
  } else if (server->now_ns - session->enquired_ns >= wait_ns) {
    server->counters.enquires_unanswered++;
    fake_session_end(session);
  }
}

void fake_session_sweep(struct fake_session *session) {
  struct fake_server *server = session->server;
  uint64_t age_ns = server->now_ns - session->state_ns;
  if (session->state == FAKE_SESSION_ENDING) {
    if (age_ns >= ENDING_NS) fake_session_close(session, false);
    return;
  }
  if (session->state == FAKE_SESSION_UNBINDING && age_ns >= UNBINDING_NS) {
    session->unanswered = 0;
    fake_session_settle_unbind(session);
    return;
  }
  if (session->unbind_asked != 0 && age_ns >= UNBIND_ASKED_NS) {
    fake_session_end(session);
    return;
  }
  uint64_t bind_ns = (uint64_t)server->options->bind_ms * MS_NS;
  if (session->state == FAKE_SESSION_OPEN && bind_ns > 0 && age_ns >= bind_ns) {
    fake_session_end(session);
    return;
  }
  sweep_enquire(session);
}
