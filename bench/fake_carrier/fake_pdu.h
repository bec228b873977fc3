/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A submit_sm or data_sm taken apart in place: every pointer goes into the frame, nothing is copied. */

#include <stdbool.h>
#include <stdint.h>

#include "fake_violation.h"

struct fake_address {
  uint8_t ton;
  uint8_t npi;
  uint8_t len;
  const char *text; /* NUL-terminated in the frame */
};

enum { FAKE_SAR_REFERENCE = 1, FAKE_SAR_TOTAL = 2, FAKE_SAR_NUMBER = 4, FAKE_SAR_ALL = 7 };

struct fake_pdu {
  uint32_t command_id;
  uint32_t sequence_number;
  struct fake_address source;
  struct fake_address dest;
  const char *service_type;
  const char *schedule_delivery_time; /* "" in data_sm */
  const char *validity_period;        /* "" in data_sm */
  uint8_t service_type_len;
  uint8_t schedule_len;
  uint8_t validity_len;
  uint8_t esm_class;
  uint8_t protocol_id;
  uint8_t priority_flag;
  uint8_t registered_delivery;
  uint8_t replace_if_present;
  uint8_t data_coding;
  uint8_t default_msg_id;
  uint8_t sar_present; /* FAKE_SAR_* bits */
  uint8_t sar_total;
  uint8_t sar_number;
  uint16_t sar_reference;
  bool has_user_reference;
  uint16_t user_reference; /* user_message_reference TLV: sent back with the receipt */
  bool has_payload;
  uint32_t message_len;
  const unsigned char *message; /* short_message */
  uint32_t payload_len;
  const unsigned char *payload; /* message_payload TLV */
};

/* Octets read from a frame or body, front to back. */
struct fake_cursor {
  const unsigned char *at;
  const unsigned char *end;
};

/* Take one C-octet string of at most `max` characters (NUL not counted) from `cursor`. On failure `found` is of `kind` and names
 * `field`. `text` points into the frame. */
bool fake_pdu_take_cstring(struct fake_cursor *cursor, uint32_t max, enum fake_violation kind, const char *field,
                           const char **text, uint8_t *len, struct fake_violation_found *found);

/* Take one octet; on failure `found` is body_length and names `field`. */
bool fake_pdu_take_octet(struct fake_cursor *cursor, const char *field, uint8_t *value,
                         struct fake_violation_found *found);

/* Parse the whole frame (`len` octets, at least a header, as its command_length says) of a submit_sm or data_sm, SMPP 3.4
 * §4.4.1 and §4.7.1. False with `found` on structural faults: fields cut off, strings without NUL within their limit,
 * sm_length beyond the body, TLVs cut off, of wrong length or repeated. `pdu->dest` is valid even then, if it was reached
 * (else its len is 0). Values are not judged here. */
bool fake_pdu_parse(const unsigned char *frame, uint32_t len, struct fake_pdu *pdu, struct fake_violation_found *found);
