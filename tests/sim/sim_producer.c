/* SPDX-License-Identifier: Apache-2.0 */

/* Producers: alerts of all kinds, good and bad, on all lanes; and cancels, mostly of what was added just before. */

#include "base/check.h"
#include "sim/sim_texts.h"
#include "sim/sim_withdraw.h"

#include <stdio.h>

#define BODY_OCTETS  1024
#define DOUBT_ALERTS 200
#define SUBJECTS     8
#define TENANTS      2
#define RUN_ALERTS   60 /* alerts while one batch goes on */

static unsigned die(struct sim_world *world, unsigned sides)
{
	return (unsigned)rng_below(&world->rng, sides);
}

static enum sim_kind pick_kind(struct sim_world *world)
{
	static const unsigned shares[SIM_KIND_COUNT] = {
		[SIM_PLAIN] = 60,    [SIM_TWICE] = 7, [SIM_URGENT] = 10, [SIM_EARLY] = 7,
		[SIM_MALFORMED] = 2, [SIM_BAD] = 6,   [SIM_CANCEL] = 8,
	};
	if (world->profile.is_calm)
		return SIM_PLAIN;
	unsigned throw = die(world, 100);
	unsigned kind = 0;
	while (throw >= shares[kind])
		throw -= shares[kind++];
	return (enum sim_kind)kind;
}

/* The batch that goes on now. */
static unsigned run_of(const struct sim_world *world)
{
	return 1 + world->next_id / RUN_ALERTS;
}

static void make_cancel(struct sim_world *world, struct sim_alert *alert)
{
	unsigned throw = die(world, 10);
	unsigned recent = world->next_id < 30 ? world->next_id : 30;
	alert->cancel = throw < 6 ? WITHDRAWAL_ID : throw < 9 ? WITHDRAWAL_SUBJECT : WITHDRAWAL_BATCH;
	/* Some come before what they cancel. */
	alert->id = world->next_id + 3 - die(world, recent + 3);
	alert->subject = alert->cancel == WITHDRAWAL_SUBJECT ? 1 + die(world, SUBJECTS) : 0;
	alert->batch =
		alert->cancel == WITHDRAWAL_BATCH ? run_of(world) - (run_of(world) > 1 && die(world, 2) == 0) : 0;
}

static void make_links(struct sim_world *world, struct sim_alert *alert)
{
	if (die(world, 3) == 0)
		alert->subject = 1 + die(world, SUBJECTS);
	alert->supersedes = alert->subject != 0 && die(world, 2) == 0;
	if (die(world, 4) == 0)
		alert->batch = run_of(world);
	if (die(world, 4) == 0)
		alert->tenant = 1 + die(world, TENANTS);
	alert->has_priority = die(world, 5) == 0;
	alert->priority = (enum lane)die(world, LANE_READY);
}

/* One that was added before, once more: in doubt a producer does that. */
static bool make_twice(struct sim_world *world, struct sim_alert *alert)
{
	if (world->ledger.count == 0)
		return false;
	const struct sim_alert *first = &world->ledger.alerts[die(world, world->ledger.count)];
	if (first->kind == SIM_MALFORMED || first->kind == SIM_BAD || first->kind == SIM_CANCEL)
		return false;
	/* Nobody is in doubt about one that was superseded dozens of times since: the queue remembers 32 of a subject. */
	if (first->supersedes && &world->ledger.alerts[world->ledger.count] - first > DOUBT_ALERTS)
		return false;
	alert->id = first->id;
	alert->origin.lane = first->origin.lane;
	alert->is_long = first->is_long;
	alert->is_careful = first->is_careful;
	alert->expires_at = first->expires_at;
	alert->not_before = first->not_before;
	alert->subject = first->subject;
	alert->supersedes = first->supersedes;
	alert->batch = first->batch;
	alert->tenant = first->tenant;
	alert->number = first->number;
	alert->text = first->text;
	alert->has_consent = first->has_consent;
	alert->is_critical = first->is_critical;
	alert->has_priority = first->has_priority;
	alert->priority = first->priority;
	return true;
}

static void make_alert(struct sim_world *world, struct sim_alert *alert)
{
	wall_ms now = world->env.now.wall;
	alert->kind = pick_kind(world);
	alert->is_long = !world->profile.is_calm && die(world, 6) == 0;
	alert->is_careful = die(world, 3) == 0;
	if (alert->kind == SIM_CANCEL) {
		make_cancel(world, alert);
		return;
	}
	if (alert->kind == SIM_TWICE && make_twice(world, alert))
		return;
	alert->id = world->next_id++;
	sim_protect_make(world, alert);
	if (!world->profile.is_calm)
		make_links(world, alert);
	sim_budget_make(world, alert);
	if (alert->kind == SIM_URGENT)
		alert->expires_at = now + 1 + die(world, 4000);
	if (alert->kind == SIM_EARLY)
		alert->not_before = now + 1 + die(world, 5000);
}

static void produce_one(struct sim_world *world)
{
	char octets[BODY_OCTETS];
	struct buf body = buf_over(octets, sizeof octets);
	struct sim_alert made = { .kind = SIM_PLAIN, .withdrawn_at = INT64_MAX, .subject_ended_at = INT64_MAX };
	make_alert(world, &made);
	enum lane lane = (enum lane)die(world, LANE_READY);
	/* Where clocks stand still or go back two lanes have no order: what is added twice is for the same one. */
	if (made.kind == SIM_TWICE && made.supersedes)
		lane = made.origin.lane;
	if (made.kind == SIM_CANCEL && die(world, 6) != 0)
		lane = LANE_URGENT;
	if (made.kind == SIM_MALFORMED)
		buf_put_text(&body, "note: hello\n");
	else if (made.kind == SIM_BAD)
		sim_texts_put_bad(world, &body, &made);
	else
		sim_texts_put(world, &body, &made);
	CHECK(!body.full);
	made.origin = queue_model_add(world->model, lane, buf_slice(&body),
				      made.kind == SIM_MALFORMED ? "the field “alert” is missing" : NULL);
	if (world->env.is_loud)
		fprintf(stderr, "%lld us added %llu-%llu to %s: %.*s\n", (long long)world->env.now.mono,
			(unsigned long long)made.origin.ms, (unsigned long long)made.origin.seq, lane_name(lane),
			(int)(body.len < 240 ? body.len : 240), body.at);
	struct sim_alert *alert = sim_ledger_add(&world->ledger, &made.origin, made.kind);
	*alert = made;
	sim_withdraw_note(world, alert);
}

void sim_producer_step(struct sim_world *world)
{
	mono_us now = world->env.now.mono;
	if (!world->is_producing || now < world->produce_at)
		return;
	unsigned count = 1 + (die(world, 10) == 0 ? die(world, 60) : die(world, 4));
	while (count-- > 0)
		produce_one(world);
	world->produce_at = now + 1 + (mono_us)rng_below(&world->rng, (uint64_t)world->produce_every_us);
}
