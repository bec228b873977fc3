/* SPDX-License-Identifier: Apache-2.0 */
#include "app/webhook_role.h"

#include "app/config.h"
#include "app/log_sink.h"
#include "app/redis_address.h"
#include "app/role_signals.h"
#include "app/webhook_page.h"
#include "app/webhook_sender.h"
#include "base/check.h"
#include "loop/loop.h"

#include <stdio.h>
#include <sys/random.h>

#define EXIT_FAILED 1
#define EXIT_CONFIG 78

struct role {
	const struct config *config;
	struct log_sink sink;
	struct loop *loop;
	char process[WEBHOOK_PROCESS_OCTETS];
	struct webhook_sender *senders[CONFIG_WEBHOOKS_MAX];
	unsigned count;
	struct webhook_page *page;
	struct role_signals signals;
};

static void on_end(void *ctx)
{
	struct role *role = ctx;
	loop_stop(role->loop);
}

static uint64_t draw(void)
{
	uint64_t drawn;
	CHECK(getrandom(&drawn, sizeof drawn, 0) == (ssize_t)sizeof drawn);
	return drawn;
}

static bool start_senders(struct role *role, struct err_at *at)
{
	const struct config *config = role->config;
	snprintf(role->process, sizeof role->process, "%s:%016llx", config->instance.name, (unsigned long long)draw());
	for (unsigned i = 0; i < config->webhook_count; i++) {
		const struct config_webhook *webhook = &config->webhooks[i];
		struct err_at why = { .err = ERR_OK };
		const struct webhook_sender_options options = {
			.webhook = webhook,
			.redis = redis_address_place(&config->redis),
			.instance = config->instance.name,
			.process = role->process,
			.give_up_ms = webhook->give_up_ms > 0 ? webhook->give_up_ms : config->events.retention_ms,
			.seed = draw(),
			.log = &role->sink.log,
		};
		role->senders[i] = webhook_sender_start(&options, &why);
		if (role->senders[i] == NULL) {
			err_at_set(at, why.err, 0, NULL, "webhooks[%s]: %s", webhook->name, why.text);
			return false;
		}
		role->count++;
	}
	return true;
}

static bool listen_for_questions(struct role *role, struct err_at *at)
{
	const struct config_address *listen = &role->config->webhook.listen;
	return listen->host == NULL || webhook_page_start(role->loop, listen, role->senders, role->config->webhooks,
							  role->count, &role->page, at) == ERR_OK;
}

static void finish(struct role *role)
{
	webhook_page_destroy(role->page);
	for (unsigned i = 0; i < role->count; i++)
		webhook_sender_end(role->senders[i]);
	for (unsigned i = 0; i < role->count; i++)
		webhook_sender_destroy(role->senders[i]);
	role_signals_end(&role->signals);
	loop_destroy(role->loop);
}

int webhook_role_run(const struct config *config)
{
	struct role role = { .config = config };
	struct err_at at = { .err = ERR_OK };
	if (config->webhook_count == 0) {
		fprintf(stderr, "%s: webhooks is not set: there is nobody to send events to\n", config->path);
		return EXIT_CONFIG;
	}
	log_sink_init(&role.sink, config->log.level);
	role.loop = loop_create();
	if (role.loop == NULL) {
		fprintf(stderr, "out of memory or file descriptors\n");
		return EXIT_FAILED;
	}
	role_signals_watch(&role.signals, role.loop, &role.sink.log, on_end, &role);
	bool started = start_senders(&role, &at) && listen_for_questions(&role, &at);
	if (started) {
		log_write(&role.sink.log, LOG_INFO, "webhooks_started", "hongyan " HONGYAN_VERSION " sends events");
		loop_run(role.loop);
	} else {
		fprintf(stderr, "%s: %s\n", config->path, at.text);
	}
	finish(&role);
	if (started)
		log_write(&role.sink.log, LOG_INFO, "webhooks_stopped", "no events are sent any more");
	return started ? 0 : EXIT_FAILED;
}
