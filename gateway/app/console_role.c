/* SPDX-License-Identifier: Apache-2.0 */
#include "app/console_role.h"

#include "app/config.h"
#include "app/log_sink.h"
#include "app/redis_address.h"
#include "app/role_signals.h"
#include "app/template_rules.h"
#include "console/console.h"
#include "loop/loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define EXIT_FAILED 1
#define EXIT_CONFIG 78
#define GRACE_US    (10 * US_PER_S)
#define THREADS     "16" /* of libuv's pool: requests, hashes, live answers */
#define URL_OCTETS  600

struct role {
	const struct config *config;
	struct log_sink sink;
	struct loop *loop;
	struct console_account *accounts;
	struct config_template_rules rules;
	char history[URL_OCTETS];
	struct console *console;
	struct role_signals signals;
	bool is_stopping;
};

static void on_stopped(void *ctx)
{
	struct role *role = ctx;
	loop_stop(role->loop);
}

static void on_end(void *ctx)
{
	struct role *role = ctx;
	if (role->console == NULL || role->is_stopping) {
		loop_stop(role->loop);
		return;
	}
	role->is_stopping = true;
	console_stop(role->console, GRACE_US, on_stopped, role);
}

/* A console that lets forbidden words through, or no text at all, is of no use: it does not start. */
static bool read_rules(struct role *role, struct err_at *at)
{
	template_rules_fill(role->config, &role->rules);
	if (role->rules.refused.err == ERR_OK)
		return true;
	err_at_set(at, role->rules.refused.err, 0, NULL, "%s", role->rules.refused.text);
	return false;
}

static bool list_accounts(struct role *role, struct err_at *at)
{
	const struct config *config = role->config;
	role->accounts = calloc(config->account_count + 1, sizeof *role->accounts);
	if (role->accounts == NULL) {
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
		return false;
	}
	for (unsigned i = 0; i < config->account_count; i++)
		role->accounts[i] = (struct console_account){
			.name = config->accounts[i].name,
			.cost = config->accounts[i].cost_text != NULL ? config->accounts[i].cost_text : "",
			.requires_registration = config->accounts[i].requires_registration,
		};
	return true;
}

/* Where it is not said: where the history of this configuration listens. */
static void find_history(struct role *role)
{
	const struct config *config = role->config;
	const struct config_address *listen = &config->history.listen;
	const char *url = config->console.history;
	if (url != NULL && *url != '\0')
		snprintf(role->history, sizeof role->history, "%s", url);
	else if (listen->host != NULL)
		snprintf(role->history, sizeof role->history,
			 strchr(listen->host, ':') ? "http://[%s]:%u" : "http://%s:%u", listen->host, listen->port);
}

static bool serve(struct role *role, struct err_at *at)
{
	const struct config *config = role->config;
	const struct console_options options = {
		.host = config->console.listen.host,
		.port = config->console.listen.port,
		.url = config->console.url != NULL ? config->console.url : "",
		.proxies = config->console.proxies != NULL ? config->console.proxies : "",
		.history = role->history,
		.admin_token = config->admin.token != NULL ? config->admin.token : "",
		.requests_per_s = config->console.requests_per_s,
		.second_factor = config->console.second_factor_roles,
		.redis = redis_address_place(&config->redis),
		.signature = config->signature != NULL ? config->signature : "",
		.tenants = config->tenants.signatures,
		.tenant_count = config->tenants.signature_count,
		.accounts = role->accounts,
		.account_count = config->account_count,
		.currency = config->console.currency,
		.locale = config->locale,
		.time_zone = config->timezone,
		.zone = &config->zone,
		.country = config->country,
		.rules = &role->rules.rules,
		.reading = &role->rules.reading,
		.version = HONGYAN_VERSION,
		.log = &role->sink.log,
	};
	return console_start(role->loop, &options, &role->console, at) == ERR_OK;
}

static void finish(struct role *role)
{
	console_destroy(role->console);
	role_signals_end(&role->signals);
	loop_destroy(role->loop);
	free(role->accounts);
	template_rules_free(&role->rules);
}

int console_role_run(const struct config *config)
{
	struct role role = { .config = config };
	struct err_at at = { .err = ERR_OK };
	if (config->console.listen.host == NULL) {
		fprintf(stderr, "%s: console.listen is not set: there is no address to serve the console at\n",
			config->path);
		return EXIT_CONFIG;
	}
	log_sink_init(&role.sink, config->log.level);
	umask(077);
	setenv("UV_THREADPOOL_SIZE", THREADS, 0);
	role.loop = loop_create();
	if (role.loop == NULL) {
		fprintf(stderr, "out of memory or file descriptors\n");
		return EXIT_FAILED;
	}
	role_signals_watch(&role.signals, role.loop, &role.sink.log, on_end, &role);
	find_history(&role);
	bool started = read_rules(&role, &at) && list_accounts(&role, &at) && serve(&role, &at);
	if (started) {
		log_write(&role.sink.log, LOG_INFO, "console_started",
			  "hongyan " HONGYAN_VERSION " serves the console");
		loop_run(role.loop);
	} else {
		fprintf(stderr, "%s: console: %s\n", config->path, at.text);
	}
	finish(&role);
	if (started)
		log_write(&role.sink.log, LOG_INFO, "console_stopped", "the console has stopped");
	return started ? 0 : EXIT_FAILED;
}
