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
	const char *rest = parcel->accepted ? "; some of its segments were accepted" : "";
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

/* Another account of its route that is live and has not refused it yet; negative where there is none, or where some of
 * it is or may be with the carrier already. */
static int other_account(struct pipeline *pipeline, const struct parcel *parcel)
{
	if (parcel->accepted != 0 || parcel->is_ambiguous || parcel->has_unanswered)
		return ROUTE_WAIT;
	uint64_t refused = parcel->tried | UINT64_C(1) << parcel->account;
	return route_pick(pipeline->options->routes, &parcel->alert.to, pipeline->live & ~refused);
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
	bool is_whole = (unsigned)__builtin_popcount(parcel->accepted) == parcel->encoded.segment_count;
	int other = is_whole ? ROUTE_WAIT : other_account(pipeline, parcel);
	struct decision_facts facts = {
		.outcome_class = is_whole ? OUTCOME_ACCEPTED : parcel->trouble,
		.is_about_account = parcel->trouble_is_of_account,
		.has_other = other >= 0,
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
	parcel->has_unanswered = parcel->has_unanswered || outcome->outcome_class == OUTCOME_UNKNOWN;
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
	metrics_add_at2(pipeline->metrics, METRIC_OUTCOMES, account->index, outcome->outcome_class, 1);
	metrics_observe_at(pipeline->metrics, METRIC_ANSWER_SPAN, account->index, now.mono - parcel->submitted_at);
	parcel->outstanding--;
	account->in_flight--;
	if (outcome->outcome_class == OUTCOME_ACCEPTED) {
		note_accepted(pipeline, parcel, segment, outcome->carrier_ref);
	} else {
		note_trouble(parcel, outcome);
		if (outcome->outcome_class == OUTCOME_THROTTLED)
			account->paused_until = now.mono + pipeline->options->throttle_pause_us;
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

void outcomes_on_late(void *ctx, const struct submit_key *key, const struct outcome *outcome)
{
	struct account *account = ctx;
	struct pipeline *pipeline = account->pipeline;
	metrics_add_at(pipeline->metrics, METRIC_LATE_ANSWERS, account->index, 1);
	if (outcome->outcome_class != OUTCOME_ACCEPTED)
		return; /* it waits to be sent again anyway */
	struct parcel *parcel = find_origin(pipeline, &key->origin);
	if (parcel != NULL && parcel->state == PARCEL_SETTLING) {
		/* That it waits or is held is on its way to the store: then this comes behind it. */
		settling_flush(pipeline);
	} else if (parcel != NULL) {
		/* Other segments are still out; or it is about to be sent once more, which nothing stops any more. */
		bool is_open = parcel->state == PARCEL_IN_FLIGHT && key->segment <= parcel->encoded.segment_count;
		if (is_open && (parcel->accepted & 1u << (key->segment - 1)) == 0)
			note_accepted(pipeline, parcel, key->segment, outcome->carrier_ref);
		return;
	}
	char octets[512];
	struct buf members = buf_over(octets, sizeof octets);
	buf_put_text(&members, "\"event\":\"accepted\",\"at\":\"");
	buf_put_slice(&members, events_at(pipeline));
	buf_put_format(&members, "\",\"account\":\"%s\",\"refs\":[", account->options->name);
	events_put_ref(&members, outcome->carrier_ref);
	buf_put_text(&members, "],\"segments\":1,\"late\":true");
	if (!members.full)
		pipeline->store->ops->settle_late(pipeline->store, &key->origin, buf_slice(&members),
						  account->options->name, outcome->carrier_ref);
}
