/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_measure.h"

enum { ESC = 0x1B, BMP = 0x10000, NOT_GSM = 0 };

static unsigned char septets_of[BMP]; /* 1 or 2 for a character of GSM-7, 0 for any other */

static uint32_t take_code(const unsigned char **at) {
  const unsigned char *octets = *at;
  if (octets[0] < 0x80) return *at += 1, octets[0];
  if (octets[0] < 0xE0) return *at += 2, (octets[0] & 0x1Fu) << 6 | (octets[1] & 0x3Fu);
  if (octets[0] < 0xF0) return *at += 3, (octets[0] & 0x0Fu) << 12 | (octets[1] & 0x3Fu) << 6 | (octets[2] & 0x3Fu);
  *at += 4;
  return (octets[0] & 0x07u) << 18 | (octets[1] & 0x3Fu) << 12 | (octets[2] & 0x3Fu) << 6 | (octets[3] & 0x3Fu);
}

static uint32_t decode_one(const unsigned char *septets, uint32_t len) {
  char utf8[16] = {0};
  fake_text_to_utf8(FAKE_ENCODING_GSM7, septets, len, 0, utf8);
  const unsigned char *at = (const unsigned char *)utf8;
  return take_code(&at);
}

void fake_measure_init(void) {
  /* The alphabet is the one by which SMPP texts are decoded: extension first, so that a basic character stays one septet. */
  for (unsigned code = 0; code < 128; code++) {
    const unsigned char pair[] = {ESC, (unsigned char)code};
    septets_of[decode_one(pair, 2)] = 2;
  }
  for (unsigned code = 0; code < 128; code++) {
    const unsigned char one = (unsigned char)code;
    if (code != ESC) septets_of[decode_one(&one, 1)] = 1;
  }
}

struct fake_measure fake_measure_text(struct fake_slice text, bool is_unicode) {
  struct fake_measure measure = {.encoding = is_unicode ? FAKE_ENCODING_UCS2 : FAKE_ENCODING_GSM7};
  const unsigned char *start = (const unsigned char *)text.at, *end = start + text.len;
  uint32_t septets = 0, units = 0, gsm_parts = 1, gsm_room = 153, wide_parts = 1, wide_room = 67;
  for (const unsigned char *at = start; at < end; measure.characters++) {
    uint32_t code = take_code(&at), width = code < BMP ? 1 : 2, need = code < BMP ? septets_of[code] : NOT_GSM;
    if (need == NOT_GSM) measure.encoding = FAKE_ENCODING_UCS2;
    septets += need;
    units += width;
    if (need > gsm_room) gsm_parts++, gsm_room = 153;
    gsm_room -= need;
    if (width > wide_room) wide_parts++, wide_room = 67;
    wide_room -= width;
  }
  if (measure.encoding == FAKE_ENCODING_GSM7)
    measure.segments = septets <= 160 ? 1 : gsm_parts;
  else
    measure.segments = units <= 70 ? 1 : wide_parts;
  return measure;
}
