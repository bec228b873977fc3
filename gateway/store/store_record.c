/* SPDX-License-Identifier: Apache-2.0 */

/* Receipts are told in two steps, because text is cheap here and dear in Redis' Lua: a plain HMGET brings their entries, then
 * the events of those that say “delivered” of a whole sms are written here, and lua/tell.lua tells them and takes their
 * entries away. It sees whether another worker was faster. All others (states before that, several segments, the generation
 * before this one, repetitions) go to lua/record.lua, which looks again and does everything in one step. */

#include "store/redis_store_inner.h"

#include "base/check.h"
#include "base/hash.h"

#include <stdlib.h>

#define PLACES (2 * STORE_RECEIPTS_MAX) /* a power of two */

struct recording {
	struct redis_store *store;
	uint64_t token;
	const struct store_receipt_event *events;
	unsigned count;
	int64_t generation; /* that was looked at */
	unsigned waits;     /* scripts under way */
	bool has_failed;
	unsigned told_count;
	unsigned rest_count;
	uint16_t told[STORE_RECEIPTS_MAX]; /* places of what tell.lua was given, in its order */
	uint16_t rest[STORE_RECEIPTS_MAX]; /* and record.lua */
	char answers[STORE_RECEIPTS_MAX];
};

static void finish(struct recording *recording)
{
	struct redis_store *store = recording->store;
	struct slice answers = { recording->answers, recording->count };
	store->events->on_recorded(store->ctx, recording->token,
				   recording->has_failed ? (struct slice){ NULL, 0 } : answers);
	free(recording);
}

/* A script has answered; all: the letter of each where it has none. */
static void note_answers(struct recording *recording, const struct reply *reply, const uint16_t *places, unsigned count,
			 char all)
{
	bool is_text = reply != NULL && !store_script_failed(recording->store, reply) && reply->type == REPLY_TEXT;
	bool has_none = is_text && reply->text.len == 0 && all != '\0';
	if (!is_text || (!has_none && reply->text.len != count))
		recording->has_failed = true;
	for (unsigned i = 0; i < count && !recording->has_failed; i++)
		recording->answers[places[i]] = has_none ? all : reply->text.at[i];
	if (--recording->waits == 0)
		finish(recording);
}

static void on_told(void *ctx, const struct reply *reply)
{
	struct recording *recording = ctx;
	note_answers(recording, reply, recording->told, recording->told_count, STORE_RECEIPT_FOUND);
}

static void on_recorded(void *ctx, const struct reply *reply)
{
	struct recording *recording = ctx;
	note_answers(recording, reply, recording->rest, recording->rest_count, '\0');
}

static bool has_same_parts(const struct store_receipt_event *a, const struct store_receipt_event *b)
{
	return a->state == b->state && a->head.at == b->head.at && a->tail.at == b->tail.at && a->more.at == b->more.at;
}

static void write_record(const struct recording *recording)
{
	struct redis_store *store = recording->store;
	struct command *command = &store->scratch;
	store_call_begin_script(store, command, SCRIPT_RECORD, 5);
	store_put_key(store, command, KEY_EVENTS);
	for (unsigned age = 0; age < 2; age++)
		store_put_generation(store, command, "receipts", store->options->receipt_window_ms, age);
	for (unsigned age = 0; age < 2; age++)
		store_put_generation(store, command, "told", store->options->receipt_window_ms, age);
	command_int(command, recording->rest_count);
	for (unsigned i = 0; i < recording->rest_count; i++) {
		const struct store_receipt_event *event = &recording->events[recording->rest[i]];
		store_put_receipt_field(command, event->account, event->carrier_ref);
	}
	const struct store_receipt_event *before = NULL;
	for (unsigned i = 0; i < recording->rest_count; i++) {
		const struct store_receipt_event *event = &recording->events[recording->rest[i]];
		command_text(command, event->ref);
		command_int(command, before != NULL && has_same_parts(event, before) ? 0 : 1);
		before = event;
	}
	before = NULL;
	for (unsigned i = 0; i < recording->rest_count; i++) {
		const struct store_receipt_event *event = &recording->events[recording->rest[i]];
		bool is_same = before != NULL && has_same_parts(event, before);
		before = event;
		if (is_same)
			continue;
		char letter = (char)('a' + event->state);
		command_text(command, (struct slice){ &letter, message_state_is_final(event->state) });
		command_text(command, event->head);
		command_text(command, event->tail);
		command_text(command, event->more);
	}
}

/* -- events that are written here: the entry, head, “1”, tail, “,"refs":[”, ref, “]}” -- */

#define REFS "1,\"refs\":[]}" /* what stands between the texts */

static size_t told_octets(const struct store_receipt_event *event, struct slice entry)
{
	return entry.len + event->head.len + event->tail.len + event->ref.len + sizeof REFS - 1;
}

static char *put(char *at, struct slice text)
{
	if (text.len)
		memcpy(at, text.at, text.len);
	return at + text.len;
}

static char *put_told(char *at, const struct store_receipt_event *event, struct slice entry)
{
	at = put(at, entry);
	at = put(at, event->head);
	*at++ = '1';
	at = put(at, event->tail);
	at = put(at, SLICE(",\"refs\":["));
	at = put(at, event->ref);
	return put(at, SLICE("]}"));
}

static void put_told_lines(const struct recording *recording, struct command *command, const struct reply *entries)
{
	size_t len = recording->told_count - 1;
	for (unsigned i = 0; i < recording->told_count; i++) {
		unsigned place = recording->told[i];
		len += told_octets(&recording->events[place], reply_text_at(entries, place));
	}
	char *at = command_reserve(command, len);
	for (unsigned i = 0; at != NULL && i < recording->told_count; i++) {
		unsigned place = recording->told[i];
		if (i > 0)
			*at++ = '\n';
		at = put_told(at, &recording->events[place], reply_text_at(entries, place));
	}
}

static void write_tell(const struct recording *recording, const struct reply *entries)
{
	struct redis_store *store = recording->store;
	struct command *command = &store->scratch;
	store_call_begin_script(store, command, SCRIPT_TELL, 3);
	store_put_key(store, command, KEY_EVENTS);
	store_put_generation_number(store, command, "receipts", recording->generation);
	store_put_generation_number(store, command, "told", recording->generation);
	for (unsigned i = 0; i < recording->told_count; i++) {
		const struct store_receipt_event *event = &recording->events[recording->told[i]];
		store_put_receipt_field(command, event->account, event->carrier_ref);
	}
	put_told_lines(recording, command, entries);
	char lengths[STORE_RECEIPTS_MAX * 8];
	struct buf buf = buf_over(lengths, sizeof lengths);
	for (unsigned i = 0; i < recording->told_count; i++) {
		unsigned place = recording->told[i];
		buf_put_uint(&buf, told_octets(&recording->events[place], reply_text_at(entries, place)));
		buf_put_u8(&buf, ' ');
	}
	CHECK(!buf.full);
	command_text(command, buf_slice(&buf));
}

/* -- the entries are there -- */

/* False where the same entry (or, hardly ever, one that is taken for it) was added before. */
static bool add(uint64_t *places, struct slice entry)
{
	uint64_t hash = hash64(HASH64_START, entry) | 1; /* 0 = none is there */
	size_t at = (hash >> 32) % PLACES;
	while (places[at] != 0 && places[at] != hash)
		at = (at + 1) % PLACES;
	bool is_new = places[at] == 0;
	places[at] = hash;
	return is_new;
}

static void part(struct recording *recording, const struct reply *entries)
{
	uint64_t places[PLACES] = { 0 };
	for (unsigned i = 0; i < recording->count; i++) {
		struct slice entry = reply_text_at(entries, i);
		bool is_first = entry.len > 0 && add(places, entry);
		if (is_first && entry.at[0] == '{' && recording->events[i].state == MESSAGE_STATE_DELIVERED)
			recording->told[recording->told_count++] = (uint16_t)i;
		else
			recording->rest[recording->rest_count++] = (uint16_t)i;
	}
}

static void ask(struct recording *recording, redis_on_reply on_reply)
{
	struct redis_store *store = recording->store;
	if (redis_link_send(store->main, command_octets(&store->scratch), 0, on_reply, recording))
		recording->waits++;
	else
		recording->has_failed = true;
}

static void on_entries(void *ctx, const struct reply *reply)
{
	struct recording *recording = ctx;
	recording->has_failed = reply == NULL || reply->type != REPLY_ARRAY || reply->count != recording->count ||
				recording->store->phase != PHASE_READY;
	if (!recording->has_failed)
		part(recording, reply);
	if (recording->told_count > 0) {
		write_tell(recording, reply);
		ask(recording, on_told);
	}
	/* What it repeats must be told before it. */
	if (recording->rest_count > 0) {
		write_record(recording);
		ask(recording, on_recorded);
	}
	if (recording->waits == 0)
		finish(recording);
}

bool store_record(struct store *base, const struct store_receipt_event *events, unsigned count, uint64_t token)
{
	struct redis_store *store = (struct redis_store *)base;
	CHECK(count > 0 && count <= STORE_RECEIPTS_MAX);
	if (store->phase != PHASE_READY || !redis_link_is_up(store->main))
		return false;
	struct recording *recording = malloc(sizeof *recording);
	if (recording == NULL)
		return false;
	*recording = (struct recording){ .store = store, .token = token, .events = events, .count = count };
	recording->generation = store_generation(store, store->options->receipt_window_ms);
	struct command *command = &store->scratch;
	command_begin(command);
	command_word(command, "HMGET");
	store_put_generation_number(store, command, "receipts", recording->generation);
	for (unsigned i = 0; i < count; i++)
		store_put_receipt_field(command, events[i].account, events[i].carrier_ref);
	if (redis_link_send(store->main, command_octets(command), 0, on_entries, recording))
		return true;
	free(recording);
	return false;
}
