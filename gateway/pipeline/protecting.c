/* SPDX-License-Identifier: Apache-2.0 */

/* What protects recipients, where the pipeline meets it: BEGIN is asked about numbers and texts, and what it says ends an
 * alert, lets it wait, or is told with its acceptance. What has begun to arrive goes on: half an sms helps nobody. */

#include "pipeline/pipeline_inner.h"

/* FNV-1a over number and text: the same on every machine, since gateways compare what they make of it. */
static uint64_t hash_of(const struct parcel *parcel)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	const struct slice parts[] = { { parcel->alert.to.digits, parcel->alert.to.len },
				       SLICE(" "),
				       parcel->sms.text };
	for (unsigned part = 0; part < sizeof parts / sizeof parts[0]; part++) {
		for (size_t i = 0; i < parts[part].len; i++)
			hash = (hash ^ (unsigned char)parts[part].at[i]) * UINT64_C(1099511628211);
	}
	return hash;
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
	if (rule == PROTECTION_NONE)
		return;
	metrics_add_at(pipeline->metrics, METRIC_EXEMPTED, rule, 1);
	parcel->exempt = rule;
}

/* Where its time is over before its turn comes, nobody waits for it. */
static void let_wait(struct pipeline *pipeline, struct parcel *parcel, const struct begin_note *note, wall_ms now)
{
	wall_ms due_at = now + note->wait_ms;
	if (dispatch_is_stale(parcel, due_at)) {
		protecting_suppress(pipeline, parcel, note->rule);
		return;
	}
	metrics_add_at(pipeline->metrics, METRIC_DEFERRED, note->rule, 1);
	settling_later(pipeline, parcel, settling_not_at_once(pipeline, parcel, due_at));
}

bool protecting_stops(struct pipeline *pipeline, struct parcel *parcel, enum begin_verdict verdict,
		      const struct begin_note *note, wall_ms now)
{
	if (verdict == BEGIN_SUPPRESSED)
		protecting_suppress(pipeline, parcel, note->rule);
	else if (verdict == BEGIN_NOT_YET)
		let_wait(pipeline, parcel, note, now);
	else
		return false;
	return true;
}
