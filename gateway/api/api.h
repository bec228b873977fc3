/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/api_tokens.h"
#include "metrics/metrics.h"
#include "store/adder.h"
#include "vet/alert_vet.h"

/* The submit API: producers that speak HTTP put alerts on the queue, and are told at once what is wrong with them.
 *
 *   POST /v1/alerts        one alert or cancel (JSON), or many (application/x-ndjson, one a line, at most API_LINES_MAX)
 *   DELETE /v1/alerts/ID   withdraws what is unsent under an id
 *   GET /openapi.json      all of this as OpenAPI 3.1
 *
 * Who asks must send “Authorization: Bearer …” with a token of the file (api_tokens.h). 202 says that the alert is durable in Redis,
 * and on as many of its replicas as is configured. */

#define API_LINES_MAX       ADDER_BATCH_MAX
#define API_BODY_OCTETS_MAX (4 * 1024 * 1024) /* as many as come at once: a quarter of a GiB */
#define API_CONNECTIONS_MAX 64

/* Where it gets its facts. All are called in the loop's thread. What they give is borrowed until the next turn. */
struct api_view {
	/* How alerts are checked now. */
	void (*vet)(void *ctx, struct alert_vet *out);
	/* Who may ask now. */
	const struct api_tokens *(*tokens)(void *ctx);
	/* Alerts that wait on the queue, as the workers last saw it, and from how many on no more are taken; 0 = any number. */
	void (*queue)(void *ctx, uint64_t *waiting, uint64_t *most);
	void *ctx;
};

struct api_options {
	const char *host; /* borrowed until api_start returns */
	uint16_t port;    /* 0 = any that is free */
	struct metrics *metrics;
};

struct api;

/* Listens. view: copied. out: owned, set on success only. at: why not, a sentence with the address. Errors as httpd_create. */
MUST_CHECK enum err api_start(struct loop *loop, const struct api_options *options, const struct api_view *view,
			      struct api **out, struct err_at *at);

uint16_t api_port(const struct api *api);

/* From now on alerts are added by this one, which must be destroyed before the API. Until then they are refused. */
void api_use(struct api *api, struct adder *adder);

/* Closes everything and frees it. NULL is fine. */
void api_destroy(struct api *api);
