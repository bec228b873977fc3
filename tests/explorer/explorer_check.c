/* SPDX-License-Identifier: Apache-2.0 */
#include "explorer/explorer_check.h"

#include "base/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* At any instant: the account balances; no alert is in two places; what waits has its body; each entry that the group has
 * handed out belongs to exactly one consumer. */
const char explorer_check_text[] =
	"#!lua flags=no-writes,allow-oom\n"
	"local wrong, place, count = {}, {}, 0\n"
	"local names = { 'urgent', 'normal', 'bulk' }\n"
	/* An id as a number: 64 for one ms are more than any run adds. */
	"local function parts(id)\n"
	"  local ms, seq = string.match(id, '^(%d+)-(%d+)$')\n"
	"  return ms * 64 + seq\n"
	"end\n"
	"local function note(origin, where)\n"
	"  count = count + 1\n"
	"  if place[origin] then wrong[#wrong + 1] = origin .. ' is in ' .. place[origin] .. ' and in ' .. where end\n"
	"  place[origin] = where\n"
	"end\n"
	"local cursors, ranges, owners = {}, { {}, {}, {}, {} }, {}\n"
	"local claims = redis.call('HGETALL', KEYS[10])\n"
	"for i = 1, #claims, 2 do\n"
	"  local cursor = string.match(claims[i], '^@(%d)$')\n"
	"  if cursor then\n"
	"    cursors[tonumber(cursor)] = parts(claims[i + 1])\n"
	"  else\n"
	"    local name, lane, to = string.match(claims[i], '^(.*)|(%d)|(.*)$')\n"
	"    local list = ranges[tonumber(lane)]\n"
	"    list[#list + 1] = { parts(claims[i + 1]), parts(to) }\n"
	"    owners[name] = true\n"
	"  end\n"
	"end\n"
	"local unread = 0\n"
	"for lane = 1, 4 do\n"
	"  for _, entry in ipairs(redis.call('XRANGE', KEYS[lane], '-', '+')) do\n"
	"    local id, fields, origin = entry[1], entry[2], nil\n"
	"    if lane < 4 then origin = id .. '@' .. names[lane] end\n"
	"    for i = 1, #fields, 2 do\n"
	"      if fields[i] == 'origin' then origin = fields[i + 1] end\n"
	"    end\n"
	"    note(origin, lane < 4 and names[lane] or 'ready')\n"
	"    local at, holders = parts(id), 0\n"
	"    for _, range in ipairs(ranges[lane]) do\n"
	"      if at > range[1] and at <= range[2] then holders = holders + 1 end\n"
	"    end\n"
	"    local is_new = not cursors[lane] or at > cursors[lane]\n"
	"    if is_new then unread = unread + 1 end\n"
	"    if holders ~= (is_new and 0 or 1) then\n"
	"      wrong[#wrong + 1] = origin .. ' was handed out' .. (is_new and ' not yet' or '') .. ' and is in ' .. "
	"holders .. ' claims'\n"
	"    end\n"
	"  end\n"
	"end\n"
	"local due, lanes = 0, count\n"
	"local later = redis.call('ZRANGE', KEYS[5], 0, -1, 'WITHSCORES')\n"
	"for i = 1, #later, 2 do\n"
	"  note(later[i], 'later')\n"
	"  if redis.call('HEXISTS', KEYS[6], later[i]) == 0 then wrong[#wrong + 1] = later[i] .. ' waits without a "
	"body' end\n"
	"  if tonumber(later[i + 1]) < 2000000000000 then due = due + 1 end\n"
	"end\n"
	"if redis.call('HLEN', KEYS[6]) ~= #later / 2 then wrong[#wrong + 1] = 'later:bodies has more than later' end\n"
	"local held = redis.call('ZRANGE', KEYS[7], 0, -1)\n"
	"for _, origin in ipairs(held) do\n"
	"  note(origin, 'held')\n"
	"  if redis.call('HEXISTS', KEYS[8], origin) == 0 then wrong[#wrong + 1] = origin .. ' is held without a body' "
	"end\n"
	"end\n"
	"if redis.call('HLEN', KEYS[8]) ~= #held then wrong[#wrong + 1] = 'held:bodies has more than held' end\n"
	"local totals, balance = redis.call('HGETALL', KEYS[9]), count\n"
	"for i = 1, #totals, 2 do\n"
	"  balance = balance + (totals[i] == 'requeued' and -1 or 1) * tonumber(totals[i + 1])\n"
	"end\n"
	"if balance ~= tonumber(ARGV[1]) then\n"
	"  wrong[#wrong + 1] = 'the account does not balance: ' .. ARGV[1] .. ' were added, ' .. count .. ' wait and "
	"'\n"
	"    .. (balance - count) .. ' have ended'\n"
	"end\n"
	"local origins = {}\n"
	"for origin in pairs(place) do origins[#origins + 1] = origin end\n"
	"local workers = redis.call('HKEYS', KEYS[11])\n"
	"for _, name in ipairs(redis.call('HKEYS', KEYS[12])) do owners[name] = true end\n"
	"local consumers = {}\n"
	"for name in pairs(owners) do consumers[#consumers + 1] = name end\n"
	"table.sort(consumers)\n"
	"return { table.concat(wrong, '; '), unread, due, lanes + #later / 2, #held, redis.call('HLEN', KEYS[13]), "
	"workers, consumers,\n"
	"  origins }\n";

void explorer_check_write(struct explorer_world *world)
{
	static const char *const keys[] = { "later",  "later:bodies", "held",    "held:bodies", "totals",
					    "claims", "workers",      "intents", "paused" };
	explorer_begin(world, "EVALSHA");
	command_word(&world->command, world->check_sha);
	command_int(&world->command, LANE_COUNT + sizeof keys / sizeof keys[0]);
	explorer_put_lanes(world);
	for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++)
		explorer_put_key(world, keys[i]);
	command_int(&world->command, world->added);
	explorer_end(world);
}

static bool has_name(const redisReply *names, struct slice name)
{
	for (size_t i = 0; names != NULL && i < names->elements; i++) {
		if (slice_equal(explorer_text_at(names, i), name))
			return true;
	}
	return false;
}

static bool is_alive(const struct explorer_world *world, struct slice name)
{
	for (unsigned i = 0; i < world->worker_count; i++) {
		if (world->workers[i].is_alive && slice_is(name, world->workers[i].name))
			return true;
	}
	return false;
}

void explorer_check_take(struct explorer_world *world, const redisReply *reply)
{
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 9) {
		explorer_fail(world, "the look at the queue is answered with %s",
			      reply->type == REDIS_REPLY_ERROR ? reply->str : "something else");
		return;
	}
	struct slice wrong = explorer_text_at(reply, 0);
	if (wrong.len > 0)
		explorer_fail(world, "%.*s", SLICE_ARG(wrong));
	const redisReply *workers = reply->element[6];
	const redisReply *consumers = reply->element[7];
	world->sight = (struct explorer_sight){
		.unread = (unsigned)reply->element[1]->integer,
		.due = (unsigned)reply->element[2]->integer,
		.waiting = (unsigned)reply->element[3]->integer,
		.held = (unsigned)reply->element[4]->integer,
		.paused = (unsigned)reply->element[5]->integer,
		.names = (unsigned)(workers->elements + consumers->elements),
	};
	for (unsigned i = 0; i < EXPLORER_RECORDS_MAX; i++)
		world->records[i].is_waiting = has_name(reply->element[8], slice_of(world->records[i].origin));
	for (size_t i = 0; i < consumers->elements; i++) {
		struct slice name = explorer_text_at(consumers, i);
		if (!has_name(workers, name) || !is_alive(world, name))
			world->sight.has_orphan = true;
	}
}

/* -- the end -- */

struct ending {
	unsigned closings[CLOSING_COUNT];
	unsigned requeued;
	unsigned ambiguous; /* events that say so */
	unsigned doubts;    /* closing ones that say so, or that it was not answered */
	bool is_last_accepted;
	bool is_last_in_doubt;
};

struct books {
	struct ending endings[EXPLORER_RECORDS_MAX];
	unsigned closings[CLOSING_COUNT];
	unsigned requeued;
};

/* The value of a member that is a string; absent where there is none. */
static struct slice member(struct slice event, const char *name)
{
	char key[32];
	int len = snprintf(key, sizeof key, "\"%s\":\"", name);
	const char *at = memmem(event.at, event.len, key, (size_t)len);
	if (at == NULL)
		return (struct slice){ NULL, 0 };
	at += len;
	const char *end = memchr(at, '"', (size_t)(event.at + event.len - at));
	return (struct slice){ at, end != NULL ? (size_t)(end - at) : 0 };
}

static void check_receipt(struct explorer_world *world, struct slice event, const struct explorer_record *record)
{
	static const char key[] = "\"refs\":[\"";
	const char *at = memmem(event.at, event.len, key, sizeof key - 1);
	long long count = 0;
	for (unsigned age = 0; at != NULL && age < 2; age++) {
		char field[32];
		int len = (int)strcspn(at + sizeof key - 1, "\"");
		snprintf(field, sizeof field, "acct:%.*s", len, at + sizeof key - 1);
		redisReply *reply = explorer_redis_call(world->redis, "HEXISTS %s:receipts:%u %s", world->tag,
							world->generation - age, field);
		count += reply->integer;
		freeReplyObject(reply);
	}
	if (count == 0)
		explorer_fail(world, "the receipt of %s would not find it", record->origin);
}

static void take_event(struct explorer_world *world, struct books *books, struct slice event)
{
	char origin[ENTRY_KEY_OCTETS];
	struct slice entry = member(event, "entry");
	struct slice stream = member(event, "stream");
	struct slice name = member(event, "event");
	explorer_tell(world, "  event %.*s", SLICE_ARG(event));
	snprintf(origin, sizeof origin, "%.*s@%.*s", SLICE_ARG(entry), SLICE_ARG(stream));
	struct explorer_record *record = explorer_world_origin(world, slice_of(origin));
	if (record == NULL) {
		explorer_fail(world, "an event tells of nothing that was added: %.*s", SLICE_ARG(event));
		return;
	}
	struct ending *ending = &books->endings[record - world->records];
	if (slice_is(name, "requeued")) {
		ending->requeued++;
		books->requeued++;
		return;
	}
	bool is_ambiguous = memmem(event.at, event.len, "\"ambiguous\":true", 16) != NULL;
	bool is_in_doubt = is_ambiguous || memmem(event.at, event.len, "unanswered", 10) != NULL ||
			   memmem(event.at, event.len, "held_dropped", 12) != NULL;
	ending->ambiguous += is_ambiguous;
	if (slice_is(name, "held"))
		return;
	ending->doubts += is_in_doubt;
	unsigned closing = 0;
	while (closing < CLOSING_COUNT && !slice_is(name, closing_name((enum closing)closing)))
		closing++;
	if (closing == CLOSING_COUNT) {
		explorer_fail(world, "an event has the name %.*s", SLICE_ARG(name));
		return;
	}
	ending->closings[closing]++;
	books->closings[closing]++;
	ending->is_last_accepted = closing == CLOSING_ACCEPTED;
	ending->is_last_in_doubt = is_in_doubt;
	if (closing == CLOSING_ACCEPTED)
		check_receipt(world, event, record);
}

static void read_events(struct explorer_world *world, struct books *books)
{
	redisReply *reply = explorer_redis_call(world->redis, "XRANGE %s:events - +", world->tag);
	for (size_t i = 0; i < reply->elements; i++) {
		struct slice lines = explorer_text_at(explorer_at(reply->element[i], 1), 1);
		while (lines.len > 0)
			take_event(world, books, slice_cut(&lines, '\n'));
	}
	freeReplyObject(reply);
}

static void check_record(struct explorer_world *world, const struct explorer_record *record,
			 const struct ending *ending)
{
	unsigned closed = 0;
	for (unsigned i = 0; i < CLOSING_COUNT; i++)
		closed += ending->closings[i];
	unsigned want = record->spec->kind == SPEC_ALERT ? 1 : 0;
	if (closed != want + ending->requeued)
		explorer_fail(world, "%s was closed %u times, and reopened %u times", record->origin, closed,
			      ending->requeued);
	if (ending->is_last_accepted && record->delivered == 0)
		explorer_fail(world, "%s was accepted, they say; the carrier never had it", record->origin);
	if (record->delivered > 1 && ending->doubts == 0)
		explorer_fail(world,
			      "the carrier has %u copies of %s, and no event says that it may have more than one",
			      record->delivered, record->origin);
	if (record->delivered > 1 + record->unsettled)
		explorer_fail(world, "the carrier has %u copies of %s, and only %u of them were left unsettled",
			      record->delivered, record->origin, record->unsettled);
	if (ending->ambiguous > 0 && record->doubts == 0)
		explorer_fail(world, "%s is called ambiguous without a reason", record->origin);
	if (closed > 0 && !ending->is_last_accepted && record->delivered > 0 && !ending->is_last_in_doubt)
		explorer_fail(world, "the carrier has %s, and the event that closed it says nothing of it",
			      record->origin);
}

static bool is_of_one_id(const struct explorer_record *a, const struct explorer_record *b)
{
	return a->is_added && b->is_added && a->spec->kind == SPEC_ALERT && b->spec->kind == SPEC_ALERT &&
	       strcmp(a->spec->id, b->spec->id) == 0;
}

/* Of those with one id one goes its way, and the others are duplicates. */
static void check_ids(struct explorer_world *world, const struct books *books)
{
	for (unsigned i = 0; i < EXPLORER_RECORDS_MAX; i++) {
		const struct explorer_record *a = &world->records[i];
		unsigned others = 0;
		for (unsigned k = 0; k < EXPLORER_RECORDS_MAX; k++) {
			const struct explorer_record *b = &world->records[k];
			if (i == k || !is_of_one_id(a, b))
				continue;
			others += books->endings[k].closings[CLOSING_DUPLICATE] == 0;
			if (a->submits > 0 && b->submits > 0)
				explorer_fail(world, "%s and %s have one id, and both were sent", a->origin, b->origin);
		}
		if (a->is_added && books->endings[i].closings[CLOSING_DUPLICATE] > 0 && others == 0)
			explorer_fail(world, "%s is called a duplicate of nothing", a->origin);
	}
}

/* What is withdrawn was withdrawn by somebody, and what is dead by the carrier's word. */
static void check_reasons(struct explorer_world *world, const struct explorer_record *record,
			  const struct ending *ending)
{
	const unsigned *closings = ending->closings;
	if (closings[CLOSING_CANCELLED] + closings[CLOSING_SUPERSEDED] > 0 &&
	    !explorer_world_is_withdrawn(world, record))
		explorer_fail(world, "%s is called withdrawn, and nobody has withdrawn it", record->origin);
	if (closings[CLOSING_SUPPRESSED] > 0 && record->spec->number == NULL)
		explorer_fail(world, "%s is called suppressed, and no rule holds for it", record->origin);
	bool may_die = record->spec->holds || (record->submits > 0 && strpbrk(record->spec->outcomes, "RUu") != NULL);
	if (closings[CLOSING_DEAD] > 0 && !may_die)
		explorer_fail(world, "%s is dead for no reason", record->origin);
}

/* Who has opted out got nothing, everybody else no more than his share. */
static void check_numbers(struct explorer_world *world)
{
	for (unsigned i = 0; i < EXPLORER_RECORDS_MAX; i++) {
		const struct explorer_record *record = &world->records[i];
		const char *number = record->is_added ? record->spec->number : NULL;
		unsigned sent = 0;
		for (unsigned k = 0; number != NULL && k < EXPLORER_RECORDS_MAX; k++) {
			const struct explorer_record *other = &world->records[k];
			sent += other->is_added && other->spec->number != NULL &&
				strcmp(other->spec->number, number) == 0 && other->submits > 0;
		}
		bool has_opted_out = number != NULL && strcmp(number, EXPLORER_OPTED_OUT) == 0;
		if (sent > (has_opted_out ? 0u : EXPLORER_DAY_MAX))
			explorer_fail(world, "%u alerts were sent to %s", sent, number);
	}
}

static unsigned total(struct explorer_world *world, const char *name)
{
	uint64_t number = 0;
	redisReply *reply = explorer_redis_call(world->redis, "HGET %s:totals %s", world->tag, name);
	if (!number_parse(explorer_text(reply), 1000000, &number))
		number = 0;
	freeReplyObject(reply);
	return (unsigned)number;
}

static void check_totals(struct explorer_world *world, struct books *books)
{
	for (unsigned i = 0; i < EXPLORER_RECORDS_MAX; i++)
		books->closings[CLOSING_CONTROL] +=
			world->records[i].is_added && world->records[i].spec->kind != SPEC_ALERT;
	for (unsigned i = 0; i < CLOSING_COUNT; i++) {
		const char *name = closing_name((enum closing)i);
		unsigned counted = total(world, name);
		if (counted != books->closings[i])
			explorer_fail(world, "totals count %u %s, events %u", counted, name, books->closings[i]);
	}
	if (total(world, "requeued") != books->requeued)
		explorer_fail(world, "totals count %u requeued, events %u", total(world, "requeued"), books->requeued);
}

static void check_count(struct explorer_world *world, const char *command, const char *key, long long want)
{
	char name[80];
	snprintf(name, sizeof name, "%s:%s", world->tag, key);
	redisReply *reply = explorer_redis_call(world->redis, "%s %s", command, name);
	if (reply->integer != want)
		explorer_fail(world, "%lld are left in %s, not %lld", reply->integer, key, want);
	freeReplyObject(reply);
}

static void check_left_over(struct explorer_world *world, const struct books *books)
{
	static const struct {
		const char *command;
		const char *key;
	} rows[] = {
		{ "HLEN", "workers" }, { "HLEN", "intents" },     { "ZCARD", "later" }, { "HLEN", "later:bodies" },
		{ "ZCARD", "held" },   { "HLEN", "held:bodies" }, { "HLEN", "paused" }, { "SCARD", "paused:batch:b" },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_count(world, rows[i].command, rows[i].key, 0);
	check_count(world, "XLEN", "dead", (long long)books->closings[CLOSING_DEAD] - books->requeued);
	redisReply *reply = explorer_redis_call(world->redis, "HKEYS %s:claims", world->tag);
	for (size_t i = 0; i < reply->elements; i++) {
		struct slice field = explorer_text_at(reply, i);
		if (field.len == 0 || field.at[0] != '@')
			explorer_fail(world, "the claim %.*s is left over", SLICE_ARG(field));
	}
	freeReplyObject(reply);
}

void explorer_check_end(struct explorer_world *world)
{
	struct books books = { .requeued = 0 };
	read_events(world, &books);
	for (unsigned i = 0; i < EXPLORER_RECORDS_MAX; i++) {
		if (!world->records[i].is_added)
			continue;
		check_record(world, &world->records[i], &books.endings[i]);
		check_reasons(world, &world->records[i], &books.endings[i]);
	}
	check_ids(world, &books);
	check_numbers(world);
	check_totals(world, &books);
	check_left_over(world, &books);
}
