/* SPDX-License-Identifier: Apache-2.0 */

/* What protects recipients, where the pipeline meets it: BEGIN is asked about numbers and texts, and what it says ends an
 * alert, lets it wait, or is told with its acceptance. What has begun to arrive goes on: half an sms helps nobody. */

#include "base/hash.h"
#include "pipeline/pipeline_inner.h"

/* -- without the store: consent, quiet hours -- */

/* What may have arrived and must not be sent twice is held by its template's word, and is not sent now. */
static bool is_asked(const struct parcel *parcel)
{
	return parcel->accepted == 0 && !prepare_must_hold(parcel);
}

/* The end of the quiet hours that a class has now, as of the minute. */
static wall_ms quiet_until(struct pipeline *pipeline, enum sms_class sms_class, wall_ms now)
{
	struct quiet_now *quiet = &pipeline->quiet;
	if (!quiet->is_known || now < quiet->from || now - quiet->from >= 60 * MS_PER_S) {
		const struct zone *zone = pipeline->options->render.zone;
		quiet->is_known = true;
		quiet->from = now - (now % (60 * MS_PER_S) + 60 * MS_PER_S) % (60 * MS_PER_S);
		for (unsigned i = 0; i < SMS_CLASS_COUNT; i++)
			quiet->until[i] = quiet_hours_end(&pipeline->options->protection.quiet[i], now, zone);
	}
	return quiet->until[sms_class];
}

/* Those of a critical one are only told. */
static wall_ms quiet_for(struct pipeline *pipeline, struct parcel *parcel, wall_ms now)
{
	wall_ms until = quiet_until(pipeline, parcel->sms.sms_class, now);
	if (until == 0 && parcel->exempt == PROTECTION_QUIET_HOURS && is_asked(parcel))
		parcel->exempt = PROTECTION_NONE;
	if (until == 0 || !is_asked(parcel))
		return 0;
	if (parcel->sms.sms_class != SMS_CLASS_CRITICAL)
		return until;
	parcel->exempt = PROTECTION_QUIET_HOURS;
	return 0;
}

void protecting_put_facts(struct pipeline *pipeline, struct parcel *parcel, struct policy_facts *facts)
{
	const struct protection_options *options = &pipeline->options->protection;
	facts->lacks_consent = options->needs_consent && parcel->sms.sms_class == SMS_CLASS_MARKETING &&
			       parcel->alert.consent.len == 0 && is_asked(parcel);
	facts->quiet_until = quiet_for(pipeline, parcel, facts->now);
	facts->spread_ms = options->spread_ms;
	facts->share = entry_key_hash(&parcel->origin) >> 16;
}

bool protecting_is_quiet(struct pipeline *pipeline, struct parcel *parcel, wall_ms now)
{
	return parcel->submitted == 0 && quiet_for(pipeline, parcel, now) != 0;
}

void protecting_put_away(struct pipeline *pipeline, struct parcel *parcel, wall_ms now)
{
	struct policy_facts facts = { .now = now, .expires_at = parcel->deadline };
	struct judgement judgement = { .verdict = VERDICT_SEND };
	protecting_put_facts(pipeline, parcel, &facts);
	if (!protection_quiet(&facts, &judgement))
		settling_later(pipeline, parcel, now); /* they ended meanwhile */
	else if (judgement.verdict == VERDICT_SUPPRESSED)
		protecting_suppress(pipeline, parcel, judgement.rule);
	else
		protecting_defer(pipeline, parcel, judgement.rule, judgement.until);
}

/* -- with the store -- */

/* Of number and text; gateways compare what they make of it. */
static uint64_t hash_of(const struct parcel *parcel)
{
	uint64_t hash = hash64(HASH64_START, (struct slice){ parcel->alert.to.digits, parcel->alert.to.len });
	return hash64(hash64_octet(hash, ' '), parcel->sms.text);
}

void protecting_ask(const struct pipeline *pipeline, const struct parcel *parcel, struct store_begin *out)
{
	if (parcel->accepted != 0)
		return;
	out->limits = pipeline->options->protection.limits[parcel->sms.sms_class];
	out->number = (struct slice){ parcel->alert.to.digits, parcel->alert.to.len };
	out->sms_class = parcel->sms.sms_class;
	if (out->limits.identical_ms > 0)
		out->text_hash = hash_of(parcel);
}

void protecting_suppress(struct pipeline *pipeline, struct parcel *parcel, enum protection_rule rule)
{
	metrics_add_at(pipeline->metrics, METRIC_SUPPRESSED, rule, 1);
	settling_close(pipeline, parcel, CLOSING_SUPPRESSED, protection_name(rule));
}

void protecting_exempt(struct pipeline *pipeline, struct parcel *parcel, enum protection_rule rule)
{
	/* What stopped an earlier attempt counts no longer; of what has begun to arrive it does. */
	if (rule != PROTECTION_NONE || (is_asked(parcel) && parcel->exempt != PROTECTION_QUIET_HOURS))
		parcel->exempt = rule;
	if (parcel->exempt != PROTECTION_NONE)
		metrics_add_at(pipeline->metrics, METRIC_EXEMPTED, parcel->exempt, 1);
}

void protecting_defer(struct pipeline *pipeline, struct parcel *parcel, enum protection_rule rule, wall_ms until)
{
	metrics_add_at(pipeline->metrics, METRIC_DEFERRED, rule, 1);
	settling_later(pipeline, parcel, settling_not_at_once(pipeline, parcel, until));
}

/* Nobody knows for how long what it goes by can't be read; and nobody knows that a rule stops it, so that it may expire. */
static void let_wait_unchecked(struct pipeline *pipeline, struct parcel *parcel, wall_ms now)
{
	wall_ms until = dispatch_back_by_and_by(pipeline, now);
	if (parcel->deadline != 0 && parcel->deadline < until)
		until = parcel->deadline;
	protecting_defer(pipeline, parcel, PROTECTION_UNCHECKED, until);
}

/* Where its time is over before its turn comes, nobody waits for it. */
static void let_wait(struct pipeline *pipeline, struct parcel *parcel, const struct begin_note *note, wall_ms now)
{
	wall_ms due_at = now + note->wait_ms;
	if (dispatch_is_stale(parcel, due_at)) {
		protecting_suppress(pipeline, parcel, note->rule);
		return;
	}
	protecting_defer(pipeline, parcel, note->rule, due_at);
}

bool protecting_stops(struct pipeline *pipeline, struct parcel *parcel, enum begin_verdict verdict,
		      const struct begin_note *note, wall_ms now)
{
	if (verdict == BEGIN_SUPPRESSED)
		protecting_suppress(pipeline, parcel, note->rule);
	else if (verdict == BEGIN_NOT_YET && note->rule == PROTECTION_UNCHECKED)
		let_wait_unchecked(pipeline, parcel, now);
	else if (verdict == BEGIN_NOT_YET)
		let_wait(pipeline, parcel, note, now);
	else
		return false;
	return true;
}
