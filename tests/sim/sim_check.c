/* SPDX-License-Identifier: Apache-2.0 */

/* The promises, as checks from outside: from what the queue holds, what the carriers took, and what events say. */

#include "sim/sim_withdraw.h"

#include "base/check.h"
#include "flow/lease.h"

#include <stdio.h>
#include <stdlib.h>

#define DRIFT_EVERY 16 /* steps */

static unsigned long long as_ull(uint64_t number)
{
	return (unsigned long long)number;
}

/* How often the carriers took one segment, and how many of its segments they took at least once. */
static unsigned accepted_times(const struct sim_world *world, const struct sim_alert *alert, unsigned segment)
{
	struct submit_key key = { .origin = alert->origin, .segment = (uint8_t)segment };
	unsigned times = 0;
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++) {
		const struct smsc_segment *known = smsc_model_find(world->smscs[i], &key);
		times += known != NULL ? known->accepted : 0;
	}
	return times;
}

/* How many of its segments they took. */
static unsigned taken_segments(const struct sim_world *world, const struct sim_alert *alert)
{
	unsigned taken = 0;
	for (unsigned segment = 1; segment <= SIM_LONG_PARTS; segment++)
		taken += accepted_times(world, alert, segment) > 0;
	return taken;
}

static bool has_arrived(const struct sim_world *world, const struct sim_alert *alert)
{
	return taken_segments(world, alert) > 0;
}

/* -- at each submit -- */

/* Of all workers together: the rate, what may be late by a token's life, and one. Where the queue's clock has jumped, what was lent
 * before overlaps with what is lent behind it. */
static void check_rate(struct sim_world *world, unsigned account, mono_us now)
{
	uint32_t tps = world->tps[account];
	if (tps == 0)
		return;
	unsigned in_second = sim_rate_note(&world->rates[account], now);
	unsigned most = (unsigned)(tps * (US_PER_S + lease_life(tps)) / US_PER_S) + 1;
	unsigned overlap = now - world->jumped_at < SIM_JUMP_FELT_US ? world->jumps * (tps / 4 + 3) : 0;
	if (in_second > most + overlap)
		sim_world_fail(world, "%u segments left in a second on account %u, which may have %u", in_second,
			       account, tps);
}

void sim_check_submit(struct sim_worker *worker, unsigned account, const struct submit *submit)
{
	struct sim_world *world = worker->world;
	struct now now = world->env.now;
	struct sim_alert *alert = sim_ledger_find(&world->ledger, &submit->key.origin);
	if (alert == NULL) {
		sim_world_fail(world, "a submit of an alert that nobody asked for");
		return;
	}
	if (world->env.is_loud)
		fprintf(stderr, "%lld us worker %u life %u account %u submits alert %u, segment %u of %u\n",
			(long long)now.mono, worker->slot, worker->life, account, alert->id, submit->key.segment,
			submit->segment->total);
	if (alert->kind == SIM_MALFORMED || alert->kind == SIM_BAD || alert->kind == SIM_CANCEL)
		sim_world_fail(world, "a bad alert (number %u) was sent", alert->id);
	if (alert->expires_at != 0 && now.wall >= alert->expires_at)
		sim_world_fail(world, "alert %u was sent %lld ms after it expired (segment %u of %u)", alert->id,
			       (long long)(now.wall - alert->expires_at), submit->key.segment, submit->segment->total);
	/* Where the wall clock was set back, an earlier turn may rightly have seen a later time. */
	if (alert->not_before != 0 && world->wall_most < alert->not_before)
		sim_world_fail(world, "alert %u was sent %lld ms too early", alert->id,
			       (long long)(alert->not_before - now.wall));
	if (fake_carrier_outstanding(worker->accounts[account].carrier) > world->windows[account])
		sim_world_fail(world, "more submits are out than the window of %u admits", world->windows[account]);
	sim_protect_check_submit(worker, alert, has_arrived(world, alert));
	sim_budget_check_submit(worker, alert, has_arrived(world, alert));
	sim_withdraw_check_submit(worker, alert);
	check_rate(world, account, now.mono);
}

/* -- at each step -- */

static void read_events(struct sim_world *world)
{
	struct sim_ledger *ledger = &world->ledger;
	while (ledger->events_read < world->model->event_count) {
		struct slice event = world->model->events[ledger->events_read++];
		const char *why;
		if (world->env.is_loud)
			fprintf(stderr, "%lld us event %.*s\n", (long long)world->env.now.mono, SLICE_ARG(event));
		if (!sim_ledger_read_event(ledger, event, &why))
			sim_world_fail(world, "%s: %.*s", why, SLICE_ARG(event));
	}
}

/* Own intents; what was taken over from the dead comes on top. */
static void check_intents(struct sim_world *world, const struct sim_worker *worker)
{
	unsigned number = fake_store_consumer(worker->store);
	if (number == QUEUE_NOBODY)
		return;
	const struct queue_consumer *consumer = &world->model->consumers[number];
	unsigned window = 0;
	unsigned own = 0;
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++)
		window += world->windows[i];
	if (consumer->intent_count <= window + STORE_BATCH_MAX)
		return;
	for (unsigned i = 0; i < consumer->intent_count; i++) {
		const struct queue_entry *entry = queue_model_find(world->model, &consumer->intents[i]);
		own += entry == NULL || !entry->was_doubtful;
	}
	if (own > window + STORE_BATCH_MAX)
		sim_world_fail(world, "worker %u has begun %u alerts, more than its windows of %u and a batch",
			       worker->slot, own, window);
}

void sim_check_step(struct sim_world *world)
{
	read_events(world);
	sim_bind_check(world);
	if (world->step % DRIFT_EVERY == 0) {
		int64_t drift = queue_model_drift(world->model);
		if (drift != 0)
			sim_world_fail(world, "the account does not balance: %lld entries are missing",
				       (long long)drift);
	}
	uint64_t closed = 0;
	for (unsigned i = 0; i < CLOSING_COUNT; i++)
		closed += i != CLOSING_CONTROL ? world->model->totals[i] : 0; /* no event tells of that */
	if (closed != world->ledger.closed)
		sim_world_fail(world, "%llu entries are closed, %u events say so", as_ull(closed),
			       world->ledger.closed);
	if (world->model->robbed > 0)
		sim_world_fail(world, "a worker took an entry off the queue that was another's, and not as accepted");
	for (unsigned i = 0; i < world->worker_count; i++) {
		const struct sim_worker *worker = &world->workers[i];
		if (!worker->is_running)
			continue;
		const struct pipeline_gauges *gauges = pipeline_gauges(worker->pipeline);
		if (gauges->parcels_used > gauges->parcels_total)
			sim_world_fail(world, "worker %u holds more alerts than it has places for", worker->slot);
		check_intents(world, worker);
	}
}

/* -- at the end -- */

/* How often one segment came to a carrier that did not say that it refused it. */
static unsigned met_times(const struct sim_world *world, const struct sim_alert *alert, unsigned segment)
{
	struct submit_key key = { .origin = alert->origin, .segment = (uint8_t)segment };
	unsigned times = 0;
	for (unsigned i = 0; i < SIM_ACCOUNTS; i++) {
		const struct smsc_segment *known = smsc_model_find(world->smscs[i], &key);
		times += known != NULL ? known->met : 0;
	}
	return times;
}

static void check_alert(struct sim_world *world, const struct sim_alert *alert, uint64_t *extra)
{
	unsigned whole = 0;
	unsigned most = 0;
	for (unsigned segment = 1; segment <= SIM_LONG_PARTS; segment++) {
		unsigned times = accepted_times(world, alert, segment);
		whole += times > 0;
		most = times > most ? times : most;
		*extra += times > 1 ? times - 1 : 0;
		unsigned met = met_times(world, alert, segment);
		if (alert->is_careful && met > 1 + alert->resent)
			sim_world_fail(world,
				       "alert %u must not be sent twice, but came %u times, %u of them by a human",
				       alert->id, met, alert->resent);
	}
	if (alert->closings != (alert->kind != SIM_CANCEL)) {
		sim_world_fail(world, "alert %u ended in %u closing events", alert->id, alert->closings);
		return;
	}
	if (alert->kind == SIM_CANCEL)
		return;
	const char *name = closing_name(alert->closing);
	sim_withdraw_check_end(world, alert);
	sim_protect_check_end(world, alert);
	if (most > 1 && !alert->is_ambiguous)
		sim_world_fail(world, "alert %u was taken %u times, and its event (%s) does not say why", alert->id,
			       most, name);
	bool is_whole = whole == (alert->is_long ? SIM_LONG_PARTS : 1u);
	if (alert->closing != CLOSING_ACCEPTED && is_whole && !alert->is_ambiguous)
		sim_world_fail(world, "alert %u counts as %s, but the carrier has taken it", alert->id, name);
	if (alert->closing == CLOSING_ACCEPTED && !is_whole)
		sim_world_fail(world, "alert %u counts as accepted, but the carrier took %u of its segments", alert->id,
			       whole);
	if (alert->closing == CLOSING_DUPLICATE && most > 0)
		sim_world_fail(world, "alert %u counts as a duplicate, but it was sent", alert->id);
	bool is_bad = alert->kind == SIM_MALFORMED || alert->kind == SIM_BAD;
	if (is_bad && alert->closing != CLOSING_DEAD)
		sim_world_fail(world, "bad alert %u ended as %s", alert->id, name);
	if (alert->closing == CLOSING_EXPIRED && alert->expires_at == 0)
		sim_world_fail(world, "alert %u expired, which nobody asked for", alert->id);
	if (world->profile.is_calm && alert->kind == SIM_PLAIN && alert->closing != CLOSING_ACCEPTED)
		sim_world_fail(world, "alert %u ended as %s although nothing went wrong", alert->id, name);
}

/* Of all entries with one id the carriers may have got one only, and one of them ended otherwise than as a duplicate. */
static void check_ids(struct sim_world *world)
{
	struct id {
		unsigned sent;
		unsigned firsts;
	} *ids = calloc(world->next_id + 1, sizeof *ids);
	CHECK(ids != NULL);
	const struct sim_ledger *ledger = &world->ledger;
	for (unsigned i = 0; i < ledger->count; i++) {
		const struct sim_alert *alert = &ledger->alerts[i];
		if (alert->kind == SIM_MALFORMED || alert->kind == SIM_BAD || alert->kind == SIM_CANCEL)
			continue;
		ids[alert->id].firsts += alert->closing != CLOSING_DUPLICATE;
		if (accepted_times(world, alert, 1) > 0 && ids[alert->id].sent++ > 0)
			sim_world_fail(world, "id %u was sent for two entries", alert->id);
	}
	for (unsigned i = 0; i < ledger->count; i++) {
		const struct sim_alert *alert = &ledger->alerts[i];
		if (alert->closing == CLOSING_DUPLICATE && alert->kind != SIM_CANCEL && ids[alert->id].firsts == 0)
			sim_world_fail(world, "alert %u counts as a duplicate, but there is none before it", alert->id);
	}
	free(ids);
}

void sim_check_end(struct sim_world *world)
{
	uint64_t extra = 0;
	uint64_t counted = 0;
	if (queue_model_drift(world->model) != 0)
		sim_world_fail(world, "the account does not balance at the end");
	for (unsigned i = 0; i < world->ledger.count; i++)
		check_alert(world, &world->ledger.alerts[i], &extra);
	check_ids(world);
	sim_budget_check_end(world, taken_segments);
	if (world->model->totals[CLOSING_CONTROL] != world->ledger.cancels)
		sim_world_fail(world, "%llu cancels were obeyed, %u were given",
			       as_ull(world->model->totals[CLOSING_CONTROL]), world->ledger.cancels);
	for (unsigned i = 0; i < world->worker_count; i++) {
		for (unsigned account = 0; account < SIM_ACCOUNTS; account++)
			counted += (uint64_t)metrics_value(world->workers[i].metrics, METRIC_AMBIGUOUS_RESENDS, account,
							   0);
	}
	if (extra > counted)
		sim_world_fail(world, "%llu segments arrived more than once, only %llu were counted", as_ull(extra),
			       as_ull(counted));
	if (world->model->dead_count != world->model->totals[CLOSING_DEAD])
		sim_world_fail(world, "%u dead letters, but %llu are counted", world->model->dead_count,
			       as_ull(world->model->totals[CLOSING_DEAD]));
}
