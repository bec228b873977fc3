/* SPDX-License-Identifier: Apache-2.0 */

/* A link: WAITING ─ backoff over ─► CONNECTING ─ open ─► TALKING (the session binds, works, ends) ─► ENDING ─► WAITING
 *                                       │ failed, timeout                                          └─ refused ─► STOPPED
 *                                       └──────────────► WAITING
 *
 * All upcalls come from the stream's callbacks and from the turn, never from a downcall. */

#include "base/check.h"
#include "carrier/tcp_carrier_inner.h"

#include <stdio.h>

/* -- logs -- */

static void log_link(struct link *link, enum log_level level, const char *code, const char *text)
{
	struct log_line line;
	if (!log_begin(&line, link->carrier->options.log, level, code, text))
		return;
	log_text(&line, "account", slice_of(link->carrier->options.name));
	log_uint(&line, "link", link->number);
	log_end(&line);
}

static bool is_kept_closed(const struct link *link)
{
	const struct tcp_carrier *carrier = link->carrier;
	return carrier->is_closing || carrier->rests || link->number > carrier->permitted;
}

bool tcp_link_is_bound(const struct link *link)
{
	return link->phase == LINK_TALKING && session_state(link->session) == SESSION_BOUND;
}

/* -- the session's upcalls -- */

static void on_bound(void *ctx)
{
	struct link *link = ctx;
	reconnect_bound(&link->reconnect);
	log_link(link, LOG_INFO, "link_up", "bound");
	tcp_carrier_tell_state(link->carrier, "bound");
	if (link->carrier->tries_one)
		tcp_carrier_try_all(link->carrier);
	link->carrier->is_full = false;
	link->carrier->events->on_credit(link->carrier->ctx);
}

static void on_unbinding(void *ctx)
{
	struct link *link = ctx;
	log_link(link, LOG_WARN, "link_unbind", "the carrier ends this link; outstanding answers are awaited");
	tcp_carrier_tell_state(link->carrier, "the carrier ended the link");
}

static void on_outcome(void *ctx, uint64_t token, const struct outcome *outcome)
{
	struct link *link = ctx;
	link->carrier->events->on_outcome(link->carrier->ctx, token, outcome);
}

static void on_late(void *ctx, const struct submit_key *key, const struct outcome *outcome)
{
	struct link *link = ctx;
	link->carrier->events->on_late(link->carrier->ctx, key, outcome);
}

/* Keeps what its answer needs; where there is no place for it, the carrier is asked to come again later. */
static bool keep_answer(struct link *link, const struct frame *answer, receipt_token *token)
{
	struct receipt_slot slot = {
		.answer = *answer,
		.session = link->session,
		.session_generation = session_generation(link->session),
	};
	if (receipt_slots_keep(link->carrier->receipts, &slot, token))
		return true;
	session_answer_receipt(link->session, answer, false);
	return false;
}

static void on_receipt(void *ctx, const struct frame *answer, const struct receipt *receipt)
{
	struct link *link = ctx;
	receipt_token token;
	if (keep_answer(link, answer, &token))
		link->carrier->events->on_receipt(link->carrier->ctx, token, receipt);
}

static void on_mo(void *ctx, const struct frame *answer, const struct mo *mo)
{
	struct link *link = ctx;
	receipt_token token;
	if (keep_answer(link, answer, &token))
		link->carrier->events->on_mo(link->carrier->ctx, token, mo);
}

static void on_unanswered(void *ctx, const struct submit_key *key, uint16_t user_reference)
{
	struct link *link = ctx;
	tcp_query_open(link->carrier, key, user_reference);
}

static void on_answered(void *ctx, const struct submit_key *key, uint16_t user_reference, const struct outcome *outcome)
{
	struct link *link = ctx;
	tcp_query_answered(link->carrier, key, user_reference, outcome);
}

static void on_query(void *ctx, uint16_t user_reference, enum query_answer answer, struct slice carrier_ref,
		     enum message_state state)
{
	struct link *link = ctx;
	tcp_query_told(link->carrier, user_reference, answer, carrier_ref, state);
}

static void on_note(void *ctx, const char *note, uint32_t command)
{
	char text[128];
	snprintf(text, sizeof text, "%s (command 0x%X)", note, (unsigned)command);
	log_link(ctx, LOG_DEBUG, "link_note", text);
}

/* -- a link's life -- */

static void wait_again(struct link *link)
{
	struct tcp_carrier *carrier = link->carrier;
	link->phase = LINK_WAITING;
	link->deadline = loop_now(carrier->loop).mono +
			 reconnect_wait(&link->reconnect, &carrier->options.reconnect, &carrier->rng);
}

void tcp_link_flush(struct link *link)
{
	if (link->phase != LINK_TALKING && link->phase != LINK_ENDING)
		return;
	struct slice out = session_out(link->session);
	if (out.len == 0)
		return;
	size_t taken = stream_write(link->stream, out.at, out.len);
	if (taken > 0)
		session_wrote(link->session, taken, loop_now(link->carrier->loop).mono);
}

/* The session has ended: its last words are written, then the connection goes. After silence or garbage it is reset, so
 * that nothing unsent can leave any more while its outcome is already told. */
static void end_link(struct link *link, enum session_end end)
{
	link->end = end;
	tcp_link_flush(link);
	link->phase = LINK_ENDING;
	stream_close(link->stream, end == SESSION_END_DEAD || end == SESSION_END_FRAMING);
}

static void on_open(void *ctx)
{
	struct link *link = ctx;
	link->phase = LINK_TALKING;
	link->end = SESSION_END_NONE;
	session_start(link->session, loop_now(link->carrier->loop).mono);
	tcp_link_flush(link);
}

static void on_octets(void *ctx, const uint8_t *octets, size_t len)
{
	struct link *link = ctx;
	if (link->phase != LINK_TALKING)
		return;
	enum session_end end = session_feed(link->session, octets, len, loop_now(link->carrier->loop).mono);
	if (end != SESSION_END_NONE)
		end_link(link, end);
}

static void on_writable(void *ctx)
{
	tcp_link_flush(ctx);
}

static void on_stream_end(void *ctx, const char *reason)
{
	struct link *link = ctx;
	struct tcp_carrier *carrier = link->carrier;
	bool was_talking = link->phase == LINK_TALKING || link->phase == LINK_ENDING;
	bool was_ended = link->phase == LINK_ENDING && link->end != SESSION_END_NONE;
	const char *why = was_ended ? session_reason(link->session) : reason;
	bool is_rejected = was_ended && link->end == SESSION_END_REJECTED;
	bool is_stopped = was_ended && link->end == SESSION_END_REFUSED;
	if (is_rejected)
		reconnect_rejected(&link->reconnect);
	if (is_stopped || (is_rejected && reconnect_is_refused(&link->reconnect)))
		log_link(link, LOG_ERROR, "link_refused", why);
	else if (!carrier->is_closing)
		log_link(link, is_kept_closed(link) ? LOG_INFO : LOG_WARN, "link_down", why);
	link->phase = LINK_STOPPED;
	if (!is_stopped)
		wait_again(link);
	if (was_talking) {
		bool was_asked = session_queries(link->session) > 0;
		session_unsent(link->session, stream_unsent(link->stream));
		session_lost(link->session, loop_now(carrier->loop).mono);
		if (was_asked)
			tcp_query_link_lost(carrier);
	}
	tcp_carrier_tell_state(carrier, why);
}

void tcp_link_connect(struct link *link)
{
	link->phase = LINK_CONNECTING;
	link->deadline = loop_now(link->carrier->loop).mono + link->carrier->options.connect_timeout_us;
	stream_connect(link->stream);
}

void tcp_link_tick(struct link *link, mono_us now)
{
	switch (link->phase) {
	case LINK_WAITING:
		if (now >= link->deadline && !is_kept_closed(link))
			tcp_link_connect(link);
		break;
	case LINK_CONNECTING:
		if (now >= link->deadline) {
			link->deadline = INT64_MAX;
			stream_close(link->stream, true);
		}
		break;
	case LINK_TALKING: {
		enum session_end end = session_tick(link->session, now);
		if (end != SESSION_END_NONE)
			end_link(link, end);
		break;
	}
	case LINK_ENDING:
	case LINK_STOPPED:
		break;
	}
}

mono_us tcp_link_deadline(const struct link *link)
{
	switch (link->phase) {
	case LINK_WAITING:
		return is_kept_closed(link) ? INT64_MAX : link->deadline;
	case LINK_CONNECTING:
		return link->deadline;
	case LINK_TALKING:
		return session_next_deadline(link->session);
	case LINK_ENDING:
	case LINK_STOPPED:
		break;
	}
	return INT64_MAX;
}

bool tcp_link_is_quiet(const struct link *link)
{
	return link->phase == LINK_WAITING || link->phase == LINK_STOPPED;
}

void tcp_link_rest(struct link *link, mono_us now)
{
	bool is_binding = link->phase == LINK_TALKING && session_state(link->session) == SESSION_BINDING;
	if (tcp_link_is_bound(link) && session_outstanding(link->session) == 0) {
		session_unbind(link->session, now);
		tcp_link_flush(link);
	} else if (is_binding || link->phase == LINK_CONNECTING) {
		link->phase = is_binding ? LINK_ENDING : link->phase;
		stream_close(link->stream, false);
	}
}

void tcp_link_cut(struct link *link)
{
	if (tcp_link_is_quiet(link) || link->phase == LINK_ENDING)
		return;
	link->phase = link->phase == LINK_TALKING ? LINK_ENDING : link->phase;
	stream_close(link->stream, false);
}

/* -- making -- */

bool tcp_link_init(struct tcp_carrier *carrier, unsigned index)
{
	static const struct session_events session_events = {
		.on_bound = on_bound,
		.on_unbinding = on_unbinding,
		.on_outcome = on_outcome,
		.on_late = on_late,
		.on_receipt = on_receipt,
		.on_mo = on_mo,
		.on_note = on_note,
		.on_unanswered = on_unanswered,
		.on_answered = on_answered,
		.on_query = on_query,
	};
	static const struct stream_events stream_events = {
		.on_open = on_open,
		.on_octets = on_octets,
		.on_writable = on_writable,
		.on_end = on_stream_end,
	};
	struct link *link = &carrier->links[index];
	*link = (struct link){ .carrier = carrier, .number = index + 1 };
	link->stream = stream_create(carrier->loop, &carrier->options.address, &stream_events, link);
	link->session = session_create(&carrier->options.session, carrier->options.dialect,
				       carrier->options.dialect_account, &session_events, link);
	if (link->stream == NULL || link->session == NULL)
		return false;
	stream_use_tls(link->stream, carrier->options.tls);
	return true;
}
