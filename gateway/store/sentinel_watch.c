/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sentinel_watch.h"

#include <stdlib.h>

#define ASK_US     US_PER_S
#define TIMEOUT_US (5 * US_PER_S)

struct sentinel_watch {
	struct loop *loop;
	struct redis_link *link;
	struct redis_options options; /* of the Sentinel that is asked */
	const struct redis_finder *finder;
	void (*on_change)(void *ctx);
	void *ctx;
	unsigned seed;
	bool is_known; /* named on this connection: Sentinels may write the same place in different ways */
	struct stream_address named;
	bool is_asking;
	mono_us next_at;
	struct command command;
};

static void on_answer(void *ctx, const struct reply *reply)
{
	struct sentinel_watch *watch = ctx;
	struct stream_address named;
	char why[160];
	watch->is_asking = false;
	if (reply == NULL)
		return;
	if (!redis_find_read(watch->finder, &watch->options.address, reply, &named, why, sizeof why)) {
		redis_link_break(watch->link, "a Sentinel names no master"); /* another one may know more */
		return;
	}
	redis_link_works(watch->link);
	bool is_another =
		watch->is_known && (named.port != watch->named.port || strcmp(named.host, watch->named.host) != 0);
	watch->named = named;
	watch->is_known = true;
	if (is_another)
		watch->on_change(watch->ctx);
}

static void on_up(void *ctx)
{
	struct sentinel_watch *watch = ctx;
	watch->next_at = loop_now(watch->loop).mono;
}

static void on_down(void *ctx, const char *reason)
{
	struct sentinel_watch *watch = ctx;
	(void)reason; /* that Sentinels are away harms nobody as long as the master is there */
	watch->is_known = false;
	watch->seed = (watch->seed + 1) % watch->finder->seed_count;
	watch->options.address = watch->finder->seeds[watch->seed];
}

void sentinel_watch_tick(struct sentinel_watch *watch, mono_us now)
{
	redis_link_tick(watch->link, now);
	if (!redis_link_is_up(watch->link) || watch->is_asking || now < watch->next_at)
		return;
	watch->next_at = now + ASK_US;
	redis_find_ask(watch->finder, "", &watch->command);
	watch->is_asking = redis_link_send(watch->link, command_octets(&watch->command), 0, on_answer, watch);
	redis_link_flush(watch->link);
}

mono_us sentinel_watch_next_deadline(const struct sentinel_watch *watch)
{
	mono_us deadline = redis_link_next_deadline(watch->link);
	bool will_ask = redis_link_is_up(watch->link) && !watch->is_asking;
	return will_ask && watch->next_at < deadline ? watch->next_at : deadline;
}

void sentinel_watch_start(struct sentinel_watch *watch)
{
	redis_link_start(watch->link);
}

void sentinel_watch_stop(struct sentinel_watch *watch)
{
	redis_link_stop(watch->link);
}

bool sentinel_watch_is_idle(const struct sentinel_watch *watch)
{
	return redis_link_is_idle(watch->link);
}

struct sentinel_watch *sentinel_watch_create(struct loop *loop, const struct redis_options *options,
					     void (*on_change)(void *ctx), void *ctx)
{
	static const struct redis_link_events events = { .on_up = on_up, .on_down = on_down };
	struct sentinel_watch *watch = calloc(1, sizeof *watch);
	if (watch == NULL)
		return NULL;
	watch->loop = loop;
	watch->finder = options->finder;
	watch->on_change = on_change;
	watch->ctx = ctx;
	watch->options = (struct redis_options){
		.address = options->finder->seeds[0],
		.username = options->finder->username,
		.password = options->finder->password,
		.has_no_databases = true,
		.tls = options->tls,
		.connect_timeout_us = options->connect_timeout_us,
		.reply_timeout_us = TIMEOUT_US,
		.jitter_seed = options->jitter_seed + 1,
	};
	watch->link = redis_link_create(loop, &watch->options, &events, watch);
	if (watch->link == NULL) {
		free(watch);
		return NULL;
	}
	return watch;
}

void sentinel_watch_destroy(struct sentinel_watch *watch)
{
	if (watch == NULL)
		return;
	redis_link_destroy(watch->link);
	command_fini(&watch->command);
	free(watch);
}
