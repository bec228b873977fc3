/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a submit carries: its text, the alphabet of it, and its place in a longer message. */

#include <stdbool.h>
#include <stdint.h>

#include "fake_pdu.h"
#include "fake_text.h"

enum fake_method {
  FAKE_METHOD_NONE,    /* a message of one short_message */
  FAKE_METHOD_UDH8,    /* concatenation element with an 8-bit reference */
  FAKE_METHOD_UDH16,   /* with a 16-bit reference */
  FAKE_METHOD_SAR,     /* the three SAR TLVs */
  FAKE_METHOD_PAYLOAD, /* one PDU, cut by the SMSC */
  FAKE_METHOD_HTTP,    /* no PDU at all: over HTTP, cut by the provider */
};

struct fake_segment {
  enum fake_encoding encoding;
  enum fake_method method;
  const unsigned char *text; /* without UDH, in the frame */
  uint32_t text_len;
  uint32_t udh_octets;
  uint32_t air_count; /* short messages on the air: 1, or more for a long message_payload */
  uint16_t reference;
  uint8_t total;  /* 1 if not concatenated */
  uint8_t number; /* from 1 */
};

/* The name records show: none, udh8, udh16, sar, payload, http. Static. */
const char *fake_segment_method_name(enum fake_method method);

/* Find out what `pdu` carries, for an SMSC that takes data_coding 0 for `dcs0`. False with `found` if message_payload and
 * short_message exclude each other (SMPP 3.4 §5.3.2.32), nothing is there, the UDH is malformed or its flag is missing, the SAR
 * TLVs are not all three, impossible or beside a UDH (§5.3.2.22–24), data_coding is reserved, the text is illegal in its alphabet
 * or longer than one short message holds. */
bool fake_segment_read(const struct fake_pdu *pdu, enum fake_encoding dcs0, struct fake_segment *segment,
                       struct fake_violation_found *found);
