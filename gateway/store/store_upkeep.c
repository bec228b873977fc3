/* SPDX-License-Identifier: Apache-2.0 */

/* What a worker does beside the alerts: it shows that it lives, moves alerts whose waiting is over, drops the oldest
 * generations of seen and receipt entries, and takes over from consumers that died. A consumer is dead where it was
 * fenced, where its instance's lock is ours and it is of an earlier start, or where its heartbeat has stood still for
 * dead_after_us of our own monotonic clock; no wall clock decides. */

#include "store/redis_store_inner.h"

#include "base/check.h"
#include "base/number.h"
#include "store/intents.h"

#include <stdio.h>
#include <stdlib.h>

#define MOVE_INTERVAL_US (100 * US_PER_MS)
#define RETRY_US         (100 * US_PER_MS)
#define MOVE_MAX         256

static void start_adopting(struct redis_store *store);

/* -- peers -- */

static bool is_of_earlier_start(const struct redis_store *store, struct slice name)
{
	/* “instance:nonce…” with our instance and another nonce. */
	char prefix[STORE_NAME_OCTETS];
	snprintf(prefix, sizeof prefix, "%s:", store->options->instance);
	if (!store->options->adopts_instance || !slice_starts(name, slice_of(prefix)))
		return false;
	snprintf(prefix, sizeof prefix, "%s:%016llx", store->options->instance,
		 (unsigned long long)store->options->nonce);
	return !slice_starts(name, slice_of(prefix));
}

static struct store_peer *peer_find(struct redis_store *store, struct slice name)
{
	for (unsigned i = 0; i < store->peer_count; i++) {
		if (slice_is(name, store->peers[i].name))
			return &store->peers[i];
	}
	return NULL;
}

static void peer_note(struct redis_store *store, struct slice name, uint64_t beat, mono_us now)
{
	struct store_peer *peer = peer_find(store, name);
	if (peer == NULL) {
		if (store->peer_count == STORE_PEERS_MAX || name.len >= STORE_NAME_OCTETS)
			return;
		peer = &store->peers[store->peer_count++];
		snprintf(peer->name, sizeof peer->name, "%.*s", SLICE_ARG(name));
		peer->beat = beat;
		peer->changed_at = now;
	}
	if (peer->beat != beat) {
		peer->beat = beat;
		peer->changed_at = now;
	}
	peer->is_listed = true;
}

/* While we heard nothing ourselves (Redis was away, or refused heartbeats), the others' silence says nothing. */
static void excuse_silence(struct redis_store *store, mono_us now)
{
	bool was_deaf = now - store->heard_at >= store->options->dead_after_us / 2;
	store->heard_at = now;
	for (unsigned i = 0; was_deaf && i < store->peer_count; i++)
		store->peers[i].changed_at = now;
}

static void forget_unlisted(struct redis_store *store)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < store->peer_count; i++) {
		if (store->peers[i].is_listed)
			store->peers[kept++] = store->peers[i];
	}
	store->peer_count = kept;
}

/* Finds a dead consumer among those that have intents or claims; starts with the fence where there is one. */
static void look_for_orphans(struct redis_store *store, const struct reply *consumers, mono_us now)
{
	if (store->orphan[0] != '\0' || store->is_adopting || consumers == NULL || consumers->type != REPLY_ARRAY)
		return;
	for (size_t i = 0; i < consumers->count; i++) {
		struct slice name = reply_text_at(consumers, i);
		if (name.len == 0 || name.len >= STORE_NAME_OCTETS || slice_is(name, store->consumer))
			continue;
		const struct store_peer *peer = peer_find(store, name);
		if (peer == NULL && store->peer_count == STORE_PEERS_MAX)
			continue; /* too many to watch: it may well live */
		bool is_silent = peer != NULL && now - peer->changed_at >= store->options->dead_after_us;
		if (peer != NULL && !is_silent && !is_of_earlier_start(store, name))
			continue;
		snprintf(store->orphan, sizeof store->orphan, "%.*s", SLICE_ARG(name));
		store->orphan_is_fenced = false;
		start_adopting(store);
		return;
	}
}

static void read_depths(struct redis_store *store, const struct reply *lengths, const struct reply *oldest)
{
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		const struct reply *length = reply_at(lengths, lane);
		struct entry_key key;
		if (length != NULL)
			store->gauges.lane_length[lane] = (uint64_t)length->integer;
		store->gauges.lane_oldest_ms[lane] =
			entry_id_parse(reply_text_at(oldest, lane), (enum lane)lane, &key) ? key.ms : 0;
	}
	const struct reply *later = reply_at(lengths, LANE_COUNT);
	const struct reply *dead = reply_at(lengths, LANE_COUNT + 1);
	const struct reply *held = reply_at(lengths, LANE_COUNT + 2);
	if (later != NULL && dead != NULL && held != NULL) {
		store->gauges.later_length = (uint64_t)later->integer;
		store->gauges.dead_length = (uint64_t)dead->integer;
		store->gauges.held_length = (uint64_t)held->integer;
	}
}

static void read_clock(struct redis_store *store, const struct reply *time, mono_us now)
{
	uint64_t seconds;
	uint64_t microseconds;
	if (number_parse(reply_text_at(time, 0), UINT32_MAX, &seconds) &&
	    number_parse(reply_text_at(time, 1), US_PER_S, &microseconds))
		store->redis_minus_mono_ms = (int64_t)(seconds * MS_PER_S + microseconds / US_PER_MS) - now / US_PER_MS;
}

static void on_heartbeat(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	store->is_beating = false;
	if (reply == NULL)
		return;
	if (reply_is_error(reply, "FENCED")) {
		store_fenced(store);
		return;
	}
	if (store_script_failed(store, reply))
		return;
	redis_link_works(store->main);
	mono_us now = loop_now(store->loop).mono;
	const struct reply *workers = reply_at(reply, 1);
	if (workers == NULL)
		return;
	read_clock(store, reply_at(reply, 0), now);
	excuse_silence(store, now);
	for (unsigned i = 0; i < store->peer_count; i++)
		store->peers[i].is_listed = false;
	for (size_t i = 0; i + 1 < workers->count; i += 2) {
		uint64_t beat;
		if (number_parse(reply_text_at(workers, i + 1), UINT64_MAX, &beat))
			peer_note(store, reply_text_at(workers, i), beat, now);
	}
	forget_unlisted(store);
	read_depths(store, reply_at(reply, 3), reply_at(reply, 4));
	store_lookout_from(store, reply_at(reply, 5));
	/* Before all are there, one that seems gone may only not have come yet. */
	if (!store->is_assembled)
		return;
	look_for_orphans(store, reply_at(reply, 2), now);
	store->has_looked = true;
}

static void keep_for(struct redis_store *store, const char *what, int64_t window_ms)
{
	struct command *command = &store->scratch;
	command_begin(command);
	command_word(command, "PEXPIRE");
	store_put_generation(store, command, what, window_ms, 0);
	command_int(command, 3 * window_ms);
	redis_link_send(store->main, command_octets(command), 0, NULL, NULL);
}

static void put_old_generations(struct redis_store *store, struct command *command, const char *what, int64_t window_ms)
{
	/* Two and three back: the third for a start after a long rest. */
	for (unsigned age = 2; age < 4; age++)
		store_put_generation(store, command, what, window_ms, age);
}

static void drop_old_generations(struct redis_store *store)
{
	static const char *const by_withdrawal[] = { "lookout", "withdrawn:ids", "withdrawn:subjects",
						     "withdrawn:batches" };
	const struct redis_store_options *options = store->options;
	struct command *command = &store->scratch;
	command_begin(command);
	command_word(command, "UNLINK");
	put_old_generations(store, command, "seen", options->seen_window_ms);
	put_old_generations(store, command, "receipts", options->receipt_window_ms);
	put_old_generations(store, command, "told", options->receipt_window_ms);
	for (unsigned i = 0; i < sizeof by_withdrawal / sizeof by_withdrawal[0]; i++)
		put_old_generations(store, command, by_withdrawal[i], options->withdrawal_window_ms);
	redis_link_send(store->main, command_octets(command), 0, NULL, NULL);
	/* And where all gateways rest for long, those that are written now go by themselves. */
	keep_for(store, "seen", options->seen_window_ms);
	keep_for(store, "receipts", options->receipt_window_ms);
	keep_for(store, "told", options->receipt_window_ms);
	for (unsigned i = 0; i < sizeof by_withdrawal / sizeof by_withdrawal[0]; i++)
		keep_for(store, by_withdrawal[i], options->withdrawal_window_ms);
}

static void beat(struct redis_store *store, mono_us now)
{
	store_suspects(store); /* ahead: the heartbeat may find somebody dead */
	struct command *command = &store->scratch;
	store_call_begin_script(store, command, SCRIPT_HEARTBEAT, 7 + LANE_COUNT);
	store_put_consumer_keys(store, command);
	store_put_key(store, command, KEY_LATER);
	store_put_key(store, command, KEY_DEAD);
	store_put_generation(store, command, "lookout", store->options->withdrawal_window_ms, 0);
	store_put_key(store, command, KEY_HELD);
	command_word(command, store->consumer);
	store->is_beating = redis_link_send(store->main, command_octets(command), 0, on_heartbeat, store);
	/* One that could not be queued is tried again soon: peers count the beats. */
	store->next_heartbeat = now + (store->is_beating ? store->options->heartbeat_us : RETRY_US);
	drop_old_generations(store);
}

/* -- later → ready -- */

static void on_moved(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	store->is_moving = false;
	if (reply == NULL || store_script_failed(store, reply))
		return;
	const struct reply *moved = reply_at(reply, 0);
	if (moved != NULL && moved->type == REPLY_INTEGER && moved->integer == MOVE_MAX)
		store->next_move = loop_now(store->loop).mono; /* more are due */
}

static void move(struct redis_store *store, mono_us now)
{
	struct command *command = &store->scratch;
	store_call_begin_script(store, command, SCRIPT_MOVE, 3);
	store_put_key(store, command, KEY_LATER);
	store_put_key(store, command, KEY_LATER_BODIES);
	command_word(command, store->keys[(unsigned)KEY_LANE + LANE_READY]);
	command_int(command, MOVE_MAX);
	store->is_moving = redis_link_send(store->main, command_octets(command), 0, on_moved, store);
	store->next_move = now + MOVE_INTERVAL_US;
}

void store_upkeep(struct redis_store *store, mono_us now)
{
	if (!redis_link_is_up(store->main))
		return;
	if (now >= store->next_heartbeat && !store->is_beating)
		beat(store, now);
	if (now >= store->next_move && !store->is_moving && store->is_assembled)
		move(store, now);
	store_pauses(store, now);
	store_orders(store, now);
	store_chores(store, now);
}

mono_us store_upkeep_deadline(const struct redis_store *store)
{
	mono_us deadline = store_chores_deadline(store);
	if (!store->is_beating && store->next_heartbeat < deadline)
		deadline = store->next_heartbeat;
	if (!store->is_moving && store->is_assembled && store->next_move < deadline)
		deadline = store->next_move;
	if (!store->is_asking_pauses && store->next_pauses < deadline)
		deadline = store->next_pauses;
	if (!store->is_asking_orders && store->next_orders < deadline)
		deadline = store->next_orders;
	return deadline;
}

/* -- adoption -- */

static void note_intent(void *ctx, const struct entry_key *key)
{
	struct redis_store *store = ctx;
	/* Out of memory here would forget that an alert may have been sent. */
	CHECK(key_set_add(&store->orphan_intents, key) == ERR_OK);
}

static void end_adoption(struct redis_store *store)
{
	store->orphan[0] = '\0';
	store->orphan_is_fenced = false;
	key_set_fini(&store->orphan_intents);
}

/* After end_adoption: a later heartbeat finds the orphan again. */
static void adoption_refused(struct redis_store *store, const struct reply *error)
{
	if (reply_is_error(error, "FENCED")) {
		store_fenced(store);
		return;
	}
	store_script_failed(store, error);
	struct log_line line;
	if (log_begin(&line, store->options->log, LOG_ERROR, "adopt_error",
		      "Redis refuses to hand over the alerts of a worker that died; it is tried again")) {
		if (error->type == REPLY_ERROR)
			log_text(&line, "error", error->text);
		log_end(&line);
	}
}

static bool is_adopt_answer(const struct reply *reply)
{
	return reply->type == REPLY_ARRAY && reply->count >= 2;
}

/* First step done: the dead one can begin nothing more, and we know what it had begun. The pipeline has no part in this
 * step: an adopt of its own (of lost ranges) may be under way meanwhile. */
static void on_orphan_fenced(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	if (reply == NULL) {
		store->orphan[0] = '\0';
		return;
	}
	if (!is_adopt_answer(reply)) {
		end_adoption(store);
		adoption_refused(store, reply);
		return;
	}
	if (intents_read(reply_text_at(reply, 0), note_intent, store) != ERR_OK)
		log_write(store->options->log, LOG_ERROR, "intents_damaged",
			  "a dead worker's intents can't be read; its alerts are sent without the mark that they may "
			  "have been sent before");
	store->orphan_is_fenced = true;
	store->events->on_orphans(store->ctx);
}

/* One range that was taken over: {lane, from, to, entries}. */
static void take_range(struct redis_store *store, const struct reply *range)
{
	const struct reply *number = reply_at(range, 0);
	const struct reply *entries = reply_at(range, 3);
	struct entry_key from;
	struct entry_key to;
	if (number == NULL || number->integer < 1 || number->integer > LANE_COUNT || entries == NULL)
		return;
	enum lane lane = (enum lane)(number->integer - 1);
	if (!entry_id_parse(reply_text_at(range, 1), lane, &from) ||
	    !entry_id_parse(reply_text_at(range, 2), lane, &to))
		return;
	if (claims_add(&store->claims, &from, &to, 1) != ERR_OK) {
		store->may_have_lost = true;
		redis_link_break(store->main, "out of memory");
		return;
	}
	if (claims_ending(&store->claims, &to) == NULL)
		return; /* somebody spoilt it: nothing can lie in it */
	unsigned delivered = store_deliver(store, lane, entries, true);
	claims_ending(&store->claims, &to)->outstanding += delivered;
	claims_settled(&store->claims, &to); /* the one that kept it from being given back meanwhile */
	store->gauges.adopted += delivered;
}

static void on_adopted(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	store_note_answer(&store->fetch_max, reply != NULL);
	/* What was claimed without our knowing is found by its ranges; is_adopting stays set until we have asked. */
	if (reply == NULL)
		return;
	store->is_adopting = false;
	if (!is_adopt_answer(reply)) {
		end_adoption(store);
		store->events->on_adopted(store->ctx, store->lost_count > 0);
		adoption_refused(store, reply);
		return;
	}
	for (size_t i = 2; i < reply->count; i++)
		take_range(store, reply->elements[i]);
	if (reply->elements[1]->integer == 0) {
		end_adoption(store);
		store->next_heartbeat = loop_now(store->loop).mono; /* look for the next one at once */
	}
	store->events->on_adopted(store->ctx, store->orphan_is_fenced || store->lost_count > 0);
}

/* False where it could not be sent; then on_reply does not come. */
static bool send_adopt(struct redis_store *store, struct slice intents, unsigned count, redis_on_reply on_reply)
{
	struct command *command = &store->scratch;
	store_call_begin_script(store, command, SCRIPT_ADOPT, 3 + LANE_COUNT);
	store_put_consumer_keys(store, command);
	command_word(command, store->consumer);
	command_word(command, store->orphan);
	command_text(command, intents);
	command_int(command, count);
	return redis_link_send(store->main, command_octets(command), 0, on_reply, store);
}

/* First step: fence it and learn its intents. */
static void start_adopting(struct redis_store *store)
{
	struct log_line line;
	if (log_begin(&line, store->options->log, LOG_WARN, "adopting",
		      "taking over the alerts of a worker that has ended")) {
		log_text(&line, "consumer", slice_of(store->orphan));
		log_end(&line);
	}
	if (!send_adopt(store, (struct slice){ NULL, 0 }, 0, on_orphan_fenced))
		store->orphan[0] = '\0';
}

bool store_adopt(struct store *base, unsigned count, const struct entry_key *begun, unsigned begun_count)
{
	struct redis_store *store = (struct redis_store *)base;
	CHECK(count > 0);
	if (store->is_adopting || store->phase != PHASE_READY || !redis_link_is_up(store->main))
		return false;
	/* The store is not up before that is answered, and its answer ends the adopt that was lost, no later one. */
	if (store->is_looking)
		return false;
	if (count > STORE_BATCH_MAX)
		count = STORE_BATCH_MAX;
	if (count > store->fetch_max)
		count = store->fetch_max;
	if (store->lost_count > 0)
		return store_fetch_lost(store, count);
	if (!store->orphan_is_fenced)
		return false;
	struct slice intents = store_intents(store, begun, begun_count, NULL, 0);
	if (intents.at == NULL)
		return false;
	store->is_adopting = send_adopt(store, intents, count, on_adopted);
	return store->is_adopting;
}
