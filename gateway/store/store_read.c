/* SPDX-License-Identifier: Apache-2.0 */

/* READ: one MULTI with a read for each lane, so that each has its own count, and the claim of what they brought; or, where
 * the queue was empty, first an XREAD that waits for an entry on any lane. Redis hands entries out before it writes the
 * reply: when that is lost with its connection, store_look_for_lost asks which ranges are ours.
 *
 * A full Redis refuses whatever stands in a MULTI, though it lets each of these run by itself. Then the claim reads too: a
 * script is as indivisible, but costs Redis more for each entry. */

#include "store/redis_store_inner.h"

#include "base/check.h"
#include "base/number.h"
#include "model/alert.h"

#define BLOCK_MS 2000
#define CHUNK    64 /* entries told in one upcall */
#define FULL_MAX 64 /* entries of a lane that are asked of a full Redis: its answer needs memory too */

/* -- entries -- */

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
	if (slice_is(name, "resend") && number_parse(value, 1, &number)) {
		entry->resend = number == 1;
		return NULL;
	}
	return "an internal field is unknown or malformed";
}

/* The raw fields of a malformed entry as lines “name: value”, for the dead letter. */
static struct slice raw_fields(const struct reply *fields)
{
	static _Thread_local char octets[ALERT_OCTETS_MAX];
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

bool store_read_entry(enum lane lane, const struct reply *reply, struct store_entry *out)
{
	const struct reply *fields = reply_at(reply, 1);
	*out = (struct store_entry){ .malformed = NULL };
	if (!entry_id_parse(reply_text_at(reply, 0), lane, &out->key))
		return false;
	out->origin = out->key;
	for (size_t i = 0; fields != NULL && i + 1 < fields->count && out->malformed == NULL; i += 2)
		out->malformed = read_field(out, reply_text_at(fields, i), reply_text_at(fields, i + 1));
	if (out->malformed == NULL && out->body.at == NULL)
		out->malformed = "the field “alert” is missing";
	if (out->malformed == NULL && out->body.len > ALERT_OCTETS_MAX)
		out->malformed = "the alert is longer than 16384 octets";
	if (out->malformed != NULL)
		out->body = raw_fields(fields);
	return true;
}

unsigned store_deliver(struct redis_store *store, enum lane lane, const struct reply *entries, bool reclaimed)
{
	struct store_entry chunk[CHUNK];
	unsigned filled = 0;
	unsigned delivered = 0;
	for (size_t i = 0; entries != NULL && i < entries->count; i++) {
		struct store_entry *entry = &chunk[filled];
		if (!store_read_entry(lane, entries->elements[i], entry))
			continue;
		/* What was in flight when its range was lost or fenced is with the pipeline still. */
		if (reclaimed && store->events->holds(store->ctx, &entry->key))
			continue;
		entry->reclaimed = reclaimed;
		entry->adopted = reclaimed && !store->is_delivering_read;
		entry->crashes = store_suspect_crashes(store, &entry->origin);
		if (reclaimed && key_set_has(&store->orphan_intents, &entry->key))
			entry->ambiguous = entry->in_doubt = true;
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

/* -- the READ's answer -- */

static void read_by_script(struct redis_store *store);

static void finish_read(struct redis_store *store)
{
	store->is_reading = false;
	store->events->on_read(store->ctx, NULL, 0, true);
}

/* refusal, error: NULL where the answer is none that we know. */
static void read_failed(struct redis_store *store, const struct refusal *refusal, const struct reply *error)
{
	/* NOGROUP, READONLY …: signing on anew makes the groups, and backoff keeps the pace. */
	const char *text = store_tell_refusal(store, "read_error", "Redis refuses to read the queue", refusal, error);
	store->may_have_lost = true;
	store_break(store, text);
	finish_read(store);
}

static const struct reply *first_error(const struct reply *reply)
{
	for (size_t i = 0; reply->type == REPLY_ARRAY && i < reply->count; i++) {
		if (reply->elements[i]->type == REPLY_ERROR)
			return reply->elements[i];
	}
	return NULL;
}

/* Notes what the claim says; delivered: entries that each lane brought. */
static bool note_claims(struct redis_store *store, const struct reply *claim, const unsigned *delivered)
{
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		const struct reply *range = reply_at(claim, lane);
		struct entry_key from;
		struct entry_key to;
		if (!entry_id_parse(reply_text_at(range, 0), (enum lane)lane, &from) ||
		    !entry_id_parse(reply_text_at(range, 1), (enum lane)lane, &to))
			return false;
		/* Redis was restored to an earlier state: what it hands out again may be with the pipeline. */
		store->is_repeated[lane] = entry_id_compare(&from, &store->cursors[lane]) < 0;
		store->cursors[lane] = to;
		if (!entry_key_equal(&from, &to) && claims_add(&store->claims, &from, &to, delivered[lane]) != ERR_OK)
			return false;
	}
	const struct reply *left = reply_at(claim, LANE_COUNT);
	for (unsigned i = 0; i < store->given_back_count; i++) {
		bool is_left = false;
		for (size_t k = 0; left != NULL && k < left->count; k++)
			is_left = is_left || left->elements[k]->integer == (int64_t)i + 1;
		/* Not empty although all that we know of it is settled: somebody else's entries are in it. */
		if (is_left)
			store_range_lost(store, &store->given_back[i]);
		else
			claims_remove(&store->claims, &store->given_back[i]);
	}
	return true;
}

/* claim: what the claim answered; brought: the entries of each lane, NULL where there are none. */
static void take_read(struct redis_store *store, const struct reply *claim, const struct reply *const *brought)
{
	unsigned delivered[LANE_COUNT];
	redis_link_works(store->reader);
	metrics_observe_at(store->options->metrics, METRIC_STORE_SPAN, STORE_SPAN_READ,
			   loop_now(store->loop).mono - store->read_sent_at);
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		delivered[lane] = brought[lane] != NULL ? (unsigned)brought[lane]->count : 0;
	if (!note_claims(store, claim, delivered)) {
		read_failed(store, NULL, NULL);
		return;
	}
	store->is_delivering_read = true;
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		store_deliver(store, (enum lane)lane, brought[lane], store->is_repeated[lane] || store->is_one_absent);
	store->is_delivering_read = false;
	finish_read(store);
}

/* The READ is still under way: it goes again when it is time. */
static void hold_read(struct redis_store *store, const struct refusal *refusal)
{
	store_hold(store, refusal);
	store->is_read_held = true;
}

/* True where the whole answer is missing or an error, and all is done about it. */
static bool read_is_refused(struct redis_store *store, const struct reply *reply, const struct refusal *refusal)
{
	if (reply == NULL) {
		store->may_have_lost = true;
		finish_read(store);
		return true;
	}
	if (refusal == NULL)
		return false;
	if (refusal->way == REFUSAL_RECONNECT)
		read_failed(store, refusal, reply);
	else
		hold_read(store, refusal);
	return true;
}

static void on_script_read(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	if (read_is_refused(store, reply, refusal_of(reply)))
		return;
	const struct reply *lanes = reply_at(reply, LANE_COUNT + 1);
	const struct reply *brought[LANE_COUNT];
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		brought[lane] = reply_at(lanes, lane);
	store_worked(store, false);
	take_read(store, reply, brought);
}

static void on_executed(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	const struct refusal *refusal = refusal_of(reply);
	if (refusal != NULL && store->read_refusal != NULL)
		refusal = store->read_refusal;
	store_note_answer(&store->read_max, reply != NULL);
	if (refusal != NULL && refusal->way == REFUSAL_FULL) {
		store_hold(store, refusal);
		read_by_script(store);
		redis_link_flush(store->reader);
		return;
	}
	if (read_is_refused(store, reply, refusal))
		return;
	/* Without its claim, what the reads brought is not ours: the next claim covers it. */
	const struct reply *error = first_error(reply);
	if (error != NULL || reply->type != REPLY_ARRAY || reply->count != store->lanes_read + 1u) {
		read_failed(store, refusal_of(error), error);
		return;
	}
	const struct reply *brought[LANE_COUNT] = { NULL };
	for (unsigned i = 0; i < store->lanes_read; i++)
		brought[store->lane_of_read[i]] = reply_at(reply_at(reply->elements[i], 0), 1);
	store_worked(store, true);
	take_read(store, reply->elements[store->lanes_read], brought);
}

/* -- the READ -- */

static void put_read(struct redis_store *store, enum lane lane, unsigned count)
{
	struct command *command = &store->scratch;
	command_begin(command);
	command_word(command, "XREADGROUP");
	command_word(command, "GROUP");
	command_word(command, "gateway");
	command_word(command, store->consumer);
	command_word(command, "COUNT");
	command_int(command, count < store->read_max ? count : store->read_max);
	command_word(command, "NOACK");
	command_word(command, "STREAMS");
	command_word(command, store->keys[(unsigned)KEY_LANE + lane]);
	command_word(command, ">");
}

/* may_read: the script reads as well, up to so many of each lane. */
static void put_claim(struct redis_store *store, unsigned may_read)
{
	struct command *command = &store->scratch;
	store_call_begin_script(store, command, SCRIPT_CLAIM, 1 + LANE_COUNT);
	store_put_key(store, command, KEY_CLAIMS);
	store_put_lanes(store, command);
	command_word(command, store->consumer);
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		command_int(command, store->quota.count[lane] < may_read ? store->quota.count[lane] : may_read);
	store->given_back_count = claims_idle(&store->claims, store->given_back, STORE_GIVEN_BACK_MAX);
	for (unsigned i = 0; i < store->given_back_count; i++) {
		char id[ENTRY_ID_OCTETS];
		size_t len = entry_id_format(&store->given_back[i], id);
		command_int(command, (int64_t)store->given_back[i].lane + 1);
		command_text(command, (struct slice){ id, len });
	}
}

/* The connection is down: this READ brings nothing, in the turn that follows. */
static void give_up(struct redis_store *store)
{
	store->read_failed = true;
	loop_turn_soon(store->loop);
}

static void read_by_script(struct redis_store *store)
{
	store->read_sent_at = loop_now(store->loop).mono;
	put_claim(store, store->read_max < FULL_MAX ? store->read_max : FULL_MAX);
	if (redis_link_send(store->reader, command_octets(&store->scratch), 0, on_script_read, store))
		return;
	redis_link_break(store->reader, "out of memory");
	give_up(store);
}

/* What refuses one of a MULTI's commands is said there; EXEC only says that there was something. */
static void on_queued(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	if (store->read_refusal == NULL)
		store->read_refusal = refusal_of(reply);
}

static bool send_plain(struct redis_store *store)
{
	return redis_link_send(store->reader, command_octets(&store->scratch), 0, on_queued, store);
}

static void read_now(struct redis_store *store)
{
	if (store->gauges.is_full && store->retry_at != 0) {
		read_by_script(store); /* it was full a moment ago */
		return;
	}
	store->read_refusal = NULL;
	command_begin(&store->scratch);
	command_word(&store->scratch, "MULTI");
	bool sent = send_plain(store);
	store->read_sent_at = loop_now(store->loop).mono;
	store->lanes_read = 0;
	for (unsigned lane = 0; sent && lane < LANE_COUNT; lane++) {
		if (store->quota.count[lane] == 0)
			continue;
		store->lane_of_read[store->lanes_read++] = (enum lane)lane;
		put_read(store, (enum lane)lane, store->quota.count[lane]);
		sent = send_plain(store);
	}
	if (sent) {
		put_claim(store, 0);
		sent = send_plain(store);
	}
	command_begin(&store->scratch);
	command_word(&store->scratch, "EXEC");
	if (sent && redis_link_send(store->reader, command_octets(&store->scratch), 0, on_executed, store))
		return;
	redis_link_break(store->reader, "out of memory");
	give_up(store);
}

static void on_waited(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	if (reply == NULL) {
		finish_read(store);
		return;
	}
	if (read_is_refused(store, reply, refusal_of(reply)))
		return;
	/* Also when nothing came: the claim gives settled ranges back and finds what others left. */
	read_now(store);
	redis_link_flush(store->reader);
}

static void wait_then_read(struct redis_store *store)
{
	struct command *command = &store->scratch;
	command_begin(command);
	command_word(command, "XREAD");
	command_word(command, "COUNT");
	command_word(command, "1");
	command_word(command, "BLOCK");
	command_int(command, BLOCK_MS);
	command_word(command, "STREAMS");
	store_put_lanes(store, command);
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		char id[ENTRY_ID_OCTETS];
		size_t len = entry_id_format(&store->cursors[lane], id);
		command_text(command, (struct slice){ id, len });
	}
	if (!redis_link_send(store->reader, command_octets(command), BLOCK_MS * US_PER_MS, on_waited, store))
		give_up(store);
}

void store_read(struct store *base, const struct store_quota *quota, bool may_wait)
{
	struct redis_store *store = (struct redis_store *)base;
	CHECK(!store->is_reading);
	store->is_reading = true;
	store->read_failed = false;
	store->quota = *quota;
	if (may_wait)
		wait_then_read(store);
	else
		read_now(store);
}

void store_read_turn(struct redis_store *store)
{
	if (!store->read_failed)
		return;
	store->read_failed = false;
	finish_read(store);
}

void store_read_again(struct redis_store *store)
{
	store->is_read_held = false;
	read_now(store);
}

void store_read_gone(struct redis_store *store)
{
	if (!store->is_read_held)
		return;
	store->is_read_held = false;
	finish_read(store);
}

bool store_is_reading(const struct store *base)
{
	return ((const struct redis_store *)(const void *)base)->is_reading;
}
