/* SPDX-License-Identifier: Apache-2.0 */

/* The calls of the port: each is copied onto the list, none has an effect before flush. */

#include "fakes/fake_store_inner.h"

#include "base/buf.h"
#include "base/check.h"
#include "fakes/fake_memory.h"

#include <stdio.h>
#include <stdlib.h>

static struct fake_store *of(const struct store *base)
{
	return (struct fake_store *)(uintptr_t)base;
}

static void open_store(struct store *base, const struct store_events *events, void *ctx)
{
	struct fake_store *store = of(base);
	CHECK(store->phase == FAKE_IDLE);
	store->phase = FAKE_OPEN;
	store->events = events;
	store->ctx = ctx;
	store->main.up_at = store->options->env->now.mono + fake_store_delay(store);
	store->reader.up_at = store->options->env->now.mono + fake_store_delay(store);
}

static void read_store(struct store *base, const struct store_quota *quota, bool may_wait)
{
	struct fake_store *store = of(base);
	CHECK(!store->is_reading && store->read == NULL);
	store->is_reading = true;
	store->read = fake_call_new(store, FAKE_READ);
	store->read->quota = *quota;
	store->read->may_wait = may_wait;
	if (store->reader.is_up)
		return;
	fake_call_free(store->read);
	store->read = NULL;
	store->read_failed = true;
}

static bool is_reading(const struct store *base)
{
	return of(base)->is_reading;
}

struct entry_key *fake_store_intents(struct fake_store *store, const struct entry_key *begun, unsigned begun_count,
				     const struct store_begin *items, unsigned count, unsigned *out_count)
{
	unsigned all = begun_count + count + store->orphan_intent_count;
	struct entry_key *intents = fake_memory_take(all + 1, sizeof *intents);
	for (unsigned i = 0; i < begun_count; i++)
		intents[i] = begun[i];
	for (unsigned i = 0; i < count; i++)
		intents[begun_count + i] = items[i].key;
	for (unsigned i = 0; i < store->orphan_intent_count; i++)
		intents[begun_count + count + i] = store->orphan_intents[i];
	*out_count = all;
	store->latest_intents = fake_memory_grow(store->latest_intents, (all + 1) * sizeof *intents);
	memcpy(store->latest_intents, intents, all * sizeof *intents);
	store->latest_intent_count = all;
	return intents;
}

static bool begin_store(struct store *base, const struct store_begin *items, unsigned count,
			const struct entry_key *begun, unsigned begun_count)
{
	struct fake_store *store = of(base);
	CHECK(count > 0 && count <= STORE_BATCH_MAX);
	if (store->phase != FAKE_OPEN || !store->main.is_up || store->begins == FAKE_BEGINS_MAX)
		return false;
	store->begins++;
	struct fake_call *call = fake_call_new(store, FAKE_BEGIN);
	call->count = count;
	call->asked_at = store->options->env->now.mono;
	call->items = fake_memory_take(count, sizeof *call->items);
	call->verdicts = fake_memory_take(count, sizeof *call->verdicts);
	call->notes = fake_memory_take(count, sizeof *call->notes);
	for (unsigned i = 0; i < count; i++) {
		call->items[i] = items[i];
		call->items[i].id = text_copy(items[i].id);
		call->items[i].template_name = text_copy(items[i].template_name);
		call->items[i].subject = text_copy(items[i].subject);
		call->items[i].batch = text_copy(items[i].batch);
		call->items[i].number = text_copy(items[i].number);
	}
	call->intents = fake_store_intents(store, begun, begun_count, items, count, &call->intent_count);
	return true;
}

static void settle_store(struct store *base, struct settlement *const *settlements, unsigned count)
{
	struct fake_store *store = of(base);
	CHECK(count > 0 && count <= STORE_BATCH_MAX && store->phase != FAKE_CLOSED);
	struct fake_call *call = fake_call_new(store, FAKE_SETTLE);
	call->count = count;
	call->settlements = fake_memory_take(count, sizeof *call->settlements);
	for (unsigned i = 0; i < count; i++) {
		call->settlements[i] = settlements[i];
		call->careful = call->careful || settlements[i]->is_shared;
		if (store->options->watch != NULL)
			store->options->watch->on_settle(store->options->watch_ctx, settlements[i]);
	}
}

static void withdraw(struct store *base, const struct store_withdrawal *withdrawal)
{
	struct fake_store *store = of(base);
	CHECK(store->phase != FAKE_CLOSED);
	struct fake_call *call = fake_call_new(store, FAKE_WITHDRAW);
	call->withdrawal = *withdrawal;
	call->withdrawal.name = text_copy(withdrawal->name);
	call->withdrawal.template_name = text_copy(withdrawal->template_name);
	call->withdrawal.subject = text_copy(withdrawal->subject);
}

static struct fake_call *text_call(struct fake_store *store, enum fake_call_kind kind, struct slice text,
				   const char *account)
{
	struct fake_call *call = fake_call_new(store, kind);
	call->text = text_copy(text);
	snprintf(call->account, sizeof call->account, "%s", account);
	return call;
}

static bool find_receipt(struct store *base, const struct store_receipt *receipt)
{
	struct fake_store *store = of(base);
	if (store->phase != FAKE_OPEN || !store->main.is_up)
		return false;
	text_call(store, FAKE_FIND, receipt->carrier_ref, receipt->account)->token = receipt->token;
	return true;
}

static bool record(struct store *base, const struct store_receipt_event *events, unsigned count, uint64_t token)
{
	struct fake_store *store = of(base);
	CHECK(count > 0 && count <= STORE_RECEIPTS_MAX);
	if (store->phase != FAKE_OPEN || !store->main.is_up)
		return false;
	struct fake_call *call = fake_call_new(store, FAKE_RECORD);
	call->token = token;
	call->count = count;
	call->receipt_events = fake_memory_take(count, sizeof *call->receipt_events);
	call->answers = fake_memory_take(count, 1);
	for (unsigned i = 0; i < count; i++)
		call->receipt_events[i] = (struct store_receipt_event){
			.account = text_copy(slice_of(events[i].account)).at,
			.carrier_ref = text_copy(events[i].carrier_ref),
			.state = events[i].state,
			.head = text_copy(events[i].head),
			.tail = text_copy(events[i].tail),
			.more = text_copy(events[i].more),
			.ref = text_copy(events[i].ref),
		};
	return true;
}

/* What makes a message the same as another one. */
static struct slice mark_of(const struct store_mo *item)
{
	static char text[MO_OCTETS_MAX + 512];
	const struct mo *mo = item->mo;
	struct buf buf = buf_over(text, sizeof text);
	buf_put_text(&buf, item->account);
	buf_put_u8(&buf, '\n');
	buf_put_slice(&buf, mo->from);
	buf_put_u8(&buf, '\n');
	buf_put_slice(&buf, mo->to);
	buf_put_u8(&buf, mo->is_text ? '\n' : '\t');
	buf_put_uint(&buf, mo->part);
	buf_put_u8(&buf, '/');
	buf_put_uint(&buf, mo->total);
	buf_put_u8(&buf, ' ');
	buf_put_uint(&buf, mo->reference);
	buf_put_u8(&buf, '\n');
	buf_put_slice(&buf, mo->id);
	buf_put_u8(&buf, '\n');
	buf_put_slice(&buf, mo->octets);
	return text_copy(buf_slice(&buf));
}

static bool record_mo(struct store *base, const struct store_mo *items, unsigned count)
{
	struct fake_store *store = of(base);
	CHECK(count > 0 && count <= STORE_MO_MAX);
	if (store->phase != FAKE_OPEN || !store->main.is_up)
		return false;
	struct fake_call *call = fake_call_new(store, FAKE_MO);
	call->count = count;
	call->mos = fake_memory_take(count, sizeof *call->mos);
	call->answers = fake_memory_take(count, 1);
	for (unsigned i = 0; i < count; i++) {
		struct slice nobody = { NULL, 0 };
		call->mos[i].mark = mark_of(&items[i]);
		call->mos[i].opted_out = text_copy(items[i].keyword.len ? items[i].number : nobody);
	}
	return true;
}

static void settle_late(struct store *base, const struct store_late *late)
{
	struct fake_store *store = of(base);
	if (store->phase != FAKE_OPEN || !store->main.is_up)
		return;
	struct fake_call *call = text_call(store, FAKE_LATE, late->at, late->account);
	call->ref = text_copy(late->carrier_ref);
	call->late_key = late->key;
	call->late_is_queried = late->is_queried;
}

/* A question about accounts, of which one of a kind is under way at a time; is_asking: whether it is. NULL where it cannot be
 * asked now. */
static struct fake_call *ask_call(struct fake_store *store, enum fake_call_kind kind, bool *is_asking, unsigned count)
{
	CHECK(count > 0 && count <= STORE_LEASES_MAX && !*is_asking);
	if (store->phase != FAKE_OPEN || !store->main.is_up)
		return NULL;
	*is_asking = true;
	struct fake_call *call = fake_call_new(store, kind);
	call->count = count;
	return call;
}

/* This queue never comes back with an earlier state. */
static void reassert(struct store *base, const struct settlement *settlements, unsigned count)
{
	(void)base;
	(void)settlements;
	CHECK(count == 0);
}

static bool lease(struct store *base, const struct store_lease *asks, unsigned count)
{
	struct fake_store *store = of(base);
	struct fake_call *call = ask_call(store, FAKE_LEASE, &store->is_leasing, count);
	if (call == NULL)
		return false;
	call->leases = fake_memory_take(count, sizeof *call->leases);
	call->grants = fake_memory_take(count, sizeof *call->grants);
	for (unsigned i = 0; i < count; i++) {
		call->leases[i] = asks[i];
		call->leases[i].account = text_copy(slice_of(asks[i].account)).at;
	}
	return true;
}

static bool unpark(struct store *base, const struct store_unpark *asks, unsigned count)
{
	struct fake_store *store = of(base);
	struct fake_call *call = ask_call(store, FAKE_UNPARK, &store->is_unparking, count);
	if (call == NULL)
		return false;
	call->unparks = fake_memory_take(count, sizeof *call->unparks);
	call->unparked = fake_memory_take(count, sizeof *call->unparked);
	for (unsigned i = 0; i < count; i++) {
		call->unparks[i] = asks[i];
		call->unparks[i].account = text_copy(slice_of(asks[i].account)).at;
	}
	return true;
}

static bool bind_links(struct store *base, const struct store_bind *asks, unsigned count)
{
	struct fake_store *store = of(base);
	struct fake_call *call = ask_call(store, FAKE_BIND, &store->is_binding, count);
	if (call == NULL)
		return false;
	call->binds = fake_memory_take(count, sizeof *call->binds);
	call->links = fake_memory_take(count, sizeof *call->links);
	for (unsigned i = 0; i < count; i++) {
		call->binds[i] = asks[i];
		call->binds[i].account = text_copy(slice_of(asks[i].account)).at;
	}
	return true;
}

static bool adopt(struct store *base, unsigned count, const struct entry_key *begun, unsigned begun_count)
{
	struct fake_store *store = of(base);
	CHECK(count > 0);
	bool has_work = store->lost_count > 0 || store->orphan_is_fenced;
	if (store->is_adopting || store->is_looking || !has_work || store->phase != FAKE_OPEN || !store->main.is_up)
		return false;
	store->is_adopting = true;
	struct fake_call *call = fake_call_new(store, store->lost_count > 0 ? FAKE_FETCH : FAKE_ADOPT);
	call->count = count < STORE_BATCH_MAX ? count : STORE_BATCH_MAX;
	if (call->kind == FAKE_FETCH)
		return true;
	call->intents = fake_store_intents(store, begun, begun_count, NULL, 0, &call->intent_count);
	return true;
}

static void flush(struct store *base)
{
	fake_store_flush(of(base));
}

static void close_store(struct store *base, mono_us grace_us)
{
	struct fake_store *store = of(base);
	CHECK(store->phase == FAKE_OPEN);
	store->phase = FAKE_CLOSING;
	store->close_deadline = store->options->env->now.mono + grace_us;
	fake_store_lose_read(store, FAKE_BREAK_SEEDED);
	store->reader.is_up = false;
}

static void free_store(struct fake_store *store)
{
	while (!list_empty(&store->calls))
		fake_call_free(LIST_ITEM(store->calls.next, struct fake_call, link));
	fake_call_free(store->read);
	free(store->peers);
	free(store->orphan_intents);
	free(store->latest_intents);
	free(store->lost);
	free(store);
}

static void destroy(struct store *base)
{
	if (base == NULL)
		return;
	CHECK(of(base)->phase == FAKE_IDLE || of(base)->phase == FAKE_CLOSED);
	free_store(of(base));
}

void fake_store_crash(struct store *base)
{
	struct fake_store *store = of(base);
	if (store->phase == FAKE_OPEN || store->phase == FAKE_CLOSING)
		fake_store_break(base, FAKE_BREAK_SEEDED, 0);
	free_store(store);
}

unsigned fake_store_consumer(const struct store *base)
{
	return of(base)->consumer;
}

const struct fake_store_counts *fake_store_counts(const struct store *base)
{
	return &of(base)->counts;
}

struct store *fake_store_create(const struct fake_store_options *options)
{
	static const struct store_ops ops = {
		.open = open_store,
		.read = read_store,
		.is_reading = is_reading,
		.begin = begin_store,
		.withdraw = withdraw,
		.settle = settle_store,
		.reassert = reassert,
		.find_receipt = find_receipt,
		.record = record,
		.record_mo = record_mo,
		.settle_late = settle_late,
		.adopt = adopt,
		.lease = lease,
		.unpark = unpark,
		.bind = bind_links,
		.flush = flush,
		.close = close_store,
		.destroy = destroy,
	};
	struct fake_store *store = fake_memory_take(1, sizeof *store);
	store->base.ops = &ops;
	store->options = options;
	store->consumer = QUEUE_NOBODY;
	store->orphan = QUEUE_NOBODY;
	store->peers = fake_memory_take(QUEUE_CONSUMERS_MAX, sizeof *store->peers);
	rng_seed(&store->rng, options->seed);
	list_init(&store->calls);
	return &store->base;
}
