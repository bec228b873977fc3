/* SPDX-License-Identifier: Apache-2.0 */

/* Prepare is straight, synchronous and pure: entry → alert → sms → segments. What cannot be sent leaves here, with its
 * reason, into the dead letters; what may not be sent any more is closed as expired; what may not be sent yet waits. */

#include "base/check.h"
#include "pipeline/pipeline_inner.h"
#include "policy/freshness.h"
#include "policy/policy.h"
#include "render/render_params.h"

#include <stdio.h>

static bool copy_entry(struct parcel *parcel, const struct store_entry *entry)
{
	parcel->body = arena_copy(&parcel->arena, entry->body);
	return entry->body.at == NULL || parcel->body.at != NULL;
}

/* The entry is no alert but withdraws others. It was noted when it was seen ahead; on other lanes than those that were
 * looked through it is noted now, and only then is it settled. */
static void obey(struct pipeline *pipeline, struct parcel *parcel)
{
	struct store_withdrawal withdrawal;
	if (foresight_withdrawal(&parcel->alert, &withdrawal)) {
		withdrawal.origin = parcel->origin;
		pipeline->store->ops->withdraw(pipeline->store, &withdrawal);
	}
	settling_close(pipeline, parcel, CLOSING_CONTROL, NULL);
}

static bool decode(struct pipeline *pipeline, struct parcel *parcel, const struct store_entry *entry)
{
	if (!copy_entry(parcel, entry)) {
		settling_dead(pipeline, parcel, "too_large", NULL, "the alert does not fit into memory");
		return false;
	}
	if (entry->malformed != NULL) {
		settling_dead(pipeline, parcel, "malformed", NULL, entry->malformed);
		return false;
	}
	struct err_at at = { .err = ERR_OK };
	if (alert_decode(parcel->body, &pipeline->options->decode, &parcel->arena, &parcel->alert, &at) != ERR_OK) {
		parcel->alert = (struct alert){ .kind = ALERT_SEND };
		settling_dead(pipeline, parcel, "bad_alert", at.field, at.text);
		return false;
	}
	if (parcel->alert.kind == ALERT_SEND)
		return true;
	obey(pipeline, parcel);
	return false;
}

static bool render(struct pipeline *pipeline, struct parcel *parcel)
{
	const struct alert *alert = &parcel->alert;
	const struct catalogue *catalogue = editions_now(pipeline);
	const struct template *template = catalogue_find(catalogue, alert->template_name, alert->locale);
	if (template == NULL) {
		struct slice near = catalogue_nearest(catalogue, alert->template_name);
		char text[256];
		char name[ALERT_NAME_MAX + 8]; /* a producer may have put a phone number there */
		msisdn_mask_text(alert->template_name, name, sizeof name);
		if (near.len)
			snprintf(text, sizeof text, "there is no template “%s” (did you mean “%.*s”?)", name,
				 SLICE_ARG(near));
		else
			snprintf(text, sizeof text, "there is no template “%s”", name);
		settling_dead(pipeline, parcel, "no_template", "template", text);
		return false;
	}
	struct err_at at = { .err = ERR_OK };
	if (render_alert(template, alert, &pipeline->options->render, &parcel->arena, &parcel->sms, &at) != ERR_OK) {
		settling_dead(pipeline, parcel, "render", at.field, at.text);
		return false;
	}
	parcel->template = template;
	editions_take(pipeline, parcel);
	return true;
}

/* What was tried, or begun by one that died, was due then: where clocks differ, or one was set back, it does not wait for
 * its time again. What has been accepted of it would be forgotten over that. */
static bool was_tried(const struct store_entry *entry)
{
	return entry->state.len > 0 || entry->attempt > 0 || entry->ambiguous;
}

/* What an account that takes texts is told. False where it became a dead letter. */
static bool prepare_text(struct pipeline *pipeline, struct parcel *parcel, bool wants_params)
{
	struct submit_param *params = NULL;
	if (wants_params && render_params(parcel->template, &parcel->alert, pipeline->options->render.zone,
					  &parcel->arena, &params) != ERR_OK) {
		settling_dead(pipeline, parcel, "too_large", NULL, "the parameters do not fit into memory");
		return false;
	}
	parcel->text = (struct submit_text){
		.text = parcel->sms.text,
		.template_name = parcel->sms.template_name,
		.params = params,
		.param_count = wants_params ? template_header(parcel->template)->param_count : 0,
		.alert_id = parcel->alert.id,
		.traceparent = parcel->alert.traceparent,
		.sms_class = parcel->sms.sms_class,
	};
	return true;
}

bool prepare_for_account(struct pipeline *pipeline, struct parcel *parcel, unsigned account)
{
	const struct pipeline_account *to = &pipeline->options->accounts[account];
	struct encode_options options = {
		.concat = to->concat,
		.is_latin1 = to->is_latin1,
		.segments_max = to->segments_max < SMS_SEGMENTS_MAX ? to->segments_max : SMS_SEGMENTS_MAX,
		.reference = parcel->reference,
	};
	struct err_at at = { .err = ERR_OK };
	if (account != parcel->account)
		parcel->here = 0;
	parcel->account = (uint8_t)account;
	if (encode_sms(parcel->sms.text, &options, &parcel->arena, &parcel->encoded, &at) != ERR_OK) {
		settling_dead(pipeline, parcel, "encode", NULL, at.text);
		return false;
	}
	unsigned count = parcel->encoded.segment_count;
	parcel->refs = arena_alloc(&parcel->arena, count * sizeof *parcel->refs);
	if (parcel->refs == NULL) {
		settling_dead(pipeline, parcel, "too_large", NULL, "the sms does not fit into memory");
		return false;
	}
	memset(parcel->refs, 0, count * sizeof *parcel->refs);
	return to->concat != CONCAT_TEXT || prepare_text(pipeline, parcel, to->wants_params);
}

/* Encodes it for an account; what was accepted of it at attempts before goes on, where it is of the same text. Where its
 * template has changed it can't be completed: the new text goes whole, under a reference of its own, and the phone may
 * have parts of the old one. False where it became a dead letter. */
static bool resume(struct pipeline *pipeline, struct parcel *parcel, unsigned account)
{
	uint16_t accepted = parcel->accepted;
	/* Of whom the state speaks no longer: it says nothing about this one. */
	if (account != parcel->account)
		parcel->state_segments = 0;
	if (!prepare_for_account(pipeline, parcel, account))
		return false;
	bool is_same = parcel->has_state && parcel->state_segments == parcel->encoded.segment_count &&
		       parcel->state_hash == events_text_hash(parcel);
	if (is_same) {
		events_state_refs(parcel);
		return true;
	}
	if (accepted == 0)
		return true;
	parcel->accepted = 0;
	parcel->is_ambiguous = true;
	parcel->doubts++;
	parcel->reference = pipeline->next_reference++;
	return prepare_for_account(pipeline, parcel, account);
}

/* It may have been sent: by a worker that died, or by an earlier attempt, before its template said that it must not be
 * sent twice. */
bool prepare_must_hold(const struct parcel *parcel)
{
	bool may_have_left = parcel->is_in_doubt || (parcel->is_ambiguous && !parcel->may_resend);
	return may_have_left && parcel->sms.on_unknown == ON_UNKNOWN_HOLD;
}

/* It waits in the store. What was tried is encoded for that, since its state, and the keys by which a receipt finds it, are
 * made of its segments; account: for which, or negative. */
static void wait_for_time(struct pipeline *pipeline, struct parcel *parcel, bool was_tried, int account, wall_ms until)
{
	if (account < 0)
		account = parcel->has_state ? parcel->account : __builtin_ctzll(pipeline->known);
	if (!was_tried || resume(pipeline, parcel, (unsigned)account))
		settling_later(pipeline, parcel, until);
}

static bool judge(struct pipeline *pipeline, struct parcel *parcel, bool was_tried)
{
	struct policy_facts facts = {
		.now = pipeline_now(pipeline).wall,
		.expires_at = parcel->alert.expires_at,
		.not_before = was_tried ? 0 : parcel->alert.not_before,
		.as_of = parcel->alert.as_of,
		.max_age_ms = parcel->sms.max_age_ms,
	};
	parcel->deadline = freshness_deadline(&facts);
	protecting_put_facts(pipeline, parcel, &facts);
	struct judgement judgement = policy_judge(&facts);
	switch (judgement.verdict) {
	case VERDICT_SEND:
		return true;
	case VERDICT_WAIT:
		if (judgement.rule != PROTECTION_NONE)
			metrics_add_at(pipeline->metrics, METRIC_DEFERRED, judgement.rule, 1);
		wait_for_time(pipeline, parcel, was_tried, -1, settling_not_at_once(pipeline, parcel, judgement.until));
		return false;
	case VERDICT_SUPPRESSED:
		protecting_suppress(pipeline, parcel, judgement.rule);
		return false;
	case VERDICT_EXPIRED:
		/* What was accepted of it is told, and paid for. */
		if (parcel->accepted != 0 && !resume(pipeline, parcel, parcel->account))
			return false;
		settling_close(pipeline, parcel, CLOSING_EXPIRED, judgement.reason);
		return false;
	case VERDICT_COUNT:
		break;
	}
	CHECK(judgement.verdict < VERDICT_COUNT);
	return false;
}

int prepare_pick_account(struct pipeline *pipeline, const struct parcel *parcel, const struct route *route)
{
	int account = routing_pick(pipeline, parcel, route, pipeline->live & ~parcel->tried);
	return account >= 0 ? account : routing_pick(pipeline, parcel, route, pipeline->live);
}

/* The rest of a long sms goes the way of its first parts; and what may have arrived goes the way that it went, where that
 * is open: a phone drops a part that it has already. */
static bool must_stay(const struct pipeline *pipeline, const struct parcel *parcel, const struct route *route,
		      int other)
{
	bool is_live = pipeline->live >> parcel->account & 1;
	bool may_stay = route->accounts_mask >> parcel->account & 1 && (is_live || other < 0);
	return parcel->accepted != 0 || (parcel->is_ambiguous && may_stay);
}

/* Negative where the route has accounts only that were never opened. */
static int pick_account(struct pipeline *pipeline, const struct parcel *parcel, const struct route *route)
{
	int account = prepare_pick_account(pipeline, parcel, route);
	if (parcel->has_state && must_stay(pipeline, parcel, route, account))
		return parcel->account;
	if (account < 0) /* none is live: it waits for the first choice, and moves when another comes */
		account = routing_pick(pipeline, parcel, route, pipeline->known);
	return account;
}

/* No route is open. What has begun to arrive goes on, and what a human decides about need not wait for it: these get the
 * route that would be theirs at another hour. The rest waits until one opens; NULL, and it is in settlement. */
static const struct route *outside_hours(struct pipeline *pipeline, struct parcel *parcel, bool was_tried)
{
	const struct route *route = routing_find_any_time(pipeline, parcel);
	if (route == NULL) {
		settling_dead(pipeline, parcel, "no_route", "to", "no route covers this number");
		return NULL;
	}
	if (parcel->accepted != 0 || prepare_must_hold(parcel))
		return route;
	int account = parcel->has_state ? parcel->account : pick_account(pipeline, parcel, route);
	wait_for_time(pipeline, parcel, was_tried, account, routing_opens(pipeline, parcel));
	return NULL;
}

static void choose_account(struct pipeline *pipeline, struct parcel *parcel, bool was_tried)
{
	const struct route *route = routing_find(pipeline, parcel);
	if (route == NULL)
		route = outside_hours(pipeline, parcel, was_tried);
	if (route == NULL)
		return;
	int account = pick_account(pipeline, parcel, route);
	if (account < 0) {
		/* A reload has brought accounts that can't be made, of which the log tells. */
		wall_ms until = dispatch_back_by_and_by(pipeline, pipeline_now(pipeline).wall);
		wait_for_time(pipeline, parcel, was_tried, account, until);
		return;
	}
	if (!resume(pipeline, parcel, (unsigned)account))
		return;
	struct now now = pipeline_now(pipeline);
	if (prepare_must_hold(parcel))
		settling_hold(pipeline, parcel, "interrupted");
	else if (parcel->begun_index == PARCEL_NOT_BEGUN &&
		 parking_makes_room(pipeline, &pipeline->accounts[parcel->account], now.mono))
		parking_put(pipeline, parcel, now);
	else
		dispatch_enqueue(pipeline, parcel);
}

static void prepare(struct pipeline *pipeline, struct parcel *parcel, const struct store_entry *entry)
{
	parcel->lane = entry->origin.lane < WAIT_LANES ? entry->origin.lane : LANE_NORMAL;
	if (!decode(pipeline, parcel, entry))
		return;
	if (parcel->alert.has_priority)
		parcel->lane = parcel->alert.priority;
	parcel->decoded = arena_mark(&parcel->arena);
	if (!render(pipeline, parcel))
		return;
	if (parcel->is_ambiguous && parcel->doubts == 0)
		parcel->doubts = 1; /* its state is lost, or was never written */
	if (judge(pipeline, parcel, was_tried(entry)))
		choose_account(pipeline, parcel, was_tried(entry));
}

void prepare_anew(struct pipeline *pipeline, struct parcel *parcel)
{
	editions_leave(parcel);
	arena_rewind(&parcel->arena, &parcel->decoded);
	/* All that lay behind the mark, as it is in a parcel that was just decoded. */
	parcel->template = NULL;
	parcel->members = (struct slice){ NULL, 0 };
	parcel->text = (struct submit_text){ .text = { NULL, 0 } };
	parcel->encoded = (struct encoded){ .segment_count = 0 };
	parcel->refs = NULL;
	if (render(pipeline, parcel) && judge(pipeline, parcel, false))
		choose_account(pipeline, parcel, false);
}

void prepare_parcel(struct pipeline *pipeline, struct parcel *parcel, const struct store_entry *entry)
{
	crumb_set(pipeline->options->crumb, &parcel->origin);
	prepare(pipeline, parcel, entry);
	crumb_clear(pipeline->options->crumb);
}
