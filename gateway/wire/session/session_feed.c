/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "wire/session/session_inner.h"

/* What each kind of frame does. Nothing that a peer sends is an error of ours: what fits nothing is counted and noted,
 * and only lost framing ends the session. */

static void note(struct session *session, const char *text, uint32_t command)
{
	session->counts.odd_frames++;
	session->events->on_note(session->ctx, text, command);
}

static void note_stray(struct session *session, const struct frame *frame)
{
	session->counts.stray_answers++;
	note(session, "an answer to nothing that waits for one", frame->command);
}

/* Answers to the peer's requests: where not even the reserve has room it asks without reading, and the deadline for
 * blocked writes sees to it. */
static void put_answer(struct session *session, const struct buf *writer, mono_us now)
{
	if (outbox_put(&session->outbox, writer))
		session_date_write(session, now);
	else
		session->counts.answers_dropped++;
}

static void bind_answered(struct session *session, struct request *bind, const struct outcome *outcome)
{
	requests_close(&session->requests, bind);
	session->bind_deadline = MONO_NEVER;
	if (outcome->outcome_class == OUTCOME_ACCEPTED) {
		session->state = SESSION_BOUND;
		session->events->on_bound(session->ctx);
		return;
	}
	enum session_end end = outcome->outcome_class == OUTCOME_LINK_REFUSED ? SESSION_END_REFUSED
			       : outcome->outcome_class == OUTCOME_REJECTED   ? SESSION_END_REJECTED
									      : SESSION_END_RETRY;
	session_finish(session, end, "the carrier refused the bind: %s (0x%08X)",
		       outcome->native_name ? outcome->native_name : "status", outcome->native_code);
}

/* The request is forgotten before the upcall, which may submit again and take its place. */
static void submit_answered(struct session *session, struct request *request, const struct outcome *outcome)
{
	uint16_t user_reference = request->user_reference;
	if (request->kind == REQUEST_SUBMIT) {
		if (user_reference != 0)
			session_settle_reference(session, user_reference, outcome);
		uint64_t token = request->token;
		requests_close(&session->requests, request);
		session->counts.answers++;
		session->events->on_outcome(session->ctx, token, outcome);
	} else {
		struct submit_key key = request->key;
		requests_close(&session->requests, request);
		session->counts.late_answers++;
		if (user_reference != 0)
			session->events->on_answered(session->ctx, &key, user_reference, outcome);
		session->events->on_late(session->ctx, &key, outcome);
	}
}

static void keepalive_answered(struct session *session, struct request *keepalive)
{
	requests_close(&session->requests, keepalive);
	session->keepalive = NULL;
}

static void unbind_answered(struct session *session, struct request *unbind)
{
	requests_close(&session->requests, unbind);
	session->unbind_answered = true;
}

static void handle_answer(struct session *session, const struct frame *frame)
{
	struct request *request = requests_find(&session->requests, frame->number);
	enum request_kind kind = request ? request->kind : REQUEST_FREE;
	if (frame->kind == FRAME_BIND_ANSWER && kind == REQUEST_BIND)
		bind_answered(session, request, &frame->outcome);
	else if (frame->kind == FRAME_SUBMIT_ANSWER && (kind == REQUEST_SUBMIT || kind == REQUEST_LATE))
		submit_answered(session, request, &frame->outcome);
	else if (frame->kind == FRAME_QUERY_ANSWER && kind == REQUEST_QUERY)
		session_query_answered(session, request, frame, frame->query);
	else if (frame->kind == FRAME_KEEPALIVE_ANSWER && kind == REQUEST_KEEPALIVE)
		keepalive_answered(session, request);
	else if (frame->kind == FRAME_UNBIND_ANSWER && kind == REQUEST_UNBIND)
		unbind_answered(session, request);
	else
		note_stray(session, frame);
}

static void handle_refused(struct session *session, const struct frame *frame)
{
	struct request *request = requests_find(&session->requests, frame->number);
	if (request == NULL) {
		note_stray(session, frame);
		if (++session->refusals_in_row >= SESSION_REFUSALS_MAX)
			session_finish(session, SESSION_END_FRAMING,
				       "the peer refused %d frames in a row that we did not send",
				       SESSION_REFUSALS_MAX);
		return;
	}
	session->refusals_in_row = 0;
	struct outcome outcome = frame->outcome;
	if (outcome.outcome_class == OUTCOME_ACCEPTED) /* a refusal with a status of success says nothing */
		outcome.outcome_class = OUTCOME_UNKNOWN;
	bool may_pass = outcome.outcome_class == OUTCOME_THROTTLED || outcome.outcome_class == OUTCOME_TEMPORARY;
	switch (request->kind) {
	case REQUEST_QUERY:
		session_query_answered(session, request, frame, may_pass ? QUERY_LATER : QUERY_UNSUPPORTED);
		break;
	case REQUEST_BIND:
		bind_answered(session, request, &outcome);
		break;
	case REQUEST_KEEPALIVE:
		keepalive_answered(session, request);
		break;
	case REQUEST_UNBIND:
		unbind_answered(session, request);
		break;
	default:
		submit_answered(session, request, &outcome);
		break;
	}
}

static void handle_unbind(struct session *session, const struct frame *frame, mono_us now)
{
	session->peer_unbound = true;
	session->peer_unbind = frame->sequence;
	if (session->state == SESSION_BINDING) {
		session_answer_unbind(session);
		session_finish(session, SESSION_END_RETRY, "the carrier unbound instead of answering the bind");
	} else if (session->state == SESSION_BOUND) {
		session_wind_up(session, now);
		session->events->on_unbinding(session->ctx);
	}
}

static void handle_frame(struct session *session, const struct frame *frame, mono_us now)
{
	const struct dialect *dialect = session->dialect;
	struct buf writer;
	if (frame->note != NULL || frame->kind == FRAME_IGNORED)
		note(session, frame->note ? frame->note : "a frame that means nothing to us", frame->command);
	if (frame->kind != FRAME_REFUSED)
		session->refusals_in_row = 0;
	switch (frame->kind) {
	case FRAME_BIND_ANSWER:
	case FRAME_SUBMIT_ANSWER:
	case FRAME_QUERY_ANSWER:
	case FRAME_KEEPALIVE_ANSWER:
	case FRAME_UNBIND_ANSWER:
		handle_answer(session, frame);
		break;
	case FRAME_REFUSED:
		handle_refused(session, frame);
		break;
	case FRAME_KEEPALIVE:
		writer = session_writer(session);
		dialect->write_keepalive_answer(session->account, &frame->sequence, &writer);
		put_answer(session, &writer, now);
		break;
	case FRAME_UNBIND:
		handle_unbind(session, frame, now);
		break;
	case FRAME_RECEIPT:
		session->counts.receipts++;
		session->events->on_receipt(session->ctx, frame, &frame->receipt);
		break;
	case FRAME_MO:
		session->counts.mos++;
		session->events->on_mo(session->ctx, frame, &frame->mo);
		break;
	case FRAME_INCOMING:
		writer = session_writer(session);
		dialect->write_answer(session->account, frame->command, frame->answer_status, &frame->sequence,
				      &writer);
		put_answer(session, &writer, now);
		break;
	case FRAME_IGNORED:
		break;
	}
	session_settle_unbind(session);
}

static void handle_lost_framing(struct session *session, struct slice rest)
{
	/* The length alone: what follows may be the middle of somebody's number or text. */
	char shown[2 * 4 + 1] = "";
	struct buf hex = buf_over(shown, sizeof shown - 1);
	buf_put_hex(&hex, rest.at, rest.len < 4 ? rest.len : 4);
	session_finish(session, SESSION_END_FRAMING, "framing is lost: no %s frame begins with %s",
		       session->dialect->name, shown);
	if (session->dialect->write_lost_framing != NULL) {
		struct buf writer = session_writer(session);
		session->dialect->write_lost_framing(session->account, (const uint8_t *)rest.at, rest.len, &writer);
		outbox_put(&session->outbox, &writer);
	}
}

enum session_end session_feed(struct session *session, const uint8_t *octets, size_t len, mono_us now)
{
	CHECK(!session->busy);
	if (len == 0 || session->state == SESSION_CLOSED || session->end != SESSION_END_NONE)
		return session->end;
	session->busy = true;
	session->received_at = now;
	session->keepalive_deadline = MONO_NEVER; /* the peer lives, whatever it says */
	session_date_write(session, now);
	struct slice rest = { (const char *)octets, len };
	while (session->end == SESSION_END_NONE) {
		struct slice at;
		enum framer_answer answer = framer_next(&session->framer, &rest, &at);
		if (answer == FRAMER_HUNGRY)
			break;
		if (answer == FRAMER_LOST) {
			handle_lost_framing(session, at);
			break;
		}
		session->frame_deadline = MONO_NEVER;
		struct frame frame = { 0 };
		session->dialect->read(session->account, (const uint8_t *)at.at, at.len, &frame);
		handle_frame(session, &frame, now);
	}
	/* An unfinished frame: its deadline runs since its first octet. */
	if (session->framer.len > 0 && session->frame_deadline == MONO_NEVER)
		session->frame_deadline = now + session->options.frame_timeout_us;
	session->busy = false;
	return session->end;
}
