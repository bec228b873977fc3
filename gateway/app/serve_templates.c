/* SPDX-License-Identifier: Apache-2.0 */

/* The published templates, from the thread that watches them to the workers; and the board on which the gateway says what it does. */

#include "app/redis_address.h"
#include "app/serve_inner.h"

#include <stdio.h>
#include <stdlib.h>

#define BOARD_US US_PER_S

static void on_news(void *ctx)
{
	struct serve *serve = ctx;
	loop_wake(serve->loop);
}

void serve_follow_templates(struct serve *serve)
{
	struct catalogue_news news;
	if (serve->watch == NULL || !catalogue_watch_take(serve->watch, &news))
		return;
	catalogue_release(serve->catalogue);
	serve->catalogue = news.catalogue;
	serve->knows_templates = true;
	serve->templates_turn = news.turn;
	serve->templates_broken = news.broken;
	metrics_set(serve->main_metrics, METRIC_TEMPLATES_TURN, (int64_t)news.turn);
	metrics_set(serve->main_metrics, METRIC_TEMPLATES_BROKEN, news.broken);
	for (unsigned i = 0; i < serve->worker_count; i++) {
		if (serve->workers[i] != NULL)
			worker_follow(serve->workers[i], serve->catalogue);
	}
}

static void turn(void *ctx, struct now now)
{
	struct serve *serve = ctx;
	size_t len;
	if (now.mono < serve->board_at)
		return;
	serve->board_at = now.mono + BOARD_US;
	char *status = serve->admin != NULL ? admin_status_text(serve->admin, &len) : NULL;
	if (status != NULL)
		catalogue_watch_tell(serve->watch, (struct slice){ status, len });
	free(status);
}

static mono_us next_deadline(void *ctx)
{
	const struct serve *serve = ctx;
	return serve->board_at;
}

bool serve_watch_templates(struct serve *serve)
{
	const struct config *config = serve->first_config;
	template_rules_fill(config, &serve->template_rules);
	const struct catalogue_watch_options options = {
		.redis = redis_address_place(&config->redis),
		.instance = config->instance.name,
		.templates_dir = config->templates.dir,
		.locale = config->locale,
		.rules = &serve->template_rules.rules,
		.log = &serve->sink.log,
		.on_news = on_news,
		.ctx = serve,
	};
	serve->watch = catalogue_watch_start(&options);
	if (serve->watch == NULL) {
		fprintf(stderr, "the published templates can't be watched: out of memory or threads\n");
		return false;
	}
	serve->board_member = (struct loop_member){ .turn = turn, .next_deadline = next_deadline, .ctx = serve };
	loop_add(serve->loop, &serve->board_member);
	serve->is_on_board = true;
	return true;
}

void serve_end_templates(struct serve *serve)
{
	if (serve->is_on_board)
		loop_remove(&serve->board_member);
	catalogue_watch_stop(serve->watch);
	template_rules_free(&serve->template_rules);
	serve->watch = NULL;
}
