/* SPDX-License-Identifier: Apache-2.0 */
#include "explorer/explorer_world.h"

#include "base/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_MS     UINT64_C(1700000000000)
#define TEMPLATE     "t"
#define FIRST_OCTETS 8192

void explorer_fail(struct explorer_world *world, const char *format, ...)
{
	if (world->failure[0] != '\0')
		return;
	va_list args;
	va_start(args, format);
	vsnprintf(world->failure, sizeof world->failure, format, args);
	va_end(args);
	explorer_tell(world, "      WRONG: %s", world->failure);
}

void explorer_tell(const struct explorer_world *world, const char *format, ...)
{
	if (!world->is_told)
		return;
	va_list args;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/* -- the producer's entries -- */

static size_t add_member(char *out, size_t cap, size_t len, const char *name, const char *value)
{
	if (value == NULL)
		return len;
	return len + (size_t)snprintf(out + len, cap - len, "%s\"%s\":\"%s\"", len > 1 ? "," : "", name, value);
}

static void write_body(struct explorer_record *record)
{
	const struct explorer_spec *spec = record->spec;
	char *out = record->body;
	size_t cap = sizeof record->body - 2;
	size_t len = (size_t)snprintf(out, cap, "{");
	if (spec->kind == SPEC_CANCEL) {
		len = add_member(out, cap, len, "cancel", spec->id);
		len = add_member(out, cap, len, "cancel_batch", spec->batch);
		len = add_member(out, cap, len, "cancel_subject", spec->subject);
		len = add_member(out, cap, len, "template", spec->subject != NULL ? TEMPLATE : NULL);
	} else {
		len = add_member(out, cap, len, "id", spec->id);
		len = add_member(out, cap, len, "template", TEMPLATE);
		len = add_member(out, cap, len, "subject", spec->subject);
		len = add_member(out, cap, len, "batch", spec->batch);
		if (spec->supersedes)
			len += (size_t)snprintf(out + len, cap - len, ",\"supersede\":true");
	}
	snprintf(out + len, cap - len + 2, "}");
}

static void make_record(struct explorer_world *world, unsigned index)
{
	struct explorer_record *record = &world->records[index];
	const struct explorer_spec *spec = &world->scenario->specs[index];
	*record = (struct explorer_record){
		.spec = spec,
		.key = { .ms = FIRST_MS + spec->ms, .seq = index, .lane = spec->lane },
		.late_to = -1,
	};
	entry_key_format(&record->key, record->origin);
	write_body(record);
}

struct explorer_record *explorer_world_record(struct explorer_world *world, const struct entry_key *key)
{
	for (unsigned i = 0; i < EXPLORER_RECORDS_MAX; i++) {
		struct explorer_record *record = &world->records[i];
		if (record->is_added && entry_key_equal(&record->key, key))
			return record;
	}
	return NULL;
}

struct explorer_record *explorer_world_origin(struct explorer_world *world, struct slice origin)
{
	struct entry_key key;
	return entry_key_parse(origin, &key) ? explorer_world_record(world, &key) : NULL;
}

static bool is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Two streams have no common order within a millisecond: there a cancel counts as the later one, and of two alerts that
 * supersede each other the one of the first lane goes. */
static bool is_before(const struct explorer_record *a, const struct explorer_record *by)
{
	if (a->key.ms != by->key.ms)
		return a->key.ms < by->key.ms;
	if (a->key.lane == by->key.lane)
		return a->key.seq < by->key.seq;
	return by->spec->kind == SPEC_CANCEL || lane_name(a->key.lane)[0] < lane_name(by->key.lane)[0];
}

bool explorer_world_is_withdrawn(const struct explorer_world *world, const struct explorer_record *record)
{
	const struct explorer_spec *spec = record->spec;
	for (unsigned i = 0; i < EXPLORER_RECORDS_MAX; i++) {
		const struct explorer_record *by = &world->records[i];
		if (!by->is_added || by == record)
			continue;
		bool is_cancel = by->spec->kind == SPEC_CANCEL;
		if (is_cancel && (is_same(by->spec->id, spec->id) || is_same(by->spec->batch, spec->batch)))
			return true;
		bool is_of_subject = is_same(by->spec->subject, spec->subject) && is_before(record, by);
		if (is_of_subject && (is_cancel || (by->spec->supersedes && !is_same(by->spec->id, spec->id))))
			return true;
	}
	return false;
}

/* -- life -- */

void explorer_world_init(struct explorer_world *world, const struct explorer_scenario *scenario,
			 struct explorer_redis *redis, struct explorer_path *path, uint64_t number)
{
	char *octets = world->octets;
	size_t cap = world->cap;
	struct command command = world->command;
	bool is_told = world->is_told;
	bool kills_redis = world->kills_redis;
	const char *check_sha = world->check_sha;
	*world = (struct explorer_world){
		.scenario = scenario,
		.redis = redis,
		.path = path,
		.check_sha = check_sha,
		.is_told = is_told,
		.kills_redis = kills_redis,
		.redis_kills_left = kills_redis ? 2 : 0,
		.generation = 7,
		.turns_left = scenario->turns,
		.command = command,
		.octets = octets,
		.cap = cap,
	};
	snprintf(world->tag, sizeof world->tag, "{x%llu}", (unsigned long long)number);
	/* Specs that are not there have no time. */
	for (unsigned i = 0; i < EXPLORER_RECORDS_MAX && scenario->specs[i].ms != 0; i++)
		make_record(world, i);
	for (unsigned i = 0; i < EXPLORER_RECORDS_MAX; i++) {
		if (scenario->specs[i].number != NULL && strcmp(scenario->specs[i].number, EXPLORER_OPTED_OUT) == 0)
			freeReplyObject(
				explorer_redis_call(redis, "HSET %s:optout " EXPLORER_OPTED_OUT " {}", world->tag));
	}
	explorer_path_start(path);
	for (unsigned i = 0; i < scenario->workers; i++)
		CHECK(explorer_world_start_worker(world));
}

void explorer_world_fini(struct explorer_world *world)
{
	for (unsigned i = 0; i < world->worker_count; i++) {
		claims_fini(&world->workers[i].claims);
		key_set_fini(&world->workers[i].orphan_intents);
	}
	for (unsigned i = 0; i < world->straggler_count; i++)
		free(world->stragglers[i].octets);
	world->worker_count = world->straggler_count = 0;
}

bool explorer_world_start_worker(struct explorer_world *world)
{
	if (world->worker_count == EXPLORER_WORKERS_MAX)
		return false;
	struct explorer_worker *worker = &world->workers[world->worker_count];
	*worker = (struct explorer_worker){ .number = ++world->worker_count, .is_alive = true };
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		worker->cursors[lane].lane = (enum lane)lane;
	snprintf(worker->name, sizeof worker->name, "gw:%u:0", worker->number);
	return true;
}

/* -- commands -- */

void explorer_begin(struct explorer_world *world, const char *word)
{
	command_begin(&world->command);
	command_word(&world->command, word);
}

void explorer_begin_script(struct explorer_world *world, enum script script, unsigned keys)
{
	explorer_begin(world, "EVALSHA");
	command_word(&world->command, explorer_redis_sha(world->redis, script));
	command_int(&world->command, keys);
}

void explorer_end(struct explorer_world *world)
{
	struct slice octets = command_octets(&world->command);
	CHECK(octets.at != NULL);
	if (world->len + octets.len > world->cap) {
		world->cap = 2 * (world->len + octets.len) + FIRST_OCTETS;
		world->octets = realloc(world->octets, world->cap);
		CHECK(world->octets != NULL);
	}
	memcpy(world->octets + world->len, octets.at, octets.len);
	world->len += octets.len;
	world->replies++;
}

void explorer_put_key(struct explorer_world *world, const char *name)
{
	char key[80];
	snprintf(key, sizeof key, "%s:%s", world->tag, name);
	command_word(&world->command, key);
}

void explorer_put_generation(struct explorer_world *world, const char *name, unsigned age)
{
	char key[80];
	snprintf(key, sizeof key, "%s:%s:%u", world->tag, name, world->generation - age);
	command_word(&world->command, key);
}

void explorer_put_lanes(struct explorer_world *world)
{
	explorer_put_key(world, "alerts:urgent");
	explorer_put_key(world, "alerts:normal");
	explorer_put_key(world, "alerts:bulk");
	explorer_put_key(world, "ready");
}

void explorer_put_id(struct explorer_world *world, const char *before, const struct entry_key *key)
{
	char id[ENTRY_ID_OCTETS + 1];
	size_t len = strlen(before);
	memcpy(id, before, len);
	len += entry_id_format(key, id + len);
	command_text(&world->command, (struct slice){ id, len });
}

struct slice explorer_text(const redisReply *reply)
{
	if (reply == NULL || (reply->type != REDIS_REPLY_STRING && reply->type != REDIS_REPLY_STATUS))
		return (struct slice){ NULL, 0 };
	return (struct slice){ reply->str, (size_t)reply->len };
}

const redisReply *explorer_at(const redisReply *reply, size_t index)
{
	return reply != NULL && reply->type == REDIS_REPLY_ARRAY && index < reply->elements ? reply->element[index]
											    : NULL;
}

struct slice explorer_text_at(const redisReply *reply, size_t index)
{
	return explorer_text(explorer_at(reply, index));
}
