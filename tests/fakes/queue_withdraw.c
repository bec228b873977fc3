/* SPDX-License-Identifier: Apache-2.0 */

/* What withdraws alerts on the model's queue: noted at once, whichever entry it lies in, and asked by BEGIN. */

#include "fakes/queue_model.h"

#include "base/buf.h"
#include "base/check.h"
#include "model/alert.h"

#define FIELD_OCTETS 512

struct cut {
	enum withdrawal_kind kind;
	struct entry_key origin;
	char id[ALERT_ID_MAX]; /* of a superseding alert */
	size_t id_len;
};

static struct slice field_of(char *out, char kind, struct slice first, struct slice second)
{
	struct buf buf = buf_over(out, FIELD_OCTETS);
	buf_put(&buf, &kind, 1);
	buf_put_slice(&buf, first);
	buf_put(&buf, "\n", 1);
	buf_put_slice(&buf, second);
	CHECK(!buf.full);
	return buf_slice(&buf);
}

static bool is_before(const struct entry_key *a, const struct entry_key *by, bool is_cancel)
{
	if (a->ms != by->ms)
		return a->ms < by->ms;
	if (a->lane == by->lane)
		return a->seq < by->seq;
	return is_cancel || lane_name(a->lane)[0] < lane_name(by->lane)[0];
}

/* What is noted of a subject is the latest of all that withdraws it, in the order in which it withdraws. */
static bool is_later(const struct cut *cut, const struct cut *was)
{
	bool is_of_one_ms = cut->origin.ms == was->origin.ms && cut->origin.lane != was->origin.lane;
	if (is_of_one_ms && cut->kind != was->kind)
		return cut->kind == WITHDRAWAL_SUBJECT;
	return is_before(&was->origin, &cut->origin, false);
}

void queue_model_withdraw(struct queue_model *model, const struct store_withdrawal *withdrawal)
{
	char octets[FIELD_OCTETS];
	const struct slice none = { NULL, 0 };
	if (withdrawal->kind == WITHDRAWAL_ID || withdrawal->kind == WITHDRAWAL_BATCH) {
		char kind = withdrawal->kind == WITHDRAWAL_ID ? 'i' : 'b';
		text_table_take(model->withdrawn, field_of(octets, kind, withdrawal->name, none))->number = 1;
		return;
	}
	struct slice field = field_of(octets, 's', withdrawal->template_name, withdrawal->subject);
	struct text_row *row = text_table_take(model->withdrawn, field);
	struct cut cut = { .kind = withdrawal->kind, .origin = withdrawal->origin };
	if (row->value.at != NULL) {
		struct cut was;
		memcpy(&was, row->value.at, sizeof was);
		if (!is_later(&cut, &was))
			return;
	}
	if (cut.kind == WITHDRAWAL_SUPERSEDED) {
		CHECK(withdrawal->name.len <= sizeof cut.id);
		memcpy(cut.id, withdrawal->name.at, withdrawal->name.len);
		cut.id_len = withdrawal->name.len;
	}
	text_row_set(row, (struct slice){ (const char *)&cut, sizeof cut });
}

void queue_model_look_ahead(struct queue_model *model, const struct store_events *events, void *ctx)
{
	for (unsigned number = 0; number < LANE_READY; number++) {
		struct queue_lane *lane = &model->lanes[number];
		for (; lane->looked < lane->count; lane->looked++) {
			const struct queue_entry *entry = lane->entries[lane->looked];
			struct store_entry seen = {
				.key = entry->key,
				.origin = entry->origin,
				.body = entry->body,
				.malformed = entry->malformed,
			};
			struct store_withdrawal withdrawal;
			if (entry->is_settled || !events->foresees(ctx, &seen, &withdrawal))
				continue;
			withdrawal.origin = entry->origin;
			queue_model_withdraw(model, &withdrawal);
		}
	}
}

static bool has(struct queue_model *model, char kind, struct slice name)
{
	char octets[FIELD_OCTETS];
	return name.len > 0 &&
	       text_table_find(model->withdrawn, field_of(octets, kind, name, (struct slice){ NULL, 0 })) != NULL;
}

enum begin_verdict queue_model_withdrawn(struct queue_model *model, const struct store_begin *item)
{
	char octets[FIELD_OCTETS];
	if (has(model, 'i', item->id) || has(model, 'b', item->batch))
		return BEGIN_CANCELLED;
	if (item->subject.len == 0)
		return BEGIN_GO;
	struct text_row *row =
		text_table_find(model->withdrawn, field_of(octets, 's', item->template_name, item->subject));
	if (row == NULL)
		return BEGIN_GO;
	struct cut cut;
	memcpy(&cut, row->value.at, sizeof cut);
	bool is_cancel = cut.kind == WITHDRAWAL_SUBJECT;
	bool is_itself = !is_cancel && slice_equal((struct slice){ cut.id, cut.id_len }, item->id);
	if (is_itself || !is_before(&item->origin, &cut.origin, is_cancel))
		return BEGIN_GO;
	return is_cancel ? BEGIN_CANCELLED : BEGIN_SUPERSEDED;
}
