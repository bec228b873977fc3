/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_pdu.h"

#include <stddef.h>
#include <string.h>

#include "fake_smpp.h"

enum { SERVICE_TYPE_MAX = 5, TIME_MAX = 16, SM_LENGTH_MAX = 254, REPEATABLE = 1 };

/* Known TLVs with the legal lengths of their values, SMPP 3.4 §5.3.2; ascending by tag. */
static const struct tlv_rule {
  uint16_t tag;
  uint16_t len_min;
  uint16_t len_max;
  uint16_t flags;
} tlv_rules[] = {
    {0x0005, 1, 1, 0},     {0x0006, 1, 1, 0},  {0x0007, 1, 1, 0},    {0x0008, 2, 2, 0},      {0x000D, 1, 1, 0},
    {0x000E, 1, 1, 0},     {0x000F, 1, 1, 0},  {0x0010, 1, 1, 0},    {0x0017, 4, 4, 0},      {0x0019, 1, 1, 0},
    {0x001D, 1, 256, 0},   {0x001E, 1, 65, 0}, {0x0030, 1, 1, 0},    {0x0201, 1, 1, 0},      {0x0202, 2, 23, 0},
    {0x0203, 2, 23, 0},    {0x0204, 2, 2, 0},  {0x0205, 1, 1, 0},    {0x020A, 2, 2, 0},      {0x020B, 2, 2, 0},
    {0x020C, 2, 2, 0},     {0x020D, 1, 1, 0},  {0x020E, 1, 1, 0},    {0x020F, 1, 1, 0},      {0x0210, 1, 1, 0},
    {0x0302, 1, 1, REPEATABLE}, {0x0303, 1, 65, REPEATABLE}, {0x0304, 1, 1, 0}, {0x0381, 4, 19, REPEATABLE},
    {0x0420, 1, 1, 0},     {0x0421, 1, 1, 0},  {0x0422, 1, 1, 0},    {0x0423, 3, 3, 0},      {0x0424, 0, 65535, 0},
    {0x0425, 1, 1, 0},     {0x0426, 1, 1, 0},  {0x0427, 1, 1, 0},    {0x0501, 1, 1, 0},      {0x1201, 1, 1, 0},
    {0x1203, 2, 2, 0},     {0x1204, 1, 1, 0},  {0x130C, 0, 1, 0},    {0x1380, 1, 1, 0},      {0x1383, 2, 2, 0},
};
enum { TLV_RULES_COUNT = sizeof tlv_rules / sizeof *tlv_rules };
_Static_assert(TLV_RULES_COUNT <= 64, "take_tlvs keeps one bit for each rule");

static int find_rule(uint16_t tag) {
  int low = 0, high = TLV_RULES_COUNT - 1;
  while (low <= high) {
    int middle = (low + high) / 2;
    if (tlv_rules[middle].tag == tag) return middle;
    if (tlv_rules[middle].tag < tag)
      low = middle + 1;
    else
      high = middle - 1;
  }
  return -1;
}

bool fake_pdu_take_cstring(struct fake_cursor *cursor, uint32_t max, enum fake_violation kind, const char *field,
                           const char **text, uint8_t *len, struct fake_violation_found *found) {
  size_t left = (size_t)(cursor->end - cursor->at);
  size_t scan = left < max + 1u ? left : max + 1u;
  size_t at = 0;
  while (at < scan && cursor->at[at] != '\0') at++;
  if (at == scan)
    return scan == left
               ? fake_violation_set(found, FAKE_VIOLATION_body_length, "the body ends within %s", field)
               : fake_violation_set(found, kind, "%s has no NUL within its %u octets", field, max + 1);
  *text = (const char *)cursor->at;
  *len = (uint8_t)at;
  cursor->at += at + 1;
  return true;
}

bool fake_pdu_take_octet(struct fake_cursor *cursor, const char *field, uint8_t *value,
                         struct fake_violation_found *found) {
  if (cursor->at == cursor->end)
    return fake_violation_set(found, FAKE_VIOLATION_body_length, "the body ends before %s", field);
  *value = *cursor->at++;
  return true;
}

static bool take_address(struct fake_cursor *cursor, uint32_t max, enum fake_violation kind, const char *field,
                         struct fake_address *address, struct fake_violation_found *found) {
  const char *text = "";
  uint8_t len = 0;
  if (!fake_pdu_take_octet(cursor, field, &address->ton, found)) return false;
  if (!fake_pdu_take_octet(cursor, field, &address->npi, found)) return false;
  if (!fake_pdu_take_cstring(cursor, max, kind, field, &text, &len, found)) return false;
  address->text = text;
  address->len = len;
  return true;
}

static void keep_tlv(struct fake_pdu *pdu, uint16_t tag, const unsigned char *value, uint16_t len) {
  switch (tag) {
    case FAKE_TLV_USER_MESSAGE_REFERENCE:
      pdu->user_reference = fake_smpp_get16(value);
      pdu->has_user_reference = true;
      break;
    case FAKE_TLV_SAR_MSG_REF_NUM:
      pdu->sar_reference = fake_smpp_get16(value);
      pdu->sar_present |= FAKE_SAR_REFERENCE;
      break;
    case FAKE_TLV_SAR_TOTAL_SEGMENTS:
      pdu->sar_total = value[0];
      pdu->sar_present |= FAKE_SAR_TOTAL;
      break;
    case FAKE_TLV_SAR_SEGMENT_SEQNUM:
      pdu->sar_number = value[0];
      pdu->sar_present |= FAKE_SAR_NUMBER;
      break;
    case FAKE_TLV_MESSAGE_PAYLOAD:
      pdu->payload = value;
      pdu->payload_len = len;
      pdu->has_payload = true;
      break;
    default: break;
  }
}

static bool take_tlvs(struct fake_cursor *cursor, struct fake_pdu *pdu, struct fake_violation_found *found) {
  uint64_t seen = 0;
  while (cursor->at < cursor->end) {
    size_t left = (size_t)(cursor->end - cursor->at);
    if (left < 4) return fake_violation_set(found, FAKE_VIOLATION_tlv_stream, "%zu octets are left for a TLV header", left);
    uint16_t tag = fake_smpp_get16(cursor->at), len = fake_smpp_get16(cursor->at + 2);
    if (len > left - 4)
      return fake_violation_set(found, FAKE_VIOLATION_tlv_stream, "TLV %04X announces %u octets, %zu are left", tag, len,
                                left - 4);
    int rule = find_rule(tag);
    if (rule >= 0) { /* unknown tags are skipped, SMPP 3.4 §3.3 */
      if (len < tlv_rules[rule].len_min || len > tlv_rules[rule].len_max)
        return fake_violation_set(found, FAKE_VIOLATION_tlv_length, "TLV %04X has %u octets, legal are %u to %u", tag, len,
                                  tlv_rules[rule].len_min, tlv_rules[rule].len_max);
      if ((seen >> rule & 1) != 0 && tlv_rules[rule].flags != REPEATABLE)
        return fake_violation_set(found, FAKE_VIOLATION_tlv_repeated, "TLV %04X occurs twice", tag);
      seen |= (uint64_t)1 << rule;
      keep_tlv(pdu, tag, cursor->at + 4, len);
    }
    cursor->at += 4 + len;
  }
  return true;
}

/* The part of submit_sm between esm_class and the TLVs. */
static bool take_submit_fields(struct fake_cursor *cursor, struct fake_pdu *pdu, struct fake_violation_found *found) {
  uint8_t sm_length = 0;
  if (!fake_pdu_take_octet(cursor, "esm_class", &pdu->esm_class, found) ||
      !fake_pdu_take_octet(cursor, "protocol_id", &pdu->protocol_id, found) ||
      !fake_pdu_take_octet(cursor, "priority_flag", &pdu->priority_flag, found) ||
      !fake_pdu_take_cstring(cursor, TIME_MAX, FAKE_VIOLATION_schedule_time, "schedule_delivery_time",
                             &pdu->schedule_delivery_time, &pdu->schedule_len, found) ||
      !fake_pdu_take_cstring(cursor, TIME_MAX, FAKE_VIOLATION_validity_period, "validity_period", &pdu->validity_period,
                             &pdu->validity_len, found) ||
      !fake_pdu_take_octet(cursor, "registered_delivery", &pdu->registered_delivery, found) ||
      !fake_pdu_take_octet(cursor, "replace_if_present_flag", &pdu->replace_if_present, found) ||
      !fake_pdu_take_octet(cursor, "data_coding", &pdu->data_coding, found) ||
      !fake_pdu_take_octet(cursor, "sm_default_msg_id", &pdu->default_msg_id, found) ||
      !fake_pdu_take_octet(cursor, "sm_length", &sm_length, found))
    return false;
  if (sm_length > SM_LENGTH_MAX)
    return fake_violation_set(found, FAKE_VIOLATION_sm_length, "sm_length %u exceeds %d", sm_length, SM_LENGTH_MAX);
  if (sm_length > cursor->end - cursor->at)
    return fake_violation_set(found, FAKE_VIOLATION_sm_length, "sm_length %u, but %td octets are left in the body", sm_length,
                              cursor->end - cursor->at);
  pdu->message = cursor->at;
  pdu->message_len = sm_length;
  cursor->at += sm_length;
  return true;
}

static bool take_data_fields(struct fake_cursor *cursor, struct fake_pdu *pdu, struct fake_violation_found *found) {
  return fake_pdu_take_octet(cursor, "esm_class", &pdu->esm_class, found) &&
         fake_pdu_take_octet(cursor, "registered_delivery", &pdu->registered_delivery, found) &&
         fake_pdu_take_octet(cursor, "data_coding", &pdu->data_coding, found);
}

bool fake_pdu_parse(const unsigned char *frame, uint32_t len, struct fake_pdu *pdu, struct fake_violation_found *found) {
  struct fake_cursor cursor = {frame + FAKE_SMPP_HEADER_LEN, frame + len};
  *pdu = (struct fake_pdu){.command_id = fake_smpp_get32(frame + 4), .sequence_number = fake_smpp_get32(frame + 12)};
  pdu->schedule_delivery_time = pdu->validity_period = "";
  if (!fake_pdu_take_cstring(&cursor, SERVICE_TYPE_MAX, FAKE_VIOLATION_service_type, "service_type", &pdu->service_type,
                             &pdu->service_type_len, found) ||
      !take_address(&cursor, FAKE_SMPP_ADDRESS_MAX, FAKE_VIOLATION_source_addr, "source_addr", &pdu->source, found) ||
      !take_address(&cursor, FAKE_SMPP_ADDRESS_MAX, FAKE_VIOLATION_dest_addr, "destination_addr", &pdu->dest, found))
    return false;
  bool is_data = pdu->command_id == FAKE_COMMAND_DATA_SM;
  if (!(is_data ? take_data_fields : take_submit_fields)(&cursor, pdu, found)) return false;
  return take_tlvs(&cursor, pdu, found);
}
