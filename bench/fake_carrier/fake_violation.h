/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a peer can do wrong: each kind has a name for the summary and the command_status it is answered with. */

#include <stdbool.h>
#include <stdint.h>

/* name, command_status (SMPP 3.4 §5.1.3). Kinds with status 0 concern responses, which get no answer. Those over HTTP are answered as
 * the provider would; the status here is the usual one. */
#define FAKE_VIOLATION_LIST(X)     \
  X(frame_length, 0x02)            \
  X(command_unknown, 0x03)         \
  X(command_unsupported, 0x03)     \
  X(command_status, 0xFF)          \
  X(sequence_number, 0xFF)         \
  X(bind_state, 0x04)              \
  X(bind_again, 0x05)              \
  X(bind_system_id, 0x0F)          \
  X(bind_password, 0x0E)           \
  X(bind_system_type, 0x53)        \
  X(bind_version, 0x0D)            \
  X(bind_address, 0x0D)            \
  X(body_length, 0x02)             \
  X(body_surplus, 0x02)            \
  X(service_type, 0x15)            \
  X(source_ton, 0x48)              \
  X(source_npi, 0x49)              \
  X(source_addr, 0x0A)             \
  X(dest_ton, 0x50)                \
  X(dest_npi, 0x51)                \
  X(dest_addr, 0x0B)               \
  X(esm_class, 0x43)               \
  X(priority_flag, 0x06)           \
  X(schedule_time, 0x61)           \
  X(validity_period, 0x62)         \
  X(registered_delivery, 0x07)     \
  X(replace_if_present, 0x54)      \
  X(data_coding, 0x104)            \
  X(default_msg_id, 0x63)          \
  X(sm_length, 0x01)               \
  X(udh, 0x43)                     \
  X(udh_flag, 0x43)                \
  X(payload_and_message, 0xC1)     \
  X(payload_missing, 0xC3)         \
  X(message_empty, 0x01)           \
  X(message_id, 0x0C)              \
  X(sar_missing, 0xC3)             \
  X(sar_value, 0xC4)               \
  X(sar_with_udh, 0xC1)            \
  X(tlv_stream, 0xC0)              \
  X(tlv_length, 0xC2)              \
  X(tlv_repeated, 0xC1)            \
  X(text_gsm7, 0x104)              \
  X(text_ucs2, 0x104)              \
  X(text_ascii, 0x104)             \
  X(text_length, 0x01)             \
  X(response_unknown, 0)           \
  X(response_unexpected, 0)        \
  X(response_body, 0)              \
  X(http_request, 400)             \
  X(http_path, 404)                \
  X(http_redirect, 0)              \
  X(http_auth, 401)                \
  X(http_signature, 401)           \
  X(http_timestamp, 401)           \
  X(http_nonce, 400)               \
  X(http_json, 400)                \
  X(http_utf8, 400)                \
  X(http_field, 400)               \
  X(http_number, 400)              \
  X(http_size, 400)                \
  X(http_batch, 400)               \
  X(http_idempotency, 422)         \
  X(http_forged, 0)

enum fake_violation {
#define X(name, status) FAKE_VIOLATION_##name,
  FAKE_VIOLATION_LIST(X)
#undef X
      FAKE_VIOLATION_COUNT
};

enum { FAKE_VIOLATION_DETAIL_CAP = 192, FAKE_VIOLATION_LINES_MAX = 100 };

/* One violation as found by a parser or a rule; meaningful only after that parser returned false. */
struct fake_violation_found {
  enum fake_violation kind;
  char detail[FAKE_VIOLATION_DETAIL_CAP]; /* what was wrong, in words, without phone numbers */
};

/* Counts by kind, and how many lines were written to stderr. All zero at start. */
struct fake_violation_log {
  uint64_t count_by_kind[FAKE_VIOLATION_COUNT];
  uint64_t total;
  uint32_t lines_count;
};

/* The kind's name as the summary shows it. Static. */
const char *fake_violation_name(enum fake_violation kind);

/* The command_status that answers this kind; 0 where no answer is due. */
uint32_t fake_violation_status(enum fake_violation kind);

/* Fill `found` and return false, so that a checker can `return fake_violation_set(…)`. */
bool fake_violation_set(struct fake_violation_found *found, enum fake_violation kind, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold));

/* Count `found` and, for the first FAKE_VIOLATION_LINES_MAX, write a line to stderr. `who` names the peer, `what` the PDU;
 * `to` is the destination as received (masked here) of `to_len` characters, 0 if there is none. */
void fake_violation_report(struct fake_violation_log *log, const struct fake_violation_found *found, const char *who,
                           const char *what, const char *to, uint32_t to_len);

enum { FAKE_VIOLATION_MASK_CAP = 24 };

/* Write `number` (`len` characters) with its middle hidden, 139****0001, into `out`; what is not printable becomes `?`. */
void fake_violation_mask(const char *number, uint32_t len, char out[FAKE_VIOLATION_MASK_CAP]);
