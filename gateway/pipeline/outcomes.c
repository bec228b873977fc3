/* SPDX-License-Identifier: Apache-2.0 */

/* Fan-in: an sms is decided when each of its submits has its outcome. The gravest outcome decides for the sms; segments
 * that were accepted stay accepted, and only the missing ones are sent again. */

#include "base/check.h"
#include "pipeline/pipeline_inner.h"

#include <stdio.h>

/* Which of two troubles of one sms decides: rejected for good beats unknown beats later. */
static const unsigned gravity[OUTCOME_COUNT] = {
	[OUTCOME_ACCEPTED] = 0,     [OUTCOME_THROTTLED] = 1, [OUTCOME_TEMPORARY] = 2,
	[OUTCOME_LINK_REFUSED] = 3, [OUTCOME_UNKNOWN] = 4,   [OUTCOME_REJECTED] = 5,
};

static void dead_by_outcome(struct pipeline *pipeline, struct parcel *parcel, const char *word)
{
	char text[240];
	const char *name = pipeline->options->accounts[parcel->account].name;
	/* Parts that the carrier cut itself may be accepted though the sms is refused. */
	bool is_in_part =
		parcel->trouble == OUTCOME_REJECTED && parcel->encoded.segment_count == 1 && parcel->has_unanswered;
	const char *rest = parcel->accepted || is_in_part ? "; some of its segments were accepted" : "";
	if (parcel->trouble == OUTCOME_UNKNOWN)
		snprintf(text, sizeof text,
			 "account “%s” answered none of %u submits; each may have reached the phone%s", name,
			 (unsigned)parcel->doubts + 1, rest);
	else
		snprintf(text, sizeof text, "account “%s” answered %s%s%s (0x%X) to attempt %u%s", name,
			 outcome_class_name(parcel->trouble), parcel->trouble_name ? " " : "",
			 parcel->trouble_name ? parcel->trouble_name : "", (unsigned)parcel->trouble_code,
			 (unsigned)parcel->attempts + 1, rest);
	settling_dead(pipeline, parcel, word, NULL, text);
}

/* Another account of the route among these that has not refused it yet; negative where there is none, or where some of it
 * is or may be with the carrier already. */
static int other_account(const struct pipeline *pipeline, const struct parcel *parcel, const struct route *route,
			 uint64_t accounts)
{
	if (parcel->accepted != 0 || parcel->is_ambiguous || parcel->has_unanswered)
		return ROUTE_WAIT;
	uint64_t refused = parcel->tried | UINT64_C(1) << parcel->account;
	return routing_pick(pipeline, parcel, route, accounts & ~refused);
}

/* Another account that may take it later: when it is back, or when its route opens. */
static int absent_account(const struct pipeline *pipeline, const struct parcel *parcel, const struct route *route)
{
	if (route != NULL)
		return other_account(pipeline, parcel, route, ~pipeline->live);
	return other_account(pipeline, parcel, routing_find_next(pipeline, parcel), UINT64_MAX);
}

/* It is begun again for the other account, and stays among the begun ones meanwhile. A drain begins nothing more. */
static void go_elsewhere(struct pipeline *pipeline, struct parcel *parcel, int other, wall_ms now)
{
	metrics_add_at(pipeline->metrics, METRIC_ELSEWHERE, parcel->account, 1);
	parcel->tried |= UINT64_C(1) << parcel->account;
	parcel->here = 0;
	if (pipeline->is_draining) {
		settling_later(pipeline, parcel, now);
		return;
	}
	parcel->submitted = 0;
	parcel->submitted_at = 0;
	parcel->has_trouble = false;
	if (prepare_for_account(pipeline, parcel, (unsigned)other))
		dispatch_enqueue(pipeline, parcel);
}

static void act(struct pipeline *pipeline, struct parcel *parcel, const struct decision *decision, int other)
{
	struct now now = pipeline_now(pipeline);
	switch (decision->kind) {
	case DECISION_DONE:
		settling_close(pipeline, parcel, CLOSING_ACCEPTED, NULL);
		return;
	case DECISION_HOLD:
		settling_hold(pipeline, parcel, decision->reason);
		return;
	case DECISION_LATER:
		metrics_add_at(pipeline->metrics, METRIC_RETRIES, parcel->account, 1);
		if (parcel->trouble == OUTCOME_REJECTED) /* it waits for another account */
			parcel->tried |= UINT64_C(1) << parcel->account;
		settling_later(pipeline, parcel, now.wall + decision->delay_us / US_PER_MS);
		return;
	case DECISION_ELSEWHERE:
		go_elsewhere(pipeline, parcel, other, now.wall);
		return;
	case DECISION_EXPIRED:
		settling_close(pipeline, parcel, CLOSING_EXPIRED, decision->reason);
		return;
	case DECISION_DEAD:
		dead_by_outcome(pipeline, parcel, decision->reason);
		return;
	case DECISION_COUNT:
		break;
	}
	CHECK(decision->kind < DECISION_COUNT);
}

static void decide(struct pipeline *pipeline, struct parcel *parcel)
{
	bool is_whole = dispatch_segments_missing(parcel) == 0;
	const struct route *route = is_whole ? NULL : routing_find(pipeline, parcel);
	int other = is_whole ? ROUTE_WAIT : other_account(pipeline, parcel, route, pipeline->live);
	int absent = is_whole ? ROUTE_WAIT : absent_account(pipeline, parcel, route);
	struct decision_facts facts = {
		.outcome_class = is_whole ? OUTCOME_ACCEPTED : parcel->trouble,
		.is_about_account = parcel->trouble_is_of_account,
		.has_other = other >= 0,
		.has_absent_other = absent >= 0,
		.attempts = parcel->attempts,
		.here = parcel->here,
		.doubts = parcel->doubts,
		.throttles = parcel->throttles,
		.sms_class = parcel->sms.sms_class,
		.on_unknown = parcel->sms.on_unknown,
		.now = pipeline_now(pipeline).wall,
		.deadline = parcel->deadline,
		.random = is_whole ? 0 : rng_next(&pipeline->rng),
	};
	struct decision decision = decision_make(&pipeline->options->retry, &facts);
	parcel->attempts += decision.counts_attempt;
	parcel->here += decision.counts_attempt;
	parcel->throttles += decision.counts_throttle;
	parcel->doubts += decision.counts_doubt;
	if (parcel->has_unanswered && !is_whole) {
		parcel->is_ambiguous = true;
		parcel->may_resend = false; /* that was the once */
	}
	act(pipeline, parcel, &decision, other);
}

static void note_accepted(struct pipeline *pipeline, struct parcel *parcel, uint8_t segment, struct slice carrier_ref)
{
	parcel->accepted |= (uint16_t)(1u << (segment - 1));
	parcel->refs[segment - 1] = arena_copy(&parcel->arena, carrier_ref);
	metrics_add_at(pipeline->metrics, METRIC_SEGMENTS, parcel->account, 1);
}

/* What the carrier called the other parts of a text that it cut itself. Without memory for them their receipts will be
 * unknown, and counted as such. */
static void keep_more_refs(struct parcel *parcel, const struct outcome *outcome)
{
	if (outcome->more_count == 0 || parcel->encoded.segment_count != 1)
		return;
	CHECK(outcome->more_count < UINT8_MAX);
	struct slice *refs = arena_alloc(&parcel->arena, outcome->more_count * sizeof *refs);
	if (refs == NULL)
		return;
	for (unsigned i = 0; i < outcome->more_count; i++)
		refs[i] = arena_copy(&parcel->arena, outcome->more_refs[i]);
	parcel->more_refs = refs;
	parcel->more_count = (uint8_t)outcome->more_count;
}

/* Of refusals of one class one that speaks of the sms weighs more than one that speaks of the account. */
static void note_trouble(struct parcel *parcel, const struct outcome *outcome)
{
	bool is_same = parcel->has_trouble && outcome->outcome_class == parcel->trouble;
	if (!parcel->has_trouble || gravity[outcome->outcome_class] > gravity[parcel->trouble] ||
	    (is_same && !outcome->is_about_account && parcel->trouble_is_of_account)) {
		parcel->trouble = outcome->outcome_class;
		parcel->trouble_code = outcome->native_code;
		parcel->trouble_name = outcome->native_name;
		parcel->trouble_is_of_account = outcome->is_about_account;
	}
	parcel->has_trouble = true;
	parcel->has_unanswered =
		parcel->has_unanswered || outcome->outcome_class == OUTCOME_UNKNOWN || outcome->is_in_part;
}

/* What the answer to a segment that was sent at sent_at says of how much the carrier takes at once. */
static void note_pace(struct account *account, mono_us sent_at, const struct outcome *outcome, mono_us now)
{
	struct congestion *congestion = &account->congestion;
	switch (outcome->outcome_class) {
	case OUTCOME_ACCEPTED:
		congestion_accepted(congestion, account->in_flight, sent_at, now);
		break;
	case OUTCOME_THROTTLED:
		congestion_throttled(congestion, account->in_flight, sent_at, now);
		break;
	case OUTCOME_UNKNOWN:
		congestion_unanswered(congestion, account->in_flight, sent_at, now);
		break;
	case OUTCOME_TEMPORARY:
	case OUTCOME_REJECTED:
	case OUTCOME_LINK_REFUSED:
		congestion_refused(congestion, account->in_flight, sent_at);
		break;
	case OUTCOME_COUNT:
		break;
	}
	if (outcome->outcome_class != OUTCOME_ACCEPTED)
		congestion_rest(congestion, outcome->retry_after_ms * US_PER_MS, now);
}

void outcomes_on_outcome(void *ctx, uint64_t token, const struct outcome *outcome)
{
	struct account *account = ctx;
	struct pipeline *pipeline = account->pipeline;
	uint8_t segment;
	struct parcel *parcel = parcel_of_token(&pipeline->pool, token, &segment);
	/* A parcel is not freed before all its outcomes came, so that a token always names one. */
	CHECK(parcel != NULL && parcel->outstanding > 0);
	struct now now = pipeline_now(pipeline);
	mono_us sent_at = parcel->sent_at[segment - 1];
	metrics_add_at2(pipeline->metrics, METRIC_OUTCOMES, account->index, outcome->outcome_class, 1);
	metrics_observe_at(pipeline->metrics, METRIC_ANSWER_SPAN, account->index, now.mono - sent_at);
	routing_note(pipeline, account, parcel, outcome, now.wall);
	note_pace(account, sent_at, outcome, now.mono);
	parcel->outstanding--;
	account->in_flight--;
	account->untold += outcome->outcome_class == OUTCOME_ACCEPTED || outcome->outcome_class == OUTCOME_REJECTED;
	breaking_note(account, outcome, sent_at, now.mono);
	if (outcome->outcome_class == OUTCOME_ACCEPTED) {
		note_accepted(pipeline, parcel, segment, outcome->carrier_ref);
		keep_more_refs(parcel, outcome);
	} else {
		note_trouble(parcel, outcome);
	}
	/* With segments not yet handed over it waits for them, unless there is trouble already. */
	if (parcel->outstanding == 0 && (parcel->state == PARCEL_IN_FLIGHT || parcel->has_trouble)) {
		if (parcel->state == PARCEL_BEGUN)
			dispatch_release(pipeline, parcel);
		decide(pipeline, parcel);
	}
}

static struct parcel *find_origin(struct pipeline *pipeline, const struct entry_key *origin)
{
	for (unsigned i = 0; i < pipeline->pool.count; i++) {
		struct parcel *parcel = &pipeline->pool.parcels[i];
		if (parcel->state != PARCEL_FREE && entry_key_equal(&parcel->origin, origin))
			return parcel;
	}
	return NULL;
}

/* All of it is with the carrier, and nothing of it left a second time. */
static void close_late(struct pipeline *pipeline, struct parcel *parcel)
{
	/* One doubt is what was answered now; with another one the carrier may have taken both. Of a long sms a part that was
	 * accepted when it was sent again may have been taken before, too. */
	bool is_long = parcel->encoded.segment_count > 1;
	parcel->is_ambiguous = parcel->doubts > 1 || (is_long && parcel->was_resent);
	settling_close(pipeline, parcel, CLOSING_ACCEPTED, NULL);
}

bool outcomes_close_whole(struct pipeline *pipeline, struct parcel *parcel)
{
	bool is_whole = dispatch_segments_missing(parcel) == 0;
	if (!is_whole || parcel->outstanding > 0)
		return false;
	dispatch_release(pipeline, parcel);
	if (parcel->submitted == 0)
		close_late(pipeline, parcel);
	else
		settling_close(pipeline, parcel, CLOSING_ACCEPTED, NULL);
	return true;
}

/* It waits in memory, or other parts of it are out: what was accepted is not sent again. */
static void note_late(struct account *account, struct parcel *parcel, const struct submit_key *key,
		      struct slice carrier_ref)
{
	struct pipeline *pipeline = account->pipeline;
	unsigned count = parcel->encoded.segment_count;
	uint16_t bit = (uint16_t)(1u << (key->segment - 1));
	bool is_of_it = key->segment <= count && (count == 1 || key->reference == parcel->reference) &&
			account->index == parcel->account;
	if (!is_of_it || parcel->accepted & bit)
		return;
	bool has_place = parcel->state == PARCEL_BEGINNING || parcel->state == PARCEL_BEGUN;
	if (has_place && (parcel->submitted & bit) == 0) {
		dispatch_reserve(account, parcel, -1);
	}
	note_accepted(pipeline, parcel, key->segment, carrier_ref);
	if (parcel->state == PARCEL_READY && dispatch_segments_missing(parcel) == 0) {
		dispatch_unqueue(pipeline, parcel);
		close_late(pipeline, parcel);
	}
}

/* Only the store knows whether the id that a question brought is another alert's: what is in memory again goes on as if
 * nothing had been said. */
static void accepted_late(struct account *account, const struct submit_key *key, struct slice carrier_ref,
			  bool is_queried)
{
	struct pipeline *pipeline = account->pipeline;
	struct parcel *parcel = find_origin(pipeline, &key->origin);
	if (parcel != NULL && parcel->state != PARCEL_SETTLING) {
		if (!is_queried)
			note_late(account, parcel, key, carrier_ref);
		return;
	}
	/* That it waits or is held may be on its way to the store: then this comes behind it. */
	settling_flush(pipeline);
	struct store_late late = {
		.key = *key,
		.account = account->options->name,
		.carrier_ref = carrier_ref,
		.at = events_at(pipeline),
		.is_queried = is_queried,
	};
	pipeline->store->ops->settle_late(pipeline->store, &late);
}

void outcomes_accepted_late(struct account *account, const struct submit_key *key, struct slice carrier_ref)
{
	accepted_late(account, key, carrier_ref, false);
}

void outcomes_on_late(void *ctx, const struct submit_key *key, const struct outcome *outcome)
{
	struct account *account = ctx;
	if (!outcome->is_queried)
		metrics_add_at(account->pipeline->metrics, METRIC_LATE_ANSWERS, account->index, 1);
	if (outcome->outcome_class == OUTCOME_ACCEPTED) /* any other: it waits to be sent again anyway */
		accepted_late(account, key, outcome->carrier_ref, outcome->is_queried);
}
