/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* message_id: 64 bits, the run's prefix above the message's number, as 16 hex or 20 decimal digits. */

#include <stdbool.h>
#include <stdint.h>

enum { FAKE_MESSAGE_ID_HEX_LEN = 16, FAKE_MESSAGE_ID_DECIMAL_LEN = 20, FAKE_MESSAGE_ID_CAP = 21 };

/* Characters of an id, NUL excluded. */
static inline uint32_t fake_message_id_len(bool is_decimal) {
  return is_decimal ? FAKE_MESSAGE_ID_DECIMAL_LEN : FAKE_MESSAGE_ID_HEX_LEN;
}

/* Write the id of message number `message` without a NUL: fake_message_id_len characters. */
static inline void fake_message_id_put(uint32_t prefix, uint64_t message, bool is_decimal, unsigned char *out) {
  uint64_t id = (uint64_t)prefix << 32 | (message & 0xFFFFFFFFu);
  for (int at = (int)fake_message_id_len(is_decimal) - 1; at >= 0; at--) {
    out[at] = (unsigned char)"0123456789abcdef"[is_decimal ? id % 10 : id & 15];
    id = is_decimal ? id / 10 : id >> 4;
  }
}
