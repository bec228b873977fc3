/* SPDX-License-Identifier: Apache-2.0 */

/* The commands that end an alert: receipt keys and SETTLE, and a late answer (gateway/store/store_settle.c). */

#include "explorer/explorer_worker.h"

#include <stdio.h>

#define ACCOUNT  "acct"
#define FAR_AWAY INT64_C(4000000000000) /* when a pause without an end is looked at anew, in ms */
#define PAUSE    "batch:b"

static struct command *out(struct explorer_world *world)
{
	return &world->command;
}

static const struct explorer_item *next_settling(const struct explorer_worker *worker,
						 const struct explorer_item *after)
{
	const struct explorer_item *item = after != NULL ? after + 1 : worker->items;
	for (; item < worker->items + EXPLORER_ITEMS_MAX; item++) {
		if (item->phase == ITEM_SETTLING)
			return item;
	}
	return NULL;
}

#define EACH_SETTLING(item)                                             \
	const struct explorer_item *item = next_settling(worker, NULL); \
	item != NULL;                                                   \
	item = next_settling(worker, item)

/* The event's JSON; empty where it has none. */
static void format_event(const struct explorer_item *item, char *text, size_t cap)
{
	const struct explorer_record *record = item->record;
	bool is_accepted = item->fate == FATE_CLOSE && item->closing == CLOSING_ACCEPTED;
	char id[ENTRY_ID_OCTETS];
	text[0] = '\0';
	if (item->fate == FATE_LATER || (item->fate == FATE_CLOSE && item->closing == CLOSING_CONTROL))
		return;
	entry_id_format(&record->key, id);
	size_t at = (size_t)snprintf(text, cap, "{\"id\":\"%s\",\"entry\":\"%s\",\"stream\":\"%s\",\"template\":\"t\"",
				     record->spec->id, id, lane_name(record->key.lane));
	at += (size_t)snprintf(text + at, cap - at, ",\"event\":\"%s\"",
			       item->fate == FATE_HOLD ? "held" : closing_name(item->closing));
	if (is_accepted)
		at += (size_t)snprintf(text + at, cap - at, ",\"account\":\"" ACCOUNT "\",\"refs\":[\"%s\"]",
				       item->ref);
	if (item->reason != NULL)
		at += (size_t)snprintf(text + at, cap - at, ",\"reason\":\"%s\"", item->reason);
	snprintf(text + at, cap - at, "%s}", item->is_ambiguous ? ",\"ambiguous\":true" : "");
}

static void put_state(struct explorer_world *world, const struct explorer_item *item)
{
	char state[64];
	snprintf(state, sizeof state, "7 1 0 0 %u 99 " ACCOUNT ",0%s -", item->doubts, item->may_resend ? "r" : "");
	command_word(out(world), state);
}

static void write_receipts(struct explorer_world *world, const struct explorer_worker *worker)
{
	explorer_begin(world, "HSET");
	explorer_put_generation(world, "receipts", 0);
	for (EACH_SETTLING(item)) {
		char field[48];
		if (item->fate != FATE_CLOSE || item->closing != CLOSING_ACCEPTED)
			continue;
		snprintf(field, sizeof field, ACCOUNT ":%s", item->ref);
		command_word(out(world), field);
		command_word(out(world), "1\n\"id\":\"x\"");
	}
	explorer_end(world);
}

static void put_events(struct explorer_world *world, const struct explorer_worker *worker)
{
	char events[EXPLORER_ITEMS_MAX * 320];
	size_t len = 0;
	for (EACH_SETTLING(item)) {
		char event[320];
		format_event(item, event, sizeof event);
		if (event[0] != '\0')
			len += (size_t)snprintf(events + len, sizeof events - len, "%s%s", len > 0 ? "\n" : "", event);
	}
	command_text(out(world), (struct slice){ events, len });
}

static void put_counts(struct explorer_world *world, const struct explorer_worker *worker)
{
	unsigned lanes[LANE_COUNT] = { 0 };
	unsigned closings[CLOSING_COUNT] = { 0 };
	unsigned kinds = 0;
	unsigned fates[FATE_HOLD + 1] = { 0 };
	for (EACH_SETTLING(item)) {
		lanes[item->key.lane]++;
		fates[item->fate]++;
		if (item->fate <= FATE_DEAD && closings[item->closing]++ == 0)
			kinds++;
	}
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		command_int(out(world), lanes[lane]);
	command_int(out(world), kinds);
	for (unsigned closing = 0; closing < CLOSING_COUNT; closing++) {
		if (closings[closing] == 0)
			continue;
		command_word(out(world), closing_name((enum closing)closing));
		command_int(out(world), closings[closing]);
	}
	command_int(out(world), fates[FATE_DEAD]);
	command_int(out(world), fates[FATE_LATER]);
	command_int(out(world), fates[FATE_HOLD]);
}

static int64_t due_of(const struct explorer_item *item)
{
	return item->is_put_away ? FAR_AWAY : 1;
}

static void put_kept(struct explorer_world *world, const struct explorer_item *item)
{
	command_int(out(world), item->attempt);
	command_int(out(world), item->is_ambiguous);
	put_state(world, item);
	command_word(out(world), item->record->body);
}

static void put_fates(struct explorer_world *world, const struct explorer_worker *worker)
{
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		for (EACH_SETTLING(item)) {
			if (item->key.lane == (enum lane)lane)
				explorer_put_id(world, "", &item->key);
		}
	}
	for (EACH_SETTLING(item)) {
		if (item->fate != FATE_DEAD)
			continue;
		command_word(out(world), item->record->body);
		command_word(out(world), item->record->origin);
		command_word(out(world), item->reason);
		command_int(out(world), item->is_ambiguous);
	}
	for (EACH_SETTLING(item)) {
		if (item->fate != FATE_LATER)
			continue;
		command_word(out(world), item->record->origin);
		command_int(out(world), due_of(item));
		put_kept(world, item);
		command_word(out(world), item->is_put_away ? PAUSE : "");
	}
	for (EACH_SETTLING(item)) {
		if (item->fate != FATE_HOLD)
			continue;
		command_word(out(world), item->record->origin);
		put_kept(world, item);
	}
}

static void write_settle_whole(struct explorer_world *world, const struct explorer_worker *worker)
{
	static const char *const keys[] = { "workers",      "totals", "events", "dead",       "later",
					    "later:bodies", "paused", "held",   "held:bodies" };
	explorer_begin_script(world, SCRIPT_SETTLE, sizeof keys / sizeof keys[0] + LANE_COUNT);
	for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++)
		explorer_put_key(world, keys[i]);
	explorer_put_lanes(world);
	command_word(out(world), worker->name);
	put_events(world, worker);
	put_counts(world, worker);
	put_fates(world, worker);
	explorer_end(world);
}

static void put_each(struct explorer_world *world, const struct explorer_item *item)
{
	char event[320];
	format_event(item, event, sizeof event);
	command_int(out(world), (int64_t)item->key.lane + 1);
	explorer_put_id(world, "", &item->key);
	command_word(out(world), item->fate == FATE_LATER  ? ""
				 : item->fate == FATE_HOLD ? "held"
							   : closing_name(item->closing));
	command_word(out(world), event);
	command_word(out(world), item->fate != FATE_CLOSE ? item->record->body : "");
	command_word(out(world), item->record->origin);
	command_word(out(world), item->fate == FATE_DEAD ? item->reason : "");
	command_int(out(world), due_of(item));
	command_int(out(world), item->attempt);
	command_int(out(world), item->is_ambiguous);
	put_state(world, item);
	command_word(out(world), item->is_put_away ? PAUSE : "");
}

static void write_settle_each(struct explorer_world *world, const struct explorer_worker *worker)
{
	static const char *const keys[] = { "workers", "claims",       "totals", "events", "dead",
					    "later",   "later:bodies", "paused", "held",   "held:bodies" };
	explorer_begin_script(world, SCRIPT_SETTLE_EACH, sizeof keys / sizeof keys[0] + LANE_COUNT);
	for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++)
		explorer_put_key(world, keys[i]);
	explorer_put_lanes(world);
	command_word(out(world), worker->name);
	for (EACH_SETTLING(item))
		put_each(world, item);
	explorer_end(world);
}

/* -- late answers -- */

static void write_late(struct explorer_world *world, const struct explorer_worker *worker)
{
	const struct explorer_record *record = worker->late;
	static const char *const keys[] = { "later", "later:bodies", "held", "held:bodies", "totals", "events" };
	explorer_begin_script(world, SCRIPT_LATE, 10);
	for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++)
		explorer_put_key(world, keys[i]);
	for (unsigned age = 0; age < 2; age++)
		explorer_put_generation(world, "receipts", age);
	for (unsigned age = 0; age < 2; age++)
		explorer_put_generation(world, "told", age);
	command_word(out(world), record->origin);
	command_word(out(world), "x");
	command_word(out(world), ACCOUNT);
	command_word(out(world), record->late_ref);
	command_word(out(world), "1");
	command_word(out(world), "7");
	command_word(out(world), "0");
	explorer_end(world);
}

void explorer_settle_write(struct explorer_world *world, const struct explorer_worker *worker, enum explorer_step step)
{
	if (step == STEP_RECEIPTS)
		write_receipts(world, worker);
	else if (step == STEP_LATE)
		write_late(world, worker);
	else if (worker->is_careful)
		write_settle_each(world, worker);
	else
		write_settle_whole(world, worker);
}
