/* SPDX-License-Identifier: Apache-2.0 */

/* The commands of each step, argument for argument as the store writes them (gateway/store/store_….c). */

#include "base/check.h"
#include "explorer/explorer_worker.h"
#include "store/intents.h"

#include <stdio.h>
#include <string.h>

static struct command *out(struct explorer_world *world)
{
	return &world->command;
}

static void put_short(struct explorer_world *world, const struct entry_key *key)
{
	char text[ENTRY_SHORT_OCTETS];
	size_t len = entry_key_format_short(key, text);
	command_text(out(world), (struct slice){ text, len });
}

static void put_consumer_keys(struct explorer_world *world)
{
	explorer_put_key(world, "workers");
	explorer_put_key(world, "intents");
	explorer_put_key(world, "claims");
	explorer_put_lanes(world);
}

static const char *const lane_keys[LANE_COUNT] = { "alerts:urgent", "alerts:normal", "alerts:bulk", "ready" };

/* -- intents -- */

struct blob {
	struct buf buf;
	uint64_t previous_ms;
};

static void put_intent(void *ctx, const struct entry_key *key)
{
	struct blob *blob = ctx;
	intents_put(&blob->buf, key, &blob->previous_ms);
}

/* All that is begun; what a dead one had begun, while its entries come over. */
static void put_intents(struct explorer_world *world, struct explorer_worker *worker)
{
	char octets[1 + 4 * EXPLORER_ITEMS_MAX * INTENT_OCTETS_MAX];
	struct blob blob = { .buf = buf_over(octets, sizeof octets) };
	intents_begin(&blob.buf);
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++) {
		if (worker->items[i].phase != ITEM_FREE && worker->items[i].is_begun)
			put_intent(&blob, &worker->items[i].key);
	}
	key_set_each(&worker->orphan_intents, put_intent, &blob);
	CHECK(!blob.buf.full);
	command_text(out(world), buf_slice(&blob.buf));
}

/* -- READ -- */

static void put_claim(struct explorer_world *world, struct explorer_worker *worker, unsigned may_read)
{
	explorer_begin_script(world, SCRIPT_CLAIM, 1 + LANE_COUNT);
	explorer_put_key(world, "claims");
	explorer_put_lanes(world);
	command_word(out(world), worker->name);
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		command_int(out(world), may_read);
	worker->given_back_count = claims_idle(&worker->claims, worker->given_back, EXPLORER_LOST_MAX);
	for (unsigned i = 0; i < worker->given_back_count; i++) {
		command_int(out(world), (int64_t)worker->given_back[i].lane + 1);
		explorer_put_id(world, "", &worker->given_back[i]);
	}
	explorer_end(world);
}

static void put_forgotten_script(struct explorer_world *world)
{
	explorer_begin(world, "EVALSHA");
	command_word(&world->command, "0000000000000000000000000000000000000000");
	command_word(&world->command, "0");
	explorer_end(world);
}

static void write_read(struct explorer_world *world, struct explorer_worker *worker, bool claims)
{
	explorer_begin(world, "MULTI");
	explorer_end(world);
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		explorer_begin(world, "XREADGROUP");
		command_word(out(world), "GROUP");
		command_word(out(world), "gateway");
		command_word(out(world), worker->name);
		command_word(out(world), "COUNT");
		command_int(out(world), world->scenario->read_max);
		command_word(out(world), "NOACK");
		command_word(out(world), "STREAMS");
		explorer_put_key(world, lane_keys[lane]);
		command_word(out(world), ">");
		explorer_end(world);
	}
	if (claims)
		put_claim(world, worker, 0);
	else
		put_forgotten_script(world);
	explorer_begin(world, "EXEC");
	explorer_end(world);
}

/* -- BEGIN -- */

static struct explorer_item *next_beginning(struct explorer_worker *worker, struct explorer_item *after)
{
	struct explorer_item *item = after != NULL ? after + 1 : worker->items;
	for (; item < worker->items + EXPLORER_ITEMS_MAX; item++) {
		if (item->phase == ITEM_BEGINNING)
			return item;
	}
	return NULL;
}

#define EACH_BEGINNING(item)                                       \
	struct explorer_item *item = next_beginning(worker, NULL); \
	item != NULL;                                              \
	item = next_beginning(worker, item)

static void put_subject(struct explorer_world *world, const char *subject)
{
	char text[64];
	snprintf(text, sizeof text, "t\n%s", subject);
	command_word(out(world), text);
}

static void put_begin_items(struct explorer_world *world, struct explorer_worker *worker)
{
	unsigned place = 0;
	for (EACH_BEGINNING(item))
		command_word(out(world), item->record->spec->id);
	for (EACH_BEGINNING(item)) {
		command_word(out(world), item->record->spec->id);
		put_short(world, &item->record->key);
	}
	for (EACH_BEGINNING(item)) {
		place++;
		if (!item->is_reclaimed)
			continue;
		command_int(out(world), place);
		command_int(out(world), (int64_t)item->key.lane + 1);
		explorer_put_id(world, "", &item->key);
	}
	for (EACH_BEGINNING(item)) {
		if (item->record->spec->subject != NULL)
			put_subject(world, item->record->spec->subject);
	}
	place = 0;
	for (EACH_BEGINNING(item)) {
		place++;
		if (item->record->spec->subject != NULL)
			command_int(out(world), place);
	}
	for (EACH_BEGINNING(item)) {
		if (item->record->spec->batch != NULL)
			command_word(out(world), item->record->spec->batch);
	}
	place = 0;
	for (EACH_BEGINNING(item)) {
		place++;
		if (item->record->spec->batch != NULL)
			command_int(out(world), place);
	}
}

/* What protects recipients; nothing where nobody of the batch is. */
static void put_protection(struct explorer_world *world, struct explorer_worker *worker)
{
	char numbers[EXPLORER_ITEMS_MAX * 20];
	char limits[EXPLORER_ITEMS_MAX * 64];
	struct buf words = buf_over(numbers, sizeof numbers);
	struct buf lines = buf_over(limits, sizeof limits);
	unsigned place = 0;
	for (EACH_BEGINNING(item)) {
		const char *number = item->record->spec->number;
		place++;
		buf_put_format(&words, "%s ", number != NULL ? number : "-");
		if (number != NULL)
			buf_put_format(&lines, "%u 1 0000000000000000 n%s\n", place, number);
	}
	CHECK(!words.full && !lines.full);
	if (lines.len == 0)
		return;
	char kind[32];
	snprintf(kind, sizeof kind, "- 0 %u - 0\n", EXPLORER_DAY_MAX);
	command_text(out(world), buf_slice(&words));
	command_word(out(world), kind);
	command_text(out(world), buf_slice(&lines));
}

static void write_begin(struct explorer_world *world, struct explorer_worker *worker)
{
	unsigned count = 0;
	unsigned reclaimed = 0;
	unsigned subjects = 0;
	unsigned batches = 0;
	for (EACH_BEGINNING(item)) {
		count++;
		reclaimed += item->is_reclaimed;
		subjects += item->record->spec->subject != NULL;
		batches += item->record->spec->batch != NULL;
	}
	explorer_begin_script(world, SCRIPT_BEGIN, 4 + LANE_COUNT + 6 + 7);
	explorer_put_key(world, "workers");
	explorer_put_key(world, "intents");
	explorer_put_generation(world, "seen", 0);
	explorer_put_generation(world, "seen", 1);
	explorer_put_lanes(world);
	static const char *const withdrawn[] = { "withdrawn:ids", "withdrawn:subjects", "withdrawn:batches" };
	for (unsigned i = 0; i < 6; i++)
		explorer_put_generation(world, withdrawn[i / 2], i % 2);
	static const char *const kept[] = { "texts", "caps:day", "caps:minute" };
	explorer_put_key(world, "optout");
	for (unsigned i = 0; i < 6; i++)
		explorer_put_generation(world, kept[i / 2], i % 2);
	command_word(out(world), worker->name);
	put_intents(world, worker);
	command_int(out(world), count);
	command_int(out(world), reclaimed);
	command_int(out(world), subjects);
	command_int(out(world), batches);
	put_begin_items(world, worker);
	put_protection(world, worker);
	explorer_end(world);
}

/* -- the look-out -- */

static void put_note(struct explorer_world *world, const struct explorer_record *record)
{
	const struct explorer_spec *spec = record->spec;
	char value[ENTRY_SHORT_OCTETS + 32];
	bool is_cancel = spec->kind == SPEC_CANCEL;
	if (is_cancel && (spec->id != NULL || spec->batch != NULL)) {
		command_word(out(world), spec->id != NULL ? "i" : "b");
		command_word(out(world), spec->id != NULL ? spec->id : spec->batch);
		command_word(out(world), "");
		return;
	}
	command_word(out(world), "s");
	put_subject(world, spec->subject);
	value[0] = is_cancel ? 'C' : 'S';
	size_t len = 1 + entry_key_format_short(&record->key, value + 1);
	if (!is_cancel)
		snprintf(value + len, sizeof value - len, " %s", spec->id);
	command_word(out(world), value);
}

static void begin_note(struct explorer_world *world, unsigned lane)
{
	explorer_begin_script(world, SCRIPT_WITHDRAW, 4);
	explorer_put_generation(world, "lookout", 0);
	explorer_put_generation(world, "withdrawn:ids", 0);
	explorer_put_generation(world, "withdrawn:subjects", 0);
	explorer_put_generation(world, "withdrawn:batches", 0);
	command_int(out(world), lane);
}

static void write_note(struct explorer_world *world, const struct explorer_worker *worker)
{
	begin_note(world, worker->note_lane + 1);
	explorer_put_id(world, "", &worker->look_at[worker->note_lane]);
	for (unsigned i = 0; i < worker->noted_count; i++)
		put_note(world, worker->noted[i]);
	explorer_end(world);
}

static void write_own_note(struct explorer_world *world, const struct explorer_worker *worker)
{
	begin_note(world, 0);
	command_word(out(world), "");
	put_note(world, worker->own_notes[0]);
	explorer_end(world);
}

static void write_look(struct explorer_world *world, const struct explorer_worker *worker)
{
	unsigned lane = explorer_worker_look_lane(worker);
	explorer_begin(world, "XRANGE");
	explorer_put_key(world, lane_keys[lane]);
	explorer_put_id(world, "(", &worker->look_at[lane]);
	command_word(out(world), "+");
	command_word(out(world), "COUNT");
	command_int(out(world), world->scenario->look_count);
	explorer_end(world);
}

/* -- upkeep -- */

static void write_register(struct explorer_world *world, const struct explorer_worker *worker)
{
	explorer_begin_script(world, SCRIPT_REGISTER, 2 + LANE_COUNT);
	explorer_put_key(world, "workers");
	explorer_put_key(world, "intents");
	explorer_put_lanes(world);
	command_word(out(world), worker->name);
	command_int(out(world), worker->has_signed_on);
	explorer_end(world);
}

static void write_heartbeat(struct explorer_world *world, const struct explorer_worker *worker)
{
	explorer_begin_script(world, SCRIPT_HEARTBEAT, 7 + LANE_COUNT);
	put_consumer_keys(world);
	explorer_put_key(world, "later");
	explorer_put_key(world, "dead");
	explorer_put_generation(world, "lookout", 0);
	explorer_put_key(world, "held");
	command_word(out(world), worker->name);
	explorer_end(world);
}

static void write_adopt(struct explorer_world *world, struct explorer_worker *worker, bool is_fence)
{
	explorer_begin_script(world, SCRIPT_ADOPT, 3 + LANE_COUNT);
	put_consumer_keys(world);
	command_word(out(world), worker->name);
	command_word(out(world), worker->orphan);
	if (is_fence)
		command_word(out(world), "");
	else
		put_intents(world, worker);
	command_int(out(world), is_fence ? 0 : world->scenario->adopt_max);
	explorer_end(world);
}

static void write_owned(struct explorer_world *world, const struct explorer_worker *worker)
{
	explorer_begin_script(world, SCRIPT_OWNED, 1);
	explorer_put_key(world, "claims");
	command_word(out(world), worker->name);
	explorer_end(world);
}

static void write_fetch(struct explorer_world *world, const struct explorer_worker *worker)
{
	const struct explorer_lost *range = &worker->lost[0];
	explorer_begin(world, "XRANGE");
	explorer_put_key(world, lane_keys[range->to.lane]);
	explorer_put_id(world, "(", &range->after);
	explorer_put_id(world, "", &range->to);
	command_word(out(world), "COUNT");
	command_int(out(world), world->scenario->adopt_max);
	explorer_end(world);
}

static void write_move(struct explorer_world *world)
{
	explorer_begin_script(world, SCRIPT_MOVE, 3);
	explorer_put_key(world, "later");
	explorer_put_key(world, "later:bodies");
	explorer_put_key(world, "ready");
	command_int(out(world), 2);
	explorer_end(world);
}

static void write_hgetall(struct explorer_world *world, const char *name, bool is_generation)
{
	explorer_begin(world, "HGETALL");
	if (is_generation)
		explorer_put_generation(world, name, 0);
	else
		explorer_put_key(world, name);
	explorer_end(world);
}

static void write_sign_off(struct explorer_world *world, const struct explorer_worker *worker)
{
	explorer_begin_script(world, SCRIPT_SIGN_OFF, 3 + LANE_COUNT);
	put_consumer_keys(world);
	command_word(out(world), worker->name);
	explorer_end(world);
}

static void write_upkeep(struct explorer_world *world, struct explorer_worker *worker, enum explorer_step step)
{
	if (step == STEP_REGISTER)
		write_register(world, worker);
	else if (step == STEP_HEARTBEAT)
		write_heartbeat(world, worker);
	else if (step == STEP_FENCE || step == STEP_ADOPT)
		write_adopt(world, worker, step == STEP_FENCE);
	else if (step == STEP_OWNED)
		write_owned(world, worker);
	else if (step == STEP_FETCH)
		write_fetch(world, worker);
	else if (step == STEP_MOVE)
		write_move(world);
	else if (step == STEP_SIGN_OFF)
		write_sign_off(world, worker);
	else
		write_hgetall(world, step == STEP_PAUSES ? "paused" : "lookout", step == STEP_LOOK_FROM);
}

void explorer_worker_write(struct explorer_world *world, struct explorer_worker *worker, enum explorer_step step)
{
	if (step == STEP_READ || step == STEP_READ_UNCLAIMED)
		write_read(world, worker, step == STEP_READ);
	else if (step == STEP_READ_FULL)
		put_claim(world, worker, world->scenario->read_max);
	else if (step == STEP_LOOK)
		write_look(world, worker);
	else if (step == STEP_NOTE)
		write_note(world, worker);
	else if (step == STEP_NOTE_OWN)
		write_own_note(world, worker);
	else if (step == STEP_BEGIN)
		write_begin(world, worker);
	else if (step == STEP_RECEIPTS || step == STEP_SETTLE || step == STEP_LATE)
		explorer_settle_write(world, worker, step);
	else
		write_upkeep(world, worker, step);
}
