/* SPDX-License-Identifier: Apache-2.0 */

/* Calls wait on a list until flush sends them. What a broken connection swallowed is asked again as the port promises:
 * BEGIN as it was, SETTLE one by one and only where still there; what a READ or an adoption brought comes by adopt. */

#include "fakes/fake_store_inner.h"

#include "base/check.h"
#include "fakes/fake_memory.h"

#include <stdio.h>
#include <stdlib.h>

static struct fake_store *of(const struct store *base)
{
	return (struct fake_store *)(uintptr_t)base;
}

static mono_us now_of(const struct fake_store *store)
{
	return store->options->env->now.mono;
}

/* -- calls -- */

struct fake_call *fake_call_new(struct fake_store *store, enum fake_call_kind kind)
{
	struct fake_call *call = fake_memory_take(1, sizeof *call);
	call->kind = kind;
	list_init(&call->link);
	if (kind != FAKE_READ)
		list_push(&store->calls, &call->link);
	return call;
}

static void free_text(struct slice text)
{
	free((char *)(uintptr_t)text.at);
}

void fake_call_free(struct fake_call *call)
{
	if (call == NULL)
		return;
	list_remove(&call->link);
	for (unsigned i = 0; call->items != NULL && i < call->count; i++) {
		free_text(call->items[i].id);
		free_text(call->items[i].template_name);
		free_text(call->items[i].subject);
		free_text(call->items[i].batch);
		free_text(call->items[i].number);
	}
	free(call->items);
	for (unsigned i = 0; call->receipt_events != NULL && i < call->count; i++) {
		free((char *)(uintptr_t)call->receipt_events[i].account);
		free((char *)(uintptr_t)call->receipt_events[i].carrier_ref.at);
		free((char *)(uintptr_t)call->receipt_events[i].head.at);
		free((char *)(uintptr_t)call->receipt_events[i].tail.at);
		free((char *)(uintptr_t)call->receipt_events[i].more.at);
		free((char *)(uintptr_t)call->receipt_events[i].ref.at);
	}
	free(call->receipt_events);
	for (unsigned i = 0; call->mos != NULL && i < call->count; i++) {
		free_text(call->mos[i].mark);
		free_text(call->mos[i].opted_out);
	}
	free(call->mos);
	free(call->answers);
	free(call->entries);
	free(call->intents);
	free(call->verdicts);
	free(call->notes);
	free(call->settlements);
	free(call->pauses);
	for (unsigned i = 0; call->leases != NULL && i < call->count; i++)
		free((char *)(uintptr_t)call->leases[i].account);
	free(call->leases);
	free(call->grants);
	for (unsigned i = 0; call->unparks != NULL && i < call->count; i++)
		free((char *)(uintptr_t)call->unparks[i].account);
	for (unsigned i = 0; call->binds != NULL && i < call->count; i++)
		free((char *)(uintptr_t)call->binds[i].account);
	free(call->binds);
	free(call->links);
	free(call->unparks);
	free(call->unparked);
	free_text(call->text);
	free_text(call->ref);
	free_text(call->value);
	free_text(call->withdrawal.name);
	free_text(call->withdrawal.template_name);
	free_text(call->withdrawal.subject);
	free(call);
}

mono_us fake_store_delay(struct fake_store *store)
{
	return (mono_us)rng_below(&store->rng, (uint64_t)store->options->faults->delay_max_us + 1);
}

static mono_us later(mono_us a, mono_us b)
{
	return a > b ? a : b;
}

/* What is asked again must not make the queue forget the intents of a later BEGIN or adoption. */
static void renew_intents(const struct fake_store *store, struct fake_call *call)
{
	size_t size = store->latest_intent_count * sizeof *call->intents;
	call->intents = fake_memory_grow(call->intents, size + sizeof *call->intents);
	memcpy(call->intents, store->latest_intents, size);
	call->intent_count = store->latest_intent_count;
}

static void send_call(struct fake_store *store, struct fake_call *call)
{
	if (call->kind == FAKE_BEGIN)
		renew_intents(store, call);
	call->is_sent = true;
	call->is_acted = false;
	call->sent_at = now_of(store);
	call->act_at = call->sent_at + fake_store_delay(store);
	mono_us back = fake_store_delay(store);
	if (call->kind != FAKE_READ)
		store->last_act_at = call->act_at = later(store->last_act_at, call->act_at);
	call->answer_at = call->act_at + back;
	if (call->kind != FAKE_READ)
		store->last_answer_at = call->answer_at = later(store->last_answer_at, call->answer_at);
}

void fake_store_flush(struct fake_store *store)
{
	for (struct list *link = store->calls.next; link != &store->calls && store->main.is_up; link = link->next) {
		struct fake_call *call = LIST_ITEM(link, struct fake_call, link);
		if (!call->is_sent && !call->is_failed)
			send_call(store, call);
	}
	if (store->read != NULL && !store->read->is_sent && store->reader.is_up)
		send_call(store, store->read);
}

/* -- broken connections -- */

static bool keeps_effect(struct fake_store *store, enum fake_break how, bool *is_cut)
{
	if (how == FAKE_BREAK_SEEDED && !*is_cut)
		*is_cut = rng_below(&store->rng, 2) == 0;
	return how == FAKE_BREAK_AFTER || (how == FAKE_BREAK_SEEDED && !*is_cut);
}

void fake_store_lose_read(struct fake_store *store, enum fake_break how)
{
	bool is_cut = false;
	if (store->read == NULL)
		return;
	if (store->read->is_sent && !store->read->is_acted && keeps_effect(store, how, &is_cut))
		fake_call_act(store, store->read, INT64_MAX);
	fake_call_free(store->read);
	store->read = NULL;
	store->read_failed = store->may_have_lost = true;
}

static void lose_call(struct fake_store *store, struct fake_call *call)
{
	bool was_sent = call->is_sent;
	call->is_sent = call->is_fenced = false;
	call->was_lost = call->was_lost || was_sent;
	switch (call->kind) {
	case FAKE_BEGIN:
	case FAKE_WITHDRAW:
		call->is_acted = false;
		return;
	case FAKE_SETTLE:
		call->careful = call->careful || was_sent;
		call->is_acted = false;
		return;
	case FAKE_FIND:
	case FAKE_RECORD:
	case FAKE_MO:
	case FAKE_LEASE:
	case FAKE_UNPARK:
	case FAKE_BIND:
		call->is_failed = true;
		return;
	case FAKE_ADOPT:
	case FAKE_FETCH:
		store->may_have_lost = true; /* is_adopting stays until we have asked */
		break;
	case FAKE_FENCE:
		store->orphan = QUEUE_NOBODY;
		break;
	case FAKE_BEAT:
		store->is_beating = false;
		break;
	case FAKE_MOVE:
		store->is_moving = false;
		break;
	case FAKE_LOOK:
		store->is_looking = false;
		break;
	case FAKE_PAUSES:
		store->is_asking_pauses = false;
		break;
	case FAKE_SIGN_OFF:
		store->close_deadline = 0;
		break;
	case FAKE_READ:
	case FAKE_LATE:
		break;
	}
	fake_call_free(call);
}

static void break_link(struct fake_store *store, struct fake_link *link, mono_us down_us)
{
	if (!link->is_up)
		return;
	link->is_up = false;
	store->has_broken = true;
	link->up_at = now_of(store) + 1 + (mono_us)rng_below(&store->rng, (uint64_t)down_us + 1);
	store->counts.breaks++;
}

void fake_store_break(struct store *base, enum fake_break how, mono_us down_us)
{
	struct fake_store *store = of(base);
	if (store->main.is_up) {
		bool is_cut = false;
		for (struct list *link = store->calls.next; link != &store->calls;) {
			struct fake_call *call = LIST_ITEM(link, struct fake_call, link);
			link = link->next;
			if (call->is_sent && !call->is_acted && keeps_effect(store, how, &is_cut))
				fake_call_act(store, call, INT64_MAX);
			lose_call(store, call);
		}
	}
	fake_store_lose_read(store, how);
	break_link(store, &store->main, down_us);
	break_link(store, &store->reader, down_us);
}

void fake_store_mend(struct store *base, mono_us at)
{
	struct fake_link *links[] = { &of(base)->main, &of(base)->reader };
	for (unsigned i = 0; i < sizeof links / sizeof links[0]; i++) {
		if (!links[i]->is_up && at < links[i]->up_at)
			links[i]->up_at = at;
	}
}

void fake_store_break_reader(struct store *base, enum fake_break how)
{
	struct fake_store *store = of(base);
	fake_store_lose_read(store, how);
	break_link(store, &store->reader, 0);
}

void fake_store_fenced(struct fake_store *store)
{
	store->counts.fences++;
	store->renames++;
	store->orphan = QUEUE_NOBODY;
	store->orphan_is_fenced = store->is_adopting = store->may_have_lost = false;
	store->orphan_intent_count = store->lost_count = 0;
	for (struct list *link = store->calls.next; link != &store->calls;) {
		struct fake_call *call = LIST_ITEM(link, struct fake_call, link);
		link = link->next;
		if (call->kind == FAKE_SETTLE)
			call->careful = true;
		if (call->kind != FAKE_BEGIN)
			continue;
		enum begin_verdict lost[STORE_BATCH_MAX];
		for (unsigned i = 0; i < call->count; i++)
			lost[i] = BEGIN_LOST;
		store->begins--;
		store->events->on_begun(store->ctx, lost, NULL, call->count);
		fake_call_free(call);
	}
	store->events->on_fenced(store->ctx);
	store->upcalls++;
	fake_store_break(&store->base, FAKE_BREAK_SEEDED, 0);
	store->consumer = QUEUE_NOBODY; /* signs on under the new name when the connection is back */
}

/* -- coming up -- */

static void sign_on(struct fake_store *store)
{
	char name[QUEUE_NAME_OCTETS];
	snprintf(name, sizeof name, "%s:%016llx.%u:%u", store->options->instance,
		 (unsigned long long)store->options->nonce, store->renames, store->options->worker);
	store->consumer = queue_model_sign_on(store->options->model, name);
	store->next_beat = now_of(store);
}

static void tell_state(struct fake_store *store, bool is_up)
{
	if (store->told_up == is_up || store->phase != FAKE_OPEN)
		return;
	store->told_up = is_up;
	store->upcalls++;
	store->events->on_state(store->ctx, is_up, is_up ? "connected" : "the connection broke");
}

static void come_up(struct fake_store *store, mono_us now)
{
	/* However short it was. */
	if (store->has_broken)
		tell_state(store, false);
	store->has_broken = false;
	if (!store->main.is_up && now >= store->main.up_at) {
		store->main.is_up = true;
		store->last_act_at = store->last_answer_at = now;
		/* While the connection was broken others may have taken us for dead. */
		if (store->consumer != QUEUE_NOBODY && !store->options->model->consumers[store->consumer].is_alive)
			fake_store_fenced(store);
		else
			sign_on(store);
	}
	if (!store->reader.is_up && store->phase == FAKE_OPEN && now >= store->reader.up_at)
		store->reader.is_up = true;
	bool is_up = store->main.is_up && store->reader.is_up;
	if (!is_up || store->told_up || !store->may_have_lost) {
		tell_state(store, is_up);
	} else if (!store->is_looking && !store->is_reading) {
		fake_call_new(store, FAKE_LOOK);
		store->is_looking = true;
	}
}

/* -- turns -- */

void fake_store_act(struct store *base, mono_us now)
{
	struct fake_store *store = of(base);
	store->options->model->now = store->options->env->now.wall + store->options->model->ahead_ms;
	for (struct list *link = store->calls.next; link != &store->calls; link = link->next) {
		struct fake_call *call = LIST_ITEM(link, struct fake_call, link);
		if (!call->is_sent || (!call->is_acted && call->act_at > now))
			break;
		if (!call->is_acted)
			fake_call_act(store, call, now);
	}
	if (store->read != NULL && store->read->is_sent && !store->read->is_acted && store->read->act_at <= now)
		fake_call_act(store, store->read, now);
}

static void answer_calls(struct fake_store *store, mono_us now)
{
	while (!list_empty(&store->calls)) {
		struct fake_call *call = LIST_ITEM(store->calls.next, struct fake_call, link);
		if (!call->is_failed && (!call->is_sent || !call->is_acted || call->answer_at > now))
			return;
		if (call->kind == FAKE_BEGIN && !call->is_fenced &&
		    now - call->sent_at > store->options->stale_after_us) {
			store->counts.stale_begins++;
			send_call(store, call);
			return;
		}
		if (call->is_fenced) {
			fake_store_fenced(store);
			return;
		}
		list_remove(&call->link);
		fake_call_answer(store, call, now);
		fake_call_free(call);
	}
}

static void answer_read(struct fake_store *store, mono_us now)
{
	struct fake_call *call = store->read;
	if (call == NULL || !call->is_acted || call->answer_at > now)
		return;
	store->read = NULL;
	fake_call_answer(store, call, now);
	fake_call_free(call);
}

static void finish_close(struct fake_store *store)
{
	store->phase = FAKE_CLOSED;
	store->upcalls++;
	store->events->on_closed(store->ctx);
}

static void closing_turn(struct fake_store *store, mono_us now)
{
	bool is_idle = list_empty(&store->calls);
	if (now >= store->close_deadline || (is_idle && (store->signed_off || !store->main.is_up))) {
		finish_close(store);
		return;
	}
	if (is_idle) {
		store->signed_off = true;
		fake_call_new(store, FAKE_SIGN_OFF);
	}
}

static void break_by_chance(struct fake_store *store)
{
	const struct fake_store_faults *faults = store->options->faults;
	unsigned under_way = store->read != NULL;
	for (struct list *link = store->calls.next; link != &store->calls; link = link->next)
		under_way++;
	if (faults->break_per_million > 0 &&
	    rng_below(&store->rng, 1000000) < (uint64_t)faults->break_per_million * under_way)
		fake_store_break(&store->base, FAKE_BREAK_SEEDED, faults->down_max_us);
}

bool fake_store_turn(struct store *base, mono_us now)
{
	struct fake_store *store = of(base);
	if (store->phase != FAKE_OPEN && store->phase != FAKE_CLOSING)
		return false;
	store->upcalls = 0;
	break_by_chance(store);
	if (store->read_failed)
		fake_store_finish_read(store);
	come_up(store, now);
	answer_read(store, now);
	answer_calls(store, now);
	if (store->phase == FAKE_OPEN && store->main.is_up)
		fake_store_upkeep(store, now);
	if (store->phase == FAKE_CLOSING)
		closing_turn(store, now);
	fake_store_flush(store);
	return store->upcalls > 0;
}

static void least(mono_us *deadline, mono_us at)
{
	if (at < *deadline)
		*deadline = at;
}

mono_us fake_store_next_deadline(const struct store *base)
{
	const struct fake_store *store = of(base);
	mono_us deadline = INT64_MAX;
	if (store->phase != FAKE_OPEN && store->phase != FAKE_CLOSING)
		return deadline;
	if (!store->main.is_up)
		least(&deadline, store->main.up_at);
	if (!store->reader.is_up && store->phase == FAKE_OPEN)
		least(&deadline, store->reader.up_at);
	/* Effects and answers come in order: what lies behind waits. */
	bool is_first = true;
	for (struct list *link = store->calls.next; link != &store->calls; link = link->next) {
		const struct fake_call *call = LIST_ITEM(link, struct fake_call, link);
		if (is_first && (call->is_failed || call->is_acted))
			least(&deadline, call->is_failed ? 0 : call->answer_at);
		is_first = false;
		if (call->is_acted && !call->is_failed)
			continue;
		if (call->is_sent)
			least(&deadline, call->act_at);
		break;
	}
	if (store->read_failed)
		least(&deadline, 0);
	if (store->read != NULL && store->read->is_sent)
		least(&deadline, store->read->is_acted   ? store->read->answer_at
				 : store->read->may_wait ? store->read->act_at + FAKE_BLOCK_US
							 : store->read->act_at);
	if (store->phase == FAKE_CLOSING)
		least(&deadline, store->close_deadline);
	if (store->phase == FAKE_OPEN && store->main.is_up) {
		if (!store->is_beating)
			least(&deadline, store->next_beat);
		if (!store->is_moving)
			least(&deadline, store->next_move);
		if (!store->is_asking_pauses)
			least(&deadline, store->next_pauses);
	}
	return deadline;
}
