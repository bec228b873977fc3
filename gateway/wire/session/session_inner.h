/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "wire/session/framer.h"
#include "wire/session/outbox.h"
#include "wire/session/requests.h"
#include "wire/session/session.h"

/* What session.c (life, downcalls, deadlines), session_feed.c (frames that arrive) and session_query.c share. */

#define MONO_NEVER            INT64_MAX
#define SESSION_REASON_OCTETS 160
#define SESSION_REFUSALS_MAX  3 /* generic_nacks of nothing that we sent, in a row: the peer has lost framing */

struct session {
	struct session_options options;
	const struct dialect *dialect;
	const void *account;
	const struct session_events *events;
	void *ctx;

	enum session_state state;
	enum session_end end; /* once it is set nothing is read, asked or taken any more until session_lost */
	bool busy;            /* inside feed, tick or lost */
	uint64_t generation;

	struct requests requests;
	struct framer framer;
	struct outbox outbox;
	size_t submit_mark; /* submits may fill the outbox up to here; the rest is for answers */

	/* Deadlines; MONO_NEVER where nothing is waited for. */
	mono_us bind_deadline;
	mono_us unbind_deadline;
	mono_us frame_deadline;
	mono_us keepalive_deadline; /* of any sign of life, once we asked */
	struct request *keepalive;  /* the question that has no answer yet; NULL = none */

	mono_us received_at;
	mono_us write_at;  /* since when the outbox waits; meaningful where write_dated */
	bool write_dated;  /* false: the outbox is empty, or waits since some time after received_at */
	bool peer_unbound; /* they asked for the end; answered when nothing is outstanding, since the answer ends all */
	struct sequence peer_unbind;
	bool unbind_answered; /* they answered ours */
	unsigned refusals_in_row;
	size_t unsent; /* of what was handed to the kernel, at its end: it never left */

	struct session_counts counts;
	char reason[SESSION_REASON_OCTETS];
};

/* A time that is handed in dates what began to wait in the outbox without one. */
static inline void session_date_write(struct session *session, mono_us now)
{
	if (!session->write_dated && outbox_waiting(&session->outbox)) {
		session->write_at = now;
		session->write_dated = true;
	}
}

/* A writer for all that is no submit: it may use the reserve. */
static inline struct buf session_writer(struct session *session)
{
	return outbox_writer(&session->outbox, session->outbox.cap);
}

/* Notes how the session ended, unless it has already, and why. */
void session_finish(struct session *session, enum session_end end, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static inline bool session_takes_submits(const struct session *session)
{
	return session->state == SESSION_BOUND && session->end == SESSION_END_NONE;
}

/* In the window, where questions take places too. */
static inline bool session_has_place(const struct session *session)
{
	return session->requests.outstanding_count + session->requests.query_count < session->options.window;
}

/* session_query.c */
/* The answer to a submit with a reference came in time: the number may be given out again where it tells enough. */
void session_settle_reference(struct session *session, uint16_t user_reference, const struct outcome *outcome);
/* A submit has no answer: its reference, if any, is told. Ahead of closing it. */
void session_tell_unanswered(struct session *session, const struct request *request);
/* A question ends without an answer. */
void session_end_query(struct session *session, struct request *query, enum query_answer answer);
/* A question has its answer. */
void session_query_answered(struct session *session, struct request *query, const struct frame *frame,
			    enum query_answer answer);

/* No more submits: UNBINDING until all is answered or unbind_timeout_us is over. */
void session_wind_up(struct session *session, mono_us now);

/* Answers their unbind. */
void session_answer_unbind(struct session *session);

/* Ends an UNBINDING that waits for nothing any more. */
void session_settle_unbind(struct session *session);
