/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "store/redis_ask.h"

#include <stdbool.h>
#include <stdint.h>

/* The staff's web console: serves the pages and what they ask (openapi.json). Requests are answered by threads of libuv's pool, each
 * with a connection to Redis of its own; the loop's thread only takes them and sends the answers. It shares nothing with gateways
 * but Redis. */

struct country;
struct log;
struct loop;
struct proof_rules;
struct template_rules;
struct tenant_signature;
struct zone;

/* An account as staff see it. */
struct console_account {
	const char *name;
	const char *cost; /* of a segment, decimal; "" = not known */
	bool requires_registration;
};

/* Everything is borrowed for the console's life. */
struct console_options {
	const char *host;
	uint16_t port;           /* 0 = any that is free */
	const char *url;         /* the origin of the pages; "" = http:// and where it listens */
	const char *proxies;     /* whose X-Forwarded-For counts, as http_callback_is_allowed has them */
	const char *history;     /* “http://127.0.0.1:8083”; "" = there is no history */
	const char *admin_token; /* for the history; "" = none */
	unsigned requests_per_s; /* of one address */
	uint32_t second_factor;  /* staff_roles that demand one */
	struct redis_place redis;
	const char *signature;
	const struct tenant_signature *tenants;
	unsigned tenant_count;
	const struct console_account *accounts;
	unsigned account_count;
	const char *currency;
	const char *locale;
	const char *time_zone;
	const struct zone *zone;
	const struct country *country;
	const struct template_rules *rules; /* that texts are held against before they are published */
	const struct proof_rules *reading;  /* that they are proofread by */
	const char *version;
	struct log *log;
};

struct console;

/* Listens. loop: borrowed until console_destroy. out: owned, set on success only. at: why not, a sentence. Errors as httpd_create. */
MUST_CHECK enum err console_start(struct loop *loop, const struct console_options *options, struct console **out,
				  struct err_at *at);

uint16_t console_port(const struct console *console);

/* Ends in good order: lets what is under way be answered, at most for grace_us, then calls on_stopped in a later turn. */
void console_stop(struct console *console, mono_us grace_us, void (*on_stopped)(void *ctx), void *ctx);

/* Waits for what runs, closes everything, and frees it. Outside the loop's turns. NULL is fine. */
void console_destroy(struct console *console);
