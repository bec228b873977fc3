/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_json.h"

#include <stdio.h>
#include <string.h>

static void comma_if_due(struct fake_buffer *json) {
  if (json->len == 0) return;
  unsigned char last = json->at[json->len - 1];
  if (last != '{' && last != '[' && last != ':' && last != '\n') *fake_buffer_extend(json, 1) = ',';
}

void fake_json_mark(struct fake_buffer *json, char mark) {
  if (mark == '{' || mark == '[') comma_if_due(json);
  *fake_buffer_extend(json, 1) = (unsigned char)mark;
}

void fake_json_name(struct fake_buffer *json, const char *name) {
  comma_if_due(json);
  size_t len = strlen(name);
  unsigned char *room = fake_buffer_extend(json, len + 3);
  room[0] = '"';
  memcpy(room + 1, name, len);
  room[len + 1] = '"';
  room[len + 2] = ':';
}

void fake_json_string(struct fake_buffer *json, const char *text, size_t len) {
  static const char hex[] = "0123456789abcdef";
  comma_if_due(json);
  size_t before = json->len;
  unsigned char *out = fake_buffer_extend(json, len * 6 + 2); /* \u00XX at worst */
  *out++ = '"';
  for (size_t at = 0; at < len; at++) {
    unsigned char octet = (unsigned char)text[at];
    if (octet >= 0x20 && octet != '"' && octet != '\\' && octet != 0x7F) {
      *out++ = octet;
      continue;
    }
    *out++ = '\\';
    if (octet == '"' || octet == '\\') {
      *out++ = octet;
    } else if (octet == '\n') {
      *out++ = 'n';
    } else {
      memcpy(out, "u00", 3);
      out[3] = (unsigned char)hex[octet >> 4];
      out[4] = (unsigned char)hex[octet & 15];
      out += 5;
    }
  }
  *out++ = '"';
  json->len = before + (size_t)(out - (json->at + before));
}

void fake_json_uint(struct fake_buffer *json, uint64_t value) {
  char digits[20];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  comma_if_due(json);
  fake_buffer_append(json, digits + at, sizeof digits - at);
}

void fake_json_fixed(struct fake_buffer *json, double value, int decimals) {
  char text[64];
  int len = snprintf(text, sizeof text, "%.*f", decimals, value);
  comma_if_due(json);
  fake_buffer_append(json, text, (size_t)len);
}

void fake_json_null(struct fake_buffer *json) {
  comma_if_due(json);
  fake_buffer_append(json, "null", 4);
}

void fake_json_bool(struct fake_buffer *json, bool value) {
  comma_if_due(json);
  fake_buffer_append(json, value ? "true" : "false", value ? 4 : 5);
}

void fake_json_member(struct fake_buffer *json, const char *name, const char *text) {
  fake_json_name(json, name);
  fake_json_string(json, text, strlen(text));
}

void fake_json_member_uint(struct fake_buffer *json, const char *name, uint64_t value) {
  fake_json_name(json, name);
  fake_json_uint(json, value);
}

void fake_json_member_bool(struct fake_buffer *json, const char *name, bool value) {
  fake_json_name(json, name);
  fake_json_bool(json, value);
}

void fake_json_millis(struct fake_buffer *json, int64_t value_us) {
  uint64_t us = value_us < 0 ? 0 : (uint64_t)value_us;
  fake_json_uint(json, us / 1000);
  unsigned char *room = fake_buffer_extend(json, 4);
  room[0] = '.';
  room[1] = (unsigned char)('0' + us / 100 % 10);
  room[2] = (unsigned char)('0' + us / 10 % 10);
  room[3] = (unsigned char)('0' + us % 10);
}
