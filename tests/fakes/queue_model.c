/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/queue_model.h"

#include "base/check.h"
#include "fakes/fake_memory.h"

#include <stdio.h>
#include <stdlib.h>

struct queue_model *queue_model_create(wall_ms now, int64_t seen_window_ms, int64_t receipt_window_ms)
{
	struct queue_model *model = fake_memory_take(1, sizeof *model);
	model->now = now;
	model->seen_window_ms = seen_window_ms;
	model->receipt_window_ms = receipt_window_ms;
	model->consumers = fake_memory_take(QUEUE_CONSUMERS_MAX, sizeof *model->consumers);
	model->seen = text_table_create();
	model->receipts = text_table_create();
	model->withdrawn = text_table_create();
	model->mos = text_table_create();
	model->opted_out = text_table_create();
	model->sent = text_table_create();
	model->sent_on = text_table_create();
	return model;
}

static void free_text(struct slice text)
{
	free((char *)(uintptr_t)text.at);
}

void queue_model_destroy(struct queue_model *model)
{
	if (model == NULL)
		return;
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		for (unsigned i = 0; i < model->lanes[lane].count; i++) {
			free_text(model->lanes[lane].entries[i]->body);
			free_text(model->lanes[lane].entries[i]->state);
			free(model->lanes[lane].entries[i]);
		}
		free(model->lanes[lane].entries);
	}
	for (unsigned i = 0; i < model->consumer_count; i++)
		free(model->consumers[i].intents);
	for (unsigned i = 0; i < model->waiting_count; i++) {
		free_text(model->waiting[i].state);
		free_text(model->waiting[i].body);
		free_text(model->waiting[i].paused_by);
		free_text(model->waiting[i].parked_on);
	}
	for (unsigned i = 0; i < model->held_count; i++) {
		free_text(model->held[i].state);
		free_text(model->held[i].body);
	}
	for (unsigned i = 0; i < model->dead_count; i++) {
		free_text(model->dead[i].reason);
		free_text(model->dead[i].body);
	}
	for (unsigned i = 0; i < model->event_count; i++)
		free_text(model->events[i]);
	free(model->binds);
	free(model->consumers);
	free(model->waiting);
	free(model->held);
	free(model->dead);
	free(model->events);
	text_table_destroy(model->seen);
	text_table_destroy(model->receipts);
	text_table_destroy(model->withdrawn);
	text_table_destroy(model->mos);
	text_table_destroy(model->opted_out);
	text_table_destroy(model->sent);
	text_table_destroy(model->sent_on);
	free(model);
}

/* -- entries -- */

/* Ids are what a stream gives: the time, and a number where the time is the same or has gone back. */
static struct queue_entry *append(struct queue_model *model, enum lane number)
{
	struct queue_lane *lane = &model->lanes[number];
	if (lane->count == lane->cap) {
		lane->cap = lane->cap ? 2 * lane->cap : 64;
		lane->entries = fake_memory_grow(lane->entries, lane->cap * sizeof *lane->entries);
	}
	struct queue_entry *entry = fake_memory_take(1, sizeof *entry);
	entry->key = (struct entry_key){ .ms = (uint64_t)model->now, .lane = number };
	if (lane->count > 0) {
		const struct entry_key *last = &lane->entries[lane->count - 1]->key;
		if (last->ms >= entry->key.ms)
			entry->key = (struct entry_key){ .ms = last->ms, .seq = last->seq + 1, .lane = number };
	}
	entry->origin = entry->key;
	entry->owner = entry->told_to = QUEUE_NOBODY;
	lane->entries[lane->count++] = entry;
	lane->live++;
	return entry;
}

struct entry_key queue_model_add(struct queue_model *model, enum lane lane, struct slice body, const char *malformed)
{
	struct queue_entry *entry = append(model, lane);
	entry->body = text_copy(body);
	entry->malformed = malformed;
	model->added++;
	return entry->key;
}

void queue_model_add_at(struct queue_model *model, const struct entry_key *key, struct slice body)
{
	struct queue_entry *entry = append(model, key->lane);
	entry->key = entry->origin = *key;
	entry->body = text_copy(body);
	model->added++;
}

struct queue_entry *queue_model_find(struct queue_model *model, const struct entry_key *key)
{
	struct queue_lane *lane = &model->lanes[key->lane];
	unsigned low = 0;
	unsigned high = lane->count;
	while (low < high) {
		unsigned middle = low + (high - low) / 2;
		int order = entry_id_compare(&lane->entries[middle]->key, key);
		if (order == 0)
			return lane->entries[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

unsigned queue_model_depth(const struct queue_model *model)
{
	unsigned depth = model->waiting_count + model->held_count;
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		depth += model->lanes[lane].live;
	return depth;
}

int64_t queue_model_drift(const struct queue_model *model)
{
	int64_t accounted = (int64_t)model->waiting_count + model->held_count;
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		for (unsigned i = model->lanes[lane].first; i < model->lanes[lane].count; i++)
			accounted += !model->lanes[lane].entries[i]->is_settled;
	}
	for (unsigned closing = 0; closing < CLOSING_COUNT; closing++)
		accounted += (int64_t)model->totals[closing];
	return (int64_t)model->added - accounted;
}

unsigned queue_model_read(struct queue_model *model, unsigned consumer, enum lane number, unsigned count,
			  struct queue_entry **out)
{
	struct queue_lane *lane = &model->lanes[number];
	unsigned given = 0;
	while (given < count && lane->next < lane->count) {
		struct queue_entry *entry = lane->entries[lane->next++];
		entry->owner = consumer;
		model->consumers[consumer].pending++;
		out[given++] = entry;
	}
	return given;
}

unsigned queue_model_pending(const struct queue_model *model, unsigned consumer, bool only_lost,
			     struct queue_entry **out, unsigned cap)
{
	unsigned found = 0;
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		for (unsigned i = model->lanes[lane].first; i < model->lanes[lane].next; i++) {
			struct queue_entry *entry = model->lanes[lane].entries[i];
			if (entry->is_settled || entry->owner != consumer || (only_lost && entry->told_to == consumer))
				continue;
			if (found < cap)
				out[found] = entry;
			found++;
		}
	}
	return found;
}

wall_ms queue_model_next_due(const struct queue_model *model)
{
	wall_ms due = INT64_MAX;
	for (unsigned i = 0; i < model->waiting_count; i++) {
		if (model->waiting[i].due_at < due)
			due = model->waiting[i].due_at;
	}
	return due;
}

/* It comes back, with what was kept of it. */
static struct queue_entry *bring_back(struct queue_model *model, struct queue_waiting *waiting)
{
	struct queue_entry *entry = append(model, LANE_READY);
	if (model->plant != PLANT_RETRY_LOSES_ORIGIN)
		entry->origin = waiting->origin;
	entry->body = waiting->body;
	entry->state = waiting->state;
	entry->attempt = waiting->attempt;
	entry->ambiguous = waiting->ambiguous;
	free_text(waiting->paused_by);
	free_text(waiting->parked_on);
	waiting->paused_by = waiting->parked_on = (struct slice){ NULL, 0 };
	return entry;
}

bool queue_model_resend(struct queue_model *model, const struct entry_key *origin)
{
	for (unsigned i = 0; i < model->held_count; i++) {
		if (!entry_key_equal(&model->held[i].origin, origin))
			continue;
		struct queue_entry *entry = bring_back(model, &model->held[i]);
		entry->ambiguous = entry->resend = true;
		model->held[i] = model->held[--model->held_count];
		return true;
	}
	return false;
}

void queue_model_move(struct queue_model *model, unsigned count)
{
	for (unsigned i = 0; i < model->waiting_count && count > 0;) {
		struct queue_waiting *waiting = &model->waiting[i];
		if (waiting->due_at > model->now) {
			i++;
			continue;
		}
		if (waiting->has_moved) { /* a planted bug: only now does it leave `later` */
			model->waiting[i] = model->waiting[--model->waiting_count];
			continue;
		}
		bring_back(model, waiting);
		if (model->plant == PLANT_MOVER_NOT_ATOMIC) {
			waiting->state = waiting->body = (struct slice){ NULL, 0 };
			waiting->has_moved = true;
			return;
		}
		model->waiting[i] = model->waiting[--model->waiting_count];
		count--;
	}
}

/* -- consumers -- */

unsigned queue_model_sign_on(struct queue_model *model, const char *name)
{
	unsigned number = 0;
	while (number < model->consumer_count && strcmp(model->consumers[number].name, name) != 0)
		number++;
	if (number == model->consumer_count) {
		CHECK(number < QUEUE_CONSUMERS_MAX);
		model->consumer_count++;
		snprintf(model->consumers[number].name, QUEUE_NAME_OCTETS, "%s", name);
	}
	struct queue_consumer *consumer = &model->consumers[number];
	consumer->is_alive = true;
	consumer->has_intents = true;
	consumer->beat = 1;
	return number;
}

static void forget_intents(struct queue_consumer *consumer)
{
	consumer->has_intents = false;
	consumer->intent_count = 0;
}

void queue_model_sign_off(struct queue_model *model, unsigned consumer)
{
	model->consumers[consumer].is_alive = false;
	if (model->consumers[consumer].pending == 0)
		forget_intents(&model->consumers[consumer]);
}

bool queue_model_beat(struct queue_model *model, unsigned consumer)
{
	model->consumers[consumer].beat++;
	return model->consumers[consumer].is_alive;
}

static void set_intents(struct queue_consumer *consumer, const struct entry_key *intents, unsigned count)
{
	consumer->intents = fake_memory_grow(consumer->intents, (count + 1) * sizeof *consumer->intents);
	if (count > 0)
		memcpy(consumer->intents, intents, count * sizeof *intents);
	consumer->intent_count = count;
	consumer->has_intents = true;
}

bool queue_model_fence(struct queue_model *model, unsigned adopter, unsigned dead)
{
	if (!model->consumers[adopter].is_alive)
		return false;
	if (model->plant != PLANT_ADOPT_WITHOUT_FENCE)
		model->consumers[dead].is_alive = false;
	return true;
}

static bool has_intent(const struct queue_consumer *consumer, const struct entry_key *key)
{
	for (unsigned i = 0; i < consumer->intent_count; i++) {
		if (entry_key_equal(&consumer->intents[i], key))
			return true;
	}
	return false;
}

bool queue_model_adopt(struct queue_model *model, unsigned adopter, unsigned dead, const struct entry_key *intents,
		       unsigned intent_count, unsigned count, struct queue_entry **out, unsigned *out_count,
		       unsigned *pending)
{
	struct queue_consumer *from = &model->consumers[dead];
	struct queue_consumer *to = &model->consumers[adopter];
	if (!queue_model_fence(model, adopter, dead))
		return false;
	set_intents(to, intents, intent_count);
	unsigned found = queue_model_pending(model, dead, false, out, count);
	*out_count = found < count ? found : count;
	for (unsigned i = 0; i < *out_count; i++) {
		out[i]->owner = adopter;
		out[i]->was_doubtful = out[i]->was_doubtful || has_intent(from, &out[i]->key);
		from->pending--;
		to->pending++;
	}
	*pending = from->pending;
	if (from->pending == 0)
		forget_intents(from);
	return true;
}

/* -- BEGIN -- */

/* The origin that an id is known with; absent where it is unknown or its generation is gone. */
static struct slice known_origin(struct queue_model *model, struct slice id)
{
	struct text_row *row = text_table_find(model->seen, id);
	uint64_t now = (uint64_t)(model->now / model->seen_window_ms);
	return row != NULL && row->number + 1 >= now ? row->value : (struct slice){ NULL, 0 };
}

static enum begin_verdict judge(struct queue_model *model, const struct store_begin *item)
{
	const struct queue_entry *entry = queue_model_find(model, &item->key);
	bool is_there = entry != NULL && !entry->is_settled;
	if (item->reclaimed && !is_there)
		return BEGIN_GONE;
	char text[ENTRY_KEY_OCTETS];
	struct slice origin = { text, entry_key_format(&item->origin, text) };
	struct slice known = known_origin(model, item->id);
	if (known.at != NULL && (!slice_equal(known, origin) || model->plant == PLANT_DEDUPE_WITHOUT_ORIGIN))
		return BEGIN_DUPLICATE;
	enum begin_verdict verdict = queue_model_withdrawn(model, item);
	if (known.at != NULL)
		return verdict;
	struct text_row *row = text_table_take(model->seen, item->id);
	row->number = (uint64_t)(model->now / model->seen_window_ms);
	text_row_set(row, origin);
	return verdict;
}

/* A planted bug: the intents are those of the BEGIN before. */
static void forget_items(struct queue_consumer *consumer, const struct store_begin *items, unsigned count)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < consumer->intent_count; i++) {
		unsigned at = 0;
		while (at < count && !entry_key_equal(&items[at].key, &consumer->intents[i]))
			at++;
		if (at == count)
			consumer->intents[kept++] = consumer->intents[i];
	}
	consumer->intent_count = kept;
}

bool queue_model_begin(struct queue_model *model, unsigned consumer, const struct store_begin *items, unsigned count,
		       const struct entry_key *intents, unsigned intent_count, enum begin_verdict *verdicts,
		       struct begin_note *notes)
{
	if (!model->consumers[consumer].is_alive)
		return false;
	set_intents(&model->consumers[consumer], intents, intent_count);
	if (model->plant == PLANT_INTENT_AFTER_OCTETS)
		forget_items(&model->consumers[consumer], items, count);
	for (unsigned i = 0; i < count; i++) {
		verdicts[i] = judge(model, &items[i]);
		notes[i] = (struct begin_note){ .rule = PROTECTION_NONE };
		if (verdicts[i] == BEGIN_GO)
			verdicts[i] = queue_model_protect(model, &items[i], &notes[i]);
	}
	return true;
}

/* -- messages from phones -- */

void queue_model_record_mo(struct queue_model *model, const struct queue_mo *mos, unsigned count, char *answers)
{
	for (unsigned i = 0; i < count; i++) {
		struct text_row *seen = text_table_take(model->mos, mos[i].mark);
		answers[i] = seen->number++ > 0 ? STORE_MO_REPEATED : STORE_MO_ADDED;
		if (answers[i] == STORE_MO_REPEATED)
			continue;
		model->mo_count++;
		if (mos[i].opted_out.len > 0)
			text_table_take(model->opted_out, mos[i].opted_out);
	}
}
