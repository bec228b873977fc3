/* SPDX-License-Identifier: Apache-2.0 */

/* SETTLE: receipt keys first (a stray one is harmless, a missing one loses a receipt), then one script for the batch.
 * Where the batch may have had its effect already (its answer was lost, or others may have its entries too), another
 * script looks at each entry, and each has its effect only if it is still there and, unless it was accepted, not
 * another consumer's by now. */

#include "store/store_restore.h"

#include "base/check.h"
#include "model/tenant_budget.h"

#include <stdio.h>
#include <stdlib.h>

#define RECEIPTS_HEAD_WORDS 2                        /* HSET and its key */
#define USES_MAX            (2 * TENANT_BUDGETS_MAX) /* tenants in a batch, at the turn of a day */

static void on_settled(struct store_call *call, const struct reply *reply);

static void put_lane_ids(struct command *command, struct settlement *const *settlements, unsigned count)
{
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		for (unsigned i = 0; i < count; i++) {
			if (settlements[i]->key.lane != (enum lane)lane)
				continue;
			char id[ENTRY_ID_OCTETS];
			size_t len = entry_id_format(&settlements[i]->key, id);
			command_text(command, (struct slice){ id, len });
		}
	}
}

static bool is_closing(const struct settlement *settlement)
{
	return settlement->kind == SETTLE_CLOSE || settlement->kind == SETTLE_DEAD;
}

static void put_counts(struct command *command, struct settlement *const *settlements, unsigned count)
{
	unsigned lanes[LANE_COUNT] = { 0 };
	unsigned closings[CLOSING_COUNT] = { 0 };
	unsigned kinds = 0;
	unsigned deads = 0;
	unsigned laters = 0;
	unsigned helds = 0;
	for (unsigned i = 0; i < count; i++) {
		const struct settlement *settlement = settlements[i];
		lanes[settlement->key.lane]++;
		deads += settlement->kind == SETTLE_DEAD;
		laters += settlement->kind == SETTLE_LATER;
		helds += settlement->kind == SETTLE_HOLD;
		if (is_closing(settlement) && closings[settlement->closing]++ == 0)
			kinds++;
	}
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		command_int(command, lanes[lane]);
	command_int(command, kinds);
	for (unsigned closing = 0; closing < CLOSING_COUNT; closing++) {
		if (closings[closing] == 0)
			continue;
		command_word(command, closing_name((enum closing)closing));
		command_int(command, closings[closing]);
	}
	command_int(command, deads);
	command_int(command, laters);
	command_int(command, helds);
}

static void put_events(struct command *command, struct settlement *const *settlements, unsigned count)
{
	size_t len = 0;
	for (unsigned i = 0; i < count; i++) {
		if (settlements[i]->event.len)
			len += settlements[i]->event.len + (len > 0);
	}
	char *at = command_reserve(command, len);
	if (at == NULL)
		return;
	char *start = at;
	for (unsigned i = 0; i < count; i++) {
		struct slice event = settlements[i]->event;
		if (event.len == 0)
			continue;
		if (at > start)
			*at++ = '\n';
		memcpy(at, event.at, event.len);
		at += event.len;
	}
}

static void put_origin(struct command *command, const struct settlement *settlement)
{
	char origin[ENTRY_KEY_OCTETS];
	size_t len = entry_key_format(&settlement->origin, origin);
	command_text(command, (struct slice){ origin, len });
}

/* What comes back needs to be kept of it. */
static void put_kept(struct command *command, const struct settlement *settlement)
{
	command_int(command, settlement->attempt);
	command_int(command, settlement->ambiguous);
	command_text(command, settlement->state);
	command_text(command, settlement->body);
}

/* The end of a pause that it waits for, or the accounts that it is parked on. */
static void put_waits_for(struct command *command, const struct settlement *settlement)
{
	if (settlement->parked_on.len == 0) {
		command_text(command, settlement->paused_by);
		return;
	}
	char rank[24];
	size_t len = (size_t)snprintf(rank, sizeof rank, "@%llu ", (unsigned long long)settlement->park_rank);
	char *at = command_reserve(command, len + settlement->parked_on.len);
	if (at == NULL)
		return;
	memcpy(at, rank, len);
	memcpy(at + len, settlement->parked_on.at, settlement->parked_on.len);
}

static void put_rest(struct command *command, struct settlement *const *settlements, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (settlements[i]->kind != SETTLE_DEAD)
			continue;
		command_text(command, settlements[i]->body);
		put_origin(command, settlements[i]);
		command_text(command, settlements[i]->reason);
		command_int(command, settlements[i]->ambiguous);
	}
	for (unsigned i = 0; i < count; i++) {
		if (settlements[i]->kind != SETTLE_LATER)
			continue;
		put_origin(command, settlements[i]);
		command_int(command, settlements[i]->due_at);
		put_kept(command, settlements[i]);
		put_waits_for(command, settlements[i]);
	}
	for (unsigned i = 0; i < count; i++) {
		if (settlements[i]->kind != SETTLE_HOLD)
			continue;
		put_origin(command, settlements[i]);
		put_kept(command, settlements[i]);
	}
}

/* What one tenant has used on one day. */
struct use {
	struct slice tenant;
	int32_t day;
	uint32_t segments;
};

static unsigned find_use(const struct use *uses, unsigned count, const struct settlement *settlement)
{
	unsigned i = 0;
	while (i < count &&
	       (uses[i].day != settlement->budget_day || !slice_equal(uses[i].tenant, settlement->budget_tenant)))
		i++;
	return i;
}

/* Those of a batch, in the order of their first settlements. Returns how many. */
static unsigned gather_uses(const struct settle_call *settle, struct use uses[USES_MAX])
{
	unsigned count = 0;
	for (unsigned i = 0; i < settle->count; i++) {
		const struct settlement *settlement = settle->settlements[i];
		if (settlement->budget_segments == 0)
			continue;
		unsigned at = find_use(uses, count, settlement);
		if (at == count) {
			CHECK(count < USES_MAX);
			uses[count++] = (struct use){ settlement->budget_tenant, settlement->budget_day, 0 };
		}
		uses[at].segments += settlement->budget_segments;
	}
	return count;
}

static void put_uses(struct command *command, const struct settle_call *settle)
{
	struct use uses[USES_MAX];
	unsigned count = gather_uses(settle, uses);
	for (unsigned i = 0; i < count; i++) {
		command_int(command, uses[i].day);
		command_text(command, uses[i].tenant);
		command_int(command, uses[i].segments);
	}
}

static void write_whole(struct settle_call *settle)
{
	struct redis_store *store = settle->call.store;
	struct command *command = &settle->call.command;
	store_call_begin_script(store, command, SCRIPT_SETTLE, 10 + LANE_COUNT);
	store_put_key(store, command, KEY_WORKERS);
	store_put_key(store, command, KEY_TOTALS);
	store_put_key(store, command, KEY_EVENTS);
	store_put_key(store, command, KEY_DEAD);
	store_put_key(store, command, KEY_LATER);
	store_put_key(store, command, KEY_LATER_BODIES);
	store_put_key(store, command, KEY_PAUSED);
	store_put_key(store, command, KEY_HELD);
	store_put_key(store, command, KEY_HELD_BODIES);
	store_put_lanes(store, command);
	store_put_key(store, command, KEY_BUDGET);
	command_word(command, store->consumer);
	put_events(command, settle->settlements, settle->count);
	put_counts(command, settle->settlements, settle->count);
	put_lane_ids(command, settle->settlements, settle->count);
	put_rest(command, settle->settlements, settle->count);
	put_uses(command, settle);
}

/* In a call that restores: how, which entry it was first, and the alert's id; of one that was never sent nothing needs that. */
static void put_way(struct command *command, const struct settlement *settlement, const char *way)
{
	if (settlement->id.len == 0) {
		command_word(command, "");
		return;
	}
	char origin[ENTRY_SHORT_OCTETS];
	entry_key_format_short(&settlement->origin, origin);
	char head[ENTRY_SHORT_OCTETS + 16];
	size_t len = (size_t)snprintf(head, sizeof head, "%s %s ", way, origin);
	char *at = command_reserve(command, len + settlement->id.len);
	if (at == NULL)
		return;
	memcpy(at, head, len);
	memcpy(at + len, settlement->id.at, settlement->id.len);
}

void store_put_each(struct command *command, const struct settlement *settlement, const char *way)
{
	char id[ENTRY_ID_OCTETS];
	size_t len = entry_id_format(&settlement->key, id);
	bool is_dead = settlement->kind == SETTLE_DEAD;
	bool is_held = settlement->kind == SETTLE_HOLD;
	bool is_later = settlement->kind == SETTLE_LATER;
	command_int(command, (int64_t)settlement->key.lane + 1);
	command_text(command, (struct slice){ id, len });
	command_word(command, is_later ? "" : is_held ? "held" : closing_name(settlement->closing));
	command_text(command, settlement->event);
	command_text(command, is_dead || is_later || is_held ? settlement->body : SLICE(""));
	put_origin(command, settlement);
	command_text(command, is_dead ? settlement->reason : SLICE(""));
	command_int(command, settlement->due_at);
	command_int(command, settlement->attempt);
	command_int(command, settlement->ambiguous);
	command_text(command, settlement->state);
	put_waits_for(command, settlement);
	if (way != NULL)
		put_way(command, settlement, way);
}

void store_settle_each_begin(struct redis_store *store, struct command *command, bool restores)
{
	store_call_begin_script(store, command, SCRIPT_SETTLE_EACH, 10 + LANE_COUNT + (restores ? 3 : 0));
	store_put_key(store, command, KEY_WORKERS);
	store_put_key(store, command, KEY_CLAIMS);
	store_put_key(store, command, KEY_TOTALS);
	store_put_key(store, command, KEY_EVENTS);
	store_put_key(store, command, KEY_DEAD);
	store_put_key(store, command, KEY_LATER);
	store_put_key(store, command, KEY_LATER_BODIES);
	store_put_key(store, command, KEY_PAUSED);
	store_put_key(store, command, KEY_HELD);
	store_put_key(store, command, KEY_HELD_BODIES);
	store_put_lanes(store, command);
	for (unsigned age = 0; restores && age < 2; age++)
		store_put_generation(store, command, "seen", store->options->seen_window_ms, age);
	if (restores)
		store_put_key(store, command, KEY_ASSEMBLED);
	command_word(command, store->consumer);
	if (restores)
		command_word(command, store->identity);
}

static void write_each(struct settle_call *settle)
{
	struct command *command = &settle->call.command;
	store_settle_each_begin(settle->call.store, command, settle->is_restoring);
	for (unsigned i = 0; i < settle->count; i++)
		store_put_each(command, settle->settlements[i], settle->is_restoring ? STORE_RESTORE_OWN : NULL);
}

static void write_batch(struct settle_call *settle)
{
	if (!store_put_receipts(settle->call.store, &settle->receipts, settle->settlements, settle->count,
				&settle->receipts_head))
		settle->receipts.len = 0;
	if (settle->is_careful)
		write_each(settle);
	else
		write_whole(settle);
}

static void on_receipts_kept(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	const struct refusal *refusal = refusal_of(reply);
	/* Where it was lost, so was the SETTLE behind it; what refuses any write refuses that too. Both go again. */
	if (refusal == NULL || !refusal_is_of_one(refusal))
		return;
	/* Redis is full: sms are still settled, but their receipts will be unknown. */
	mono_us now = loop_now(store->loop).mono;
	if (now - store->receipts_refused_at < US_PER_S)
		return;
	store->receipts_refused_at = now;
	struct log_line line;
	if (log_begin(&line, store->options->log, LOG_ERROR, "receipts_not_kept",
		      "Redis refuses receipt entries; receipts of these sms will find no alert")) {
		log_text(&line, "error", reply->text);
		log_end(&line);
	}
}

static void send_settle(struct settle_call *settle)
{
	struct redis_store *store = settle->call.store;
	if (settle->receipts.len > 0 && store->takes_calls)
		redis_link_send(store->main, command_octets(&settle->receipts), 0, on_receipts_kept, store);
	store_call_send(&settle->call);
}

/* What could not be written for lack of memory stays on the list and goes with the next connection, when there may be
 * memory again. */
static void write_and_send(struct settle_call *settle)
{
	write_batch(settle);
	if (settle->call.command.failed || settle->receipts.failed)
		redis_link_break(settle->call.store->main, "out of memory");
	send_settle(settle);
}

static void fini(struct store_call *call)
{
	struct settle_call *settle = (struct settle_call *)(void *)call;
	command_fini(&settle->call.command);
	command_fini(&settle->receipts);
	free(settle);
}

static struct settle_call *take_call(struct redis_store *store)
{
	struct settle_call *settle = store->free_settles;
	if (settle != NULL)
		store->free_settles = settle->next_free;
	else
		settle = calloc(1, sizeof *settle);
	/* There are as many of these as batches of parcels; a machine that can't give 5 kB can't run us. */
	CHECK(settle != NULL);
	settle->call.store = store;
	settle->call.on_reply = on_settled;
	settle->call.rewrite = store_settle_rewrite;
	settle->call.fini = fini;
	settle->call.span = STORE_SPAN_SETTLE;
	settle->call.was_lost = false;
	return settle;
}

static void note_settled(struct redis_store *store, const struct entry_key *key)
{
	key_set_remove(&store->orphan_intents, key);
	claims_settled(&store->claims, key);
}

/* True where a settlement made by itself had no effect because another consumer owns its entry. */
static bool stays_with_owner(const struct reply *left, unsigned place)
{
	for (size_t i = 0; left->type == REPLY_ARRAY && i < left->count; i++) {
		if (left->elements[i]->integer == (int64_t)place + 1)
			return true;
	}
	return false;
}

/* reply: of a whole batch: how many entries were there; behind it, where tenants' use was counted, what each has used. Returns the
 * first. */
static const struct reply *take_uses(const struct settle_call *settle, const struct reply *reply)
{
	if (reply->type != REPLY_ARRAY || reply->count == 0)
		return reply;
	struct use uses[USES_MAX];
	unsigned count = gather_uses(settle, uses);
	for (unsigned i = 0; i < settle->count; i++) {
		struct settlement *settlement = settle->settlements[i];
		unsigned at = settlement->budget_segments > 0 ? find_use(uses, count, settlement) : count;
		if (at < count && at + 1 < reply->count && reply->elements[at + 1]->integer > 0)
			settlement->budget_used = (uint64_t)reply->elements[at + 1]->integer;
	}
	return reply->elements[0];
}

static void keep_receipts(struct settle_call *settle)
{
	struct slice receipts = command_arguments(&settle->receipts);
	if (settle->receipts.len > 0 && receipts.len > settle->receipts_head)
		store_keep_arguments(
			settle->call.store, REPLAY_RECEIPTS,
			(struct slice){ receipts.at + settle->receipts_head, receipts.len - settle->receipts_head },
			settle->receipts.argument_count - RECEIPTS_HEAD_WORDS);
}

static void on_settled(struct store_call *call, const struct reply *reply)
{
	struct settle_call *settle = (struct settle_call *)(void *)call;
	struct redis_store *store = call->store;
	if (!settle->is_careful)
		reply = take_uses(settle, reply);
	if (reply->type == REPLY_INTEGER && !settle->is_careful && reply->integer < (int64_t)settle->count)
		store->gauges.vanished += settle->count - (uint64_t)reply->integer;
	store_call_done(call);
	keep_receipts(settle);
	for (unsigned i = 0; i < settle->count; i++) {
		/* It may yet come to us by adoption: then the mark that it may have been sent must still be known. */
		if (stays_with_owner(reply, i))
			continue;
		note_settled(store, &settle->settlements[i]->key);
		store_keep_settlement(store, settle->settlements[i]);
	}
	store->events->on_settled(store->ctx, settle->settlements, settle->count);
	settle->next_free = store->free_settles;
	store->free_settles = settle;
}

void store_settle_rewrite(struct redis_store *store, struct store_call *call)
{
	struct settle_call *settle = (struct settle_call *)(void *)call;
	if (call->was_lost)
		settle->is_careful = true;
	call->was_lost = false;
	write_batch(settle);
	if (settle->receipts.failed)
		redis_link_break(store->main, "out of memory");
	if (settle->receipts.len > 0)
		redis_link_send(store->main, command_octets(&settle->receipts), 0, on_receipts_kept, store);
}

void store_settles_restore(struct redis_store *store)
{
	for (struct list *link = store->calls.next; link != &store->calls; link = link->next) {
		struct store_call *call = LIST_ITEM(link, struct store_call, link);
		if (call->rewrite != store_settle_rewrite)
			continue;
		call->was_lost = true;
		((struct settle_call *)(void *)call)->is_restoring = true;
	}
}

void store_settle(struct store *base, struct settlement *const *settlements, unsigned count)
{
	struct redis_store *store = (struct redis_store *)base;
	CHECK(count > 0 && count <= STORE_BATCH_MAX);
	struct settle_call *settle = take_call(store);
	settle->count = count;
	settle->is_careful = settle->is_restoring = false;
	for (unsigned i = 0; i < count; i++) {
		settle->settlements[i] = settlements[i];
		settle->is_restoring = settle->is_restoring || settlements[i]->is_restored;
		settle->is_careful = settle->is_careful || settle->is_restoring || settlements[i]->is_shared;
	}
	write_and_send(settle);
}

void store_settles_fini(struct redis_store *store)
{
	while (store->free_settles != NULL) {
		struct settle_call *settle = store->free_settles;
		store->free_settles = settle->next_free;
		fini(&settle->call);
	}
	/* Calls that never got their answer (closed with Redis away). */
	while (!list_empty(&store->calls)) {
		struct store_call *call = LIST_ITEM(store->calls.next, struct store_call, link);
		list_remove(&call->link);
		if (call->fini != NULL)
			call->fini(call);
	}
}
