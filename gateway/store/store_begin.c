/* SPDX-License-Identifier: Apache-2.0 */

/* BEGIN: one script call claims a batch. Its answer must be fresh: a GO that lay in the socket while this process was
 * stopped may have been overtaken by others who took us for dead, so that a late one is asked for again. What is asked
 * again carries the latest intents, not its own: those of a BEGIN or an adoption after it must not be forgotten. */

#include "store/redis_store_inner.h"

#include "base/check.h"
#include "store/intents.h"

#include <stdlib.h>

struct blob_writer {
	struct buf buf;
	uint64_t previous_ms;
};

static void put_intent(void *ctx, const struct entry_key *key)
{
	struct blob_writer *writer = ctx;
	intents_put(&writer->buf, key, &writer->previous_ms);
}

struct slice store_intents(struct redis_store *store, const struct entry_key *begun, unsigned begun_count,
			   const struct store_begin *items, unsigned count)
{
	size_t need = 1 + (begun_count + (size_t)count + store->orphan_intents.count) * INTENT_OCTETS_MAX;
	if (need > store->blob_cap) {
		char *blob = realloc(store->blob, need * 2);
		if (blob == NULL)
			return (struct slice){ NULL, 0 };
		store->blob = blob;
		store->blob_cap = need * 2;
	}
	struct blob_writer writer = { .buf = buf_over(store->blob, store->blob_cap) };
	intents_begin(&writer.buf);
	for (unsigned i = 0; i < begun_count; i++)
		put_intent(&writer, &begun[i]);
	for (unsigned i = 0; i < count; i++)
		put_intent(&writer, &items[i].key);
	/* While a dead consumer's entries come over, what it had begun is ours to remember. */
	key_set_each(&store->orphan_intents, put_intent, &writer);
	CHECK(!writer.buf.full);
	store->blob_len = writer.buf.len;
	return buf_slice(&writer.buf);
}

static enum begin_verdict verdict_of(char letter)
{
	switch (letter) {
	case 'G':
		return BEGIN_GO;
	case 'D':
		return BEGIN_DUPLICATE;
	case 'C':
		return BEGIN_CANCELLED;
	case 'S':
		return BEGIN_SUPERSEDED;
	case 'R':
		return BEGIN_SUPPRESSED;
	case 'W':
		return BEGIN_NOT_YET;
	default:
		return BEGIN_GONE;
	}
}

static void on_begun(struct store_call *call, const struct reply *reply)
{
	struct begin_call *begin = (struct begin_call *)(void *)call;
	struct redis_store *store = call->store;
	/* The pipeline takes verdicts in the order of asking: where the one before is asked again, so is this one. */
	struct begin_call *oldest = &store->begins[store->next_begin];
	bool is_next = oldest == begin || !oldest->in_use;
	bool is_stale = loop_now(store->loop).mono - call->sent_at > store->options->stale_after_us;
	if (is_stale)
		store_lookout_anew(begin);
	if (is_stale || (is_next && begin->is_doubted)) {
		/* No new look where it was not too late: a steady flow of cancels must not keep it for ever. */
		store_begin_again(begin);
		return;
	}
	if (!is_next) {
		call->waits = true;
		return;
	}
	enum begin_verdict verdicts[STORE_BATCH_MAX];
	struct begin_note notes[STORE_BATCH_MAX];
	unsigned unread = 0;
	bool all_go = reply->type == REPLY_TEXT && reply->text.len == 0;
	bool is_known = reply->type == REPLY_TEXT && reply->text.len >= begin->count;
	struct slice rest = is_known ? (struct slice){ reply->text.at + begin->count, reply->text.len - begin->count }
				     : (struct slice){ NULL, 0 };
	if (!all_go && (!is_known || !store_read_notes(rest, notes, begin->count, &unread))) {
		redis_link_break(store->main, "Redis answers BEGIN with something else");
		return;
	}
	for (unsigned i = 0; i < begin->count; i++) {
		char letter = all_go ? 'G' : reply->text.at[i];
		verdicts[i] = verdict_of(letter);
	}
	for (unsigned i = 0; i < begin->count; i++) {
		if (verdicts[i] == BEGIN_GONE)
			claims_settled(&store->claims, &begin->items[i].key);
	}
	store_tell_unread(store, begin->items, begin->count, unread);
	begin->in_use = false;
	store_call_done(call);
	store_begins_release(store);
	store->events->on_begun(store->ctx, verdicts, rest.len > 0 ? notes : NULL, begin->count);
}

void store_begins_lost(struct redis_store *store)
{
	static const enum begin_verdict lost[STORE_BATCH_MAX] = { [0 ... STORE_BATCH_MAX - 1] = BEGIN_LOST };
	for (unsigned i = 0; i < STORE_BEGINS_MAX; i++) {
		struct begin_call *begin = &store->begins[(store->next_begin + i) % STORE_BEGINS_MAX];
		if (!begin->in_use)
			continue;
		begin->in_use = false;
		store_call_done(&begin->call);
		store->events->on_begun(store->ctx, lost, NULL, begin->count);
	}
}

bool store_call_is_begin(const struct store_call *call)
{
	return call->on_reply == on_begun;
}

static void put_items(struct command *command, const struct store_begin *items, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		command_text(command, items[i].id);
	for (unsigned i = 0; i < count; i++) {
		char origin[ENTRY_SHORT_OCTETS];
		size_t len = entry_key_format_short(&items[i].origin, origin);
		command_text(command, items[i].id);
		command_text(command, (struct slice){ origin, len });
	}
	for (unsigned i = 0; i < count; i++) {
		if (!items[i].reclaimed)
			continue;
		char id[ENTRY_ID_OCTETS];
		size_t len = entry_id_format(&items[i].key, id);
		command_int(command, i + 1);
		command_int(command, (int64_t)items[i].key.lane + 1);
		command_text(command, (struct slice){ id, len });
	}
}

static void put_subjects(struct command *command, const struct store_begin *items, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (items[i].subject.len > 0)
			store_put_subject(command, items[i].template_name, items[i].subject);
	}
	for (unsigned i = 0; i < count; i++) {
		if (items[i].subject.len > 0)
			command_int(command, i + 1);
	}
}

static void put_batches(struct command *command, const struct store_begin *items, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (items[i].batch.len > 0)
			command_text(command, items[i].batch);
	}
	for (unsigned i = 0; i < count; i++) {
		if (items[i].batch.len > 0)
			command_int(command, i + 1);
	}
}

static void write_begin(struct begin_call *begin)
{
	struct redis_store *store = begin->call.store;
	struct command *command = &begin->call.command;
	unsigned reclaimed = 0;
	for (unsigned i = 0; i < begin->count; i++)
		reclaimed += begin->items[i].reclaimed;
	unsigned subjects = 0;
	unsigned batches = 0;
	for (unsigned i = 0; i < begin->count; i++) {
		subjects += begin->items[i].subject.len > 0;
		batches += begin->items[i].batch.len > 0;
	}
	store_call_begin_script(store, command, SCRIPT_BEGIN, 4 + LANE_COUNT + 6 + STORE_PROTECTION_KEYS);
	store_put_key(store, command, KEY_WORKERS);
	store_put_key(store, command, KEY_INTENTS);
	store_put_generation(store, command, "seen", store->options->seen_window_ms, 0);
	store_put_generation(store, command, "seen", store->options->seen_window_ms, 1);
	store_put_lanes(store, command);
	static const char *const withdrawn[] = { "withdrawn:ids", "withdrawn:subjects", "withdrawn:batches" };
	for (unsigned i = 0; i < 6; i++)
		store_put_generation(store, command, withdrawn[i / 2], store->options->withdrawal_window_ms, i % 2);
	store_put_protection_keys(store, command, begin->items, begin->count);
	command_word(command, store->consumer);
	command_text(command, (struct slice){ store->blob, store->blob_len });
	command_int(command, begin->count);
	command_int(command, reclaimed);
	command_int(command, subjects);
	command_int(command, batches);
	put_items(command, begin->items, begin->count);
	put_subjects(command, begin->items, begin->count);
	put_batches(command, begin->items, begin->count);
	store_put_protection(command, begin->items, begin->count);
}

/* Writes it behind all that was noted so far. */
static void write_again(struct begin_call *begin)
{
	struct redis_store *store = begin->call.store;
	write_begin(begin);
	store_lookout(store, begin);
	if (begin->call.command.failed)
		redis_link_break(store->main, "out of memory");
}

void store_begin_again(struct begin_call *begin)
{
	write_again(begin);
	store_call_send(&begin->call);
}

void store_begin_rewrite(struct redis_store *store, struct store_call *call)
{
	(void)store;
	store_lookout_anew((struct begin_call *)(void *)call);
	write_again((struct begin_call *)(void *)call);
}

bool store_begin(struct store *base, const struct store_begin *items, unsigned count, const struct entry_key *begun,
		 unsigned begun_count)
{
	struct redis_store *store = (struct redis_store *)base;
	CHECK(count > 0 && count <= STORE_BATCH_MAX);
	struct begin_call *begin = &store->begins[store->next_begin];
	if (begin->in_use || store->phase != PHASE_READY || !redis_link_is_up(store->main))
		return false;
	/* Out of memory: without its intents nothing may leave. */
	if (store_intents(store, begun, begun_count, items, count).at == NULL)
		return false;
	memcpy(begin->items, items, count * sizeof *items);
	begin->count = count;
	begin->call.store = store;
	begin->call.on_reply = on_begun;
	begin->call.rewrite = store_begin_rewrite;
	begin->call.span = STORE_SPAN_BEGIN;
	write_begin(begin);
	if (begin->call.command.failed)
		return false;
	begin->in_use = true;
	begin->lookout_lanes = store_lookout_lanes(items, count);
	store_lookout_anew(begin);
	store_lookout(store, begin);
	store->next_begin = (store->next_begin + 1) % STORE_BEGINS_MAX;
	store_call_send(&begin->call);
	return true;
}

void store_begins_fini(struct redis_store *store)
{
	for (unsigned i = 0; i < STORE_BEGINS_MAX; i++)
		command_fini(&store->begins[i].call.command);
}
