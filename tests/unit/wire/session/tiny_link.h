/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tiny_dialect.h"
#include "wire/session/session.h"

#define TOLD_MAX 256
#define MS       1000 /* microseconds */

/* A session over the tiny dialect with a hand-cranked clock; remembers what it was told. */
struct tiny_link {
	struct session *session;
	struct dialect dialect;
	struct session_options options;
	mono_us now;
	enum session_end end; /* of the last feed or tick */

	unsigned bound_count;
	unsigned unbinding_count;
	unsigned note_count;
	const char *last_note;
	struct told {
		uint64_t token; /* of an outcome; for a late answer the key's seq */
		enum outcome_class outcome_class;
		uint32_t native_code;
		char carrier_ref[8];
	} outcomes[TOLD_MAX], lates[TOLD_MAX];
	unsigned outcome_count;
	unsigned late_count;
	struct frame receipts[TOLD_MAX]; /* answers to give back; their slices are not to be used */
	unsigned receipt_count;
	struct frame mos[TOLD_MAX]; /* likewise, of messages from phones */
	unsigned mo_count;

	struct told_reference {
		uint64_t token; /* the key's seq; of a question the reference */
		uint16_t user_reference;
		enum query_answer answer; /* of a question */
		enum message_state state;
		char carrier_ref[8];
	} unanswered[TOLD_MAX], answered[TOLD_MAX], queries[TOLD_MAX];
	unsigned unanswered_count;
	unsigned answered_count;
	unsigned query_count;

	void (*in_upcall)(struct tiny_link *link); /* called at the end of each upcall; NULL = nothing */
	uint16_t segment_octets;                   /* length of what a submit carries */
};

/* A closed session: window 4, late_max 3; response 1 s, bind 2 s, keep-alive 10 s and 3 s, frame 4 s, write 5 s,
 * unbind 6 s. change: may alter options and dialect first; NULL = nothing. */
void tiny_link_open(struct tiny_link *link, void (*change)(struct tiny_link *link));
void tiny_link_close(struct tiny_link *link);

/* Starts it, and lets the peer take the bind (number 1). */
void tiny_link_bind(struct tiny_link *link);

/* Submits token, with the key's seq the same number. */
enum submit_answer tiny_link_submit(struct tiny_link *link, uint64_t token);

/* Feeds one frame without payload. */
enum session_end tiny_link_feed(struct tiny_link *link, enum tiny_kind kind, uint32_t number, uint8_t code);

/* Lets us_later pass and ticks. */
enum session_end tiny_link_pass(struct tiny_link *link, mono_us us_later);

/* Hands the first len octets of what waits to the “kernel”. */
void tiny_link_write(struct tiny_link *link, size_t len);

/* Hands all over and gives the frames, at most `max`. Returns how many there are. */
unsigned tiny_link_sent(struct tiny_link *link, struct tiny_frame *frames, unsigned max);

/* Same, for exactly one expected frame; fails the test where it is another number. */
struct tiny_frame tiny_link_sent_one(struct tiny_link *link);

/* Submits tokens first, first + 1 …; all must be taken. */
void tiny_link_submit_many(struct tiny_link *link, uint64_t first, unsigned count);

/* Fails the test unless the outcome told as number index (from 0) is that one. */
void tiny_link_assert_outcome(const struct tiny_link *link, unsigned index, uint64_t token, enum outcome_class want);

/* Fails the test unless the session ends so exactly us_later from now, as session_next_deadline says, not a microsecond
 * earlier, and stays ended. */
void tiny_link_assert_ends(struct tiny_link *link, const char *name, mono_us us_later, enum session_end want,
			   const char *want_reason);
