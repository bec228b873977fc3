/* SPDX-License-Identifier: Apache-2.0 */
#include "explorer/explorer_people.h"

#include <stdio.h>
#include <string.h>

#define PAUSE             "batch:b"
#define LOOKS_BEFORE_LAST 2 /* as cli_resume.c has it */

/* -- the producer -- */

static void begin_with_key(struct explorer_world *world, const char *word, const char *key)
{
	explorer_begin(world, word);
	explorer_put_key(world, key);
}

void explorer_producer_write(struct explorer_world *world, struct explorer_record *record)
{
	static const char *const lanes[] = { "alerts:urgent", "alerts:normal", "alerts:bulk" };
	char id[ENTRY_ID_OCTETS];
	entry_id_format(&record->key, id);
	begin_with_key(world, "XADD", lanes[record->key.lane]);
	command_word(&world->command, id);
	command_word(&world->command, "alert");
	command_word(&world->command, record->body);
	explorer_end(world);
	record->is_added = true;
	world->added++;
}

void explorer_producer_start(struct explorer_world *world)
{
	for (unsigned i = 0; i < EXPLORER_RECORDS_MAX; i++) {
		struct explorer_record *record = &world->records[i];
		if (record->spec != NULL && !record->spec->is_late)
			explorer_producer_write(world, record);
	}
}

struct explorer_record *explorer_producer_next(struct explorer_world *world)
{
	for (unsigned i = 0; i < EXPLORER_RECORDS_MAX; i++) {
		struct explorer_record *record = &world->records[i];
		if (record->spec != NULL && !record->is_added)
			return record;
	}
	return NULL;
}

/* -- somebody with the gateway's commands -- */

enum {
	STAGE_FIRST,
	STAGE_SCAN,
	STAGE_RELEASE,
};

static enum explorer_act act_of(const struct explorer_world *world)
{
	unsigned at = world->human.at;
	enum explorer_act act = at < EXPLORER_ACTS_MAX ? world->scenario->acts[at] : ACT_NONE;
	return act == ACT_NONE && world->drops_held ? ACT_DROP : act;
}

bool explorer_human_has_act(const struct explorer_world *world)
{
	return act_of(world) != ACT_NONE;
}

const char *explorer_human_name(const struct explorer_world *world)
{
	static const char *const names[] = { "", "PAUSE", "RESUME", "REQUEUE", "RESEND", "DROP" };
	return names[act_of(world)];
}

static void done(struct explorer_world *world)
{
	world->human = (struct explorer_human){ .at = world->human.at + 1 };
	world->drops_held = false;
}

static void write_pause(struct explorer_world *world)
{
	explorer_begin_script(world, SCRIPT_PAUSE, 1);
	explorer_put_key(world, "paused");
	command_word(&world->command, PAUSE);
	command_word(&world->command, "somebody");
	command_word(&world->command, "64");
}

static void write_resume(struct explorer_world *world)
{
	const struct explorer_human *human = &world->human;
	if (human->stage == STAGE_FIRST) {
		begin_with_key(world, "HDEL", "paused");
		command_word(&world->command, PAUSE);
	} else if (human->stage == STAGE_SCAN) {
		begin_with_key(world, "SSCAN", "paused:" PAUSE);
		command_word(&world->command, "0");
		command_word(&world->command, "COUNT");
		command_word(&world->command, "100");
	} else {
		explorer_begin_script(world, SCRIPT_RESUME, 3);
		explorer_put_key(world, "paused");
		explorer_put_key(world, "paused:" PAUSE);
		explorer_put_key(world, "later");
		command_word(&world->command, PAUSE);
		command_word(&world->command, human->looks >= LOOKS_BEFORE_LAST ? "1" : "0");
		for (unsigned i = 0; i < human->count; i++)
			command_word(&world->command, human->origins[i]);
	}
}

static void put_event(struct explorer_world *world, const char *origin, const char *name, const char *rest)
{
	char event[320];
	const char *at = strchr(origin, '@');
	snprintf(event, sizeof event, "{\"id\":\"x\",\"entry\":\"%.*s\",\"stream\":\"%s\",\"event\":\"%s\"%s}",
		 (int)(at - origin), origin, at + 1, name, rest);
	command_word(&world->command, event);
}

static void write_requeue(struct explorer_world *world)
{
	const struct explorer_human *human = &world->human;
	if (human->stage == STAGE_FIRST) {
		begin_with_key(world, "XRANGE", "dead");
		command_word(&world->command, "-");
		command_word(&world->command, "+");
		return;
	}
	explorer_begin_script(world, SCRIPT_REQUEUE, 4);
	explorer_put_key(world, "dead");
	explorer_put_key(world, "ready");
	explorer_put_key(world, "totals");
	explorer_put_key(world, "events");
	for (unsigned i = 0; i < human->count; i++) {
		command_word(&world->command, human->entries[i]);
		put_event(world, human->origins[i], "requeued", "");
	}
}

static void write_held_command(struct explorer_world *world, bool is_drop)
{
	const struct explorer_human *human = &world->human;
	if (human->stage == STAGE_FIRST) {
		begin_with_key(world, "ZRANGE", "held");
		command_word(&world->command, "0");
		command_word(&world->command, is_drop ? "-1" : "0");
		return;
	}
	explorer_begin_script(world, is_drop ? SCRIPT_DROP_HELD : SCRIPT_RESEND, is_drop ? 5 : 3);
	explorer_put_key(world, "held");
	explorer_put_key(world, "held:bodies");
	explorer_put_key(world, is_drop ? "dead" : "ready");
	if (is_drop) {
		explorer_put_key(world, "totals");
		explorer_put_key(world, "events");
		command_word(&world->command, "held_dropped: by somebody");
	}
	for (unsigned i = 0; i < human->count; i++) {
		command_word(&world->command, human->origins[i]);
		if (is_drop)
			put_event(world, human->origins[i], "dead", ",\"reason\":\"held_dropped: by somebody\"");
	}
}

void explorer_human_write(struct explorer_world *world)
{
	enum explorer_act act = act_of(world);
	if (act == ACT_PAUSE)
		write_pause(world);
	else if (act == ACT_RESUME)
		write_resume(world);
	else if (act == ACT_REQUEUE)
		write_requeue(world);
	else
		write_held_command(world, act == ACT_DROP);
	explorer_end(world);
}

static void keep_origin(struct explorer_human *human, struct slice origin)
{
	snprintf(human->origins[human->count], ENTRY_KEY_OCTETS, "%.*s", SLICE_ARG(origin));
}

static void keep_letter(struct explorer_human *human, const redisReply *letter)
{
	const redisReply *fields = explorer_at(letter, 1);
	snprintf(human->entries[human->count], ENTRY_ID_OCTETS, "%.*s", SLICE_ARG(explorer_text_at(letter, 0)));
	for (size_t i = 0; fields != NULL && i + 1 < fields->elements; i += 2) {
		struct slice value = explorer_text_at(fields, i + 1);
		if (slice_is(explorer_text_at(fields, i), "origin"))
			keep_origin(human, value);
	}
	human->count++;
}

static void keep_all(struct explorer_world *world, const redisReply *list, bool are_letters)
{
	struct explorer_human *human = &world->human;
	human->count = 0;
	for (size_t i = 0; list != NULL && i < list->elements && human->count < EXPLORER_RECORDS_MAX; i++) {
		if (are_letters) {
			keep_letter(human, list->element[i]);
		} else {
			keep_origin(human, explorer_text_at(list, i));
			human->count++;
		}
	}
}

static void take_resume(struct explorer_world *world, const redisReply *reply)
{
	struct explorer_human *human = &world->human;
	long long released = 0;
	long long absent = 0;
	if (human->stage == STAGE_FIRST) {
		world->is_paused = false;
		human->stage = STAGE_SCAN;
		return;
	}
	if (human->stage == STAGE_SCAN) {
		keep_all(world, explorer_at(reply, 1), false);
		human->stage = STAGE_RELEASE;
		if (human->count > 0)
			return;
	} else {
		released = explorer_at(reply, 0)->integer;
		absent = explorer_at(reply, 1)->integer;
	}
	human->stage = STAGE_SCAN;
	bool forgets = human->looks >= LOOKS_BEFORE_LAST;
	bool is_quiet = released == 0 && (absent == 0 || forgets);
	if (is_quiet && human->looks > 0)
		done(world);
	else
		human->looks++;
}

void explorer_human_take(struct explorer_world *world, const redisReply *reply)
{
	enum explorer_act act = act_of(world);
	if (reply->type == REDIS_REPLY_ERROR) {
		explorer_fail(world, "%s is answered with %s", explorer_human_name(world), reply->str);
	} else if (act == ACT_PAUSE) {
		world->is_paused = true;
		done(world);
	} else if (act == ACT_RESUME) {
		take_resume(world, reply);
	} else if (world->human.stage == STAGE_FIRST) {
		keep_all(world, reply, act == ACT_REQUEUE);
		world->human.stage = STAGE_RELEASE;
		if (world->human.count == 0)
			done(world);
	} else {
		done(world);
	}
}

void explorer_human_lose(struct explorer_world *world)
{
	/* The pause may be there or not: those who ask see it. */
	if (act_of(world) == ACT_RESUME && world->human.stage == STAGE_FIRST)
		world->is_paused = false;
	world->human = (struct explorer_human){ .at = world->human.at };
}
