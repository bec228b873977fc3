/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_protect.h"

#include "sim/sim_texts.h"
#include "sim/sim_world.h"

#include <stdio.h>

#define MINUTE_US  (60 * US_PER_S)
#define HOUR_MS    (3600 * MS_PER_S)
#define NUMBERS    40 /* of a small world */
#define TEXTS      6
#define GO_USED_US (4 * US_PER_S) /* from BEGIN's effect until its leave is used, at most: its answer, and a second */
#define JUMP_US    (MINUTE_US + 12 * US_PER_S)
#define START_HOUR 7 /* of the world's clock, and its minute 0 */

static unsigned die(struct sim_world *world, unsigned sides)
{
	return (unsigned)rng_below(&world->protect.rng, sides);
}

static void make_limits(struct sim_world *world, struct protection_limits *limits)
{
	*limits = (struct protection_limits){
		.heeds_optout = true,
		.minute_max = (uint8_t)(2 * die(world, 3)),
		.day_max = (uint8_t)(8 * die(world, 2)),
		.identical_ms = die(world, 2) == 0 ? HOUR_MS : 0,
	};
}

/* It is night for a minute or two: from the beginning, or from the first minute on. */
static void make_night(struct sim_world *world, struct quiet_hours *quiet)
{
	unsigned from = START_HOUR * 60 + die(world, 2);
	*quiet = (struct quiet_hours){ (uint16_t)from, (uint16_t)(from + 1 + die(world, 2)) };
}

void sim_protect_init(struct sim_world *world)
{
	struct sim_protect *protect = &world->protect;
	rng_seed(&protect->rng, world->seed * 7919 + 1);
	protect->is_on = !world->profile.is_calm && die(world, 3) == 0;
	if (!protect->is_on)
		return;
	struct protection_options *options = &protect->options;
	make_limits(world, &options->limits[SMS_CLASS_NOTICE]);
	make_limits(world, &options->limits[SMS_CLASS_MARKETING]);
	options->limits[SMS_CLASS_CRITICAL] = options->limits[SMS_CLASS_NOTICE];
	options->limits[SMS_CLASS_CRITICAL].is_exempt = true;
	options->needs_consent = true;
	options->spread_ms = (int64_t)die(world, 2) * 5 * MS_PER_S;
	if (die(world, 3) == 0)
		make_night(world, &options->quiet[SMS_CLASS_NOTICE]);
	if (die(world, 2) == 0)
		make_night(world, &options->quiet[SMS_CLASS_MARKETING]);
	options->quiet[SMS_CLASS_CRITICAL] = options->quiet[SMS_CLASS_NOTICE];
	/* The second minute, in which nights end or begin, is near. */
	fake_env_jump(&world->env, 60 * MS_PER_S - 1 - (int64_t)die(world, world->scale.is_small ? 4000 : 20000));
	world->wall_most = world->env.now.wall;
	protect->numbers = world->scale.is_small ? NUMBERS : SIM_NUMBERS_MAX;
}

void sim_protect_make(struct sim_world *world, struct sim_alert *alert)
{
	if (!world->protect.is_on)
		return;
	alert->number = 1 + die(world, world->protect.numbers);
	alert->text = die(world, 2) == 0 ? 1 + die(world, TEXTS) : 0;
	alert->has_consent = die(world, 4) != 0;
	alert->is_critical = !alert->is_long && !alert->is_careful && die(world, 6) == 0;
}

void sim_protect_step(struct sim_world *world)
{
	struct sim_protect *protect = &world->protect;
	mono_us now = world->env.now.mono;
	if (!protect->is_on || world->is_healed || now < protect->next_optout)
		return;
	protect->next_optout =
		now + 1 + (mono_us)rng_below(&protect->rng, (uint64_t)sim_world_span(world, 2 * US_PER_S));
	unsigned number = 1 + die(world, protect->numbers);
	char text[SIM_NUMBER_OCTETS];
	sim_texts_number(number, text);
	if (protect->opted_out_at[number] != 0)
		return;
	protect->opted_out_at[number] = now;
	protect->optouts++;
	text_table_take(world->model->opted_out, slice_of(text));
}

void sim_protect_heal(struct sim_world *world)
{
	struct protection_options *options = &world->protect.options;
	if (!world->protect.is_on)
		return;
	for (unsigned i = 0; i < SMS_CLASS_COUNT; i++)
		options->limits[i].minute_max = 0;
	for (unsigned i = 0; i < world->worker_count; i++) {
		struct sim_worker *worker = &world->workers[i];
		worker->options.protection = *options;
		if (worker->is_running)
			pipeline_configure(worker->pipeline, &worker->options);
	}
}

/* -- the judge -- */

static bool is_same_text(const struct sim_alert *a, const struct sim_alert *b)
{
	return a->number == b->number && a->text != 0 && a->text == b->text && a->is_long == b->is_long &&
	       sim_texts_class(a) == sim_texts_class(b);
}

/* How many others of its class went to its number since then, by their latest leave. */
static unsigned count_others(const struct sim_world *world, const struct sim_alert *alert, mono_us since)
{
	unsigned count = 0;
	for (unsigned i = 0; i < world->ledger.count; i++) {
		const struct sim_alert *other = &world->ledger.alerts[i];
		count += other != alert && other->number == alert->number && other->left_at > since &&
			 sim_texts_class(other) == sim_texts_class(alert);
	}
	return count;
}

static bool was_same_text_sent(const struct sim_world *world, const struct sim_alert *alert)
{
	for (unsigned i = 0; i < world->ledger.count; i++) {
		const struct sim_alert *other = &world->ledger.alerts[i];
		if (other != alert && other->left_at > 0 && is_same_text(alert, other))
			return true;
	}
	return false;
}

static void check_limits(struct sim_world *world, const struct sim_alert *alert, const struct protection_limits *limits)
{
	mono_us now = world->env.now.mono;
	if (limits->identical_ms > 0 && was_same_text_sent(world, alert))
		sim_world_fail(world, "alert %u was sent, although another one brought the same text", alert->id);
	if (limits->day_max > 0 && count_others(world, alert, 0) >= limits->day_max)
		sim_world_fail(world, "alert %u was sent, although its number has had %u of its class", alert->id,
			       limits->day_max);
	/* Where the queue's clock jumps, one window is shorter. */
	bool has_jumped = world->jumped_at > 0 && now - world->jumped_at < JUMP_US;
	mono_us since = now - (MINUTE_US - GO_USED_US);
	if (limits->minute_max > 0 && !has_jumped &&
	    count_others(world, alert, since > 0 ? since : 0) >= limits->minute_max)
		sim_world_fail(world, "alert %u was sent, although its number has had %u of its class within a minute",
			       alert->id, limits->minute_max);
}

void sim_protect_check_submit(struct sim_worker *worker, struct sim_alert *alert, bool has_arrived)
{
	struct sim_world *world = worker->world;
	const struct sim_protect *protect = &world->protect;
	const struct sim_go *go = &alert->goes[worker->slot];
	if (!protect->is_on || go->life != worker->life || go->is_used || has_arrived)
		return;
	enum sms_class sms_class = sim_texts_class(alert);
	mono_us opted_out_at = protect->opted_out_at[alert->number];
	if (sms_class != SMS_CLASS_CRITICAL) {
		if (opted_out_at != 0 && opted_out_at < go->sent_at)
			sim_world_fail(world, "alert %u was begun and sent %lld ms after its number had opted out",
				       alert->id, (long long)((world->env.now.mono - opted_out_at) / US_PER_MS));
		if (sms_class == SMS_CLASS_MARKETING && !alert->has_consent)
			sim_world_fail(world, "alert %u was sent without consent", alert->id);
		if (quiet_hours_end(&protect->options.quiet[sms_class], world->env.now.wall, NULL) != 0)
			sim_world_fail(world, "alert %u was sent in quiet hours", alert->id);
		check_limits(world, alert, &protect->options.limits[sms_class]);
	}
	alert->left_at = world->env.now.mono;
}

static bool is_right(const struct sim_world *world, const struct sim_alert *alert)
{
	const struct sim_protect *protect = &world->protect;
	enum sms_class sms_class = sim_texts_class(alert);
	switch (alert->rule) {
	case PROTECTION_OPTED_OUT:
		return protect->opted_out_at[alert->number] != 0;
	case PROTECTION_IDENTICAL:
		return protect->options.limits[sms_class].identical_ms > 0 && alert->text != 0;
	case PROTECTION_DAY_CAP:
		return protect->options.limits[sms_class].day_max > 0;
	case PROTECTION_MINUTE_CAP:
		return alert->expires_at != 0;
	case PROTECTION_QUIET_HOURS:
		return alert->expires_at != 0 &&
		       protect->options.quiet[sms_class].from != protect->options.quiet[sms_class].to;
	case PROTECTION_NO_CONSENT:
		return sms_class == SMS_CLASS_MARKETING && !alert->has_consent;
	case PROTECTION_NONE:
	case PROTECTION_UNCHECKED: /* suppresses nothing */
	case PROTECTION_COUNT:
		break;
	}
	return false;
}

void sim_protect_check_end(struct sim_world *world, const struct sim_alert *alert)
{
	bool is_critical = world->protect.is_on && alert->is_critical;
	if (alert->closing == CLOSING_SUPPRESSED && (!world->protect.is_on || is_critical || !is_right(world, alert)))
		sim_world_fail(world, "alert %u was suppressed by %s, which does not hold for it", alert->id,
			       protection_name(alert->rule));
	if (alert->is_exempt && !is_critical)
		sim_world_fail(world, "alert %u counts as exempt, and is not critical", alert->id);
}
