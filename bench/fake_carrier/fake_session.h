/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One connection: octets in, frames out of them, octets out, and its orderly or rude end.
 *
 *   OPEN ──bind──► BOUND ──unbind──► UNBINDING (answers that are due still go out)
 *     │              │                   │
 *     └──────────────┴───────────────────┴──► ENDING (output flushed, FIN, input ignored) ──► gone
 */

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "fake_buffer.h"
#include "fake_server.h"
#include "fake_tls.h"

enum fake_session_state {
  FAKE_SESSION_OPEN,
  FAKE_SESSION_BOUND,
  FAKE_SESSION_UNBINDING, /* the peer's unbind came, its answer waits for those of its submits */
  FAKE_SESSION_ENDING,
};

enum { FAKE_SESSION_RECEIPT_SLOTS = 8192, FAKE_SESSION_OUTSTANDING_SLOTS = 4096 };

struct fake_session {
  uv_tcp_t tcp;
  uv_write_t write;
  uv_shutdown_t shutdown;
  struct fake_server *server;
  uint32_t slot;
  uint32_t serial; /* from 1, never used again */
  enum fake_session_state state;
  bool may_submit;
  bool may_receive;
  bool is_reading;
  bool is_writing;
  bool is_dirty; /* has output to flush before the loop sleeps */
  bool is_gone;  /* uv_close was called */
  bool is_shut;
  uint8_t interface_version;
  struct fake_account *account; /* NULL unless bound */
  uint32_t sequence_last;       /* of requests to the peer */
  uint32_t unbind_asked;        /* sequence of our unbind, 0 = none */
  uint32_t unbind_owed;         /* sequence of the peer's unbind */
  uint32_t enquire_asked;
  uint32_t unanswered; /* submits whose answer waits in the heap */
  uint32_t receipts_outstanding;
  uint32_t *receipt_slots;     /* owned: slot + 1 by sequence modulo FAKE_SESSION_RECEIPT_SLOTS */
  uint32_t *outstanding;       /* owned: sequence numbers of unanswered submits, by value modulo …_OUTSTANDING_SLOTS */
  uint64_t state_ns;           /* when the state, or our unbind, began */
  uint64_t heard_ns;           /* when octets came last */
  uint64_t enquired_ns;
  struct fake_tls *tls;       /* NULL = plain */
  bool has_finished;          /* TLS said its end */
  struct fake_buffer out;     /* not yet handed to the kernel, nor to TLS */
  struct fake_buffer wire;    /* what TLS made of it */
  struct fake_buffer sending; /* with libuv */
  struct fake_buffer rest;    /* the unfinished frame at the end of the last read */
};

/* Take the connection that waits at the listener; refused if there are FAKE_SESSIONS_MAX already. */
void fake_session_accept(struct fake_server *server);

/* Room for `len` octets of output, which the caller fills at once; flushed before the loop sleeps. */
unsigned char *fake_session_extend(struct fake_session *session, size_t len);

/* Queue a PDU that is only a header. */
void fake_session_put_header(struct fake_session *session, uint32_t command_id, uint32_t status, uint32_t sequence_number);

/* Hand the output to the kernel as far as it takes it. */
void fake_session_flush(struct fake_session *session);

/* Flush every session that has output. */
void fake_session_flush_all(struct fake_server *server);

/* Octets not yet taken by the kernel. */
size_t fake_session_backlog(const struct fake_session *session);

/* The next sequence number for a request to the peer: 1 to 0x7FFFFFFF. */
uint32_t fake_session_next_sequence(struct fake_session *session);

/* Flush, send FIN and ignore further input; its account and receipts are freed at once. */
void fake_session_end(struct fake_session *session);

/* Close at once; with RST if `with_reset`. */
void fake_session_close(struct fake_session *session, bool with_reset);

/* Start or stop reading as frozen state and backlog want it. */
void fake_session_update_reading(struct fake_session *session);

/* Deadlines: bind, unbind, ending, enquire_link. Call now and then. */
void fake_session_sweep(struct fake_session *session);

/* Answer the peer's unbind if none of its submits waits for an answer any more. */
void fake_session_settle_unbind(struct fake_session *session);

/* `session 3 of hongyan` for messages; `out` holds 64 octets. Returns `out`. */
const char *fake_session_label(const struct fake_session *session, char out[64]);
