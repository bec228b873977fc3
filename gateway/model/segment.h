/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Alphabet of an sms; Latin-1 only towards accounts that want it in place of GSM-7. */
enum encoding { ENCODING_GSM7, ENCODING_UCS2, ENCODING_LATIN1, ENCODING_COUNT };

/* How the parts of a long sms are tied together; a setting of the account. */
enum concat {
	CONCAT_UDH8,    /* user data header, 8-bit reference */
	CONCAT_UDH16,   /* user data header, 16-bit reference */
	CONCAT_SAR,     /* sar_* TLVs, no header in the text */
	CONCAT_PAYLOAD, /* one PDU with message_payload; the SMSC cuts */
	CONCAT_TEXT,    /* no PDU: the carrier takes the text (struct submit_text) and cuts */
	CONCAT_COUNT
};

/* One short message on the air (or, with CONCAT_PAYLOAD and CONCAT_TEXT, the whole text in one). */
struct segment {
	const uint8_t *octets; /* borrowed from the parcel's arena; with the UDH in front where there is one */
	uint16_t
		octets_len; /* UDH included: at most 160 (GSM-7, unpacked), 140 (UCS-2, Latin-1), or the whole payload */
	uint8_t index;      /* from 1 */
	uint8_t total;      /* 1–255 */
	bool has_udh;
	uint16_t reference; /* same in all parts of one sms; 0 where total is 1 */
};
