/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_mo.h"

#include <stdio.h>
#include <string.h>

#include "fake_receipt.h"
#include "fake_text.h"

enum { WORD_CAP = 32, TEXT_MAX = 1024, PARTS_MAX = 32, PDU_CAP = 2048 + 2 * TEXT_MAX, ESC = 0x1B };

enum split { SPLIT_UDH8, SPLIT_UDH16, SPLIT_SAR, SPLIT_PAYLOAD };

struct mo {
  char from[WORD_CAP];
  char to[WORD_CAP];
  enum fake_encoding encoding;
  enum split split;
  bool is_reversed;
  bool is_packed; /* on the wire; here a septet is an octet */
  size_t len;
  uint32_t parts;
  uint16_t reference;
  size_t ends[PARTS_MAX]; /* of the parts, in octets of the text */
  unsigned char octets[2 * TEXT_MAX];
};

static const char *next_word(const char *text, char out[WORD_CAP]) {
  size_t len = strcspn(text, " \t");
  if (len == 0 || len >= WORD_CAP) return NULL;
  memcpy(out, text, len);
  out[len] = '\0';
  return text + len + strspn(text + len, " \t");
}

static bool read_coding(struct mo *mo, const char *word) {
  mo->encoding = FAKE_ENCODING_OCTETS;
  mo->is_packed = strcmp(word, "packed") == 0;
  if (strcmp(word, "gsm7") == 0 || mo->is_packed) mo->encoding = FAKE_ENCODING_GSM7;
  if (strcmp(word, "ucs2") == 0) mo->encoding = FAKE_ENCODING_UCS2;
  if (strcmp(word, "latin1") == 0) mo->encoding = FAKE_ENCODING_LATIN1;
  return mo->encoding != FAKE_ENCODING_OCTETS;
}

static bool read_split(struct mo *mo, char *word) {
  static const char *const names[] = {"udh8", "udh16", "sar", "payload"};
  char *slash = strchr(word, '/');
  mo->is_reversed = slash != NULL;
  if (slash != NULL && strcmp(slash, "/reversed") != 0) return false;
  if (slash != NULL) *slash = '\0';
  for (int index = 0; index < 4; index++) {
    if (strcmp(word, names[index]) != 0) continue;
    mo->split = (enum split)index;
    return true;
  }
  return false;
}

static bool is_address(const char *text) {
  size_t len = strlen(text);
  return len <= FAKE_SMPP_ADDRESS_MAX && strspn(text, "0123456789") == len;
}

static const char *read_argument(struct mo *mo, const char *text) {
  char coding[WORD_CAP] = "", split[WORD_CAP] = "";
  text = next_word(text, mo->from);
  if (text != NULL) text = next_word(text, mo->to);
  if (text != NULL) text = next_word(text, coding);
  if (text != NULL) text = next_word(text, split);
  if (text == NULL || *text == '\0') return "want FROM TO CODING SPLIT TEXT";
  if (!is_address(mo->from) || !is_address(mo->to)) return "FROM and TO must be at most 20 digits";
  if (!read_coding(mo, coding)) return "CODING must be gsm7, packed, ucs2 or latin1";
  if (!read_split(mo, split)) return "SPLIT must be udh8, udh16, sar or payload, perhaps with /reversed";
  if (strlen(text) > TEXT_MAX) return "TEXT has more than 1024 octets";
  if (!fake_text_from_utf8(mo->encoding, text, strlen(text), mo->octets, &mo->len)) return "TEXT does not fit CODING";
  return NULL;
}

/* An end that parts neither an escape pair nor a surrogate pair. */
static size_t cut_at(const struct mo *mo, size_t begin, size_t end) {
  if (mo->encoding == FAKE_ENCODING_UCS2 && (mo->octets[end - 2] & 0xFC) == 0xD8) return end - 2;
  size_t escapes = 0;
  while (mo->encoding == FAKE_ENCODING_GSM7 && end - escapes > begin && mo->octets[end - 1 - escapes] == ESC) escapes++;
  return end - escapes % 2;
}

static bool cut(struct mo *mo) {
  uint32_t single, part;
  uint32_t units = fake_text_units(mo->encoding, (uint32_t)mo->len, &single, &part);
  uint32_t unit_octets = mo->encoding == FAKE_ENCODING_UCS2 ? 2 : 1;
  if (mo->split == SPLIT_UDH16) part--;
  size_t step = units <= single || mo->split == SPLIT_PAYLOAD ? mo->len : (size_t)part * unit_octets;
  for (size_t at = 0; at < mo->len; at = mo->ends[mo->parts++]) {
    if (mo->parts == PARTS_MAX) return false;
    mo->ends[mo->parts] = mo->len - at <= step ? mo->len : cut_at(mo, at, at + step);
  }
  return true;
}

static unsigned char *put(unsigned char *out, const void *octets, size_t len) {
  if (len > 0) memcpy(out, octets, len);
  return out + len;
}

static unsigned char *put_tlv(unsigned char *out, uint16_t tag, uint32_t value, uint16_t len) {
  fake_smpp_put16(out, tag);
  fake_smpp_put16(out + 2, len);
  if (len == 2)
    fake_smpp_put16(out + 4, (uint16_t)value);
  else
    out[4] = (unsigned char)value;
  return out + 4 + len;
}

static uint32_t put_udh(const struct mo *mo, uint32_t part, unsigned char *out) {
  unsigned char reference = (unsigned char)mo->reference, total = (unsigned char)mo->parts, number = (unsigned char)(part + 1);
  const unsigned char udh8[] = {5, 0, 3, reference, total, number};
  const unsigned char udh16[] = {6, 8, 4, (unsigned char)(mo->reference >> 8), reference, total, number};
  if (mo->parts == 1 || mo->split == SPLIT_SAR || mo->split == SPLIT_PAYLOAD) return 0;
  if (mo->split == SPLIT_UDH8) return (uint32_t)(put(out, udh8, sizeof udh8) - out);
  return (uint32_t)(put(out, udh16, sizeof udh16) - out);
}

/* A deliver_sm (SMPP 3.4 §4.6.1) with one part of the message; returns its octets. */
static uint32_t encode(const struct mo *mo, uint32_t part, unsigned char pdu[PDU_CAP]) {
  unsigned char udh[8], data_coding = mo->encoding == FAKE_ENCODING_UCS2 ? 8 : mo->encoding == FAKE_ENCODING_LATIN1 ? 3 : 0;
  uint32_t udh_len = put_udh(mo, part, udh);
  size_t begin = part == 0 ? 0 : mo->ends[part - 1], text_len = mo->ends[part] - begin;
  const unsigned char *text = mo->octets + begin;
  if (mo->is_packed) {
    static unsigned char packed[2 * TEXT_MAX + 1];
    text_len = fake_text_pack(text, (uint32_t)text_len, udh_len, packed);
    text = packed;
  }
  bool is_payload = mo->split == SPLIT_PAYLOAD || udh_len + text_len > 254;
  unsigned char *out = pdu + FAKE_SMPP_HEADER_LEN;
  out = put(out, "\0\1\1", 3);
  out = put(out, mo->from, strlen(mo->from) + 1);
  out = put(out, "\0\1", 2);
  out = put(out, mo->to, strlen(mo->to) + 1);
  const unsigned char fields[] = {
      udh_len > 0 ? FAKE_ESM_UDHI : 0, 0, 0, 0, 0, 0, 0, data_coding, 0, is_payload ? 0 : (unsigned char)(udh_len + text_len)};
  out = put(out, fields, sizeof fields);
  if (is_payload) {
    fake_smpp_put16(out, FAKE_TLV_MESSAGE_PAYLOAD);
    fake_smpp_put16(out + 2, (uint16_t)(udh_len + text_len));
    out += 4;
  }
  out = put(out, udh, udh_len);
  out = put(out, text, text_len);
  if (mo->split == SPLIT_SAR && mo->parts > 1) {
    out = put_tlv(out, FAKE_TLV_SAR_MSG_REF_NUM, mo->reference, 2);
    out = put_tlv(out, FAKE_TLV_SAR_TOTAL_SEGMENTS, mo->parts, 1);
    out = put_tlv(out, FAKE_TLV_SAR_SEGMENT_SEQNUM, part + 1, 1);
  }
  fake_smpp_put_header(pdu, (uint32_t)(out - pdu), FAKE_COMMAND_DELIVER_SM, FAKE_STATUS_ROK, 0);
  return (uint32_t)(out - pdu);
}

const char *fake_mo_send(struct fake_server *server, const char *argument, uint32_t *messages, uint32_t *parts) {
  static struct mo mo;
  static unsigned char pdu[PDU_CAP];
  mo = (struct mo){.parts = 0};
  const char *problem = read_argument(&mo, argument);
  if (problem != NULL) return problem;
  if (!cut(&mo)) return "TEXT takes more than 32 parts";
  mo.reference = (uint16_t)++server->mo_count;
  *messages = *parts = 0;
  for (uint32_t index = 0; index < server->accounts_count; index++, ++*messages) {
    for (uint32_t each = 0; each < mo.parts; each++, ++*parts) {
      uint32_t len = encode(&mo, mo.is_reversed ? mo.parts - 1 - each : each, pdu);
      if (!fake_receipt_send_octets(server, &server->accounts[index], pdu, len)) return "out of memory";
    }
  }
  return *messages > 0 ? NULL : "no system_id has bound yet";
}
