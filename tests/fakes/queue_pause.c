/* SPDX-License-Identifier: Apache-2.0 */

/* What operators have paused on the model's queue, and the alerts that wait because of it. */

#include "fakes/queue_model.h"

#include <stdlib.h>

static unsigned place_of(const struct queue_model *model, const struct pause *pause)
{
	unsigned i = 0;
	while (i < model->pause_count &&
	       (model->pauses[i].kind != pause->kind || strcmp(model->pauses[i].name, pause->name) != 0))
		i++;
	return i;
}

bool queue_model_pause(struct queue_model *model, const struct pause *pause)
{
	if (place_of(model, pause) < model->pause_count || model->pause_count == STORE_PAUSES_MAX)
		return false;
	model->pauses[model->pause_count++] = *pause;
	model->pause_version++;
	return true;
}

bool queue_model_resume(struct queue_model *model, const struct pause *pause)
{
	unsigned place = place_of(model, pause);
	if (place == model->pause_count)
		return false;
	char text[PAUSE_TEXT_OCTETS];
	struct slice field = { text, pause_format(pause, text) };
	model->pauses[place] = model->pauses[--model->pause_count];
	model->pause_version++;
	for (unsigned i = 0; i < model->waiting_count; i++) {
		struct queue_waiting *waiting = &model->waiting[i];
		if (waiting->paused_by.at != NULL && slice_equal(waiting->paused_by, field) &&
		    waiting->due_at > model->now)
			waiting->due_at = model->now;
	}
	return true;
}

bool queue_model_is_paused(const struct queue_model *model, struct slice field)
{
	struct pause pause;
	return pause_parse(field, &pause) && place_of(model, &pause) < model->pause_count;
}
