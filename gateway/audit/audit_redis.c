/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_redis.h"

#include "audit/audit_account.h"
#include "audit/audit_link.h"
#include "audit/audit_read.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAGE_ENTRIES 512
#define PAGE_EVENTS  64 /* an entry holds the events of a batch */
#define ENTRY_CAP    48
#define POLL_MS      100
#define PASSES       2

struct audit_redis {
	redisContext *link;
	char events_end[ENTRY_CAP]; /* id of the last entry of events that counts; "" = there is none */
};

struct audit_redis *audit_redis_open(const char *url, struct audit_trouble *trouble)
{
	struct audit_redis *redis = calloc(1, sizeof *redis);
	if (redis == NULL) {
		audit_trouble_memory(trouble);
		return NULL;
	}
	redis->link = audit_link_open(url, trouble);
	if (redis->link)
		return redis;
	free(redis);
	return NULL;
}

void audit_redis_close(struct audit_redis *redis)
{
	if (redis == NULL)
		return;
	audit_link_close(redis->link);
	free(redis);
}

/* -- streams, page by page -- */

struct field {
	const char *at;
	size_t len;
};

/* A field of a stream's entry; absent as "". */
static struct field field_of(const redisReply *fields, const char *name)
{
	for (size_t i = 0; i + 1 < fields->elements; i += 2)
		if (fields->element[i]->type == REDIS_REPLY_STRING && strcmp(fields->element[i]->str, name) == 0)
			return (struct field){ fields->element[i + 1]->str, fields->element[i + 1]->len };
	return (struct field){ "", 0 };
}

typedef bool take_entry(struct audit_book *book, const char *id, const redisReply *fields, enum audit_lane lane,
			struct audit_trouble *trouble);

/* Tells each entry of a stream up to one, in order. */
static bool each_entry(struct audit_redis *redis, const char *key, const char *end, unsigned page,
		       struct audit_book *book, take_entry *take, enum audit_lane lane, struct audit_trouble *trouble)
{
	char from[ENTRY_CAP] = "-";
	for (;;) {
		redisReply *reply =
			audit_link_ask(redis->link, trouble, "XRANGE %s %s %s COUNT %u", key, from, end, page);
		if (reply == NULL)
			return false;
		bool is_good = true;
		size_t count = reply->elements;
		for (size_t i = 0; i < count && is_good; i++) {
			const redisReply *entry = reply->element[i];
			if (entry->elements != 2 || entry->element[1]->type != REDIS_REPLY_ARRAY)
				is_good = audit_trouble_set(trouble, AUDIT_UNREACHABLE,
							    "%s holds no entries of a stream", key);
			else
				is_good = take(book, entry->element[0]->str, entry->element[1], lane, trouble);
			snprintf(from, sizeof from, "(%s", entry->element[0]->str);
		}
		freeReplyObject(reply);
		if (!is_good || count == 0)
			return is_good;
	}
}

/* -- what is pending -- */

static bool take_waiting(struct audit_book *book, const char *id, const redisReply *fields, enum audit_lane lane,
			 struct audit_trouble *trouble)
{
	struct audit_entry key;
	struct field alert = field_of(fields, "alert");
	struct field origin = field_of(fields, "origin"); /* of the stream “ready” */
	if (!audit_book_parse_entry(origin.len ? origin.at : id, &key))
		return true;
	if (origin.len == 0)
		key.lane = (uint8_t)lane;
	bool is_ambiguous = field_of(fields, "ambiguous").at[0] == '1';
	return audit_read_pending(book, &key, alert.at, alert.len, is_ambiguous, false, trouble);
}

/* A value of later:bodies and held:bodies: attempt, mark, state and body, each on a line. */
static bool take_parked(struct audit_book *book, const redisReply *origin, const redisReply *value, bool is_held,
			struct audit_trouble *trouble)
{
	struct audit_entry key;
	const char *at = value->str;
	const char *end = value->str + value->len;
	const char *lines[4] = { at };
	for (unsigned i = 1; i < 4; i++) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));
		if (feed == NULL)
			return true;
		at = feed + 1;
		lines[i] = at;
	}
	if (!audit_book_parse_entry(origin->str, &key))
		return true;
	return audit_read_pending(book, &key, lines[3], (size_t)(end - lines[3]), *lines[1] == '1', is_held, trouble);
}

static bool each_parked(struct audit_redis *redis, const char *key, bool is_held, struct audit_book *book,
			struct audit_trouble *trouble)
{
	char cursor[ENTRY_CAP] = "0";
	do {
		redisReply *reply =
			audit_link_ask(redis->link, trouble, "HSCAN %s %s COUNT %u", key, cursor, PAGE_ENTRIES);
		if (reply == NULL)
			return false;
		bool is_good = true;
		const redisReply *pairs = reply->element[1];
		for (size_t i = 0; i + 1 < pairs->elements && is_good; i += 2)
			is_good = take_parked(book, pairs->element[i], pairs->element[i + 1], is_held, trouble);
		snprintf(cursor, sizeof cursor, "%s", reply->element[0]->str);
		freeReplyObject(reply);
		if (!is_good)
			return false;
	} while (strcmp(cursor, "0") != 0);
	return true;
}

/* The list's alerts. The oldest leave it at its end, so that nothing is passed over from its head on. */
static bool each_listed(struct audit_redis *redis, struct audit_book *book, struct audit_trouble *trouble)
{
	for (long long from = 0;; from += PAGE_ENTRIES) {
		redisReply *reply = audit_link_ask(redis->link, trouble, "LRANGE %s %lld %lld",
						   AUDIT_KEY("alerts:list"), from, from + PAGE_ENTRIES - 1);
		if (reply == NULL)
			return false;
		size_t count = reply->elements;
		for (size_t i = 0; i < count; i++)
			audit_read_listed(book, reply->element[i]->str, reply->element[i]->len);
		freeReplyObject(reply);
		if (count == 0)
			return true;
	}
}

static bool note_end(struct audit_redis *redis, struct audit_trouble *trouble)
{
	redisReply *reply = audit_link_ask(redis->link, trouble, "XREVRANGE %s + - COUNT 1", AUDIT_KEY("events"));
	if (reply == NULL)
		return false;
	if (reply->elements == 1)
		snprintf(redis->events_end, sizeof redis->events_end, "%s", reply->element[0]->element[0]->str);
	freeReplyObject(reply);
	return true;
}

/* -- the queue as a whole -- */

bool audit_redis_await(struct audit_redis *redis, unsigned seconds, struct audit_trouble *trouble)
{
	struct audit_account account = { 0 };
	for (unsigned long left = seconds * 1000ul / POLL_MS;; left--) {
		if (!audit_account_read(redis->link, &account, trouble))
			return false;
		if ((account.waiting == 0 && account.listed == 0) || left == 0)
			return true;
		struct timespec breath = { .tv_nsec = POLL_MS * 1000000L };
		nanosleep(&breath, NULL);
	}
}

bool audit_redis_pending(struct audit_redis *redis, struct audit_book *book, struct audit_trouble *trouble)
{
	static const char *const streams[] = { AUDIT_KEY("alerts:urgent"), AUDIT_KEY("alerts:normal"),
					       AUDIT_KEY("alerts:bulk") };
	struct audit_account account = { 0 };
	bool is_good = audit_account_read(redis->link, &account, trouble);
	book->has_pending = true;
	book->has_drift = true;
	book->drift = account.added - account.waiting - account.closed;
	/* The list first: its alerts move to the streams. */
	is_good = is_good && each_listed(redis, book, trouble);
	for (unsigned i = 0; i < 3 && is_good; i++)
		is_good = each_entry(redis, streams[i], "+", PAGE_ENTRIES, book, take_waiting,
				     (enum audit_lane)(AUDIT_LANE_URGENT + i), trouble);
	/* What moves from one place to another while we look is seen the second time. */
	for (unsigned pass = 0; pass < PASSES && is_good; pass++) {
		is_good = each_entry(redis, AUDIT_KEY("ready"), "+", PAGE_ENTRIES, book, take_waiting,
				     AUDIT_LANE_UNKNOWN, trouble) &&
			  each_parked(redis, AUDIT_KEY("later:bodies"), false, book, trouble) &&
			  each_parked(redis, AUDIT_KEY("held:bodies"), true, book, trouble);
	}
	return is_good && note_end(redis, trouble);
}

/* -- events and dead letters -- */

static bool take_events(struct audit_book *book, const char *id, const redisReply *fields, enum audit_lane lane,
			struct audit_trouble *trouble)
{
	(void)lane;
	char name[ENTRY_CAP + 32];
	struct field lines = field_of(fields, "events");
	struct audit_place place = { .name = name };
	snprintf(name, sizeof name, "Redis, %s %s", AUDIT_KEY("events"), id);
	while (lines.len) {
		const char *feed = memchr(lines.at, '\n', lines.len);
		size_t len = feed ? (size_t)(feed - lines.at) : lines.len;
		place.line++;
		if (!audit_lines_one(lines.at, len, &place, audit_read_event, book, trouble))
			return false;
		len += feed != NULL;
		lines = (struct field){ lines.at + len, lines.len - len };
	}
	return true;
}

bool audit_redis_events(struct audit_redis *redis, struct audit_book *book, struct audit_trouble *trouble)
{
	if (*redis->events_end == '\0')
		return true;
	redisReply *info = audit_link_ask(redis->link, trouble, "XINFO STREAM %s", AUDIT_KEY("events"));
	if (info == NULL)
		return false;
	long long trimmed = audit_link_info(info, "entries-added") - audit_link_info(info, "length");
	book->events_trimmed = trimmed > 0 ? (uint64_t)trimmed : 0;
	freeReplyObject(info);
	return each_entry(redis, AUDIT_KEY("events"), redis->events_end, PAGE_EVENTS, book, take_events,
			  AUDIT_LANE_UNKNOWN, trouble);
}

static bool take_letter(struct audit_book *book, const char *id, const redisReply *fields, enum audit_lane lane,
			struct audit_trouble *trouble)
{
	(void)id;
	(void)lane;
	struct audit_entry key;
	struct field alert = field_of(fields, "alert");
	if (!audit_book_parse_entry(field_of(fields, "origin").at, &key))
		return true;
	return audit_read_letter(book, &key, alert.at, alert.len, field_of(fields, "reason").at, trouble);
}

bool audit_redis_letters(struct audit_redis *redis, struct audit_book *book, struct audit_trouble *trouble)
{
	return each_entry(redis, AUDIT_KEY("dead"), "+", PAGE_ENTRIES, book, take_letter, AUDIT_LANE_UNKNOWN, trouble);
}
