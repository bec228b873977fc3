/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "wire/session/dialect.h"

/* A made-up protocol, just rich enough for a session. All frames: length of the whole frame (4 octets, big-endian), kind,
 * number (4), code, payload. A small letter answers its capital. The code of an answer is an enum outcome_class. */

#define TINY_HEADER_OCTETS 10
#define TINY_OCTETS_MAX    4096

enum tiny_kind {
	TINY_BIND = 'B',
	TINY_BIND_ANSWER = 'b',
	TINY_SUBMIT =
		'S', /* code: the low octet of its user_reference; payload: the token (8 octets) and the segment */
	TINY_SUBMIT_ANSWER = 's',
	TINY_QUERY = 'Q',        /* payload: the user_reference (2 octets) */
	TINY_QUERY_ANSWER = 'q', /* code: enum query_answer; payload: the carrier_ref */
	TINY_KEEPALIVE = 'K',
	TINY_KEEPALIVE_ANSWER = 'k',
	TINY_UNBIND = 'U',
	TINY_UNBIND_ANSWER = 'u',
	TINY_RECEIPT = 'R',
	TINY_RECEIPT_ANSWER = 'r',
	TINY_MO = 'M', /* payload: the text */
	TINY_MO_ANSWER = 'm',
	TINY_REFUSED = 'N',
	TINY_INCOMING = 'I',
	TINY_INCOMING_ANSWER = 'i',
	TINY_LAST_WORD = 'L', /* what we say at lost framing */
			      /* Any other kind is FRAME_IGNORED. */
};

#define TINY_INCOMING_STATUS 7
#define TINY_AGAIN_LATER     9

struct tiny_frame {
	enum tiny_kind kind;
	uint32_t number;
	uint8_t code;
	uint64_t token; /* of a submit; of a query its user_reference */
	size_t len;
};

extern const struct dialect tiny_dialect;

/* Writes one frame with that payload. */
void tiny_write(struct buf *out, enum tiny_kind kind, uint32_t number, uint8_t code, struct slice payload);

/* Reads the frame at `at`; false where it is not all there. */
bool tiny_read(struct slice at, struct tiny_frame *out);
