/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/civil.h"
#include "base/rng.h"
#include "model/tenant_budget.h"

#include <stdbool.h>

/* Tenants' daily budgets, in a third of the worlds, where it is soon midnight; and a judge of what was sent above them, put off
 * and counted. What the product promises:
 *
 * - Urgent and normal alerts are never put off.
 * - Bulk that was not begun before is not begun by a worker whose own last settled sms of the tenant is of today, and had its
 *   effect when the budget was used up. So each worker exceeds it by what it has under way then.
 * - What is put off comes to its end on a later day like everything else.
 * - Used is what carriers took, each segment once, however often an alert is retried or settled; it is missing where an alert is
 *   settled one by one (after a lost connection, at a take-over, at a fence) or by a late answer. It counts on the day on
 *   which it is settled. */

#define SIM_TENANTS 2

struct sim_alert;
struct sim_world;
struct sim_worker;
struct store_begin;
struct settlement;

/* What is known of a tenant's use on a day. */
struct sim_use {
	int32_t day; /* 0 = of none */
	uint64_t segments;
	mono_us used_up_at; /* INT64_MAX = never */
};

#define SIM_DAYS_MAX 500

struct sim_budget {
	bool is_on;
	struct rng rng; /* of its own: the other worlds stay as they are */
	struct zone zone;
	struct tenant_budget budgets[SIM_TENANTS];
	struct sim_use uses[SIM_TENANTS][SIM_DAYS_MAX];
	int32_t day; /* of the workers' clock */
	int32_t day_before;
	mono_us day_since;
	unsigned skips;   /* of time at the end, when all that was left waited for a later day */
	uint64_t put_off; /* alerts, each time */
};

/* What a worker's last settled sms of a tenant told it. */
struct sim_budget_news {
	int32_t day;
	bool is_used_up;
	mono_us told_at;
};

/* Decides whether the seed's world has budgets, and which. */
void sim_budget_init(struct sim_world *world);

/* Most of a producer's alerts get a tenant. */
void sim_budget_make(struct sim_world *world, struct sim_alert *alert);

void sim_budget_step(struct sim_world *world);

/* Where all that is left waits for a later day, that day comes. */
void sim_budget_skip(struct sim_world *world);

/* -- what a worker's store tells -- */

void sim_budget_on_settle(struct sim_worker *worker, const struct settlement *settlement);
void sim_budget_on_effect(struct sim_worker *worker, const struct settlement *settlement, bool careful);
void sim_budget_on_settled(struct sim_worker *worker, const struct settlement *settlement, mono_us effect_at);

/* -- the judge -- */

/* A worker submits an alert: asked before its leave counts as used. has_arrived: a part of it was accepted before. */
void sim_budget_check_submit(struct sim_worker *worker, const struct sim_alert *alert, bool has_arrived);

/* At the end: what the queue says was used is what carriers took. taken: segments of an alert that they took. */
void sim_budget_check_end(struct sim_world *world,
			  unsigned (*taken)(const struct sim_world *, const struct sim_alert *));
