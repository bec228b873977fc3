/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_query.h"

#include <string.h>

#include "fake_dispatch.h"
#include "fake_message_id.h"
#include "fake_options.h"
#include "fake_pdu.h"
#include "fake_shape.h"

enum { MESSAGE_ID_MAX = 64, REFERENCE_DIGITS_MAX = 5 };

/* The number of the message of that id, 0 if there is none. */
static uint64_t find_by_id(const struct fake_server *server, const char *id) {
  char known[FAKE_MESSAGE_ID_CAP];
  uint64_t number = 0;
  size_t len = strlen(id);
  enum fake_id_form form = server->options->id_form;
  unsigned base = form == FAKE_ID_DECIMAL ? 10 : 16;
  /* The lower half of the id is the number; an id that is not written just so is none of ours. */
  for (size_t at = form == FAKE_ID_UUID && len > 12 ? len - 12 : 0; at < len; at++) {
    const char *digits = "0123456789abcdef", *digit = strchr(digits, id[at]);
    if (digit == NULL || digit - digits >= (long)base) return 0;
    number = number * base + (uint64_t)(digit - digits);
  }
  number &= 0xFFFFFFFFu;
  fake_message_id_put(server->id_prefix, number, form, known);
  return strcmp(known, id) == 0 && number <= server->message_count ? number : 0;
}

static uint64_t find_by_digits(const struct fake_server *server, const char *id) {
  uint64_t reference;
  if (strlen(id) > REFERENCE_DIGITS_MAX || !fake_options_number(id, 0, FAKE_REFERENCES - 1, &reference)) return 0;
  return server->message_by_reference[reference];
}

/* Behind the body at most one TLV: user_message_reference, and that only where message_id is empty. */
static bool take_reference(struct fake_cursor *cursor, const char *id, uint16_t *reference, bool *has_reference,
                           struct fake_violation_found *found) {
  enum { TLV_OCTETS = 6 };
  long left = (long)(cursor->end - cursor->at);
  *has_reference = false;
  if (left == 0) return true;
  bool is_reference = left == TLV_OCTETS && fake_smpp_get16(cursor->at) == FAKE_TLV_USER_MESSAGE_REFERENCE &&
                      fake_smpp_get16(cursor->at + 2) == 2;
  if (!is_reference || *id != '\0')
    return fake_violation_set(found, FAKE_VIOLATION_body_surplus, "%ld octets after source_addr", left);
  *reference = fake_smpp_get16(cursor->at + 4);
  *has_reference = true;
  return true;
}

static void put_answer(struct fake_session *session, const char *id, uint64_t message, uint32_t sequence_number) {
  const struct fake_server *server = session->server;
  const char *stat = server->options->state[fake_fate_state(&server->fate, message)].stat;
  uint32_t id_octets = (uint32_t)strlen(id) + 1, len = FAKE_SMPP_HEADER_LEN + id_octets + 3;
  unsigned char *out = fake_session_extend(session, len);
  fake_smpp_put_header(out, len, FAKE_COMMAND_QUERY_SM | FAKE_COMMAND_RESP, FAKE_STATUS_ROK, sequence_number);
  memcpy(out + FAKE_SMPP_HEADER_LEN, id, id_octets);
  out[len - 3] = 0; /* final_date: not told */
  out[len - 2] = fake_shape_state(stat);
  out[len - 1] = 0; /* error_code */
}

void fake_query_take(struct fake_session *session, const unsigned char *frame, uint32_t len) {
  struct fake_server *server = session->server;
  struct fake_violation_found found;
  struct fake_cursor cursor = {.at = frame + FAKE_SMPP_HEADER_LEN, .end = frame + len};
  const char *id, *source;
  uint8_t id_len, source_len, ton, npi;
  server->counters.queries_received++;
  if (!fake_pdu_take_cstring(&cursor, MESSAGE_ID_MAX, FAKE_VIOLATION_message_id, "message_id", &id, &id_len, &found) ||
      !fake_pdu_take_octet(&cursor, "source_addr_ton", &ton, &found) ||
      !fake_pdu_take_octet(&cursor, "source_addr_npi", &npi, &found) ||
      !fake_pdu_take_cstring(&cursor, FAKE_SMPP_ADDRESS_MAX, FAKE_VIOLATION_source_addr, "source_addr", &source, &source_len,
                             &found)) {
    fake_dispatch_refuse(session, frame, &found, NULL, 0);
    return;
  }
  uint16_t reference = 0;
  bool has_reference;
  if (!take_reference(&cursor, id, &reference, &has_reference, &found)) {
    fake_dispatch_refuse(session, frame, &found, NULL, 0);
    return;
  }
  uint64_t message = has_reference ? server->message_by_reference[reference] : find_by_id(server, id);
  if (message == 0 && !has_reference) message = find_by_digits(server, id);
  uint32_t sequence_number = fake_smpp_get32(frame + 12);
  if (message == 0) {
    fake_session_put_header(session, FAKE_COMMAND_QUERY_SM | FAKE_COMMAND_RESP, FAKE_STATUS_RQUERYFAIL, sequence_number);
    return;
  }
  server->counters.queries_known++;
  char known[FAKE_MESSAGE_ID_CAP];
  if (has_reference) fake_message_id_put(server->id_prefix, message, server->options->id_form, known);
  put_answer(session, has_reference ? known : id, message, sequence_number);
}
