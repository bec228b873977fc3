/* SPDX-License-Identifier: Apache-2.0 */

/* The look-out: what lies far back in a stream may withdraw what is about to be begun. With each BEGIN the new part of
 * the streams that can matter to it is looked through; what withdraws others is noted in Redis, where begin.lua asks.
 * Mostly nothing new is there, so that BEGIN goes out in the same flush, and is asked again only where the look-out did
 * find something. While it is far behind (a backlog that nobody has looked through yet) BEGINs wait for it.
 *
 * Cancels lie on the urgent stream, so that every BEGIN needs that one; the others are looked through only for alerts that
 * have a subject. How far the workers have come is kept in Redis, by generation: when notes are forgotten, what still
 * waits is looked through anew. */

#include "store/redis_store_inner.h"

#include "base/check.h"

#include <stdlib.h>

#define LOOK_COUNT 512 /* entries of one look */
#define ALL_LANES  ((1u << LOOKOUT_LANES) - 1)

struct withdraw_call {
	struct store_call call;
	struct withdraw_call *next_free;
};

/* -- notes -- */

static void open_note(struct redis_store *store, struct command *command, unsigned lane, const struct entry_key *up_to)
{
	char id[ENTRY_ID_OCTETS] = "";
	store_call_begin_script(store, command, SCRIPT_WITHDRAW, 4);
	store_put_generation(store, command, "lookout", store->options->withdrawal_window_ms, 0);
	store_put_generation(store, command, "withdrawn:ids", store->options->withdrawal_window_ms, 0);
	store_put_generation(store, command, "withdrawn:subjects", store->options->withdrawal_window_ms, 0);
	store_put_generation(store, command, "withdrawn:batches", store->options->withdrawal_window_ms, 0);
	command_int(command, lane);
	if (up_to != NULL)
		entry_id_format(up_to, id);
	command_word(command, id);
}

void store_put_subject(struct command *command, struct slice template_name, struct slice subject)
{
	char *at = command_reserve(command, template_name.len + 1 + subject.len);
	if (at == NULL)
		return;
	memcpy(at, template_name.at, template_name.len);
	at[template_name.len] = '\n'; /* names hold no control characters */
	memcpy(at + template_name.len + 1, subject.at, subject.len);
}

static void put_note(struct command *command, const struct store_withdrawal *withdrawal)
{
	if (withdrawal->kind == WITHDRAWAL_ID || withdrawal->kind == WITHDRAWAL_BATCH) {
		command_word(command, withdrawal->kind == WITHDRAWAL_ID ? "i" : "b");
		command_text(command, withdrawal->name);
		command_word(command, "");
		return;
	}
	bool is_cancel = withdrawal->kind == WITHDRAWAL_SUBJECT;
	char origin[ENTRY_SHORT_OCTETS];
	size_t len = entry_key_format_short(&withdrawal->origin, origin);
	size_t id_len = is_cancel ? 0 : 1 + withdrawal->name.len;
	command_word(command, "s");
	store_put_subject(command, withdrawal->template_name, withdrawal->subject);
	char *at = command_reserve(command, 1 + len + id_len);
	if (at == NULL)
		return;
	at[0] = is_cancel ? 'C' : 'S';
	memcpy(at + 1, origin, len);
	if (is_cancel)
		return;
	at[1 + len] = ' ';
	memcpy(at + 2 + len, withdrawal->name.at, withdrawal->name.len);
}

/* -- how far it has come -- */

/* pairs: lane, entry id, … as withdraw.lua has them. */
static void go_on_from(struct redis_store *store, const struct reply *pairs)
{
	for (size_t i = 0; pairs != NULL && i + 1 < pairs->count; i += 2) {
		struct slice lane = reply_text_at(pairs, i);
		struct entry_key at;
		unsigned number = lane.len == 1 ? (unsigned)(lane.at[0] - '1') : LOOKOUT_LANES;
		if (number < LOOKOUT_LANES && entry_id_parse(reply_text_at(pairs, i + 1), (enum lane)number, &at) &&
		    entry_id_compare(&store->lookout[number].at, &at) < 0)
			store->lookout[number].at = at;
	}
}

void store_lookout_from(struct redis_store *store, const struct reply *pairs)
{
	for (unsigned lane = 0; lane < LOOKOUT_LANES; lane++)
		store->lookout[lane].at = (struct entry_key){ .lane = (enum lane)lane };
	go_on_from(store, pairs);
}

/* What the look just answered has found, those have not seen that went out with it or behind it. Where there is more than
 * one look brings, the next one is theirs too. */
static void doubt_begins(struct redis_store *store, unsigned lane, bool is_full)
{
	const struct lookout *lookout = &store->lookout[lane];
	for (unsigned i = 0; i < STORE_BEGINS_MAX; i++) {
		struct begin_call *begin = &store->begins[i];
		if (!begin->in_use || begin->looks[lane] < lookout->answered)
			continue;
		begin->is_doubted = begin->is_doubted || begin->call.is_sent;
		if (is_full && begin->looks[lane] == lookout->answered)
			begin->looks[lane] = lookout->sent + 1;
	}
}

void store_lookout_anew(struct begin_call *begin)
{
	memset(begin->looks, 0, sizeof begin->looks);
}

/* True where Redis has refused something. A BEGIN behind it would be blind: all of the look-out anew. */
static bool was_refused(struct redis_store *store, const struct reply *reply)
{
	const struct refusal *refusal = refusal_of(reply);
	if (refusal == NULL)
		return false;
	store_lookout_forget(store);
	store_call_refused(store, refusal, reply);
	return true;
}

static void on_noted(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	if (reply != NULL && !was_refused(store, reply))
		go_on_from(store, reply);
}

/* -- looking -- */

void store_begins_release(struct redis_store *store)
{
	for (unsigned i = 0; i < STORE_BEGINS_MAX; i++) {
		struct begin_call *begin = &store->begins[(store->next_begin + i) % STORE_BEGINS_MAX];
		if (begin->in_use && begin->call.waits && !store_lookout_is_behind(store, begin))
			store_begin_again(begin);
	}
}

/* Notes what the entries withdraw; returns how many do. */
static unsigned note_entries(struct redis_store *store, unsigned lane, const struct reply *entries)
{
	struct lookout *lookout = &store->lookout[lane];
	struct entry_key up_to;
	unsigned found = 0;
	if (entries->count == 0 ||
	    !entry_id_parse(reply_text_at(entries->elements[entries->count - 1], 0), (enum lane)lane, &up_to))
		return 0;
	for (size_t i = 0; i < entries->count; i++) {
		struct store_entry entry;
		struct store_withdrawal withdrawal;
		/* One that processes died with is not taken in hand before its turn. */
		if (!store_read_entry((enum lane)lane, entries->elements[i], &entry) ||
		    store_suspect_crashes(store, &entry.key) >= STORE_SUSPECT_CRASHES ||
		    !store->events->foresees(store->ctx, &entry, &withdrawal))
			continue;
		withdrawal.origin = entry.key;
		if (found++ == 0)
			open_note(store, &store->notes, lane + 1, &up_to);
		put_note(&store->notes, &withdrawal);
	}
	if (entry_id_compare(&lookout->at, &up_to) < 0)
		lookout->at = up_to;
	return found;
}

static bool look(struct lookout *lookout);

static void on_looked(void *ctx, const struct reply *reply)
{
	struct lookout *lookout = ctx;
	struct redis_store *store = lookout->store;
	unsigned lane = (unsigned)(lookout - store->lookout);
	lookout->answered++;
	/* Where the connection broke, the look-out begins anew with the next one. */
	if (reply == NULL || was_refused(store, reply))
		return;
	unsigned found = note_entries(store, lane, reply);
	bool is_full = reply->count == LOOK_COUNT;
	if (found > 0 || is_full) {
		doubt_begins(store, lane, is_full);
		if (found == 0)
			open_note(store, &store->notes, lane + 1, &lookout->at); /* others need not look here again */
		if (store->notes.failed ||
		    !redis_link_send(store->main, command_octets(&store->notes), 0, on_noted, store)) {
			redis_link_break(store->main, "too much waits for it");
			return;
		}
	}
	bool was_behind = lookout->is_behind;
	lookout->is_behind = is_full;
	if (is_full) {
		if (!look(lookout))
			redis_link_break(store->main, "too much waits for it");
	} else if (was_behind) {
		store_begins_release(store);
	}
}

/* False where so many commands are under way that there is no place for it. */
static bool look(struct lookout *lookout)
{
	struct redis_store *store = lookout->store;
	struct command *command = &store->scratch;
	char from[ENTRY_ID_OCTETS + 1] = "(";
	entry_id_format(&lookout->at, from + 1);
	command_begin(command);
	command_word(command, "XRANGE");
	command_word(command, store->keys[(unsigned)KEY_LANE + (unsigned)(lookout - store->lookout)]);
	command_word(command, from);
	command_word(command, "+");
	command_word(command, "COUNT");
	command_int(command, LOOK_COUNT);
	if (!redis_link_send(store->main, command_octets(command), 0, on_looked, lookout))
		return false;
	lookout->sent++;
	return true;
}

/* -- from where -- */

static void on_known(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	if (--store->lookout_asks > 0)
		return;
	store->lookout_is_asking = false;
	if (reply == NULL || was_refused(store, reply))
		return;
	store_lookout_from(store, reply);
	store->lookout_is_known = true;
	store_begins_release(store);
}

static void ask_how_far(struct redis_store *store)
{
	if (store->lookout_is_asking)
		return;
	command_begin(&store->scratch);
	command_word(&store->scratch, "HGETALL");
	store_put_generation(store, &store->scratch, "lookout", store->options->withdrawal_window_ms, 0);
	store->lookout_is_asking = redis_link_send(store->main, command_octets(&store->scratch), 0, on_known, store);
	store->lookout_asks += store->lookout_is_asking;
	store->has_unsent = store->has_unsent || !store->lookout_is_asking;
}

void store_lookout_forget(struct redis_store *store)
{
	store->lookout_is_known = store->lookout_is_asking = false;
	for (unsigned lane = 0; lane < LOOKOUT_LANES; lane++)
		store->lookout[lane].is_behind = false;
	for (unsigned i = 0; i < STORE_BEGINS_MAX; i++) {
		store_lookout_anew(&store->begins[i]);
		store->begins[i].is_doubted = store->begins[i].call.is_sent;
	}
}

bool store_lookout_is_behind(const struct redis_store *store, const struct begin_call *begin)
{
	if (!store->lookout_is_known)
		return true;
	for (unsigned lane = 0; lane < LOOKOUT_LANES; lane++) {
		if (begin->lookout_lanes & 1u << lane && store->lookout[lane].is_behind)
			return true;
	}
	return false;
}

/* Notes are forgotten by generation: then all is looked through anew. */
static void mind_generation(struct redis_store *store)
{
	int64_t generation = store_redis_ms(store) / store->options->withdrawal_window_ms;
	if (generation != store->lookout_generation)
		store_lookout_forget(store);
	store->lookout_generation = generation;
}

void store_lookout(struct redis_store *store, struct begin_call *begin)
{
	mind_generation(store);
	begin->is_doubted = false;
	begin->call.waits = store_lookout_is_behind(store, begin);
	if (!store->lookout_is_known)
		ask_how_far(store);
	for (unsigned lane = 0; lane < LOOKOUT_LANES && !begin->call.waits; lane++) {
		if ((begin->lookout_lanes & 1u << lane) == 0 || begin->looks[lane] > 0)
			continue;
		if (look(&store->lookout[lane]))
			begin->looks[lane] = store->lookout[lane].sent;
		else
			begin->call.waits = store->has_unsent = true;
	}
}

unsigned store_lookout_lanes(const struct store_begin *items, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (items[i].subject.len > 0)
			return ALL_LANES;
	}
	return 1u << LANE_URGENT;
}

void store_lookout_init(struct redis_store *store)
{
	for (unsigned lane = 0; lane < LOOKOUT_LANES; lane++)
		store->lookout[lane] = (struct lookout){ .store = store, .at.lane = (enum lane)lane };
}

/* -- an entry that withdraws others was read -- */

static void fini(struct store_call *call)
{
	command_fini(&call->command);
	free((struct withdraw_call *)(void *)call);
}

static void on_withdrawn(struct store_call *call, const struct reply *reply)
{
	struct withdraw_call *withdraw = (struct withdraw_call *)(void *)call;
	struct redis_store *store = call->store;
	(void)reply;
	store_call_done(call);
	withdraw->next_free = store->free_withdraws;
	store->free_withdraws = withdraw;
}

void store_withdraw(struct store *base, const struct store_withdrawal *withdrawal)
{
	struct redis_store *store = (struct redis_store *)base;
	struct withdraw_call *withdraw = store->free_withdraws;
	if (withdraw != NULL)
		store->free_withdraws = withdraw->next_free;
	else
		withdraw = calloc(1, sizeof *withdraw);
	/* Without it texts that were withdrawn would go out; whoever starts instead looks for all that lies ahead once more. */
	CHECK(withdraw != NULL);
	withdraw->call.store = store;
	withdraw->call.on_reply = on_withdrawn;
	withdraw->call.fini = fini;
	withdraw->call.span = STORE_SPAN_BEGIN;
	open_note(store, &withdraw->call.command, 0, NULL);
	put_note(&withdraw->call.command, withdrawal);
	CHECK(!withdraw->call.command.failed);
	store_call_send(&withdraw->call);
}

void store_withdraws_fini(struct redis_store *store)
{
	command_fini(&store->notes);
	while (store->free_withdraws != NULL) {
		struct withdraw_call *withdraw = store->free_withdraws;
		store->free_withdraws = withdraw->next_free;
		fini(&withdraw->call);
	}
}
