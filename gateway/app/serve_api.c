/* SPDX-License-Identifier: Apache-2.0 */

/* The submit API in the main thread, with a connection to Redis of its own. */

#include "app/redis_address.h"
#include "app/serve_inner.h"

#include <stdio.h>

static void vet(void *ctx, struct alert_vet *out)
{
	const struct serve *serve = ctx;
	*out = (struct alert_vet){
		.country = serve->config->country,
		.catalogue = serve->catalogue,
		.signature = slice_of(serve->config->signature),
		.zone = &serve->config->zone,
		.routes = serve->snapshot->routes,
		.now = loop_now(serve->loop).wall,
	};
}

static const struct api_tokens *tokens(void *ctx)
{
	const struct serve *serve = ctx;
	return serve->config->api.tokens;
}

/* What the workers last saw of the producers' lanes. */
static void queue(void *ctx, uint64_t *waiting, uint64_t *most)
{
	const struct serve *serve = ctx;
	*most = serve->config->api.queue_max;
	*waiting = 0;
	for (unsigned lane = 0; lane < LANE_READY; lane++) {
		int64_t deepest = 0;
		for (unsigned i = 0; i < serve->worker_count; i++) {
			int64_t depth = metrics_value(serve->worker_metrics[i], METRIC_QUEUE_DEPTH, lane, 0);
			deepest = depth > deepest ? depth : deepest;
		}
		*waiting += (uint64_t)deepest;
	}
}

bool serve_listen_api(struct serve *serve)
{
	const struct config_address *listen = &serve->config->api.listen;
	const struct api_options options = { .host = listen->host,
					     .port = listen->port,
					     .metrics = serve->main_metrics };
	const struct api_view view = { .vet = vet, .tokens = tokens, .queue = queue, .ctx = serve };
	struct err_at at = { .err = ERR_OK };
	if (listen->host == NULL || api_start(serve->loop, &options, &view, &serve->api, &at) == ERR_OK)
		return true;
	fprintf(stderr, "%s: api.listen: %s\n", serve->config->path, at.text);
	return false;
}

bool serve_open_api(struct serve *serve)
{
	struct adder_options options = {
		.tag = CONFIG_REDIS_TAG,
		.window_ms = serve->first_config->redis.dedupe_window_ms,
		.replicas = serve->first_config->api.replicas,
		.replica_ms = serve->first_config->api.replica_wait_us / US_PER_MS,
	};
	if (serve->api == NULL)
		return true;
	redis_address_fill(&serve->first_config->redis, serve->nonce + WORKERS_MAX, &options.redis);
	serve->adder = adder_create(serve->loop, &options);
	if (serve->adder == NULL) {
		fprintf(stderr, "out of memory or file descriptors\n");
		return false;
	}
	api_use(serve->api, serve->adder);
	return true;
}
