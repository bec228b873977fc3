/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "model/mo.h"
#include "model/outcome.h"
#include "model/receipt.h"
#include "model/submit.h"

/* What one carrier protocol says on the wire, so that one session serves them all: how long a frame is, how a request
 * is written, what a frame that arrived means. A dialect has no state and does no I/O; what an account sets (system_id,
 * addresses, quirks) comes in as `account`, the dialect's own struct, borrowed for the session's life. */

#define SEQUENCE_OCTETS_MAX 12 /* SGIP has 12, SMPP 4 */

/* A request's number as the wire has it. */
struct sequence {
	uint8_t octets[SEQUENCE_OCTETS_MAX];
	uint8_t len;
};

enum frame_kind {
	FRAME_BIND_ANSWER,   /* outcome says whether the carrier took us */
	FRAME_SUBMIT_ANSWER, /* number, outcome */
	FRAME_QUERY_ANSWER,  /* number, query; where FOUND outcome.carrier_ref and receipt.state */
	FRAME_KEEPALIVE,     /* asks whether we live: answer it */
	FRAME_KEEPALIVE_ANSWER,
	FRAME_UNBIND, /* the carrier wants to end: answer it, finish what is outstanding */
	FRAME_UNBIND_ANSWER,
	FRAME_RECEIPT,  /* receipt; answered when it is durable */
	FRAME_MO,       /* mo: a message from a phone; answered when it is durable */
	FRAME_REFUSED,  /* generic_nack: number (0 = of nothing that we sent), outcome */
	FRAME_INCOMING, /* a request that we answer at once with `answer_status`: an unknown command, say */
	FRAME_IGNORED,  /* nothing to do: counted, logged with `note` */
};

/* What a carrier says of a submit that it was asked for. */
enum query_answer {
	QUERY_FOUND,       /* it has the message: its id and state */
	QUERY_ABSENT,      /* it knows no such message, or none yet */
	QUERY_LATER,       /* it does not say now */
	QUERY_UNSUPPORTED, /* it does not take such questions */
	QUERY_UNANSWERED,  /* no answer came in time */
	QUERY_LOST,        /* the connection was lost before one came */
};

/* A frame that arrived, read. Slices are borrowed from the input. */
struct frame {
	enum frame_kind kind;
	uint32_t number;          /* of the request of ours that it answers */
	struct sequence sequence; /* of a request of theirs, to be repeated in our answer */
	uint32_t command;         /* native id, for answers and logs */
	uint32_t answer_status;   /* native status that our answer carries (INCOMING, malformed receipts) */
	struct outcome outcome;
	enum query_answer query;
	struct receipt receipt;
	struct mo mo;
	const char *note; /* what was odd about it, for counters and logs; NULL = nothing. Static storage */
};

struct dialect {
	const char *name;
	uint32_t number_max; /* request numbers go 1…number_max, then 1 again */
	size_t frame_octets_max;

	/* Length in octets of the frame that begins at `at`. ERR_SHORT: fewer octets than its header are there.
	 * ERR_RANGE: framing is lost; the session sends what write_lost_framing writes and closes. */
	enum err (*frame_length)(const uint8_t *at, size_t len, size_t *out);
	/* Reads one whole frame. out: comes zeroed. Never fails: what cannot be read is FRAME_IGNORED or FRAME_INCOMING
	 * with a note. */
	void (*read)(const void *account, const uint8_t *at, size_t len, struct frame *out);

	/* Writers append one whole frame to out, or set out->full. */
	void (*write_bind)(const void *account, uint32_t number, struct buf *out);
	void (*write_submit)(const void *account, uint32_t number, const struct submit *submit, wall_ms now,
			     struct buf *out);
	/* Asks what became of the submit with that user_reference. NULL: the protocol has no such question. */
	void (*write_query)(const void *account, uint32_t number, uint16_t user_reference, struct buf *out);
	void (*write_keepalive)(const void *account, uint32_t number, struct buf *out);
	void (*write_unbind)(const void *account, uint32_t number, struct buf *out);
	/* Answers to requests of theirs. */
	void (*write_keepalive_answer)(const void *account, const struct sequence *sequence, struct buf *out);
	void (*write_unbind_answer)(const void *account, const struct sequence *sequence, struct buf *out);
	/* command, status: as read; for a receipt or a message status 0, or the protocol's “again later” where it is not durable. */
	void (*write_answer)(const void *account, uint32_t command, uint32_t status, const struct sequence *sequence,
			     struct buf *out);
	uint32_t status_again_later;
	/* A last word after lost framing; NULL where the protocol has none. at, len: what should have been a frame. */
	void (*write_lost_framing)(const void *account, const uint8_t *at, size_t len, struct buf *out);
};
