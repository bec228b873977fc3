/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_withdraw.h"

#include "fakes/fake_memory.h"
#include "sim/sim_texts.h"

#include <stdio.h>

#define GO_US US_PER_S /* a leave that old may not be used any more */

/* Before and after is the order of the entries' ids; within a millisecond entries of two streams have none. */
static bool is_before(const struct entry_key *a, const struct entry_key *by, bool is_cancel)
{
	if (a->ms != by->ms)
		return a->ms < by->ms;
	if (a->lane == by->lane)
		return a->seq < by->seq;
	return is_cancel || lane_name(a->lane)[0] < lane_name(by->lane)[0];
}

static void at_latest(mono_us *at, mono_us now)
{
	if (now < *at)
		*at = now;
}

static bool shares_subject(const struct sim_alert *a, const struct sim_alert *b)
{
	return a->subject != 0 && a->subject == b->subject && sim_texts_same_template(a, b);
}

/* Cancels on other lanes than urgent have their effect when their turn comes: of them nothing is promised. */
static void cancel(const struct sim_alert *by, struct sim_alert *alert, mono_us now)
{
	bool is_promised = by->origin.lane == LANE_URGENT;
	switch (by->cancel) {
	case WITHDRAWAL_ID:
	case WITHDRAWAL_BATCH:
		if (by->cancel == WITHDRAWAL_ID ? alert->id != by->id : alert->batch == 0 || alert->batch != by->batch)
			return;
		if (is_promised)
			at_latest(&alert->withdrawn_at, now);
		break;
	case WITHDRAWAL_SUBJECT:
	case WITHDRAWAL_SUPERSEDED:
		if (!shares_subject(alert, by) || !is_before(&alert->place, &by->origin, true))
			return;
		if (is_promised)
			at_latest(&alert->subject_ended_at, now);
		break;
	}
	alert->was_cancelled = true;
}

static void supersede(const struct sim_alert *by, struct sim_alert *alert, mono_us now)
{
	if (!shares_subject(alert, by) || alert == by)
		return;
	/* An alert does not end itself. */
	if (alert->id == by->id || !is_before(&alert->place, &by->origin, false))
		return;
	alert->was_superseded = true;
	at_latest(&alert->subject_ended_at, now);
}

static bool can_be_withdrawn(const struct sim_alert *alert)
{
	return alert->kind != SIM_CANCEL && alert->kind != SIM_MALFORMED && alert->kind != SIM_BAD;
}

static void withdraw(const struct sim_alert *by, struct sim_alert *alert, mono_us now)
{
	if (!can_be_withdrawn(alert))
		return;
	if (by->kind == SIM_CANCEL)
		cancel(by, alert, now);
	else
		supersede(by, alert, now);
}

/* A superseding alert that is added once more is where it was added first; only there it ends others. */
static struct entry_key place_of(const struct sim_ledger *ledger, const struct sim_alert *alert)
{
	for (unsigned i = 0; i < ledger->withdrawing_count; i++) {
		const struct sim_alert *first = &ledger->alerts[ledger->withdrawing[i]];
		bool is_same = first->kind != SIM_CANCEL && alert->supersedes && first->id == alert->id;
		if (is_same && shares_subject(first, alert))
			return first->origin;
	}
	return alert->origin;
}

void sim_withdraw_note(struct sim_world *world, struct sim_alert *alert)
{
	struct sim_ledger *ledger = &world->ledger;
	mono_us now = world->env.now.mono;
	alert->place = place_of(ledger, alert);
	for (unsigned i = 0; i < ledger->withdrawing_count; i++)
		withdraw(&ledger->alerts[ledger->withdrawing[i]], alert, now);
	bool is_first = entry_key_equal(&alert->place, &alert->origin);
	bool withdraws = alert->kind == SIM_CANCEL || (alert->supersedes && can_be_withdrawn(alert) && is_first);
	if (!withdraws)
		return;
	for (unsigned i = 0; i < ledger->count; i++)
		withdraw(alert, &ledger->alerts[i], now);
	if (ledger->withdrawing_count == ledger->withdrawing_cap) {
		ledger->withdrawing_cap = ledger->withdrawing_cap ? 2 * ledger->withdrawing_cap : 64;
		ledger->withdrawing =
			fake_memory_grow(ledger->withdrawing, ledger->withdrawing_cap * sizeof *ledger->withdrawing);
	}
	ledger->withdrawing[ledger->withdrawing_count++] = (unsigned)(alert - ledger->alerts);
	ledger->cancels += alert->kind == SIM_CANCEL;
}

/* -- what workers are told -- */

static void on_go(void *ctx, const struct store_begin *item, mono_us asked_at, mono_us sent_at)
{
	struct sim_worker *worker = ctx;
	struct sim_alert *alert = sim_ledger_find(&worker->world->ledger, &item->origin);
	if (alert == NULL)
		return; /* its submit will tell */
	if (worker->world->env.is_loud)
		fprintf(stderr, "%lld us worker %u life %u may send alert %u, asked at %lld\n",
			(long long)worker->world->env.now.mono, worker->slot, worker->life, alert->id,
			(long long)sent_at);
	alert->goes[worker->slot] = (struct sim_go){
		.life = worker->life,
		.is_first = alert->leaves++ == 0 && !item->reclaimed,
		.asked_at = asked_at,
		.sent_at = sent_at,
		.told_at = worker->world->env.now.mono,
	};
}

static void on_pauses(void *ctx, const struct pause *pauses, unsigned count)
{
	struct sim_worker *worker = ctx;
	memcpy(worker->pauses, pauses, count * sizeof *pauses);
	worker->pause_count = count;
	worker->paused_at = worker->world->env.now.mono;
}

void sim_withdraw_watch(struct fake_store_watch *watch)
{
	watch->on_go = on_go;
	watch->on_pauses = on_pauses;
}

bool sim_withdraw_is_paused(const struct pause *pauses, unsigned count, const struct sim_alert *alert)
{
	for (unsigned i = 0; i < count; i++) {
		char name[PAUSE_NAME_OCTETS];
		if (pauses[i].kind == PAUSE_ALL)
			return true;
		sim_texts_name(alert, pauses[i].kind, name);
		if (name[0] != '\0' && strcmp(name, pauses[i].name) == 0)
			return true;
	}
	return false;
}

void sim_withdraw_check_submit(struct sim_worker *worker, struct sim_alert *alert)
{
	struct sim_world *world = worker->world;
	mono_us now = world->env.now.mono;
	struct sim_go *go = &alert->goes[worker->slot];
	if (go->life != worker->life) {
		sim_world_fail(world, "alert %u was sent by worker %u, which had not begun it", alert->id,
			       worker->slot);
		return;
	}
	/* Of a long sms the other parts follow as the window admits. */
	if (!go->is_used && now - go->told_at >= GO_US)
		sim_world_fail(world, "alert %u was sent by a leave that was %lld ms old", alert->id,
			       (long long)((now - go->told_at) / US_PER_MS));
	go->is_used = true;
	mono_us withdrawn_at = alert->withdrawn_at;
	at_latest(&withdrawn_at, alert->subject_ended_at);
	if (withdrawn_at < go->sent_at)
		sim_world_fail(world, "alert %u was sent %lld ms after it was withdrawn, and was begun after that too",
			       alert->id, (long long)((now - withdrawn_at) / US_PER_MS));
	if (worker->paused_at < go->asked_at && sim_withdraw_is_paused(worker->pauses, worker->pause_count, alert))
		sim_world_fail(world,
			       "alert %u was begun and sent %lld ms after worker %u had learned that it is paused",
			       alert->id, (long long)((now - worker->paused_at) / US_PER_MS), worker->slot);
}

void sim_withdraw_check_end(struct sim_world *world, const struct sim_alert *alert)
{
	if (alert->closing == CLOSING_CANCELLED && !alert->was_cancelled)
		sim_world_fail(world, "alert %u counts as cancelled, but nobody cancelled it", alert->id);
	if (alert->closing == CLOSING_SUPERSEDED && !alert->was_superseded)
		sim_world_fail(world, "alert %u counts as superseded, but no newer one took its place", alert->id);
}
