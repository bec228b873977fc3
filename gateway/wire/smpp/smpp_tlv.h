/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/octets.h"

/* Optional parameters (TLVs): tag U2, length U2, value; SMPP 3.4 §3.2.4. */

enum smpp_tag {
#define TLV(constant, name, tag, min, max) SMPP_TAG_##constant = tag,
#include "wire/smpp/smpp_tlv.def"
#undef TLV
};

#define SMPP_TLV_HEAD_OCTETS 4

/* One TLV as it lies in a PDU. */
struct smpp_tlv {
	uint16_t tag;
	struct slice value; /* borrowed from the PDU */
};

/* The specification's name of a tag (“message_payload”), static; NULL where it is a vendor's or unknown. */
const char *smpp_tlv_name(uint16_t tag);

/* True where a value of len octets has a length that the tag allows; any length will do for an unknown tag. */
bool smpp_tlv_allows_len(uint16_t tag, size_t len);

/* Takes the next TLV of a PDU's tail. False at the end, and where the TLV is cut off: then octets_left is not 0 and
 * the reader still stands at its tag. */
bool smpp_tlv_next(struct octets *tail, struct smpp_tlv *out);
