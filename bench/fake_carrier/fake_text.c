/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_text.h"

#include <string.h>

enum { ESC = 0x1B, CR = 0x0D, REPLACEMENT = 0xFFFD };

/* 3GPP 23.038 §6.2.1, by code. */
static const uint16_t gsm_basic[128] = {
    '@',    0xA3,   '$',    0xA5,   0xE8,   0xE9,   0xF9,   0xEC,   0xF2,   0xC7,   '\n',   0xD8, 0xF8, '\r', 0xC5, 0xE5,
    0x0394, '_',    0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8, 0x03A3, 0x0398, 0x039E, ' ',  0xC6, 0xE6, 0xDF, 0xC9,
    ' ',    '!',    '"',    '#',    0xA4,   '%',    '&',    '\'',   '(',    ')',    '*',    '+',  ',',  '-',  '.',  '/',
    '0',    '1',    '2',    '3',    '4',    '5',    '6',    '7',    '8',    '9',    ':',    ';',  '<',  '=',  '>',  '?',
    0xA1,   'A',    'B',    'C',    'D',    'E',    'F',    'G',    'H',    'I',    'J',    'K',  'L',  'M',  'N',  'O',
    'P',    'Q',    'R',    'S',    'T',    'U',    'V',    'W',    'X',    'Y',    'Z',    0xC4, 0xD6, 0xD1, 0xDC, 0xA7,
    0xBF,   'a',    'b',    'c',    'd',    'e',    'f',    'g',    'h',    'i',    'j',    'k',  'l',  'm',  'n',  'o',
    'p',    'q',    'r',    's',    't',    'u',    'v',    'w',    'x',    'y',    'z',    0xE4, 0xF6, 0xF1, 0xFC, 0xE0,
};

static uint16_t gsm_extension(unsigned code) {
  switch (code) {
    case 0x0A: return '\f';
    case 0x14: return '^';
    case 0x1B: return ' ';
    case 0x28: return '{';
    case 0x29: return '}';
    case 0x2F: return '\\';
    case 0x3C: return '[';
    case 0x3D: return '~';
    case 0x3E: return ']';
    case 0x40: return '|';
    case 0x65: return 0x20AC;
    default: return gsm_basic[code];
  }
}

bool fake_text_encoding(uint8_t data_coding, enum fake_encoding dcs0, enum fake_encoding *encoding) {
  enum fake_encoding result;
  switch (data_coding) {
    case 0x00: result = dcs0; break;
    case 0x01: result = FAKE_ENCODING_ASCII; break;
    case 0x03: result = FAKE_ENCODING_LATIN1; break;
    case 0x08: result = FAKE_ENCODING_UCS2; break;
    case 0x02: case 0x04: case 0x05: case 0x06: case 0x07: case 0x09: case 0x0A: case 0x0D: case 0x0E:
      result = FAKE_ENCODING_OCTETS; break;
    default:
      if ((data_coding & 0xF0) == 0x10) { /* general group with a message class */
        unsigned alphabet = data_coding >> 2 & 3;
        if (alphabet == 3) return false;
        result = alphabet == 0 ? dcs0 : alphabet == 1 ? FAKE_ENCODING_OCTETS : FAKE_ENCODING_UCS2;
      } else if ((data_coding & 0xF0) == 0xC0 || (data_coding & 0xF0) == 0xD0) { /* message waiting */
        if ((data_coding & 0x04) != 0) return false;
        result = dcs0;
      } else if ((data_coding & 0xF0) == 0xF0) { /* data coding with a message class */
        if ((data_coding & 0x08) != 0) return false;
        result = (data_coding & 0x04) != 0 ? FAKE_ENCODING_OCTETS : dcs0;
      } else {
        return false;
      }
  }
  *encoding = result;
  return true;
}

const char *fake_text_encoding_name(enum fake_encoding encoding) {
  switch (encoding) {
    case FAKE_ENCODING_GSM7:
    case FAKE_ENCODING_GSM7_PACKED: return "GSM7";
    case FAKE_ENCODING_UCS2: return "UCS2";
    case FAKE_ENCODING_LATIN1: return "LATIN1";
    case FAKE_ENCODING_ASCII: return "ASCII";
    case FAKE_ENCODING_OCTETS: break;
  }
  return "OCTETS";
}

/* Offset of the first octet over 0x7F, or `len`. */
static uint32_t first_high_octet(const unsigned char *text, uint32_t len) {
  uint32_t at = 0;
  for (; at + 8 <= len; at += 8) {
    uint64_t word;
    memcpy(&word, text + at, sizeof word);
    if ((word & 0x8080808080808080u) != 0) break;
  }
  while (at < len && text[at] < 0x80) at++;
  return at;
}

static bool check_gsm7(const unsigned char *text, uint32_t len, struct fake_violation_found *found) {
  uint32_t bad = first_high_octet(text, len);
  if (bad < len)
    return fake_violation_set(found, FAKE_VIOLATION_text_gsm7, "octet 0x%02X at offset %u of the text is no GSM-7 septet",
                              text[bad], bad);
  uint32_t escapes = 0;
  while (escapes < len && text[len - 1 - escapes] == ESC) escapes++;
  if (escapes % 2 == 1)
    return fake_violation_set(found, FAKE_VIOLATION_text_gsm7, "the text ends in a lone ESC (offset %u)", len - 1);
  return true;
}

static bool check_ucs2(const unsigned char *text, uint32_t len, struct fake_violation_found *found) {
  if (len % 2 != 0)
    return fake_violation_set(found, FAKE_VIOLATION_text_ucs2, "UCS-2 text of %u octets, which is odd", len);
  for (uint32_t at = 0; at < len; at += 2) {
    unsigned high = text[at];
    if ((high & 0xF8) != 0xD8) continue;
    bool is_pair = high < 0xDC && at + 3 < len && (text[at + 2] & 0xFC) == 0xDC;
    if (!is_pair)
      return fake_violation_set(found, FAKE_VIOLATION_text_ucs2, "unpaired surrogate 0x%02X%02X at offset %u of the text",
                                high, text[at + 1], at);
    at += 2;
  }
  return true;
}

bool fake_text_check(enum fake_encoding encoding, const unsigned char *text, uint32_t len,
                     struct fake_violation_found *found) {
  if (encoding == FAKE_ENCODING_GSM7) return check_gsm7(text, len, found);
  if (encoding == FAKE_ENCODING_UCS2) return check_ucs2(text, len, found);
  if (encoding == FAKE_ENCODING_ASCII) {
    uint32_t bad = first_high_octet(text, len);
    if (bad < len)
      return fake_violation_set(found, FAKE_VIOLATION_text_ascii, "octet 0x%02X at offset %u of the text is not ASCII",
                                text[bad], bad);
  }
  return true;
}

uint32_t fake_text_units(enum fake_encoding encoding, uint32_t len, uint32_t *single_max, uint32_t *part_max) {
  switch (encoding) {
    case FAKE_ENCODING_GSM7:
    case FAKE_ENCODING_ASCII: /* the SMSC maps it to GSM-7 */
      *single_max = 160;
      *part_max = 153;
      return len;
    case FAKE_ENCODING_UCS2:
      *single_max = 70;
      *part_max = 67;
      return len / 2;
    case FAKE_ENCODING_GSM7_PACKED:
    case FAKE_ENCODING_LATIN1:
    case FAKE_ENCODING_OCTETS: break;
  }
  *single_max = 140;
  *part_max = 134;
  return len;
}

static char *put_utf8(char *out, uint32_t code) {
  if (code < 0x80) {
    *out++ = (char)code;
  } else if (code < 0x800) {
    *out++ = (char)(0xC0 | code >> 6);
    *out++ = (char)(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    *out++ = (char)(0xE0 | code >> 12);
    *out++ = (char)(0x80 | (code >> 6 & 0x3F));
    *out++ = (char)(0x80 | (code & 0x3F));
  } else {
    *out++ = (char)(0xF0 | code >> 18);
    *out++ = (char)(0x80 | (code >> 12 & 0x3F));
    *out++ = (char)(0x80 | (code >> 6 & 0x3F));
    *out++ = (char)(0x80 | (code & 0x3F));
  }
  return out;
}

static char *decode_ucs2(const unsigned char *text, uint32_t len, char *out) {
  for (uint32_t at = 0; at + 1 < len; at += 2) {
    uint32_t unit = (uint32_t)text[at] << 8 | text[at + 1];
    if ((unit & 0xF800) == 0xD800) {
      uint32_t low = at + 3 < len ? (uint32_t)text[at + 2] << 8 | text[at + 3] : 0;
      if (unit < 0xDC00 && (low & 0xFC00) == 0xDC00) {
        unit = 0x10000 + ((unit & 0x3FF) << 10 | (low & 0x3FF));
        at += 2;
      } else {
        unit = REPLACEMENT;
      }
    }
    out = put_utf8(out, unit);
  }
  return len % 2 != 0 ? put_utf8(out, REPLACEMENT) : out;
}

/* Septet number `index` of a text; packed ones begin after `fill` bits. */
static unsigned septet_at(const unsigned char *text, uint32_t len, bool is_packed, uint32_t fill, uint32_t index) {
  if (!is_packed) return text[index];
  uint32_t bit = fill + index * 7;
  unsigned pair = text[bit / 8];
  if (bit / 8 + 1 < len) pair |= (unsigned)text[bit / 8 + 1] << 8;
  return pair >> bit % 8 & 0x7F;
}

static char *decode_gsm7(const unsigned char *text, uint32_t len, bool is_packed, uint32_t udh_octets, char *out) {
  uint32_t fill = is_packed ? (7 - udh_octets * 8 % 7) % 7 : 0;
  uint32_t count = is_packed ? (len * 8 >= fill ? (len * 8 - fill) / 7 : 0) : len;
  /* A text that ends one septet short of an octet boundary is padded with CR (23.038 §6.1.2.3.1). */
  if (is_packed && count > 0 && (len * 8 - fill) % 7 == 0 && septet_at(text, len, true, fill, count - 1) == CR) count--;
  for (uint32_t index = 0; index < count; index++) {
    unsigned septet = septet_at(text, len, is_packed, fill, index);
    if (septet > 0x7F) {
      out = put_utf8(out, REPLACEMENT);
    } else if (septet == ESC && index + 1 < count) {
      unsigned code = septet_at(text, len, is_packed, fill, ++index);
      out = put_utf8(out, code > 0x7F ? REPLACEMENT : gsm_extension(code));
    } else {
      out = put_utf8(out, gsm_basic[septet]);
    }
  }
  return out;
}

size_t fake_text_to_utf8(enum fake_encoding encoding, const unsigned char *text, uint32_t len, uint32_t udh_octets,
                         char *out) {
  static const char hex[] = "0123456789abcdef";
  char *end = out;
  switch (encoding) {
    case FAKE_ENCODING_UCS2: end = decode_ucs2(text, len, out); break;
    case FAKE_ENCODING_GSM7: end = decode_gsm7(text, len, false, 0, out); break;
    case FAKE_ENCODING_GSM7_PACKED: end = decode_gsm7(text, len, true, udh_octets, out); break;
    case FAKE_ENCODING_LATIN1:
      for (uint32_t at = 0; at < len; at++) end = put_utf8(end, text[at]);
      break;
    case FAKE_ENCODING_ASCII:
      for (uint32_t at = 0; at < len; at++) end = put_utf8(end, text[at] < 0x80 ? text[at] : (uint32_t)REPLACEMENT);
      break;
    case FAKE_ENCODING_OCTETS:
      for (uint32_t at = 0; at < len; at++) {
        *end++ = hex[text[at] >> 4];
        *end++ = hex[text[at] & 15];
      }
      break;
  }
  return (size_t)(end - out);
}

/* The next character of `*text`, which moves behind it; UINT32_MAX if it is no UTF-8. */
static uint32_t next_code(const char **text, const char *end) {
  unsigned first = (unsigned char)*(*text)++;
  if (first < 0x80) return first;
  unsigned more = first >= 0xF0 && first < 0xF5 ? 3 : first >= 0xE0 && first < 0xF0 ? 2 : first >= 0xC2 && first < 0xE0 ? 1 : 0;
  if (more == 0 || (size_t)(end - *text) < more) return UINT32_MAX;
  uint32_t code = first & (0x3Fu >> more);
  for (; more > 0; more--) {
    unsigned octet = (unsigned char)*(*text)++;
    if ((octet & 0xC0) != 0x80) return UINT32_MAX;
    code = code << 6 | (octet & 0x3F);
  }
  return code;
}

/* Septets of a character, one or ESC and one; 0 if GSM-7 lacks it. */
static unsigned put_gsm7(uint32_t code, unsigned char *out) {
  for (unsigned septet = 0; septet < 128; septet++) {
    if (septet != ESC && gsm_basic[septet] == code) {
      out[0] = (unsigned char)septet;
      return 1;
    }
    if (septet != ESC && gsm_extension(septet) == code) {
      out[0] = ESC;
      out[1] = (unsigned char)septet;
      return 2;
    }
  }
  return 0;
}

static unsigned put_ucs2(uint32_t code, unsigned char *out) {
  unsigned units = code > 0xFFFF ? 2 : 1;
  uint32_t pair = code - 0x10000;
  uint32_t words[2] = {units == 1 ? code : 0xD800 | pair >> 10, 0xDC00 | (pair & 0x3FF)};
  for (unsigned unit = 0; unit < units; unit++) {
    out[2 * unit] = (unsigned char)(words[unit] >> 8);
    out[2 * unit + 1] = (unsigned char)words[unit];
  }
  return 2 * units;
}

bool fake_text_from_utf8(enum fake_encoding encoding, const char *text, size_t len, unsigned char *out, size_t *out_len) {
  const char *end = text + len;
  unsigned char *begin = out;
  while (text < end) {
    uint32_t code = next_code(&text, end);
    unsigned put = 0;
    if (code == UINT32_MAX) return false;
    if (encoding == FAKE_ENCODING_GSM7) put = put_gsm7(code, out);
    if (encoding == FAKE_ENCODING_UCS2) put = put_ucs2(code, out);
    if (encoding == FAKE_ENCODING_LATIN1 && code <= 0xFF) {
      *out = (unsigned char)code;
      put = 1;
    }
    if (put == 0) return false;
    out += put;
  }
  *out_len = (size_t)(out - begin);
  return true;
}

uint32_t fake_text_pack(const unsigned char *text, uint32_t len, uint32_t udh_octets, unsigned char *out) {
  uint32_t fill = (7 - udh_octets * 8 % 7) % 7, bits = len == 0 ? 0 : fill + len * 7, octets = (bits + 7) / 8;
  memset(out, 0, octets);
  for (uint32_t index = 0; index <= len; index++) {
    uint32_t bit = fill + index * 7;
    bool is_padding = index == len;
    if (is_padding && octets * 8 - bits != 7) break;
    uint32_t septet = is_padding ? '\r' : text[index];
    out[bit / 8] |= (unsigned char)(septet << bit % 8);
    if (bit % 8 > 1) out[bit / 8 + 1] |= (unsigned char)(septet >> (8 - bit % 8));
  }
  return octets;
}
