/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/octets.h"
#include "wire/smpp/smpp_status.h"

/* What an SMSC sends us by deliver_sm (SMPP 3.4 §4.6.1) or data_sm (§4.7.1), as far as we look at it. Slices are
 * borrowed from the PDU. */

/* Bits of esm_class from the SMSC, SMPP 3.4 §5.2.12. */
enum {
	SMPP_ESM_TYPE_MASK = 0x3C,
	SMPP_ESM_TYPE_MESSAGE = 0x00,
	SMPP_ESM_TYPE_RECEIPT = 0x04,
	SMPP_ESM_TYPE_DELIVERY_ACK = 0x08,
	SMPP_ESM_TYPE_USER_ACK = 0x10,
	SMPP_ESM_TYPE_ABORT = 0x18,
	SMPP_ESM_TYPE_INTERMEDIATE = 0x20,
	SMPP_ESM_UDHI = 0x40,
};

#define SMPP_MESSAGE_STATE_ABSENT (-1)

struct smpp_message {
	uint8_t source_addr_ton;
	struct slice source_addr;
	struct slice destination_addr;
	uint8_t esm_class;
	uint8_t data_coding;
	struct slice text;                 /* short_message, or message_payload where that is empty; with its UDH */
	struct slice receipted_message_id; /* absent without that TLV */
	int message_state;                 /* the TLV's octet, or SMPP_MESSAGE_STATE_ABSENT */
	uint16_t user_message_reference;   /* 0 without that TLV */
	uint16_t sar_reference;            /* sar_msg_ref_num, sar_total_segments, sar_segment_seqnum; 0 without them */
	uint8_t sar_total;
	uint8_t sar_part;
	const uint8_t *network_error_code; /* 3 octets; NULL without that TLV */
	const char *note;                  /* what was tolerated, the first of it; NULL = nothing. Static */
};

/* Reads one whole deliver_sm or data_sm, header included.
 * Returns SMPP_STATUS_ROK, or the status to answer with where the body is shorter than its fields, a string has no NUL
 * or sm_length reaches beyond the PDU. Strings over their limit, TLVs of a wrong length and a tail that is no TLV are
 * tolerated and noted; of a repeated TLV the first one counts. */
enum smpp_status_code smpp_message_read(const uint8_t *at, size_t len, struct smpp_message *out);
