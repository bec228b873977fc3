/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "model/entry.h"
#include "model/msisdn.h"
#include "model/segment.h"

/* Lets a late answer find its alert after the token is forgotten. */
struct submit_key {
	struct entry_key origin;
	uint16_t reference; /* of the sms: parts that share it belong to one text */
	uint8_t segment;    /* index, from 1 */
};

/* A number that a carrier may send back with the receipt, so that one whose answer was lost can be told: the same at each
 * attempt. Never 0. */
uint16_t submit_user_reference(const struct submit_key *key);

/* One attempt to hand one segment to a carrier. Borrowed until the call that takes it returns. */
struct submit {
	uint64_t token; /* the pipeline's, opaque to whoever carries it */
	struct submit_key key;
	const struct msisdn *to;
	const struct segment *segment;
	enum encoding encoding;
	enum concat concat;
	bool wants_receipt;
	wall_ms expires_at; /* 0 = never */
};

enum submit_answer {
	SUBMIT_TAKEN,
	SUBMIT_FULL, /* no place in the window or the output buffer; nothing happened */
	SUBMIT_DOWN, /* not bound; nothing happened */
};
