/* SPDX-License-Identifier: Apache-2.0 */

/* READ: a command for each lane, so that each has its own count; or, where the queue was empty, one command for all that
 * waits for the first entry. Redis assigns entries before it writes the reply: a reply that is lost with its connection
 * has left entries in our pending list, and store_sweep looks them up. */

#include "store/redis_store_inner.h"

#include "base/check.h"
#include "base/number.h"
#include "model/alert.h"

#define BLOCK_MS 2000
#define CHUNK    64 /* entries told in one upcall */

static void begin_read(struct redis_store *store, unsigned count)
{
	struct command *command = &store->scratch;
	command_begin(command);
	command_word(command, "XREADGROUP");
	command_word(command, "GROUP");
	command_word(command, "gateway");
	command_word(command, store->consumer);
	command_word(command, "COUNT");
	command_int(command, count);
}

/* What is wrong with an entry's fields; NULL where it is fine. */
static const char *read_field(struct store_entry *entry, struct slice name, struct slice value)
{
	uint64_t number;
	if (slice_is(name, "alert")) {
		if (entry->body.at != NULL)
			return "the field “alert” is there twice";
		entry->body = value;
		return NULL;
	}
	if (entry->key.lane != LANE_READY)
		return "a field other than “alert” is in the entry";
	if (slice_is(name, "origin"))
		return entry_key_parse(value, &entry->origin) ? NULL : "“origin” is no entry key";
	if (slice_is(name, "state")) {
		entry->state = value;
		return NULL;
	}
	if (slice_is(name, "attempt") && number_parse(value, 1000000, &number)) {
		entry->attempt = (uint32_t)number;
		return NULL;
	}
	if (slice_is(name, "ambiguous") && number_parse(value, 1, &number)) {
		entry->ambiguous = number == 1;
		return NULL;
	}
	return "an internal field is unknown or malformed";
}

/* The raw fields of a malformed entry as lines “name: value”, for the dead letter. */
static struct slice raw_fields(struct redis_store *store, const struct reply *fields)
{
	static _Thread_local char octets[ALERT_OCTETS_MAX];
	(void)store;
	struct buf buf = buf_over(octets, sizeof octets);
	for (size_t i = 0; fields != NULL && i + 1 < fields->count; i += 2) {
		struct slice parts[] = { reply_text_at(fields, i), SLICE(": "), reply_text_at(fields, i + 1),
					 SLICE("\n") };
		for (unsigned k = 0; k < 4; k++) {
			size_t room = buf.cap - buf.len;
			buf_put(&buf, parts[k].at, parts[k].len < room ? parts[k].len : room);
		}
	}
	return buf_slice(&buf);
}

static bool read_entry(struct redis_store *store, enum lane lane, const struct reply *reply, struct store_entry *out)
{
	const struct reply *fields = reply_at(reply, 1);
	*out = (struct store_entry){ .malformed = NULL };
	if (!entry_id_parse(reply_text_at(reply, 0), lane, &out->key))
		return false;
	out->origin = out->key;
	if (fields == NULL || fields->type != REPLY_ARRAY) {
		store->gauges.vanished++; /* deleted by somebody else while it was pending */
		return false;
	}
	for (size_t i = 0; i + 1 < fields->count && out->malformed == NULL; i += 2)
		out->malformed = read_field(out, reply_text_at(fields, i), reply_text_at(fields, i + 1));
	if (out->malformed == NULL && out->body.at == NULL)
		out->malformed = "the field “alert” is missing";
	if (out->malformed == NULL && out->body.len > ALERT_OCTETS_MAX)
		out->malformed = "the alert is longer than 16384 octets";
	if (out->malformed != NULL)
		out->body = raw_fields(store, fields);
	return true;
}

unsigned store_deliver(struct redis_store *store, enum lane lane, const struct reply *entries, bool reclaimed)
{
	struct store_entry chunk[CHUNK];
	unsigned filled = 0;
	unsigned delivered = 0;
	for (size_t i = 0; entries != NULL && i < entries->count; i++) {
		if (!read_entry(store, lane, entries->elements[i], &chunk[filled]))
			continue;
		struct store_entry *entry = &chunk[filled];
		entry->reclaimed = reclaimed;
		if (reclaimed && key_set_has(&store->orphan_intents, &entry->key)) {
			entry->ambiguous = true;
			store->gauges.adopted_intents++;
		}
		delivered++;
		/* raw_fields has one place only, so a malformed entry is told at once. */
		bool is_malformed = entry->malformed != NULL;
		if (++filled == CHUNK || is_malformed) {
			store->events->on_read(store->ctx, chunk, filled, false);
			filled = 0;
		}
	}
	if (filled > 0)
		store->events->on_read(store->ctx, chunk, filled, false);
	return delivered;
}

static enum lane lane_of_key(const struct redis_store *store, struct slice key)
{
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		if (slice_is(key, store->keys[KEY_LANE + lane]))
			return (enum lane)lane;
	}
	bool redis_answers_with_a_stream_that_was_asked_for = false;
	CHECK(redis_answers_with_a_stream_that_was_asked_for);
	return LANE_COUNT;
}

static void finish_read(struct redis_store *store)
{
	store->is_reading = false;
	store->events->on_read(store->ctx, NULL, 0, true);
}

static void on_read_reply(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	CHECK(store->reads_under_way > 0);
	store->reads_under_way--;
	if (reply == NULL) {
		store->needs_sweep = true; /* the READ is over when the sweep is */
		return;
	}
	if (reply->type == REPLY_ERROR) {
		/* NOGROUP, LOADING, READONLY …: signing on anew makes the groups, and backoff keeps the pace. */
		struct log_line line;
		if (log_begin(&line, store->options->log, LOG_WARN, "read_error", "Redis refuses to read the queue")) {
			log_text(&line, "error", reply->text);
			log_end(&line);
		}
		store->needs_sweep = true;
		redis_link_break(store->reader, "Redis refuses to read the queue");
		redis_link_break(store->main, "Redis refuses to read the queue");
		return;
	}
	for (size_t i = 0; reply->type == REPLY_ARRAY && i < reply->count; i++) {
		const struct reply *stream = reply->elements[i];
		store_deliver(store, lane_of_key(store, reply_text_at(stream, 0)), reply_at(stream, 1), false);
	}
	if (store->reads_under_way == 0 && !store->needs_sweep)
		finish_read(store);
}

static void send_read(struct redis_store *store, mono_us extra_us)
{
	if (redis_link_send(store->reader, command_octets(&store->scratch), extra_us, on_read_reply, store))
		store->reads_under_way++;
}

void store_read(struct store *base, const struct store_quota *quota, bool may_wait)
{
	struct redis_store *store = (struct redis_store *)base;
	CHECK(!store->is_reading);
	store->is_reading = true;
	unsigned lanes[LANE_COUNT];
	unsigned lane_count = 0;
	unsigned least = 0;
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		if (quota->count[lane] == 0)
			continue;
		lanes[lane_count++] = lane;
		if (least == 0 || quota->count[lane] < least)
			least = quota->count[lane];
	}
	struct command *command = &store->scratch;
	for (unsigned i = 0; i < lane_count; i++) {
		if (may_wait && i > 0)
			break;
		begin_read(store, may_wait ? least : quota->count[lanes[i]]);
		if (may_wait) {
			command_word(command, "BLOCK");
			command_int(command, BLOCK_MS);
		}
		command_word(command, "STREAMS");
		unsigned streams = may_wait ? lane_count : 1;
		for (unsigned k = 0; k < streams; k++)
			command_word(command, store->keys[KEY_LANE + lanes[i + k]]);
		for (unsigned k = 0; k < streams; k++)
			command_word(command, ">");
		send_read(store, may_wait ? BLOCK_MS * US_PER_MS : 0);
	}
	/* With the connection down nothing was sent; the sweep after the reconnect ends this READ. */
	if (store->reads_under_way == 0)
		store->needs_sweep = true;
}

bool store_is_reading(const struct store *base)
{
	return ((const struct redis_store *)(const void *)base)->is_reading;
}

/* -- the sweep -- */

static void sweep_next(struct redis_store *store);

static void on_swept(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	if (reply == NULL)
		return; /* needs_sweep stays set; the next connection begins again */
	store_deliver(store, (enum lane)store->sweep_lane, reply->type == REPLY_ARRAY ? reply : NULL, true);
	store->sweep_lane++;
	sweep_next(store);
}

/* Claims from ourselves what is pending for us but not with the pipeline: XCLAIM answers with the bodies. */
static void on_pending(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	if (reply == NULL)
		return;
	struct command *command = &store->scratch;
	command_begin(command);
	command_word(command, "XCLAIM");
	command_word(command, store->keys[KEY_LANE + store->sweep_lane]);
	command_word(command, "gateway");
	command_word(command, store->consumer);
	command_word(command, "0");
	unsigned missing = 0;
	for (size_t i = 0; reply->type == REPLY_ARRAY && i < reply->count; i++) {
		struct slice id = reply_text_at(reply->elements[i], 0);
		struct entry_key key;
		if (!entry_id_parse(id, (enum lane)store->sweep_lane, &key) || store->events->holds(store->ctx, &key))
			continue;
		command_text(command, id);
		missing++;
	}
	if (missing == 0) {
		store->sweep_lane++;
		sweep_next(store);
		return;
	}
	redis_link_send(store->main, command_octets(command), 0, on_swept, store);
	redis_link_flush(store->main);
}

static void sweep_next(struct redis_store *store)
{
	if (store->sweep_lane == LANE_COUNT) {
		store->needs_sweep = false;
		if (store->is_adopting) {
			store->is_adopting = false;
			store->events->on_adopted(store->ctx, true);
		}
		if (store->is_reading)
			finish_read(store);
		return;
	}
	struct command *command = &store->scratch;
	command_begin(command);
	command_word(command, "XPENDING");
	command_word(command, store->keys[KEY_LANE + store->sweep_lane]);
	command_word(command, "gateway");
	command_word(command, "-");
	command_word(command, "+");
	command_int(command, 65536);
	command_word(command, store->consumer);
	redis_link_send(store->main, command_octets(command), 0, on_pending, store);
	redis_link_flush(store->main);
}

void store_sweep(struct redis_store *store)
{
	CHECK(store->reads_under_way == 0);
	store->sweep_lane = 0;
	sweep_next(store);
}
