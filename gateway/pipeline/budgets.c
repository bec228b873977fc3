/* SPDX-License-Identifier: Apache-2.0 */

/* Tenants' daily budgets. What the carrier accepted is counted by the store together with what becomes of the alert, for all
 * gateways; its answer says how much is used, so that nothing is asked where no tenant has a budget. What is out when a
 * budget is used up still counts on top: it is kept to within the windows and a batch. */

#include "base/check.h"
#include "pipeline/pipeline_inner.h"

#include <stdio.h>

#define NONE       UINT8_MAX
#define WARN_PARTS 8 /* of ten */
#define SPREAD_MS  (10 * 60 * MS_PER_S)
#define WHOLE      1000000 /* what the metric shows as 1 */

void budgets_set(struct pipeline *pipeline, const struct tenant_budget *budgets, unsigned count)
{
	CHECK(count <= TENANT_BUDGETS_MAX);
	pipeline->budget_count = count;
	for (unsigned i = 0; i < count; i++) {
		struct budget *budget = &pipeline->budgets[i];
		snprintf(budget->name, sizeof budget->name, "%s", budgets[i].name);
		budget->segments_per_day = budgets[i].segments_per_day;
	}
}

static unsigned find(const struct pipeline *pipeline, struct slice tenant)
{
	for (unsigned i = 0; i < pipeline->budget_count; i++) {
		if (slice_is(tenant, pipeline->budgets[i].name))
			return i;
	}
	return NONE;
}

void budgets_count(struct pipeline *pipeline, struct parcel *parcel)
{
	struct settlement *settlement = &parcel->settlement;
	bool is_over = settlement->kind == SETTLE_CLOSE || settlement->kind == SETTLE_DEAD;
	if (pipeline->budget_count == 0 || !is_over || parcel->accepted == 0 ||
	    find(pipeline, parcel->alert.tenant) == NONE)
		return;
	const struct zone *zone = pipeline->options->render.zone;
	settlement->budget_tenant = parcel->alert.tenant;
	settlement->budget_segments = (uint32_t)__builtin_popcount(parcel->accepted);
	settlement->budget_day = zone_date(zone, pipeline_now(pipeline).wall);
}

void budgets_note_settled(struct pipeline *pipeline, const struct settlement *settlement)
{
	unsigned at = settlement->budget_used > 0 ? find(pipeline, settlement->budget_tenant) : NONE;
	if (at == NONE)
		return;
	struct budget *budget = &pipeline->budgets[at];
	if (settlement->budget_day != budget->day) {
		/* An answer of yesterday says nothing of today; nor does one of tomorrow, where the clock was set back. */
		if (settlement->budget_day != zone_date(pipeline->options->render.zone, pipeline_now(pipeline).wall))
			return;
		budget->used = budget->added = 0;
		budget->day = settlement->budget_day;
	}
	budget->added += settlement->budget_segments;
	/* Answers come in the order in which the store counted. */
	budget->used = settlement->budget_used;
}

/* The batch that crosses a mark is one only, of all workers of all gateways: it is told once. */
static bool crosses(const struct budget *budget, uint64_t mark)
{
	return budget->used >= mark && budget->used - budget->added < mark;
}

void budgets_tell(struct pipeline *pipeline)
{
	for (unsigned i = 0; i < pipeline->budget_count; i++) {
		struct budget *budget = &pipeline->budgets[i];
		if (budget->added == 0)
			continue;
		uint64_t whole = budget->segments_per_day;
		metrics_set_at(pipeline->metrics, METRIC_TENANT_BUDGET, i, (int64_t)(budget->used * WHOLE / whole));
		bool is_used_up = crosses(budget, whole);
		bool is_near = crosses(budget, (whole * WARN_PARTS + 9) / 10);
		budget->added = 0;
		struct log_line line;
		if ((is_used_up || is_near) &&
		    log_begin(&line, pipeline->log, is_used_up ? LOG_ERROR : LOG_WARN, "tenant_budget",
			      is_used_up ? "a tenant's segments of today are used up; its bulk alerts wait until "
					   "tomorrow, the others go on"
					 : "four fifths of a tenant's segments of today are used")) {
			log_text(&line, "tenant", slice_of(budget->name));
			log_uint(&line, "used", budget->used);
			log_uint(&line, "segments_per_day", whole);
			log_end(&line);
		}
	}
}

bool budgets_defers(struct pipeline *pipeline, const struct parcel *parcel, wall_ms now)
{
	/* What is in doubt, or has begun to arrive, goes on. */
	if (pipeline->budget_count == 0 || parcel->lane != LANE_BULK || parcel->begun_index != PARCEL_NOT_BEGUN ||
	    parcel->accepted != 0)
		return false;
	unsigned at = find(pipeline, parcel->alert.tenant);
	if (at == NONE)
		return false;
	const struct budget *budget = &pipeline->budgets[at];
	return budget->used >= budget->segments_per_day &&
	       budget->day == zone_date(pipeline->options->render.zone, now);
}

void budgets_put_away(struct pipeline *pipeline, struct parcel *parcel, wall_ms now)
{
	wall_ms due = zone_next_day(pipeline->options->render.zone, now) +
		      (wall_ms)rng_below(&pipeline->rng, (uint64_t)SPREAD_MS);
	if (parcel->deadline != 0 && parcel->deadline < due)
		due = parcel->deadline;
	metrics_add_at(pipeline->metrics, METRIC_TENANT_DEFERRED, find(pipeline, parcel->alert.tenant), 1);
	settling_later(pipeline, parcel, due);
}
