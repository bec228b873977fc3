/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_base64.h"

#include <stdint.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool fake_base64_decode(struct fake_slice text, char *out, size_t *len) {
  size_t padding = 0, written = 0;
  if (text.len % 4 != 0) return false;
  while (padding < 2 && text.len > padding && text.at[text.len - 1 - padding] == '=') padding++;
  uint32_t bits = 0;
  for (size_t at = 0; at < text.len; at++) {
    const char *found = text.at[at] != '\0' ? strchr(digits, text.at[at]) : NULL;
    bool is_padding = at >= text.len - padding;
    if (found == NULL && !is_padding) return false;
    bits = bits << 6 | (is_padding ? 0 : (uint32_t)(found - digits));
    if (at % 4 != 3) continue;
    out[written++] = (char)(bits >> 16);
    out[written++] = (char)(bits >> 8);
    out[written++] = (char)bits;
  }
  *len = written - padding;
  return true;
}

size_t fake_base64_encode(struct fake_slice octets, char *out) {
  char *start = out;
  const unsigned char *at = (const unsigned char *)octets.at;
  for (size_t left = octets.len; left > 0; left -= left < 3 ? left : 3, at += 3) {
    uint32_t bits = (uint32_t)at[0] << 16 | (left > 1 ? (uint32_t)at[1] << 8 : 0) | (left > 2 ? at[2] : 0u);
    *out++ = digits[bits >> 18];
    *out++ = digits[bits >> 12 & 63];
    *out++ = left > 1 ? digits[bits >> 6 & 63] : '=';
    *out++ = left > 2 ? digits[bits & 63] : '=';
  }
  *out = '\0';
  return (size_t)(out - start);
}
