/* SPDX-License-Identifier: Apache-2.0 */

/* Submitting: what BEGIN has let go is handed to its carrier, segment by segment. Places were kept for all of it, so that
 * mostly it leaves in the turn in which the answer came. */

#include "base/check.h"
#include "pipeline/pipeline_inner.h"

#define GO_US US_PER_S

static enum submit_answer submit_segment(struct pipeline *pipeline, struct parcel *parcel, unsigned number)
{
	const struct account *account = &pipeline->accounts[parcel->account];
	struct carrier *carrier = account->options->carrier;
	struct submit submit = {
		.token = parcel_token(parcel, (uint8_t)number),
		.key = { .origin = parcel->origin, .reference = parcel->reference, .segment = (uint8_t)number },
		.to = &parcel->alert.to,
		.segment = &parcel->encoded.segments[number - 1],
		.encoding = parcel->encoded.encoding,
		.concat = account->options->concat,
		.text = account->options->concat == CONCAT_TEXT ? &parcel->text : NULL,
		.wants_receipt = account->options->wants_receipt,
		.expires_at = parcel->deadline,
	};
	crumb_set(pipeline->options->crumb, &parcel->origin);
	enum submit_answer answer = carrier->ops->submit(carrier, &submit);
	crumb_clear(pipeline->options->crumb);
	return answer;
}

/* When a token would be used: what follows is written to the carrier at once. */
static mono_us token_time(const struct pipeline *pipeline, const struct account *account, struct now now)
{
	return account->lease.rate_per_s > 0 ? pipeline_fresh(pipeline) : now.mono;
}

/* Hands over what is missing, as far as window and rate admit. True where all of it is with the carrier now. */
static bool submit(struct pipeline *pipeline, struct parcel *parcel, struct now now)
{
	struct account *account = &pipeline->accounts[parcel->account];
	for (unsigned number = 1; number <= parcel->encoded.segment_count; number++) {
		uint16_t bit = (uint16_t)(1u << (number - 1));
		if ((parcel->accepted | parcel->submitted) & bit)
			continue;
		mono_us token_at = token_time(pipeline, account, now);
		if (congestion_room(&account->congestion, account->in_flight, now.mono) == 0 ||
		    lease_level(&account->lease, token_at, 0) == 0 ||
		    submit_segment(pipeline, parcel, number) != SUBMIT_TAKEN)
			return false;
		if (parcel->submitted_at == 0) {
			parcel->submitted_at = now.mono;
			metrics_observe_at(pipeline->metrics, METRIC_QUEUE_SPAN, parcel->lane,
					   (now.wall - (int64_t)parcel->origin.ms) * US_PER_MS);
			metrics_observe_at(pipeline->metrics, METRIC_STAGE_SPAN, STAGE_SUBMIT,
					   now.mono - parcel->begun_at);
		}
		parcel->sent_at[number - 1] = now.mono;
		parcel->submitted |= bit;
		parcel->has_left = true;
		parcel->outstanding++;
		account->in_flight++;
		dispatch_reserve(account, parcel, -1);
		dispatch_note_left(account, now.mono);
		CHECK(lease_take(&account->lease, token_at));
		metrics_add_at(pipeline->metrics, METRIC_SUBMITS, parcel->account, 1);
		parcel->was_resent = parcel->was_resent || parcel->is_ambiguous;
		if (parcel->is_ambiguous)
			metrics_add_at(pipeline->metrics, METRIC_AMBIGUOUS_RESENDS, parcel->account, 1);
	}
	parcel_move(parcel, PARCEL_IN_FLIGHT, NULL);
	return true;
}

/* The account went away between BEGIN and submit: another way where there is one. An sms of which parts are out stays.
 * True where the parcel has left its account's list. */
static bool find_another_way(struct pipeline *pipeline, struct parcel *parcel, mono_us now)
{
	if (parcel->submitted | parcel->accepted)
		return false;
	int other = prepare_pick_account(pipeline, parcel, routing_find(pipeline, parcel));
	if (other < 0 || other == parcel->account)
		return false;
	struct account *account = &pipeline->accounts[other];
	if (now < account->congestion.paused_until)
		return false;
	dispatch_release(pipeline, parcel);
	list_remove(&parcel->link);
	if (!prepare_for_account(pipeline, parcel, (unsigned)other))
		return true;
	dispatch_reserve(account, parcel, (int)dispatch_segments_missing(parcel));
	dispatch_queue_begun(account, parcel);
	return true;
}

/* What is begun would hold its parcel, and count as in doubt at a crash, for as long as its account stays away. Nothing
 * of it is out without an answer, so it goes back without a mark; of a long sms the accepted parts go with it. Where no
 * account is live it is there for whoever has a link first; and of an account that is in the configuration no more it goes
 * to another one as soon as it is read. */
static void set_aside(struct pipeline *pipeline, const struct account *account, struct parcel *parcel, struct now now)
{
	bool is_long_down = account->is_gone || now.mono - account->down_since >= DOWN_PATIENCE_US;
	if (parcel->outstanding > 0 || pipeline->is_draining || !is_long_down)
		return;
	dispatch_release(pipeline, parcel);
	bool is_at_once = account->is_gone || pipeline->live == 0;
	if (is_at_once)
		settling_later(pipeline, parcel, now.wall);
	else
		parking_put(pipeline, parcel, now);
}

/* What BEGIN said was true then: an alert that could not leave at once (its account was away, or was told that it is too
 * fast) may have been cancelled since, and is begun again before it leaves. What is partly out goes on. */
static bool is_go_void(const struct account *account, const struct parcel *parcel, mono_us now)
{
	return parcel->outstanding == 0 && (now - parcel->begun_at >= GO_US || now < account->congestion.paused_until);
}

static void begin_anew(struct pipeline *pipeline, struct parcel *parcel)
{
	dispatch_release(pipeline, parcel);
	list_remove(&parcel->link);
	dispatch_enqueue(pipeline, parcel);
}

void submitting_turn(struct pipeline *pipeline, struct account *account, struct now now)
{
	struct list *link = account->begun.next;
	while (link != &account->begun) {
		struct parcel *parcel = LIST_ITEM(link, struct parcel, link);
		link = link->next;
		if (outcomes_close_whole(pipeline, parcel))
			continue; /* late answers were faster */
		if (dispatch_is_stale(parcel, now.wall)) {
			/* Of a long sms some parts may be out: first their answers, and no more parts. */
			if (parcel->outstanding > 0)
				continue;
			dispatch_release(pipeline, parcel);
			settling_close(pipeline, parcel, CLOSING_EXPIRED, "expired");
			continue;
		}
		if (protecting_is_quiet(pipeline, parcel, now.wall)) {
			dispatch_release(pipeline, parcel);
			protecting_put_away(pipeline, parcel, now.wall);
			continue;
		}
		if (account->is_live && is_go_void(account, parcel, now.mono)) {
			begin_anew(pipeline, parcel);
		} else if (account->is_live) {
			if (!submit(pipeline, parcel, now))
				break;
		} else if (!find_another_way(pipeline, parcel, now.mono)) {
			set_aside(pipeline, account, parcel, now);
		}
	}
}
