/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_submit.h"

#include <stdlib.h>
#include <string.h>

#include "fake_check.h"
#include "fake_dispatch.h"
#include "fake_message_id.h"
#include "fake_pdu.h"
#include "fake_receipt.h"
#include "fake_rules.h"
#include "fake_segment.h"

/* `message` is 0 for refusals, which have no body (SMPP 3.4 §4.4.2). */
static void put_answer(struct fake_session *session, uint32_t command_id, uint32_t status, uint32_t sequence_number,
                       uint64_t message) {
  struct fake_server *server = session->server;
  server->counters.submits_answered++;
  if (message == 0) {
    fake_session_put_header(session, command_id | FAKE_COMMAND_RESP, status, sequence_number);
    return;
  }
  char id[FAKE_MESSAGE_ID_CAP];
  uint32_t id_octets = fake_message_id_put(server->id_prefix, message, server->options->id_form, id) + 1;
  unsigned char *out = fake_session_extend(session, FAKE_SMPP_HEADER_LEN + id_octets);
  fake_smpp_put_header(out, FAKE_SMPP_HEADER_LEN + id_octets, command_id | FAKE_COMMAND_RESP, status, sequence_number);
  memcpy(out + FAKE_SMPP_HEADER_LEN, id, id_octets);
}

static void count_failed(struct fake_counters *counters, uint32_t status) {
  counters->failed++;
  uint32_t index = 0;
  while (index < FAKE_STATUSES_MAX && counters->failed_count[index] > 0 && counters->failed_status[index] != status) index++;
  if (index == FAKE_STATUSES_MAX) return; /* counted in the total only */
  counters->failed_status[index] = status;
  counters->failed_count[index]++;
}

static uint32_t *outstanding_slot(struct fake_session *session, uint32_t sequence_number) {
  return &session->outstanding[sequence_number % FAKE_SESSION_OUTSTANDING_SLOTS];
}

/* Answer now, or later if the fate says so. False if too many answers wait already. */
static bool answer_after(struct fake_session *session, const struct fake_pdu *pdu, const struct fake_fate *fate,
                         uint64_t message) {
  struct fake_server *server = session->server;
  if (fate->delay_ns == 0) {
    put_answer(session, pdu->command_id, fate->status, pdu->sequence_number, message);
    return true;
  }
  struct fake_due_item item = {.due_ns = server->now_ns + fate->delay_ns,
                               .message = message,
                               .session_slot = session->slot,
                               .session_serial = session->serial,
                               .command_id = pdu->command_id,
                               .sequence_number = pdu->sequence_number,
                               .status = fate->status,
                               .kind = FAKE_DUE_ANSWER};
  if (!fake_due_push(&server->due, &item)) return false;
  session->unanswered++;
  if (session->outstanding == NULL) session->outstanding = calloc(FAKE_SESSION_OUTSTANDING_SLOTS, sizeof(uint32_t));
  CHECK(session->outstanding != NULL);
  *outstanding_slot(session, pdu->sequence_number) = pdu->sequence_number;
  return true;
}

void fake_submit_answer_due(struct fake_server *server, const struct fake_due_item *item) {
  struct fake_session *session = server->sessions[item->session_slot];
  if (session == NULL || session->serial != item->session_serial || session->state == FAKE_SESSION_ENDING) {
    server->counters.answers_lost++;
    return;
  }
  if (session->unanswered > 0) session->unanswered--;
  uint32_t *slot = outstanding_slot(session, item->sequence_number);
  if (*slot == item->sequence_number) *slot = 0;
  put_answer(session, item->command_id, item->status, item->sequence_number, item->message);
  fake_session_settle_unbind(session);
}

static void throttle(struct fake_session *session, const struct fake_pdu *pdu) {
  session->server->counters.throttled++;
  put_answer(session, pdu->command_id, FAKE_STATUS_RTHROTTLED, pdu->sequence_number, 0);
}

static bool record(struct fake_session *session, const unsigned char *frame, uint32_t len, uint64_t message, bool is_swallowed) {
  struct fake_server *server = session->server;
  if (!server->is_recording) return true;
  struct fake_spool_record header = {.kind = FAKE_SPOOL_MESSAGE,
                                     .flags = is_swallowed ? FAKE_SPOOL_SWALLOWED : 0,
                                     .message = message,
                                     .wall_us = server->now_wall_us,
                                     .mono_ns = server->now_ns,
                                     .session = session->serial};
  return fake_spool_append(&server->spool, &header, frame, len);
}

static void count_accepted(struct fake_server *server, uint32_t air_count) {
  struct fake_counters *counters = &server->counters;
  counters->submits_accepted++;
  counters->segments_accepted += air_count;
  if (counters->first_wall_us == 0) counters->first_wall_us = server->now_wall_us;
  counters->last_wall_us = server->now_wall_us;
  fake_pace_peak_count(&server->peak, server->now_ns, air_count);
}

/* Record first, answer second: what was answered is in the record, whenever this process dies. */
static void take(struct fake_session *session, const struct fake_pdu *pdu, const struct fake_segment *segment,
                 const struct fake_fate *fate, const unsigned char *frame, uint32_t len) {
  struct fake_server *server = session->server;
  bool is_swallowed = fate->kind == FAKE_FATE_SWALLOW;
  uint64_t message = server->message_count + 1;
  if (server->due.count >= FAKE_DUE_MAX - 1) {
    throttle(session, pdu);
    return;
  }
  if (!record(session, frame, len, message, is_swallowed)) {
    count_failed(&server->counters, FAKE_STATUS_RSYSERR);
    put_answer(session, pdu->command_id, FAKE_STATUS_RSYSERR, pdu->sequence_number, 0);
    return;
  }
  server->message_count = message;
  if (pdu->has_user_reference) server->message_by_reference[pdu->user_reference] = (uint32_t)message;
  count_accepted(server, segment->air_count);
  bool is_early = server->options->receipts == FAKE_RECEIPTS_EARLY;
  if (is_early) fake_receipt_plan(session, pdu, segment, message, server->now_ns);
  if (is_swallowed)
    server->counters.swallowed++;
  else
    CHECK(answer_after(session, pdu, fate, message));
  if (fate->is_late) server->counters.late++;
  if (!is_early) fake_receipt_plan(session, pdu, segment, message, server->now_ns + fate->delay_ns);
}

static bool check_sequence(struct fake_session *session, const struct fake_pdu *pdu, struct fake_violation_found *found) {
  if (session->unanswered == 0 || *outstanding_slot(session, pdu->sequence_number) != pdu->sequence_number) return true;
  return fake_violation_set(found, FAKE_VIOLATION_sequence_number, "sequence_number %u still waits for its answer",
                            pdu->sequence_number);
}

void fake_submit_take(struct fake_session *session, const unsigned char *frame, uint32_t len) {
  struct fake_server *server = session->server;
  struct fake_violation_found found;
  struct fake_pdu pdu;
  struct fake_segment segment;
  if (!fake_pdu_parse(frame, len, &pdu, &found) ||
      !fake_rules_check(&pdu, session->interface_version, server->now_wall_us / 1000000, &found) ||
      !fake_segment_read(&pdu, server->options->dcs0, &segment, &found) || !check_sequence(session, &pdu, &found)) {
    fake_dispatch_refuse(session, frame, &found, pdu.dest.text, pdu.dest.len);
    return;
  }
  uint64_t number = ++server->submit_count;
  if (server->options->window_max > 0 && session->unanswered >= server->options->window_max) {
    server->counters.window_exceeded++;
    throttle(session, &pdu);
    return;
  }
  struct fake_fate fate = fake_fate_decide(&server->fate, number, segment.air_count, server->now_ns);
  switch (fate.kind) {
    case FAKE_FATE_ACCEPT:
    case FAKE_FATE_SWALLOW: take(session, &pdu, &segment, &fate, frame, len); break;
    case FAKE_FATE_THROTTLE: throttle(session, &pdu); break;
    case FAKE_FATE_DROP: server->counters.dropped++; break;
    case FAKE_FATE_REFUSE:
      count_failed(&server->counters, fate.status);
      if (!answer_after(session, &pdu, &fate, 0)) throttle(session, &pdu);
      break;
  }
}
