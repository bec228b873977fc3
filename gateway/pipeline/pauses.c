/* SPDX-License-Identifier: Apache-2.0 */

/* What operators have paused. A paused alert waits in the store, is found again when the pause ends, and comes back to
 * expire when its time is over; where everything is paused nothing is read, and what is in memory stays there. */

#include "base/check.h"
#include "pipeline/pipeline_inner.h"

#define PAUSED_WAIT_MS  (24 * 3600 * MS_PER_S) /* of one without an end: then it is looked at anew */
#define PAUSED_AGAIN_MS (60 * MS_PER_S)

void pauses_on_pauses(void *ctx, const struct pause *pauses, unsigned count)
{
	struct pipeline *pipeline = ctx;
	CHECK(count <= STORE_PAUSES_MAX);
	pipeline->is_paused = false;
	pipeline->pause_count = count;
	for (unsigned i = 0; i < count; i++) {
		pipeline->pauses[i] = pauses[i];
		pipeline->is_paused = pipeline->is_paused || pauses[i].kind == PAUSE_ALL;
	}
	pipeline->gauges.version++;
	struct log_line line;
	if (log_begin(&line, pipeline->log, LOG_INFO, "pauses", "what is paused has changed")) {
		log_uint(&line, "count", count);
		log_end(&line);
	}
}

static bool is_paused_by(const struct parcel *parcel, const struct pause *pause)
{
	switch (pause->kind) {
	case PAUSE_ALL: /* dispatch begins nothing then */
	case PAUSE_KIND_COUNT:
		return false;
	case PAUSE_TEMPLATE:
		return slice_is(parcel->alert.template_name, pause->name);
	case PAUSE_TENANT:
		return slice_is(parcel->alert.tenant, pause->name);
	case PAUSE_BATCH:
		return slice_is(parcel->alert.batch, pause->name);
	}
	return false;
}

const struct pause *pauses_find(const struct pipeline *pipeline, const struct parcel *parcel)
{
	for (unsigned i = 0; i < pipeline->pause_count; i++) {
		if (is_paused_by(parcel, &pipeline->pauses[i]))
			return &pipeline->pauses[i];
	}
	return NULL;
}

void pauses_put_away(struct pipeline *pipeline, struct parcel *parcel, const struct pause *pause, wall_ms now)
{
	wall_ms due = now + PAUSED_WAIT_MS;
	if (parcel->deadline != 0 && parcel->deadline < due)
		due = parcel->deadline;
	char text[PAUSE_TEXT_OCTETS];
	struct slice paused_by = { text, pause_format(pause, text) };
	settling_later(pipeline, parcel, due);
	parcel->settlement.paused_by = arena_copy(&parcel->arena, paused_by);
	if (parcel->settlement.paused_by.at == NULL) /* no memory: then it is looked at again soon */
		parcel->settlement.due_at = now + PAUSED_AGAIN_MS;
}
