/* SPDX-License-Identifier: Apache-2.0 */

/* What a fake store does beside the alerts: it shows that it lives, moves alerts whose waiting is over, and takes over
 * from the dead. Who is dead is seen by heartbeats alone, on the monotonic clock; or at once where it was fenced, or
 * where it is an earlier start of our own instance. */

#include "fakes/fake_store_inner.h"

#include <stdio.h>

void fake_store_end_adoption(struct fake_store *store, mono_us now)
{
	store->orphan = QUEUE_NOBODY;
	store->orphan_is_fenced = false;
	store->orphan_intent_count = 0;
	store->next_beat = now; /* look for the next one at once */
}

static bool is_of_earlier_start(const struct fake_store *store, const char *name)
{
	char ours[QUEUE_NAME_OCTETS];
	int instance = snprintf(ours, sizeof ours, "%s:", store->options->instance);
	if (!store->options->adopts_instance || strncmp(name, ours, (size_t)instance) != 0)
		return false;
	int len = snprintf(ours, sizeof ours, "%s:%016llx", store->options->instance,
			   (unsigned long long)store->options->nonce);
	return strncmp(name, ours, (size_t)len) != 0;
}

static bool is_dead(struct fake_store *store, unsigned number, mono_us now)
{
	const struct queue_consumer *consumer = &store->options->model->consumers[number];
	struct fake_peer *peer = &store->peers[number];
	if (!consumer->is_alive) {
		peer->is_known = false;
		return consumer->has_intents || consumer->pending > 0;
	}
	if (!peer->is_known || peer->beat != consumer->beat)
		*peer = (struct fake_peer){ .beat = consumer->beat, .changed_at = now, .is_known = true };
	return now - peer->changed_at >= store->options->dead_after_us || is_of_earlier_start(store, consumer->name);
}

/* While it heard nothing itself, the others' silence says nothing. */
static void excuse_silence(struct fake_store *store, mono_us now)
{
	bool was_deaf = now - store->heard_at >= store->options->dead_after_us / 2;
	store->heard_at = now;
	for (unsigned i = 0; was_deaf && i < QUEUE_CONSUMERS_MAX; i++)
		store->peers[i].changed_at = now;
}

void fake_store_look_for_orphans(struct fake_store *store, mono_us now)
{
	unsigned dead = QUEUE_NOBODY;
	excuse_silence(store, now);
	for (unsigned i = 0; i < store->options->model->consumer_count; i++) {
		if (i != store->consumer && is_dead(store, i, now) && dead == QUEUE_NOBODY)
			dead = i;
	}
	if (dead == QUEUE_NOBODY || store->orphan != QUEUE_NOBODY || store->is_adopting)
		return;
	store->orphan = dead;
	store->orphan_is_fenced = false;
	fake_call_new(store, FAKE_FENCE);
}

void fake_store_upkeep(struct fake_store *store, mono_us now)
{
	if (now >= store->next_beat && !store->is_beating) {
		store->is_beating = true;
		store->next_beat = now + store->options->heartbeat_us;
		fake_call_new(store, FAKE_BEAT);
	}
	if (now >= store->next_pauses && !store->is_asking_pauses) {
		store->next_pauses = now + FAKE_PAUSES_US;
		/* An answer that tells nothing new is told nobody. */
		store->is_asking_pauses = store->pause_version != store->options->model->pause_version;
		if (store->is_asking_pauses)
			fake_call_new(store, FAKE_PAUSES);
	}
	if (now >= store->next_move && !store->is_moving) {
		store->next_move = now + FAKE_MOVE_US;
		/* One that would move nothing is not made. */
		store->is_moving = queue_model_next_due(store->options->model) <= store->options->model->now;
		if (store->is_moving)
			fake_call_new(store, FAKE_MOVE)->count = FAKE_MOVE_MAX;
	}
}
