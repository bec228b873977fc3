/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The server's state: one loop, one thread, everything in it. Its parts live in the files named beside them. */

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "fake_due.h"
#include "fake_fate.h"
#include "fake_options.h"
#include "fake_pace.h"
#include "fake_smpp.h"
#include "fake_spool.h"
#include "fake_violation.h"

struct fake_http;
struct fake_receipt;
struct fake_session;
struct fake_tls_context;

enum {
  FAKE_SESSIONS_MAX = 1024,
  FAKE_ACCOUNTS_MAX = 256,
  FAKE_STATUSES_MAX = 32,
  FAKE_REFERENCES = 1 << 16,
  FAKE_INPUT_LEN = 256 * 1024,
};

struct fake_counters {
  uint64_t sessions;
  uint64_t sessions_refused;
  uint64_t binds;
  uint64_t binds_refused;
  uint64_t binds_peak; /* of one system_id at once */
  uint64_t submits_received;
  uint64_t submits_accepted;
  uint64_t segments_accepted; /* on the air: a long message_payload counts as several */
  uint64_t submits_answered;
  uint64_t answers_lost; /* the session was gone when they were due */
  uint64_t throttled;
  uint64_t window_exceeded; /* among throttled */
  uint64_t swallowed;
  uint64_t dropped;
  uint64_t late;
  uint64_t failed;
  uint64_t enquires_received;
  uint64_t enquires_sent;
  uint64_t enquires_unanswered;
  uint64_t unbinds_received;
  uint64_t receipts_sent;
  uint64_t receipts_answered;
  uint64_t receipts_refused; /* answered with another status than 0 */
  uint64_t receipts_requeued;
  uint64_t receipts_dropped;
  uint64_t mo_sent; /* messages from phones: each part counts */
  uint64_t mo_answered;
  uint64_t mo_refused;
  uint64_t queries_received;
  uint64_t queries_known; /* among them */
  uint64_t http_connections;
  uint64_t http_requests;
  uint64_t http_answers;
  uint64_t http_repeats; /* messages asked for again under the same Idempotency-Key */
  int64_t first_wall_us; /* of an accepted submit, 0 = none */
  int64_t last_wall_us;
  int64_t last_receipt_wall_us; /* when the last answer to a receipt came, 0 = none */
  uint32_t failed_status[FAKE_STATUSES_MAX];
  uint64_t failed_count[FAKE_STATUSES_MAX];
};

/* A system_id and what its sessions share. */
struct fake_account {
  char system_id[FAKE_SMPP_SYSTEM_ID_MAX + 1];
  uint32_t binds_count;
  uint32_t queue_head; /* receipts waiting for a receiver: slot + 1, 0 = none */
  uint32_t queue_tail;
  uint32_t queue_count;
  uint32_t next_slot; /* where the search for a receiver begins: takes turns */
};

/* fake_receipt.c */
struct fake_receipt_pool {
  struct fake_receipt *slots; /* owned */
  uint32_t cap;
  uint32_t used; /* slots ever used */
  uint32_t free_head; /* slot + 1 */
};

/* What control lines have every request over HTTP meet. */
struct fake_http_always {
  bool has_refusal;
  struct fake_http_refusal refusal;
  struct fake_http_fault fault;
};

struct fake_server {
  uv_loop_t loop;
  uv_tcp_t listener;
  uv_prepare_t prepare;
  uv_timer_t due_timer;
  uv_timer_t sweep_timer;
  uv_signal_t on_terminate;
  uv_signal_t on_interrupt;
  const struct fake_options *options;
  uint64_t now_ns;     /* monotonic; read once per read chunk or timer */
  int64_t now_wall_us; /* real time of the same moment */
  uint64_t due_armed_ns;
  uint64_t submit_count; /* numbers of valid submits, for the fate */
  uint64_t message_count; /* numbers of accepted ones, for message_id */
  uint32_t id_prefix;
  uint32_t session_count; /* serials */
  uint32_t mo_count;      /* references of concatenated ones */
  uint32_t slots_used;
  uint32_t accounts_count;
  uint32_t dirty_count;
  bool is_frozen;
  bool is_ending;
  bool is_recording;
  struct fake_tls_context *tls; /* owned, NULL = plain SMPP */
  struct fake_fate_rules fate;
  struct fake_http *http; /* owned, NULL without --http-port */
  struct fake_http_always http_always;
  struct fake_pace_peak peak;
  struct fake_due due;
  struct fake_spool spool;
  struct fake_receipt_pool receipts;
  struct fake_counters counters;
  struct fake_violation_log violations;
  uint32_t message_by_reference[FAKE_REFERENCES]; /* the last of each user_message_reference, 0 = none */
  struct fake_session *sessions[FAKE_SESSIONS_MAX];
  struct fake_account accounts[FAKE_ACCOUNTS_MAX];
  /* A frame that a read left unfinished is copied in front of the next read, so that every frame is parsed in one piece. */
  unsigned char input[FAKE_SMPP_FRAME_MAX + FAKE_INPUT_LEN];
};

/* Read both clocks into the server. */
void fake_server_clock(struct fake_server *server);

/* Start listening as the options say, and write the port file. False, with a line on stderr, if that fails. */
bool fake_server_open(struct fake_server *server, const struct fake_options *options);

/* Have `listener` listen on `port` of the options' host. False, with a line on stderr, if that fails. */
bool fake_server_listen(struct fake_server *server, uv_tcp_t *listener, uint16_t port, int backlog, uv_connection_cb on_peer);

/* Run until fake_server_end. */
void fake_server_run(struct fake_server *server);

/* End the run: listener and sessions are closed, fake_server_run returns soon. Idempotent. */
void fake_server_end(struct fake_server *server);

/* Free what the run used; the counters stay readable. */
void fake_server_close(struct fake_server *server);

/* The port listened on. */
uint16_t fake_server_port(const struct fake_server *server);
