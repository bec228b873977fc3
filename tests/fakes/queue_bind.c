/* SPDX-License-Identifier: Apache-2.0 */

/* Links of an account are shared: each consumer has its share, and what others do not want of theirs. */

#include "fakes/queue_model.h"

#include "base/check.h"
#include "fakes/fake_memory.h"

#include <stdio.h>
#include <stdlib.h>

static bool counts(const struct queue_model *model, const struct queue_bind *bind, const char *account)
{
	return strcmp(bind->account, account) == 0 && model->consumers[bind->consumer].is_alive &&
	       bind->until > model->now;
}

static struct queue_bind *bind_of(struct queue_model *model, unsigned consumer, const char *account)
{
	for (unsigned i = 0; i < model->bind_count; i++) {
		if (model->binds[i].consumer == consumer && strcmp(model->binds[i].account, account) == 0)
			return &model->binds[i];
	}
	if (model->bind_count == model->bind_cap) {
		model->bind_cap += 64;
		model->binds = fake_memory_grow(model->binds, model->bind_cap * sizeof *model->binds);
	}
	struct queue_bind *bind = &model->binds[model->bind_count++];
	*bind = (struct queue_bind){ .consumer = consumer };
	snprintf(bind->account, sizeof bind->account, "%s", account);
	return bind;
}

/* By their names, as everybody sees them. */
static unsigned place_of(const struct queue_model *model, unsigned consumer, const char *account)
{
	unsigned place = 0;
	for (unsigned i = 0; i < model->bind_count; i++)
		place += counts(model, &model->binds[i], account) &&
			 strcmp(model->consumers[model->binds[i].consumer].name, model->consumers[consumer].name) < 0;
	return place;
}

unsigned queue_model_bind(struct queue_model *model, unsigned consumer, const struct store_bind *ask)
{
	if (!model->consumers[consumer].is_alive) /* it was taken for dead just now */
		return 0;
	struct queue_bind *mine = bind_of(model, consumer, ask->account);
	mine->until = model->now + STORE_BIND_US / US_PER_MS;
	mine->likes = ask->likes;
	unsigned count = 0, taken = 0;
	for (unsigned i = 0; i < model->bind_count; i++) {
		const struct queue_bind *bind = &model->binds[i];
		count += counts(model, bind, ask->account);
		taken += bind != mine && counts(model, bind, ask->account) ? bind->has : 0;
	}
	if (model->plant == PLANT_EACH_ITS_OWN_BINDS)
		return ask->likes;
	unsigned left = ask->permitted > taken ? ask->permitted - taken : 0;
	unsigned allowed = ask->likes < left ? ask->likes : left;
	unsigned each = ask->permitted / count, more = ask->permitted % count;
	for (unsigned i = 0; i < model->bind_count; i++) {
		const struct queue_bind *bind = &model->binds[i];
		if (bind == mine || !counts(model, bind, ask->account))
			continue;
		unsigned share = each + (place_of(model, bind->consumer, ask->account) < more);
		unsigned own = each + (place_of(model, consumer, ask->account) < more);
		if (bind->has < (bind->likes < share ? bind->likes : share) && own < allowed)
			allowed = own;
	}
	bool keeps = allowed > ask->has || model->plant == PLANT_BIND_TAKEN_TOO_EARLY;
	mine->has = keeps ? allowed : ask->has;
	return allowed;
}
