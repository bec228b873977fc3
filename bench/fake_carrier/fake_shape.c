/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_shape.h"

#include <stdio.h>
#include <string.h>

#include "fake_text.h"
#include "fake_time.h"

enum { TEXT_CAP = 320, SM_LENGTH_MAX = 254, NO_STATE = 0xFF, STATE_UNKNOWN = 7, CUT_LEN = 10, MINUTE_LEN = 10 };

/* What a shape changes. */
enum {
  NO_TLV = 1 << 0,
  NO_TEXT = 1 << 1,
  NO_ID = 1 << 2, /* in the text */
  CUT_ID = 1 << 3, /* in the text */
  ESM_0 = 1 << 4,
  WITH_UDH = 1 << 5,
  WIDE = 1 << 6, /* the text in UCS-2 */
  PAYLOAD = 1 << 7,
  BY_DATA_SM = 1 << 8,
  BAD_TAIL = 1 << 9,
  BAD_LENGTHS = 1 << 10,
  LOWER = 1 << 11,
  TERSE = 1 << 12,
  LONG_DATES = 1 << 13,
  EMPTY_FIELDS = 1 << 14,
  NUL_BEHIND = 1 << 15,
  ERROR_TLV = 1 << 16,
  CLASH = 1 << 17,
  NO_DONE = 1 << 18,
  SECONDS = 1 << 19,
  PACKED = 1 << 20,
  LATIN1 = 1 << 21,
  IN_GSM7 = 1 << 22,
  SPREAD = 1 << 23,
  OWN_WORD = 1 << 24,
  LAST_PART = 1 << 25,
  CODING_0 = 1 << 26,
  CODING_8 = 1 << 27,
};

static const struct {
  const char *name;
  unsigned bits;
  const char *help;
} shapes[] = {
    {"standard", 0, "text of appendix B, receipted_message_id and message_state"},
    {"text", NO_TLV, "text alone"},
    {"tlv", NO_TEXT, "TLVs alone"},
    {"no-id", NO_ID, "the text has no id:, only the TLV tells it"},
    {"cut-id", CUT_ID, "the text has the first 10 characters of the id, the TLV all"},
    {"esm0", ESM_0, "esm_class 0"},
    {"esm0-text", ESM_0 | NO_TLV, "esm_class 0 and text alone"},
    {"udh", WITH_UDH, "a user data header in front of the text"},
    {"ucs2", WIDE | NO_TLV, "text alone, in UCS-2"},
    {"payload", PAYLOAD | NO_TLV, "text alone, in message_payload"},
    {"data-sm", BY_DATA_SM | PAYLOAD, "by data_sm, text in message_payload"},
    {"data-sm-tlv", BY_DATA_SM | NO_TEXT, "by data_sm, TLVs alone"},
    {"bad-tail", BAD_TAIL, "a TLV at the end that is cut off"},
    {"bad-lengths", BAD_LENGTHS, "a message_state of two octets"},
    {"lower", LOWER | NO_TLV, "labels with underscores, stat in lower case, text alone"},
    {"terse", TERSE | NO_TLV, "id and stat alone"},
    {"long-dates", LONG_DATES | NO_TLV, "dates of 14 digits, text alone"},
    {"empty-fields", EMPTY_FIELDS | NO_TLV, "sub, dlvrd, dates and err without values, text alone"},
    {"nul", NUL_BEHIND, "NULs behind the id and the text"},
    {"network-error", ERROR_TLV, "network_error_code as well"},
    {"contradictory", CLASH, "the text tells of another id and state than the TLVs"},
    {"no-done-date", NO_DONE | NO_TLV, "no done date, text alone"},
    {"seconds", SECONDS | NO_TLV, "dates of 12 digits, with seconds, text alone"},
    {"spread", SPREAD | NO_TLV, "blanks and line ends between all parts, text alone"},
    {"own-word", OWN_WORD, "the text has a stat of nobody else, message_state tells it"},
    {"gsm7", IN_GSM7 | LOWER | NO_TLV, "as lower, the underscores as in the GSM alphabet"},
    {"packed", PACKED | NO_TLV, "text alone, in packed GSM-7"},
    {"packed-udh", PACKED | WITH_UDH | NO_TLV, "the same behind a user data header and a fill bit"},
    {"latin1", LATIN1 | NO_TLV, "text alone, in Latin-1"},
    {"latin1-default", LATIN1 | CODING_0 | NO_TLV, "the same with data_coding 0"},
    {"ascii-as-ucs2", CODING_8 | NO_TLV, "text alone, in ASCII with data_coding 8"},
    {"last-part", LAST_PART, "of a long message the last segment has one alone"},
};
enum { SHAPES_COUNT = sizeof shapes / sizeof *shapes };

int fake_shape_find(const char *name) {
  for (int index = 0; index < SHAPES_COUNT; index++)
    if (strcmp(shapes[index].name, name) == 0) return index;
  return -1;
}

const char *fake_shape_name(int shape) { return shape < SHAPES_COUNT ? shapes[shape].name : NULL; }

const char *fake_shape_help(int shape) { return shapes[shape].help; }

bool fake_shape_is_wanted(int shape, uint8_t number, uint8_t total) {
  return (shapes[shape].bits & LAST_PART) == 0 || number == total;
}

/* The id as the receipt has it. */
static uint32_t put_id(const struct fake_shape_run *run, uint64_t message, char out[FAKE_MESSAGE_ID_CAP]) {
  enum fake_id_form form = run->receipt_form;
  bool is_decimal = form == FAKE_ID_DECIMAL || form == FAKE_ID_DECIMAL_PLAIN;
  bool is_hex = form == FAKE_ID_HEX || form == FAKE_ID_HEX_PLAIN || form == FAKE_ID_UPPER;
  enum fake_id_form base = is_decimal ? FAKE_ID_DECIMAL : is_hex ? FAKE_ID_HEX : run->response_form;
  uint32_t len = fake_message_id_put(run->id_prefix, message, base, out);
  if (form == FAKE_ID_UPPER) {
    for (char *at = out; *at != '\0'; at++)
      if (*at >= 'a') *at = (char)(*at - 'a' + 'A');
  } else if (form == FAKE_ID_HEX_PLAIN || form == FAKE_ID_DECIMAL_PLAIN) {
    size_t zeros = strspn(out, "0");
    len -= (uint32_t)zeros;
    memmove(out, out + zeros, len + 1);
  } else if (form == FAKE_ID_PADDED) {
    memmove(out + FAKE_MESSAGE_ID_CAP - 1 - len, out, len + 1);
    memset(out, '0', FAKE_MESSAGE_ID_CAP - 1 - len);
    len = FAKE_MESSAGE_ID_CAP - 1;
  }
  return len;
}

/* message_state of a stat word, SMPP 3.4 §5.2.28; NO_STATE for a carrier's own word. */
static uint8_t state_number(const char *stat) {
  static const char *const words[] = {"ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD"};
  for (uint8_t index = 0; index < sizeof words / sizeof *words; index++)
    if (strcmp(stat, words[index]) == 0) return (uint8_t)(index + 1);
  return NO_STATE;
}

static void to_lower(char *text) {
  for (; *text != '\0'; text++)
    if (*text >= 'A' && *text <= 'Z') *text = (char)(*text - 'A' + 'a');
}

static unsigned char *put(unsigned char *out, const void *octets, size_t len) {
  if (len > 0) memcpy(out, octets, len);
  return out + len;
}

#define PUT_LITERAL(out, text) put(out, text, sizeof(text) - 1)

/* The text of SMPP 3.4 appendix B; returns its octets. */
static uint32_t put_common_text(unsigned bits, const char *id, size_t id_len, const char *stat, const char *submitted,
                                const char *done, unsigned char *text) {
  bool is_delivered = strcmp(stat, "DELIVRD") == 0;
  unsigned char *out = text;
  if ((bits & NO_ID) == 0) {
    out = PUT_LITERAL(out, "id:");
    out = put(out, id, (bits & CUT_ID) != 0 && id_len > CUT_LEN ? (size_t)CUT_LEN : id_len);
    *out++ = ' ';
  }
  out = is_delivered ? PUT_LITERAL(out, "sub:001 dlvrd:001 submit date:") : PUT_LITERAL(out, "sub:001 dlvrd:000 submit date:");
  out = put(out, submitted, MINUTE_LEN);
  out = PUT_LITERAL(out, " done date:");
  out = put(out, done, MINUTE_LEN);
  out = PUT_LITERAL(out, " stat:");
  out = put(out, stat, strlen(stat));
  out = is_delivered ? PUT_LITERAL(out, " err:000 text:") : PUT_LITERAL(out, " err:001 text:");
  return (uint32_t)(out - text);
}

/* The text as the shape has it; returns its octets. */
static uint32_t put_text(unsigned bits, const char *id, size_t id_len, const char *stat, int64_t submitted_s, int64_t done_s,
                         unsigned char *out) {
  char submitted[MINUTE_LEN + 1], done[MINUTE_LEN + 1], word[16], *text = (char *)out;
  bool is_delivered = strcmp(stat, "DELIVRD") == 0;
  const char *err = is_delivered ? "000" : "001";
  fake_time_put_minute(submitted_s, submitted);
  fake_time_put_minute(done_s, done);
  int len;
  if ((bits & LOWER) != 0) {
    snprintf(word, sizeof word, "%s", stat);
    to_lower(word);
    len = snprintf(text, TEXT_CAP, "ID:%s Sub:1 Dlvrd:%d Submit_date:%s Done_date:%s Stat:%s Err:%s Text:", id, is_delivered,
                   submitted, done, word, err);
  } else if ((bits & NO_DONE) != 0) {
    len = snprintf(text, TEXT_CAP, "id:%s sub:001 dlvrd:00%d submit date:%s stat:%s err:%s text:", id, is_delivered, submitted,
                   stat, err);
  } else if ((bits & SECONDS) != 0) {
    len = snprintf(text, TEXT_CAP, "id:%s sub:001 dlvrd:00%d submit date:%s07 done date:%s59 stat:%s err:%s text:", id,
                   is_delivered, submitted, done, stat, err);
  } else if ((bits & SPREAD) != 0) {
    len = snprintf(text, TEXT_CAP,
                   "\r\n  id: %s  \r\n sub:  001   dlvrd: 00%d\r\n\r\nsubmit  date: %s\tdone  date : %s\n\nstat : %s \n err: %s \n Text: \n",
                   id, is_delivered, submitted, done, stat, err);
  } else if ((bits & LATIN1) != 0) {
    len = snprintf(text, TEXT_CAP, "id:%s stat:%s err:%s text:caf\xE9 \xA3", id, stat, err);
  } else if ((bits & TERSE) != 0) {
    len = snprintf(text, TEXT_CAP, "id:%s stat:%s", id, stat);
  } else if ((bits & EMPTY_FIELDS) != 0) {
    len = snprintf(text, TEXT_CAP, "id:%s sub: dlvrd: submit date: done date: stat:%s err: text:", id, stat);
  } else if ((bits & LONG_DATES) != 0) {
    len = snprintf(text, TEXT_CAP, "id:%s sub:001 dlvrd:00%d submit date:20%s00 done date:20%s00 stat:%s err:%s text:", id,
                   is_delivered, submitted, done, stat, err);
  } else {
    return put_common_text(bits, id, id_len, stat, submitted, done, out);
  }
  return (uint32_t)len;
}

static unsigned char *put_tlv(unsigned char *out, uint16_t tag, const void *value, uint16_t len) {
  fake_smpp_put16(out, tag);
  fake_smpp_put16(out + 2, len);
  return put(out + 4, value, len);
}

static uint32_t widen(unsigned char *octets, const unsigned char *text, uint32_t len) {
  for (uint32_t at = 0; at < len; at++) {
    octets[2 * at] = 0;
    octets[2 * at + 1] = text[at];
  }
  return 2 * len;
}

/* The short message: perhaps a user data header (an application port that nobody uses; in front of a packed text part 1 of 1, behind
 * which one bit is filled), then the text. */
static uint32_t put_message(unsigned bits, const char *id, size_t id_len, const char *stat, const struct fake_shape_facts *facts,
                            int64_t done_s, unsigned char *out) {
  static const unsigned char port[] = {6, 5, 4, 0x1F, 0x40, 0x1F, 0x40}, part[] = {5, 0, 3, 7, 1, 1};
  unsigned char text[2 * TEXT_CAP];
  if ((bits & NO_TEXT) != 0) return 0;
  uint32_t len = put_text(bits, id, id_len, stat, facts->submitted_s, done_s, text), udh_len = 0;
  if ((bits & WITH_UDH) != 0) udh_len = (bits & PACKED) != 0 ? sizeof part : sizeof port;
  put(out, (bits & PACKED) != 0 ? part : port, udh_len);
  out += udh_len;
  if ((bits & (IN_GSM7 | PACKED)) != 0) {
    unsigned char ascii[TEXT_CAP];
    size_t septets;
    memcpy(ascii, text, len);
    fake_text_from_utf8(FAKE_ENCODING_GSM7, (const char *)ascii, len, text, &septets);
    len = (uint32_t)septets;
  }
  if ((bits & PACKED) != 0) return udh_len + fake_text_pack(text, len, udh_len, out);
  if ((bits & WIDE) != 0) return udh_len + widen(out, text, len);
  put(out, text, len);
  if ((bits & NUL_BEHIND) != 0) out[len++] = 0;
  return udh_len + len;
}

/* What the text says of another message and state than the TLVs, where the shape has it so. */
static void change_text(unsigned bits, char *id, uint32_t id_len, const char **stat) {
  bool is_delivered = strcmp(*stat, "DELIVRD") == 0;
  if ((bits & OWN_WORD) != 0) *stat = "MK:0011";
  if ((bits & CLASH) == 0) return;
  *stat = is_delivered ? "UNDELIV" : "DELIVRD";
  memset(id, '9', id_len);
}

static unsigned char *put_tlvs(unsigned char *out, unsigned bits, const char *id, uint32_t id_len, uint8_t state) {
  static const unsigned char error[] = {3, 0x01, 0x05};
  unsigned char states[2] = {state, state};
  if ((bits & NO_TLV) != 0) return out;
  out = put_tlv(out, FAKE_TLV_RECEIPTED_MESSAGE_ID, id, (uint16_t)(id_len + 1));
  if (state != NO_STATE) out = put_tlv(out, FAKE_TLV_MESSAGE_STATE, states, (bits & BAD_LENGTHS) != 0 ? 2 : 1);
  return (bits & ERROR_TLV) != 0 ? put_tlv(out, FAKE_TLV_NETWORK_ERROR_CODE, error, sizeof error) : out;
}

uint32_t fake_shape_encode(const struct fake_shape_run *run, const struct fake_shape_facts *facts, const char *stat,
                           int64_t done_s, uint32_t sequence_number, unsigned char pdu[FAKE_SHAPE_PDU_CAP]) {
  unsigned bits = shapes[facts->shape].bits;
  char id[FAKE_MESSAGE_ID_CAP], id_in_text[FAKE_MESSAGE_ID_CAP];
  unsigned char message[2 * TEXT_CAP];
  uint32_t id_len = put_id(run, facts->message, id);
  const char *stat_in_text = stat;
  memcpy(id_in_text, id, sizeof id);
  change_text(bits, id_in_text, id_len, &stat_in_text);
  uint32_t message_len = put_message(bits, id_in_text, id_len, stat_in_text, facts, done_s, message);
  bool is_data = (bits & BY_DATA_SM) != 0, is_payload = (bits & PAYLOAD) != 0 || message_len > SM_LENGTH_MAX;
  unsigned char esm_class = facts->is_intermediate ? FAKE_ESM_INTERMEDIATE : (bits & ESM_0) != 0 ? 0 : FAKE_ESM_RECEIPT;
  if ((bits & WITH_UDH) != 0) esm_class |= FAKE_ESM_UDHI;
  unsigned char data_coding = (bits & (WIDE | CODING_8)) != 0 ? 8 : (bits & LATIN1) != 0 ? 3 : 0;
  if ((bits & CODING_0) != 0) data_coding = 0;
  unsigned char *out = pdu + FAKE_SMPP_HEADER_LEN;
  *out++ = 0; /* service_type */
  *out++ = facts->from_ton;
  *out++ = facts->from_npi;
  out = put(out, facts->from, facts->from_len + 1u);
  *out++ = facts->to_ton;
  *out++ = facts->to_npi;
  out = put(out, facts->to, facts->to_len + 1u);
  if (is_data) {
    const unsigned char fields[] = {esm_class, 0, data_coding};
    out = put(out, fields, sizeof fields);
  } else {
    const unsigned char fields[] = {esm_class, 0, 0, 0, 0, 0, 0, data_coding, 0, is_payload ? 0 : (unsigned char)message_len};
    out = put(out, fields, sizeof fields);
    if (!is_payload) out = put(out, message, message_len);
  }
  if ((is_data || is_payload) && message_len > 0) out = put_tlv(out, FAKE_TLV_MESSAGE_PAYLOAD, message, (uint16_t)message_len);
  out = put_tlvs(out, bits, id, id_len, state_number(stat));
  unsigned char reference[2];
  fake_smpp_put16(reference, facts->user_reference);
  if (facts->has_user_reference) out = put_tlv(out, FAKE_TLV_USER_MESSAGE_REFERENCE, reference, sizeof reference);
  if ((bits & BAD_TAIL) != 0) out = put(out, "\x14\x00\x00\x20\x01", 5);
  uint32_t len = (uint32_t)(out - pdu);
  fake_smpp_put_header(pdu, len, is_data ? FAKE_COMMAND_DATA_SM : FAKE_COMMAND_DELIVER_SM, FAKE_STATUS_ROK, sequence_number);
  return len;
}

uint8_t fake_shape_state(const char *stat) {
  uint8_t state = state_number(stat);
  return state == NO_STATE ? STATE_UNKNOWN : state;
}
