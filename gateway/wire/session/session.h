/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "wire/session/dialect.h"
#include "wire/session/references.h"

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
 *
 * With `references` each submit carries a number of its own, by which session_query asks what became of it. A question takes a
 * place in the window like a submit.
 *
 * Once feed or tick has said that the session ended, nothing more is read, asked or taken; its state stays until
 * session_lost, which tells the outcomes that are still owed. Where it ended as DEAD or FRAMING, submits of which no octet
 * was handed over are no longer in out.
 */

#define SESSION_OUT_OCTETS_MIN 16384

/* All times are larger than 0. */
struct session_options {
	unsigned window;   /* submits without an answer, 1–65535 */
	unsigned late_max; /* overdue submits whose late answer is still recognised; may be 0 */
	mono_us bind_timeout_us;
	mono_us response_timeout_us;  /* of a submit */
	mono_us keepalive_us;         /* idle time (nothing received) after which we ask */
	mono_us keepalive_timeout_us; /* nothing received since we asked: the peer is dead */
	mono_us frame_timeout_us;     /* for the rest of a frame once its first octet has come */
	mono_us write_timeout_us;     /* out is not empty and nothing of it was written: the peer is dead */
	mono_us unbind_timeout_us;    /* for outstanding answers and the unbind's own */
	/* References that submits carry, of all sessions of the account; NULL = none. Borrowed for the session's life. */
	struct references *references;
	unsigned queries_max; /* questions without an answer; 0 without references */
	/* Capacity of the output buffer, at least SESSION_OUT_OCTETS_MIN and four thirds of the longest submit's frame.
	 * Submits fill three quarters of it; the rest is for answers to the peer's requests and for our own unbind and
	 * keep-alive. */
	size_t out_octets;
};

enum session_state { SESSION_CLOSED, SESSION_BINDING, SESSION_BOUND, SESSION_UNBINDING };

enum session_end {
	SESSION_END_NONE,     /* go on */
	SESSION_END_REFUSED,  /* the bind was refused for good (credentials): outcome class LINK_REFUSED */
	SESSION_END_REJECTED, /* the bind was refused as wrong, which seldom passes: count it */
	SESSION_END_RETRY,    /* the bind failed in a way that may pass */
	SESSION_END_DEAD,     /* no answer to the bind, silence, half a frame, blocked writes */
	SESSION_END_FRAMING,  /* the octets make no sense */
	SESSION_END_UNBOUND,  /* orderly end, either side */
};

/* Counters, for metrics; only ever grow. */
struct session_counts {
	uint64_t submits;
	uint64_t answers;       /* to submits, before their deadline */
	uint64_t late_answers;  /* after it, and still known */
	uint64_t stray_answers; /* to nothing that is known */
	uint64_t timeouts;
	uint64_t queries;
	uint64_t receipts;
	uint64_t mos;             /* messages from phones */
	uint64_t keepalives;      /* that we asked */
	uint64_t odd_frames;      /* each came with an on_note */
	uint64_t answers_dropped; /* ours to the peer's requests, for want of room: it asks but does not read */
};

/* Upcalls from feed, tick and lost; never from submit or the other downcalls. All must be given, the last three only with
 * references. An upcall may call anything but start, feed, tick, wrote, lost and destroy. */
struct session_events {
	void (*on_bound)(void *ctx);
	/* The carrier asked to end: no more submits are taken. It gets its answer when nothing is outstanding any more, or
	 * unbind_timeout_us is over: many close at that answer, and what they still owed us would be lost. */
	void (*on_unbinding)(void *ctx);
	void (*on_outcome)(void *ctx, uint64_t token, const struct outcome *outcome);
	void (*on_late)(void *ctx, const struct submit_key *key, const struct outcome *outcome);
	/* answer: hand it back to session_answer_receipt once the receipt is durable; copy it. */
	void (*on_receipt)(void *ctx, const struct frame *answer, const struct receipt *receipt);
	/* A message from a phone; answered like a receipt. */
	void (*on_mo)(void *ctx, const struct frame *answer, const struct mo *mo);
	/* Something odd that is worth a log line at level debug. */
	void (*on_note)(void *ctx, const char *note, uint32_t command);
	/* Ahead of an on_outcome of UNKNOWN: the submit's reference may be asked for, and is whose this is from now on. */
	void (*on_unanswered)(void *ctx, const struct submit_key *key, uint16_t user_reference);
	/* Ahead of on_late: what was told so has its answer after all. */
	void (*on_answered)(void *ctx, const struct submit_key *key, uint16_t user_reference,
			    const struct outcome *outcome);
	/* The one word on a question. carrier_ref, state: where FOUND. */
	void (*on_query)(void *ctx, uint16_t user_reference, enum query_answer answer, struct slice carrier_ref,
			 enum message_state state);
};

struct session;

/* Makes a session in state CLOSED. All memory is taken here. dialect, account, events: borrowed for its life; the
 * dialect's number_max must be larger than window + late_max + queries_max + 3. NULL where there is no memory. */
struct session *session_create(const struct session_options *options, const struct dialect *dialect,
			       const void *account, const struct session_events *events, void *ctx);
/* Frees it, without upcalls: call session_lost first where outcomes are owed. session: may be NULL. */
void session_destroy(struct session *session);

/* The connection is there: writes the bind. Legal in CLOSED. */
void session_start(struct session *session, mono_us now);

/* Takes one submit, or says why not. now: mono for deadlines, wall for relative validity. */
enum submit_answer session_submit(struct session *session, const struct submit *submit, struct now now);

/* Asks what became of the submit with that reference; FULL: no place in the window, or queries_max questions are open. */
enum submit_answer session_query(struct session *session, uint16_t user_reference, mono_us now);

/* Free places in the window; 0 unless BOUND. */
unsigned session_credit(const struct session *session);

/* Submits without an answer and before their deadline. */
unsigned session_outstanding(const struct session *session);

/* Questions without an answer and before their deadline. */
unsigned session_queries(const struct session *session);

/* Octets from the peer: reads whole frames and makes upcalls. What is left of an unfinished frame is kept inside (up
 * to the dialect's frame_octets_max). Answers to the peer's own requests are written to out even where the window is
 * full. Returns SESSION_END_NONE, or how the session ended: then write what is in out, close the socket and call
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

/* Of the octets that were handed to the kernel the last len have not left and never will: told when the connection is
 * over, ahead of session_lost. Does nothing in CLOSED. */
void session_unsent(struct session *session, size_t len);

/* Answers a receipt or a message from a phone: status 0 where durable, else “again later”. answer: the copy of what on_receipt or on_mo gave. Answers
 * of an earlier connection (session_generation differs) must not be given back. Without room in out the answer is dropped
 * and counted: the carrier sends such a one again. Does nothing in CLOSED. */
void session_answer_receipt(struct session *session, const struct frame *answer, bool durable);

/* Asks for the end: writes unbind and takes no more submits; outstanding answers still count, for unbind_timeout_us.
 * In any state but BOUND it does nothing. */
void session_unbind(struct session *session, mono_us now);

/* The connection is gone or given up: every outstanding submit gets its outcome: TEMPORARY (native_code 0) where not
 * one octet of it was handed to the kernel or has left it, else UNKNOWN. State becomes CLOSED; late answers of that connection can no
 * longer come, so its numbers are forgotten. Does nothing in CLOSED. */
void session_lost(struct session *session, mono_us now);

enum session_state session_state(const struct session *session);

/* Counts connections: grows by one at each session_start. */
uint64_t session_generation(const struct session *session);

/* Why the last session ended, for people: a sentence without a full stop, with the native status where there is one.
 * Borrowed from the session until the next end. */
const char *session_reason(const struct session *session);

const struct session_counts *session_counts(const struct session *session);

/* Name of an end (“refused”), for logs. */
const char *session_end_name(enum session_end end);
