/* SPDX-License-Identifier: Apache-2.0 */

/* What lies further back in the queue may withdraw what is about to be sent: the customer has paid, or newer facts have
 * come. The store looks through entries that nobody has read and asks here; the answer must be what prepare will say of
 * the entry later, so the same decoder gives it. */

#include "pipeline/pipeline_inner.h"

bool foresight_withdrawal(const struct alert *alert, struct store_withdrawal *out)
{
	*out = (struct store_withdrawal){
		.name = alert->id,
		.template_name = alert->template_name,
		.subject = alert->subject,
	};
	switch (alert->kind) {
	case ALERT_SEND:
		out->kind = WITHDRAWAL_SUPERSEDED;
		return alert->supersede;
	case ALERT_CANCEL_ID:
		out->kind = WITHDRAWAL_ID;
		return true;
	case ALERT_CANCEL_BATCH:
		out->kind = WITHDRAWAL_BATCH;
		return true;
	case ALERT_CANCEL_SUBJECT:
		out->kind = WITHDRAWAL_SUBJECT;
		out->subject = alert->id; /* of a cancel the id is what it names */
		return true;
	}
	return false;
}

/* Most entries hold neither word: they need no decoding. */
static bool may_withdraw(struct slice body)
{
	static const char cancel[] = "\"cancel";
	static const char supersede[] = "\"supersede\"";
	return memmem(body.at, body.len, cancel, sizeof cancel - 1) != NULL ||
	       memmem(body.at, body.len, supersede, sizeof supersede - 1) != NULL;
}

/* An alert that will be a dead letter must not end the one before it. */
static bool can_be_sent(struct pipeline *pipeline, const struct alert *alert)
{
	const struct catalogue *catalogue = editions_now(pipeline);
	const struct template *template =
		catalogue != NULL ? catalogue_find(catalogue, alert->template_name, alert->locale) : NULL;
	struct sms sms;
	struct err_at at = { .err = ERR_OK };
	return template != NULL && routing_covers(pipeline, alert, template_header(template)->sms_class) &&
	       render_alert(template, alert, &pipeline->options->render, &pipeline->foresight_arena, &sms, &at) ==
		       ERR_OK;
}

static bool decode_and_judge(struct pipeline *pipeline, struct slice body, struct store_withdrawal *out)
{
	arena_reset(&pipeline->foresight_arena);
	struct alert alert;
	struct err_at at = { .err = ERR_OK };
	if (alert_decode(body, &pipeline->options->decode, &pipeline->foresight_arena, &alert, &at) != ERR_OK)
		return false;
	return foresight_withdrawal(&alert, out) && (alert.kind != ALERT_SEND || can_be_sent(pipeline, &alert));
}

bool foresight_foresees(void *ctx, const struct store_entry *entry, struct store_withdrawal *out)
{
	struct pipeline *pipeline = ctx;
	if (entry->malformed != NULL || !may_withdraw(entry->body))
		return false;
	crumb_set(pipeline->options->crumb, &entry->origin);
	bool does = decode_and_judge(pipeline, entry->body, out);
	crumb_clear(pipeline->options->crumb);
	return does;
}
