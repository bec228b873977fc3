/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The user data header in front of a text, 3GPP 23.040 §9.2.3.24. */

#include <stdbool.h>
#include <stdint.h>

#include "fake_violation.h"

struct fake_udh {
  uint32_t octets;      /* the header with its own length octet */
  uint16_t reference;   /* of the concatenated message; valid if total > 0 */
  uint8_t total;        /* segments of the message, 0 = not concatenated */
  uint8_t number;       /* of this segment, from 1 */
  uint8_t reference_bits; /* 8 or 16 */
};

/* Read the header at the front of the `len` octets at `text`. False, with `found` filled, if it or one of its elements runs
 * over its end, or a concatenation element (IEI 00 or 08) has the wrong length, a total or number of 0, or a number beyond
 * the total, or occurs twice. */
bool fake_udh_parse(const unsigned char *text, uint32_t len, struct fake_udh *udh, struct fake_violation_found *found);

/* True if `text` begins like a concatenation header (05 00 03 or 06 08 04 with a possible total and number): the mark of a
 * sender that forgot the UDH flag of esm_class. */
bool fake_udh_looks_like(const unsigned char *text, uint32_t len);
