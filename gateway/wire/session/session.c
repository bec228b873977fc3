/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/session/session.h"

#include "base/check.h"
#include "base/utf8.h"
#include "wire/session/session_inner.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Every submit that was taken is on the list of outstanding requests until exactly one of three places takes it off and
 * tells its outcome: the answer (session_feed.c), its deadline (time_out) or the end of the connection (session_lost).
 * Each takes it off first and tells afterwards, so that an upcall may at once submit again. */

static void check_options(const struct session_options *options)
{
	CHECK(options->bind_timeout_us > 0 && options->response_timeout_us > 0);
	CHECK(options->keepalive_us > 0 && options->keepalive_timeout_us > 0);
	CHECK(options->frame_timeout_us > 0 && options->write_timeout_us > 0 && options->unbind_timeout_us > 0);
	CHECK(options->out_octets >= SESSION_OUT_OCTETS_MIN);
	CHECK(options->queries_max == 0 || options->references != NULL);
}

struct session *session_create(const struct session_options *options, const struct dialect *dialect,
			       const void *account, const struct session_events *events, void *ctx)
{
	check_options(options);
	struct session *session = calloc(1, sizeof *session);
	if (session == NULL)
		return NULL;
	session->options = *options;
	session->dialect = dialect;
	session->account = account;
	session->events = events;
	session->ctx = ctx;
	session->submit_mark = options->out_octets - options->out_octets / 4;
	snprintf(session->reason, sizeof session->reason, "not connected yet");
	if (!requests_init(&session->requests, options->window, options->late_max, options->queries_max,
			   dialect->number_max) ||
	    !framer_init(&session->framer, dialect) || !outbox_init(&session->outbox, options->out_octets)) {
		session_destroy(session);
		return NULL;
	}
	return session;
}

void session_destroy(struct session *session)
{
	if (session == NULL)
		return;
	CHECK(!session->busy);
	requests_fini(&session->requests);
	framer_fini(&session->framer);
	outbox_fini(&session->outbox);
	free(session);
}

static void clear_connection(struct session *session)
{
	requests_clear(&session->requests);
	framer_clear(&session->framer);
	outbox_clear(&session->outbox);
	session->bind_deadline = session->unbind_deadline = MONO_NEVER;
	session->frame_deadline = session->keepalive_deadline = MONO_NEVER;
	session->keepalive = NULL;
	session->write_dated = session->peer_unbound = session->unbind_answered = false;
	session->unsent = 0;
	session->refusals_in_row = 0;
	session->end = SESSION_END_NONE;
}

void session_start(struct session *session, mono_us now)
{
	CHECK(session->state == SESSION_CLOSED && !session->busy);
	clear_connection(session);
	session->generation++;
	session->state = SESSION_BINDING;
	session->received_at = now;
	session->bind_deadline = now + session->options.bind_timeout_us;
	const struct request *bind = requests_open(&session->requests, REQUEST_BIND);
	struct buf writer = session_writer(session);
	session->dialect->write_bind(session->account, bind->number, &writer);
	CHECK(outbox_put(&session->outbox, &writer));
	session_date_write(session, now);
}

static enum submit_answer write_submit(struct session *session, const struct submit *submit, struct now now)
{
	struct buf writer = outbox_writer(&session->outbox, session->submit_mark);
	session->dialect->write_submit(session->account, requests_number(&session->requests), submit, now.wall,
				       &writer);
	uint64_t begin = outbox_position(&session->outbox);
	if (!outbox_put(&session->outbox, &writer)) {
		/* A frame that does not fit into an empty outbox would wait for ever. */
		CHECK(outbox_waiting(&session->outbox) > 0);
		return SUBMIT_FULL;
	}
	struct request *request = requests_open(&session->requests, REQUEST_SUBMIT);
	request->token = submit->token;
	request->key = submit->key;
	request->deadline = now.mono + session->options.response_timeout_us;
	request->begin = begin;
	request->user_reference = submit->user_reference;
	session->counts.submits++;
	session_date_write(session, now.mono);
	return SUBMIT_TAKEN;
}

enum submit_answer session_submit(struct session *session, const struct submit *submit, struct now now)
{
	if (!session_takes_submits(session))
		return SUBMIT_DOWN;
	if (!session_has_place(session))
		return SUBMIT_FULL;
	struct references *references = session->options.references;
	if (references == NULL)
		return write_submit(session, submit, now);
	struct submit numbered = *submit;
	numbered.user_reference = references_take(references);
	enum submit_answer answer = write_submit(session, &numbered, now);
	if (answer != SUBMIT_TAKEN && numbered.user_reference != 0)
		references_free(references, numbered.user_reference);
	return answer;
}

unsigned session_credit(const struct session *session)
{
	unsigned used = session_outstanding(session) + session_queries(session);
	return session_takes_submits(session) && used < session->options.window ? session->options.window - used : 0;
}

unsigned session_outstanding(const struct session *session)
{
	return session->requests.outstanding_count;
}

unsigned session_queries(const struct session *session)
{
	return session->requests.query_count;
}

/* The peer is gone, or takes octets for what they are not: no submit may leave any more that has not begun to. What waits
 * behind the first of them goes with it; the peer asks again on the next connection. */
static void withdraw_submits(struct session *session)
{
	uint64_t first = requests_withdraw(&session->requests, session->outbox.handed);
	if (first != UINT64_MAX)
		outbox_cut(&session->outbox, first);
}

void session_finish(struct session *session, enum session_end end, const char *format, ...)
{
	if (session->end != SESSION_END_NONE)
		return;
	session->end = end;
	if (end == SESSION_END_DEAD || end == SESSION_END_FRAMING)
		withdraw_submits(session);
	va_list args;
	va_start(args, format);
	vsnprintf(session->reason, sizeof session->reason, format, args);
	va_end(args);
	session->reason[utf8_whole(session->reason, strlen(session->reason))] = '\0';
}

void session_wind_up(struct session *session, mono_us now)
{
	session->state = SESSION_UNBINDING;
	session->unbind_deadline = now + session->options.unbind_timeout_us;
	session->keepalive_deadline = MONO_NEVER;
}

void session_answer_unbind(struct session *session)
{
	struct buf writer = session_writer(session);
	session->dialect->write_unbind_answer(session->account, &session->peer_unbind, &writer);
	if (!outbox_put(&session->outbox, &writer))
		session->counts.answers_dropped++;
}

void session_settle_unbind(struct session *session)
{
	if (session->state != SESSION_UNBINDING || session->requests.outstanding_count > 0)
		return;
	if (session->peer_unbound) {
		session_answer_unbind(session);
		session_finish(session, SESSION_END_UNBOUND, "the carrier ended the session (unbind)");
	} else if (session->unbind_answered) {
		session_finish(session, SESSION_END_UNBOUND, "we ended the session (unbind)");
	}
}

void session_unbind(struct session *session, mono_us now)
{
	if (!session_takes_submits(session))
		return;
	session_wind_up(session, now);
	const struct request *unbind = requests_open(&session->requests, REQUEST_UNBIND);
	struct buf writer = session_writer(session);
	session->dialect->write_unbind(session->account, unbind->number, &writer);
	/* Where it does not fit the peer reads nothing, and the end comes by unbind_deadline or earlier. */
	if (outbox_put(&session->outbox, &writer))
		session_date_write(session, now);
}

void session_answer_receipt(struct session *session, const struct frame *answer, bool durable)
{
	if (session->state == SESSION_CLOSED)
		return;
	struct buf writer = session_writer(session);
	session->dialect->write_answer(session->account, answer->command,
				       durable ? 0 : session->dialect->status_again_later, &answer->sequence, &writer);
	/* A receipt without an answer is sent again. */
	if (!outbox_put(&session->outbox, &writer))
		session->counts.answers_dropped++;
}

struct slice session_out(const struct session *session)
{
	const struct outbox *outbox = &session->outbox;
	return (struct slice){ outbox->octets + outbox->begin, outbox_waiting(outbox) };
}

void session_wrote(struct session *session, size_t len, mono_us now)
{
	if (len == 0)
		return;
	outbox_handed(&session->outbox, len);
	session->write_at = now;
	session->write_dated = outbox_waiting(&session->outbox) > 0;
}

static void ask_keepalive(struct session *session, mono_us now)
{
	struct requests *requests = &session->requests;
	/* The last one was never answered, but other frames came. */
	if (session->keepalive != NULL)
		requests_close(requests, session->keepalive);
	session->keepalive = requests_open(requests, REQUEST_KEEPALIVE);
	session->keepalive_deadline = now + session->options.keepalive_timeout_us;
	session->counts.keepalives++;
	struct buf writer = session_writer(session);
	session->dialect->write_keepalive(session->account, session->keepalive->number, &writer);
	/* Where it does not fit the peer has long read nothing and sent nothing: the question counts as asked. */
	if (outbox_put(&session->outbox, &writer))
		session_date_write(session, now);
}

static mono_us write_deadline(const struct session *session)
{
	if (outbox_waiting(&session->outbox) == 0)
		return MONO_NEVER;
	/* Not dated yet: early rather than late, tick dates it then. */
	mono_us since = session->write_dated ? session->write_at : session->received_at;
	return since + session->options.write_timeout_us;
}

static mono_us keepalive_due(const struct session *session)
{
	if (session->state != SESSION_BOUND || session->keepalive_deadline != MONO_NEVER)
		return MONO_NEVER;
	return session->received_at + session->options.keepalive_us;
}

static void time_out(struct session *session, mono_us now)
{
	struct request *request;
	while ((request = requests_oldest_query(&session->requests)) != NULL && request->deadline <= now)
		session_end_query(session, request, QUERY_UNANSWERED);
	while ((request = requests_oldest(&session->requests)) != NULL && request->deadline <= now) {
		uint64_t token = request->token;
		session_tell_unanswered(session, request);
		requests_overdue(&session->requests, request);
		session->counts.timeouts++;
		session->events->on_outcome(session->ctx, token, &(struct outcome){ .outcome_class = OUTCOME_UNKNOWN });
	}
	session_settle_unbind(session);
}

static void give_up_unbind(struct session *session)
{
	if (session->peer_unbound)
		session_answer_unbind(session);
	session_finish(session, SESSION_END_UNBOUND, "unbinding took too long; %u submits without an answer",
		       session->requests.outstanding_count);
}

enum session_end session_tick(struct session *session, mono_us now)
{
	CHECK(!session->busy);
	if (session->state == SESSION_CLOSED || session->end != SESSION_END_NONE)
		return session->end;
	session->busy = true;
	session_date_write(session, now);
	/* The link before its submits: what never left is then told so, and not as unknown. */
	if (session->bind_deadline <= now)
		session_finish(session, SESSION_END_DEAD, "no answer to the bind");
	else if (write_deadline(session) <= now)
		session_finish(session, SESSION_END_DEAD, "the peer takes no octets from us any more");
	else if (session->frame_deadline <= now)
		session_finish(session, SESSION_END_DEAD, "the rest of a frame did not come");
	else if (session->keepalive_deadline <= now)
		session_finish(session, SESSION_END_DEAD, "no answer to the keep-alive");
	else if (session->unbind_deadline <= now)
		give_up_unbind(session);
	else
		time_out(session, now);
	if (session->end == SESSION_END_NONE && keepalive_due(session) <= now)
		ask_keepalive(session, now);
	session->busy = false;
	return session->end;
}

mono_us session_next_deadline(const struct session *session)
{
	if (session->state == SESSION_CLOSED || session->end != SESSION_END_NONE)
		return MONO_NEVER;
	const struct request *oldest = requests_oldest(&session->requests);
	const struct request *query = requests_oldest_query(&session->requests);
	const mono_us deadlines[] = {
		session->bind_deadline,
		session->unbind_deadline,
		session->frame_deadline,
		session->keepalive_deadline,
		keepalive_due(session),
		write_deadline(session),
		oldest ? oldest->deadline : MONO_NEVER,
		query ? query->deadline : MONO_NEVER,
	};
	mono_us next = MONO_NEVER;
	for (size_t i = 0; i < sizeof deadlines / sizeof deadlines[0]; i++) {
		if (deadlines[i] < next)
			next = deadlines[i];
	}
	return next;
}

void session_unsent(struct session *session, size_t len)
{
	CHECK(!session->busy);
	session->unsent = session->state == SESSION_CLOSED ? 0 : len;
}

void session_lost(struct session *session, mono_us now)
{
	(void)now;
	CHECK(!session->busy);
	if (session->state == SESSION_CLOSED)
		return;
	session_finish(session, SESSION_END_DEAD, "the connection was lost");
	session->busy = true;
	session->state = SESSION_CLOSED;
	uint64_t handed = session->outbox.handed;
	uint64_t left = session->unsent < handed ? handed - session->unsent : 0;
	struct request *request;
	while ((request = requests_oldest_query(&session->requests)) != NULL)
		session_end_query(session, request, QUERY_LOST);
	while ((request = requests_oldest(&session->requests)) != NULL) {
		uint64_t token = request->token;
		bool never_left = request->begin >= left;
		if (never_left && request->user_reference != 0)
			references_free(session->options.references, request->user_reference);
		else
			session_tell_unanswered(session, request);
		requests_close(&session->requests, request);
		session->events->on_outcome(
			session->ctx, token,
			&(struct outcome){ .outcome_class = never_left ? OUTCOME_TEMPORARY : OUTCOME_UNKNOWN });
	}
	clear_connection(session);
	session->busy = false;
}

enum session_state session_state(const struct session *session)
{
	return session->state;
}

uint64_t session_generation(const struct session *session)
{
	return session->generation;
}

const char *session_reason(const struct session *session)
{
	return session->reason;
}

const struct session_counts *session_counts(const struct session *session)
{
	return &session->counts;
}

const char *session_end_name(enum session_end end)
{
	static const char *const names[] = {
		[SESSION_END_NONE] = "none",         [SESSION_END_REFUSED] = "refused",
		[SESSION_END_REJECTED] = "rejected", [SESSION_END_RETRY] = "retry",
		[SESSION_END_DEAD] = "dead",         [SESSION_END_FRAMING] = "framing",
		[SESSION_END_UNBOUND] = "unbound",
	};
	CHECK((size_t)end < sizeof names / sizeof names[0]);
	return names[end];
}
