/* SPDX-License-Identifier: Apache-2.0 */

/* Entries that a reply brought become items of the worker. */

#include "base/check.h"
#include "base/number.h"
#include "explorer/explorer_worker.h"

#include <stdio.h>

static struct explorer_item *item_of_key(struct explorer_worker *worker, const struct entry_key *key)
{
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++) {
		if (worker->items[i].phase != ITEM_FREE && entry_key_equal(&worker->items[i].key, key))
			return &worker->items[i];
	}
	return NULL;
}

static struct explorer_item *take_item(struct explorer_worker *worker)
{
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++) {
		if (worker->items[i].phase == ITEM_FREE)
			return &worker->items[i];
	}
	CHECK(false);
	return NULL;
}

static unsigned read_number(struct slice text)
{
	uint64_t number = 0;
	return number_parse(text, 1000000, &number) ? (unsigned)number : 0;
}

/* A number of the state, which is the worker's own text (put_state). */
static unsigned state_number(struct slice state, unsigned at)
{
	for (unsigned word = 0; word < at; word++) {
		const char *blank = state.len ? memchr(state.at, ' ', state.len) : NULL;
		if (blank == NULL)
			return 0;
		state = (struct slice){ blank + 1, state.len - (size_t)(blank + 1 - state.at) };
	}
	const char *end = memchr(state.at, ' ', state.len);
	return end != NULL ? read_number((struct slice){ state.at, (size_t)(end - state.at) }) : 0;
}

static void read_state(struct explorer_item *item, struct slice state)
{
	const char *comma = state.len ? memchr(state.at, ',', state.len) : NULL;
	item->doubts = state_number(state, 4);
	item->may_resend =
		item->may_resend || (comma != NULL && memchr(comma, 'r', (size_t)(state.at + state.len - comma)));
}

static void read_fields(struct explorer_world *world, const redisReply *fields, struct explorer_item *item,
			struct slice *body)
{
	for (size_t i = 0; fields != NULL && i + 1 < fields->elements; i += 2) {
		struct slice name = explorer_text_at(fields, i);
		struct slice value = explorer_text_at(fields, i + 1);
		if (slice_is(name, "alert"))
			*body = value;
		else if (slice_is(name, "origin"))
			item->record = explorer_world_origin(world, value);
		else if (slice_is(name, "attempt"))
			item->attempt = read_number(value);
		else if (slice_is(name, "ambiguous"))
			item->is_ambiguous = slice_is(value, "1");
		else if (slice_is(name, "state"))
			read_state(item, value);
		else if (slice_is(name, "resend"))
			item->may_resend = slice_is(value, "1");
		else
			explorer_fail(world, "an entry has a field %.*s", SLICE_ARG(name));
	}
}

static void take_entry(struct explorer_world *world, struct explorer_worker *worker, const struct explorer_item *read)
{
	struct explorer_item *item = take_item(worker);
	*item = *read;
	bool may_have_left = item->is_in_doubt || (item->is_ambiguous && !item->may_resend);
	if (item->record->spec->kind == SPEC_ALERT) {
		item->phase = ITEM_READY;
		if (!may_have_left || !item->record->spec->holds)
			return;
		item->phase = ITEM_DECIDED;
		item->fate = FATE_HOLD;
		item->reason = "interrupted";
		return;
	}
	/* It withdraws others: that is noted, and then it is settled. */
	item->phase = ITEM_DECIDED;
	item->fate = FATE_CLOSE;
	item->closing = CLOSING_CONTROL;
	if (worker->own_note_count < EXPLORER_NOTES_MAX)
		worker->own_notes[worker->own_note_count++] = item->record;
	else
		explorer_fail(world, "too many cancels at once");
}

unsigned explorer_deliver(struct explorer_world *world, struct explorer_worker *worker, enum lane lane,
			  const redisReply *entries, bool reclaimed)
{
	unsigned delivered = 0;
	for (size_t i = 0; entries != NULL && i < entries->elements; i++) {
		struct explorer_item read = { .is_reclaimed = reclaimed };
		struct slice body = { NULL, 0 };
		const redisReply *entry = entries->element[i];
		if (!entry_id_parse(explorer_text_at(entry, 0), lane, &read.key)) {
			explorer_fail(world, "a reply has no entry id");
			continue;
		}
		read.record = explorer_world_record(world, &read.key);
		read_fields(world, explorer_at(entry, 1), &read, &body);
		if (read.record == NULL || !slice_is(body, read.record->body)) {
			explorer_fail(world,
				      "an entry of lane %s has another origin or body than it was added with: %.*s",
				      lane_name(lane), SLICE_ARG(body));
			continue;
		}
		if (item_of_key(worker, &read.key) != NULL) {
			if (!reclaimed)
				explorer_fail(world, "w%u was given %s twice", worker->number, read.record->origin);
			continue;
		}
		if (reclaimed && key_set_has(&worker->orphan_intents, &read.key))
			read.is_ambiguous = read.is_in_doubt = read.is_begun = true;
		read.doubts += read.is_in_doubt || (read.is_ambiguous && read.doubts == 0);
		take_entry(world, worker, &read);
		delivered++;
	}
	return delivered;
}
