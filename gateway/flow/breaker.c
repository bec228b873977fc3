/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/breaker.h"

const char *breaker_state_name(enum breaker_state state)
{
	static const char *const names[] = {
		[BREAKER_CLOSED] = "closed",
		[BREAKER_HALF_OPEN] = "half_open",
		[BREAKER_OPEN] = "open",
	};
	return names[state];
}

static void enter(struct breaker *breaker, enum breaker_state state, mono_us now)
{
	breaker->state = state;
	breaker->since = now;
	breaker->good = 0;
}

static void open(struct breaker *breaker, mono_us now)
{
	bool was_well = breaker->state == BREAKER_CLOSED && now - breaker->since >= BREAKER_WELL_US;
	breaker->rest = breaker->rest == 0 || was_well ? BREAKER_REST_LEAST_US : 2 * breaker->rest;
	if (breaker->rest > BREAKER_REST_MOST_US)
		breaker->rest = BREAKER_REST_MOST_US;
	enter(breaker, BREAKER_OPEN, now);
}

static void note_probe(struct breaker *breaker, struct health *health, bool is_bad, mono_us now)
{
	if (is_bad) {
		open(breaker, now);
		return;
	}
	breaker->good++;
	if (breaker->good < BREAKER_GOOD)
		return;
	enter(breaker, BREAKER_CLOSED, now);
	*health = (struct health){ 0 };
}

bool breaker_note(struct breaker *breaker, struct health *health, bool is_bad, mono_us sent_at, mono_us now)
{
	enum breaker_state before = breaker->state;
	if (sent_at < breaker->since)
		return false;
	health_note(health, is_bad, now);
	if (before == BREAKER_HALF_OPEN)
		note_probe(breaker, health, is_bad, now);
	else if (before == BREAKER_CLOSED && is_bad && health_is_broken(health, now))
		open(breaker, now);
	return breaker->state != before;
}

bool breaker_turn(struct breaker *breaker, mono_us now)
{
	return now >= breaker_due(breaker) && breaker_retry(breaker, now);
}

bool breaker_retry(struct breaker *breaker, mono_us now)
{
	if (breaker->state != BREAKER_OPEN)
		return false;
	enter(breaker, BREAKER_HALF_OPEN, now);
	return true;
}

mono_us breaker_due(const struct breaker *breaker)
{
	return breaker->state == BREAKER_OPEN ? breaker->since + breaker->rest : INT64_MAX;
}
