/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/api_tokens.h"
#include "history/history_book.h"

/* What became of alerts, out of the history, over HTTP.
 *
 *   GET /v1/alerts/ID     events of an alert, for whoever has a token of the submit API with the scope “read”
 *   POST /v1/history      {"number":"13900000001"} or {"id":"…"}: the newest alerts; for whoever has the admin token
 *   POST /v1/history/number  {"entry":"…@normal"}: the number of an alert, whole; likewise
 *   GET /v1/report?day=…  what became of a day's alerts, by tenant, template and account; likewise
 *   GET /livez, /readyz   is it alive, does it write
 *   GET /metrics          for Prometheus
 *
 * Numbers are masked in all else. */

struct country;
struct loop;

#define API_LOOKUP_ALERTS_MAX 100 /* in one answer */

struct api_lookup_state {
	uint64_t events; /* written */
	uint64_t unread;
	uint64_t behind;   /* entries that wait in Redis */
	wall_ms written;   /* when all was well last; 0 = never */
	bool is_well;      /* it writes */
	char trouble[256]; /* why it does not; "" = nothing */
};

/* Where it gets its facts. All are called in the loop's thread. */
struct api_lookup_view {
	const struct api_tokens *tokens; /* borrowed */
	const char *admin_token;         /* borrowed; "" = nobody may look numbers up */
	const struct country *country;   /* whose numbers are understood */
	struct history_book *book;       /* to read; borrowed */
	void (*state)(void *ctx, struct api_lookup_state *out);
	void *ctx;
};

struct api_lookup;

/* Listens. host: borrowed until it returns. port: 0 = any that is free. view: copied. out: owned, set on success only. at: why not, a
 * sentence with the address. Errors as httpd_create. */
MUST_CHECK enum err api_lookup_start(struct loop *loop, const char *host, uint16_t port,
				     const struct api_lookup_view *view, struct api_lookup **out, struct err_at *at);

uint16_t api_lookup_port(const struct api_lookup *lookup);

/* Closes everything and frees it. NULL is fine. */
void api_lookup_destroy(struct api_lookup *lookup);
