/* SPDX-License-Identifier: Apache-2.0 */

/* Alerts that wait for accounts on the model's queue. */

#include "fakes/queue_model.h"

#include "base/buf.h"

static bool has_name(struct slice names, struct slice name)
{
	while (names.len > 0) {
		if (slice_equal(slice_cut(&names, ','), name))
			return true;
	}
	return false;
}

static bool is_parked_on(const struct queue_waiting *waiting, struct slice account)
{
	return has_name(waiting->parked_on, account);
}

struct slice queue_model_parked(const struct queue_model *model)
{
	static char octets[1024];
	struct buf all = buf_over(octets, sizeof octets);
	for (unsigned i = 0; i < model->waiting_count; i++) {
		struct slice names = model->waiting[i].parked_on;
		while (names.len > 0) {
			struct slice name = slice_cut(&names, ',');
			if (model->waiting[i].due_at <= model->now || has_name(buf_slice(&all), name))
				continue;
			if (all.len > 0)
				buf_put_u8(&all, ',');
			buf_put_slice(&all, name);
		}
	}
	return buf_slice(&all);
}

static struct queue_waiting *first_parked(struct queue_model *model, struct slice account)
{
	struct queue_waiting *first = NULL;
	for (unsigned i = 0; i < model->waiting_count; i++) {
		struct queue_waiting *waiting = &model->waiting[i];
		if (waiting->due_at > model->now && is_parked_on(waiting, account) &&
		    (first == NULL || waiting->park_rank < first->park_rank))
			first = waiting;
	}
	return first;
}

struct store_unparked queue_model_unpark(struct queue_model *model, const struct store_unpark *ask)
{
	struct slice account = slice_of(ask->account);
	struct text_row *sent = text_table_take(model->sent_on, account);
	sent->number += ask->sent;
	struct store_unparked answer = { .released = 0, .sent = sent->number };
	struct queue_waiting *waiting;
	while (answer.released < ask->count && (waiting = first_parked(model, account)) != NULL) {
		waiting->due_at = model->now;
		answer.released++;
	}
	for (unsigned i = 0; i < model->waiting_count; i++)
		answer.left += model->waiting[i].due_at > model->now && is_parked_on(&model->waiting[i], account);
	return answer;
}
