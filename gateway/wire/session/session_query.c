/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/session/session_inner.h"

/* Questions about submits that were never answered. A submit's reference is the session's while it waits for its answer, and its
 * owner's once that is overdue or its connection is lost: the owner asks by it, on any session of the account. */

enum submit_answer session_query(struct session *session, uint16_t user_reference, mono_us now)
{
	struct requests *requests = &session->requests;
	if (!session_takes_submits(session))
		return SUBMIT_DOWN;
	if (!session_has_place(session) || requests->query_count >= session->options.queries_max)
		return SUBMIT_FULL;
	struct buf writer = outbox_writer(&session->outbox, session->submit_mark);
	session->dialect->write_query(session->account, requests_number(requests), user_reference, &writer);
	if (!outbox_put(&session->outbox, &writer))
		return SUBMIT_FULL;
	struct request *query = requests_open(requests, REQUEST_QUERY);
	query->user_reference = user_reference;
	query->deadline = now + session->options.response_timeout_us;
	session->counts.queries++;
	session_date_write(session, now);
	return SUBMIT_TAKEN;
}

void session_settle_reference(struct session *session, uint16_t user_reference, const struct outcome *outcome)
{
	struct references *references = session->options.references;
	if (outcome->outcome_class == OUTCOME_ACCEPTED)
		references_told(references, user_reference, outcome->carrier_ref);
	else if (outcome->outcome_class == OUTCOME_UNKNOWN)
		references_rest(references, user_reference);
	else
		references_free(references, user_reference);
}

void session_tell_unanswered(struct session *session, const struct request *request)
{
	if (request->user_reference != 0)
		session->events->on_unanswered(session->ctx, &request->key, request->user_reference);
}

void session_end_query(struct session *session, struct request *query, enum query_answer answer)
{
	uint16_t user_reference = query->user_reference;
	requests_close(&session->requests, query);
	session->events->on_query(session->ctx, user_reference, answer, (struct slice){ 0 }, MESSAGE_STATE_NONE);
}

void session_query_answered(struct session *session, struct request *query, const struct frame *frame,
			    enum query_answer answer)
{
	uint16_t user_reference = query->user_reference;
	bool is_found = answer == QUERY_FOUND;
	requests_close(&session->requests, query);
	session->events->on_query(session->ctx, user_reference, answer,
				  is_found ? frame->outcome.carrier_ref : (struct slice){ 0 },
				  is_found ? frame->receipt.state : MESSAGE_STATE_NONE);
}
