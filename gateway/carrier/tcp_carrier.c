/* SPDX-License-Identifier: Apache-2.0 */

/* A link: WAITING ─ backoff over ─► CONNECTING ─ open ─► TALKING (the session binds, works, ends) ─► ENDING ─► WAITING
 *                                       │ failed, timeout                                          └─ refused ─► STOPPED
 *                                       └──────────────► WAITING
 *
 * All upcalls come from the stream's callbacks and from the turn, never from a downcall. */

#include "carrier/tcp_carrier.h"

#include "base/check.h"
#include "base/rng.h"
#include "carrier/receipt_slots.h"

#include <stdio.h>
#include <stdlib.h>

#define RECEIPTS_MAX 1024 /* without an answer of ours; beyond that the carrier is asked to come again later */

enum link_phase { LINK_WAITING, LINK_CONNECTING, LINK_TALKING, LINK_ENDING, LINK_STOPPED };

struct tcp_carrier;

struct link {
	struct tcp_carrier *carrier;
	struct stream *stream;
	struct session *session;
	enum link_phase phase;
	enum session_end end;
	mono_us deadline; /* of WAITING, CONNECTING, ENDING */
	struct reconnect reconnect;
	unsigned number; /* from 1, for logs */
};

struct tcp_carrier {
	struct carrier base;
	struct tcp_carrier_options options;
	struct loop *loop;
	struct loop_member member;
	const struct carrier_events *events;
	void *ctx;
	struct rng rng;
	struct link links[TCP_CARRIER_LINKS_MAX];
	enum carrier_state state;
	bool has_told; /* the pipeline knows state, and why */
	bool is_open;
	bool rests;
	bool has_changed; /* whether it rests, since the last turn */
	bool is_closing;
	bool is_closed;
	bool is_full; /* the last place was taken, and nobody was told of room since */
	mono_us close_deadline;
	struct receipt_slots *receipts;
};

static struct tcp_carrier *of(const struct carrier *base)
{
	return (struct tcp_carrier *)(uintptr_t)base;
}

/* -- logs and state -- */

static void log_link(struct link *link, enum log_level level, const char *code, const char *text)
{
	struct log_line line;
	if (!log_begin(&line, link->carrier->options.log, level, code, text))
		return;
	log_text(&line, "account", slice_of(link->carrier->options.name));
	log_uint(&line, "link", link->number);
	log_end(&line);
}

static bool is_bound(const struct link *link)
{
	return link->phase == LINK_TALKING && session_state(link->session) == SESSION_BOUND;
}

static bool takes_submits(const struct tcp_carrier *carrier)
{
	return carrier->options.takes_submits && !carrier->rests;
}

static void tell_state(struct tcp_carrier *carrier, const char *reason)
{
	bool any_bound = false;
	bool any_refused = false;
	for (unsigned i = 0; i < carrier->options.links; i++) {
		const struct link *link = &carrier->links[i];
		any_bound = any_bound || is_bound(link);
		any_refused = any_refused || link->phase == LINK_STOPPED || reconnect_is_refused(&link->reconnect);
	}
	bool is_up = any_bound && takes_submits(carrier) && !carrier->is_closing;
	enum carrier_state state = is_up ? CARRIER_UP : any_refused && !carrier->rests ? CARRIER_REFUSED : CARRIER_DOWN;
	if (state == carrier->state && carrier->has_told)
		return;
	carrier->has_told = true;
	carrier->state = state;
	carrier->events->on_state(carrier->ctx, state, reason);
}

/* -- the session's upcalls -- */

static void on_bound(void *ctx)
{
	struct link *link = ctx;
	reconnect_bound(&link->reconnect);
	log_link(link, LOG_INFO, "link_up", "bound");
	tell_state(link->carrier, "bound");
	link->carrier->is_full = false;
	link->carrier->events->on_credit(link->carrier->ctx);
}

static void on_unbinding(void *ctx)
{
	struct link *link = ctx;
	log_link(link, LOG_WARN, "link_unbind", "the carrier ends this link; outstanding answers are awaited");
	tell_state(link->carrier, "the carrier ended the link");
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

static void on_receipt(void *ctx, const struct frame *answer, const struct receipt *receipt)
{
	struct link *link = ctx;
	struct tcp_carrier *carrier = link->carrier;
	struct receipt_slot slot = {
		.answer = *answer,
		.session = link->session,
		.session_generation = session_generation(link->session),
	};
	receipt_token token;
	if (receipt_slots_keep(carrier->receipts, &slot, &token))
		carrier->events->on_receipt(carrier->ctx, token, receipt);
	else
		session_answer_receipt(link->session, answer, false);
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

static void flush_link(struct link *link)
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
	flush_link(link);
	link->phase = LINK_ENDING;
	stream_close(link->stream, end == SESSION_END_DEAD || end == SESSION_END_FRAMING);
}

static void on_open(void *ctx)
{
	struct link *link = ctx;
	link->phase = LINK_TALKING;
	link->end = SESSION_END_NONE;
	session_start(link->session, loop_now(link->carrier->loop).mono);
	flush_link(link);
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
	flush_link(ctx);
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
		log_link(link, carrier->rests ? LOG_INFO : LOG_WARN, "link_down", why);
	link->phase = LINK_STOPPED;
	if (!is_stopped)
		wait_again(link);
	if (was_talking) {
		session_unsent(link->session, stream_unsent(link->stream));
		session_lost(link->session, loop_now(carrier->loop).mono);
	}
	tell_state(carrier, why);
}

static void connect_link(struct link *link)
{
	link->phase = LINK_CONNECTING;
	link->deadline = loop_now(link->carrier->loop).mono + link->carrier->options.connect_timeout_us;
	stream_connect(link->stream);
}

static bool is_kept_closed(const struct tcp_carrier *carrier)
{
	return carrier->is_closing || carrier->rests;
}

static void tick_link(struct link *link, mono_us now)
{
	switch (link->phase) {
	case LINK_WAITING:
		if (now >= link->deadline && !is_kept_closed(link->carrier))
			connect_link(link);
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

static mono_us link_deadline(const struct link *link)
{
	switch (link->phase) {
	case LINK_WAITING:
		return is_kept_closed(link->carrier) ? INT64_MAX : link->deadline;
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

/* -- turns -- */

static bool is_quiet(const struct link *link)
{
	return link->phase == LINK_WAITING || link->phase == LINK_STOPPED;
}

/* A link without a submit that waits for its answer unbinds; one that is not bound yet goes. */
static void resting_turn(struct tcp_carrier *carrier, mono_us now)
{
	for (unsigned i = 0; i < carrier->options.links; i++) {
		struct link *link = &carrier->links[i];
		bool is_binding = link->phase == LINK_TALKING && session_state(link->session) == SESSION_BINDING;
		if (is_bound(link) && session_outstanding(link->session) == 0) {
			session_unbind(link->session, now);
			flush_link(link);
		} else if (is_binding || link->phase == LINK_CONNECTING) {
			link->phase = is_binding ? LINK_ENDING : link->phase;
			stream_close(link->stream, false);
		}
	}
}

static void closing_turn(struct tcp_carrier *carrier, mono_us now)
{
	bool all_quiet = true;
	for (unsigned i = 0; i < carrier->options.links; i++) {
		struct link *link = &carrier->links[i];
		all_quiet = all_quiet && is_quiet(link);
		bool may_stay = now < carrier->close_deadline && link->phase == LINK_TALKING &&
				session_state(link->session) == SESSION_UNBINDING;
		if (!is_quiet(link) && link->phase != LINK_ENDING && !may_stay) {
			link->phase = link->phase == LINK_TALKING ? LINK_ENDING : link->phase;
			stream_close(link->stream, false);
		}
	}
	if (!all_quiet)
		return;
	carrier->is_closed = true;
	loop_remove(&carrier->member);
	carrier->events->on_closed(carrier->ctx);
}

static void gauge(struct tcp_carrier *carrier)
{
	unsigned up = 0;
	unsigned used = 0;
	for (unsigned i = 0; i < carrier->options.links; i++) {
		if (!is_bound(&carrier->links[i]))
			continue;
		up++;
		used += session_outstanding(carrier->links[i].session);
	}
	unsigned index = carrier->options.account_index;
	metrics_set_at(carrier->options.metrics, METRIC_LINKS_UP, index, up);
	metrics_set_at(carrier->options.metrics, METRIC_WINDOW_USED, index, used);
	metrics_set_at(carrier->options.metrics, METRIC_WINDOW_TOTAL, index,
		       (int64_t)up * carrier->options.session.window);
}

static unsigned credit(const struct carrier *base)
{
	const struct tcp_carrier *carrier = of(base);
	unsigned sum = 0;
	for (unsigned i = 0; i < carrier->options.links && takes_submits(carrier); i++) {
		if (is_bound(&carrier->links[i]))
			sum += session_credit(carrier->links[i].session);
	}
	return sum;
}

static void turn(void *ctx, struct now now)
{
	struct tcp_carrier *carrier = ctx;
	for (unsigned i = 0; i < carrier->options.links; i++) {
		tick_link(&carrier->links[i], now.mono);
		flush_link(&carrier->links[i]);
	}
	gauge(carrier);
	if (carrier->has_changed) {
		carrier->has_changed = false;
		tell_state(carrier, carrier->rests ? "at rest" : "no longer at rest");
	}
	if (carrier->is_full && credit(&carrier->base) > 0) {
		carrier->is_full = false;
		carrier->events->on_credit(carrier->ctx);
	}
	if (carrier->is_closing)
		closing_turn(carrier, now.mono);
	else if (carrier->rests)
		resting_turn(carrier, now.mono);
}

static mono_us next_deadline(void *ctx)
{
	struct tcp_carrier *carrier = ctx;
	mono_us deadline = carrier->is_closing ? carrier->close_deadline : INT64_MAX;
	for (unsigned i = 0; i < carrier->options.links; i++) {
		mono_us at = link_deadline(&carrier->links[i]);
		if (at < deadline)
			deadline = at;
	}
	return deadline;
}

/* -- the port -- */

static void open_carrier(struct carrier *base, const struct carrier_events *events, void *ctx)
{
	struct tcp_carrier *carrier = of(base);
	CHECK(!carrier->is_open);
	carrier->is_open = true;
	carrier->events = events;
	carrier->ctx = ctx;
	carrier->member = (struct loop_member){ .turn = turn, .next_deadline = next_deadline, .ctx = carrier };
	loop_add(carrier->loop, &carrier->member);
	for (unsigned i = 0; i < carrier->options.links; i++)
		connect_link(&carrier->links[i]);
}

static enum submit_answer submit(struct carrier *base, const struct submit *submit)
{
	struct tcp_carrier *carrier = of(base);
	struct link *best = NULL;
	unsigned best_credit = 0;
	unsigned credit_sum = 0;
	bool any_bound = false;
	for (unsigned i = 0; i < carrier->options.links && takes_submits(carrier); i++) {
		struct link *link = &carrier->links[i];
		if (!is_bound(link))
			continue;
		any_bound = true;
		unsigned credit = session_credit(link->session);
		credit_sum += credit;
		if (credit > best_credit) {
			best = link;
			best_credit = credit;
		}
	}
	if (best == NULL)
		return any_bound ? SUBMIT_FULL : SUBMIT_DOWN;
	enum submit_answer answer = session_submit(best->session, submit, loop_now(carrier->loop));
	carrier->is_full = answer == SUBMIT_TAKEN && credit_sum == 1;
	return answer;
}

static void flush(struct carrier *base)
{
	struct tcp_carrier *carrier = of(base);
	for (unsigned i = 0; i < carrier->options.links; i++)
		flush_link(&carrier->links[i]);
}

static void receipt_done(struct carrier *base, receipt_token token, bool durable)
{
	struct receipt_slot slot;
	/* An answer belongs to the connection that asked. */
	if (receipt_slots_take(of(base)->receipts, token, &slot) &&
	    session_generation(slot.session) == slot.session_generation)
		session_answer_receipt(slot.session, &slot.answer, durable);
}

static void rest(struct carrier *base, bool rests)
{
	struct tcp_carrier *carrier = of(base);
	CHECK(carrier->is_open && !carrier->is_closing);
	if (rests == carrier->rests)
		return;
	carrier->rests = rests;
	carrier->has_changed = true;
	for (unsigned i = 0; i < carrier->options.links && !rests; i++) {
		struct link *link = &carrier->links[i];
		if (link->phase != LINK_WAITING && link->phase != LINK_STOPPED)
			continue;
		link->phase = LINK_WAITING; /* also where we were refused: it was a human who said so */
		link->deadline = loop_now(carrier->loop).mono;
	}
	loop_turn_soon(carrier->loop);
}

static void close_carrier(struct carrier *base, mono_us grace_us)
{
	struct tcp_carrier *carrier = of(base);
	CHECK(carrier->is_open && !carrier->is_closed);
	mono_us now = loop_now(carrier->loop).mono;
	carrier->is_closing = true;
	carrier->close_deadline = now + grace_us;
	for (unsigned i = 0; i < carrier->options.links; i++) {
		struct link *link = &carrier->links[i];
		if (link->phase == LINK_TALKING)
			session_unbind(link->session, now);
	}
}

static void destroy(struct carrier *base)
{
	struct tcp_carrier *carrier = of(base);
	if (carrier == NULL)
		return;
	CHECK(!carrier->is_open || carrier->is_closed);
	for (unsigned i = 0; i < carrier->options.links; i++) {
		stream_destroy(carrier->links[i].stream);
		session_destroy(carrier->links[i].session);
	}
	receipt_slots_destroy(carrier->receipts);
	free(carrier);
}

/* -- making -- */

static bool init_link(struct tcp_carrier *carrier, unsigned index)
{
	static const struct session_events session_events = {
		.on_bound = on_bound,
		.on_unbinding = on_unbinding,
		.on_outcome = on_outcome,
		.on_late = on_late,
		.on_receipt = on_receipt,
		.on_note = on_note,
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
	return link->stream != NULL && link->session != NULL;
}

struct carrier *tcp_carrier_create(struct loop *loop, const struct tcp_carrier_options *options)
{
	static const struct carrier_ops ops = {
		.open = open_carrier,
		.submit = submit,
		.flush = flush,
		.credit = credit,
		.receipt_done = receipt_done,
		.rest = rest,
		.close = close_carrier,
		.destroy = destroy,
	};
	CHECK(options->links >= 1 && options->links <= TCP_CARRIER_LINKS_MAX);
	struct tcp_carrier *carrier = calloc(1, sizeof *carrier);
	if (carrier == NULL)
		return NULL;
	carrier->options = *options;
	carrier->base = (struct carrier){ .ops = &ops, .name = carrier->options.name };
	carrier->loop = loop;
	rng_seed(&carrier->rng, options->jitter_seed);
	carrier->receipts = receipt_slots_create(RECEIPTS_MAX);
	bool made = carrier->receipts != NULL;
	for (unsigned i = 0; made && i < options->links; i++)
		made = init_link(carrier, i);
	if (!made) {
		destroy(&carrier->base);
		return NULL;
	}
	return &carrier->base;
}
