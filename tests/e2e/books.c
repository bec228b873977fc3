/* SPDX-License-Identifier: Apache-2.0 */
#include "books.h"

#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOAD_FORMAT                                                                                                  \
	"{\"id\":\"load-%u\",\"to\":\"138%08u\",\"template\":\"note\",\"params\":{\"code\":\"%u\",\"amount\":\"%u.%" \
	"02u\"}}"

static const char *const lanes[] = { "urgent", "normal", "bulk" };

const char *books_alert(char out[static BOOKS_ALERT_OCTETS], unsigned i)
{
	snprintf(out, BOOKS_ALERT_OCTETS, LOAD_FORMAT, i, i, i, i / 100, i % 100);
	return out;
}

const char *books_text(char out[static BOOKS_ALERT_OCTETS], unsigned i)
{
	snprintf(out, BOOKS_ALERT_OCTETS, "【国网吉林电力】编号%u，金额%u.%02u元。", i, i / 100, i % 100);
	return out;
}

void books_add_load(unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++) {
		char json[BOOKS_ALERT_OCTETS];
		books_alert(json, i);
		redis_server_queue("XADD {hongyan}:alerts:%s * alert %s", lanes[i % 3], json);
	}
	redis_server_drain();
}

void books_add_careful(unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++) {
		char json[BOOKS_ALERT_OCTETS];
		snprintf(json, sizeof json,
			 "{\"id\":\"c%u\",\"to\":\"137%08u\",\"template\":\"careful\",\"params\":{\"code\":\"%u\"}}", i,
			 i, i);
		books_add("normal", json);
	}
}

void books_push_load(unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++) {
		char json[256];
		snprintf(json, sizeof json, LOAD_FORMAT, i, i, i, i / 100, i % 100);
		redis_server_queue("LPUSH {hongyan}:alerts:list %s", json);
	}
	redis_server_drain();
}

void books_add(const char *lane, const char *json)
{
	char origin[BOOKS_ORIGIN_OCTETS];
	const char *const fields[] = { "alert", json };
	const size_t lens[] = { 5, strlen(json) };
	books_add_raw(origin, lane, fields, lens, 2);
}

void books_add_raw(char origin[static BOOKS_ORIGIN_OCTETS], const char *lane, const char *const fields[],
		   const size_t lens[], unsigned count)
{
	char key[64];
	const char *argv[3 + BOOKS_FIELDS_MAX] = { "XADD", key, "*" };
	size_t argv_lens[3 + BOOKS_FIELDS_MAX] = { 4, 0, 1 };
	EXPECT(count <= BOOKS_FIELDS_MAX);
	argv_lens[1] = (size_t)snprintf(key, sizeof key, "{hongyan}:alerts:%s", lane);
	for (unsigned i = 0; i < count; i++) {
		argv[3 + i] = fields[i];
		argv_lens[3 + i] = lens[i];
	}
	redisReply *reply = redis_server_call_argv(3 + (int)count, argv, argv_lens);
	snprintf(origin, BOOKS_ORIGIN_OCTETS, "%s@%s", reply->str, lane);
	freeReplyObject(reply);
}

/* -- the queue -- */

long long books_waiting(void)
{
	redisReply *reply = redis_server_call(
		"EVAL %s 0",
		"local added, closed = 0, 0\n"
		"local waiting = redis.call('ZCARD', '{hongyan}:later') + redis.call('XLEN', '{hongyan}:ready')\n"
		"waiting = waiting + redis.call('ZCARD', '{hongyan}:held')\n"
		"for _, lane in ipairs({'urgent', 'normal', 'bulk'}) do\n"
		"  local key = '{hongyan}:alerts:' .. lane\n"
		"  if redis.call('EXISTS', key) == 1 then\n"
		"    local info = redis.call('XINFO', 'STREAM', key)\n"
		"    for i = 1, #info, 2 do if info[i] == 'entries-added' then added = added + info[i + 1] end end\n"
		"    waiting = waiting + redis.call('XLEN', key)\n"
		"  end\n"
		"end\n"
		"for _, n in ipairs(redis.call('HVALS', '{hongyan}:totals')) do closed = closed + n end\n"
		/* It is among the values, and takes back what a dead one was counted as. */
		"closed = closed - 2 * (redis.call('HGET', '{hongyan}:totals', 'requeued') or 0)\n"
		"return {added, waiting, closed}");
	EXPECT(reply->elements == 3);
	long long added = reply->element[0]->integer;
	long long waiting = reply->element[1]->integer;
	long long closed = reply->element[2]->integer;
	freeReplyObject(reply);
	if (added != waiting + closed)
		FAIL("the account does not balance: %lld added, %lld wait, %lld closed", added, waiting, closed);
	return waiting;
}

void books_await_settled(unsigned seconds)
{
	AWAIT(seconds, books_waiting() == 0);
}

/* -- events -- */

bool books_is(const json_t *object, const char *member, const char *text)
{
	const char *value = json_string_value(json_object_get(object, member));
	return value != NULL && strcmp(value, text) == 0;
}

unsigned books_count(const json_t *events, const char *member, const char *text)
{
	unsigned count = 0;
	size_t i;
	const json_t *event;
	json_array_foreach(events, i, event) count += books_is(event, member, text);
	return count;
}

json_t *books_events(void)
{
	redisReply *reply = redis_server_call("XRANGE {hongyan}:events - +");
	json_t *events = json_array();
	for (size_t i = 0; i < reply->elements; i++) {
		const redisReply *fields = reply->element[i]->element[1];
		EXPECT(fields->elements == 2 && strcmp(fields->element[0]->str, "events") == 0);
		char *line = fields->element[1]->str;
		while (line != NULL) {
			char *end = strchr(line, '\n');
			if (end != NULL)
				*end++ = '\0';
			json_t *event = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
			if (!json_is_object(event))
				FAIL("an event is no JSON object: %s", line);
			json_array_append_new(events, event);
			line = end;
		}
	}
	freeReplyObject(reply);
	return events;
}

unsigned books_total(const char *name)
{
	redisReply *reply = redis_server_call("HGET {hongyan}:totals %s", name);
	unsigned value = reply->str ? (unsigned)strtoul(reply->str, NULL, 10) : 0;
	freeReplyObject(reply);
	return value;
}

static bool is_closing(const json_t *event)
{
	static const char *const closing[] = { "accepted",   "expired",   "cancelled", "superseded",
					       "suppressed", "duplicate", "dead" };
	for (unsigned i = 0; i < sizeof closing / sizeof closing[0]; i++) {
		if (books_is(event, "event", closing[i]))
			return true;
	}
	return false;
}

static void count_event(struct books_tally *tally, const json_t *event)
{
	tally->accepted += books_is(event, "event", "accepted");
	tally->expired += books_is(event, "event", "expired");
	tally->suppressed += books_is(event, "event", "suppressed");
	tally->duplicate += books_is(event, "event", "duplicate");
	tally->dead += books_is(event, "event", "dead");
	tally->delivered += books_is(event, "event", "delivered");
	tally->undelivered += books_is(event, "event", "undelivered");
	tally->ambiguous += books_is(event, "event", "accepted") && json_is_true(json_object_get(event, "ambiguous"));
	tally->late += json_is_true(json_object_get(event, "late"));
}

struct books_tally books_tally(const json_t *events)
{
	struct books_tally tally = { 0 };
	json_t *closed = json_object();
	size_t i;
	const json_t *event;
	json_array_foreach(events, i, event)
	{
		char entry[128];
		count_event(&tally, event);
		const char *id = json_string_value(json_object_get(event, "entry"));
		const char *stream = json_string_value(json_object_get(event, "stream"));
		EXPECT(id != NULL && json_string_length(json_object_get(event, "at")) >= 20);
		if (!is_closing(event))
			continue;
		EXPECT(stream != NULL);
		snprintf(entry, sizeof entry, "%s@%s", id, stream);
		if (json_object_get(closed, entry) != NULL)
			FAIL("the entry %s was closed twice", entry);
		json_object_set_new(closed, entry, json_true());
	}
	json_decref(closed);
	EXPECT_COUNT(tally.accepted, books_total("accepted"));
	EXPECT_COUNT(tally.expired, books_total("expired"));
	EXPECT_COUNT(tally.suppressed, books_total("suppressed"));
	EXPECT_COUNT(tally.duplicate, books_total("duplicate"));
	EXPECT_COUNT(tally.dead, books_total("dead"));
	EXPECT_COUNT(tally.dead, redis_server_int("XLEN {hongyan}:dead"));
	return tally;
}

const json_t *books_closing(const json_t *events, const char *id)
{
	const json_t *found = NULL;
	size_t i;
	const json_t *event;
	json_array_foreach(events, i, event)
	{
		if (!books_is(event, "id", id) || !is_closing(event))
			continue;
		if (found != NULL)
			FAIL("“%s” has two closing events", id);
		found = event;
	}
	if (found == NULL)
		FAIL("“%s” has no closing event", id);
	return found;
}

/* -- the load -- */

static void check_text(const struct smsc *smsc, unsigned i, const char *number)
{
	char want[BOOKS_ALERT_OCTETS];
	books_text(want, i);
	const json_t *message = smsc_message(smsc, number);
	if (!books_is(message, "text", want))
		FAIL("alert %u: the text is “%s”, wants “%s”", i, json_string_value(json_object_get(message, "text")),
		     want);
}

unsigned books_check_load(unsigned count, const struct smsc *smsc)
{
	json_t *events = books_events();
	json_t *by_id = json_object();
	unsigned again = 0;
	size_t k;
	json_t *event;
	books_tally(events);
	json_array_foreach(events, k, event)
	{
		if (is_closing(event))
			json_object_set(by_id, json_string_value(json_object_get(event, "id")), event);
	}
	for (unsigned i = 0; i < count; i++) {
		char id[32];
		char number[32];
		snprintf(id, sizeof id, "load-%u", i);
		snprintf(number, sizeof number, "86138%08u", i);
		const json_t *closing = json_object_get(by_id, id);
		if (!books_is(closing, "event", "accepted"))
			FAIL("“%s” was not accepted but %s", id, json_string_value(json_object_get(closing, "event")));
		size_t copies = smsc_copies(smsc, number);
		if (copies == 0)
			FAIL("“%s” is lost: accepted, and not with the carrier", id);
		if (copies > 1 && !json_is_true(json_object_get(closing, "ambiguous")))
			FAIL("“%s” went out %zu times, and no event says why", id, copies);
		again += (unsigned)copies - 1;
		check_text(smsc, i, number);
	}
	json_decref(by_id);
	json_decref(events);
	return again;
}

char *books_dead_letter(const char *origin, const char *field, size_t *len)
{
	redisReply *reply = redis_server_call("XRANGE {hongyan}:dead - +");
	char *found = NULL;
	for (size_t i = 0; i < reply->elements && found == NULL; i++) {
		const redisReply *fields = reply->element[i]->element[1];
		const redisReply *value = NULL;
		bool is_it = false;
		for (size_t k = 0; k + 1 < fields->elements; k += 2) {
			const redisReply *name = fields->element[k];
			is_it = is_it ||
				(strcmp(name->str, "origin") == 0 && strcmp(fields->element[k + 1]->str, origin) == 0);
			value = strcmp(name->str, field) == 0 ? fields->element[k + 1] : value;
		}
		if (!is_it || value == NULL)
			continue;
		found = malloc(value->len + 1);
		EXPECT(found != NULL);
		memcpy(found, value->str, value->len);
		found[value->len] = '\0';
		*len = value->len;
	}
	freeReplyObject(reply);
	return found;
}
