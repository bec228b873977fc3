/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/store_rig.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_store.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

struct inner {
	struct fake_env env;
	struct queue_model *model;
	struct fake_store_faults faults;
	struct fake_store_options options[RIG_SLOTS];
	char *events;
};

static struct inner *inner_of(struct store_rig *rig)
{
	return rig->inner;
}

static void start(struct store_rig *rig)
{
	struct inner *inner = fake_memory_take(1, sizeof *inner);
	rig->inner = inner;
	fake_env_init(&inner->env, 1700000000000);
	inner->model = queue_model_create(inner->env.now.wall, 24 * 3600 * INT64_C(1000), 72 * 3600 * INT64_C(1000));
	inner->faults = (struct fake_store_faults){ .delay_max_us = 2 * US_PER_MS };
}

static void make(struct store_rig *rig, unsigned slot, const struct store_setup *setup)
{
	struct inner *inner = inner_of(rig);
	inner->options[slot] = (struct fake_store_options){
		.model = inner->model,
		.env = &inner->env,
		.instance = setup->instance ? setup->instance : "gw",
		.nonce = setup->nonce,
		.worker = setup->worker,
		.adopts_instance = setup->adopts_instance,
		.heartbeat_us = 50 * US_PER_MS,
		.dead_after_us = setup->is_quick ? 300 * US_PER_MS : 60 * US_PER_S,
		.stale_after_us = setup->stale_after_us ? setup->stale_after_us : 60 * US_PER_S,
		.seed = slot + 1,
		.faults = &inner->faults,
	};
	rig->slots[slot].store = fake_store_create(&inner->options[slot]);
}

static void turn(struct store_rig *rig)
{
	struct inner *inner = inner_of(rig);
	fake_env_pass(&inner->env, US_PER_MS);
	for (unsigned i = 0; i < RIG_SLOTS; i++) {
		struct rig_slot *slot = &rig->slots[i];
		if (slot->store == NULL)
			continue;
		fake_store_act(slot->store, inner->env.now.mono);
		if (!slot->is_frozen)
			fake_store_turn(slot->store, inner->env.now.mono);
	}
}

static mono_us now(struct store_rig *rig)
{
	return inner_of(rig)->env.now.mono;
}

static void lose(struct store_rig *rig, bool done, void (*call)(void *ctx), void *ctx)
{
	call(ctx);
	for (unsigned i = 0; i < RIG_SLOTS; i++) {
		if (rig->slots[i].store != NULL)
			fake_store_break(rig->slots[i].store, done ? FAKE_BREAK_AFTER : FAKE_BREAK_BEFORE,
					 10 * US_PER_MS);
	}
}

/* Answers take longer than the test's idea of stale, for as long as the calls are made. */
static void hold(struct store_rig *rig, void (*call)(void *ctx), void *ctx)
{
	inner_of(rig)->faults.delay_max_us = 400 * US_PER_MS;
	call(ctx);
	inner_of(rig)->faults.delay_max_us = 2 * US_PER_MS;
}

static void break_reader(struct store_rig *rig, unsigned slot)
{
	fake_store_break_reader(rig->slots[slot].store, FAKE_BREAK_AFTER);
}

static void crash(struct store_rig *rig, unsigned slot)
{
	fake_store_crash(rig->slots[slot].store);
	rig->slots[slot].store = NULL;
	rig->slots[slot].is_open = false;
}

static void forget_scripts(struct store_rig *rig)
{
	(void)rig;
}

static void age_receipts(struct store_rig *rig)
{
	queue_model_age_receipts(inner_of(rig)->model);
}

static struct entry_key add(struct store_rig *rig, enum lane lane, const char *body, bool is_malformed)
{
	return queue_model_add(inner_of(rig)->model, lane, slice_of(body), is_malformed ? "it is malformed" : NULL);
}

static void add_at(struct store_rig *rig, const struct entry_key *key, const char *body)
{
	queue_model_add_at(inner_of(rig)->model, key, slice_of(body));
}

static uint64_t total(struct store_rig *rig, enum closing closing)
{
	return inner_of(rig)->model->totals[closing];
}

static unsigned depth(struct store_rig *rig)
{
	return queue_model_depth(inner_of(rig)->model);
}

static unsigned waiting(struct store_rig *rig)
{
	return inner_of(rig)->model->waiting_count;
}

static unsigned held(struct store_rig *rig)
{
	return inner_of(rig)->model->held_count;
}

static void resend(struct store_rig *rig, const struct entry_key *origin)
{
	cr_assert(queue_model_resend(inner_of(rig)->model, origin));
}

static unsigned dead(struct store_rig *rig)
{
	return inner_of(rig)->model->dead_count;
}

static unsigned mos(struct store_rig *rig)
{
	return inner_of(rig)->model->mo_count;
}

static bool is_opted_out(struct store_rig *rig, const char *number)
{
	return text_table_find(inner_of(rig)->model->opted_out, slice_of(number)) != NULL;
}

static const char *events(struct store_rig *rig)
{
	struct inner *inner = inner_of(rig);
	size_t len = 0;
	for (unsigned i = 0; i < inner->model->event_count; i++)
		len += inner->model->events[i].len + 1;
	inner->events = fake_memory_grow(inner->events, len + 1);
	char *at = inner->events;
	for (unsigned i = 0; i < inner->model->event_count; i++) {
		memcpy(at, inner->model->events[i].at, inner->model->events[i].len);
		at += inner->model->events[i].len;
		*at++ = '\n';
	}
	*at = '\0';
	return inner->events;
}

static void finish(struct store_rig *rig)
{
	cr_assert_eq(queue_model_drift(inner_of(rig)->model), 0);
	queue_model_destroy(inner_of(rig)->model);
	free(inner_of(rig)->events);
	free(rig->inner);
}

const struct store_kit store_kit_fake = {
	.name = "fake",
	.start = start,
	.make = make,
	.turn = turn,
	.now = now,
	.lose = lose,
	.hold = hold,
	.break_reader = break_reader,
	.crash = crash,
	.forget_scripts = forget_scripts,
	.age_receipts = age_receipts,
	.add = add,
	.add_at = add_at,
	.total = total,
	.depth = depth,
	.waiting = waiting,
	.held = held,
	.resend = resend,
	.dead = dead,
	.mos = mos,
	.is_opted_out = is_opted_out,
	.events = events,
	.finish = finish,
};
