/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* message_id: 64 bits, the run's prefix above the message's number, in one of the forms that carriers write them in. */

#include <stdint.h>

/* The spool knows the first three by number. */
enum fake_id_form {
  FAKE_ID_HEX,           /* 16 digits */
  FAKE_ID_DECIMAL,       /* 20 digits */
  FAKE_ID_UUID,          /* 36 characters */
  FAKE_ID_SAME,          /* in a receipt: as the submit_sm_resp had it; so are all below */
  FAKE_ID_UPPER,         /* hex in capitals */
  FAKE_ID_HEX_PLAIN,     /* without leading zeros */
  FAKE_ID_DECIMAL_PLAIN, /* without leading zeros */
  FAKE_ID_PADDED,        /* the response's, with zeros in front to 40 characters */
};

enum { FAKE_MESSAGE_ID_CAP = 41 };

/* Write the id of message number `message` in form HEX, DECIMAL or UUID with a NUL; returns its characters without it. */
static inline uint32_t fake_message_id_put(uint32_t prefix, uint64_t message, enum fake_id_form form,
                                           char out[FAKE_MESSAGE_ID_CAP]) {
  static const char uuid[] = "00000000-5e1f-4a0d-9b00-000000000000";
  uint64_t id = (uint64_t)prefix << 32 | (message & 0xFFFFFFFFu);
  unsigned base = form == FAKE_ID_DECIMAL ? 10 : 16;
  uint32_t len = form == FAKE_ID_UUID ? sizeof uuid - 1 : form == FAKE_ID_DECIMAL ? 20 : 16;
  out[len] = '\0';
  for (uint32_t at = len; at-- > 0;) {
    if (form == FAKE_ID_UUID && at >= 8 && at < len - 8) {
      out[at] = uuid[at];
      continue;
    }
    out[at] = "0123456789abcdef"[id % base];
    id /= base;
  }
  return len;
}
