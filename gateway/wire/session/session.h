/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "wire/session/dialect.h"

/* One link to an SMSC without its socket: octets in, octets out, time by value. Whoever owns the socket feeds what it
 * read, writes what lies in `out`, and calls tick when the next deadline comes.
 *
 *   CLOSED ── start ──► BINDING ── bind answer 0 ──► BOUND ── unbind (either side) ──► UNBINDING ──► CLOSED
 *      ▲                   │ refused, timeout          │ silence, lost framing             │ all answered or grace over
 *      └───────────────────┴───────────────────────────┴───────────────────────────────────┘
 *
 * A submit that was taken gets exactly one on_outcome. At its response deadline that is UNKNOWN, its place in the window
 * is free again, and its number stays known (late_max of them, oldest forgotten first) so that a late answer still comes
 * by on_late. A number is never given out again while it is known.
 */

struct session_options {
	unsigned window;   /* requests without an answer, 1–65535 */
	unsigned late_max; /* overdue requests whose late answer is still recognised */
	mono_us bind_timeout_us;
	mono_us response_timeout_us;  /* of a submit */
	mono_us keepalive_us;         /* idle time (nothing received) after which we ask */
	mono_us keepalive_timeout_us; /* no answer to that: the peer is dead */
	mono_us frame_timeout_us;     /* for the rest of a frame once its first octet has come */
	mono_us write_timeout_us;     /* out is not empty and nothing of it was written: the peer is dead */
	mono_us unbind_timeout_us;    /* for outstanding answers and the unbind's own */
	size_t out_octets;            /* capacity of the output buffer */
};

enum session_state { SESSION_CLOSED, SESSION_BINDING, SESSION_BOUND, SESSION_UNBINDING };

enum session_end {
	SESSION_END_NONE,    /* go on */
	SESSION_END_REFUSED, /* the bind was refused for good (credentials): outcome class LINK_REFUSED */
	SESSION_END_RETRY,   /* the bind failed in a way that may pass */
	SESSION_END_DEAD,    /* timeout, silence, blocked writes */
	SESSION_END_FRAMING, /* the octets make no sense */
	SESSION_END_UNBOUND, /* orderly end, either side */
};

/* Counters, for metrics; only ever grow. */
struct session_counts {
	uint64_t submits;
	uint64_t answers;
	uint64_t late_answers;  /* answered after the deadline, matched */
	uint64_t stray_answers; /* answered nothing that is known */
	uint64_t timeouts;
	uint64_t receipts;
	uint64_t keepalives;
	uint64_t odd_frames; /* frames with a note */
};

/* Upcalls from feed, tick and lost; never from submit or the other downcalls. */
struct session_events {
	void (*on_bound)(void *ctx);
	/* The carrier asked to end: no more submits are taken. */
	void (*on_unbinding)(void *ctx);
	void (*on_outcome)(void *ctx, uint64_t token, const struct outcome *outcome);
	void (*on_late)(void *ctx, const struct submit_key *key, const struct outcome *outcome);
	/* answer: hand it back to session_answer_receipt once the receipt is durable; copy it. */
	void (*on_receipt)(void *ctx, const struct frame *answer, const struct receipt *receipt);
	/* Something odd that is worth a log line at level debug. */
	void (*on_note)(void *ctx, const char *note, uint32_t command);
};

struct session;

/* Makes a session in state CLOSED. All memory is taken here. dialect, account, events: borrowed for its life.
 * NULL where there is no memory. */
struct session *session_create(const struct session_options *options, const struct dialect *dialect,
			       const void *account, const struct session_events *events, void *ctx);
void session_destroy(struct session *session);

/* The connection is there: writes the bind. Legal in CLOSED. */
void session_start(struct session *session, mono_us now);

/* Takes one submit, or says why not. now: mono for deadlines, wall for relative validity. */
enum submit_answer session_submit(struct session *session, const struct submit *submit, struct now now);

/* Free places in the window; 0 unless BOUND. */
unsigned session_credit(const struct session *session);

/* Submits without an answer and before their deadline. */
unsigned session_outstanding(const struct session *session);

/* Octets from the peer: reads whole frames and makes upcalls. What is left of an unfinished frame is kept inside (up
 * to the dialect's frame_octets_max). Answers to the peer's own requests are written to out even where the window is
 * full. Returns how the session ended, or SESSION_END_NONE: then close the socket after writing what is in out and call
 * session_lost. */
enum session_end session_feed(struct session *session, const uint8_t *octets, size_t len, mono_us now);

/* Time passed: deadlines, keep-alive. Same return. */
enum session_end session_tick(struct session *session, mono_us now);

/* When tick must be called next; INT64_MAX = never. */
mono_us session_next_deadline(const struct session *session);

/* Octets waiting to be written; borrowed until the next call. */
struct slice session_out(const struct session *session);

/* The first len octets of out were handed to the kernel. */
void session_wrote(struct session *session, size_t len, mono_us now);

/* Answers a receipt: status 0 where durable, else “again later”. answer: the copy of what on_receipt gave. Answers
 * of an earlier connection (session_generation differs) must not be given back. */
void session_answer_receipt(struct session *session, const struct frame *answer, bool durable);

/* Asks for the end: writes unbind and takes no more submits; outstanding answers still count. Legal in BOUND; in any
 * other state it does nothing. */
void session_unbind(struct session *session, mono_us now);

/* The connection is gone or given up: every outstanding submit gets its outcome: TEMPORARY (native_code 0) where not
 * one octet of it was handed to the kernel, else UNKNOWN. State becomes CLOSED; late answers of that connection can no
 * longer come, so its numbers are forgotten. */
void session_lost(struct session *session, mono_us now);

enum session_state session_state(const struct session *session);

/* Counts connections: grows by one at each session_start. */
uint64_t session_generation(const struct session *session);

/* The last bind's or session's end for people: native status name or a sentence. Static storage or the session's. */
const char *session_reason(const struct session *session);

const struct session_counts *session_counts(const struct session *session);

/* Name of an end (“refused”), for logs. */
const char *session_end_name(enum session_end end);
