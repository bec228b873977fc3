/* SPDX-License-Identifier: Apache-2.0 */

/* What withdraws alerts on the model's queue: noted at once, whichever entry it lies in, and asked by BEGIN. */

#include "fakes/queue_model.h"

#include "base/buf.h"
#include "base/check.h"
#include "model/alert.h"

#include <stdio.h>

#define FIELD_OCTETS 512
#define CUTS_MAX     32

/* What withdraws on a subject, the latest first. An id has one place: where it first lay. */
struct cut {
	enum withdrawal_kind kind;
	struct entry_key origin;
	char id[ALERT_ID_MAX + 1]; /* of a superseding alert; "" of a cancel */
};

struct cuts {
	unsigned count;
	struct cut list[CUTS_MAX];
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

static void note_cut(struct cuts *cuts, struct cut cut)
{
	bool is_cancel = cut.kind == WITHDRAWAL_SUBJECT;
	unsigned kept = 0;
	for (unsigned i = 0; i < cuts->count; i++) {
		const struct cut *other = &cuts->list[i];
		bool is_same = (other->kind == WITHDRAWAL_SUBJECT) == is_cancel && strcmp(other->id, cut.id) == 0;
		bool counts = is_cancel ? is_before(&cut.origin, &other->origin, false)
					: is_before(&other->origin, &cut.origin, false);
		if (is_same && counts)
			cut = *other;
		else if (!is_same)
			cuts->list[kept++] = *other;
	}
	unsigned at = 0;
	while (at < kept && is_before(&cut.origin, &cuts->list[at].origin, false))
		at++;
	if (at == CUTS_MAX)
		return;
	cuts->count = kept < CUTS_MAX ? kept + 1 : CUTS_MAX;
	memmove(&cuts->list[at + 1], &cuts->list[at], (cuts->count - at - 1) * sizeof cut);
	cuts->list[at] = cut;
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
	if (cut.kind == WITHDRAWAL_SUPERSEDED) {
		CHECK(withdrawal->name.len < sizeof cut.id);
		memcpy(cut.id, withdrawal->name.at, withdrawal->name.len);
	}
	struct cuts cuts = { .count = 0 };
	if (row->value.at != NULL)
		memcpy(&cuts, row->value.at, sizeof cuts);
	note_cut(&cuts, cut);
	text_row_set(row, (struct slice){ (const char *)&cuts, sizeof cuts });
}

void queue_model_look_ahead(struct queue_model *model, const struct store_events *events, void *ctx, bool all_lanes,
			    bool was_lost)
{
	bool forgets = was_lost && model->plant == PLANT_CANCEL_FORGOTTEN;
	for (unsigned number = 0; number < LANE_READY; number++) {
		if (number != LANE_URGENT && !all_lanes)
			continue;
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
			if (entry->is_settled || forgets || !events->foresees(ctx, &seen, &withdrawal))
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
	struct cuts cuts;
	memcpy(&cuts, row->value.at, sizeof cuts);
	const struct cut *cut = &cuts.list[0];
	bool is_cancel = cut->kind == WITHDRAWAL_SUBJECT;
	char id[ALERT_ID_MAX + 1];
	CHECK(item->id.len < sizeof id);
	snprintf(id, sizeof id, "%.*s", SLICE_ARG(item->id));
	bool is_outdone = false;
	for (unsigned i = 1; i < cuts.count; i++)
		is_outdone = is_outdone || strcmp(cuts.list[i].id, id) == 0;
	bool is_itself = strcmp(cut->id, id) == 0;
	if (!is_outdone && (is_itself || !is_before(&item->origin, &cut->origin, is_cancel)))
		return BEGIN_GO;
	return is_cancel ? BEGIN_CANCELLED : BEGIN_SUPERSEDED;
}
