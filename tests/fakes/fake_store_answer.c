/* SPDX-License-Identifier: Apache-2.0 */

/* What each call does to the model, and what the pipeline is told of it. */

#include "fakes/fake_store_inner.h"

#include "base/check.h"
#include "fakes/fake_memory.h"

#include <stdlib.h>

static struct queue_entry **entry_places(struct fake_call *call, unsigned count)
{
	call->entries = fake_memory_take(count + 1, sizeof *call->entries);
	return call->entries;
}

/* -- effects -- */

static void act_read(struct fake_store *store, struct fake_call *call, mono_us now)
{
	unsigned least = STORE_BATCH_MAX * LANE_COUNT;
	unsigned all = 0;
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		unsigned count = call->quota.count[lane];
		all += count;
		if (count > 0 && count < least)
			least = count;
	}
	struct queue_entry **at = entry_places(call, all);
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		unsigned count = call->quota.count[lane];
		if (count > 0)
			call->entry_count += queue_model_read(store->options->model, store->consumer, (enum lane)lane,
							      call->may_wait ? least : count, at + call->entry_count);
	}
	bool is_over = call->entry_count > 0 || !call->may_wait || now - FAKE_BLOCK_US >= call->act_at;
	call->is_acted = is_over;
	if (!is_over) {
		free(call->entries);
		call->entries = NULL;
	} else if (now != INT64_MAX && call->answer_at < now) {
		call->answer_at = now + fake_store_delay(store);
	}
}

/* Cancels are looked for on the urgent lane; the other lanes matter to alerts with a subject. */
static void act_begin(struct fake_store *store, struct fake_call *call)
{
	struct queue_model *model = store->options->model;
	bool has_subjects = false;
	for (unsigned i = 0; i < call->count; i++)
		has_subjects = has_subjects || call->items[i].subject.len > 0;
	if (store->phase != FAKE_CLOSED)
		queue_model_look_ahead(model, store->events, store->ctx, has_subjects, call->was_lost);
	call->is_fenced = !queue_model_begin(model, store->consumer, call->items, call->count, call->intents,
					     call->intent_count, call->verdicts, call->notes);
}

static void act_pauses(struct fake_store *store, struct fake_call *call)
{
	const struct queue_model *model = store->options->model;
	call->count = model->pause_count;
	call->left = model->pause_version;
	call->pauses = fake_memory_take(call->count + 1, sizeof *call->pauses);
	memcpy(call->pauses, model->pauses, call->count * sizeof *call->pauses);
}

static void act_look(struct fake_store *store, struct fake_call *call)
{
	call->left = queue_model_pending(store->options->model, store->consumer, true, NULL, 0);
	call->entry_count = queue_model_pending(store->options->model, store->consumer, true,
						entry_places(call, call->left), call->left);
}

/* A READ that was sent since has brought others, which are not lost. */
static void act_fetch(struct fake_store *store, struct fake_call *call)
{
	entry_places(call, call->count);
	unsigned looked_at = 0;
	while (looked_at < store->lost_count && call->entry_count < call->count) {
		struct queue_entry *entry = store->lost[looked_at++];
		if (!entry->is_settled && entry->owner == store->consumer)
			call->entries[call->entry_count++] = entry;
	}
	call->left = store->lost_count - looked_at;
}

static void act_settle(struct fake_store *store, struct fake_call *call)
{
	struct queue_model *model = store->options->model;
	const struct fake_store_watch *watch = store->options->watch;
	store->counts.careful += call->careful;
	call->is_fenced = !queue_model_settle(model, store->consumer, call->careful, call->settlements, call->count);
	if (call->is_fenced)
		return;
	if (!call->careful || model->plant == PLANT_BUDGET_COUNTS_AGAIN)
		queue_model_use(model, call->settlements, call->count);
	call->effect_at = store->options->env->now.mono;
	if (watch != NULL)
		watch->on_effect(store->options->watch_ctx, call->settlements, call->count, call->careful);
}

void fake_call_act(struct fake_store *store, struct fake_call *call, mono_us now)
{
	struct queue_model *model = store->options->model;
	call->is_acted = true;
	switch (call->kind) {
	case FAKE_READ:
		act_read(store, call, now);
		break;
	case FAKE_BEGIN:
		act_begin(store, call);
		break;
	case FAKE_SETTLE:
		act_settle(store, call);
		break;
	case FAKE_FIND:
		call->value = text_copy(queue_model_find_receipt(model, call->account, call->text, &call->segment));
		break;
	case FAKE_WITHDRAW:
		queue_model_withdraw(model, &call->withdrawal);
		break;
	case FAKE_RECORD:
		queue_model_record_receipts(model, call->receipt_events, call->count, call->answers);
		break;
	case FAKE_MO:
		queue_model_record_mo(model, call->mos, call->count, call->answers);
		break;
	case FAKE_LEASE:
		for (unsigned i = 0; i < call->count; i++)
			call->grants[i] = queue_model_lease(model, &call->leases[i]);
		break;
	case FAKE_BIND:
		for (unsigned i = 0; i < call->count; i++)
			call->links[i] = queue_model_bind(model, store->consumer, &call->binds[i]);
		break;
	case FAKE_UNPARK:
		for (unsigned i = 0; i < call->count; i++)
			call->unparked[i] = queue_model_unpark(model, &call->unparks[i]);
		break;
	case FAKE_LATE:
		queue_model_settle_late(model, &(struct store_late){ call->late_key, call->account, call->ref,
								     call->text, call->late_is_queried });
		break;
	case FAKE_FENCE:
		call->is_fenced = !queue_model_fence(model, store->consumer, store->orphan);
		break;
	case FAKE_ADOPT:
		call->is_fenced = !queue_model_adopt(model, store->consumer, store->orphan, call->intents,
						     call->intent_count, call->count, entry_places(call, call->count),
						     &call->entry_count, &call->left);
		break;
	case FAKE_BEAT:
		call->is_fenced = !queue_model_beat(model, store->consumer);
		break;
	case FAKE_MOVE:
		queue_model_move(model, call->count);
		break;
	case FAKE_PAUSES:
		act_pauses(store, call);
		break;
	case FAKE_LOOK:
		act_look(store, call);
		break;
	case FAKE_FETCH:
		act_fetch(store, call);
		break;
	case FAKE_SIGN_OFF:
		queue_model_sign_off(model, store->consumer);
		break;
	}
}

/* -- answers -- */

static bool is_intent_of_orphan(const struct fake_store *store, const struct entry_key *key)
{
	for (unsigned i = 0; i < store->orphan_intent_count; i++) {
		if (entry_key_equal(&store->orphan_intents[i], key))
			return true;
	}
	return false;
}

void fake_store_deliver(struct fake_store *store, struct queue_entry **entries, unsigned count, bool reclaimed)
{
	for (unsigned i = 0; i < count; i++) {
		struct queue_entry *entry = entries[i];
		entry->told_to = store->consumer;
		/* What was in flight when we were fenced, or when an answer was lost, is with the pipeline still. */
		if (reclaimed && store->events->holds(store->ctx, &entry->key))
			continue;
		struct store_entry told = {
			.key = entry->key,
			.origin = entry->origin,
			.body = entry->body,
			.state = entry->state,
			.attempt = entry->attempt,
			.ambiguous = entry->ambiguous,
			.reclaimed = reclaimed,
			.resend = entry->resend,
			.adopted = reclaimed,
			.malformed = entry->malformed,
		};
		if (reclaimed && is_intent_of_orphan(store, &entry->key)) {
			told.ambiguous = told.in_doubt = true;
			store->counts.adopted_intents++;
		}
		store->upcalls++;
		store->events->on_read(store->ctx, &told, 1, false);
	}
}

void fake_store_finish_read(struct fake_store *store)
{
	store->is_reading = store->read_failed = false;
	store->upcalls++;
	store->events->on_read(store->ctx, NULL, 0, true);
}

static void end_adopting(struct fake_store *store)
{
	store->is_adopting = false;
	store->upcalls++;
	store->events->on_adopted(store->ctx, store->lost_count > 0 || store->orphan_is_fenced);
}

static void answer_look(struct fake_store *store, struct fake_call *call)
{
	store->is_looking = store->may_have_lost = false;
	free(store->lost);
	store->lost = call->entries;
	store->lost_count = call->entry_count;
	call->entries = NULL;
	if (store->lost_count > 0)
		store->events->on_orphans(store->ctx);
	if (store->is_adopting)
		end_adopting(store);
}

static void answer_fetch(struct fake_store *store, struct fake_call *call)
{
	fake_store_deliver(store, call->entries, call->entry_count, true);
	memmove(store->lost, store->lost + store->lost_count - call->left, call->left * sizeof(struct queue_entry *));
	store->lost_count = call->left;
	end_adopting(store);
}

static void answer_settle(struct fake_store *store, struct fake_call *call)
{
	for (unsigned i = 0; i < call->count; i++) {
		/* What stays with its owner may yet come to us, with its mark. */
		const struct queue_entry *entry = queue_model_find(store->options->model, &call->settlements[i]->key);
		if (entry != NULL && !entry->is_settled)
			continue;
		unsigned kept = 0;
		for (unsigned k = 0; k < store->orphan_intent_count; k++) {
			if (!entry_key_equal(&store->orphan_intents[k], &call->settlements[i]->key))
				store->orphan_intents[kept++] = store->orphan_intents[k];
		}
		store->orphan_intent_count = kept;
	}
	if (store->options->watch != NULL)
		store->options->watch->on_settled(store->options->watch_ctx, call->settlements, call->count,
						  call->effect_at);
	store->events->on_settled(store->ctx, call->settlements, call->count);
}

/* The dead one is fenced: what it had begun is ours to remember before we own an entry of it. */
static void answer_fence(struct fake_store *store)
{
	const struct queue_consumer *dead = &store->options->model->consumers[store->orphan];
	free(store->orphan_intents);
	store->orphan_intents = fake_memory_take(dead->intent_count + 1, sizeof *store->orphan_intents);
	store->orphan_intent_count = dead->has_intents ? dead->intent_count : 0;
	if (store->orphan_intent_count > 0)
		memcpy(store->orphan_intents, dead->intents, store->orphan_intent_count * sizeof *dead->intents);
	store->orphan_is_fenced = true;
	store->events->on_orphans(store->ctx);
}

static void answer_adopt(struct fake_store *store, struct fake_call *call, mono_us now)
{
	fake_store_deliver(store, call->entries, call->entry_count, true);
	store->counts.adopted += call->entry_count;
	if (call->left == 0)
		fake_store_end_adoption(store, now);
	end_adopting(store);
}

static void answer_begin(struct fake_store *store, struct fake_call *call)
{
	const struct fake_store_watch *watch = store->options->watch;
	store->begins--;
	for (unsigned i = 0; watch != NULL && i < call->count; i++) {
		if (call->verdicts[i] == BEGIN_GO)
			watch->on_go(store->options->watch_ctx, &call->items[i], call->asked_at, call->sent_at);
	}
	store->events->on_begun(store->ctx, call->verdicts, call->notes, call->count);
}

static void answer_pauses(struct fake_store *store, struct fake_call *call)
{
	const struct fake_store_watch *watch = store->options->watch;
	store->is_asking_pauses = false;
	if (call->left == store->pause_version)
		return;
	store->pause_version = call->left;
	store->upcalls++;
	if (watch != NULL)
		watch->on_pauses(store->options->watch_ctx, call->pauses, call->count);
	store->events->on_pauses(store->ctx, call->pauses, call->count);
}

void fake_call_answer(struct fake_store *store, struct fake_call *call, mono_us now)
{
	const struct store_events *events = store->events;
	store->upcalls += call->kind != FAKE_BEAT && call->kind != FAKE_MOVE && call->kind != FAKE_LATE &&
			  call->kind != FAKE_WITHDRAW && call->kind != FAKE_PAUSES;
	switch (call->kind) {
	case FAKE_READ:
		fake_store_deliver(store, call->entries, call->entry_count, false);
		fake_store_finish_read(store);
		break;
	case FAKE_BEGIN:
		answer_begin(store, call);
		break;
	case FAKE_SETTLE:
		answer_settle(store, call);
		break;
	case FAKE_FIND:
		if (call->is_failed)
			events->on_recorded(store->ctx, call->token, (struct slice){ NULL, 0 });
		else
			events->on_receipt_found(store->ctx, call->token, call->value, call->segment);
		break;
	case FAKE_RECORD:
		events->on_recorded(
			store->ctx, call->token,
			(struct slice){ call->is_failed ? NULL : call->answers, call->is_failed ? 0 : call->count });
		break;
	case FAKE_MO:
		events->on_mo_recorded(store->ctx, (struct slice){ call->is_failed ? NULL : call->answers,
								   call->is_failed ? 0 : call->count });
		break;
	case FAKE_FENCE:
		answer_fence(store);
		break;
	case FAKE_ADOPT:
		answer_adopt(store, call, now);
		break;
	case FAKE_BEAT:
		store->is_beating = false;
		fake_store_look_for_orphans(store, now);
		break;
	case FAKE_MOVE:
		store->is_moving = false;
		break;
	case FAKE_WITHDRAW:
		break;
	case FAKE_LEASE:
		store->is_leasing = false;
		store->events->on_leased(store->ctx, call->is_failed ? NULL : call->grants, call->count);
		break;
	case FAKE_BIND:
		store->is_binding = false;
		store->events->on_bound(store->ctx, call->is_failed ? NULL : call->links, call->count);
		break;
	case FAKE_UNPARK:
		store->is_unparking = false;
		store->next_move = now;
		store->events->on_unparked(store->ctx, call->is_failed ? NULL : call->unparked, call->count,
					   queue_model_parked(store->options->model));
		break;
	case FAKE_PAUSES:
		answer_pauses(store, call);
		break;
	case FAKE_LOOK:
		answer_look(store, call);
		break;
	case FAKE_FETCH:
		answer_fetch(store, call);
		break;
	case FAKE_SIGN_OFF:
		store->close_deadline = now;
		break;
	case FAKE_LATE:
		break;
	}
}
