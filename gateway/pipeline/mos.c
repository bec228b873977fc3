/* SPDX-License-Identifier: Apache-2.0 */

/* The way of a message from a phone: with others it goes to the store, and when it is durable there the carrier gets its
 * answer. Whether it opts out is decided here. While one batch is under way the next one fills; where that is full, and when a drain
 * waits for nothing else, the carrier is asked to come again later. */

#include "base/check.h"
#include "pipeline/pipeline_inner.h"
#include "policy/optout.h"

#include <stdlib.h>

#define BATCH_OCTETS 131072 /* of texts and numbers; several times the longest */

struct kept {
	struct account *account;
	uint32_t account_life; /* of the carrier that asked */
	receipt_token token;
	struct mo mo;         /* borrowed from the batch's octets */
	struct msisdn number; /* of len 0 where the carrier wrote none */
	struct slice keyword; /* likewise; empty = it does not opt out */
};

struct batch {
	unsigned count;
	struct kept kept[STORE_MO_MAX];
	char octets[BATCH_OCTETS];
	struct buf buf;
};

struct mos {
	struct batch batches[2];
	unsigned filling; /* the other one is under way, where is_recording */
	bool is_recording;
	struct store_mo items[STORE_MO_MAX];
};

static void empty(struct batch *batch)
{
	batch->count = 0;
	batch->buf = buf_over(batch->octets, sizeof batch->octets);
}

struct mos *mos_create(void)
{
	struct mos *mos = calloc(1, sizeof *mos);
	if (mos == NULL)
		return NULL;
	empty(&mos->batches[0]);
	empty(&mos->batches[1]);
	return mos;
}

void mos_destroy(struct mos *mos)
{
	free(mos);
}

unsigned mos_open(const struct pipeline *pipeline)
{
	return pipeline->mos->batches[0].count + pipeline->mos->batches[1].count;
}

static void answer(struct pipeline *pipeline, const struct kept *kept, bool durable)
{
	struct carrier *carrier = kept->account->options->carrier;
	if (!durable)
		metrics_add_at(pipeline->metrics, METRIC_MO_LATER, kept->account->index, 1);
	if (carrier != NULL && kept->account_life == kept->account->life)
		carrier->ops->receipt_done(carrier, kept->token, durable);
}

static struct slice copy(struct buf *buf, struct slice text)
{
	char *at = buf->at + buf->len;
	buf_put_slice(buf, text);
	return (struct slice){ at, text.len };
}

static void tell_optout(struct pipeline *pipeline, const struct kept *kept)
{
	char number[MSISDN_MASK_OCTETS];
	struct log_line line;
	metrics_add_at(pipeline->metrics, METRIC_OPTOUTS, kept->account->index, 1);
	if (!log_begin(&line, pipeline->log, LOG_INFO, "optout", "a customer asks for no more texts"))
		return;
	size_t len = msisdn_mask(&kept->number, pipeline->options->decode.country, number);
	log_text(&line, "account", slice_of(kept->account->options->name));
	log_text(&line, "number", (struct slice){ number, len });
	log_text(&line, "keyword", kept->keyword);
	log_end(&line);
}

/* Of the digits alone a number of another country would look like one of ours. But carriers call numbers international that
 * are not: what could be a mobile number of our country is taken for one, and what makes no number is read as it stands. So
 * somebody in Los Angeles (13105550100, as China's 131 0555 0100) is misread where a carrier leaves the “+” out and says
 * “international” beside it; carriers that mean all numbers by that word are the greater harm. */
static bool read_number(const struct pipeline *pipeline, const struct mo *mo, struct msisdn *out)
{
	const struct country *country = pipeline->options->decode.country;
	char plus[MO_ADDRESS_MAX + 1] = "+";
	bool is_ours = country->mobile_leads[0] != '\0' && country_judge(country, mo->from) == NATIONAL_MOBILE;
	if (mo->is_international && !is_ours && mo->from.len > 0 && mo->from.at[0] != '+') {
		memcpy(plus + 1, mo->from.at, mo->from.len);
		if (msisdn_parse((struct slice){ plus, mo->from.len + 1 }, country, out, NULL) == ERR_OK)
			return true;
	}
	return msisdn_parse(mo->from, country, out, NULL) == ERR_OK;
}

/* Whoever sends a keyword from what is no number cannot be put on the list: no alert goes there. Long texts, of which this is a
 * part, are no keyword. */
static void judge(struct pipeline *pipeline, struct batch *batch, struct kept *kept)
{
	const struct mo *mo = &kept->mo;
	if (!read_number(pipeline, mo, &kept->number))
		kept->number.len = 0;
	if (!mo->is_text || mo->total > 1 || kept->number.len == 0)
		return;
	struct slice keyword = optout_keyword(pipeline->options->optout_keywords, mo->octets);
	if (keyword.len > 0)
		kept->keyword = copy(&batch->buf, keyword);
}

void mos_on_mo(void *ctx, receipt_token token, const struct mo *mo)
{
	struct account *account = ctx;
	struct pipeline *pipeline = account->pipeline;
	struct batch *batch = &pipeline->mos->batches[pipeline->mos->filling];
	CHECK(mo_is_valid(mo));
	metrics_add_at(pipeline->metrics, METRIC_MO, account->index, 1);
	size_t octets =
		mo->from.len + mo->to.len + mo->octets.len + mo->id.len + pipeline->options->optout_keywords.len;
	bool has_room = batch->count < STORE_MO_MAX && batch->buf.cap - batch->buf.len >= octets;
	struct kept next = { .account = account, .account_life = account->life, .token = token, .mo = *mo };
	if (!has_room || pipeline->refuses_receipts) {
		answer(pipeline, &next, false);
		return;
	}
	struct kept *kept = &batch->kept[batch->count++];
	*kept = next;
	kept->mo.from = copy(&batch->buf, mo->from);
	kept->mo.to = copy(&batch->buf, mo->to);
	kept->mo.octets = copy(&batch->buf, mo->octets);
	kept->mo.id = copy(&batch->buf, mo->id);
	judge(pipeline, batch, kept);
}

void mos_on_recorded(void *ctx, struct slice answers)
{
	struct pipeline *pipeline = ctx;
	struct mos *mos = pipeline->mos;
	struct batch *batch = &mos->batches[1 - mos->filling];
	CHECK(mos->is_recording && (answers.at == NULL || answers.len == batch->count));
	mos->is_recording = false;
	for (unsigned i = 0; i < batch->count; i++) {
		const struct kept *kept = &batch->kept[i];
		if (answers.at != NULL && answers.at[i] == STORE_MO_REPEATED)
			metrics_add_at(pipeline->metrics, METRIC_MO_REPEATED, kept->account->index, 1);
		else if (answers.at != NULL && kept->keyword.len > 0)
			tell_optout(pipeline, kept);
		answer(pipeline, kept, answers.at != NULL);
	}
	empty(batch);
}

void mos_turn(struct pipeline *pipeline)
{
	struct mos *mos = pipeline->mos;
	struct batch *batch = &mos->batches[mos->filling];
	if (mos->is_recording || batch->count == 0)
		return;
	for (unsigned i = 0; i < batch->count; i++) {
		const struct kept *kept = &batch->kept[i];
		mos->items[i] = (struct store_mo){
			.account = kept->account->options->name,
			.mo = &kept->mo,
			.at = events_at(pipeline),
			.keyword = kept->keyword,
			.number = { kept->number.digits, kept->number.len },
		};
	}
	mos->is_recording = pipeline->store->ops->record_mo(pipeline->store, mos->items, batch->count);
	if (mos->is_recording) {
		mos->filling = 1 - mos->filling;
		return;
	}
	for (unsigned i = 0; i < batch->count; i++)
		answer(pipeline, &batch->kept[i], false);
	empty(batch);
}
