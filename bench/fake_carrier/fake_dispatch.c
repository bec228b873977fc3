/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_dispatch.h"

#include <stdio.h>

#include "fake_bind.h"
#include "fake_query.h"
#include "fake_receipt.h"
#include "fake_submit.h"

static const char *command_name(uint32_t command_id) {
  switch (command_id & ~FAKE_COMMAND_RESP) {
    case FAKE_COMMAND_BIND_RECEIVER: return "bind_receiver";
    case FAKE_COMMAND_BIND_TRANSMITTER: return "bind_transmitter";
    case FAKE_COMMAND_BIND_TRANSCEIVER: return "bind_transceiver";
    case FAKE_COMMAND_QUERY_SM: return "query_sm";
    case FAKE_COMMAND_SUBMIT_SM: return "submit_sm";
    case FAKE_COMMAND_DELIVER_SM: return "deliver_sm";
    case FAKE_COMMAND_UNBIND: return "unbind";
    case FAKE_COMMAND_REPLACE_SM: return "replace_sm";
    case FAKE_COMMAND_CANCEL_SM: return "cancel_sm";
    case FAKE_COMMAND_OUTBIND: return "outbind";
    case FAKE_COMMAND_ENQUIRE_LINK: return "enquire_link";
    case FAKE_COMMAND_SUBMIT_MULTI: return "submit_multi";
    case FAKE_COMMAND_ALERT_NOTIFICATION: return "alert_notification";
    case FAKE_COMMAND_DATA_SM: return "data_sm";
    default: return "PDU";
  }
}

static void report(struct fake_session *session, const unsigned char *frame, const struct fake_violation_found *found,
                   const char *to, uint32_t to_len) {
  uint32_t command_id = fake_smpp_get32(frame + 4);
  char who[64], what[64];
  snprintf(what, sizeof what, "%s%s %u", command_name(command_id), (command_id & FAKE_COMMAND_RESP) != 0 ? "_resp" : "",
           fake_smpp_get32(frame + 12));
  fake_violation_report(&session->server->violations, found, fake_session_label(session, who), what, to, to_len);
}

/* True for commands that this SMSC answers with their own response, whatever is wrong. */
static bool has_response(uint32_t command_id) {
  switch (command_id) {
    case FAKE_COMMAND_BIND_RECEIVER:
    case FAKE_COMMAND_BIND_TRANSMITTER:
    case FAKE_COMMAND_BIND_TRANSCEIVER:
    case FAKE_COMMAND_SUBMIT_SM:
    case FAKE_COMMAND_DATA_SM:
    case FAKE_COMMAND_UNBIND:
    case FAKE_COMMAND_ENQUIRE_LINK:
    case FAKE_COMMAND_QUERY_SM:
    case FAKE_COMMAND_CANCEL_SM:
    case FAKE_COMMAND_REPLACE_SM:
    case FAKE_COMMAND_SUBMIT_MULTI: return true;
    default: return false;
  }
}

void fake_dispatch_refuse(struct fake_session *session, const unsigned char *frame,
                          const struct fake_violation_found *found, const char *to, uint32_t to_len) {
  report(session, frame, found, to, to_len);
  uint32_t command_id = fake_smpp_get32(frame + 4), status = fake_violation_status(found->kind);
  uint32_t answer_id = has_response(command_id) ? command_id | FAKE_COMMAND_RESP : FAKE_COMMAND_GENERIC_NACK;
  if (command_id == FAKE_COMMAND_SUBMIT_SM || command_id == FAKE_COMMAND_DATA_SM) session->server->counters.submits_answered++;
  fake_session_put_header(session, answer_id, status, fake_smpp_get32(frame + 12));
}

void fake_dispatch_bad_length(struct fake_session *session, const unsigned char *octets, size_t len) {
  unsigned char header[FAKE_SMPP_HEADER_LEN] = {0};
  for (size_t at = 0; at < sizeof header && at < len; at++) header[at] = octets[at];
  struct fake_violation_found found;
  fake_violation_set(&found, FAKE_VIOLATION_frame_length, "command_length %u, legal are 16 to %d; the connection is closed",
                     fake_smpp_get32(header), FAKE_SMPP_FRAME_MAX);
  report(session, header, &found, NULL, 0);
  fake_session_put_header(session, FAKE_COMMAND_GENERIC_NACK, FAKE_STATUS_RINVCMDLEN,
                          len >= sizeof header ? fake_smpp_get32(header + 12) : 0);
  fake_session_end(session);
}

/* Responses and generic_nack from the peer. */
static void take_response(struct fake_session *session, const unsigned char *frame, uint32_t len) {
  struct fake_violation_found found;
  uint32_t command_id = fake_smpp_get32(frame + 4), sequence_number = fake_smpp_get32(frame + 12);
  uint32_t status = fake_smpp_get32(frame + 8), body_len = len - FAKE_SMPP_HEADER_LEN;
  bool is_nack = command_id == FAKE_COMMAND_GENERIC_NACK;
  bool is_delivery = command_id == (FAKE_COMMAND_DELIVER_SM | FAKE_COMMAND_RESP) ||
                     command_id == (FAKE_COMMAND_DATA_SM | FAKE_COMMAND_RESP);
  if (is_delivery || is_nack) {
    if (!is_nack && status == 0 && (body_len != 1 || frame[FAKE_SMPP_HEADER_LEN] != 0)) {
      fake_violation_set(&found, FAKE_VIOLATION_response_body, "the body has %u octets, want an empty message_id of 1",
                         body_len);
      report(session, frame, &found, NULL, 0);
    }
    if (fake_receipt_answered(session, sequence_number, status)) return;
  }
  if (command_id == (FAKE_COMMAND_ENQUIRE_LINK | FAKE_COMMAND_RESP) && session->enquire_asked == sequence_number) {
    session->enquire_asked = 0;
    return;
  }
  bool is_unbind = command_id == (FAKE_COMMAND_UNBIND | FAKE_COMMAND_RESP) || is_nack;
  if (is_unbind && session->unbind_asked != 0 && session->unbind_asked == sequence_number) {
    fake_session_end(session);
    return;
  }
  bool is_known = is_nack || has_response(command_id & ~FAKE_COMMAND_RESP) ||
                  command_id == (FAKE_COMMAND_DELIVER_SM | FAKE_COMMAND_RESP);
  if (is_known)
    fake_violation_set(&found, FAKE_VIOLATION_response_unexpected, "status 0x%02X answers no request of ours", status);
  else
    fake_violation_set(&found, FAKE_VIOLATION_response_unknown, "command_id 0x%08X", command_id);
  report(session, frame, &found, NULL, 0);
}

static void take_unbind(struct fake_session *session, uint32_t sequence_number) {
  session->server->counters.unbinds_received++;
  session->state = FAKE_SESSION_UNBINDING;
  session->state_ns = session->server->now_ns;
  session->unbind_owed = sequence_number;
  fake_session_settle_unbind(session);
}

static void take_enquire(struct fake_session *session, uint32_t sequence_number) {
  session->server->counters.enquires_received++;
  fake_session_put_header(session, FAKE_COMMAND_ENQUIRE_LINK | FAKE_COMMAND_RESP, FAKE_STATUS_ROK, sequence_number);
}

/* What is wrong with a request whatever its body says. */
static bool check_header(const struct fake_session *session, const unsigned char *frame, uint32_t len,
                         struct fake_violation_found *found) {
  uint32_t command_id = fake_smpp_get32(frame + 4), status = fake_smpp_get32(frame + 8);
  uint32_t sequence_number = fake_smpp_get32(frame + 12);
  bool is_submit = command_id == FAKE_COMMAND_SUBMIT_SM || command_id == FAKE_COMMAND_DATA_SM;
  bool is_bind = command_id == FAKE_COMMAND_BIND_RECEIVER || command_id == FAKE_COMMAND_BIND_TRANSMITTER ||
                 command_id == FAKE_COMMAND_BIND_TRANSCEIVER;
  bool is_bare = command_id == FAKE_COMMAND_UNBIND || command_id == FAKE_COMMAND_ENQUIRE_LINK;
  bool is_query = command_id == FAKE_COMMAND_QUERY_SM && session->server->options->answers_queries;
  if (!is_submit && !is_bind && !is_bare && !is_query) {
    bool is_known = has_response(command_id) || command_id == FAKE_COMMAND_DELIVER_SM ||
                    command_id == FAKE_COMMAND_OUTBIND || command_id == FAKE_COMMAND_ALERT_NOTIFICATION;
    return is_known ? fake_violation_set(found, FAKE_VIOLATION_command_unsupported, "this SMSC takes no %s",
                                         command_name(command_id))
                    : fake_violation_set(found, FAKE_VIOLATION_command_unknown, "command_id 0x%08X", command_id);
  }
  if (status != 0)
    return fake_violation_set(found, FAKE_VIOLATION_command_status, "a request with command_status 0x%02X", status);
  if (sequence_number == 0 || sequence_number > 0x7FFFFFFF)
    return fake_violation_set(found, FAKE_VIOLATION_sequence_number, "sequence_number 0x%08X, legal are 1 to 0x7FFFFFFF",
                              sequence_number);
  if (is_bare && len > FAKE_SMPP_HEADER_LEN)
    return fake_violation_set(found, FAKE_VIOLATION_body_surplus, "%u octets after the header", len - FAKE_SMPP_HEADER_LEN);
  if (is_bind && session->state != FAKE_SESSION_OPEN)
    return fake_violation_set(found, FAKE_VIOLATION_bind_again, "the session is bound already");
  if (!is_bind && session->state != FAKE_SESSION_BOUND)
    return fake_violation_set(found, FAKE_VIOLATION_bind_state, "the session is not bound");
  if ((is_submit || is_query) && !session->may_submit)
    return fake_violation_set(found, FAKE_VIOLATION_bind_state, "a receiver may not submit");
  return true;
}

void fake_dispatch_frame(struct fake_session *session, const unsigned char *frame, uint32_t len) {
  uint32_t command_id = fake_smpp_get32(frame + 4);
  if ((command_id & FAKE_COMMAND_RESP) != 0) {
    take_response(session, frame, len);
    return;
  }
  bool is_submit = command_id == FAKE_COMMAND_SUBMIT_SM || command_id == FAKE_COMMAND_DATA_SM;
  if (is_submit) session->server->counters.submits_received++;
  struct fake_violation_found found;
  if (!check_header(session, frame, len, &found)) {
    fake_dispatch_refuse(session, frame, &found, NULL, 0);
    return;
  }
  if (is_submit)
    fake_submit_take(session, frame, len);
  else if (command_id == FAKE_COMMAND_ENQUIRE_LINK)
    take_enquire(session, fake_smpp_get32(frame + 12));
  else if (command_id == FAKE_COMMAND_QUERY_SM)
    fake_query_take(session, frame, len);
  else if (command_id == FAKE_COMMAND_UNBIND)
    take_unbind(session, fake_smpp_get32(frame + 12));
  else
    fake_bind_take(session, frame, len);
}
