/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console.h"

#include "console/console_history.h"
#include "console/console_inner.h"
#include "console/console_overview.h"
#include "console/console_stream.h"
#include "console/console_used.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define CONNECTIONS_MAX 256
#define STREAMS_MAX     128
#define BODY_MAX        (64u * 1024u)
#define TEMPLATE_MAX    (256u * 1024u)
#define WORKS_AT_ONCE   8
#define HEAVY_AT_ONCE   2 /* each takes 19 MiB and a processor */
#define SLOW_AT_ONCE    4
#define WAITING_MAX     256
#define HEAVY_WAITING   32
#define BURST           4 /* seconds' worth of requests at once */

/* Nothing from elsewhere, nothing inline, in no frame; see ASVS 3.4. */
#define COMMON                                                                                                  \
	{ "Content-Security-Policy",                                                                            \
	  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " \
	  "font-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'" },  \
		{ "Referrer-Policy", "no-referrer" }, { "Cross-Origin-Opener-Policy", "same-origin" },          \
		{ "Cross-Origin-Resource-Policy", "same-origin" }, { "X-Frame-Options", "DENY" },               \
	{                                                                                                       \
		"Permissions-Policy", "camera=(), geolocation=(), microphone=()"                                \
	}

static const struct httpd_header headers[] = { COMMON, { NULL, NULL } };
static const struct httpd_header headers_tls[] = { COMMON,
						   { "Strict-Transport-Security", "max-age=31536000" },
						   { NULL, NULL } };

static const struct httpd_body_limit limits[] = {
	{ "/api/templates/", TEMPLATE_MAX },
	{ "/api/preview", TEMPLATE_MAX },
	{ NULL, 0 },
};

static bool make(struct console *console)
{
	uint64_t salt = 0;
	if (getrandom(&salt, sizeof salt, 0) != (ssize_t)sizeof salt)
		return false;
	unsigned per_s = console->options.requests_per_s;
	console_history_prepare();
	httpd_rate_init(&console->rate, per_s, per_s > 0 ? BURST * per_s : 1, salt);
	console->works = loop_works_create(console->loop, WORKS_AT_ONCE, WAITING_MAX);
	console->heavy = loop_works_create(console->loop, HEAVY_AT_ONCE, HEAVY_WAITING);
	console->slow = loop_works_create(console->loop, SLOW_AT_ONCE, WAITING_MAX);
	console->pool = console_pool_create(&console->options.redis);
	console->used = console_used_create(&console->options);
	console->streams = console_stream_desk_create(console);
	console->overview = console_overview_create(console);
	return console->works != NULL && console->heavy != NULL && console->slow != NULL && console->pool != NULL &&
	       console->used != NULL && console->streams != NULL && console->overview != NULL;
}

static enum err listen_there(struct console *console, struct err_at *at)
{
	const struct console_options *options = &console->options;
	const struct httpd_options wanted = {
		.host = options->host,
		.port = options->port,
		.keeps_target = true,
		.on_dropped = console_on_dropped,
		.on_stream_over = console_on_stream_over,
		.headers = strncmp(options->url, "https://", 8) == 0 ? headers_tls : headers,
		.connections_max = CONNECTIONS_MAX,
		.streams_max = STREAMS_MAX,
		.body_octets_max = BODY_MAX,
		.body_limits = limits,
	};
	enum err err =
		httpd_create(console->loop, &wanted, console_pages, console_page_count, console, &console->httpd, at);
	if (err != ERR_OK)
		return err;
	bool is_v6 = strchr(options->host, ':') != NULL;
	if (*options->url != '\0')
		snprintf(console->origin, sizeof console->origin, "%s", options->url);
	else
		snprintf(console->origin, sizeof console->origin, "http://%s%s%s:%u", is_v6 ? "[" : "", options->host,
			 is_v6 ? "]" : "", httpd_port(console->httpd));
	return ERR_OK;
}

enum err console_start(struct loop *loop, const struct console_options *options, struct console **out,
		       struct err_at *at)
{
	struct console *console = calloc(1, sizeof *console);
	if (console == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "no memory for the console");
	console->loop = loop;
	console->options = *options;
	enum err err = make(console) ? listen_there(console, at)
				     : err_at_set(at, ERR_MEMORY, 0, NULL, "no memory for the console");
	if (err != ERR_OK) {
		console_destroy(console);
		return err;
	}
	*out = console;
	return ERR_OK;
}

uint16_t console_port(const struct console *console)
{
	return httpd_port(console->httpd);
}

void console_stop(struct console *console, mono_us grace_us, void (*on_stopped)(void *ctx), void *ctx)
{
	httpd_stop(console->httpd, grace_us, on_stopped, ctx);
}

void console_destroy(struct console *console)
{
	if (console == NULL)
		return;
	console->is_ending = true;
	httpd_destroy(console->httpd);
	console->httpd = NULL;
	loop_works_destroy(console->works);
	loop_works_destroy(console->heavy);
	loop_works_destroy(console->slow);
	console_stream_desk_destroy(console->streams);
	console_overview_destroy(console->overview);
	console_used_destroy(console->used);
	console_pool_destroy(console->pool);
	free(console);
}
