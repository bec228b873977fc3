/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_segment.h"

#include "fake_smpp.h"
#include "fake_udh.h"

enum { AIR_OCTETS = 140, SAR_UDH_OCTETS = 6 /* the SMSC makes one on the air */ };

const char *fake_segment_method_name(enum fake_method method) {
  static const char *const names[] = {"none", "udh8", "udh16", "sar", "payload", "http"};
  return names[method];
}

static bool pick_text(const struct fake_pdu *pdu, struct fake_segment *segment, struct fake_violation_found *found) {
  if (pdu->has_payload && pdu->message_len > 0)
    return fake_violation_set(found, FAKE_VIOLATION_payload_and_message, "message_payload beside a short_message of %u octets",
                              pdu->message_len);
  if (!pdu->has_payload && pdu->command_id == FAKE_COMMAND_DATA_SM)
    return fake_violation_set(found, FAKE_VIOLATION_payload_missing, "data_sm without message_payload");
  segment->text = pdu->has_payload ? pdu->payload : pdu->message;
  segment->text_len = pdu->has_payload ? pdu->payload_len : pdu->message_len;
  if (segment->text_len == 0)
    return fake_violation_set(found, FAKE_VIOLATION_message_empty, "neither short_message nor message_payload has text");
  segment->method = pdu->has_payload ? FAKE_METHOD_PAYLOAD : FAKE_METHOD_NONE;
  return true;
}

static bool strip_udh(const struct fake_pdu *pdu, struct fake_segment *segment, struct fake_violation_found *found) {
  if ((pdu->esm_class & FAKE_ESM_UDHI) == 0) {
    if (fake_udh_looks_like(segment->text, segment->text_len))
      return fake_violation_set(found, FAKE_VIOLATION_udh_flag, "the text begins with a concatenation UDH, but esm_class is "
                                "0x%02X without 0x40", pdu->esm_class);
    return true;
  }
  struct fake_udh udh;
  if (!fake_udh_parse(segment->text, segment->text_len, &udh, found)) return false;
  segment->udh_octets = udh.octets;
  segment->text += udh.octets;
  segment->text_len -= udh.octets;
  if (udh.total == 0) return true;
  segment->method = udh.reference_bits == 8 ? FAKE_METHOD_UDH8 : FAKE_METHOD_UDH16;
  segment->reference = udh.reference;
  segment->total = udh.total;
  segment->number = udh.number;
  return true;
}

static bool take_sar(const struct fake_pdu *pdu, struct fake_segment *segment, struct fake_violation_found *found) {
  if (pdu->sar_present != FAKE_SAR_ALL)
    return fake_violation_set(found, FAKE_VIOLATION_sar_missing, "of the SAR TLVs these are missing:%s%s%s",
                              (pdu->sar_present & FAKE_SAR_REFERENCE) != 0 ? "" : " sar_msg_ref_num",
                              (pdu->sar_present & FAKE_SAR_TOTAL) != 0 ? "" : " sar_total_segments",
                              (pdu->sar_present & FAKE_SAR_NUMBER) != 0 ? "" : " sar_segment_seqnum");
  if ((pdu->esm_class & FAKE_ESM_UDHI) != 0)
    return fake_violation_set(found, FAKE_VIOLATION_sar_with_udh, "SAR TLVs beside a UDH");
  if (pdu->sar_total == 0 || pdu->sar_number == 0 || pdu->sar_number > pdu->sar_total)
    return fake_violation_set(found, FAKE_VIOLATION_sar_value, "SAR segment %u of %u cannot be", pdu->sar_number,
                              pdu->sar_total);
  segment->method = FAKE_METHOD_SAR;
  segment->reference = pdu->sar_reference;
  segment->total = pdu->sar_total;
  segment->number = pdu->sar_number;
  return true;
}

/* Octets of text that fit behind a UDH of `udh_octets` in one short message. */
static uint32_t text_room(enum fake_encoding encoding, uint32_t udh_octets) {
  if (udh_octets >= AIR_OCTETS) return 0;
  uint32_t octets = AIR_OCTETS - udh_octets;
  if (encoding == FAKE_ENCODING_GSM7 || encoding == FAKE_ENCODING_ASCII) return octets * 8 / 7;
  if (encoding == FAKE_ENCODING_UCS2) return octets & ~1u;
  return octets;
}

static bool check_length(const struct fake_pdu *pdu, struct fake_segment *segment, struct fake_violation_found *found) {
  bool is_sar = segment->method == FAKE_METHOD_SAR && segment->total > 1;
  uint32_t room = text_room(segment->encoding, is_sar ? SAR_UDH_OCTETS : segment->udh_octets);
  if (segment->text_len <= room) return true;
  if (!pdu->has_payload || segment->method != FAKE_METHOD_PAYLOAD)
    return fake_violation_set(found, FAKE_VIOLATION_text_length, "%s text of %u octets after a UDH of %u, room is for %u",
                              fake_text_encoding_name(segment->encoding), segment->text_len, segment->udh_octets, room);
  uint32_t single_max, part_max, units = fake_text_units(segment->encoding, segment->text_len, &single_max, &part_max);
  segment->air_count = (units + part_max - 1) / part_max;
  return true;
}

bool fake_segment_read(const struct fake_pdu *pdu, enum fake_encoding dcs0, struct fake_segment *segment,
                       struct fake_violation_found *found) {
  *segment = (struct fake_segment){.air_count = 1, .total = 1, .number = 1};
  if (!fake_text_encoding(pdu->data_coding, dcs0, &segment->encoding))
    return fake_violation_set(found, FAKE_VIOLATION_data_coding, "data_coding 0x%02X is reserved", pdu->data_coding);
  if (!pick_text(pdu, segment, found) || !strip_udh(pdu, segment, found)) return false;
  if (pdu->sar_present != 0 && !take_sar(pdu, segment, found)) return false;
  return fake_text_check(segment->encoding, segment->text, segment->text_len, found) &&
         check_length(pdu, segment, found);
}
